"""The faults that break, refuse, hide and close, seen by a client of the simulated Bybit."""

import json

import aiohttp
import pytest
from aiohttp import WSMsgType

from venuesim_bybit_helpers import API_KEY, order
from venuesim_conformance import Row


async def fault(venues, kind: str, **fields: object) -> dict:
    return await venues.control("POST", "faults", {"kind": kind, **fields})


@pytest.mark.conformance(Row.BANS, "bybit spot", "bybit linear")
async def test_a_blocked_address_gets_403(raw, venues) -> None:
    await fault(venues, "ban", match={"count": 1})
    assert await raw.send("GET", "/v5/market/time") == (403, "access too frequent")
    assert (await raw.send("GET", "/v5/market/time"))[0] == 200


@pytest.mark.conformance(Row.FORCED_DISCONNECT, "bybit spot", "bybit linear")
async def test_maintenance_closes_everything(raw, venues) -> None:
    private, public = await raw.private("order"), await raw.public("publicTrade.BTCUSDT")
    await fault(venues, "maintenance")
    for socket in (private, public):
        while (message := await socket.socket.receive(5)).type is WSMsgType.TEXT:
            pass
        assert message.type is WSMsgType.CLOSE
    assert (await raw.send("GET", "/v5/market/time"))[0] == 503
    with pytest.raises(aiohttp.WSServerHandshakeError):
        await raw.authenticating()


async def test_answers_and_events_may_be_broken(raw, venues) -> None:
    socket = await raw.private("order")
    await fault(venues, "missing_field", field="orderId", match={"endpoint": "place", "count": 1})
    assert "orderId" not in (await raw.order(orderLinkId="one"))["result"]
    assert (await socket.until("order", 1))[0]["orderLinkId"] == "one"
    await fault(venues, "unknown_enum", match={"endpoint": "stream", "count": 1})
    await raw.order(orderLinkId="two")
    assert (await socket.until("order", 1))[0]["orderStatus"] == "PENDING_REVIEW"
    await fault(venues, "malformed", form="html", match={"endpoint": "cancel", "count": 1})
    status, page = await raw.send("POST", "/v5/order/cancel", body=json.dumps({"category": "spot"}))
    assert (status, page[:6]) == (502, "<html>")


async def test_a_clock_that_is_wrong_shows_in_time_and_in_windows(timed) -> None:
    raw, venues, clock = timed
    await fault(venues, "clock_skew", milliseconds=-1500)
    assert (await raw.get("market/time"))["time"] == clock.now_ms() - 1500
    answer = await raw.order()
    assert (answer["retCode"], f"server_timestamp[{clock.now_ms() - 1500}]" in answer["retMsg"]) == (10002, True)


async def test_a_revoked_key_neither_signs_nor_authenticates(raw, venues) -> None:
    socket = await raw.private("order")
    await fault(venues, "revoke_key", match={"api_key": API_KEY})
    assert (await socket.socket.receive(5)).type is WSMsgType.CLOSE
    assert (await raw.order())["retCode"] == 10003


async def test_a_key_may_lose_its_permission_to_trade(raw, venues) -> None:
    await fault(venues, "strip_permission", permission="trade")
    assert (await raw.order())["retCode"] == 10005
    assert (await raw.get("account/wallet-balance", accountType="UNIFIED"))["retCode"] == 0


async def test_one_order_of_a_batch_may_be_refused(raw, venues) -> None:
    await fault(venues, "refuse_item", match={"client_order_id": "unlucky"})
    items = [order(orderLinkId=name) for name in ("lucky", "unlucky")]
    for item in items:
        del item["category"]
    answer = await raw.post("order/create-batch", {"category": "spot", "request": items})
    codes = [item["code"] for item in answer["retExtInfo"]["list"]]
    assert (answer["retCode"], codes) == (0, [0, 170131])


async def test_an_accepted_order_may_be_rejected_after_all(raw, venues) -> None:
    socket = await raw.private("order")
    await fault(venues, "async_reject", match={"count": 1})
    order_id = await raw.placed()
    told = await socket.until("order", 2)
    assert [row["orderId"] for row in told] == [order_id] * 2
    assert told[1]["orderStatus"] == "Rejected"


async def test_an_order_may_be_canceled_by_the_venue(raw, venues) -> None:
    order_id = await raw.placed()
    socket = await raw.private("order")
    await fault(venues, "unsolicited_cancel")
    (told,) = await socket.until("order", 1)
    assert (told["orderId"], told["orderStatus"], told["cancelType"]) == (order_id, "Cancelled", "CancelByAdmin")


async def test_a_fill_may_be_told_after_the_cancel_was_acknowledged(raw, venues) -> None:
    order_id = await raw.placed(qty="0.01")
    socket = await raw.private("order", "execution")
    await fault(venues, "fill_after_cancel_ack", delay_ms=100)
    assert (await raw.cancel(orderId=order_id))["retCode"] == 0
    (execution,) = await socket.until("execution", 1)
    assert execution["execQty"] == "0.005"


async def test_faults_are_matched_on_the_trade_socket_as_well(raw, venues) -> None:
    await fault(venues, "rate_limit", match={"symbol": "BTC/USDT"})
    socket = await raw.authenticating("trade")
    assert (await socket.receive())["retCode"] == 0
    for symbol, code in (("ETHUSDT", 0), ("BTCUSDT", 10006)):
        header = {"X-BAPI-TIMESTAMP": str(raw.clock.now_ms())}
        price = "2000" if symbol == "ETHUSDT" else "63000"
        await socket.send("order.create", order(symbol=symbol, qty="0.1", price=price), reqId="1", header=header)
        answer = await socket.receive()
        assert (answer["retCode"] == 10006) is (code == 10006), answer


async def test_a_contract_and_its_pair_are_told_apart(raw, venues) -> None:
    await fault(venues, "rate_limit", match={"symbol": "BTC/USDT:USDT"})
    assert (await raw.get("market/tickers", category="spot", symbol="BTCUSDT"))["retCode"] == 0
    assert (await raw.get("market/tickers", category="linear", symbol="BTCUSDT"))["retCode"] == 10006


async def test_what_breaks_answers_breaks_frames_of_order_entry_too(raw, venues) -> None:
    socket = await raw.authenticating("trade")
    assert (await socket.receive())["retCode"] == 0
    header = {"X-BAPI-TIMESTAMP": str(raw.clock.now_ms())}
    await fault(venues, "missing_field", field="orderId", match={"endpoint": "place", "count": 1})
    await socket.send("order.create", order(), reqId="1", header=header)
    answer = await socket.receive()
    assert (answer["retCode"], "orderId" in answer["data"]) == (0, False)
    await fault(venues, "maintenance", match={"endpoint": "place"})
    await socket.send("order.create", order(), reqId="2", header=header)
    assert (await socket.receive())["retCode"] == 10016
