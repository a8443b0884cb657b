"""Whatever is sent, the simulated OKX answers and goes on."""

import asyncio
import json
import random
from urllib.parse import urlencode

PATHS = [
    *("public/time", "public/instruments", "market/ticker", "market/tickers", "market/books", "asset/currencies"),
    *("account/balance", "account/config", "account/positions", "trade/order", "trade/orders-pending", "trade/nothing"),
    *("trade/orders-history", "trade/orders-history-archive", "trade/fills", "trade/fills-history"),
]
POSTS = ["trade/order", "trade/batch-orders", "trade/cancel-order", "trade/cancel-batch-orders"]
NAMES = [
    *("instId", "instIdCode", "instType", "tdMode", "side", "ordType", "sz", "px", "tgtCcy", "clOrdId", "ordId", "tag"),
    *("after", "before", "begin", "end", "limit", "state", "ccy", "stpMode", "attachAlgoOrds", "x"),
]
TEXTS = [
    *("BTC-USDT", "ETH-BTC", "SPOT", "SWAP", "cash", "buy", "sell", "limit", "market", "ioc", "fok", "post_only", "0"),
    *("1", "0.01", "60000", "-1", "1e9", "NaN", "", "9" * 30, "0." + "0" * 30, "é", "\x00", "[]", "{", "'", "a,b"),
]
VALUES = [*TEXTS, None, True, 1, 1_000_000_001, -1.5, [], {}, [1], {"a": None}]
METHODS = ["GET", "POST", "DELETE", "PUT"]
OPS = [
    "order",
    "batch-orders",
    "cancel-order",
    "batch-cancel-orders",
    "amend-order",
    "batch-amend-orders",
    "subscribe",
    "unsubscribe",
    "login",
    "dance",
]


def values(chance: random.Random) -> dict[str, object]:
    return {chance.choice(NAMES): chance.choice(VALUES) for _ in range(chance.randint(0, 8))}


async def test_any_request_gets_a_client_error_or_an_answer(venues, raw) -> None:
    await venues.control("POST", "limits", {"scale": 1000})
    chance = random.Random(20)
    for _ in range(600):
        if chance.random() < 0.5:
            path, query = chance.choice(PATHS), {chance.choice(NAMES): chance.choice(TEXTS) for _ in range(4)}
            sent = chance.choice(METHODS), f"/api/v5/{path}?{urlencode(query)}"
        else:
            body = chance.choice([values(chance), [values(chance) for _ in range(chance.randint(0, 3))], None, 7])
            sent = "POST", f"/api/v5/{chance.choice(POSTS)}", json.dumps(body)
        status, answer = await raw.send(*sent)
        assert status < 500, sent
        assert status == 200 or answer["code"] != "0", sent
    assert (await raw.order())[0] == 200


async def test_any_frame_leaves_the_socket_alive(venues, raw) -> None:
    await venues.control("POST", "limits", {"scale": 1000})
    chance = random.Random(21)
    socket = await raw.private()
    for number in range(300):
        args = [values(chance) | {"channel": chance.choice(["orders", "account", "x"])} for _ in range(2)]
        await socket.send(chance.choice(OPS), *args[: chance.randint(0, 2)], id=str(number))
    await socket.socket.send_str("[" * 50_000)
    await socket.socket.send_str("ping")
    texts = []
    while (text := (await socket.socket.receive(5)).data) != "pong":
        texts.append(json.loads(text))
    assert texts[-1]["code"] == "60012"
    assert (await raw.order())[0] == 200


async def test_bytes_that_are_no_text_and_depths_without_end_are_refused(raw) -> None:
    target = "/api/v5/trade/order"
    for body in (b'{"sz": "\xff"}', b'{"sz": ' + b"[" * 50_000):
        text = body.decode("latin-1")
        headers = raw.headers("POST", target, text, "latin-1")
        async with raw.session.post(raw.base + target, data=body, headers=headers) as response:
            answer = await response.json()
        assert (response.status, answer["code"]) == (400, "50002"), answer
    socket = await raw.public()
    await socket.socket.send_str('{"op": "subscribe", "args": [{"channel": ' + "[" * 50_000)
    assert (await socket.receive())["code"] == "60012"
    await socket.socket.send_str("ping")
    assert (await socket.socket.receive(5)).data == "pong"


async def test_a_target_that_is_no_text_is_answered(raw) -> None:
    host, port = raw.base.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    lines = [f"{name}: {value}" for name, value in raw.headers("GET", "", "").items()]
    head = "\r\n".join(["Host: localhost", "Connection: close", *lines, "", ""])
    writer.write(b"GET /api/v5/trade/orders-pending?instId=\xff HTTP/1.1\r\n" + head.encode())
    answer = await reader.read()
    writer.close()
    assert answer.startswith((b"HTTP/1.1 401", b"HTTP/1.0 401", b"HTTP/1.1 400", b"HTTP/1.0 400")), answer[:200]
