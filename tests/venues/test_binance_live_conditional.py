"""Binance, live against its simulator: orders that the venue sets off, on spot and USD-M futures."""

import asyncio
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from tidegate.core.messages.reports import (
    AccountConnected,
    CancelAccepted,
    CancelFailed,
    ExecutionReported,
    MessageQuarantined,
    OrderNotFound,
    OrderRefused,
    OrderReported,
    SendOutcomeUnknown,
)
from tidegate.core.vocabulary import (
    Exchange,
    OffsetUnit,
    OrderType,
    PositionSide,
    RejectReason,
    Side,
    TimeInForce,
    TriggerBy,
    VenueOrderStatus,
)
from venue_simulator import LADDER, LINEAR, SPOT, Bench, connected, named

BUY, SELL = Side.BUY, Side.SELL
OPEN, FILLED, CANCELED, REJECTED, EXPIRED = (
    VenueOrderStatus.OPEN,
    VenueOrderStatus.FILLED,
    VenueOrderStatus.CANCELED,
    VenueOrderStatus.REJECTED,
    VenueOrderStatus.EXPIRED,
)
QUANTITY = Decimal("0.02")
BOTH = pytest.mark.parametrize("symbol", [SPOT, LINEAR])
PERCENT = {"trailing_offset": Decimal(1), "trailing_offset_unit": OffsetUnit.PERCENT}


@pytest.fixture(scope="module")
def exchange() -> Exchange:
    return Exchange.BINANCE


def state(order: Any, status: VenueOrderStatus) -> Any:
    """A filter for reports of an order in a state."""
    return lambda told: named(order)(told) and told.status is status


def stop(symbol: str, order_type: OrderType, side: Side, trigger: str | None, **changes: Any) -> dict[str, Any]:
    """The terms of a conditional order."""
    return {
        "symbol": symbol,
        "order_type": order_type,
        "side": side,
        "quantity": QUANTITY,
        "price": None,
        "trigger_price": None if trigger is None else Decimal(trigger),
        **changes,
    }


# By kind: the order's type and side, its trigger and limit, and where the market goes to set it off.
KINDS = {
    "stop sell": (OrderType.STOP_LOSS, SELL, "64000", None, "63900"),
    "stop buy": (OrderType.STOP_LOSS, BUY, "66000", None, "66100"),
    "stop-limit sell": (OrderType.STOP_LIMIT, SELL, "64000", "63500", "63900"),
    "stop-limit buy": (OrderType.STOP_LIMIT, BUY, "66000", "66500", "66100"),
    "target sell": (OrderType.TAKE_PROFIT, SELL, "66000", None, "66100"),
    "target buy": (OrderType.TAKE_PROFIT, BUY, "64000", None, "63900"),
    "target-limit sell": (OrderType.TAKE_PROFIT_LIMIT, SELL, "66000", "65900", "66100"),
    "target-limit buy": (OrderType.TAKE_PROFIT_LIMIT, BUY, "64000", "64100", "63900"),
}


@BOTH
@pytest.mark.parametrize("kind", KINDS)
async def test_an_order_waits_at_the_venue_and_trades_once_it_is_set_off(bench: Bench, symbol: str, kind: str) -> None:
    order_type, side, trigger, limit, there = KINDS[kind]
    price = None if limit is None else Decimal(limit)
    order, waiting_id = await bench.place(**stop(symbol, order_type, side, trigger, price=price))
    waiting = await bench.record.wait(OrderReported, state(order, OPEN))
    assert (waiting.exchange_order_id, waiting.order_type, waiting.side) == (waiting_id, order_type, side)
    assert (waiting.trigger_price, waiting.price, waiting.quantity) == (Decimal(trigger), price, QUANTITY)
    found = await bench.found(order, conditional=True)
    assert (found.status, found.triggered, found.exchange_order_id) == (OPEN, False, waiting_id)
    assert (found.trigger_price, found.price, found.quantity) == (Decimal(trigger), price, QUANTITY)

    await bench.move(symbol, there)
    filled = await bench.record.wait(OrderReported, state(order, FILLED))
    assert filled.triggered
    assert (filled.exchange_order_id == waiting_id) is (symbol == SPOT)
    assert bench.filled(order) == filled.filled_quantity == QUANTITY
    assert {told.exchange_order_id for told in bench.executions(order)} == {filled.exchange_order_id}

    await bench.record.forget()
    found = await bench.found(order, conditional=True)
    assert (found.status, found.triggered, found.exchange_order_id) == (FILLED, True, filled.exchange_order_id)
    assert sum(told.quantity for told in bench.record.of(ExecutionReported)) == QUANTITY
    await bench.record.forget()
    bench.query(order, filled.exchange_order_id)
    found = await bench.record.wait(OrderReported, named(order))
    assert (found.status, found.filled_quantity, found.order_type) == (FILLED, QUANTITY, order_type)
    await bench.record.forget()
    bench.fetch(order, waiting_id, conditional=True)
    await bench.record.wait(ExecutionReported)
    assert sum(told.quantity for told in bench.record.of(ExecutionReported)) == QUANTITY
    assert not bench.record.of(MessageQuarantined)


@BOTH
async def test_a_trailing_stop_follows_the_market_and_sells_behind_its_top(bench: Bench, symbol: str) -> None:
    order, waiting_id = await bench.place(**stop(symbol, OrderType.TRAILING_STOP, SELL, None, **PERCENT))
    waiting = await bench.record.wait(OrderReported, state(order, OPEN))
    assert (waiting.order_type, waiting.exchange_order_id) == (OrderType.TRAILING_STOP, waiting_id)
    await bench.move(symbol, "66000")
    assert (await bench.found(order, conditional=True)).triggered is False
    await bench.move(symbol, "65300")
    filled = await bench.record.wait(OrderReported, state(order, FILLED))
    assert (filled.triggered, filled.order_type) == (True, OrderType.TRAILING_STOP)
    assert bench.filled(order) == QUANTITY


@BOTH
async def test_a_trailing_stop_begins_at_its_trigger_price(bench: Bench, symbol: str) -> None:
    order, _ = await bench.place(**stop(symbol, OrderType.TRAILING_STOP, SELL, "66000", **PERCENT))
    await bench.move(symbol, "64000")
    assert (await bench.found(order, conditional=True)).triggered is False
    await bench.move(symbol, "66200")
    await bench.move(symbol, "65400")
    await bench.record.wait(OrderReported, state(order, FILLED))


@BOTH
@pytest.mark.parametrize("offset", ["0.001", "99"])
async def test_a_trailing_offset_off_the_venues_grid_is_refused(bench: Bench, symbol: str, offset: str) -> None:
    terms = stop(symbol, OrderType.TRAILING_STOP, SELL, None, **{**PERCENT, "trailing_offset": Decimal(offset)})
    order = bench.send(**terms)
    refused = await bench.record.wait(OrderRefused)
    assert not refused.retryable
    assert await bench.control.orders(order) == []


@BOTH
async def test_a_trigger_that_the_market_has_passed_is_refused(bench: Bench, symbol: str) -> None:
    bench.send(**stop(symbol, OrderType.STOP_LOSS, SELL, "65500"))
    refused = await bench.record.wait(OrderRefused)
    assert (refused.reason, refused.retryable) == (RejectReason.IMMEDIATE_MATCH_REFUSED, False)


@BOTH
async def test_a_waiting_order_is_canceled_by_our_id_and_found_as_such(bench: Bench, symbol: str) -> None:
    for asked in (
        stop(symbol, OrderType.STOP_LOSS, SELL, "64000"),
        stop(symbol, OrderType.TRAILING_STOP, SELL, None, **PERCENT),
    ):
        order, waiting_id = await bench.place(**asked)
        bench.cancel(order, waiting_id, conditional=True)
        await bench.record.wait(CancelAccepted, lambda told, order=order: told.order_id == order.order_id)
        told = await bench.record.wait(OrderReported, state(order, CANCELED))
        assert (told.exchange_order_id, told.reason) == (waiting_id, RejectReason.CANCELED_AT_VENUE)
        found = await bench.found(order, conditional=True)
        assert (found.status, found.filled_quantity, found.triggered) == (CANCELED, 0, False)
        bench.cancel(order, waiting_id, conditional=True)
        failed = await bench.record.wait(CancelFailed, lambda told, order=order: told.order_id == order.order_id)
        assert failed.final


async def test_a_cancel_reaches_what_a_waiting_order_became(bench: Bench) -> None:
    order, waiting_id = await bench.place(**stop(LINEAR, OrderType.STOP_LIMIT, SELL, "64000", price=Decimal(64_500)))
    await bench.move(LINEAR, "63900")
    await bench.record.wait(OrderReported, lambda told: named(order)(told) and told.triggered)
    bench.cancel(order, waiting_id, conditional=True)
    canceled = await bench.record.wait(OrderReported, state(order, CANCELED))
    assert canceled.triggered
    assert canceled.exchange_order_id != waiting_id
    found = await bench.found(order, conditional=True)
    assert (found.status, found.triggered, found.filled_quantity) == (CANCELED, True, 0)


@BOTH
async def test_a_stop_limit_that_was_set_off_rests_and_is_listed_as_set_off(bench: Bench, symbol: str) -> None:
    order, _ = await bench.place(**stop(symbol, OrderType.STOP_LIMIT, SELL, "64000", price=Decimal(64_500)))
    await bench.move(symbol, "63900")
    await bench.record.wait(OrderReported, lambda told: named(order)(told) and told.triggered)
    done = await bench.synchronized(symbol)
    assert done.open_exchange_client_order_ids == {order.exchange_client_order_id}
    (listed,) = bench.record.of(OrderReported, named(order))
    assert (listed.status, listed.triggered, listed.price) == (OPEN, True, Decimal(64_500))


@BOTH
@pytest.mark.parametrize("kind", ["lose_reply", "http_503_after_accept", "status_unknown_after_accept"])
async def test_a_waiting_order_without_a_clear_answer_is_unknown_and_found(
    bench: Bench, symbol: str, kind: str
) -> None:
    await bench.control.fault(kind, endpoint="place")
    order = bench.send(**stop(symbol, OrderType.STOP_LOSS, SELL, "64000"))
    await bench.record.wait(SendOutcomeUnknown)
    found = await bench.found(order, conditional=True)
    assert (found.status, found.triggered) == (OPEN, False)


@BOTH
async def test_a_waiting_order_that_never_arrived_is_not_found(bench: Bench, symbol: str) -> None:
    await bench.control.fault("lose_request", endpoint="place")
    order = bench.send(**stop(symbol, OrderType.STOP_LOSS, SELL, "64000"))
    await bench.record.wait(SendOutcomeUnknown)
    bench.query(order, conditional=True)
    assert (await bench.record.wait(OrderNotFound)).order_id == order.order_id


async def test_a_lost_answer_about_an_order_that_was_set_off_meanwhile_finds_what_it_became(bench: Bench) -> None:
    await bench.control.fault("lose_reply", endpoint="place")
    order = bench.send(**stop(LINEAR, OrderType.STOP_LOSS, SELL, "64000"))
    await bench.record.wait(SendOutcomeUnknown)
    await bench.move(LINEAR, "63900")
    await bench.record.forget()
    found = await bench.found(order, conditional=True)
    assert (found.status, found.triggered) == (FILLED, True)
    assert bench.filled(order) == QUANTITY


@BOTH
@pytest.mark.parametrize("fault", ["duplicate_events", "reorder_events", "no_new_event"])
async def test_events_in_any_order_and_number_tell_the_same(bench: Bench, symbol: str, fault: str) -> None:
    await bench.control.fault(fault, count=None)
    order, _ = await bench.place(**stop(symbol, OrderType.STOP_LOSS, SELL, "64000"))
    await bench.move(symbol, "63900")
    filled = await bench.record.wait(OrderReported, state(order, FILLED))
    await bench.record.quiet()
    assert bench.filled(order) == filled.filled_quantity == QUANTITY
    assert {told.exchange_order_id for told in bench.executions(order)} == {filled.exchange_order_id}
    assert not bench.record.of(MessageQuarantined)


async def test_what_is_set_off_while_the_stream_is_down_is_compared_under_our_id(bench: Bench) -> None:
    order, _ = await bench.place(**stop(LINEAR, OrderType.STOP_LOSS, SELL, "64000"))
    bench.session._connection.lose("the test looks away")
    await bench.move(LINEAR, "63900")
    await bench.record.wait(AccountConnected, count=2)
    await bench.synchronized(LINEAR)
    assert bench.filled(order) == QUANTITY
    found = await bench.found(order, conditional=True)
    assert found.exchange_order_id in {told.exchange_order_id for told in bench.executions(order)}


async def test_a_stop_that_the_book_refuses_when_it_is_set_off_is_told_with_the_reason(bench: Bench) -> None:
    order, _ = await bench.place(**stop(LINEAR, OrderType.STOP_LOSS, SELL, "64000", reduce_only=True))
    await bench.move(LINEAR, "63900")
    rejected = await bench.record.wait(OrderReported, state(order, REJECTED))
    assert rejected.reason is RejectReason.POSITION_CLOSED
    assert (await bench.found(order, conditional=True)).status is REJECTED


async def test_a_stop_of_spot_without_the_funds_expires_with_the_reason(bench: Bench) -> None:
    order, _ = await bench.place(**stop(SPOT, OrderType.STOP_LOSS, BUY, "66000", quantity=Decimal(15)))
    await bench.move(SPOT, "70000", levels=20, level_quantity="50")
    ended = await bench.record.wait(OrderReported, lambda told: named(order)(told) and told.status is not OPEN)
    assert (ended.status, ended.reason) == (EXPIRED, RejectReason.INSUFFICIENT_FUNDS)


async def test_the_mark_price_sets_off_what_it_is_asked_to(bench: Bench) -> None:
    order, _ = await bench.place(**stop(LINEAR, OrderType.STOP_LOSS, SELL, "64000", trigger_by=TriggerBy.MARK))
    await bench.move(LINEAR, "63900", mark_price="65000", **LADDER)
    assert (await bench.found(order, conditional=True)).triggered is False
    await bench.move(LINEAR, "63900", mark_price="63950")
    await bench.record.wait(OrderReported, state(order, FILLED))


async def test_a_post_only_stop_limit_rests_as_maker(bench: Bench) -> None:
    terms = stop(LINEAR, OrderType.STOP_LIMIT, SELL, "64000", price=Decimal(64_500), post_only=True)
    order, _ = await bench.place(**terms)
    await bench.move(LINEAR, "63900")
    await bench.record.wait(OrderReported, lambda told: named(order)(told) and told.triggered)
    await bench.move(LINEAR, "64600")
    await bench.record.wait(OrderReported, state(order, FILLED))


@BOTH
async def test_a_stop_limit_that_cannot_be_filled_at_once_expires_if_it_must_be(bench: Bench, symbol: str) -> None:
    terms = {"price": Decimal(64_500), "time_in_force": TimeInForce.IOC}
    order, _ = await bench.place(**stop(symbol, OrderType.STOP_LIMIT, SELL, "64000", **terms))
    await bench.move(symbol, "63900")
    ended = await bench.record.wait(OrderReported, state(order, EXPIRED))
    assert (ended.filled_quantity, ended.reason) == (0, RejectReason.EXPIRED_AT_VENUE)


async def test_stops_in_hedge_mode_close_their_side(
    exchange: Exchange, simulator: Any, control: Any, tmp_path: Any
) -> None:
    async with connected(exchange, simulator, control, tmp_path, position_mode="hedge") as bench:
        entry = bench.market("0.02", BUY, symbol=LINEAR, position_side=PositionSide.LONG)
        await bench.record.wait(OrderReported, state(entry, FILLED))
        terms = {"position_side": PositionSide.LONG, "reduce_only": True}
        order, _ = await bench.place(**stop(LINEAR, OrderType.STOP_LOSS, SELL, "64000", **terms))
        await bench.move(LINEAR, "63900")
        await bench.record.wait(OrderReported, state(order, FILLED))
        assert {told.position_side for told in bench.executions(order)} == {PositionSide.LONG}


@pytest.mark.parametrize("seed", [1, 2])
async def test_after_a_storm_of_orders_what_was_told_is_what_the_venue_did(bench: Bench, seed: int) -> None:
    chance = Random(seed)
    for kind in ("duplicate_events", "reorder_events"):
        body = {"kind": kind, "match": {"endpoint": "stream", "probability": 0.3}}
        await bench.control.call("POST", "faults", body)
    kinds = [(order_type, side, trigger, limit) for order_type, side, trigger, limit, _ in KINDS.values()]
    sent = []
    for _ in range(40):
        symbol = chance.choice([SPOT, LINEAR])
        order_type, side, trigger, limit = chance.choice(kinds)
        price = None if limit is None else Decimal(limit)
        terms = stop(symbol, order_type, side, trigger, price=price) if chance.random() < 0.5 else {"symbol": symbol}
        if "order_type" not in terms:
            terms |= {"side": side, "price": Decimal(chance.choice([64_500, 65_500])), "quantity": QUANTITY}
        sent.append(bench.send(**terms))
        if chance.random() < 0.4:
            await bench.move(symbol, str(chance.choice([63_800, 65_000, 66_200])))
        if chance.random() < 0.2:
            old = chance.choice(sent)
            bench.cancel(old, conditional=old.trigger_price is not None)
        await asyncio.sleep(0.02)
    await bench.control.call("DELETE", "faults")
    await bench.record.quiet()
    filled = {order.exchange_client_order_id: bench.filled(order) for order in sent}
    told = {name: quantity for name, quantity in filled.items() if quantity}
    assert told == await _truly_filled(bench)
    assert told
    refused = {report.order_id for report in bench.record.of(OrderRefused)}
    for order in (order for order in sent if order.order_id not in refused):
        found = await bench.found(order, conditional=order.trigger_price is not None)
        assert found.filled_quantity == filled[order.exchange_client_order_id]


async def _truly_filled(bench: Bench) -> dict[str, Decimal]:
    """How much the venue filled under each of the account's client ids, by its ledger."""
    filled: dict[str, Decimal] = {}
    cursor: str | None = ""
    while cursor is not None:
        ledger = await bench.control.call("GET", "ledger", cursor=cursor)
        for row in ledger["orders"]:
            quantity = Decimal(row["filled_quantity"])
            if row["api_key"] == bench.api_key and quantity:
                filled[row["client_order_id"]] = quantity
        cursor = ledger["next_cursor"]
    return filled
