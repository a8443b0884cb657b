"""Memory: closed orders go and come back, and nobody can tell."""

import pytest

from support.desk_driver import DeskDriver
from tidegate.core.records import Found
from tidegate.core.vocabulary import Exchange, OrderStatus


@pytest.fixture
def driver() -> DeskDriver:
    driver = DeskDriver()
    driver.open_shop()
    return driver


def test_a_closed_order_leaves_every_index_with_it(driver: DeskDriver) -> None:
    order = driver.working(driver.order_command(key="k", name="n"))
    driver.fill(order, "1")
    driver.let_go_of_closed()
    desk = driver.desk
    assert not desk.orders
    assert not desk.execution_ids
    assert not desk.by_idempotency_key
    assert not desk.by_client_order_id
    assert not any(desk.by_exchange_order_id.values())


def test_an_open_order_is_not_let_go(driver: DeskDriver) -> None:
    order = driver.working()
    with pytest.raises(AssertionError):
        driver.desk.detach(order.order_id)


def test_what_memory_holds_is_newer_than_what_storage_finds(driver: DeskDriver) -> None:
    order = driver.place()
    stale = driver.batches[-1].orders[order.order_id]
    driver.accept(order)
    driver.desk.attach(Found(orders=[stale], execution_ids={}))
    assert driver.desk.orders[order.order_id].status is OrderStatus.SUBMITTED


def test_an_asset_is_priced_directly_or_by_its_inverse_or_not_at_all(driver: DeskDriver) -> None:
    driver.price("0.5", symbol="USDT/EUR")
    rate = driver.desk.rate
    assert rate(Exchange.BINANCE, "USDT") == 1
    assert rate(Exchange.BINANCE, "BTC") == 50_000
    assert rate(Exchange.BINANCE, "EUR") == 2
    assert rate(Exchange.BINANCE, "XYZ") is None
    assert rate(Exchange.OKX, "BTC") is None
