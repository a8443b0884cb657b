"""What every venue's session must do when something goes wrong, numbered on from the ordinary cases."""

import asyncio
import logging
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tidegate.core.identifiers import AccountId
from tidegate.core.messages.reports import (
    AccountConnected,
    AccountDisconnected,
    CancelAccepted,
    ExecutionReported,
    InstrumentsReported,
    OrderAccepted,
    OrderNotFound,
    OrderRefused,
    OrderReported,
    QueryFailed,
    SendOutcomeUnknown,
)
from tidegate.core.vocabulary import Environment, Exchange, RejectReason, VenueOrderStatus
from tidegate.ports import VenueCredentials
from tidegate.venues import hearing
from tidegate.venues.binance import spot as binance_spot
from tidegate.venues.bybit import lookups as bybit_lookups
from tidegate.venues.factory import Venues, VenueSettings
from tidegate.venues.okx import pages as okx_pages
from venue_contract_helpers import Desk, RealClock, Recorder
from venue_door import Door


def ends(status: VenueOrderStatus) -> Any:
    """A filter for order reports of one status."""
    return lambda report: report.status is status


@pytest.mark.parametrize("kind", ["lose_reply", "http_503_after_accept", "status_unknown_after_accept"])
async def test_vc22_an_order_that_was_placed_without_a_clear_answer_is_unknown_and_then_found(
    desk: Any, kind: str
) -> None:
    await desk.control.fault(kind, endpoint="place")
    order = desk.send()
    unknown = await desk.record.wait(SendOutcomeUnknown)
    assert (unknown.order_id, unknown.attempt) == (order.order_id, 1)
    assert len(await desk.control.orders(order)) == 1
    await desk.record.forget()
    desk.query(order)
    found = await desk.record.wait(OrderReported)
    assert found.exchange_client_order_id == order.exchange_client_order_id
    assert found.status is VenueOrderStatus.OPEN


async def test_vc23_a_request_that_was_lost_is_unknown_too(desk: Any) -> None:
    await desk.control.fault("lose_request", endpoint="place")
    order = desk.send()
    assert (await desk.record.wait(SendOutcomeUnknown)).order_id == order.order_id
    assert await desk.control.orders(order) == []
    assert not desk.record.of(OrderRefused)


async def test_vc24_a_duplicate_id_is_unknown_because_the_first_one_landed(desk: Any) -> None:
    order = desk.send()
    await desk.record.wait(OrderAccepted)
    desk.session.perform(order)
    unknown = await desk.record.wait(SendOutcomeUnknown)
    assert unknown.venue_code is not None
    assert len(await desk.control.orders(order)) == 1


async def test_vc25_a_rate_limit_proves_that_nothing_was_placed_and_says_how_long_to_wait(desk: Any) -> None:
    await desk.control.fault("rate_limit", endpoint="place")
    order = desk.send()
    refused = await desk.record.wait(OrderRefused)
    assert (refused.reason, refused.retryable) == (RejectReason.RATE_LIMITED, True)
    assert refused.retry_after_seconds > 0
    assert await desk.control.orders(order) == []


async def test_vc26_a_question_without_a_clean_answer_says_nothing_about_the_order(desk: Any) -> None:
    order = desk.send()
    await desk.record.wait(OrderAccepted)
    await desk.control.fault("lose_reply", endpoint="query", count=None)
    await desk.record.forget()
    desk.query(order)
    assert (await desk.record.wait(QueryFailed)).order_id == order.order_id
    assert not desk.record.of(OrderNotFound)


async def test_vc27_a_stale_answer_is_told_as_not_found_and_a_fresh_one_finds_the_order(desk: Any) -> None:
    await desk.control.fault("stale_query", endpoint="*", count=None, seconds="5")
    order = desk.send()
    await desk.record.wait(OrderAccepted)
    desk.query(order)
    await desk.record.wait(OrderNotFound)
    await desk.control.call("DELETE", "faults")
    await desk.record.forget()
    desk.query(order)
    assert (await desk.record.wait(OrderReported)).status is VenueOrderStatus.OPEN


async def test_vc28_a_dropped_stream_comes_back_and_asks_for_a_comparison(desk: Any) -> None:
    await desk.control.fault("drop_stream")
    await desk.record.wait(AccountConnected, count=2)
    assert not desk.record.of(AccountDisconnected)
    desk.market("0.05")
    await desk.record.wait(ExecutionReported)
    await desk.record.wait(OrderReported, ends(VenueOrderStatus.FILLED))
    assert desk.session.health().streaming


async def test_vc29_events_that_come_twice_carry_the_same_ids(desk: Any) -> None:
    await desk.control.fault("duplicate_events", count=None)
    desk.send(price=Decimal(64_000))
    await desk.record.wait(OrderAccepted)
    await desk.control.move("63000")
    await desk.record.wait(OrderReported, ends(VenueOrderStatus.FILLED), count=2)
    await desk.record.quiet()
    told = desk.record.of(ExecutionReported)
    assert len(told) == 2 * len({execution.trade_id for execution in told})


async def test_vc30_a_slow_placement_times_out_as_unknown_and_holds_up_nobody(
    desk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    resting = desk.send()
    await desk.record.wait(OrderAccepted)
    monkeypatch.setattr(desk.session._client.exchange, "timeout", 1500)
    await desk.control.fault("delay", endpoint="place", delay_ms=4000)
    slow = desk.send()
    started = time.monotonic()
    desk.cancel(resting)
    await desk.record.wait(CancelAccepted)
    assert not desk.record.of(SendOutcomeUnknown)
    unknown = await desk.record.wait(SendOutcomeUnknown)
    assert unknown.order_id == slow.order_id
    assert time.monotonic() - started >= 1.4


async def test_vc31_closing_reports_what_is_under_way_as_unknown(desk: Any) -> None:
    await desk.control.fault("delay", endpoint="place", delay_ms=4000)
    order = desk.send()
    await asyncio.sleep(0.2)
    await desk.session.close()
    unknown = desk.record.of(SendOutcomeUnknown)
    assert [told.order_id for told in unknown] == [order.order_id]
    late = desk.send()
    assert [told.order_id for told in desk.record.of(SendOutcomeUnknown)] == [order.order_id, late.order_id]


async def test_vc32_a_frame_that_cannot_be_read_is_counted_and_the_stream_goes_on(
    desk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hearing, "COMPARE_SECONDS_MIN", 0.1)
    exchange = desk.session._client.exchange
    stream = next(iter(exchange.clients.values()))
    broken: dict[Exchange, Any] = {
        Exchange.BINANCE: {"event": {"e": "executionReport", "s": "BTCUSDT", "x": "TRADE", "i": 1, "c": "?"}},
        Exchange.OKX: {"arg": {"channel": "orders"}, "data": [{"instId": "BTC-USDT", "state": "dreaming"}]},
        Exchange.BYBIT: {"topic": "order", "data": [{"category": "spot", "orderStatus": "Dreaming"}]},
    }
    exchange.handle_message(stream, broken[desk.exchange])
    assert desk.session.health().counts["frames_failed"] >= 1
    await desk.record.wait(AccountConnected, count=2)
    order = desk.send()
    told = await desk.record.wait(OrderReported)
    assert told.exchange_client_order_id == order.exchange_client_order_id


async def test_vc33_executions_come_complete_when_a_page_ends_inside_an_order(
    desk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module, name in (
        (binance_spot, "TRADES_PER_PAGE"),
        (okx_pages, "ROWS_PER_PAGE"),
        (bybit_lookups, "EXECUTIONS_PER_PAGE"),
    ):
        monkeypatch.setattr(module, name, 2)
    await desk.control.move("65000", levels=20, level_quantity="0.01")
    order = desk.market("0.05")
    accepted = await desk.record.wait(OrderAccepted)
    await desk.record.wait(OrderReported, ends(VenueOrderStatus.FILLED))
    await desk.record.forget()
    desk.fetch(order, accepted.exchange_order_id)
    await desk.record.wait(ExecutionReported, count=5)
    await desk.record.forget()
    desk.synchronize(since=order.intended_at)
    await desk.record.wait(ExecutionReported, count=5)
    executions = {told.trade_id: told for told in desk.record.of(ExecutionReported)}
    assert sum(told.quantity for told in executions.values()) == Decimal("0.05")


async def test_vc34_many_orders_at_once_are_each_accepted_once(desk: Any) -> None:
    sent = [desk.send() for _ in range(15)]
    await desk.record.wait(OrderAccepted, count=15)
    assert {told.order_id for told in desk.record.of(OrderAccepted)} == {order.order_id for order in sent}
    assert len({told.exchange_order_id for told in desk.record.of(OrderAccepted)}) == 15


async def test_vc35_refused_credentials_are_told_without_showing_them(
    exchange: Exchange,
    control: Any,
    venues: Venues,
    credentials: VenueCredentials,
    record: Any,
    caplog: Any,
    capsys: Any,
) -> None:
    caplog.set_level(logging.DEBUG)
    wrong = msgspec.structs.replace(credentials, secret="canary-wrong-" + "w" * 51)
    market_data = venues.market_data(exchange, Environment.SIMULATED)
    session = venues.session(AccountId("main"), exchange, Environment.SIMULATED, wrong)
    market_data.start()
    session.start()
    try:
        told = await record.wait(AccountDisconnected)
        assert not session.health().connected
        assert session.health().message == told.message != ""
    finally:
        await session.close()
        await market_data.close()
    assert not record.of(AccountConnected)
    printed = capsys.readouterr()
    everything = f"{caplog.text}{printed.out}{printed.err}{record.reports}{session.health()}"
    assert "canary" not in everything


async def test_vc36_secrets_stay_out_of_logs_and_reports_when_all_goes_well(
    desk: Any, caplog: Any, capsys: Any
) -> None:
    caplog.set_level(logging.DEBUG)
    order = desk.send()
    await desk.record.wait(OrderAccepted)
    await desk.control.fault("lose_reply", endpoint="query", count=None)
    desk.query(order)
    desk.synchronize(since=order.intended_at)
    desk.cancel(order)
    await desk.record.wait(QueryFailed)
    await desk.record.wait(CancelAccepted)
    printed = capsys.readouterr()
    assert "canary" not in f"{caplog.text}{printed.out}{printed.err}{desk.record.reports}{desk.session.health()}"


async def test_vc37_a_venue_out_of_reach_is_told_and_found_again(
    exchange: Exchange, simulators: Any, control: Any, credentials: VenueCredentials, record: Any, tmp_path: Path
) -> None:
    door = Door(simulators[exchange.value]["rest"])
    await door.open()
    base = {kind: door.behind(url) for kind, url in simulators[exchange.value].items()}
    settings = VenueSettings(cache_folder=tmp_path, endpoints={exchange.value: base})
    venues = Venues(settings, RealClock(), record)
    market_data = venues.market_data(exchange, Environment.SIMULATED)
    session = venues.session(AccountId("main"), exchange, Environment.SIMULATED, credentials)
    market_data.start()
    session.start()
    try:
        await record.wait(AccountConnected)
        desk = Desk(exchange, session, record, control)
        await door.shut()
        await record.wait(AccountDisconnected)
        order = desk.send()
        refused = await record.wait(OrderRefused)
        assert (refused.reason, refused.retryable) == (RejectReason.VENUE_UNREACHABLE, True)
        assert await control.orders(order) == []
        await door.open()
        await record.wait(AccountConnected, count=2)
        desk.send()
        await record.wait(OrderAccepted)
    finally:
        await session.close()
        await market_data.close()
        await door.shut()


async def test_vc38_the_listing_survives_a_restart_on_disk(
    exchange: Exchange, control: Any, venues: Venues, record: Any, tmp_path: Path
) -> None:
    market_data = venues.market_data(exchange, Environment.SIMULATED)
    market_data.start()
    first = await record.wait(InstrumentsReported)
    cache = tmp_path / f"instruments-{exchange}-simulated.json"
    async with asyncio.timeout(5):
        while not cache.exists():
            await asyncio.sleep(0.01)
    await market_data.close()
    nowhere = {exchange.value: {"rest": "http://127.0.0.1:1", "ws": "ws://127.0.0.1:1", "ws_api": "ws://127.0.0.1:1"}}
    again = Recorder()
    offline = Venues(VenueSettings(cache_folder=tmp_path, endpoints=nowhere), RealClock(), again)
    restarted = offline.market_data(exchange, Environment.SIMULATED)
    restarted.start()
    try:
        assert again.of(InstrumentsReported)[0].instruments == first.instruments
    finally:
        await restarted.close()
