"""Cancel on disconnect."""

from decimal import Decimal

import pytest

from support.desk_driver import ALICE, BOB, RISK
from support.protected_desk import LINEAR, OKX, STOP, TARGET, ProtectedDesk
from tidegate.core import identifiers as ids
from tidegate.core.decision import Decision
from tidegate.core.messages import commands, reports
from tidegate.core.messages.effects import Reply, SendCancel
from tidegate.core.messages.events import ClientHeard, KeepAliveSet
from tidegate.core.messages.risk_values import Scope
from tidegate.core.vocabulary import OrderType, PendingAction, RefusalCode, RejectReason, Side, VenueOrderStatus


@pytest.fixture
def desk() -> ProtectedDesk:
    driver = ProtectedDesk()
    driver.open_shop()
    return driver


def say(desk: ProtectedDesk, seconds: int, user_id: ids.UserId = ALICE) -> Decision:
    command = commands.KeepAlive(command_id=desk.command_id(), at=desk.now, user_id=user_id, timeout_seconds=seconds)
    return desk.put(command)


def tick(desk: ProtectedDesk, seconds: float = 1) -> Decision:
    desk.wait(seconds)
    return desk.put(reports.ClockTicked(at=desk.now))


def canceled(decision: Decision) -> list[ids.OrderId]:
    return [effect.order_id for effect in decision.effects if isinstance(effect, SendCancel)]


def test_orders_of_a_client_that_is_gone_are_canceled_once(desk: ProtectedDesk) -> None:
    order = desk.working(desk.order_command(quantity="0.001"))
    say(desk, 30)
    assert not canceled(tick(desk, 29))
    assert canceled(tick(desk, 1)) == [order.order_id]
    gone = desk.desk.orders[order.order_id]
    assert (gone.pending_action, gone.cancel_reason) == (PendingAction.CANCEL, RejectReason.CLIENT_DISCONNECTED)
    assert desk.desk.users[ALICE].keep_alive_seconds is None
    later = desk.working(desk.order_command(quantity="0.001"))
    assert not canceled(tick(desk, 100)), "it is over until the client asks for it anew"
    assert not desk.desk.orders[later.order_id].is_closed


def test_a_client_that_comes_back_in_time_keeps_its_orders(desk: ProtectedDesk) -> None:
    desk.working(desk.order_command(quantity="0.001"))
    say(desk, 30)
    for _ in range(3):
        desk.wait(20)
        assert [type(event) for event in say(desk, 30).events] == [ClientHeard], "nothing is written for it"
        assert not canceled(tick(desk))


def test_zero_ends_it(desk: ProtectedDesk) -> None:
    desk.working(desk.order_command(quantity="0.001"))
    say(desk, 30)
    assert [type(event) for event in say(desk, 0).events] == [KeepAliveSet]
    assert not canceled(tick(desk, 100))


def test_after_a_restart_the_whole_time_counts_from_the_first_tick(desk: ProtectedDesk) -> None:
    order = desk.working(desk.order_command(quantity="0.001"))
    say(desk, 30)
    desk.desk.clients_heard.clear()  # It is in memory alone.
    assert not canceled(tick(desk, 60))
    assert not canceled(tick(desk, 29))
    assert canceled(tick(desk, 1)) == [order.order_id]


def test_protection_survives_its_client(desk: ProtectedDesk) -> None:
    entry = desk.working(desk.order_command(stop_loss=STOP, take_profit=TARGET))
    desk.fill(entry, "0.4")
    legs = desk.desk.legs_of(entry.order_id)
    say(desk, 30)
    assert canceled(tick(desk, 30)) == [entry.order_id], "what is left of the entry, and nothing else"
    desk.report(entry, VenueOrderStatus.CANCELED)
    assert legs
    for leg in legs:
        assert not leg.is_closed
        assert leg.pending_action is not PendingAction.CANCEL
    assert not canceled(tick(desk, 100))


def test_what_the_kill_switch_closes_is_closed_although_the_client_is_gone(desk: ProtectedDesk) -> None:
    entry = desk.place(desk.order_command(account_id=OKX, symbol=LINEAR, quantity="0.5"))
    desk.accept(entry, "8001")
    desk.fill(entry, "0.5", exchange_order_id="8001")
    say(desk, 30)
    desk.wait(29)
    desk.put(
        commands.SetKillSwitch(
            command_id=desk.command_id(), at=desk.now, user_id=RISK, scope=Scope(), close_positions=True
        )
    )
    [closing] = [order for order in desk.desk.orders.values() if not order.is_closed]
    desk.accept(closing, "8002")
    assert not canceled(tick(desk, 1))
    assert closing.pending_action is PendingAction.NONE


def test_a_stop_that_can_only_reduce_is_protection_and_an_entry_that_waits_is_not(desk: ProtectedDesk) -> None:
    waiting = {"account_id": OKX, "symbol": LINEAR, "order_type": OrderType.STOP_LOSS, "price": None}
    entry = desk.place(desk.order_command(account_id=OKX, symbol=LINEAR, quantity="0.5"))
    desk.accept(entry, "8001")
    desk.fill(entry, "0.5", exchange_order_id="8001")
    stop = desk.place(
        desk.order_command(side=Side.SELL, quantity="0.5", trigger_price=Decimal(45_000), reduce_only=True, **waiting)
    )
    desk.accept(stop, "8002")
    breakout = desk.place(desk.order_command(side=Side.BUY, quantity="0.1", trigger_price=Decimal(55_000), **waiting))
    desk.accept(breakout, "8003")
    say(desk, 30)
    assert canceled(tick(desk, 30)) == [breakout.order_id]
    assert stop.pending_action is PendingAction.NONE


def test_orders_of_other_users_stay(desk: ProtectedDesk) -> None:
    order = desk.working(desk.order_command(quantity="0.001"))
    say(desk, 30, BOB)
    assert not canceled(tick(desk, 30))
    assert order.pending_action is PendingAction.NONE
    assert desk.desk.users[BOB].keep_alive_seconds is None


@pytest.mark.parametrize("seconds", [1, 4, 3_601, -1])
def test_a_silence_out_of_bounds_is_refused(desk: ProtectedDesk, seconds: int) -> None:
    decision = say(desk, seconds)
    [reply] = [effect for effect in decision.effects if isinstance(effect, Reply)]
    assert reply.refusal is not None
    assert reply.refusal.code is RefusalCode.PARAMETER_NOT_ALLOWED
    assert not decision.events


def test_only_traders_keep_orders_alive(desk: ProtectedDesk) -> None:
    [reply] = [effect for effect in say(desk, 30, RISK).effects if isinstance(effect, Reply)]
    assert reply.refusal is not None
    assert reply.refusal.code is RefusalCode.NOT_PERMITTED
