"""The venue's picture against ours: first contact, gaps, restarts, balances."""

from datetime import timedelta
from decimal import Decimal

import pytest

from support.desk_driver import ACCOUNT, ALICE, BALANCES, BOB, DeskDriver
from tidegate.core.messages.effects import QueryOrder, SendCancel, SendOrder, SynchronizeAccount
from tidegate.core.records import UNALLOCATED
from tidegate.core.vocabulary import AccountState, OrderStatus, RefusalCode, VenueOrderStatus


@pytest.fixture
def driver() -> DeskDriver:
    driver = DeskDriver()
    driver.open_shop()
    return driver


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


# --- the account's state -------------------------------------------------------------------------------------------


def test_an_account_that_cannot_be_reached_takes_no_orders_until_the_books_are_compared(driver: DeskDriver) -> None:
    driver.disconnect()
    command = driver.order_command()
    driver.put(command)
    assert driver.orders[command.order_id].status is OrderStatus.INVALIDATED
    assert driver.orders[command.order_id].reason is RefusalCode.VENUE_UNAVAILABLE
    driver.connect(BALANCES)
    assert driver.is_ready


def test_an_answer_from_before_the_outage_does_not_make_the_account_ready(driver: DeskDriver) -> None:
    driver.disconnect()
    driver.synchronized()
    assert driver.account.state is AccountState.OFFLINE


def test_every_contact_compares_the_books(driver: DeskDriver) -> None:
    from tidegate.core.messages.reports import AccountConnected

    decision = driver.put(AccountConnected(at=driver.now, account_id=ACCOUNT))
    assert [type(effect) for effect in decision.effects] == [SynchronizeAccount]
    assert driver.is_ready


# --- orders compared -----------------------------------------------------------------------------------------------


def test_an_order_missing_from_the_listing_is_asked_about_until_it_is_known(driver: DeskDriver) -> None:
    """A look-up that failed once was never repeated."""
    order = driver.working()
    driver.now += timedelta(seconds=1)
    decision = driver.synchronized()
    assert any(isinstance(effect, QueryOrder) for effect in decision.effects)
    driver.query_failed(order)
    assert any(isinstance(effect, QueryOrder) for effect in driver.wake(order.order_id).effects)
    driver.report(order, VenueOrderStatus.CANCELED)
    assert order.is_closed


def test_an_order_younger_than_the_listing_is_not_missed(driver: DeskDriver) -> None:
    asked = driver.now - timedelta(seconds=1)
    driver.working()
    assert driver.synchronized(requested_at=asked).effects == []


def test_a_listed_order_is_not_asked_about(driver: DeskDriver) -> None:
    order = driver.working()
    driver.now += timedelta(seconds=1)
    assert order.exchange_client_order_id is not None
    assert driver.synchronized(order.exchange_client_order_id).effects == []


def test_an_order_that_ended_for_us_and_is_open_at_the_venue_is_told_and_canceled(driver: DeskDriver) -> None:
    order = driver.working()
    driver.report(order, VenueOrderStatus.CANCELED)
    assert order.exchange_client_order_id is not None
    assert driver.synchronized(order.exchange_client_order_id).effects == [], "the listing may be older"
    driver.now += timedelta(seconds=10)
    decision = driver.synchronized(order.exchange_client_order_id)
    assert [type(effect) for effect in decision.effects] == [SendCancel]
    assert [found.kind for found in driver.breaks.values()] == ["ended_order_alive"]


# --- restarts ------------------------------------------------------------------------------------------------------


def test_after_a_restart_what_was_under_way_is_in_doubt_and_nothing_is_sent(driver: DeskDriver) -> None:
    order = driver.place()
    driver.restart()
    found = driver.desk.orders[order.order_id]
    assert found.in_doubt
    assert driver.reserved("USDT") == 50_000
    driver.connect(BALANCES)
    assert not driver.is_ready
    driver.check()


def test_after_a_restart_a_waiting_retry_goes_on_within_its_window(driver: DeskDriver) -> None:
    order = driver.place(driver.order_command(retry_seconds=60))
    driver.refuse(order, retryable=True)
    driver.restart()
    driver.connect(BALANCES)
    driver.now += timedelta(seconds=1)
    assert any(isinstance(effect, SendOrder) for effect in driver.wake(order.order_id).effects)


def test_after_a_restart_a_stale_retry_is_not_sent(driver: DeskDriver) -> None:
    order = driver.place(driver.order_command(retry_seconds=5))
    driver.refuse(order, retryable=True)
    driver.now += timedelta(hours=1)
    driver.restart()
    driver.connect(BALANCES)
    assert driver.wake(order.order_id).effects == []
    assert driver.orders[order.order_id].reason == "not_sent"


def test_a_working_order_is_found_again_after_a_restart(driver: DeskDriver) -> None:
    order = driver.working()
    driver.fill(order, "0.4", trade_id="1")
    driver.restart()
    found = driver.desk.orders[order.order_id]
    driver.fill(found, "0.4", trade_id="1")
    driver.fill(found, "0.6", trade_id="2")
    assert (found.status, driver.held("BTC")) == (OrderStatus.FILLED, 11)
    driver.check_books()
