"""Utilization is told of every limit in every scope that it is about, and agrees with what a check would say."""

from decimal import Decimal

import pytest

from support.limited_desk import ACCOUNT, ALICE, LimitedDesk, limit
from support.markets import PERPETUAL
from tidegate.core.messages.events import EquityMarked
from tidegate.core.messages.risk_values import LimitUse, OwnerEquity, Scope
from tidegate.core.risk.uses import uses
from tidegate.core.vocabulary import Exchange, LimitKind, Role, Side

K = LimitKind
OURS = Scope(account_id=ACCOUNT)


@pytest.fixture
def desk() -> LimitedDesk:
    return LimitedDesk()


def of(desk: LimitedDesk, kind: LimitKind) -> list[LimitUse]:
    return [use for use in uses(desk.desk, desk.now) if use.kind is kind]


def test_without_limits_nothing_is_used() -> None:
    assert uses(LimitedDesk().desk) == []


def test_a_roles_limit_is_told_for_each_of_its_users(desk: LimitedDesk) -> None:
    desk.set_limits(limit(K.OPEN_ORDERS, "4", scope=Scope(role=Role.TRADER)))
    desk.place(desk.spot())
    told = {use.scope.key: (use.actual, use.utilization) for use in of(desk, K.OPEN_ORDERS)}
    assert told == {"user:alice": (1, Decimal("0.25")), "user:bob": (0, 0)}


def test_a_positions_limit_is_told_for_each_symbol_in_which_there_is_one(desk: LimitedDesk) -> None:
    desk.set_limits(limit(K.POSITION_QUANTITY, "20", scope=OURS))
    desk.trade(desk.perpetual(Side.SELL, "4"))
    desk.place(desk.perpetual(Side.SELL, "1"))
    told = {use.scope.symbol: use.actual for use in of(desk, K.POSITION_QUANTITY)}
    assert told == {PERPETUAL: 5, "BTC": 10, "BNB": 5}


def test_a_limit_of_one_symbol_is_told_for_that_alone(desk: LimitedDesk) -> None:
    scope = Scope(user_id=ALICE, exchange=Exchange.BINANCE, symbol=PERPETUAL)
    desk.set_limits(limit(K.POSITION_NOTIONAL, "200000", scope=scope))
    desk.trade(desk.perpetual(quantity="3"))
    [use] = of(desk, K.POSITION_NOTIONAL)
    assert (use.scope, use.actual, use.utilization) == (scope, 150_000, Decimal("0.75"))


def test_sums_and_counts_are_told_as_they_stand(desk: LimitedDesk) -> None:
    desk.set_limits(
        limit(K.GROSS_EXPOSURE, "1000000", scope=OURS),
        limit(K.NET_EXPOSURE, "1000000", scope=OURS),
        limit(K.ASSET_EXPOSURE, "1000000", scope=OURS),
        limit(K.LEVERAGE, "2", scope=OURS),
        limit(K.ORDERS_PER_INTERVAL, "10", seconds=60),
        limit(K.NOTIONAL_PER_INTERVAL, "1000000", seconds=60),
        limit(K.REJECTIONS_PER_INTERVAL, "5", seconds=60),
        limit(K.DAILY_LOSS, "500000"),
        limit(K.DRAWDOWN, "0.2"),
    )
    desk.mark("1000000")
    desk.mark("900000")
    desk.refuse(desk.place(desk.perpetual(Side.SELL, "1")), retryable=False)
    desk.set_limits(*desk.desk.risk.limits)
    told = {use.kind: use.actual for use in uses(desk.desk, desk.now) if use.scope.symbol in (None, "BTC")}
    assert told == {
        K.GROSS_EXPOSURE: 500_000,
        K.NET_EXPOSURE: 500_000,
        K.ASSET_EXPOSURE: 500_000,
        K.LEVERAGE: 0,
        K.ORDERS_PER_INTERVAL: 1,
        K.NOTIONAL_PER_INTERVAL: 50_000,
        K.REJECTIONS_PER_INTERVAL: 1,
        K.DAILY_LOSS: 100_000,
        K.DRAWDOWN: Decimal("0.1"),
    }


def test_what_is_not_known_is_left_out(desk: LimitedDesk) -> None:
    desk.set_limits(limit(K.DAILY_LOSS, "50000"), limit(K.UNKNOWN_ORDERS, "3"))
    assert [(use.kind, use.actual) for use in uses(desk.desk)] == [(K.UNKNOWN_ORDERS, 0)]


def test_more_lost_than_there_was_is_beyond_every_leverage(desk: LimitedDesk) -> None:
    """A market that falls at once may skip all that lies between little leverage and no equity at all."""
    desk.trade(desk.perpetual(quantity="3"))
    desk.set_limits(limit(K.LEVERAGE, "3", scope=OURS))
    desk.mark("300000")
    assert [use.actual for use in of(desk, K.LEVERAGE)] == [Decimal("0.5")]
    desk.mark("-1")
    assert [use.actual for use in of(desk, K.LEVERAGE)] == [150_000], "as if one dollar were left"


def test_who_owes_and_has_no_derivatives_has_no_leverage(desk: LimitedDesk) -> None:
    desk.set_limits(limit(K.LEVERAGE, "3", scope=OURS))
    desk.mark("-1")
    assert [use.actual for use in of(desk, K.LEVERAGE)] == [0]


def test_leverage_is_not_told_before_all_that_stands_behind_it_is_known(desk: LimitedDesk) -> None:
    """After a start a venue may be out of reach for a while: its accounts must not be taken for empty ones."""
    desk.trade(desk.perpetual(quantity="3"))
    desk.set_limits(limit(K.LEVERAGE, "3"), limit(K.LEVERAGE, "3", scope=OURS, limit_id="ours"))
    worth = Decimal(300_000)
    known = OwnerEquity(
        account_id=ACCOUNT, user_id=ALICE, equity=worth, unrealized_pnl=worth, net_deposits=worth, gross_exposure=worth
    )
    desk.tell(EquityMarked(at=desk.now, marks=(known,)))
    assert [use.limit_id for use in of(desk, K.LEVERAGE)] == ["ours"]
    desk.mark("300000")
    assert [use.limit_id for use in of(desk, K.LEVERAGE)] == ["leverage", "ours"]
