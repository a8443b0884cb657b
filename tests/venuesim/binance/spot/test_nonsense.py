"""Whatever is sent, the simulated Binance answers and goes on."""

import json
import random
from urllib.parse import urlencode

PATHS = [
    "/api/v3/ping",
    "/api/v3/time",
    "/api/v3/exchangeInfo",
    "/api/v3/depth",
    "/api/v3/ticker/24hr",
    "/api/v3/ticker/price",
    "/api/v3/ticker/bookTicker",
    "/api/v3/account",
    "/api/v3/order",
    "/api/v3/openOrders",
    "/api/v3/allOrders",
    "/api/v3/myTrades",
    "/api/v3/nothing",
    "/sapi/v1/margin/allPairs",
]
NAMES = [
    *("symbol", "symbols", "side", "type", "timeInForce", "quantity", "quoteOrderQty", "price", "newClientOrderId"),
    *("orderId", "origClientOrderId", "limit", "fromId", "startTime", "endTime", "recvWindow", "newOrderRespType"),
    *("omitZeroBalances", "cancelRestrictions", "selfTradePreventionMode", "x"),
]
VALUES = [
    *("BTCUSDT", "ETHBTC", "BUY", "SELL", "LIMIT", "MARKET", "LIMIT_MAKER", "GTC", "IOC", "FOK", "FULL", "0", "1"),
    *("0.01", "60000", "-1", "1e9", "NaN", "", "9" * 30, "0." + "0" * 30, "é", "\x00", "[]", '["BTCUSDT"]', "{", "'"),
]
METHODS = ["GET", "POST", "DELETE", "PUT", "PATCH", "OPTIONS"]
SOCKET_METHODS = ["order.place", "order.cancel", "order.status", "account.status", "myTrades", "depth", "exchangeInfo"]
JSON_VALUES = [None, True, 1, -1.5, "x", "BTCUSDT", [], {}, [1], {"a": None}, "9" * 40]


async def test_any_request_gets_a_client_error_or_an_answer(venues, raw) -> None:
    await venues.control("POST", "limits", {"scale": 1000})
    chance = random.Random(20)
    for _ in range(600):
        method, path = chance.choice(METHODS), chance.choice(PATHS)
        parameters = {chance.choice(NAMES): chance.choice(VALUES) for _ in range(chance.randint(0, 6))}
        text = urlencode(parameters | ({"timestamp": raw.now()} if chance.random() < 0.9 else {}))
        status, body, _ = await raw.request(method, path, text, signed=chance.random() < 0.9)
        assert status < 500, (method, path, parameters)
        assert status == 200 or status == 404 or (body["code"] < 0 and body["msg"]), (path, parameters, body)
    assert (await raw.order())[0] == 200


async def test_any_frame_gets_an_answer(venues, raw) -> None:
    await venues.control("POST", "limits", {"scale": 1000})
    chance = random.Random(21)
    async with venues.session.ws_connect(venues.url("binance", "ws_api")) as socket:
        for _ in range(300):
            params = {chance.choice([*NAMES, "apiKey", "signature"]): chance.choice(JSON_VALUES) for _ in range(4)}
            params |= {"apiKey": raw.api_key, "timestamp": raw.now()} if chance.random() < 0.8 else {}
            await socket.send_json({"id": 1, "method": chance.choice(SOCKET_METHODS), "params": params})
            answer = json.loads((await socket.receive(5)).data)
            assert answer["status"] < 500, (params, answer)
        await socket.send_str("[" * 50_000)
        assert json.loads((await socket.receive(5)).data)["error"]["code"] == -1135
