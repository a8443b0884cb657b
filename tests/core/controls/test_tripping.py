"""Limits that throw the kill switch by themselves."""

from decimal import Decimal

import pytest

from support.compared_desk import ComparedDesk
from support.desk_driver import ACCOUNT, ALICE, RISK, DeskDriver
from support.protected_desk import LINEAR, OKX, ProtectedDesk
from tidegate.core import identifiers as ids
from tidegate.core.decision import Decision
from tidegate.core.messages import commands, reports
from tidegate.core.messages.effects import SendCancel, SendOrder
from tidegate.core.messages.risk_values import RiskLimit, Scope
from tidegate.core.policy import Policy
from tidegate.core.vocabulary import LimitAction, LimitKind, RejectReason, TradingState

DESK = Scope()


@pytest.fixture
def desk() -> ProtectedDesk:
    driver = ProtectedDesk(Policy(four_eyes=False))
    driver.open_shop()
    return driver


def limit(desk: DeskDriver, kind: LimitKind, value: str, **options: object) -> None:
    wanted = RiskLimit(limit_id="tripwire", kind=kind, value=Decimal(value), **{"action": LimitAction.HALT, **options})  # type: ignore[arg-type]
    desk.put(
        commands.SetRiskLimits(
            command_id=desk.command_id(),
            at=desk.now,
            user_id=RISK,
            limits=(wanted,),
            approval_id=ids.ApprovalId("01JAPPROVAL"),
        )
    )
    assert desk.desk.risk.version


def tick(desk: DeskDriver, seconds: float = 1) -> Decision:
    desk.wait(seconds)
    return desk.put(reports.ClockTicked(at=desk.now))


def state(desk: DeskDriver, key: str = "desk") -> TradingState:
    found = desk.desk.risk.states.get(key)
    return TradingState.ACTIVE if found is None else found.state


def reject(desk: ProtectedDesk) -> None:
    order = desk.place(desk.order_command(quantity="0.001"))
    desk.put(
        reports.OrderRefused(
            at=desk.now,
            account_id=ACCOUNT,
            order_id=order.order_id,
            attempt=1,
            retryable=False,
            reason=RejectReason.INVALID_PARAMETERS,
            message="no",
        )
    )


def test_too_many_rejections_stop_the_desk_and_cancel_what_is_open(desk: ProtectedDesk) -> None:
    limit(desk, LimitKind.REJECTIONS_PER_INTERVAL, "3", interval_seconds=60)
    working = desk.working(desk.order_command(quantity="0.001"))
    reject(desk)
    reject(desk)
    tick(desk)
    assert state(desk) is TradingState.ACTIVE
    reject(desk)
    decision = tick(desk)
    assert state(desk) is TradingState.HALTED
    thrown = desk.desk.risk.states["desk"]
    assert (thrown.automatic, thrown.set_by) == (True, "tripwire")
    assert [effect.order_id for effect in decision.effects if isinstance(effect, SendCancel)] == [working.order_id]


def test_it_is_thrown_once_while_it_is_in_force(desk: ProtectedDesk) -> None:
    limit(desk, LimitKind.REJECTIONS_PER_INTERVAL, "1", interval_seconds=60)
    reject(desk)
    tick(desk)
    before = desk.desk.risk.states["desk"]
    tick(desk)
    assert desk.desk.risk.states["desk"] is before


def test_a_loss_of_the_day_stops_the_user_who_made_it(desk: ProtectedDesk) -> None:
    limit(desk, LimitKind.DAILY_LOSS, "1000", scope=Scope(user_id=ALICE), action=LimitAction.REDUCE)
    tick(desk)
    desk.price("49000")  # Alice holds ten bitcoin.
    for _ in range(10):
        tick(desk, 6)
        desk.price("49000")
    assert state(desk, "user:alice") is TradingState.REDUCING


def test_a_program_that_repeats_its_trades_is_stopped_in_its_market(desk: ProtectedDesk) -> None:
    limit(desk, LimitKind.REPEATED_EXECUTIONS, "3", interval_seconds=60)
    for number in range(3):
        order = desk.working(desk.order_command(quantity="0.01"), exchange_order_id=f"90{number}")
        desk.fill(order, "0.01", exchange_order_id=f"90{number}")
    tick(desk)
    assert state(desk, f"user:alice|account:{ACCOUNT}|symbol:BTC/USDT") is TradingState.HALTED


def test_a_difference_from_the_venue_above_its_worth_stops_the_account() -> None:
    desk = DeskDriver(Policy(four_eyes=False))
    desk.open_shop()
    limit(desk, LimitKind.BREAK_VALUE, "10000", scope=Scope(account_id=ACCOUNT))
    for _ in range(2):
        desk.wait(6)
        desk.balances({"BTC": Decimal("9.9"), "USDT": Decimal(1_000_000), "BNB": Decimal(5)})
        desk.price("50000")
    tick(desk)
    assert desk.desk.open_breaks
    assert state(desk, f"account:{ACCOUNT}") is TradingState.ACTIVE, "a tenth of a bitcoin is worth 5,000"
    limit(desk, LimitKind.BREAK_VALUE, "5000", scope=Scope(account_id=ACCOUNT))
    tick(desk)
    assert state(desk, f"account:{ACCOUNT}") is TradingState.HALTED


def put(desk: DeskDriver, *limits: RiskLimit) -> None:
    desk.put(
        commands.SetRiskLimits(
            command_id=desk.command_id(),
            at=desk.now,
            user_id=RISK,
            limits=limits,
            approval_id=ids.ApprovalId("01JAPPROVAL"),
        )
    )


def gross(limit_id: str, value: str, action: LimitAction, scope: Scope = DESK) -> RiskLimit:
    kind = LimitKind.GROSS_EXPOSURE
    return RiskLimit(limit_id=limit_id, kind=kind, value=Decimal(value), action=action, scope=scope)


def long_position(desk: ProtectedDesk) -> None:
    entry = desk.place(desk.order_command(account_id=OKX, symbol=LINEAR, quantity="0.5"))
    desk.accept(entry, "8001")
    desk.fill(entry, "0.5", exchange_order_id="8001")


def test_limits_that_are_reached_together_cancel_an_order_and_close_a_position_once(desk: ProtectedDesk) -> None:
    long_position(desk)
    working = desk.working(desk.order_command(quantity="0.001"))
    put(
        desk,
        gross("of-desk", "10", LimitAction.CLOSE),
        gross("of-alice", "10", LimitAction.CLOSE, Scope(user_id=ALICE)),
        gross("of-account", "10", LimitAction.CLOSE, Scope(account_id=OKX)),
    )
    decision = tick(desk)
    assert desk.desk.risk.states.keys() == {"desk", "user:alice", f"account:{OKX}"}
    assert [effect.order_id for effect in decision.effects if isinstance(effect, SendCancel)] == [working.order_id]
    assert [effect.quantity for effect in decision.effects if isinstance(effect, SendOrder)] == [Decimal("0.5")]


def test_of_several_limits_of_a_scope_the_strongest_action_counts(desk: ProtectedDesk) -> None:
    long_position(desk)
    put(desk, gross("closes", "20", LimitAction.CLOSE), gross("reduces", "10", LimitAction.REDUCE))
    tick(desk)
    thrown = desk.desk.risk.states["desk"]
    assert (thrown.state, thrown.set_by, thrown.close_positions) == (TradingState.HALTED, "closes", True)


def test_a_limit_that_closes_is_carried_out_where_trading_is_halted_already(desk: ProtectedDesk) -> None:
    long_position(desk)
    put(desk, gross("halts", "10", LimitAction.HALT), gross("closes", "9000000", LimitAction.CLOSE))
    assert not [effect for effect in tick(desk).effects if isinstance(effect, SendOrder)]
    assert state(desk) is TradingState.HALTED
    put(desk, gross("halts", "10", LimitAction.HALT), gross("closes", "100", LimitAction.CLOSE))
    assert [effect.quantity for effect in tick(desk).effects if isinstance(effect, SendOrder)] == [Decimal("0.5")]
    before = desk.desk.risk.states["desk"]
    tick(desk)
    assert desk.desk.risk.states["desk"] is before, "and only once"


def test_an_asset_is_stopped_in_all_markets_in_which_it_trades(desk: ProtectedDesk) -> None:
    long_position(desk)
    working = desk.working(desk.order_command(quantity="0.001"))
    limit(desk, LimitKind.ASSET_EXPOSURE, "100", action=LimitAction.CLOSE)
    decision = tick(desk)
    assert desk.desk.risk.states.keys() == {"symbol:BTC/USDT", f"symbol:{LINEAR}"}
    assert [effect.order_id for effect in decision.effects if isinstance(effect, SendCancel)] == [working.order_id]
    assert [effect.quantity for effect in decision.effects if isinstance(effect, SendOrder)] == [Decimal("0.5")]
    before = dict(desk.desk.risk.states)
    tick(desk)
    assert desk.desk.risk.states == before


def test_a_spot_position_is_stopped_in_its_spot_markets(desk: ProtectedDesk) -> None:
    long_position(desk)
    working = desk.working(desk.order_command(quantity="0.001"))
    limit(desk, LimitKind.POSITION_QUANTITY, "5", scope=Scope(user_id=ALICE))
    decision = tick(desk)
    assert desk.desk.risk.states.keys() == {"user:alice|symbol:BTC/USDT"}, "half a bitcoin of the perpetual is within"
    assert [effect.order_id for effect in decision.effects if isinstance(effect, SendCancel)] == [working.order_id]


def test_a_limit_of_one_market_stops_that_market(desk: ProtectedDesk) -> None:
    desk.working(desk.order_command(quantity="0.001"))
    limit(desk, LimitKind.POSITION_NOTIONAL, "5", scope=Scope(symbol="BTC/USDT"))
    tick(desk)
    assert desk.desk.risk.states.keys() == {"symbol:BTC/USDT"}


def test_an_order_that_nobody_here_placed_stops_the_account() -> None:
    desk = ComparedDesk()
    desk.open_shop()
    desk.wait(60)
    limit(desk, LimitKind.UNKNOWN_ORDERS, "1", scope=Scope(account_id=ACCOUNT))
    tick(desk)
    assert state(desk, f"account:{ACCOUNT}") is TradingState.ACTIVE
    desk.strange_order()
    tick(desk)
    assert state(desk, f"account:{ACCOUNT}") is TradingState.HALTED


def test_a_limit_without_an_action_refuses_and_stops_nothing(desk: ProtectedDesk) -> None:
    limit(desk, LimitKind.REJECTIONS_PER_INTERVAL, "1", interval_seconds=60, action=LimitAction.REFUSE)
    reject(desk)
    tick(desk)
    assert not desk.desk.risk.states
