"""The kill switch: one word stops a scope, protection stays, nothing leaves any more, and two people release it."""

from decimal import Decimal
from typing import Any

import msgspec
import pytest

from support.desk_driver import ALICE, BOB, RISK
from support.protected_desk import LINEAR, OKX, STOP, ProtectedDesk
from tidegate.core import identifiers as ids
from tidegate.core.controls.kill_switch import OWN_SCOPES_MAX
from tidegate.core.decision import Decision
from tidegate.core.messages import commands, reports
from tidegate.core.messages.effects import RecallOrder, Reply, SendCancel, SendOrder
from tidegate.core.messages.risk_values import Scope
from tidegate.core.messages.values import Amendment
from tidegate.core.policy import Policy
from tidegate.core.vocabulary import (
    Exchange,
    OrderStatus,
    OrderType,
    PendingAction,
    RefusalCode,
    RejectReason,
    Role,
    Side,
    TradingState,
    VenueOrderStatus,
)


@pytest.fixture
def desk() -> ProtectedDesk:
    """One risk officer is enough here; approvals have tests of their own."""
    driver = ProtectedDesk(Policy(four_eyes=False))
    driver.open_shop()
    return driver


def throw(desk: ProtectedDesk, user_id: ids.UserId = RISK, **options: Any) -> Decision:
    scope = options.pop("scope", Scope())
    return desk.put(
        commands.SetKillSwitch(command_id=desk.command_id(), at=desk.now, user_id=user_id, scope=scope, **options)
    )


def release(desk: ProtectedDesk) -> Decision:
    return desk.put(
        commands.ReleaseKillSwitch(
            command_id=desk.command_id(),
            at=desk.now,
            user_id=RISK,
            scope=Scope(),
            approval_id=ids.ApprovalId("01JAPPROVAL"),
        )
    )


def tick(desk: ProtectedDesk, seconds: float = 1) -> Decision:
    desk.wait(seconds)
    return desk.put(reports.ClockTicked(at=desk.now))


def refusal(decision: Decision) -> RefusalCode | None:
    [reply] = [effect for effect in decision.effects if isinstance(effect, Reply)]
    return None if reply.refusal is None else reply.refusal.code


def test_open_orders_are_canceled_at_once_and_say_that_they_were_killed(desk: ProtectedDesk) -> None:
    order = desk.working()
    decision = throw(desk)
    assert [effect for effect in decision.effects if isinstance(effect, SendCancel)]
    assert order.pending_action is PendingAction.CANCEL
    desk.report(order, VenueOrderStatus.CANCELED)
    assert (order.status, order.reason) == (OrderStatus.CANCELED, RejectReason.KILLED)


def test_nothing_leaves_while_the_desk_is_halted_and_everything_after_its_release(desk: ProtectedDesk) -> None:
    throw(desk)
    refused = desk.put(desk.order_command())
    assert refusal(refused) is RefusalCode.TRADING_HALTED
    assert not [effect for effect in refused.effects if isinstance(effect, SendOrder)]
    release(desk)
    desk.place()


def test_what_has_not_left_its_session_is_called_back(desk: ProtectedDesk) -> None:
    order = desk.place()
    decision = throw(desk)
    assert RecallOrder(account_id=order.account_id, order_id=order.order_id, attempt=1) in decision.effects
    desk.put(
        reports.OrderRefused(
            at=desk.now,
            account_id=order.account_id,
            order_id=order.order_id,
            attempt=1,
            retryable=False,
            reason=RejectReason.KILLED,
            message="called back before it was sent",
        )
    )
    assert (order.status, order.reason) == (OrderStatus.CANCELED, RejectReason.KILLED)


def test_what_its_user_has_canceled_before_it_left_is_called_back_too(desk: ProtectedDesk) -> None:
    order = desk.place()
    desk.cancel(order)
    recall = RecallOrder(account_id=order.account_id, order_id=order.order_id, attempt=1)
    assert recall not in throw(desk, scope=Scope(user_id=BOB)).effects
    assert recall in throw(desk, state=TradingState.REDUCING).effects


def test_an_order_in_doubt_is_called_back_too_since_it_may_stand_in_line_all_the_while(desk: ProtectedDesk) -> None:
    order = desk.place()
    desk.unknown(order)
    assert order.in_doubt
    assert RecallOrder(account_id=order.account_id, order_id=order.order_id, attempt=1) in throw(desk).effects


def test_an_order_that_is_being_submitted_is_canceled_as_soon_as_the_venue_has_it(desk: ProtectedDesk) -> None:
    order = desk.place()
    throw(desk)
    decision = desk.accept(order)
    assert [effect for effect in decision.effects if isinstance(effect, SendCancel)]


def test_an_order_that_waits_to_be_sent_again_ends_without_being_sent(desk: ProtectedDesk) -> None:
    order = desk.place()
    desk.refuse(order, retryable=True)
    assert order.waiting_to_retry
    decision = throw(desk)
    assert (order.status, order.reason) == (OrderStatus.CANCELED, RejectReason.KILLED)
    assert not [effect for effect in decision.effects if isinstance(effect, SendOrder)]


def test_protection_stays_at_the_venue_unless_it_is_asked_for_too(desk: ProtectedDesk) -> None:
    entry = desk.working(desk.order_command(stop_loss=STOP))
    desk.fill(entry, "1")
    [stop] = desk.desk.legs_of(entry.order_id)
    desk.accept(stop, "7001")
    throw(desk)
    assert stop.pending_action is PendingAction.NONE
    throw(desk, cancel_protection=True)
    assert stop.pending_action is PendingAction.CANCEL


def test_a_scope_stops_only_what_lies_in_it(desk: ProtectedDesk) -> None:
    order = desk.working()
    throw(desk, scope=Scope(symbol="ETH/USDT"))
    throw(desk, scope=Scope(user_id=BOB))
    assert order.pending_action is PendingAction.NONE
    throw(desk, scope=Scope(user_id=ALICE, symbol="BTC/USDT"))
    assert order.pending_action is PendingAction.CANCEL


def test_a_kill_without_any_trade_or_order_is_carried_out(desk: ProtectedDesk) -> None:
    """A bot's switch fired only after its first trade, so it never did when it was needed."""
    assert refusal(throw(desk)) is None
    assert desk.desk.risk.states["desk"].state is TradingState.HALTED


def test_an_order_whose_cancel_was_refused_for_good_is_canceled_once_more(desk: ProtectedDesk) -> None:
    order = desk.working()
    throw(desk)
    desk.wait(desk.desk.policy.cancel_wait_max.total_seconds() + 1)
    desk.put(
        reports.CancelFailed(
            at=desk.now,
            account_id=order.account_id,
            order_id=order.order_id,
            final=False,
            reason=RejectReason.VENUE_ERROR,
            message="no",
        )
    )
    assert order.pending_action is PendingAction.NONE
    assert not [effect for effect in tick(desk).effects if isinstance(effect, SendCancel)], "it has some seconds"
    assert [effect for effect in tick(desk, 5).effects if isinstance(effect, SendCancel)]
    assert order.pending_action is PendingAction.CANCEL


def test_a_trader_stops_the_traders_own_trading_and_nobody_elses(desk: ProtectedDesk) -> None:
    assert refusal(throw(desk, ALICE)) is RefusalCode.NOT_PERMITTED
    assert refusal(throw(desk, ALICE, scope=Scope(user_id=BOB))) is RefusalCode.NOT_PERMITTED
    assert refusal(throw(desk, ALICE, scope=Scope(user_id=ALICE))) is None


def test_a_halt_is_not_weakened_by_throwing_the_switch_again(desk: ProtectedDesk) -> None:
    throw(desk)
    assert refusal(throw(desk, state=TradingState.REDUCING)) is RefusalCode.NOT_PERMITTED
    assert refusal(throw(desk, state=TradingState.ACTIVE)) is RefusalCode.NOT_PERMITTED
    assert desk.desk.risk.states["desk"].state is TradingState.HALTED


def test_what_was_asked_for_when_it_was_thrown_before_stays_asked_for(desk: ProtectedDesk) -> None:
    mine = Scope(user_id=ALICE)
    throw(desk, scope=mine, close_positions=True, cancel_protection=True)
    throw(desk, ALICE, scope=mine)
    stopped = desk.desk.risk.states["user:alice"]
    assert (stopped.set_by, stopped.close_positions, stopped.protection_too) == (ALICE, True, True)


def test_a_trader_cannot_fill_the_desk_with_stopped_scopes_and_can_stop_all_at_any_time(desk: ProtectedDesk) -> None:
    for number in range(OWN_SCOPES_MAX):
        assert refusal(throw(desk, ALICE, scope=Scope(user_id=ALICE, symbol=f"A{number}/USDT"))) is None
    assert refusal(throw(desk, ALICE, scope=Scope(user_id=ALICE, symbol="B/USDT"))) is RefusalCode.NOT_PERMITTED
    assert refusal(throw(desk, ALICE, scope=Scope(user_id=ALICE, symbol="A1/USDT"))) is None
    assert refusal(throw(desk, ALICE, scope=Scope(user_id=ALICE))) is None
    assert refusal(throw(desk, RISK, scope=Scope(user_id=ALICE, symbol="B/USDT"))) is None


def test_an_order_in_several_stopped_scopes_is_canceled_once(desk: ProtectedDesk) -> None:
    order = desk.working()
    throw(desk, scope=Scope(user_id=ALICE))
    throw(desk, scope=Scope(symbol="BTC/USDT"))
    desk.wait(desk.desk.policy.cancel_wait_max.total_seconds() + 1)
    desk.put(
        reports.CancelFailed(
            at=desk.now,
            account_id=order.account_id,
            order_id=order.order_id,
            final=False,
            reason=RejectReason.VENUE_ERROR,
            message="no",
        )
    )
    assert len([effect for effect in tick(desk, 5).effects if isinstance(effect, SendCancel)]) == 1


def test_an_unknown_scope_is_refused_instead_of_stopping_nothing(desk: ProtectedDesk) -> None:
    answer = throw(desk, scope=Scope(user_id=ids.UserId("nobody")))
    assert refusal(answer) is RefusalCode.SCOPE_NOT_FOUND


@pytest.mark.parametrize(
    "scope",
    [
        Scope(account_id=ids.AccountId("none")),
        Scope(user_id=BOB, account_id=OKX),
        Scope(user_id=ALICE, role=Role.RISK),
        Scope(account_id=OKX, exchange=Exchange.BINANCE),
    ],
)
def test_a_scope_in_which_nothing_can_ever_lie_is_refused(desk: ProtectedDesk, scope: Scope) -> None:
    assert refusal(throw(desk, scope=scope)) is RefusalCode.SCOPE_NOT_FOUND
    assert desk.desk.risk.states == {}
    assert (
        refusal(throw(desk, scope=Scope(user_id=ALICE, role=Role.TRADER, account_id=OKX, exchange=Exchange.OKX)))
        is None
    )


def linear_position(desk: ProtectedDesk) -> None:
    entry = desk.place(desk.order_command(account_id=OKX, symbol=LINEAR, quantity="0.5"))
    desk.accept(entry, "8001")
    desk.fill(entry, "0.5", exchange_order_id="8001")


def test_positions_are_closed_at_the_market_by_orders_that_only_reduce(desk: ProtectedDesk) -> None:
    linear_position(desk)
    decision = throw(desk, close_positions=True)
    [closing] = [effect for effect in decision.effects if isinstance(effect, SendOrder)]
    assert (closing.side, closing.order_type, closing.quantity) == (Side.SELL, OrderType.MARKET, Decimal("0.5"))
    assert closing.reduce_only
    assert closing.protective
    again = tick(desk)
    assert not [effect for effect in again.effects if isinstance(effect, SendOrder)], "it is under way already"


def test_what_fills_after_the_kill_is_closed_too(desk: ProtectedDesk) -> None:
    order = desk.place(desk.order_command(account_id=OKX, symbol=LINEAR, quantity="0.5"))
    desk.accept(order, "8001")
    throw(desk, close_positions=True)
    desk.fill(order, "0.2", exchange_order_id="8001")
    decision = tick(desk)
    [closing] = [effect for effect in decision.effects if isinstance(effect, SendOrder)]
    assert (closing.side, closing.quantity) == (Side.SELL, Decimal("0.2"))


def test_more_than_the_venue_takes_at_once_is_closed_in_parts(desk: ProtectedDesk) -> None:
    linear_position(desk)
    okx = Exchange.OKX
    market = desk.desk.instruments[okx, LINEAR]
    desk.put(
        reports.InstrumentsReported(
            at=desk.now,
            exchange=okx,
            instruments=(msgspec.structs.replace(market, market_quantity_max=Decimal("0.2")),),
        )
    )
    decision = throw(desk, close_positions=True)
    sent = [effect.quantity for effect in decision.effects if isinstance(effect, SendOrder)]
    assert sent == [Decimal("0.2"), Decimal("0.2"), Decimal("0.1")]


def test_reducing_cancels_what_would_add_and_lets_what_closes_stand(desk: ProtectedDesk) -> None:
    linear_position(desk)
    closing = desk.place(
        desk.order_command(account_id=OKX, symbol=LINEAR, side=Side.SELL, quantity="0.5", price="60000")
    )
    desk.accept(closing, "8002")
    adding = desk.place(desk.order_command(account_id=OKX, symbol=LINEAR, quantity="0.1", price="40000"))
    desk.accept(adding, "8003")
    throw(desk, state=TradingState.REDUCING)
    assert closing.pending_action is PendingAction.NONE
    assert adding.pending_action is PendingAction.CANCEL


def test_an_order_that_is_becoming_larger_than_its_position_does_not_stand_while_trading_only_reduces(
    desk: ProtectedDesk,
) -> None:
    linear_position(desk)
    ask = desk.order_command(account_id=OKX, symbol=LINEAR, side=Side.SELL, quantity="0.5", price="60000")
    closing = desk.place(ask)
    desk.accept(closing, "8002")
    grown = commands.AmendOrder(
        command_id=desk.command_id(),
        at=desk.now,
        user_id=ALICE,
        order_id=closing.order_id,
        amendment=Amendment(quantity=Decimal("0.8")),
    )
    assert refusal(desk.put(grown)) is None
    throw(desk, state=TradingState.REDUCING)
    assert closing.pending_action is PendingAction.CANCEL


def test_reducing_orders_may_not_grow_beyond_the_position_one_by_one_or_by_a_change(desk: ProtectedDesk) -> None:
    linear_position(desk)
    ask = desk.order_command(account_id=OKX, symbol=LINEAR, side=Side.SELL, quantity="0.5", price="60000")
    closing = desk.place(ask)
    desk.accept(closing, "8002")
    throw(desk, state=TradingState.REDUCING)
    grown = commands.AmendOrder(
        command_id=desk.command_id(),
        at=desk.now,
        user_id=ALICE,
        order_id=closing.order_id,
        amendment=Amendment(quantity=Decimal("0.8")),
    )
    assert refusal(desk.put(grown)) is RefusalCode.TRADING_REDUCING
    more = desk.order_command(account_id=OKX, symbol=LINEAR, side=Side.SELL, quantity="0.1", price="60000")
    assert refusal(desk.put(more)) is RefusalCode.TRADING_REDUCING


def test_the_state_survives_a_restart(desk: ProtectedDesk) -> None:
    throw(desk, message="runaway")
    desk.restart()
    assert desk.desk.risk.states["desk"].message == "runaway"
