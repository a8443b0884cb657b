"""How protection ends: everything is closed, the position is gone, or nothing was ever left of it."""

from decimal import Decimal

import pytest

from support.protected_desk import LINEAR, ProtectedDesk, protected_desk
from tidegate.core import identifiers as ids
from tidegate.core.messages.events import ExecutionBooked, ProtectionEnded
from tidegate.core.order import Order
from tidegate.core.vocabulary import (
    Exchange,
    OrderStatus,
    OrderType,
    PendingAction,
    PositionSide,
    RejectReason,
    Side,
)


@pytest.fixture
def desk() -> ProtectedDesk:
    return protected_desk()


def close_by_hand(desk: ProtectedDesk, entry: Order, quantity: str, side: Side = Side.SELL) -> None:
    """Another order of the user's closes (some of) the position."""
    command = desk.order_command(
        side=side, order_type=OrderType.MARKET, quantity=quantity, price=None, symbol=entry.symbol
    )
    command = desk.in_account(command, entry.account_id, position_side=entry.position_side)
    order = desk.place(command)
    desk.take(order)
    desk.trade(order, quantity)


def test_protection_that_has_ended_is_told_and_forgotten(desk: ProtectedDesk) -> None:
    entry, stop = desk.protected("1")
    decision = desk.trade(stop, "1", "45000")
    [ended] = [event for event in decision.events if isinstance(event, ProtectionEnded)]
    assert ended.message == "all that it filled has been closed again"
    desk.let_go_of_closed()
    assert entry.order_id not in desk.desk.orders


def test_a_protected_order_stays_in_memory_after_its_end(desk: ProtectedDesk) -> None:
    entry, _ = desk.protected("1")
    desk.let_go_of_closed()
    assert desk.desk.orders[entry.order_id] is entry


def test_a_late_fill_of_an_entry_whose_legs_are_done_is_protected_anew(desk: ProtectedDesk) -> None:
    entry = desk.entry("1")
    desk.trade(entry, "0.4")
    stop = desk.stop_of(entry)
    desk.take(stop)
    desk.cancel(entry)
    desk.gone(entry)
    desk.price("60000")
    desk.gone(stop)
    target = desk.target_of(entry)
    desk.take(target)
    desk.trade(target, "0.4", "60000")
    assert not entry.guarding
    desk.let_go_of_closed()
    desk.sent.clear()
    desk.trade(entry, "0.6")
    entry = desk.desk.orders[entry.order_id]
    [sent] = desk.sends()
    assert (sent.order_type, sent.quantity) == (OrderType.STOP_LOSS, Decimal("0.6"))
    assert entry.guarding
    assert desk.target_of(entry).quantity == Decimal("0.6")


def test_what_fills_late_after_the_stop_was_set_off_is_closed_at_once(desk: ProtectedDesk) -> None:
    entry = desk.entry("1")
    desk.trade(entry, "0.4")
    stop = desk.stop_of(entry)
    desk.take(stop)
    desk.trade(stop, "0.4", "45000")
    desk.gone(entry)
    assert not entry.guarding
    desk.let_go_of_closed()
    desk.sent.clear()
    desk.trade(entry, "0.1")
    [sent] = desk.sends()
    assert (sent.order_type, sent.quantity) == (OrderType.MARKET, Decimal("0.1"))


@pytest.mark.parametrize(
    ("side", "position_side"),
    [(Side.BUY, PositionSide.NET), (Side.BUY, PositionSide.LONG), (Side.SELL, PositionSide.SHORT)],
)
def test_legs_of_a_position_that_is_closed_otherwise_go(
    desk: ProtectedDesk, side: Side, position_side: PositionSide
) -> None:
    stop = 45_000 if side is Side.BUY else 55_000
    target = 60_000 if side is Side.BUY else 40_000
    entry, leg = desk.protected(
        "1",
        exchange=Exchange.OKX,
        symbol=LINEAR,
        side=side,
        position_side=position_side,
        stop=desk.leg_at(stop),
        target=desk.leg_at(target),
    )
    closing = Side.SELL if side is Side.BUY else Side.BUY
    close_by_hand(desk, entry, "0.4", closing)
    assert leg.pending_action is PendingAction.NONE
    close_by_hand(desk, entry, "0.6", closing)
    assert leg.pending_action is PendingAction.CANCEL
    desk.gone(leg)
    assert leg.reason is RejectReason.POSITION_CLOSED
    assert not entry.guarding
    assert "the position that it opened is closed" in desk.stories(entry)


def test_a_position_that_is_turned_around_takes_its_legs_along(desk: ProtectedDesk) -> None:
    entry, leg = desk.protected("1", exchange=Exchange.OKX, symbol=LINEAR)
    close_by_hand(desk, entry, "1.5")
    desk.gone(leg)
    assert not entry.guarding


def test_an_entry_that_still_works_is_protected_again_after_its_position_was_closed(desk: ProtectedDesk) -> None:
    entry = desk.entry("1", exchange=Exchange.OKX, symbol=LINEAR)
    desk.trade(entry, "0.4")
    leg = desk.stop_of(entry)
    desk.take(leg)
    close_by_hand(desk, entry, "0.4")
    desk.gone(leg)
    assert entry.guarding, "it may fill more"
    assert not desk.desk.legs_of(entry.order_id)
    desk.trade(entry, "0.6")
    assert desk.desk.legs_of(entry.order_id)


def test_a_position_is_not_believed_gone_while_the_books_are_not_compared(desk: ProtectedDesk) -> None:
    entry, leg = desk.protected("1", exchange=Exchange.OKX, symbol=LINEAR)
    close_command = desk.order_command(
        side=Side.SELL, order_type=OrderType.MARKET, quantity="1", price=None, symbol=LINEAR
    )
    order = desk.place(desk.in_account(close_command, entry.account_id))
    desk.take(order)
    desk.lose(entry.account_id)
    desk.begin_to_compare(entry.account_id)
    desk.trade(order, "1")
    assert leg.pending_action is PendingAction.NONE
    desk.reconnect(entry.account_id)
    assert leg.pending_action is PendingAction.CANCEL


def test_closing_more_than_was_filled_is_a_break(desk: ProtectedDesk) -> None:
    entry = desk.entry("1")
    [first] = [event for event in desk.trade(entry, "0.4").events if isinstance(event, ExecutionBooked)]
    desk.trade(entry, "0.6")
    stop = desk.stop_of(entry)
    desk.take(stop)
    desk.gone(stop)
    desk.take(stop)
    desk.trade(stop, "1", "45000")
    desk.bust(entry, first.trade_id)
    key = ids.AccountId(f"{entry.account_id}|exit_exceeds_entry|{entry.order_id}")
    assert "closed 0.4 more than it filled" in desk.desk.open_breaks[key].message
    assert not entry.guarding


def test_nothing_is_ended_while_the_entry_can_still_fill(desk: ProtectedDesk) -> None:
    entry = desk.entry("1")
    desk.trade(entry, "0.4")
    stop = desk.stop_of(entry)
    desk.take(stop)
    desk.trade(stop, "0.4", "45000")
    assert entry.status is OrderStatus.PARTIALLY_FILLED
    assert entry.guarding
    desk.gone(entry)
    assert not entry.guarding
