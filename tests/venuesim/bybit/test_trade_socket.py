"""Orders over the trade socket."""

from itertools import count

import pytest

from venuesim_bybit_helpers import RawSocket, order
from venuesim_conformance import Row


async def authenticated(raw) -> RawSocket:
    socket = await raw.authenticating("trade")
    answer = await socket.receive()
    assert (answer["retCode"], answer["retMsg"], answer["op"]) == (0, "OK", "auth")
    return socket


def header(raw, late_ms: int = 0) -> dict[str, str]:
    return {"X-BAPI-TIMESTAMP": str(raw.clock.now_ms() - late_ms), "X-BAPI-RECV-WINDOW": "5000"}


@pytest.mark.conformance(Row.SOCKET_ENTRY, "bybit spot", "bybit linear")
async def test_an_order_is_placed_and_canceled(raw) -> None:
    socket = await authenticated(raw)
    await socket.send("order.create", order(orderLinkId="ws1"), reqId="17", header=header(raw))
    answer = await socket.receive()
    assert (answer["reqId"], answer["op"], answer["retCode"]) == ("17", "order.create", 0)
    assert answer["data"]["orderLinkId"] == "ws1"
    assert (answer["header"]["X-Bapi-Limit"], answer["header"]["X-Bapi-Limit-Status"]) == ("20", "19")
    assert answer["retExtInfo"] == {}
    assert set(answer["header"]) >= {"X-Bapi-Limit-Reset-Timestamp", "Timenow", "Traceid"}
    order_id = answer["data"]["orderId"]
    assert (await raw.shown(order_id))["orderStatus"] == "New"
    cancel = {"category": "spot", "symbol": "BTCUSDT", "orderId": order_id}
    for request_id, code in (("18", 0), ("19", 170142), ("19", 20006)):
        await socket.send("order.cancel", cancel, reqId=request_id, header=header(raw))
        answer = await socket.receive()
        assert (answer["reqId"], answer["op"], answer["retCode"]) == (request_id, "order.cancel", code)


async def test_what_is_wrong_is_refused_and_places_nothing(raw, venues) -> None:
    socket = RawSocket(await raw.session.ws_connect(f"{raw.socket_base}/v5/trade"))
    await socket.send("order.create", order(), reqId="1", header=header(raw))
    assert (await socket.receive())["retCode"] == 10004
    socket = await authenticated(raw)
    request_ids = map(str, count(2))
    for sent, code in (
        ({"op": "order.create", "args": [order()], "header": header(raw, 5100)}, 10002),
        ({"op": "order.create", "args": [order()]}, 10001),
        ({"op": "order.create", "args": [], "header": header(raw)}, 10001),
        ({"op": "order.create", "args": ["buy"], "header": header(raw)}, 10001),
        ({"op": "order.create", "args": [order(qty="16")], "header": header(raw)}, 170131),
        ({"op": "order.dance", "args": [order()], "header": header(raw)}, 10404),
        ({"op": "order.create", "args": [order(category="inverse")], "header": header(raw)}, 10404),
        ({"op": "order.create", "args": [order()], "header": header(raw), "reqId": "r" * 37}, 10001),
        ({"op": "auth", "args": []}, 20001),
    ):
        request_id = sent.get("reqId") or next(request_ids)
        await socket.socket.send_json({**sent, "reqId": request_id})
        answer = await socket.receive()
        assert (answer["retCode"], answer["reqId"]) == (code, request_id), sent
    assert (await venues.control("GET", "ledger"))["orders"] == []


async def test_a_ping_is_answered(raw) -> None:
    socket = await authenticated(raw)
    await socket.send("ping")
    pong = await socket.receive()
    assert (pong["op"], pong["retCode"], len(pong["data"])) == ("pong", 0, 1)


async def test_faults_strike_here_too(raw, venues) -> None:
    socket = await authenticated(raw)
    await venues.fault("status_unknown_after_accept", endpoint="place", count=1)
    await venues.fault("http_503_after_accept", endpoint="cancel", count=1)
    await socket.send("order.create", order(orderLinkId="maybe"), header=header(raw))
    answer = await socket.receive()
    assert (answer["retCode"], answer["op"]) == (10016, "order.create")
    cancel = {"category": "spot", "symbol": "BTCUSDT", "orderLinkId": "maybe"}
    await socket.send("order.cancel", cancel, header=header(raw))
    assert (await socket.receive())["retCode"] == 10016
    (found,) = await raw.listed("order/realtime", orderLinkId="maybe")
    assert found["orderStatus"] == "Cancelled"
    await venues.fault("lose_reply", endpoint="place", count=1)
    await socket.send("order.create", order(orderLinkId="mute"), header=header(raw))
    await socket.socket.receive(5)
    assert socket.socket.closed
    assert len(await raw.listed("order/realtime", orderLinkId="mute")) == 1
