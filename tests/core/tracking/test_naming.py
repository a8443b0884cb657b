"""Which attempt a report speaks of."""

import pytest

from support.changing import ChangingDriver
from tidegate.core import identifiers as ids
from tidegate.core.tracking.naming import attempt_named
from tidegate.core.vocabulary import VenueOrderStatus


@pytest.fixture
def driver() -> ChangingDriver:
    driver = ChangingDriver()
    driver.open_shop()
    return driver


def test_our_own_id_decides_then_the_venues_then_it_is_the_current_one(driver: ChangingDriver) -> None:
    order = driver.working()
    driver.amend(order, price="49000")
    driver.report(order, VenueOrderStatus.CANCELED)
    driver.accept(order, "9002")
    first, second = ids.ExchangeOrderId("9001"), ids.ExchangeOrderId("9002")
    ours = ids.exchange_client_order_id(order.order_id, 1)
    assert attempt_named(order, ours, second) == 1
    assert attempt_named(order, None, first) == 1
    assert attempt_named(order, None, second) == 2
    assert attempt_named(order, None, ids.ExchangeOrderId("7777")) == 2
    assert attempt_named(order, ids.ExchangeClientOrderId("web_1"), None) == 2
    assert attempt_named(order, None, None) == 2
