"""In which markets users trade, and for how long after."""

from datetime import timedelta

import pytest

from support.markets import PERPETUAL, MarketsDriver
from tidegate.core.held import Market
from tidegate.core.traded import still_traded
from tidegate.core.vocabulary import Exchange, VenueOrderStatus

SPOT: Market = (Exchange.BINANCE, "BTC/USDT")
SWAP: Market = (Exchange.BINANCE, PERPETUAL)


@pytest.fixture
def driver() -> MarketsDriver:
    return MarketsDriver()


def test_an_order_that_is_refused_here_makes_no_market_traded(driver: MarketsDriver) -> None:
    driver.put(driver.order_command(quantity="1000000"))
    assert not driver.desk.traded_markets


def test_a_market_stays_traded_while_an_order_is_open_and_some_time_after(driver: MarketsDriver) -> None:
    order = driver.working()
    driver.now += timedelta(days=1)
    assert still_traded(driver.desk, driver.now) is driver.desk.traded_markets
    driver.report(order, VenueOrderStatus.CANCELED)
    assert order.is_closed
    driver.now += driver.desk.policy.recent_trades
    assert SPOT in still_traded(driver.desk, driver.now)
    driver.now += timedelta(seconds=1)
    assert SPOT not in still_traded(driver.desk, driver.now)


def test_a_comparison_forgets_idle_markets_but_not_those_of_positions(driver: MarketsDriver) -> None:
    for command in (driver.order_command(), driver.order_command(symbol=PERPETUAL)):
        driver.fill(driver.working(command), "1", price="50000")
    driver.now += driver.desk.policy.recent_trades + timedelta(seconds=1)
    assert driver.desk.traded_markets == {SPOT, SWAP}
    driver.synchronized()
    assert driver.desk.traded_markets == {SWAP}


def test_after_a_restart_they_are_traded_still(driver: MarketsDriver) -> None:
    driver.working()
    driver.fill(driver.working(driver.order_command(symbol=PERPETUAL), "9002"), "1", exchange_order_id="9002")
    driver.recover()
    assert driver.desk.traded_markets == {SPOT, SWAP}
