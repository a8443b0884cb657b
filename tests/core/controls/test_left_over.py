"""A user's own stops go once the kill switch has closed what they protect, and not before."""

from decimal import Decimal

import pytest

from support.desk_driver import BOB, RISK
from support.protected_desk import LINEAR, OKX, STOP, ProtectedDesk
from tidegate.core.decision import Decision
from tidegate.core.messages import commands, reports
from tidegate.core.messages.effects import SendCancel
from tidegate.core.messages.risk_values import Scope
from tidegate.core.order import Order
from tidegate.core.vocabulary import OrderType, PendingAction, PositionSide, RejectReason, Side, VenueOrderStatus

NET, LONG, SHORT = PositionSide.NET, PositionSide.LONG, PositionSide.SHORT


@pytest.fixture
def desk() -> ProtectedDesk:
    driver = ProtectedDesk()
    driver.open_shop()
    return driver


def throw(desk: ProtectedDesk, *, close_positions: bool = True, scope: Scope | None = None) -> Decision:
    return desk.put(
        commands.SetKillSwitch(
            command_id=desk.command_id(),
            at=desk.now,
            user_id=RISK,
            scope=scope or Scope(),
            close_positions=close_positions,
        )
    )


def tick(desk: ProtectedDesk) -> Decision:
    desk.wait(6)
    return desk.put(reports.ClockTicked(at=desk.now))


def open_position(desk: ProtectedDesk, position_side: PositionSide = NET, side: Side = Side.BUY) -> None:
    ask = desk.order_command(symbol=LINEAR, side=side, quantity="0.5")
    entry = desk.place(desk.in_account(ask, OKX, position_side))
    desk.take(entry)
    desk.trade(entry, "0.5")


def own_stop(desk: ProtectedDesk, position_side: PositionSide = NET, side: Side = Side.SELL) -> Order:
    ask = desk.order_command(
        symbol=LINEAR,
        side=side,
        order_type=OrderType.STOP_LOSS,
        price=None,
        quantity="0.5",
        trigger_price=Decimal(45_000 if side is Side.SELL else 55_000),
        reduce_only=position_side is NET,
    )
    stop = desk.place(desk.in_account(ask, OKX, position_side))
    desk.take(stop)
    return stop


def closing_order(desk: ProtectedDesk, position_side: PositionSide = NET) -> Order:
    [closing] = [
        order
        for order in desk.desk.orders.values()
        if (order.rule_id or "").startswith("kill_switch") and order.position_side is position_side
    ]
    return closing


def closed(desk: ProtectedDesk, quantity: str = "0.5", position_side: PositionSide = NET) -> None:
    """The kill switch's own order trades."""
    closing = closing_order(desk, position_side)
    if closing.exchange_order_id is None:
        desk.take(closing)
    desk.trade(closing, quantity)


def cancels(decision: Decision) -> list[str]:
    return [effect.order_id for effect in decision.effects if isinstance(effect, SendCancel)]


@pytest.mark.parametrize(
    ("position_side", "entered", "left"),
    [(NET, Side.BUY, Side.SELL), (NET, Side.SELL, Side.BUY), (LONG, Side.BUY, Side.SELL), (SHORT, Side.SELL, Side.BUY)],
)
def test_a_stop_of_a_position_that_the_kill_closed_is_canceled(
    desk: ProtectedDesk, position_side: PositionSide, entered: Side, left: Side
) -> None:
    open_position(desk, position_side, entered)
    stop = own_stop(desk, position_side, left)
    throw(desk)
    closed(desk, position_side=position_side)
    assert cancels(tick(desk)) == [stop.order_id]
    desk.gone(stop)
    assert (stop.reason, stop.message) == (RejectReason.POSITION_CLOSED, "the position that it could reduce is closed")


def test_it_stays_while_anything_of_the_position_is_open(desk: ProtectedDesk) -> None:
    open_position(desk)
    stop = own_stop(desk)
    throw(desk)
    assert stop.pending_action is PendingAction.NONE
    closed(desk, "0.4")
    assert cancels(tick(desk)) == []
    closed(desk, "0.1")
    assert cancels(tick(desk)) == [stop.order_id]


def test_the_stop_of_the_other_side_of_a_hedge_stays_until_that_is_closed_too(desk: ProtectedDesk) -> None:
    open_position(desk, LONG)
    open_position(desk, SHORT, Side.SELL)
    of_long, of_short = own_stop(desk, LONG), own_stop(desk, SHORT, Side.BUY)
    throw(desk)
    closed(desk, position_side=LONG)
    assert cancels(tick(desk)) == [of_long.order_id]
    closed(desk, position_side=SHORT)
    assert cancels(tick(desk)) == [of_short.order_id]


def test_it_stays_while_something_may_still_open_the_position_again(desk: ProtectedDesk) -> None:
    open_position(desk)
    adding = desk.place(desk.in_account(desk.order_command(symbol=LINEAR, price="40000"), OKX))
    desk.take(adding)
    stop = own_stop(desk)
    throw(desk)
    closed(desk)
    assert stop.order_id not in cancels(tick(desk))
    desk.gone(adding)
    assert cancels(tick(desk)) == [stop.order_id]


def test_it_stays_while_the_books_of_its_account_are_not_compared(desk: ProtectedDesk) -> None:
    open_position(desk)
    stop = own_stop(desk)
    throw(desk)
    desk.lose(OKX)
    closed(desk)
    assert cancels(tick(desk)) == []
    desk.reconnect(OKX)
    assert cancels(tick(desk)) == [stop.order_id]


def test_a_switch_that_closes_nothing_leaves_stops_alone(desk: ProtectedDesk) -> None:
    open_position(desk)
    own_stop(desk)
    leaving = desk.place(desk.in_account(desk.order_command(symbol=LINEAR, side=Side.SELL, quantity="0.5"), OKX))
    desk.take(leaving)
    assert cancels(throw(desk, close_positions=False)) == [leaving.order_id]
    desk.trade(leaving, "0.5")
    assert cancels(tick(desk)) == []


def test_a_stop_without_a_position_that_the_kill_closed_is_left_alone(desk: ProtectedDesk) -> None:
    open_position(desk)
    own_stop(desk)
    leaving = desk.place(desk.in_account(desk.order_command(symbol=LINEAR, side=Side.SELL, quantity="0.5"), OKX))
    desk.take(leaving)
    desk.trade(leaving, "0.5")
    desk.wait(1)
    throw(desk)
    assert cancels(tick(desk)) == []


def test_only_stops_in_the_scope_are_canceled(desk: ProtectedDesk) -> None:
    open_position(desk)
    own_stop(desk)
    throw(desk, scope=Scope(user_id=BOB))
    assert cancels(tick(desk)) == []


def test_the_switch_thrown_twice_still_knows_that_it_closed_the_position(desk: ProtectedDesk) -> None:
    open_position(desk)
    stop = own_stop(desk)
    throw(desk)
    closed(desk)
    desk.wait(0.5)
    assert cancels(throw(desk)) == [stop.order_id]


def test_a_leg_of_protection_goes_with_what_it_protects_and_once(desk: ProtectedDesk) -> None:
    entry = desk.place(desk.in_account(desk.order_command(symbol=LINEAR, quantity="0.5", stop_loss=STOP), OKX))
    desk.take(entry)
    desk.trade(entry, "0.5")
    stop = desk.stop_of(entry)
    desk.take(stop)
    throw(desk)
    closed(desk)
    assert stop.pending_action is PendingAction.CANCEL
    assert cancels(tick(desk)) == []


def test_a_cancel_that_was_refused_is_asked_for_again(desk: ProtectedDesk) -> None:
    open_position(desk)
    stop = own_stop(desk)
    throw(desk)
    closed(desk)
    tick(desk)
    desk.wait(desk.desk.policy.cancel_wait_max.total_seconds() + 1)
    desk.refuse_cancel(stop, RejectReason.VENUE_ERROR)
    assert stop.pending_action is PendingAction.NONE
    assert cancels(tick(desk)) == [stop.order_id]
    desk.report(stop, VenueOrderStatus.CANCELED, exchange_order_id=stop.exchange_order_id)
    assert stop.is_closed
