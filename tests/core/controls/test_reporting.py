"""The desk's risk as it is told: accounts, positions, limits, states, and to whom."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from support.compared_desk import MARGIN, ComparedDesk
from support.desk_driver import ACCOUNT, ALICE, BOB, RISK
from support.markets import PERPETUAL
from tidegate.core import identifiers as ids
from tidegate.core.apply import apply
from tidegate.core.messages import commands, reports
from tidegate.core.messages.effects import Reply
from tidegate.core.messages.events import LiquidationsTold, RiskLimitsSet, is_journaled
from tidegate.core.messages.risk_records import TradingRestriction
from tidegate.core.messages.risk_values import AccountRisk, PositionRisk, RiskLimit, RiskReport, Scope
from tidegate.core.messages.values import VenuePosition
from tidegate.core.vocabulary import LimitKind, PositionSide, RefusalCode, Side, TradingState


class WatchedDesk(ComparedDesk):
    """A desk whose risk is asked for."""

    def ask(self, user_id: ids.UserId = RISK, owner_id: ids.UserId | None = None) -> Reply:
        command = commands.AskRisk(command_id=self.command_id(), at=self.now, user_id=user_id, owner_id=owner_id)
        decision = self.put(command)
        assert decision.events == []
        [reply] = decision.effects
        assert isinstance(reply, Reply)
        return reply

    def risk(self, user_id: ids.UserId = RISK, owner_id: ids.UserId | None = None) -> RiskReport:
        report = self.ask(user_id, owner_id).risk
        assert report is not None
        return report

    def mark_equity(self) -> None:
        self.put(reports.ClockTicked(at=self.now))

    def tell_position(self, quantity: str, **told: Any) -> None:
        side = PositionSide.NET
        self.positions(VenuePosition(symbol=PERPETUAL, position_side=side, quantity=Decimal(quantity), **told))


@pytest.fixture
def desk() -> WatchedDesk:
    """Alice has 10 BTC at 50,000 and a million as margin."""
    desk = WatchedDesk()
    desk.open_shop({"BTC": Decimal(10)}, user_ids=(ALICE,))
    desk.mark_equity()
    return desk


def the_account(report: RiskReport) -> AccountRisk:
    [account] = report.accounts
    return account


def the_position(report: RiskReport) -> PositionRisk:
    [position] = report.positions
    return position


def test_an_account_is_told_with_its_equity_and_exposure(desk: WatchedDesk) -> None:
    account = the_account(desk.risk())
    assert (account.account_id, account.user_id) == (ACCOUNT, ALICE)
    assert (account.equity, account.gross_exposure, account.net_exposure) == (MARGIN + 500_000, 500_000, 500_000)
    assert (account.leverage, account.margin_ratio, account.stale) == (0, 0, False)


def test_a_short_position_takes_from_the_net_and_adds_to_the_gross_exposure(desk: WatchedDesk) -> None:
    desk.put(reports.LeverageReported(at=desk.now, account_id=ACCOUNT, symbol=PERPETUAL, leverage=Decimal(5)))
    desk.trade(Side.SELL, "6", "50000")
    account = the_account(desk.risk())
    assert (account.gross_exposure, account.net_exposure) == (800_000, 200_000)
    assert account.leverage == Decimal("0.2")
    assert account.margin_ratio == Decimal("0.04")  # A fifth of 300,000, of 1,500,000.


def test_todays_result_and_the_drawdown_count_from_the_marks_of_the_day(desk: WatchedDesk) -> None:
    desk.trade(Side.BUY, "5", "50000")
    desk.price("48000", PERPETUAL, mark="47000")
    account = the_account(desk.risk())
    assert account.daily_pnl == -15_000
    assert account.drawdown == Decimal("0.01")
    desk.now += timedelta(days=1)
    assert the_account(desk.risk()).daily_pnl is None  # Until the new day is marked.


def test_a_position_is_told_with_the_way_to_its_liquidation(desk: WatchedDesk) -> None:
    desk.trade(Side.SELL, "2", "50000")
    desk.price("51000", PERPETUAL, mark="50000")
    desk.tell_position("-2", liquidation_price=Decimal(60_000))
    position = the_position(desk.risk())
    assert (position.quantity, position.mark_price, position.notional) == (-2, 50_000, 100_000)
    assert (position.liquidation_price, position.liquidation_distance) == (60_000, Decimal("0.2"))
    assert position.unrealized_pnl == 0


def test_where_the_venue_tells_no_liquidation_there_is_none(desk: WatchedDesk) -> None:
    desk.trade(Side.SELL, "2", "50000")
    desk.tell_position("-2")
    position = the_position(desk.risk())
    assert (position.liquidation_price, position.liquidation_distance) == (None, None)


def test_a_liquidation_is_kept_as_it_was_told_last_and_never_journaled(desk: WatchedDesk) -> None:
    desk.trade(Side.SELL, "2", "50000")
    written = len(desk.journal)
    desk.tell_position("-2", liquidation_price=Decimal(60_000))
    desk.tell_position("-2", liquidation_price=Decimal(58_000))
    assert the_position(desk.risk()).liquidation_price == 58_000
    assert len(desk.journal) == written
    desk.tell_position("-2")
    assert the_position(desk.risk()).liquidation_price is None
    assert not is_journaled(LiquidationsTold(at=desk.now, account_id=ACCOUNT, positions=()))


# --- to whom -------------------------------------------------------------------------------------------------------


def test_a_trader_is_told_how_far_ones_own_limits_are_used_up_and_not_those_of_all(desk: WatchedDesk) -> None:
    limits = tuple(
        RiskLimit(limit_id=name, kind=LimitKind.OPEN_ORDERS, scope=scope, value=Decimal(4))
        for name, scope in (
            ("all", Scope()),
            ("alice", Scope(user_id=ALICE)),
            ("account", Scope(account_id=ACCOUNT)),
            ("bob", Scope(user_id=BOB)),
        )
    )
    apply(desk.desk, RiskLimitsSet(at=desk.now, version=1, limits=limits, by=RISK))
    desk.perpetual(Side.BUY, "1")
    used = {use.limit_id: use.utilization for use in desk.risk().uses}
    assert used == {"all": Decimal("0.25"), "alice": Decimal("0.25"), "account": Decimal("0.25"), "bob": 0}
    assert {use.limit_id for use in desk.risk(ALICE, ALICE).uses} == {"alice", "account"}


def limited(desk: WatchedDesk) -> None:
    """A limit and a state for all, and of each one for Bob."""
    limits = [
        RiskLimit(limit_id=name, kind=LimitKind.OPEN_ORDERS, scope=scope, value=Decimal(5))
        for name, scope in (("all", Scope()), ("bob", Scope(user_id=BOB)), ("account", Scope(account_id=ACCOUNT)))
    ]
    desk.desk.risk.limits = tuple(limits)
    desk.desk.risk.version = 4
    for limit in limits:
        scope = limit.scope
        desk.desk.risk.states[scope.key] = TradingRestriction(
            scope_key=scope.key,
            scope=scope,
            state=TradingState.REDUCING,
            set_at=desk.now,
            set_by=limit.limit_id,
            automatic=True,
        )


def test_who_oversees_is_told_everything(desk: WatchedDesk) -> None:
    limited(desk)
    report = desk.risk()
    assert report.limits_version == 4
    assert [limit.limit_id for limit in report.limits] == ["all", "bob", "account"]
    assert {state.by for state in report.states} == {"all", "bob", "account"}


def test_a_trader_is_told_what_is_or_may_concern_ones_own(desk: WatchedDesk) -> None:
    limited(desk)
    desk.trade(Side.SELL, "2", "50000")
    report = desk.risk(ALICE, ALICE)
    assert [limit.limit_id for limit in report.limits] == ["all", "account"]
    assert [state.by for state in report.states] == ["account", "all"]
    assert (the_account(report).user_id, the_position(report).user_id) == (ALICE, ALICE)
    nothing = desk.risk(RISK, BOB)
    assert (nothing.accounts, nothing.positions) == ((), ())
    assert [limit.limit_id for limit in nothing.limits] == ["all", "bob"]


@pytest.mark.parametrize(
    ("user_id", "owner_id", "code"),
    [
        (ALICE, None, RefusalCode.NOT_PERMITTED),
        (ALICE, BOB, RefusalCode.NOT_PERMITTED),
        (RISK, ids.UserId("nobody"), RefusalCode.USER_NOT_FOUND),
        (ids.UserId("nobody"), None, RefusalCode.USER_NOT_FOUND),
    ],
)
def test_others_are_told_nothing(
    desk: WatchedDesk, user_id: ids.UserId, owner_id: ids.UserId | None, code: RefusalCode
) -> None:
    reply = desk.ask(user_id, owner_id)
    assert reply.refusal is not None
    assert (reply.refusal.code, reply.risk) == (code, None)
