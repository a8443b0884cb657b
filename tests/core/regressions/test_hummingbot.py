"""What went wrong in Hummingbot and must not here: one test each, with the number of its report."""

from datetime import timedelta
from decimal import Decimal

import pytest

from support.changing import ChangingDriver, leaving
from tidegate.core.messages.effects import QueryOrder, SendOrder
from tidegate.core.vocabulary import OrderStatus, RejectReason, VenueOrderStatus

FILLED, CANCELED = VenueOrderStatus.FILLED, VenueOrderStatus.CANCELED
BALANCES = {"BTC": Decimal(10), "USDT": Decimal(1_000_000), "BNB": Decimal(5)}


@pytest.fixture
def driver() -> ChangingDriver:
    driver = ChangingDriver()
    driver.open_shop()
    return driver


def test_an_outage_is_no_proof_that_live_orders_are_gone(driver: ChangingDriver) -> None:
    """Hummingbot #8457: every exception during an outage counted as "order not found", and live orders were dropped."""
    order = driver.working()
    driver.disconnect()
    driver.now += timedelta(seconds=5)
    driver.connect(BALANCES)
    assert order.in_doubt
    for _ in range(200):
        driver.query_failed(order)
        at = driver.timer(order)
        assert at is not None
        driver.now = at
        driver.wake(order.order_id)
    assert not order.is_closed
    driver.shows(order)
    driver.fill(order, "1")
    assert order.status is OrderStatus.FILLED


def test_a_submit_that_timed_out_is_not_failed_and_its_fill_counts(driver: ChangingDriver) -> None:
    """Hummingbot #6901, #6033: a submit timed out or got a 503 and was marked failed; it was live, and filled."""
    order = driver.place()
    driver.unknown(order)
    assert order.status is OrderStatus.PENDING
    assert driver.reserved("USDT") == 50_000
    driver.fill(order, "1")
    assert (order.status, driver.held("BTC")) == (OrderStatus.FILLED, 11)
    driver.check_books()


def test_a_fill_while_a_cancel_is_in_flight_counts(driver: ChangingDriver) -> None:
    """Hummingbot #2501: a fill during a cancel in flight was lost."""
    order = driver.working()
    driver.cancel(order)
    driver.fill(order, "0.4")
    driver.report(order, CANCELED, "0.4")
    driver.fill(order, "0.1")
    assert (order.status, order.filled_quantity) == (OrderStatus.CANCELED, Decimal("0.5"))
    assert driver.held("BTC") == Decimal("10.5")
    driver.check_books()


def test_a_rate_limit_is_answered_with_growing_pauses_and_an_end(driver: ChangingDriver) -> None:
    """Hummingbot #1291, #1754: no back-off on 429, and then a ban with 418."""
    order = driver.place(driver.order_command(retry_seconds=600))
    pauses = []
    while True:
        driver.refuse(order, retryable=True)
        if order.is_closed:
            break
        at = driver.timer(order)
        assert at is not None
        pauses.append(at - driver.now)
        driver.now = at
        driver.wake(order.order_id)
    assert pauses == sorted(pauses)
    assert pauses[-1] >= 2 * pauses[-2]
    assert len(pauses) == driver.desk.policy.attempts_max - 1
    assert order.reason is RejectReason.NOT_SENT


def test_a_ban_is_waited_for(driver: ChangingDriver) -> None:
    """Hummingbot #1754: requests went on during a ban."""
    order = driver.place(driver.order_command(retry_seconds=600))
    driver.refuse(order, retryable=True, retry_after_seconds=120)
    driver.wait(119)
    assert order.attempt == 1
    driver.wait(2)
    assert order.attempt == 2


def test_a_lost_cancel_is_looked_into_and_not_believed(driver: ChangingDriver) -> None:
    """Hummingbot #8457, of cancels: an order whose cancel failed was dropped while it lived on."""
    order = driver.working()
    driver.cancel(order)
    driver.cancel_failed(order)
    decision = driver.wake(order.order_id)
    assert QueryOrder in [type(effect) for effect in decision.effects]
    assert not any(isinstance(effect, SendOrder) for effect in leaving(decision))
    driver.shows(order, FILLED, "1")
    driver.fill(order, "1")
    assert order.status is OrderStatus.FILLED
