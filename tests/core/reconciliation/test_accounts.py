"""The venue's picture against ours: first contact, gaps, restarts, and what has to be asked for."""

from datetime import timedelta
from decimal import Decimal

import msgspec
import pytest

from support.compared_desk import ComparedDesk
from support.desk_driver import ACCOUNT, BALANCES, BTC_USDT, DeskDriver
from tidegate.core.messages import reports
from tidegate.core.messages.effects import QueryOrder, SendCancel, SendOrder, SynchronizeAccount, WatchPrices
from tidegate.core.vocabulary import (
    AccountState,
    Exchange,
    OrderStatus,
    OrderType,
    RefusalCode,
    Side,
    TimeInForce,
    VenueOrderStatus,
    WakePurpose,
)


@pytest.fixture
def driver() -> DeskDriver:
    driver = DeskDriver()
    driver.open_shop()
    return driver


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
    decision = driver.put(reports.AccountConnected(at=driver.now, account_id=ACCOUNT))
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


@pytest.mark.parametrize("rules", [{"trading": False}, {"symbol": "ETH/USDT", "base": "ETH"}])
def test_a_send_in_doubt_in_a_market_that_is_gone_does_not_keep_the_account_from_the_others(
    driver: DeskDriver, rules: dict[str, object]
) -> None:
    order = driver.place()
    driver.recover()
    driver.list_markets(msgspec.structs.replace(BTC_USDT, **rules))
    driver.connect(BALANCES)
    assert driver.is_ready
    assert driver.desk.orders[order.order_id].in_doubt
    assert driver.reserved("USDT") == 50_000, "it may still have been filled"
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


# --- what is asked for ---------------------------------------------------------------------------------------------


@pytest.fixture
def compared() -> ComparedDesk:
    compared = ComparedDesk()
    compared.open_shop()
    return compared


def test_executions_are_asked_for_where_orders_are_open_ended_lately_or_left_a_position(compared: ComparedDesk) -> None:
    assert compared.asked().symbols == ()
    order = compared.working()
    assert compared.asked().symbols == ("BTC/USDT",)
    compared.report(order, VenueOrderStatus.CANCELED)
    compared.trade(Side.BUY, "1", "50000")
    assert compared.asked().symbols == ("BTC/USDT", "BTC/USDT:USDT")
    compared.now += timedelta(hours=2)
    compared.trade(Side.SELL, "0.5", "50000")
    assert compared.asked().symbols == ("BTC/USDT:USDT",), "the order ended too long ago"
    compared.now += timedelta(hours=2)
    other = compared.working(exchange_order_id="9002")
    compared.report(other, VenueOrderStatus.CANCELED, exchange_order_id="9002")
    assert compared.asked().symbols == ("BTC/USDT", "BTC/USDT:USDT"), "a position is open"


def test_an_order_that_was_never_sent_leaves_nothing_to_look_for(compared: ComparedDesk) -> None:
    compared.put(compared.order_command(symbol="NO/SUCH"))
    assert compared.asked().symbols == ()


def test_after_a_restart_late_executions_are_still_looked_for(compared: ComparedDesk) -> None:
    order = compared.working()
    compared.report(order, VenueOrderStatus.CANCELED)
    compared.restart()
    assert compared.asked().symbols == ("BTC/USDT",)


def test_what_happened_is_asked_for_since_the_last_comparison(compared: ComparedDesk) -> None:
    """An execution of one market once moved the time on for all of them, and what another had missed stayed missed."""
    compared_at = compared.now
    compared.now += timedelta(minutes=10)
    compared.trade(Side.BUY, "1", "50000")
    asked = compared.asked()
    overlap, flows_overlap = compared.desk.policy.executions_overlap, compared.desk.policy.cash_flows_overlap
    assert asked.executions_since == compared_at - overlap
    compared.now += timedelta(hours=3)
    compared.synchronized()
    assert compared.asked().executions_since == compared.now - overlap
    assert compared.asked().cash_flows_since == compared.now - flows_overlap


def test_after_a_restart_it_is_asked_for_since_the_last_known_execution(compared: ComparedDesk) -> None:
    compared.now += timedelta(hours=3)
    compared.trade(Side.BUY, "1", "50000")
    traded_at = compared.now
    compared.restart()
    compared.now += timedelta(hours=1)
    assert compared.asked().executions_since == traded_at - compared.desk.policy.executions_overlap


def test_what_flowed_before_the_books_were_opened_is_not_asked_for(compared: ComparedDesk) -> None:
    assert compared.asked().cash_flows_since == compared.account.opened_at


def test_after_a_restart_timers_and_prices_are_asked_for_again() -> None:
    desk = ComparedDesk()
    desk.exchange = Exchange.BYBIT  # Which has no trailing stops of its own.
    desk.open_shop()
    command = desk.order_command(side=Side.SELL, order_type=OrderType.TRAILING_STOP, price=None, quantity="1")
    until = desk.now + timedelta(hours=1)
    trailing = msgspec.structs.replace(
        command, trailing_offset=Decimal(100), time_in_force=TimeInForce.GTD, expires_at=until
    )
    order = desk.place(trailing)
    desk.recover()
    assert desk.timers[order.order_id, WakePurpose.EXPIRY] == until
    effects = desk.put(reports.DeskStarted(at=desk.now)).effects
    watched = [effect for effect in effects if isinstance(effect, WatchPrices)]
    assert watched == [WatchPrices(exchange=Exchange.BYBIT, symbols=frozenset({"BTC/USDT"}))]
