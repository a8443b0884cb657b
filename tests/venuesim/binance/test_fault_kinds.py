"""The faults that break, refuse, hide, reorder and close, seen by a client of the simulated Binance."""

import asyncio
import json

import aiohttp
import pytest
from aiohttp import WSMsgType

from venuesim_conformance import Row

ORDER = "/api/v3/order"
SPOT = ("BTCUSDT", "BTC/USDT")


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


async def fired(venues) -> list[int]:
    return [fault["fired"] for fault in (await venues.control("GET", "faults"))["faults"]]


async def fault(venues, kind: str, **fields: object) -> dict:
    return await venues.control("POST", "faults", {"kind": kind, **fields})


@pytest.mark.conformance(Row.BANS, "binance spot")
async def test_a_ban_names_its_end_and_is_over_then(timed) -> None:
    raw, venues, clock = timed
    await fault(venues, "ban", seconds=30)
    until = clock.now_ms() + 30_000
    status, body, headers = await raw.request("GET", "/api/v3/time", "", signed=False)
    assert (status, body["code"], headers["Retry-After"]) == (418, -1003, "30")
    assert f"IP banned until {until}." in body["msg"]
    clock.advance(29_000)
    status, _, headers = await raw.request("GET", "/api/v3/time", "", signed=False)
    assert (status, headers["Retry-After"]) == (418, "1")
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await venues.session.ws_connect(venues.url("binance", "ws_api"))
    assert refused.value.status == 418
    clock.advance(1000)
    assert (await raw.request("GET", "/api/v3/time", "", signed=False))[0] == 200
    assert await fired(venues) == [3]


async def test_maintenance_closes_everything_until_it_is_over(venues, raw) -> None:
    private = await open_user_stream(venues, raw)
    public = await venues.session.ws_connect(venues.url("binance", "ws"))
    await fault(venues, "maintenance")
    for socket, shutdown in ((private, ["event"]), (public, ["data"])):
        told = json.loads((await socket.receive(5)).data)
        for name in shutdown:
            told = told[name]
        assert told["e"] == "serverShutdown"
        assert (await socket.receive(5)).type is WSMsgType.CLOSE
    status, page = await raw.order()
    assert (status, page[:6]) == (503, "<html>")
    assert (await raw.request("GET", "/api/v3/nowhere", "", signed=False))[0] == 503
    with pytest.raises(aiohttp.WSServerHandshakeError):
        await venues.session.ws_connect(venues.url("binance", "ws"))
    await venues.control("DELETE", "faults")
    assert (await raw.order())[0] == 200


@pytest.mark.parametrize(("form", "status"), [("truncated", 200), ("html", 502), ("empty", 200), ("text", 200)])
async def test_an_answer_may_be_no_json(venues, raw, form: str, status: int) -> None:
    await fault(venues, "malformed", form=form, match={"endpoint": "place", "count": 1})
    url = f"{raw.base}{ORDER}"
    text = f"symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.01&timestamp={raw.now()}"
    text += f"&signature={raw.signature(text)}"
    async with venues.session.post(url, data=text, headers={"X-MBX-APIKEY": raw.api_key}) as response:
        body = await response.read()
        assert response.status == status
    with pytest.raises(json.JSONDecodeError):
        json.loads(body)
    assert [order["status"] for order in (await venues.control("GET", "ledger"))["orders"]] == ["filled"]


async def test_a_frame_of_order_entry_may_be_cut_short(venues, raw) -> None:
    await fault(venues, "malformed", match={"endpoint": "ticker", "count": 1})
    socket = await venues.session.ws_connect(venues.url("binance", "ws_api"))
    await socket.send_json({"id": 1, "method": "ticker.price", "params": {"symbol": "BTCUSDT"}})
    with pytest.raises(json.JSONDecodeError):
        json.loads((await socket.receive(5)).data)
    await socket.send_json({"id": 2, "method": "ticker.price", "params": {"symbol": "BTCUSDT"}})
    assert json.loads((await socket.receive(5)).data)["id"] == 2


async def test_a_field_may_be_missing_in_answers_and_events(venues, raw) -> None:
    await fault(venues, "missing_field", field="orderId", match={"endpoint": "place"})
    await fault(venues, "missing_field", field="i", match={"endpoint": "stream", "count": 1})
    socket = await open_user_stream(venues, raw)
    assert "orderId" not in (await raw.order())[1]
    (report,) = await reports(socket, 1)
    assert ("i" in report, report["X"]) == (False, "NEW")
    assert await fired(venues) == [1, 1]


async def test_a_status_may_be_one_never_seen(venues, raw) -> None:
    placed = (await raw.order())[1]
    await fault(venues, "unknown_enum", match={"endpoint": "query"})
    found = (await raw.call("GET", ORDER, symbol="BTCUSDT", orderId=placed["orderId"]))[1]
    assert (found["status"], found["type"]) == ("PENDING_REVIEW", "LIMIT")
    await venues.control("DELETE", "faults")
    await fault(venues, "unknown_enum", field="type", value="ICEBERG_9", match={"endpoint": "query"})
    found = (await raw.call("GET", ORDER, symbol="BTCUSDT", orderId=placed["orderId"]))[1]
    assert (found["status"], found["type"]) == ("NEW", "ICEBERG_9")


async def test_a_fault_that_finds_nothing_to_change_does_not_fire(venues, raw) -> None:
    await fault(venues, "missing_field", field="colour")
    assert (await raw.order())[0] == 200
    assert await fired(venues) == [0]


@pytest.mark.parametrize(("ahead_ms", "accepted"), [(0, True), (4000, True), (6000, False), (-4000, False)])
async def test_a_clock_that_is_wrong_shows_in_time_and_in_windows(timed, ahead_ms: int, accepted: bool) -> None:
    raw, venues, clock = timed
    if ahead_ms:
        await fault(venues, "clock_skew", milliseconds=ahead_ms)
    assert (await raw.request("GET", "/api/v3/time", "", signed=False))[1] == {"serverTime": clock.now_ms() + ahead_ms}
    told = (await venues.control("GET", "time"))["exchanges"]["binance"]
    assert told["now_ms"] == clock.now_ms() + ahead_ms
    status, body = await raw.order()
    assert (status == 200) is accepted
    if accepted:
        assert body["transactTime"] == clock.now_ms() + ahead_ms
    else:
        assert body["code"] == -1021
    await venues.control("DELETE", "faults")
    assert (await raw.order())[0] == 200


@pytest.mark.conformance(Row.SIGNATURES, "binance spot")
async def test_a_revoked_key_is_unknown_and_its_stream_ends(venues, raw) -> None:
    socket = await open_user_stream(venues, raw)
    await fault(venues, "revoke_key", match={"api_key": raw.api_key})
    event = json.loads((await socket.receive(5)).data)["event"]
    assert event["e"] == "eventStreamTerminated"
    assert (await socket.receive(5)).type is WSMsgType.CLOSE
    assert (await raw.order())[1]["code"] == -2015
    assert (await raw.request("GET", "/api/v3/time", "", signed=False))[0] == 200
    await venues.control("DELETE", "faults")
    assert (await raw.order())[0] == 200


async def test_a_key_may_lose_its_permission_to_trade(venues, raw) -> None:
    await fault(venues, "strip_permission", permission="trade")
    assert (await raw.order())[1]["code"] == -2015
    assert (await raw.call("GET", "/api/v3/account"))[0] == 200
    assert (await venues.control("GET", "accounts"))["accounts"][0]["permissions"] == ["read"]


async def test_an_order_may_be_canceled_by_the_venue(venues, raw) -> None:
    await raw.order(newClientOrderId="mine-1")
    await raw.order(newClientOrderId="mine-2")
    await raw.order(newClientOrderId="other")
    socket = await open_user_stream(venues, raw)
    row = await fault(venues, "unsolicited_cancel", match={"client_order_id": "mine-*", "count": 1})
    assert row["fired"] == 1
    assert (await reports(socket, 1))[0]["X"] == "EXPIRED"
    orders = {row["client_order_id"]: row for row in (await venues.control("GET", "ledger"))["orders"]}
    assert (orders["mine-1"]["status"], orders["mine-1"]["end_reason"]) == ("expired", "system")
    assert (orders["mine-2"]["status"], orders["other"]["status"]) == ("new", "new")
    await venues.control("POST", "faults", {"kind": "unsolicited_cancel", "match": {"symbol": "ETH/USDT"}}, expect=400)
    await fault(venues, "unsolicited_cancel", match={"client_order_id": "other"}, reason="self_trade")
    told = (await reports(socket, 1))[0]
    assert (told["x"], told["X"], told["C"]) == ("EXPIRED", "EXPIRED_IN_MATCH", "")


async def test_one_order_of_several_may_be_refused(venues, raw) -> None:
    await fault(venues, "refuse_item", match={"client_order_id": "unlucky*"})
    assert (await raw.order(newClientOrderId="lucky"))[0] == 200
    status, body = await raw.order(newClientOrderId="unlucky-1")
    assert (status, body["code"], body["msg"]) == (400, -2010, "Account has insufficient balance for requested action.")
    assert await fired(venues) == [1]


@pytest.mark.parametrize(
    ("kind", "endpoint", "other"),
    [
        ("async_reject", "place", "cancel_replace"),
        ("refuse_item", "place", "cancel_replace"),
        ("fill_after_cancel_ack", "cancel", "cancel_replace"),
        ("cancel_replace_half", "cancel_replace", None),
    ],
)
async def test_what_strikes_orders_may_be_told_at_which_call(
    venues, raw, kind: str, endpoint: str, other: str | None
) -> None:
    async def trade() -> None:
        placed = (await raw.order())[1]
        replaced = {"cancelReplaceMode": "STOP_ON_FAILURE", "cancelOrderId": placed.get("orderId", 1)}
        form = {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC"}
        await raw.call("POST", f"{ORDER}/cancelReplace", **form, **replaced, price="60000", quantity="0.01")
        resting = (await raw.order())[1]
        await raw.call("DELETE", ORDER, symbol="BTCUSDT", orderId=resting.get("orderId", 1))

    await fault(venues, kind, match={"endpoint": endpoint, "count": 1})
    await trade()
    assert await fired(venues) == [1]
    if other is not None:
        await venues.control("DELETE", "faults")
        await fault(venues, kind, match={"endpoint": other})
        await raw.order()
        assert await fired(venues) == [0]


async def test_an_accepted_order_may_be_rejected_after_all(venues, raw) -> None:
    socket = await open_user_stream(venues, raw)
    await fault(venues, "async_reject", match={"count": 1})
    status, body = await raw.order(price="65100", newClientOrderId="late")
    assert (status, body["status"], body["executedQty"]) == (200, "NEW", "0.00000000")
    new, ended = await reports(socket, 2)
    assert (new["x"], ended["X"]) == ("NEW", "REJECTED")
    assert [row["end_reason"] for row in (await venues.control("GET", "ledger"))["orders"]] == ["refused_late"]


async def test_a_fill_may_be_told_after_the_cancel_was_acknowledged(venues, raw) -> None:
    placed = (await raw.order(quantity="0.01"))[1]
    socket = await open_user_stream(venues, raw)
    await fault(venues, "fill_after_cancel_ack", delay_ms=300)
    status, canceled = await raw.call("DELETE", ORDER, symbol="BTCUSDT", orderId=placed["orderId"])
    assert (status, canceled["status"], canceled["executedQty"]) == (200, "CANCELED", "0.00500000")
    with pytest.raises(TimeoutError):
        await socket.receive(0.05)
    fill, end = await reports(socket, 2)
    assert (fill["x"], fill["l"], end["x"], end["z"]) == ("TRADE", "0.00500000", "CANCELED", "0.00500000")


async def test_nobody_hears_that_an_instant_fill_was_new(venues, raw) -> None:
    socket = await open_user_stream(venues, raw)
    await fault(venues, "no_new_event")
    await raw.order(newClientOrderId="rests")
    await raw.order(price="65100", newClientOrderId="instant")
    heard = await reports(socket, 2)
    assert [(report["c"], report["x"]) for report in heard] == [("rests", "NEW"), ("instant", "TRADE")]
    assert await fired(venues) == [1]


async def test_events_may_change_places(venues, raw) -> None:
    socket = await open_user_stream(venues, raw)
    await fault(venues, "reorder_events", match={"count": 1}, delay_ms=5000)
    await raw.order(price="65100", newClientOrderId="one")
    frames = [json.loads((await socket.receive(5)).data)["event"] for _ in range(4)]
    assert [frame.get("x") for frame in frames] == ["TRADE", None, "NEW", None]
    await raw.order(newClientOrderId="two")
    assert [report["c"] for report in await reports(socket, 1)] == ["two"]


async def test_an_event_that_nothing_follows_comes_late(venues, raw) -> None:
    socket = await open_user_stream(venues, raw)
    await venues.fault("duplicate_events", endpoint="stream")
    await fault(venues, "reorder_events", delay_ms=20, match={"probability": 1})
    await raw.order(newClientOrderId="one")
    assert [report["c"] for report in await reports(socket, 2)] == ["one", "one"]


@pytest.mark.conformance(Row.FORCED_DISCONNECT, "binance spot")
async def test_the_venue_closes_streams_for_their_age(venues, raw) -> None:
    private = await open_user_stream(venues, raw)
    public = await venues.session.ws_connect(venues.url("binance", "ws"))
    await fault(venues, "close_stream", match={"endpoint": "stream", "count": 1})
    assert json.loads((await private.receive(5)).data)["event"]["e"] == "serverShutdown"
    assert (await private.receive(5)).data == 1001
    await fault(venues, "close_stream", match={"endpoint": "public_stream", "count": 1})
    assert json.loads((await public.receive(5)).data)["data"]["e"] == "serverShutdown"
    assert (await public.receive(5)).data == 1001
    again = await open_user_stream(venues, raw)
    await raw.order(newClientOrderId="heard")
    assert [report["c"] for report in await reports(again, 1)] == ["heard"]


async def test_market_data_may_break_off_or_be_broken(venues) -> None:
    public = await venues.session.ws_connect(venues.url("binance", "ws"))
    await public.send_json({"method": "SUBSCRIBE", "params": ["btcusdt@trade"], "id": 1})
    assert json.loads((await public.receive(5)).data) == {"result": None, "id": 1}
    await fault(venues, "malformed", match={"endpoint": "public_stream", "count": 1})
    await venues.control("POST", "market", {"symbol": "BTC/USDT", "price": "65010"})
    with pytest.raises(json.JSONDecodeError):
        json.loads((await public.receive(5)).data)
    await fault(venues, "drop_stream", match={"endpoint": "public_stream", "count": 1})
    assert (await public.receive(5)).type in {WSMsgType.CLOSED, WSMsgType.ERROR}


@pytest.mark.parametrize("symbol", SPOT)
async def test_a_fault_is_matched_by_symbol_in_any_spelling(venues, raw, symbol: str) -> None:
    await fault(venues, "rate_limit", match={"symbol": symbol})
    assert (await raw.order())[0] == 429
    assert (await raw.order(symbol="ETHUSDT", price="2000"))[0] != 429
    assert (await raw.call("GET", "/api/v3/account"))[0] == 200


async def test_a_fault_for_a_contract_leaves_the_pair_alone(venues, raw) -> None:
    await fault(venues, "rate_limit", match={"symbol": "BTC/USDT:USDT"})
    assert (await raw.order())[0] == 200


async def test_a_fault_is_matched_by_client_order_id_and_key(venues, raw) -> None:
    await fault(venues, "rate_limit", match={"client_order_id": "a-*", "api_key": "nobody"})
    assert (await raw.order(newClientOrderId="a-1"))[0] == 200
    await fault(venues, "rate_limit", match={"client_order_id": "a-*", "api_key": "kkk*"})
    assert (await raw.order(newClientOrderId="b-1"))[0] == 200
    assert (await raw.order(newClientOrderId="a-2"))[0] == 429
    assert await fired(venues) == [0, 1]


async def test_faults_are_matched_on_the_socket_as_well(venues, raw) -> None:
    await fault(venues, "rate_limit", match={"client_order_id": "a-*"})
    async with venues.session.ws_connect(venues.url("binance", "ws_api")) as socket:
        for name, status in (("b-1", 200), ("a-1", 429)):
            params = {"symbol": "BTCUSDT", "side": "BUY", "type": "MARKET", "quantity": "0.01", "apiKey": raw.api_key}
            params |= {"newClientOrderId": name, "timestamp": str(raw.now())}
            params["signature"] = raw.signature("&".join(f"{key}={params[key]}" for key in sorted(params)))
            await socket.send_json({"id": 7, "method": "order.place", "params": params})
            assert json.loads((await socket.receive(5)).data)["status"] == status


async def test_a_slow_clearing_of_faults_lets_waiting_calls_go_on(venues, raw) -> None:
    await fault(venues, "delay", delay_ms=100, match={"endpoint": "place", "count": 1})
    waiting = asyncio.create_task(raw.order())
    while await fired(venues) != [1]:
        pass
    await venues.control("DELETE", "faults")
    assert (await waiting)[0] == 200


@pytest.mark.conformance(Row.CANCEL_REPLACE, "binance spot")
async def test_a_cancel_replace_may_be_half_done(venues, raw) -> None:
    placed = (await raw.order())[1]
    await fault(venues, "cancel_replace_half", match={"count": 1})
    assert (await raw.order(newClientOrderId="plain"))[0] == 200
    replace = {
        "symbol": "BTCUSDT",
        "side": "BUY",
        "type": "LIMIT",
        "timeInForce": "GTC",
        "quantity": "0.01",
        "price": "60001",
        "cancelReplaceMode": "STOP_ON_FAILURE",
        "cancelOrderId": placed["orderId"],
    }
    status, body = await raw.call("POST", "/api/v3/order/cancelReplace", **replace)
    assert (status, body["code"]) == (409, -2021)
    assert (body["data"]["cancelResult"], body["data"]["newOrderResult"]) == ("SUCCESS", "FAILURE")
    assert await fired(venues) == [1]
    assert (await raw.call("GET", ORDER, symbol="BTCUSDT", orderId=placed["orderId"]))[1]["status"] == "CANCELED"


async def test_a_page_is_a_code_on_the_socket(venues) -> None:
    await fault(venues, "maintenance", match={"endpoint": "ticker"})
    async with venues.session.ws_connect(venues.url("binance", "ws_api")) as socket:
        await socket.send_json({"id": 1, "method": "ticker.price", "params": {"symbol": "BTCUSDT"}})
        answer = json.loads((await socket.receive(5)).data)
    assert (answer["status"], answer["error"]["code"]) == (503, -1016)
