"""Operations on orders over the private socket."""

import asyncio
import json

from aiohttp import WSMsgType

FIRST_CODE = 1_000_000_001
ORDER = {"instIdCode": FIRST_CODE, "tdMode": "cash", "side": "buy", "ordType": "limit", "sz": "0.01", "px": "60000"}


async def logged_in(raw):
    socket = await raw.private()
    assert (await socket.receive())["event"] == "login"
    return socket


async def test_an_order_is_placed_by_the_instruments_code_and_canceled(raw) -> None:
    socket = await logged_in(raw)
    await socket.send("order", {**ORDER, "clOrdId": "ws1"}, id="17")
    answer = await socket.receive()
    item = answer["data"][0]
    assert (answer["id"], answer["op"], answer["code"], answer["msg"]) == ("17", "order", "0", "")
    assert (item["sCode"], item["clOrdId"]) == ("0", "ws1")
    shown = await raw.shown(item["ordId"])
    assert (shown["instId"], shown["state"]) == ("BTC-USDT", "live")
    await socket.send("cancel-order", {"instIdCode": FIRST_CODE, "ordId": item["ordId"]}, id="18")
    assert (await socket.receive())["data"][0]["sCode"] == "0"
    assert (await raw.shown(item["ordId"]))["state"] == "canceled"


async def test_a_batch_over_the_socket_leaves_the_message_of_the_top_empty(raw) -> None:
    socket = await logged_in(raw)
    await socket.send("batch-orders", ORDER, {**ORDER, "sz": "100"}, id="1")
    answer = await socket.receive()
    assert (answer["code"], answer["msg"]) == ("2", "")
    assert [item["sCode"] for item in answer["data"]] == ["0", "51008"]
    await socket.send("batch-cancel-orders", {"instId": "BTC-USDT", "ordId": answer["data"][0]["ordId"]}, id="2")
    assert (await socket.receive())["code"] == "0"


async def test_without_a_login_nothing_is_placed(raw, venues) -> None:
    socket = await raw.private(sign="wrong")
    await socket.receive()
    await socket.send("order", ORDER, id="1")
    answer = await socket.receive()
    assert (answer["id"], answer["code"], answer["data"]) == ("1", "60011", [])
    assert (await venues.control("GET", "ledger"))["orders"] == []


async def test_a_deadline_that_has_passed_is_kept(timed) -> None:
    raw, _, clock = timed
    socket = await logged_in(raw)
    await socket.send("order", ORDER, id="1", expTime=str(clock.now_ms() - 1))
    assert (await socket.receive())["data"][0]["sCode"] == "50036"
    await socket.send("order", ORDER, ORDER, id="2")
    assert (await socket.receive())["code"] == "60013"


async def test_limits_are_shared_with_rest(timed) -> None:
    raw, _, _ = timed
    socket = await logged_in(raw)
    for _ in range(60):
        await raw.placed(sz="0.001")
    await socket.send("order", ORDER, id="1")
    assert (await socket.receive())["code"] == "50011"


async def test_a_lost_reply_breaks_the_socket_and_leaves_an_order(raw, venues) -> None:
    socket = await logged_in(raw)
    await venues.fault("lose_reply", endpoint="place", count=1)
    await socket.send("order", {**ORDER, "clOrdId": "mute"}, id="1")
    assert (await socket.socket.receive(5)).type in {WSMsgType.CLOSED, WSMsgType.ERROR}
    orders = (await venues.control("GET", "ledger"))["orders"]
    assert [order["client_order_id"] for order in orders] == ["mute"]


async def test_a_hundred_orders_at_once_each_get_their_answer(raw, venues) -> None:
    await venues.control("POST", "limits", {"scale": 100})
    socket = await logged_in(raw)
    await asyncio.gather(*(socket.send("order", {**ORDER, "clOrdId": f"n{n}"}, id=str(n)) for n in range(100)))
    answers = [json.loads((await socket.socket.receive(5)).data) for _ in range(100)]
    assert {(answer["id"], answer["data"][0]["clOrdId"]) for answer in answers} == {
        (str(n), f"n{n}") for n in range(100)
    }
