"""Whatever is sent, the simulated Binance answers and goes on."""

import json
import random
from urllib.parse import urlencode

import pytest

NAMES = [
    *("symbol", "symbols", "side", "type", "timeInForce", "quantity", "quoteOrderQty", "price", "newClientOrderId"),
    *("orderId", "origClientOrderId", "limit", "fromId", "startTime", "endTime", "recvWindow", "newOrderRespType"),
    *("omitZeroBalances", "cancelRestrictions", "selfTradePreventionMode", "x", "stopPrice", "trailingDelta"),
    *("icebergQty", "strategyId", "strategyType", "interval", "timeZone", "windowSize", "symbolStatus", "permissions"),
    *("cancelReplaceMode", "cancelOrderId", "orderRateLimitExceededMode", "newQty", "orderListId", "listClientOrderId"),
    *("aboveType", "belowType", "abovePrice", "belowPrice", "aboveStopPrice", "belowStopPrice", "belowTimeInForce"),
    *("workingType", "workingSide", "workingPrice", "workingQuantity", "workingTimeInForce", "pendingType"),
    *("pendingSide", "pendingPrice", "pendingQuantity", "pendingAboveType", "pendingBelowType", "pendingAbovePrice"),
    *("preventedMatchId", "computeCommissionRates", "subscriptionId", "coin", "asset", "spotBNBBurn", "stopLimitPrice"),
]
VALUES = [
    *("BTCUSDT", "ETHBTC", "BUY", "SELL", "LIMIT", "MARKET", "LIMIT_MAKER", "GTC", "IOC", "FOK", "FULL", "0", "1"),
    *("0.01", "60000", "-1", "1e9", "NaN", "", "9" * 30, "0." + "0" * 30, "é", "\x00", "[]", '["BTCUSDT"]', "{", "'"),
    *("STOP_LOSS", "TAKE_PROFIT_LIMIT", "70000", "64000", "100", "ALLOW_FAILURE", "DECREMENT", "1m", "1M", "true"),
    *("1000001", "99999999999999999", "1795718832340", "1795718832340000", "-12:00", "SPOT", "TRADING", "[[[["),
]
SENSE = {"symbol": "BTCUSDT", "side": "BUY", "quantity": "0.01", "interval": "1m"}
METHODS = ["GET", "POST", "DELETE", "PUT", "PATCH", "OPTIONS"]
JSON_VALUES = [None, True, 1, -1.5, "x", "BTCUSDT", [], {}, [1], {"a": None}, "9" * 40]


@pytest.fixture
def catalog(venues):
    """Every operation that there is, by path and by method."""
    return venues.simulator.venues["binance"].spot.catalog


async def test_any_request_gets_a_client_error_or_an_answer(venues, raw, catalog) -> None:
    await venues.control("POST", "limits", {"scale": 1000})
    chance = random.Random(20)
    places = [*catalog.rest, ("GET", "/api/v3/nothing")]
    assert len(places) > 60
    for _ in range(2000):
        method, path = chance.choice(places)
        if chance.random() < 0.05:
            method = chance.choice(METHODS)
        parameters = {chance.choice(NAMES): chance.choice(VALUES) for _ in range(chance.randint(0, 6))}
        parameters |= SENSE if chance.random() < 0.3 else {}
        text = urlencode(parameters | ({"timestamp": raw.now()} if chance.random() < 0.9 else {}))
        status, body, _ = await raw.request(method, path, text, signed=chance.random() < 0.9)
        assert status < 500, (method, path, parameters)
        assert status in {200, 404} or (body["code"] < 0 and body["msg"]), (path, parameters, body)
    assert (await raw.order())[0] == 200


async def test_any_frame_gets_an_answer(venues, raw, catalog) -> None:
    await venues.control("POST", "limits", {"scale": 1000})
    chance = random.Random(21)
    methods = [*catalog.socket, "session.logon", "session.status", "userDataStream.subscribe", "nothing"]
    async with venues.session.ws_connect(venues.url("binance", "ws_api")) as socket:
        for _ in range(1000):
            names = [*NAMES, "apiKey", "signature"]
            params = {chance.choice(names): chance.choice([*JSON_VALUES, *VALUES]) for _ in range(4)}
            params |= SENSE if chance.random() < 0.3 else {}
            if chance.random() < 0.8:
                params |= {"apiKey": raw.api_key, "timestamp": raw.now()}
                text = "&".join(f"{name}={params[name]}" for name in sorted(params) if name != "signature")
                params["signature"] = raw.signature(text)
            await socket.send_json({"id": 1, "method": chance.choice(methods), "params": params})
            answer = json.loads((await socket.receive(5)).data)
            assert answer["status"] < 500, (params, answer)
        await socket.send_str("[" * 50_000)
        assert json.loads((await socket.receive(5)).data)["error"]["code"] == -1135
