"""The venue's positions and leverage against ours."""

from datetime import timedelta
from decimal import Decimal

import pytest

from support.compared_desk import ComparedDesk
from support.desk_driver import ACCOUNT, ALICE, BALANCES, BOB
from support.markets import PERPETUAL
from tidegate.core.messages import reports
from tidegate.core.messages.values import VenuePosition
from tidegate.core.records import UNALLOCATED
from tidegate.core.vocabulary import Exchange, MarginMode, PositionSide, Side


@pytest.fixture
def desk() -> ComparedDesk:
    desk = ComparedDesk()
    desk.open_shop()
    return desk


def venue_position(quantity: str, side: PositionSide = PositionSide.NET, **more: object) -> VenuePosition:
    return VenuePosition(symbol=PERPETUAL, position_side=side, quantity=Decimal(quantity), **more)


class NewDesk(ComparedDesk):
    """One that connects to an account with positions."""

    def __init__(self, *found: VenuePosition) -> None:
        super().__init__()
        self.found = found

    def connect(self, balances: dict[str, Decimal]) -> None:
        self.put(reports.AccountConnected(at=self.now, account_id=ACCOUNT))
        self.positions(*self.found)
        self.balances(balances)
        self.synchronized()


# --- opening -------------------------------------------------------------------------------------------------------


def test_positions_found_at_the_venue_open_the_books_at_what_they_had_cost() -> None:
    desk = NewDesk(
        venue_position("2", PositionSide.LONG, average_price=Decimal(40_000)),
        venue_position("-1", PositionSide.SHORT, average_price=Decimal(60_000)),
    )
    desk.open_shop()
    long, short = desk.position(PositionSide.LONG), desk.position(PositionSide.SHORT)
    assert (long.quantity, long.average_price, long.realized_pnl) == (2, 40_000, 0)
    assert (short.quantity, short.average_price, short.realized_pnl) == (-1, 60_000, 0)
    desk.positions(*desk.found)
    assert not desk.desk.position_differences
    desk.check_books()


def test_positions_of_an_omnibus_account_belong_to_nobody_yet() -> None:
    desk = NewDesk(venue_position("2", average_price=Decimal(40_000)))
    desk.open_shop(user_ids=(ALICE, BOB))
    assert desk.position(user_id=UNALLOCATED).quantity == 2
    assert desk.position(user_id=ALICE).quantity == 0


@pytest.mark.parametrize(
    ("told", "price"), [({"mark_price": Decimal(49_000)}, 49_000), ({}, 50_000)], ids=["mark", "last"]
)
def test_without_an_average_the_price_of_the_moment_has_to_do(told: dict[str, Decimal], price: int) -> None:
    desk = NewDesk(venue_position("2", **told))
    desk.open_shop()
    assert desk.position().average_price == price


def test_a_position_without_any_price_is_a_break_until_a_person_looks() -> None:
    unknown = VenuePosition(symbol="XYZ/USDT:USDT", position_side=PositionSide.NET, quantity=Decimal(3))
    desk = NewDesk(unknown)
    desk.open_shop()
    assert not desk.desk.positions
    desk.now += timedelta(seconds=6)
    desk.positions(unknown)
    [found] = desk.open_breaks()
    assert (found.kind, found.subject) == ("position", "XYZ/USDT:USDT")


def test_positions_reported_twice_before_the_books_are_open_count_once() -> None:
    held = venue_position("2", average_price=Decimal(40_000))
    desk = NewDesk(held)
    desk.found = ()
    desk.list_markets()
    desk.connect = lambda _: [desk.positions(held), desk.positions(held), desk.balances(BALANCES)]  # type: ignore[method-assign,assignment,return-value]
    desk.open_shop()
    assert desk.position().quantity == 2


# --- comparing -----------------------------------------------------------------------------------------------------


def test_positions_that_agree_are_no_news(desk: ComparedDesk) -> None:
    desk.trade(Side.BUY, "2", "50000")
    written = len(desk.batches)
    desk.positions(venue_position("2"))
    assert len(desk.batches) == written


def test_a_position_closed_by_hand_at_the_venue_is_a_break_and_ends_with_it(desk: ComparedDesk) -> None:
    desk.trade(Side.BUY, "2", "50000")
    desk.positions()
    assert desk.open_breaks() == [], "a trade may be on its way"
    desk.now += timedelta(seconds=6)
    desk.positions()
    [found] = desk.open_breaks()
    assert (found.kind, found.subject) == ("position", PERPETUAL)
    assert "is 0, the books' is 2" in found.message
    desk.positions(venue_position("2"))
    assert desk.open_breaks() == []
    assert desk.breaks[found.break_id].resolved_at == desk.now
    assert desk.breaks[found.break_id].message == found.message, "what differed stays told"


def test_a_difference_that_changes_is_looked_at_anew(desk: ComparedDesk) -> None:
    for quantity in ("1", "2", "3"):
        desk.positions(venue_position(quantity))
        desk.now += timedelta(seconds=6)
    assert desk.open_breaks() == []


def test_the_sides_of_hedge_mode_are_compared_each_by_itself(desk: ComparedDesk) -> None:
    desk.trade(Side.BUY, "1", "50000", position_side=PositionSide.LONG)
    desk.trade(Side.SELL, "1", "50000", position_side=PositionSide.SHORT)
    for _ in range(2):
        desk.positions(venue_position("1", PositionSide.LONG))
        desk.now += timedelta(seconds=6)
    assert [found.subject for found in desk.open_breaks()] == [f"{PERPETUAL} (short)"]


def test_a_break_that_is_over_after_a_restart_ends(desk: ComparedDesk) -> None:
    for _ in range(2):
        desk.positions(venue_position("1"))
        desk.now += timedelta(seconds=6)
    assert len(desk.open_breaks()) == 1
    desk.restart()
    desk.positions()
    assert desk.open_breaks() == []


def test_positions_of_an_account_that_nobody_knows_are_nothing(desk: ComparedDesk) -> None:
    stranger = reports.PositionsReported(
        at=desk.now, account_id="nobody", requested_at=desk.now, positions=(venue_position("1"),)
    )
    assert desk.put(stranger).events == []


# --- leverage ------------------------------------------------------------------------------------------------------


def test_leverage_is_kept_as_the_venue_tells_it(desk: ComparedDesk) -> None:
    desk.positions(venue_position("0", leverage=Decimal(5), margin_mode=MarginMode.ISOLATED))
    setting = desk.desk.leverages[ACCOUNT, PERPETUAL]
    assert (setting.leverage, setting.margin_mode) == (5, MarginMode.ISOLATED)
    written = len(desk.batches)
    desk.positions(venue_position("0", leverage=Decimal(5)))
    assert len(desk.batches) == written, "told again, it is no news"
    desk.put(reports.LeverageReported(at=desk.now, account_id=ACCOUNT, symbol=PERPETUAL, leverage=Decimal(10)))
    setting = desk.desk.leverages[ACCOUNT, PERPETUAL]
    assert (setting.leverage, setting.margin_mode) == (10, MarginMode.ISOLATED)
    desk.restart()
    assert desk.desk.leverages[ACCOUNT, PERPETUAL] == setting


def test_where_long_and_short_differ_the_lower_leverage_counts(desk: ComparedDesk) -> None:
    desk.positions(
        venue_position("0", PositionSide.LONG, leverage=Decimal(20)),
        venue_position("0", PositionSide.SHORT, leverage=Decimal(3)),
    )
    assert desk.desk.leverages[ACCOUNT, PERPETUAL].leverage == 3


@pytest.mark.parametrize(("known", "kept"), [(None, 3), (MarginMode.CROSS, 3), (MarginMode.ISOLATED, 5)])
def test_the_leverage_of_one_mode_says_nothing_where_another_is_known(
    desk: ComparedDesk, known: MarginMode | None, kept: int
) -> None:
    desk.positions(venue_position("0", leverage=Decimal(5), margin_mode=known))
    told = reports.LeverageReported(
        at=desk.now,
        account_id=ACCOUNT,
        symbol=PERPETUAL,
        leverage=Decimal(3),
        margin_mode=MarginMode.CROSS,
        in_mode_only=True,
    )
    desk.put(told)
    assert desk.desk.leverages[ACCOUNT, PERPETUAL].leverage == kept


@pytest.mark.parametrize("leverage", ["0", "-1"])
def test_leverage_of_nothing_is_not_believed(desk: ComparedDesk, leverage: str) -> None:
    desk.put(reports.LeverageReported(at=desk.now, account_id=ACCOUNT, symbol=PERPETUAL, leverage=Decimal(leverage)))
    assert desk.desk.leverages == {}


def test_unified_accounts_hold_margin_beside_everything_else() -> None:
    desk = ComparedDesk()
    desk.exchange = Exchange.OKX
    desk.open_shop()
    before = desk.held("USDT")
    desk.trade(Side.BUY, "1", "50000")
    desk.trade(Side.SELL, "1", "51000")
    assert desk.held("USDT") == before + 1_000
    desk.check_books()
