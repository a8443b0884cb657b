"""What went wrong elsewhere and must not here: one test each, with the number of its report."""

from datetime import timedelta

import pytest

from support.changing import ChangingDriver, leaving, refusal_of
from tidegate.core.messages.effects import SendOrder
from tidegate.core.vocabulary import OrderStatus, RefusalCode, VenueOrderStatus


@pytest.fixture
def driver() -> ChangingDriver:
    driver = ChangingDriver()
    driver.open_shop()
    return driver


def test_a_network_error_is_no_reason_to_buy_twice(driver: ChangingDriver) -> None:
    """scrtlabs/catalyst #317: createOrder was retried on a network error and bought twice."""
    order = driver.place(driver.order_command(retry_seconds=600))
    for _ in range(50):
        driver.unknown(order)
        driver.query_failed(order)
        at = driver.timer(order)
        assert at is not None
        driver.now = at
        assert not any(isinstance(effect, SendOrder) for effect in driver.wake(order.order_id).effects)
    assert order.attempt == 1
    driver.shows(order, VenueOrderStatus.FILLED, "1", exchange_order_id="9001")
    driver.fill(order, "1")
    assert (order.status, driver.held("BTC")) == (OrderStatus.FILLED, 11)


def test_a_limit_that_is_broken_stops_the_order(driver: ChangingDriver) -> None:
    """GoCryptoTrader, submit: errors of the limits were computed and not returned, and breaches passed."""
    decision = driver.put(driver.order_command(quantity="1000"))
    refusal = refusal_of(decision)
    assert refusal is not None
    assert refusal.code is RefusalCode.INSUFFICIENT_BALANCE
    assert leaving(decision) == []


def test_a_limit_that_a_change_would_break_stops_the_change(driver: ChangingDriver) -> None:
    """GoCryptoTrader, modify: the same."""
    order = driver.working()
    decision = driver.amend(order, quantity="1000")
    refusal = refusal_of(decision)
    assert refusal is not None
    assert refusal.code is RefusalCode.INSUFFICIENT_BALANCE
    assert leaving(decision) == []


def test_more_is_not_sent_before_the_venue_has_confirmed_the_cancel(driver: ChangingDriver) -> None:
    """OpenTrade, cross engine: it went on without waiting for the cancel's acknowledgement, and overfilled."""
    order = driver.working()
    driver.amend(order, quantity="0.8")
    for _ in range(5):
        driver.now += timedelta(seconds=2)
        decision = driver.wake(order.order_id)
        assert not any(isinstance(effect, SendOrder) for effect in decision.effects)
    driver.fill(order, "0.5")
    [sent] = leaving(driver.report(order, VenueOrderStatus.CANCELED, "0.5"))
    assert isinstance(sent, SendOrder)
    assert sent.quantity is not None
    assert order.filled_quantity + sent.quantity <= 1
