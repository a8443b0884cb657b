"""What each fault does to a client of the simulated OKX."""

import asyncio

import pytest
from aiohttp import ClientConnectionError, WSMsgType

ORDERS = {"channel": "orders", "instType": "SPOT"}


async def test_a_lost_request_never_arrives(raw, venues) -> None:
    await venues.fault("lose_request", endpoint="place", count=1)
    with pytest.raises(ClientConnectionError):
        await raw.order(clOrdId="lost")
    ledger = await venues.control("GET", "ledger")
    assert (ledger["orders"], ledger["arrivals"]) == ([], [])
    assert (await raw.get("trade/order", instId="BTC-USDT", clOrdId="lost"))[1]["code"] == "51603"


async def test_a_lost_reply_leaves_an_order(raw, venues) -> None:
    await venues.fault("lose_reply", endpoint="place", count=1)
    with pytest.raises(ClientConnectionError):
        await raw.order(clOrdId="mute")
    _, found = await raw.get("trade/order", instId="BTC-USDT", clOrdId="mute")
    assert found["data"][0]["state"] == "live"


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [("http_503_after_accept", 503, "50001"), ("status_unknown_after_accept", 400, "50004")],
)
async def test_an_accepted_order_may_be_answered_with_an_error(raw, venues, kind: str, status: int, code: str) -> None:
    await venues.fault(kind, endpoint="place", count=1)
    refused = await raw.order(sz="100")  # Nothing was accepted, so the fault does not strike.
    assert refused[1]["data"][0]["sCode"] == "51008"
    answer = await raw.order(clOrdId="maybe")
    assert (answer[0], answer[1]["code"]) == (status, code)
    orders = (await venues.control("GET", "ledger"))["orders"]
    assert [order["client_order_id"] for order in orders] == ["maybe"]


async def test_a_rate_limit_refuses_before_anything_happens(raw, venues) -> None:
    await venues.fault("rate_limit", endpoint="cancel", count=1)
    order_id = await raw.placed()
    cancel = {"instId": "BTC-USDT", "ordId": order_id}
    assert await raw.post("trade/cancel-order", cancel) == (429, {"code": "50011", "msg": "Too Many Requests"})
    assert (await raw.shown(order_id))["state"] == "live"


async def test_a_stale_look_up_knows_nothing_of_late(raw, venues) -> None:
    order_id = await raw.placed(px="65001", sz="0.1")
    await venues.fault("stale_query", seconds="60")
    assert (await raw.get("trade/order", instId="BTC-USDT", ordId=order_id))[1]["code"] == "51603"
    assert (await raw.get("trade/orders-pending"))[1]["data"] == []
    assert (await raw.get("trade/fills", instType="SPOT"))[1]["data"] == []
    await venues.control("DELETE", "faults")
    assert (await raw.shown(order_id))["state"] == "filled"
    assert len((await raw.get("trade/fills", instType="SPOT"))[1]["data"]) == 1


async def test_a_stale_list_shows_orders_that_were_open_then(timed) -> None:
    raw, sim, clock = timed
    order_id = await raw.placed()
    clock.advance(10_000)
    await raw.post("trade/cancel-order", {"instId": "BTC-USDT", "ordId": order_id})
    await sim.fault("stale_query", endpoint="open_orders", seconds="5")
    _, body = await raw.get("trade/orders-pending")
    assert [(row["ordId"], row["state"]) for row in body["data"]] == [(order_id, "live")]


async def test_a_fill_may_come_before_the_acknowledgement(raw, venues) -> None:
    socket = await raw.subscribed(ORDERS)
    await venues.fault("fill_before_ack", endpoint="place", count=1, delay_ms=300)
    placing = asyncio.create_task(raw.placed(px="65001"))
    frames = await socket.until("orders", 2)
    assert [frame["state"] for frame in frames] == ["live", "filled"]
    assert not placing.done()
    assert await placing == frames[1]["ordId"]


async def test_events_may_come_twice(raw, venues) -> None:
    socket = await raw.subscribed(ORDERS)
    await venues.fault("duplicate_events")
    await raw.placed(px="65001")
    frames = await socket.until("orders", 4)
    assert frames[0] == frames[1]
    assert frames[2] == frames[3]


async def test_a_dropped_stream_replays_nothing(raw, venues) -> None:
    socket = await raw.subscribed(ORDERS)
    await venues.fault("drop_stream", count=1)
    assert (await socket.socket.receive(5)).type in {WSMsgType.CLOSED, WSMsgType.ERROR}
    await raw.placed(clOrdId="unheard")
    again = await raw.subscribed(ORDERS)
    await raw.placed(clOrdId="heard")
    assert [frame["clOrdId"] for frame in await again.until("orders", 1)] == ["heard"]
