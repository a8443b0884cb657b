"""What a stopped scope does to changes of orders that are on their way."""

from decimal import Decimal

import pytest

from support.desk_driver import ALICE, RISK
from support.protected_desk import LINEAR, OKX, STOP, ProtectedDesk
from tidegate.core.decision import Decision
from tidegate.core.messages import commands, reports
from tidegate.core.messages.effects import QueryOrder, RecallAmend, RecallOrder, SendAmend, SendCancel
from tidegate.core.messages.risk_values import Scope
from tidegate.core.messages.values import Amendment
from tidegate.core.order import Order
from tidegate.core.vocabulary import OrderStatus, PendingAction, RejectReason, TradingState


@pytest.fixture
def desk() -> ProtectedDesk:
    driver = ProtectedDesk()
    driver.open_shop()
    return driver


def throw(desk: ProtectedDesk, state: TradingState = TradingState.HALTED) -> Decision:
    return desk.put(
        commands.SetKillSwitch(command_id=desk.command_id(), at=desk.now, user_id=RISK, scope=Scope(), state=state)
    )


def growing(desk: ProtectedDesk) -> Order:
    """An order of 0.5 that its venue is being asked to make 0.8."""
    order = desk.place(desk.in_account(desk.order_command(symbol=LINEAR, quantity="0.5"), OKX))
    desk.take(order)
    asked = commands.AmendOrder(
        command_id=desk.command_id(),
        at=desk.now,
        user_id=ALICE,
        order_id=order.order_id,
        amendment=Amendment(quantity=Decimal("0.8")),
    )
    assert any(isinstance(effect, SendAmend) for effect in desk.put(asked).effects)
    return order


def recall_of(order: Order) -> RecallAmend:
    return RecallAmend(account_id=order.account_id, order_id=order.order_id, amendment=order.amendment)


def called_back(desk: ProtectedDesk, order: Order) -> Decision:
    """The change had not left its session."""
    return desk.put(
        reports.AmendRefused(
            at=desk.now,
            account_id=order.account_id,
            order_id=order.order_id,
            attempt=order.attempt,
            amendment=order.amendment,
            retryable=True,
            reason=RejectReason.KILLED,
            message="called back before it was sent",
        )
    )


@pytest.mark.parametrize("state", [TradingState.HALTED, TradingState.REDUCING])
def test_a_change_on_its_way_is_called_back_before_its_order_is_canceled(
    desk: ProtectedDesk, state: TradingState
) -> None:
    order = growing(desk)
    recall, cancel = (
        effect
        for effect in throw(desk, state).effects
        if isinstance(effect, RecallAmend | RecallOrder | SendCancel | SendAmend)
    )
    assert recall == recall_of(order)
    assert isinstance(cancel, SendCancel)


def test_an_order_whose_change_was_called_back_stays_as_it_was_until_its_cancel_is_through(desk: ProtectedDesk) -> None:
    order = growing(desk)
    throw(desk)
    decision = called_back(desk, order)
    assert not [effect for effect in decision.effects if isinstance(effect, SendAmend)]
    assert (order.quantity, order.asked, order.pending_action) == (Decimal("0.5"), None, PendingAction.CANCEL)
    desk.gone(order)
    assert (order.status, order.reason) == (OrderStatus.CANCELED, RejectReason.KILLED)


def test_a_change_that_was_called_back_is_not_asked_for_again_although_the_cancel_failed(desk: ProtectedDesk) -> None:
    order = growing(desk)
    throw(desk)
    desk.wait(desk.desk.policy.cancel_wait_max.total_seconds() + 1)
    desk.refuse_cancel(order, RejectReason.VENUE_ERROR)
    called_back(desk, order)
    desk.sent.clear()
    desk.wait(10)
    assert not [effect for effect in desk.sent if isinstance(effect, SendAmend)]
    assert order.quantity == Decimal("0.5")


def test_a_change_that_had_left_stays_in_doubt_until_the_venue_says(desk: ProtectedDesk) -> None:
    order = growing(desk)
    throw(desk)
    unknown = reports.AmendOutcomeUnknown(
        at=desk.now,
        account_id=order.account_id,
        order_id=order.order_id,
        attempt=order.attempt,
        amendment=order.amendment,
        message="?",
    )
    assert [effect for effect in desk.put(unknown).effects if isinstance(effect, QueryOrder)]
    assert order.quantity_most == Decimal("0.8"), "it counts as the larger one"


def test_a_change_of_an_order_that_its_user_has_canceled_is_called_back_too(desk: ProtectedDesk) -> None:
    order = growing(desk)
    desk.cancel(order)
    assert recall_of(order) in throw(desk).effects


def test_a_stop_that_follows_its_position_still_moves(desk: ProtectedDesk) -> None:
    ask = desk.order_command(symbol=LINEAR, quantity="1", stop_loss=STOP)
    entry = desk.place(desk.in_account(ask, OKX))
    desk.take(entry)
    desk.trade(entry, "0.4")
    desk.take(stop := desk.stop_of(entry))
    desk.trade(entry, "0.2")
    assert stop.asked is not None
    assert recall_of(stop) not in throw(desk).effects
