"""OKX, live against its simulator: orders that the venue sets off, on pairs and swaps."""

from decimal import Decimal

import pytest

from tidegate.core.messages.reports import (
    AccountConnected,
    AmendAccepted,
    AmendRefused,
    CancelAccepted,
    CancelFailed,
    ExecutionReported,
    OrderNotFound,
    OrderRefused,
    OrderReported,
    SendOutcomeUnknown,
)
from tidegate.core.vocabulary import (
    Exchange,
    OffsetUnit,
    OrderType,
    RejectReason,
    Side,
    TriggerBy,
    VenueOrderStatus,
)
from venue_okx_helpers import state, stop
from venue_simulator import LINEAR, SPOT, Bench, named

BUY, SELL = Side.BUY, Side.SELL
OPEN, FILLED, CANCELED, REJECTED = (
    VenueOrderStatus.OPEN,
    VenueOrderStatus.FILLED,
    VenueOrderStatus.CANCELED,
    VenueOrderStatus.REJECTED,
)


@pytest.fixture(scope="module")
def exchange() -> Exchange:
    return Exchange.OKX


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


@pytest.mark.parametrize("symbol", [SPOT, LINEAR])
@pytest.mark.parametrize("kind", KINDS)
async def test_an_order_waits_at_the_venue_and_trades_once_it_is_set_off(bench: Bench, symbol: str, kind: str) -> None:
    order_type, side, trigger, limit, there = KINDS[kind]
    price = None if limit is None else Decimal(limit)
    order, algo_id = await bench.place(**stop(symbol, order_type, side, trigger, price=price))
    waiting = await bench.record.wait(OrderReported, state(order, OPEN))
    assert (waiting.exchange_order_id, waiting.order_type, waiting.side) == (algo_id, order_type, side)
    assert (waiting.trigger_price, waiting.price, waiting.quantity) == (Decimal(trigger), price, Decimal("0.02"))
    found = await bench.found(order, conditional=True)
    assert (found.status, found.triggered, found.exchange_order_id) == (OPEN, False, algo_id)

    await bench.move(symbol, there)
    filled = await bench.record.wait(OrderReported, state(order, FILLED))
    assert filled.triggered
    assert filled.exchange_order_id not in (None, algo_id)
    assert bench.filled(order) == filled.filled_quantity == Decimal("0.02")
    assert {told.exchange_order_id for told in bench.executions(order)} == {filled.exchange_order_id}

    await bench.record.forget()
    found = await bench.found(order, conditional=True)
    assert (found.status, found.triggered, found.exchange_order_id) == (FILLED, True, filled.exchange_order_id)
    assert bench.filled(order) == Decimal("0.02")
    await bench.record.forget()
    bench.query(order, filled.exchange_order_id)
    found = await bench.record.wait(OrderReported, named(order))
    assert (found.status, found.filled_quantity) == (FILLED, Decimal("0.02"))


@pytest.mark.parametrize("symbol", [SPOT, LINEAR])
@pytest.mark.parametrize(
    ("unit", "offset"), [(OffsetUnit.PERCENT, "1"), (OffsetUnit.PRICE, "650")], ids=["percent", "price"]
)
async def test_a_trailing_stop_follows_the_market_and_sells_behind_its_top(
    bench: Bench, symbol: str, unit: OffsetUnit, offset: str
) -> None:
    trailing = {"trailing_offset": Decimal(offset), "trailing_offset_unit": unit}
    order, algo_id = await bench.place(**stop(symbol, OrderType.TRAILING_STOP, SELL, None, **trailing))
    waiting = await bench.record.wait(OrderReported, state(order, OPEN))
    assert (waiting.order_type, waiting.exchange_order_id) == (OrderType.TRAILING_STOP, algo_id)
    await bench.move(symbol, "66000")
    assert (await bench.found(order, conditional=True)).triggered is False
    await bench.move(symbol, "65300")
    filled = await bench.record.wait(OrderReported, state(order, FILLED))
    assert filled.triggered
    assert bench.filled(order) == Decimal("0.02")


async def test_a_trailing_stop_begins_at_its_trigger_price(bench: Bench) -> None:
    trailing = {"trailing_offset": Decimal(500), "trailing_offset_unit": OffsetUnit.PRICE}
    order, _ = await bench.place(**stop(LINEAR, OrderType.TRAILING_STOP, SELL, "66000", **trailing))
    await bench.move(LINEAR, "64000")
    assert (await bench.found(order, conditional=True)).triggered is False
    await bench.move(LINEAR, "66200")
    await bench.move(LINEAR, "65600")
    await bench.record.wait(OrderReported, state(order, FILLED))


@pytest.mark.parametrize("symbol", [SPOT, LINEAR])
async def test_a_waiting_order_is_canceled_and_found_as_such(bench: Bench, symbol: str) -> None:
    trailing = {"trailing_offset": Decimal(1), "trailing_offset_unit": OffsetUnit.PERCENT}
    for asked in (
        stop(symbol, OrderType.STOP_LOSS, SELL, "64000"),
        stop(symbol, OrderType.TRAILING_STOP, SELL, None, **trailing),
    ):
        order, algo_id = await bench.place(**asked)
        bench.cancel(order, algo_id, conditional=True)
        await bench.record.wait(CancelAccepted, lambda told, order=order: told.order_id == order.order_id)
        await bench.record.wait(OrderReported, state(order, CANCELED))
        found = await bench.found(order, conditional=True)
        assert (found.status, found.filled_quantity, found.triggered) == (CANCELED, 0, False)


@pytest.mark.parametrize("symbol", [SPOT, LINEAR])
async def test_a_waiting_order_changes_in_place(bench: Bench, symbol: str) -> None:
    order, _ = await bench.place(
        **stop(symbol, OrderType.STOP_LIMIT, SELL, "64000", price=Decimal(63_900), quantity=Decimal("0.02"))
    )
    bench.amend(order, trigger_price=Decimal(64_500), price=Decimal(64_400), quantity=Decimal("0.03"))
    await bench.record.wait(AmendAccepted)
    found = await bench.found(order, conditional=True)
    told = found.trigger_price, found.price, found.quantity
    assert told == (Decimal(64_500), Decimal(64_400), Decimal("0.03"))


async def test_a_trailing_stop_cannot_be_changed(bench: Bench) -> None:
    trailing = {"trailing_offset": Decimal(1), "trailing_offset_unit": OffsetUnit.PERCENT}
    order, _ = await bench.place(**stop(LINEAR, OrderType.TRAILING_STOP, SELL, None, **trailing))
    bench.amend(order, quantity=Decimal("0.03"), conditional=True)
    refused = await bench.record.wait(AmendRefused)
    assert (refused.retryable, refused.final, refused.reason) == (False, False, RejectReason.INVALID_PARAMETERS)


@pytest.mark.parametrize("symbol", [SPOT, LINEAR])
async def test_a_trigger_that_the_market_has_passed_is_refused(bench: Bench, symbol: str) -> None:
    bench.send(**stop(symbol, OrderType.STOP_LOSS, SELL, "65500"))
    refused = await bench.record.wait(OrderRefused)
    assert (refused.reason, refused.retryable) == (RejectReason.IMMEDIATE_MATCH_REFUSED, False)
    order, _ = await bench.place(**stop(symbol, OrderType.STOP_LOSS, SELL, "64000"))
    bench.amend(order, trigger_price=Decimal(65_500))
    unchanged = await bench.record.wait(AmendRefused)
    assert (unchanged.reason, unchanged.final) == (RejectReason.IMMEDIATE_MATCH_REFUSED, False)


@pytest.mark.parametrize("trigger_by", [TriggerBy.MARK, TriggerBy.INDEX])
async def test_another_price_may_set_a_swaps_order_off(bench: Bench, trigger_by: TriggerBy) -> None:
    order, _ = await bench.place(**stop(LINEAR, OrderType.STOP_LOSS, SELL, "64000", trigger_by=trigger_by))
    body = {"symbol": LINEAR, "mark_price": "64500", "index_price": "64500"}
    await bench.control.call("POST", "market", body)
    await bench.move(LINEAR, "63900")
    assert (await bench.found(order, conditional=True)).triggered is False
    await bench.control.call("POST", "market", body | {"mark_price": "63900", "index_price": "63900"})
    await bench.record.wait(OrderReported, state(order, FILLED))
    await bench.control.call("POST", "market", body | {"mark_price": None, "index_price": None})


async def test_what_cannot_be_placed_once_it_is_set_off_is_rejected(bench: Bench) -> None:
    asked = stop(LINEAR, OrderType.STOP_LOSS, SELL, "64000", reduce_only=True)
    order, _ = await bench.place(**asked)
    await bench.move(LINEAR, "63900")
    told = await bench.record.wait(OrderReported, state(order, REJECTED))
    assert (told.reason, told.triggered) == (RejectReason.POSITION_CLOSED, True)
    found = await bench.found(order, conditional=True)
    assert (found.status, found.reason) == (REJECTED, RejectReason.POSITION_CLOSED)


async def test_a_cancel_reaches_the_order_that_was_placed_meanwhile(bench: Bench) -> None:
    asked = stop(LINEAR, OrderType.STOP_LIMIT, SELL, "64000", price=Decimal(64_800))
    order, algo_id = await bench.place(**asked)
    await bench.move(LINEAR, "63900")
    resting = await bench.record.wait(OrderReported, state(order, OPEN, triggered=True))
    bench.cancel(order, algo_id, conditional=True)
    await bench.record.wait(CancelAccepted)
    ended = await bench.record.wait(OrderReported, state(order, CANCELED))
    assert ended.exchange_order_id == resting.exchange_order_id
    bench.cancel(order, algo_id, conditional=True)
    assert (await bench.record.wait(CancelFailed)).final


async def test_a_change_that_comes_too_late_says_so_and_does_not_end_the_order(bench: Bench) -> None:
    order, _ = await bench.place(**stop(LINEAR, OrderType.STOP_LIMIT, SELL, "64000", price=Decimal(64_800)))
    await bench.move(LINEAR, "63900")
    resting = await bench.record.wait(OrderReported, state(order, OPEN, triggered=True))
    bench.amend(order, trigger_price=Decimal(63_000))
    refused = await bench.record.wait(AmendRefused)
    assert (refused.reason, refused.final) == (RejectReason.TOO_LATE, False)
    bench.amend(order, resting.exchange_order_id, conditional=False, amendment=2, price=Decimal(64_900))
    await bench.record.wait(AmendAccepted)
    assert (await bench.found(order, conditional=True)).price == Decimal(64_900)


@pytest.mark.parametrize("fault", ["lose_reply", "status_unknown_after_accept", "http_503_after_accept"])
async def test_an_order_whose_answer_is_lost_is_found(bench: Bench, fault: str) -> None:
    await bench.control.fault(fault, "place")
    order = bench.send(**stop(SPOT, OrderType.STOP_LOSS, SELL, "64000"))
    await bench.record.wait(SendOutcomeUnknown)
    found = await bench.found(order, conditional=True)
    assert (found.status, found.trigger_price) == (OPEN, Decimal(64_000))


async def test_an_order_that_never_arrived_is_not_found(bench: Bench) -> None:
    await bench.control.fault("lose_request", "place")
    order = bench.send(**stop(LINEAR, OrderType.STOP_LOSS, SELL, "64000"))
    await bench.record.wait(SendOutcomeUnknown)
    bench.query(order, conditional=True)
    await bench.record.wait(OrderNotFound)


async def test_a_second_order_with_the_same_id_is_in_doubt_not_refused(bench: Bench) -> None:
    order, _ = await bench.place(**stop(LINEAR, OrderType.STOP_LOSS, SELL, "64000"))
    bench.session.perform(order)
    told = await bench.record.wait(SendOutcomeUnknown)
    assert told.venue_code == "51065"


async def test_open_orders_hold_those_that_wait_and_what_was_set_off(bench: Bench) -> None:
    waiting, _ = await bench.place(**stop(LINEAR, OrderType.STOP_LOSS, SELL, "60000"))
    trailing = {"trailing_offset": Decimal(5), "trailing_offset_unit": OffsetUnit.PERCENT}
    following, _ = await bench.place(**stop(SPOT, OrderType.TRAILING_STOP, SELL, None, **trailing))
    set_off, _ = await bench.place(**stop(LINEAR, OrderType.STOP_LIMIT, SELL, "64000", price=Decimal(64_800)))
    await bench.move(LINEAR, "63900")
    await bench.record.wait(OrderReported, state(set_off, OPEN, triggered=True))
    told = await bench.synchronized(SPOT, LINEAR)
    ours = {order.exchange_client_order_id for order in (waiting, following, set_off)}
    assert told.open_exchange_client_order_ids == ours


async def test_fills_after_a_gap_find_the_order_that_was_set_off(bench: Bench) -> None:
    order, algo_id = await bench.place(**stop(LINEAR, OrderType.STOP_LOSS, SELL, "64000"))
    await bench.control.fault("drop_stream", "stream", None)
    await bench.move(LINEAR, "63900")
    await bench.record.wait(AccountConnected, count=2)
    assert not bench.executions(order)
    await bench.control.call("DELETE", "faults")
    await bench.synchronized(LINEAR)
    assert bench.filled(order) == Decimal("0.02")
    await bench.record.forget()
    bench.fetch(order, algo_id, conditional=True)
    told = await bench.record.wait(ExecutionReported, named(order))
    assert told.exchange_order_id != algo_id
