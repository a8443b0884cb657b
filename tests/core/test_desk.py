"""Memory: closed orders go and come back, and nobody can tell."""

from decimal import Decimal

import pytest

from support.desk_driver import DeskDriver
from tidegate.core.identifiers import ExchangeOrderId, TradeId
from tidegate.core.messages import commands, reports
from tidegate.core.messages.values import Amendment
from tidegate.core.records import Found
from tidegate.core.vocabulary import Exchange, OrderStatus, VenueOrderStatus


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
    assert rate(Exchange.OKX, "BTC") == 50_000, "another venue's price is better than none"


def test_every_name_that_the_venue_ever_had_for_an_order_finds_it_and_goes_with_it(driver: DeskDriver) -> None:
    order = driver.working()
    amend = commands.AmendOrder(
        command_id=driver.command_id(),
        at=driver.now,
        user_id=order.user_id,
        order_id=order.order_id,
        amendment=Amendment(price=Decimal(49_000)),
    )
    driver.put(amend)
    driver.report(order, VenueOrderStatus.CANCELED)
    driver.accept(order, "9002")
    assert order.exchange_order_ids == ("9002", "9001")
    driver.restart()
    for name in ("9001", "9002"):
        found = driver.desk.order_for(order.account_id, order.symbol, None, ExchangeOrderId(name))
        assert found is not None
        assert found.order_id == order.order_id
    driver.fill(driver.desk.orders[order.order_id], "1", exchange_order_id="9002")
    driver.let_go_of_closed()
    assert not any(driver.desk.by_exchange_order_id.values())


def test_the_trades_of_a_closed_order_leave_memory_with_it(driver: DeskDriver) -> None:
    order = driver.working()
    driver.fill(order, "0.4", trade_id="7")
    driver.fill(order, "0.6", trade_id="8")
    bust = reports.ExecutionBusted(
        at=driver.now, account_id=order.account_id, symbol=order.symbol, side=order.side, trade_id=TradeId("7")
    )
    driver.put(bust)
    assert len(driver.desk.executions) == len(driver.desk.busted) == 1
    driver.let_go_of_closed()
    assert (driver.desk.executions, driver.desk.busted, driver.desk.execution_ids) == ({}, set(), {})
