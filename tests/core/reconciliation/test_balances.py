"""The venue's balances against ours: what opens the books, what differs, and for how long."""

from datetime import timedelta
from decimal import Decimal

import pytest

from support.compared_desk import MARGIN, ComparedDesk
from support.desk_driver import ACCOUNT, ALICE, BALANCES, BOB, DeskDriver
from tidegate.core.records import UNALLOCATED
from tidegate.core.vocabulary import Side, Wallet


@pytest.fixture
def driver() -> DeskDriver:
    driver = DeskDriver()
    driver.open_shop()
    return driver


@pytest.fixture
def compared() -> ComparedDesk:
    compared = ComparedDesk()
    compared.open_shop()
    return compared


# --- opening balances ----------------------------------------------------------------------------------------------


def test_what_is_found_at_the_venue_belongs_to_the_accounts_only_user(driver: DeskDriver) -> None:
    assert {asset: driver.held(asset) for asset in BALANCES} == BALANCES
    assert driver.desk.holding(ACCOUNT, ALICE, "BTC").average_price == 50_000
    assert driver.desk.holding(ACCOUNT, ALICE, "USDT").average_price == 1
    driver.check_books()


def test_what_is_found_in_an_omnibus_account_belongs_to_nobody_yet() -> None:
    driver = DeskDriver()
    driver.open_shop(user_ids=(ALICE, BOB))
    assert driver.held("BTC", UNALLOCATED) == 10
    assert driver.desk.available(ACCOUNT, ALICE, "BTC") == 0
    driver.balances(BALANCES)
    assert not driver.desk.differences, "what belongs to nobody counts in the sum"


def test_balances_are_opened_once(driver: DeskDriver) -> None:
    driver.balances({"BTC": Decimal(11), "USDT": Decimal(1_000_000), "BNB": Decimal(5)})
    assert driver.held("BTC") == 10


def test_an_asset_without_a_price_opens_without_one_and_takes_it_from_the_next_purchase() -> None:
    driver = DeskDriver()
    driver.open_shop({"BNB": Decimal(3), "USDT": Decimal(1000)})
    holding = driver.desk.holding(ACCOUNT, ALICE, "BNB")
    assert (holding.quantity, holding.average_price, holding.realized_pnl) == (3, None, 0)


# --- balances compared ---------------------------------------------------------------------------------------------


def test_a_difference_that_stays_is_a_break_and_ends_with_it(driver: DeskDriver) -> None:
    wrong = {**BALANCES, "BTC": Decimal(9)}
    driver.balances(wrong)
    assert not driver.breaks, "a trade may be on its way"
    driver.now += timedelta(seconds=5)
    driver.balances(wrong)
    [found] = driver.breaks.values()
    assert (found.kind, found.subject, found.resolved_at) == ("balance", "BTC", None)
    assert "1 BTC less" in found.message
    found_at = driver.now
    driver.now += timedelta(seconds=60)
    driver.balances(BALANCES)
    [found] = driver.breaks.values()
    assert (found.found_at, found.resolved_at) == (found_at, driver.now)


def test_a_difference_that_passes_was_never_a_break(driver: DeskDriver) -> None:
    """It once left a row of a break that nobody had found."""
    driver.balances({**BALANCES, "BTC": Decimal(9)})
    driver.now += timedelta(seconds=60)
    driver.balances(BALANCES)
    assert driver.breaks == {}


def test_a_break_that_is_over_after_a_restart_ends(driver: DeskDriver) -> None:
    """What was compared before is forgotten by then; the break once stayed for ever."""
    wrong = {**BALANCES, "BTC": Decimal(9)}
    driver.balances(wrong)
    driver.now += timedelta(seconds=5)
    driver.balances(wrong)
    driver.restart()
    driver.connect(BALANCES)
    assert not driver.desk.open_breaks
    [found] = driver.breaks.values()
    assert found.resolved_at == driver.now


def test_one_break_is_open_at_a_time(driver: DeskDriver) -> None:
    for _ in range(5):
        driver.balances({**BALANCES, "BTC": Decimal(9)})
        driver.now += timedelta(seconds=5)
    assert sum(len(batch.breaks) for batch in driver.batches) == 1


# --- wallets -------------------------------------------------------------------------------------------------------


def test_each_wallet_is_opened_and_compared_by_itself(compared: ComparedDesk) -> None:
    assert compared.margin == MARGIN
    assert compared.held("USDT") == BALANCES["USDT"]
    compared.balances(BALANCES, margin=MARGIN + 7)
    compared.now += timedelta(seconds=6)
    compared.balances(BALANCES, margin=MARGIN + 7)
    [found] = compared.open_breaks()
    assert (found.kind, found.subject) == ("balance", "USDT (futures)")
    assert list(compared.desk.differences) == [(ACCOUNT, "USDT", Wallet.FUTURES)]
    compared.balances(BALANCES)
    assert compared.open_breaks() == []


def test_what_an_open_position_has_not_realized_is_no_part_of_the_balance(compared: ComparedDesk) -> None:
    compared.trade(Side.BUY, "1", "50000")
    compared.price("60000", "BTC/USDT:USDT", mark="60000")
    compared.balances(BALANCES)
    assert not compared.desk.differences
    compared.trade(Side.SELL, "1", "60000")
    compared.balances(BALANCES, margin=MARGIN + 10_000)
    assert not compared.desk.differences


def test_a_venue_that_rounds_what_derivatives_earn_does_not_break_the_books(compared: ComparedDesk) -> None:
    compared.trade(Side.BUY, "1", "50000")
    for margin in (MARGIN + Decimal("0.00009"), MARGIN + Decimal("0.00011")):
        for _ in range(2):
            compared.balances(BALANCES, margin=margin)
            compared.now += timedelta(seconds=6)
        assert len(compared.open_breaks()) == (margin > MARGIN + Decimal("0.0001"))


def test_without_derivatives_the_smallest_difference_is_a_break(compared: ComparedDesk) -> None:
    compared.broken_balance(BTC="0.00000001")
    assert [found.subject for found in compared.open_breaks()] == ["BTC"]


def test_an_asset_that_came_and_went_at_the_venue_is_no_break_any_more(driver: DeskDriver) -> None:
    """Neither side held it then, so nobody looked at it again."""
    for _ in range(2):
        driver.balances({**BALANCES, "ETH": Decimal(3)})
        driver.now += timedelta(seconds=6)
    assert [found.subject for found in driver.desk.open_breaks.values()] == ["ETH"]
    driver.balances(BALANCES)
    assert not driver.desk.open_breaks
    assert not driver.desk.differences
