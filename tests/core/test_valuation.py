"""What owners are worth: holdings at their rates, positions at their unrealized profit, and how sure that is."""

from datetime import timedelta
from decimal import Decimal

import pytest

from support.compared_desk import MARGIN, ComparedDesk
from support.desk_driver import ACCOUNT, ALICE, BOB, RISK
from support.markets import PERPETUAL
from tidegate.core.messages.values import VenuePosition
from tidegate.core.rates import Worth
from tidegate.core.records import UNALLOCATED
from tidegate.core.valuation import (
    Valued,
    equity_of,
    is_expected,
    mark_of,
    notional_of,
    unrealized_of,
    value_owners,
    worth,
)
from tidegate.core.vocabulary import Exchange, PositionSide, Side


class UnconnectedDesk(ComparedDesk):
    """A test tells itself what the venue holds at first contact."""

    def connect(self, balances: dict[str, Decimal]) -> None:
        del balances


@pytest.fixture
def desk() -> ComparedDesk:
    desk = ComparedDesk()
    desk.open_shop({"BTC": Decimal(10), "USDT": Decimal(1_000)}, user_ids=(ALICE,))
    return desk


def valued(desk: ComparedDesk) -> Valued:
    return value_owners(desk.desk, desk.now)[ACCOUNT, ALICE]


def test_holdings_count_at_their_rates_and_cash_is_no_exposure(desk: ComparedDesk) -> None:
    desk.price("51000")
    assert valued(desk) == Valued(
        equity=MARGIN + 1_000 + 510_000, gross_exposure=Decimal(510_000), net_deposits=MARGIN + 1_000 + 500_000
    )


@pytest.mark.parametrize(("side", "profit"), [(Side.BUY, 4_000), (Side.SELL, -4_000)])
def test_a_position_counts_by_what_it_would_earn_at_its_fair_price(desk: ComparedDesk, side: Side, profit: int) -> None:
    desk.trade(side, "2", "50000")
    desk.price("49999", PERPETUAL, mark="52000")
    position = desk.position()
    assert unrealized_of(desk.desk, position, desk.now) == Worth(Decimal(profit), stale=False)
    assert notional_of(desk.desk, position, desk.now).value == 104_000 * (1 if side is Side.BUY else -1)
    found = valued(desk)
    assert (found.unrealized_pnl, found.gross_exposure) == (profit, 500_000 + 104_000)
    assert found.equity - found.net_deposits == profit


def test_without_a_mark_the_last_price_is_the_fair_one_and_without_any_nothing_is_known(desk: ComparedDesk) -> None:
    desk.price("51000", PERPETUAL)
    assert mark_of(desk.desk, desk.exchange, PERPETUAL, desk.now) == Worth(Decimal(51_000), stale=False)
    desk.now += timedelta(seconds=61)
    assert mark_of(desk.desk, desk.exchange, PERPETUAL, desk.now) == Worth(Decimal(51_000), stale=True)
    assert mark_of(desk.desk, Exchange.OKX, PERPETUAL, desk.now) == Worth(None, stale=True)


def test_one_old_price_makes_the_whole_stale(desk: ComparedDesk) -> None:
    assert not valued(desk).stale
    desk.now += timedelta(seconds=61)
    assert (valued(desk).stale, valued(desk).missing) == (True, False)
    assert worth(desk.desk, desk.exchange, "BTC", desk.now) == Worth(Decimal(50_000), stale=True)


def test_a_price_is_expected_where_a_market_is_listed_or_no_listing_is_known(desk: ComparedDesk) -> None:
    assert is_expected(desk.desk, desk.exchange, "BTC")
    assert not is_expected(desk.desk, desk.exchange, "DUST")
    assert is_expected(desk.desk, Exchange.OKX, "DUST"), "OKX has not told what it trades"


def test_a_position_without_any_price_is_missing_one(desk: ComparedDesk) -> None:
    desk.trade(Side.BUY, "1", "50000")
    del desk.desk.prices[desk.exchange, PERPETUAL]
    assert (valued(desk).missing, valued(desk).unrealized_pnl) == (True, 0)


def test_each_owner_is_valued_by_what_is_theirs() -> None:
    desk = ComparedDesk()
    desk.open_shop({"BTC": Decimal(10)}, user_ids=(ALICE, BOB))
    desk.give("BTC", "4", UNALLOCATED, BOB, by=RISK)
    found = value_owners(desk.desk, desk.now)
    assert {owner[1] for owner in found} == {BOB, UNALLOCATED}
    assert equity_of((ACCOUNT, BOB), found[ACCOUNT, BOB]).equity == 200_000
    assert found[ACCOUNT, UNALLOCATED].equity == MARGIN + 300_000


def test_what_a_position_had_earned_before_the_desk_is_brought_in() -> None:
    desk = UnconnectedDesk()
    desk.open_shop()
    desk.price("50000", PERPETUAL, mark="50000")
    found = VenuePosition(
        symbol=PERPETUAL,
        position_side=PositionSide.NET,
        quantity=Decimal(2),
        average_price=Decimal(45_000),
        mark_price=Decimal(50_000),
    )
    desk.positions(found)
    desk.balances({"USDT": Decimal(100)})
    one = valued(desk)
    assert (one.unrealized_pnl, one.equity - one.net_deposits) == (10_000, 0)
    assert desk.batches[-2].capital[ACCOUNT, ALICE].net_deposits == 10_000
