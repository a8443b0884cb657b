"""Bybit's conditional orders against its simulator: placed, set off, amended, canceled, and found in each state."""

from decimal import Decimal
from typing import Any, NamedTuple

import pytest

from tidegate.core.messages.effects import SendOrder
from tidegate.core.messages.reports import (
    AmendAccepted,
    AmendRefused,
    CancelAccepted,
    ExecutionReported,
    MessageQuarantined,
    OrderAccepted,
    OrderRefused,
    OrderReported,
    SendOutcomeUnknown,
)
from tidegate.core.vocabulary import Exchange, OrderType, RejectReason, Side, TriggerBy, VenueOrderStatus
from venue_simulator import LINEAR, SPOT, Bench, named


class Case(NamedTuple):
    """A conditional sell or buy of half a bitcoin, and where the market must go to set it off."""

    order_type: OrderType
    side: Side
    trigger: str
    beyond: str
    price: str | None = None


MARKETS = pytest.mark.parametrize("symbol", [SPOT, LINEAR])
CASES = pytest.mark.parametrize(
    "case",
    [
        Case(OrderType.STOP_LOSS, Side.SELL, "64500", "64400"),
        Case(OrderType.STOP_LOSS, Side.BUY, "65500", "65600"),
        Case(OrderType.TAKE_PROFIT, Side.SELL, "65500", "65600"),
        Case(OrderType.TAKE_PROFIT, Side.BUY, "64500", "64400"),
        Case(OrderType.STOP_LIMIT, Side.SELL, "64500", "64400", "64000"),
        Case(OrderType.STOP_LIMIT, Side.BUY, "65500", "65600", "66000"),
        Case(OrderType.TAKE_PROFIT_LIMIT, Side.SELL, "65500", "65600", "65200"),
        Case(OrderType.TAKE_PROFIT_LIMIT, Side.BUY, "64500", "64400", "64800"),
    ],
    ids=lambda case: f"{case.order_type}-{case.side}",
)
STOP = Case(OrderType.STOP_LOSS, Side.SELL, "64500", "64400")
HALF = Decimal("0.5")


@pytest.fixture(scope="module")
def exchange() -> Exchange:
    return Exchange.BYBIT


def fields(symbol: str, case: Case, **changes: Any) -> dict[str, Any]:
    """What is sent."""
    return {
        "symbol": symbol,
        "order_type": case.order_type,
        "side": case.side,
        "quantity": HALF,
        "price": None if case.price is None else Decimal(case.price),
        "trigger_price": Decimal(case.trigger),
        **changes,
    }


def ends(order: SendOrder) -> Any:
    """A filter for reports of an order's end."""
    return lambda told: named(order)(told) and told.status is not VenueOrderStatus.OPEN


@MARKETS
@CASES
async def test_it_waits_is_set_off_and_fills_under_one_id(bench: Bench, symbol: str, case: Case) -> None:
    order, exchange_order_id = await bench.place(**fields(symbol, case))
    waiting = await bench.record.wait(OrderReported, named(order))
    assert (waiting.status, waiting.triggered, waiting.exchange_order_id) == (
        VenueOrderStatus.OPEN,
        False,
        exchange_order_id,
    )
    assert (waiting.trigger_price, waiting.quantity) == (Decimal(case.trigger), HALF)
    assert waiting.order_type in (case.order_type, None if symbol == SPOT else case.order_type)
    found = await bench.found(order, conditional=True)
    assert (found.status, found.triggered) == (VenueOrderStatus.OPEN, False)
    await bench.record.forget()
    await bench.move(symbol, case.beyond)
    await bench.record.wait(OrderReported, lambda told: named(order)(told) and told.triggered)
    end = await bench.record.wait(OrderReported, ends(order))
    await bench.record.quiet()
    assert (end.status, end.triggered, end.exchange_order_id) == (VenueOrderStatus.FILLED, True, exchange_order_id)
    assert bench.filled(order) == HALF
    assert {told.exchange_order_id for told in bench.executions(order)} == {exchange_order_id}
    found = await bench.found(order, conditional=True)
    assert (found.status, found.triggered) == (VenueOrderStatus.FILLED, True)


@MARKETS
async def test_a_limit_that_is_set_off_and_rests_is_found_as_such_and_canceled(bench: Bench, symbol: str) -> None:
    case = Case(OrderType.STOP_LIMIT, Side.SELL, "64500", "64400", "64800")
    order, _ = await bench.place(**fields(symbol, case))
    await bench.move(symbol, case.beyond)
    await bench.record.wait(OrderReported, lambda told: named(order)(told) and told.triggered)
    found = await bench.found(order, conditional=True)
    assert (found.status, found.triggered, found.price) == (VenueOrderStatus.OPEN, True, Decimal(64_800))
    bench.cancel(order, conditional=True)
    await bench.record.wait(CancelAccepted)
    end = await bench.record.wait(OrderReported, ends(order))
    assert end.status is VenueOrderStatus.CANCELED


@MARKETS
@pytest.mark.parametrize("by_venues_id", [False, True])
async def test_it_is_canceled_while_it_waits_and_found_ended(bench: Bench, symbol: str, by_venues_id: bool) -> None:
    order, exchange_order_id = await bench.place(**fields(symbol, STOP))
    bench.cancel(order, exchange_order_id if by_venues_id else None, conditional=True)
    await bench.record.wait(CancelAccepted)
    end = await bench.record.wait(OrderReported, ends(order))
    assert (end.status, end.reason, end.triggered) == (VenueOrderStatus.CANCELED, RejectReason.USER_REQUEST, False)
    found = await bench.found(order, conditional=True)
    assert found.status is VenueOrderStatus.CANCELED


@MARKETS
async def test_its_trigger_and_quantity_are_amended_while_it_waits(bench: Bench, symbol: str) -> None:
    order, exchange_order_id = await bench.place(**fields(symbol, STOP))
    await bench.record.forget()
    bench.amend(order, trigger_price=Decimal(64_200), quantity=Decimal("0.4"))
    await bench.record.wait(AmendAccepted)
    told = await bench.record.wait(OrderReported, named(order))
    assert (told.trigger_price, told.quantity, told.exchange_order_id) == (
        Decimal(64_200),
        Decimal("0.4"),
        exchange_order_id,
    )
    await bench.move(symbol, "64300")
    await bench.record.quiet()
    assert not bench.executions(order)
    await bench.move(symbol, "64100")
    await bench.record.wait(OrderReported, ends(order))
    await bench.record.quiet()
    assert bench.filled(order) == Decimal("0.4")


@MARKETS
async def test_its_limit_is_amended_while_it_waits_and_after_it_was_set_off(bench: Bench, symbol: str) -> None:
    case = Case(OrderType.STOP_LIMIT, Side.SELL, "64500", "64400", "64900")
    order, _ = await bench.place(**fields(symbol, case))
    bench.amend(order, price=Decimal(64_800))
    await bench.record.wait(AmendAccepted)
    await bench.move(symbol, case.beyond)
    await bench.record.wait(OrderReported, lambda told: named(order)(told) and told.triggered)
    bench.amend(order, price=Decimal(64_700), conditional=False, amendment=2)
    await bench.record.wait(AmendAccepted, count=2)
    assert (await bench.found(order)).price == Decimal(64_700)


@MARKETS
async def test_a_trigger_that_the_market_has_reached_is_refused_at_once_and_when_amended(
    bench: Bench, symbol: str
) -> None:
    bench.send(**fields(symbol, STOP, trigger_price=Decimal(65_200)))
    refused = await bench.record.wait(OrderRefused)
    assert (refused.reason, refused.retryable) == (RejectReason.IMMEDIATE_MATCH_REFUSED, False)
    order, _ = await bench.place(**fields(symbol, STOP))
    bench.amend(order, trigger_price=Decimal(65_200))
    unchanged = await bench.record.wait(AmendRefused)
    assert not unchanged.final
    assert (await bench.found(order, conditional=True)).trigger_price == Decimal(64_500)


@MARKETS
async def test_one_whose_reply_is_lost_is_found_by_our_id_before_and_after_it_is_set_off(
    bench: Bench, symbol: str
) -> None:
    await bench.control.fault("lose_reply", "place")
    order = bench.send(**fields(symbol, STOP))
    await bench.record.wait(SendOutcomeUnknown)
    found = await bench.found(order, conditional=True)
    assert (found.status, found.triggered) == (VenueOrderStatus.OPEN, False)
    assert not bench.record.of(OrderAccepted)
    await bench.record.forget()
    await bench.control.fault("drop_stream", "stream", None)
    await bench.move(symbol, STOP.beyond)
    await bench.control.call("DELETE", "faults")
    await bench.record.forget()
    found = await bench.found(order, conditional=True)
    assert (found.status, found.triggered, found.filled_quantity) == (VenueOrderStatus.FILLED, True, HALF)
    assert bench.filled(order) == HALF


@pytest.mark.parametrize(("symbol", "waiting", "first"), [(SPOT, "8", "5"), (LINEAR, "100", "100")])
async def test_one_that_cannot_be_paid_for_when_it_is_set_off_is_rejected_for_that(
    bench: Bench, symbol: str, waiting: str, first: str
) -> None:
    await bench.move(symbol, "65000", level_quantity="50")
    order, _ = await bench.place(**fields(symbol, STOP, quantity=Decimal(waiting)))
    sold, _ = await bench.place(
        symbol=symbol, side=Side.SELL, order_type=OrderType.MARKET, price=None, quantity=Decimal(first)
    )
    await bench.record.wait(OrderReported, ends(sold))
    await bench.move(symbol, STOP.beyond)
    end = await bench.record.wait(OrderReported, ends(order))
    assert (end.status, end.reason) == (VenueOrderStatus.REJECTED, RejectReason.INSUFFICIENT_FUNDS)


async def test_a_contracts_trigger_may_look_at_the_mark(bench: Bench) -> None:
    order, _ = await bench.place(**fields(LINEAR, STOP, trigger_by=TriggerBy.MARK))
    await bench.control.call("POST", "market", {"symbol": LINEAR, "mark_price": "65000"})
    await bench.move(LINEAR, STOP.beyond)
    await bench.record.quiet()
    assert not bench.record.of(ExecutionReported)
    await bench.control.call("POST", "market", {"symbol": LINEAR, "mark_price": "64400"})
    await bench.record.wait(OrderReported, ends(order))


async def test_waiting_orders_of_both_markets_are_in_the_accounts_picture(bench: Bench) -> None:
    spot, _ = await bench.place(**fields(SPOT, STOP))
    linear, _ = await bench.place(**fields(LINEAR, STOP))
    picture = await bench.synchronized(SPOT, LINEAR)
    assert picture.open_exchange_client_order_ids == {spot.exchange_client_order_id, linear.exchange_client_order_id}
    told = {report.symbol: report for report in bench.record.of(OrderReported)}
    assert {report.trigger_price for report in told.values()} == {Decimal(64_500)}
    assert told[LINEAR].order_type is OrderType.STOP_LOSS


async def test_a_status_never_seen_before_is_put_aside_and_hides_no_order(bench: Bench) -> None:
    await bench.control.fault("unknown_enum", "stream", None)
    order, exchange_order_id = await bench.place(**fields(LINEAR, STOP))
    await bench.record.wait(MessageQuarantined)
    await bench.control.call("DELETE", "faults")
    await bench.control.fault("unknown_enum", "open_orders", None)
    picture = await bench.synchronized(LINEAR)
    assert picture.open_exchange_client_order_ids == {order.exchange_client_order_id}
    (told,) = bench.record.of(OrderReported, named(order))
    assert (told.status, told.exchange_order_id) == (VenueOrderStatus.OPEN, exchange_order_id)
