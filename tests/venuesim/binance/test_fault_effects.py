"""What each fault does to a client of the simulated Binance."""

import asyncio
import json
import time

import aiohttp
import pytest
from aiohttp import ClientConnectionError, WSMsgType

ORDER = "/api/v3/order"
SYMBOL = "BTC/USDT"


async def open_user_stream(venues, raw) -> aiohttp.ClientWebSocketResponse:
    socket = await venues.session.ws_connect(venues.url("binance", "ws_api"))
    params = {"apiKey": raw.api_key, "timestamp": raw.now()}
    params["signature"] = raw.signature("&".join(f"{name}={params[name]}" for name in sorted(params)))
    await socket.send_json({"id": "u", "method": "userDataStream.subscribe.signature", "params": params})
    answer = json.loads((await socket.receive(5)).data)
    assert (answer["status"], answer["result"]) == (200, {"subscriptionId": 0}), answer
    return socket


async def reports(socket: aiohttp.ClientWebSocketResponse, count: int) -> list[dict]:
    found = []
    while len(found) < count:
        event = json.loads((await socket.receive(5)).data)["event"]
        if event["e"] == "executionReport":
            found.append(event)
    return found


async def ledger_orders(venues) -> list[dict]:
    return (await venues.control("GET", "ledger"))["orders"]


async def test_a_lost_request_never_arrives(venues, raw) -> None:
    await venues.fault("lose_request", endpoint="place", count=1)
    with pytest.raises(ClientConnectionError):
        await raw.order(newClientOrderId="lost")
    ledger = await venues.control("GET", "ledger")
    assert (ledger["orders"], ledger["arrivals"]) == ([], [])
    assert (await raw.order(newClientOrderId="lost"))[0] == 200


async def test_a_lost_reply_leaves_an_order(venues, raw) -> None:
    await venues.fault("lose_reply", endpoint="place", count=1)
    with pytest.raises(ClientConnectionError):
        await raw.order(newClientOrderId="mute")
    assert [(order["client_order_id"], order["arrivals"]) for order in await ledger_orders(venues)] == [("mute", 1)]
    assert (await raw.call("GET", ORDER, symbol="BTCUSDT", origClientOrderId="mute"))[1]["status"] == "NEW"


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [("http_503_after_accept", 503, -1001), ("status_unknown_after_accept", 408, -1007)],
)
async def test_an_accepted_order_may_be_answered_with_an_error(venues, raw, kind: str, status: int, code: int) -> None:
    await venues.fault(kind, count=1)
    assert (await raw.order(quantity="1000"))[1]["code"] == -1013  # A refusal is not hidden, and does not use it up.
    answer = await raw.order(newClientOrderId="maybe")
    assert (answer[0], answer[1]["code"]) == (status, code)
    assert [order["client_order_id"] for order in await ledger_orders(venues)] == ["maybe"]
    assert [fault["fired"] for fault in (await venues.control("GET", "faults"))["faults"]] == [1]


async def test_a_rate_limit_answers_without_doing_anything(venues, raw) -> None:
    await venues.fault("rate_limit", endpoint="place", count=1)
    status, body = await raw.order()
    assert (status, body["code"]) == (429, -1003)
    assert await ledger_orders(venues) == []


async def test_a_delayed_request_is_judged_when_it_arrives(venues, raw) -> None:
    await venues.fault("delay", endpoint="balances", count=1, delay_ms=300)
    started = time.monotonic()
    text = f"recvWindow=200&timestamp={raw.now()}"
    status, body, _ = await raw.request("GET", "/api/v3/account", text)
    assert (status, body["code"]) == (400, -1021)
    assert time.monotonic() - started > 0.29


async def test_a_stale_query_does_not_know_what_just_happened(venues, raw) -> None:
    placed = (await raw.order(price="65100"))[1]
    await venues.fault("stale_query", count=3, seconds="10")
    wanted = {"symbol": "BTCUSDT", "orderId": placed["orderId"]}
    assert (await raw.call("GET", ORDER, **wanted))[1]["code"] == -2013
    assert (await raw.call("GET", "/api/v3/openOrders", symbol="BTCUSDT"))[1] == []
    assert (await raw.call("GET", "/api/v3/myTrades", symbol="BTCUSDT"))[1] == []
    assert (await raw.call("GET", ORDER, **wanted))[1]["status"] == "FILLED"


async def test_a_stale_query_shows_the_past(timed) -> None:
    raw, venues, clock = timed
    placed = (await raw.order())[1]
    clock.advance(4000)
    await venues.control("POST", "market", {"symbol": SYMBOL, "price": "59000"})
    clock.advance(2000)
    await venues.fault("stale_query", count=2, seconds="3")
    wanted = {"symbol": "BTCUSDT", "orderId": placed["orderId"]}
    past = (await raw.call("GET", ORDER, **wanted))[1]
    assert (past["status"], past["executedQty"]) == ("NEW", "0.00000000")
    assert [order["orderId"] for order in (await raw.call("GET", "/api/v3/openOrders"))[1]] == [placed["orderId"]]
    assert (await raw.call("GET", ORDER, **wanted))[1]["status"] == "FILLED"


async def test_a_dropped_stream_closes_and_replays_nothing(venues, raw) -> None:
    socket = await open_user_stream(venues, raw)
    await venues.fault("drop_stream", count=1)
    assert (await socket.receive(5)).type in {WSMsgType.CLOSED, WSMsgType.ERROR}
    await raw.order(newClientOrderId="unheard")
    again = await open_user_stream(venues, raw)
    await raw.order(newClientOrderId="heard")
    assert [report["c"] for report in await reports(again, 1)] == ["heard"]


async def test_a_stream_that_opens_later_drops_at_its_next_event(venues, raw) -> None:
    await venues.fault("drop_stream", count=1)
    socket = await open_user_stream(venues, raw)
    assert (await raw.order())[0] == 200
    assert (await socket.receive(5)).type in {WSMsgType.CLOSED, WSMsgType.ERROR}


async def test_events_may_come_twice(venues, raw) -> None:
    socket = await open_user_stream(venues, raw)
    await venues.fault("duplicate_events")
    await raw.order(newClientOrderId="echo")
    first, second = await reports(socket, 2)
    assert first == second


async def test_a_fill_may_come_before_the_acknowledgement(venues, raw) -> None:
    socket = await open_user_stream(venues, raw)
    await venues.fault("fill_before_ack", delay_ms=400)
    reply = asyncio.create_task(raw.order(price="65100"))
    new, fill = await reports(socket, 2)
    assert (new["x"], fill["x"], fill["X"]) == ("NEW", "TRADE", "FILLED")
    assert not reply.done()
    assert (await reply)[1]["status"] == "FILLED"


async def test_without_faults_events_follow_the_acknowledgement_of_a_socket_order(venues, raw) -> None:
    socket = await open_user_stream(venues, raw)
    params = {"symbol": "BTCUSDT", "side": "BUY", "type": "MARKET", "quantity": "0.01", "apiKey": raw.api_key}
    params["timestamp"] = str(raw.now())
    params["signature"] = raw.signature("&".join(f"{name}={params[name]}" for name in sorted(params)))
    await socket.send_json({"id": 7, "method": "order.place", "params": params})
    frames = [json.loads((await socket.receive(5)).data) for _ in range(5)]
    assert sorted(frame.get("id", 0) for frame in frames) == [0, 0, 0, 0, 7]
    assert [frame["event"]["x"] for frame in frames if frame.get("event", {}).get("x")] == ["NEW", "TRADE"]


async def test_faults_strike_orders_by_socket_too(venues, raw) -> None:
    await venues.fault("lose_reply", endpoint="place", count=1)
    async with venues.session.ws_connect(venues.url("binance", "ws_api")) as socket:
        params = {"symbol": "BTCUSDT", "side": "BUY", "type": "MARKET", "quantity": "0.01", "apiKey": raw.api_key}
        params["timestamp"] = str(raw.now())
        params["signature"] = raw.signature("&".join(f"{name}={params[name]}" for name in sorted(params)))
        await socket.send_json({"id": 7, "method": "order.place", "params": params})
        assert (await socket.receive(5)).type in {WSMsgType.CLOSED, WSMsgType.ERROR}
    assert [order["status"] for order in await ledger_orders(venues)] == ["filled"]
