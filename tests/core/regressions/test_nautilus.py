"""What went wrong in NautilusTrader and must not here: one test each, with the number of its report."""

from datetime import timedelta

import pytest

from support.changing import ChangingDriver
from tidegate.core.vocabulary import OrderStatus, VenueOrderStatus


@pytest.fixture
def driver() -> ChangingDriver:
    driver = ChangingDriver()
    driver.open_shop()
    return driver


def test_an_acceptance_by_the_stream_ends_the_thought_of_sending_again(driver: ChangingDriver) -> None:
    """Nautilus #4215: -1007, the acceptance came by the stream, and the retry still fired."""
    order = driver.place()
    driver.unknown(order)
    driver.report(order, VenueOrderStatus.OPEN)
    for _ in range(2):
        driver.now += timedelta(seconds=5)
        driver.not_found(order)
    driver.wait(300)
    assert order.attempt == 1
    assert order.status is OrderStatus.SUBMITTED


def test_a_time_out_forges_no_rejection(driver: ChangingDriver) -> None:
    """Nautilus #4152, #5013: a time-out forged a local rejection, and the position was an orphan."""
    order = driver.place()
    driver.wait(60)
    assert order.in_doubt
    assert not order.is_closed
    driver.fill(order, "1")
    assert (order.status, driver.held("BTC")) == (OrderStatus.FILLED, 11)
    driver.check_books()
