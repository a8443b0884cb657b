"""What the differences between books and venues are worth, and which of them count."""

from decimal import Decimal

import pytest

from support.compared_desk import MARGIN, ComparedDesk
from support.desk_driver import ACCOUNT, BALANCES
from support.markets import PERPETUAL
from tidegate.core import identifiers as ids
from tidegate.core.controls.differences import difference
from tidegate.core.messages.risk_values import Scope
from tidegate.core.messages.values import VenuePosition
from tidegate.core.policy import Policy
from tidegate.core.vocabulary import Exchange, PositionSide, Side

SIX = 6  # Seconds: longer than a difference waits until it is a break.


@pytest.fixture
def desk() -> ComparedDesk:
    driver = ComparedDesk()
    driver.open_shop()
    return driver


def apart(desk: ComparedDesk, **scope: object) -> Decimal:
    return difference(desk.desk, Scope(**scope), desk.now)  # type: ignore[arg-type]


def held(quantity: str, side: PositionSide = PositionSide.NET) -> VenuePosition:
    return VenuePosition(symbol=PERPETUAL, position_side=side, quantity=Decimal(quantity))


def test_balances_count_once_they_are_a_break(desk: ComparedDesk) -> None:
    desk.balances({**BALANCES, "BTC": BALANCES["BTC"] - Decimal("0.1")})
    assert apart(desk) == 0, "a trade may be under way"
    desk.broken_balance(BTC="-0.1", USDT="7")
    assert apart(desk) == 5_007


def test_positions_count_once_they_are_a_break(desk: ComparedDesk) -> None:
    desk.trade(Side.BUY, "1", "50000")
    desk.positions(held("3"))
    assert apart(desk) == 0, "executions may be under way"
    desk.wait(SIX)
    desk.positions(held("3"))
    assert apart(desk) == 100_000
    desk.positions(held("1"))
    assert apart(desk) == 0


def test_both_sides_of_a_hedged_position_count(desk: ComparedDesk) -> None:
    for _ in range(2):
        desk.wait(SIX)
        desk.positions(held("0.1", PositionSide.LONG), held("-0.2", PositionSide.SHORT))
    assert apart(desk) == 15_000


def test_a_wallet_counts_by_its_own_breaks(desk: ComparedDesk) -> None:
    for _ in range(2):
        desk.wait(SIX)
        desk.balances(BALANCES, margin=MARGIN - 300)
    assert apart(desk) == 300
    desk.balances({**BALANCES, "USDT": BALANCES["USDT"] - 9}, margin=MARGIN - 300)
    assert apart(desk) == 300, "the other wallet's is no break yet"


def test_they_count_where_they_are(desk: ComparedDesk) -> None:
    for _ in range(2):
        desk.wait(SIX)
        desk.balances({**BALANCES, "USDT": BALANCES["USDT"] - 9})
        desk.positions(held("0.1"))
    assert apart(desk) == apart(desk, account_id=ACCOUNT) == apart(desk, exchange=Exchange.BINANCE) == 5_009
    assert apart(desk, symbol=PERPETUAL) == 5_000
    assert apart(desk, account_id=ids.AccountId("another")) == apart(desk, exchange=Exchange.OKX) == 0


def test_they_are_worth_something_in_the_reporting_currency() -> None:
    desk = ComparedDesk(Policy(reporting_currency="BTC"))
    desk.open_shop()
    for _ in range(2):
        desk.wait(SIX)
        desk.positions(held("0.5"))
    assert apart(desk) == Decimal("0.5")
