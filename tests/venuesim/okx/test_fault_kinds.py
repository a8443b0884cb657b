"""The faults that break, refuse, hide and close, seen by a client of the simulated OKX."""

import json

import aiohttp
import pytest
from aiohttp import WSMsgType

from venuesim_conformance import Row

ORDERS = {"channel": "orders", "instType": "SPOT"}


async def fault(venues, kind: str, **fields: object) -> dict:
    return await venues.control("POST", "faults", {"kind": kind, **fields})


@pytest.mark.conformance(Row.BANS, "okx spot", "okx swap", approximate="OKX documents none; a fault goes on refusing")
async def test_a_ban_goes_on_refusing(raw, venues) -> None:
    await fault(venues, "ban", match={"count": 2})
    for _ in range(2):
        assert await raw.get("public/time") == (429, {"code": "50011", "msg": "Too Many Requests"})
    assert (await raw.get("public/time"))[0] == 200


@pytest.mark.conformance(Row.FORCED_DISCONNECT, "okx spot", "okx swap")
async def test_maintenance_gives_notice_and_answers_50001(raw, venues) -> None:
    private, public = await raw.subscribed(ORDERS), await raw.public()
    await fault(venues, "maintenance")
    for socket in (private, public):
        notice = await socket.receive()
        assert (notice["event"], notice["code"]) == ("notice", "64008")
        assert (await socket.socket.receive(5)).type is WSMsgType.CLOSE
    status, body = await raw.order()
    assert (status, body["code"]) == (503, "50001")
    with pytest.raises(aiohttp.WSServerHandshakeError):
        await raw.public()


async def test_answers_and_events_may_be_broken(raw, venues) -> None:
    socket = await raw.subscribed(ORDERS)
    await fault(venues, "missing_field", field="ordId", match={"endpoint": "place", "count": 1})
    assert "ordId" not in (await raw.order(clOrdId="one"))[1]["data"][0]
    assert (await socket.receive())["data"][0]["clOrdId"] == "one"
    await fault(venues, "unknown_enum", match={"endpoint": "stream", "count": 1}, value="hibernating")
    await raw.order(clOrdId="two")
    assert (await socket.receive())["data"][0]["state"] == "hibernating"
    await fault(venues, "malformed", match={"endpoint": "cancel", "count": 1})
    with pytest.raises(json.JSONDecodeError):
        await raw.post("trade/cancel-order", {"instId": "BTC-USDT", "clOrdId": "two"})


async def test_a_clock_that_is_wrong_shows_in_time_and_in_windows(timed) -> None:
    raw, venues, clock = timed
    await fault(venues, "clock_skew", milliseconds=31_000, exchange="okx")
    assert (await raw.get("public/time"))[1]["data"] == [{"ts": str(clock.now_ms() + 31_000)}]
    assert (await raw.order())[1]["code"] == "50102"
    await venues.control("DELETE", "faults")
    assert (await raw.order())[1]["code"] == "0"


async def test_a_revoked_key_neither_signs_nor_logs_in(raw, venues) -> None:
    socket = await raw.subscribed(ORDERS)
    await fault(venues, "revoke_key")
    farewell = await socket.socket.receive(5)
    assert (farewell.type, farewell.data) == (WSMsgType.CLOSE, 4007)
    assert (await raw.order())[1]["code"] == "50119"
    again = await raw.private()
    assert (await again.receive())["code"] == "60032"


async def test_a_key_may_lose_its_permission_to_trade(raw, venues) -> None:
    await fault(venues, "strip_permission", permission="trade")
    assert (await raw.order())[1]["code"] == "50120"
    assert (await raw.get("account/balance"))[1]["code"] == "0"


async def test_one_order_of_a_batch_may_be_refused(raw, venues) -> None:
    await fault(venues, "refuse_item", match={"client_order_id": "unlucky"})
    batch = [raw.parameters(clOrdId="lucky"), raw.parameters(clOrdId="unlucky")]
    status, body = await raw.post("trade/batch-orders", batch)
    assert (status, body["code"]) == (200, "2")
    assert [item["sCode"] for item in body["data"]] == ["0", "51008"]


async def test_an_accepted_order_may_be_canceled_after_all(raw, venues) -> None:
    socket = await raw.subscribed(ORDERS)
    await fault(venues, "async_reject", match={"client_order_id": "late"})
    assert (await raw.order(clOrdId="late"))[1]["data"][0]["sCode"] == "0"
    states = [(await socket.receive())["data"][0]["state"] for _ in range(2)]
    assert states == ["live", "canceled"]


async def test_an_order_may_be_canceled_by_the_venue(raw, venues) -> None:
    order_id = await raw.placed()
    socket = await raw.subscribed(ORDERS)
    row = await fault(venues, "unsolicited_cancel", match={"symbol": "BTC/USDT"}, reason="self_trade")
    assert row["fired"] == 1
    told = (await socket.receive())["data"][0]
    assert (told["ordId"], told["state"], told["cancelSource"]) == (order_id, "canceled", "32")


async def test_a_fill_may_be_told_after_the_cancel_was_acknowledged(raw, venues) -> None:
    order_id = await raw.placed(sz="0.01")
    socket = await raw.subscribed(ORDERS)
    await fault(venues, "fill_after_cancel_ack", delay_ms=200)
    cancel = {"instId": "BTC-USDT", "ordId": order_id}
    assert (await raw.post("trade/cancel-order", cancel))[1]["data"][0]["sCode"] == "0"
    states = [(await socket.receive())["data"][0] for _ in range(2)]
    assert [(told["state"], told["accFillSz"]) for told in states] == [
        ("partially_filled", "0.005"),
        ("canceled", "0.005"),
    ]


async def test_faults_are_matched_on_the_socket_as_well(raw, venues) -> None:
    await fault(venues, "rate_limit", match={"client_order_id": "a*", "symbol": "BTC/USDT"})
    socket = await raw.private()
    assert (await socket.receive())["event"] == "login"
    for name, code in (("b1", "0"), ("a1", "50011")):
        await socket.socket.send_json({"id": "1", "op": "order", "args": [raw.parameters(clOrdId=name)]})
        assert (await socket.receive())["code"] == code


@pytest.mark.parametrize("symbol", ["BTC-USDT-SWAP", "BTC/USDT:USDT"])
async def test_a_contract_and_its_pair_are_told_apart(raw, venues, symbol: str) -> None:
    await fault(venues, "rate_limit", match={"symbol": symbol})
    assert (await raw.get("market/ticker", instId="BTC-USDT"))[0] == 200
    assert (await raw.get("market/ticker", instId="BTC-USDT-SWAP"))[0] == 429


async def test_what_breaks_answers_breaks_frames_of_order_entry_too(raw, venues) -> None:
    socket = await raw.private()
    assert (await socket.receive())["event"] == "login"
    await fault(venues, "malformed", match={"endpoint": "place", "count": 1})
    await socket.socket.send_json({"id": "1", "op": "order", "args": [raw.parameters()]})
    with pytest.raises(json.JSONDecodeError):
        json.loads((await socket.socket.receive(5)).data)
    await fault(venues, "maintenance", match={"endpoint": "place"})
    await socket.socket.send_json({"id": "2", "op": "order", "args": [raw.parameters()]})
    answer = await socket.receive()
    assert (answer["id"], answer["code"]) == ("2", "50001")
