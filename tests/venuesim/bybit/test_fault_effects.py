"""What each fault does to a client of the simulated Bybit."""

import asyncio

import pytest
from aiohttp import ClientConnectionError, WSMsgType

from venuesim_bybit_helpers import order


async def test_a_lost_request_never_arrives(raw, venues) -> None:
    await venues.fault("lose_request", endpoint="place", count=1)
    with pytest.raises(ClientConnectionError):
        await raw.order(orderLinkId="lost")
    ledger = await venues.control("GET", "ledger")
    assert (ledger["orders"], ledger["arrivals"]) == ([], [])
    assert await raw.listed("order/realtime", orderLinkId="lost") == []


async def test_a_lost_reply_leaves_an_order(raw, venues) -> None:
    await venues.fault("lose_reply", endpoint="place", count=1)
    with pytest.raises(ClientConnectionError):
        await raw.order(orderLinkId="mute")
    (found,) = await raw.listed("order/realtime", orderLinkId="mute")
    assert found["orderStatus"] == "New"


async def test_an_accepted_order_may_be_answered_with_a_server_error(raw, venues) -> None:
    await venues.fault("status_unknown_after_accept", endpoint="place", count=1)
    refused = await raw.order(qty="16")  # Nothing was accepted, so the fault does not strike.
    assert refused["retCode"] == 170131
    answer = await raw.order(orderLinkId="maybe")
    assert (answer["retCode"], answer["result"]) == (10016, {})
    orders = (await venues.control("GET", "ledger"))["orders"]
    assert [row["client_order_id"] for row in orders] == ["maybe"]


async def test_an_accepted_order_may_be_answered_with_a_page(raw, venues) -> None:
    await venues.fault("http_503_after_accept", endpoint="place", count=1)
    body = '{"category":"spot","symbol":"BTCUSDT","side":"Buy","orderType":"Limit","qty":"0.01","price":"63000"}'
    status, page = await raw.send("POST", "/v5/order/create", body=body)
    assert (status, page[:6]) == (503, "<html>")
    assert len(await raw.listed("order/realtime")) == 1


async def test_a_rate_limit_refuses_before_anything_happens(raw, venues) -> None:
    await venues.fault("rate_limit", endpoint="cancel", count=1)
    order_id = await raw.placed()
    assert (await raw.cancel(orderId=order_id))["retCode"] == 10006
    assert raw.headers_seen["X-Bapi-Limit-Status"] == "0"
    assert (await raw.shown(order_id))["orderStatus"] == "New"


async def test_a_stale_look_up_knows_nothing_of_late(raw, venues) -> None:
    order_id = await raw.placed(price="65001", qty="0.1")
    await raw.placed()
    await venues.fault("stale_query", seconds="60")
    assert await raw.listed("order/realtime", orderId=order_id) == []
    assert await raw.listed("order/realtime") == []
    assert await raw.listed("order/history", orderId=order_id) == []
    assert await raw.listed("order/history") == []
    assert await raw.listed("execution/list") == []
    await venues.control("DELETE", "faults")
    assert (await raw.shown(order_id))["orderStatus"] == "Filled"
    assert len(await raw.listed("execution/list")) == 1


async def test_single_look_ups_and_the_open_orders_go_stale_apart(timed) -> None:
    raw, sim, clock = timed
    order_id = await raw.placed()
    clock.advance(10_000)
    await raw.cancel(orderId=order_id)
    await sim.fault("stale_query", endpoint="open_orders", seconds="5")
    assert [(row["orderId"], row["orderStatus"]) for row in await raw.listed("order/realtime")] == [(order_id, "New")]
    assert (await raw.shown(order_id))["orderStatus"] == "Cancelled"


async def test_a_fill_may_come_before_the_acknowledgement(raw, venues) -> None:
    socket = await raw.private("order")
    await venues.fault("fill_before_ack", endpoint="place", count=1, delay_ms=300)
    placing = asyncio.create_task(raw.placed(price="65001"))
    frames = await socket.until("order", 2)
    assert [frame["orderStatus"] for frame in frames] == ["New", "Filled"]
    assert not placing.done()
    assert await placing == frames[1]["orderId"]


async def test_events_may_come_twice(raw, venues) -> None:
    socket = await raw.private("execution")
    await venues.fault("duplicate_events")
    await raw.post("order/create", order(price="65001"))
    first, second = await socket.until("execution", 2)
    assert first == second


async def test_a_dropped_stream_replays_nothing(raw, venues) -> None:
    socket = await raw.private("order")
    await venues.fault("drop_stream", count=1)
    assert (await socket.socket.receive(5)).type in {WSMsgType.CLOSED, WSMsgType.ERROR}
    await raw.placed(orderLinkId="unheard")
    again = await raw.private("order")
    await raw.placed(orderLinkId="heard")
    assert [frame["orderLinkId"] for frame in await again.until("order", 1)] == ["heard"]
