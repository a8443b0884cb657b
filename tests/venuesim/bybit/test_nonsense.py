"""Whatever is sent, the simulated Bybit answers and goes on."""

import asyncio
import json
import random
from urllib.parse import urlencode

PATHS = [
    *("market/time", "market/instruments-info", "market/tickers", "market/orderbook", "asset/coin/query-info"),
    *("account/wallet-balance", "account/info", "user/query-api", "position/list", "order/realtime", "order/history"),
    *("execution/list", "order/nothing"),
]
POSTS = ["order/create", "order/cancel", "order/cancel-all"]
NAMES = [
    *("category", "symbol", "side", "orderType", "timeInForce", "qty", "price", "marketUnit", "orderLinkId", "orderId"),
    *("limit", "cursor", "startTime", "endTime", "openOnly", "execType", "orderFilter", "orderStatus", "coin", "x"),
]
TEXTS = [
    *("BTCUSDT", "ETHBTC", "spot", "linear", "Buy", "Sell", "Limit", "Market", "IOC", "FOK", "PostOnly", "quoteCoin"),
    *("0", "1", "0.01", "60000", "-1", "1e9", "NaN", "", "9" * 30, "0." + "0" * 30, "é", "\x00", "[]", "{", "1:2"),
]
VALUES = [*TEXTS, None, True, 1, -1.5, [], {}, [1], {"a": None}]
GOOD = {"category": "spot", "symbol": "BTCUSDT", "side": "Buy", "orderType": "Limit", "qty": "0.01", "price": "63000"}
METHODS = ["GET", "POST", "DELETE", "PUT"]
OPS = ["order.create", "order.cancel", "subscribe", "unsubscribe", "auth", "ping", "dance"]


def values(chance: random.Random) -> dict[str, object]:
    start = GOOD if chance.random() < 0.5 else {}
    return start | {chance.choice(NAMES): chance.choice(VALUES) for _ in range(chance.randint(0, 4))}


async def test_any_request_gets_an_answer(venues, raw) -> None:
    await venues.control("POST", "limits", {"scale": 1000})
    chance = random.Random(20)
    codes = set()
    for _ in range(600):
        if chance.random() < 0.5:
            query = {"category": "spot"} | {chance.choice(NAMES): chance.choice(TEXTS) for _ in range(4)}
            sent = chance.choice(METHODS), f"/v5/{chance.choice(PATHS)}", urlencode(query), ""
        else:
            body = chance.choice([values(chance), values(chance), values(chance), [1], None, 7])
            sent = "POST", f"/v5/{chance.choice(POSTS)}", "", json.dumps(body)
        status, answer = await raw.send(*sent)
        assert status in {200, 404}, sent
        codes.add(status if status == 404 else answer["retCode"])
    assert codes >= {0, 404, 10001, 170121}
    assert (await raw.order())["retCode"] == 0


async def test_any_frame_leaves_the_sockets_alive(venues, raw) -> None:
    await venues.control("POST", "limits", {"scale": 1000})
    chance = random.Random(21)
    for path in ("private", "trade", "public/spot"):
        socket = await raw.authenticating(path)
        await socket.receive()
        for number in range(200):
            args = [chance.choice([values(chance), "order", "tickers.BTCUSDT", 7, None]) for _ in range(2)]
            header = {"X-BAPI-TIMESTAMP": str(raw.clock.now_ms())}
            await socket.send(chance.choice(OPS), *args[: chance.randint(0, 2)], reqId=str(number), header=header)
        await socket.socket.send_str('{"op": "subscribe", "args": [' + "[" * 50_000)
        await socket.send("ping", req_id="last", reqId="last")
        while "last" not in ((answer := await socket.receive()).get("req_id"), answer.get("reqId")):
            pass
        assert "pong" in {answer["op"], answer.get("ret_msg")}
    assert (await raw.order())["retCode"] == 0


async def test_bytes_that_are_no_text_are_refused(raw) -> None:
    host, port = raw.base.removeprefix("http://").split(":")
    lines = [f"{name}: {value}" for name, value in raw.headers("").items()]
    head = "\r\n".join(["Host: localhost", "Connection: close", *lines])
    for start, body in (
        (b"GET /v5/order/realtime?category=\xff HTTP/1.1\r\n", b""),
        (b"POST /v5/order/create HTTP/1.1\r\n", b'{"qty": "\xff"}'),
    ):
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(start + head.encode() + f"\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
        answer = await reader.read()
        writer.close()
        assert answer.startswith((b"HTTP/1.1 200", b"HTTP/1.1 400", b"HTTP/1.0 400")), answer[:200]
        assert b'"retCode":0,' not in answer
