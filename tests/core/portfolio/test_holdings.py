"""Average cost, profit and loss, fees."""

from decimal import Decimal

import pytest

from support.desk_driver import ACCOUNT, ALICE, DeskDriver
from tidegate.core.messages.values import Fee
from tidegate.core.portfolio.holdings import acquire, dispose, take_fee
from tidegate.core.records import Holding
from tidegate.core.vocabulary import Side


@pytest.fixture
def driver() -> DeskDriver:
    driver = DeskDriver()
    driver.open_shop({"BTC": Decimal(0), "USDT": Decimal(1_000_000), "BNB": Decimal(5)})
    return driver


def holding(quantity: str = "0", average: str | None = None) -> Holding:
    price = None if average is None else Decimal(average)
    return Holding(account_id=ACCOUNT, user_id=ALICE, asset="BTC", quantity=Decimal(quantity), average_price=price)


def trade(driver: DeskDriver, side: Side, quantity: str, price: str, fees: tuple[Fee, ...] = ()) -> Decimal:
    order = driver.working(driver.order_command(side=side, quantity=quantity, price=price))
    driver.fill(order, quantity, price=price, fees=fees)
    return order.realized_pnl


def test_buying_averages_and_selling_realizes_against_the_average(driver: DeskDriver) -> None:
    assert trade(driver, Side.BUY, "1", "40000") == 0
    assert trade(driver, Side.BUY, "1", "50000") == 0
    btc = driver.desk.holding(ACCOUNT, ALICE, "BTC")
    assert btc.average_price == 45_000
    assert trade(driver, Side.SELL, "0.5", "51000") == 3_000
    assert (btc.quantity, btc.average_price, btc.realized_pnl) == (Decimal("1.5"), 45_000, 3_000)


def test_what_is_sold_out_has_no_average_any_more(driver: DeskDriver) -> None:
    trade(driver, Side.BUY, "1", "40000")
    trade(driver, Side.SELL, "1", "39000")
    btc = driver.desk.holding(ACCOUNT, ALICE, "BTC")
    assert (btc.quantity, btc.average_price, btc.realized_pnl) == (0, None, -1_000)
    trade(driver, Side.BUY, "1", "30000")
    assert btc.average_price == 30_000


def test_profit_is_before_fees_and_fees_leave_the_average_alone(driver: DeskDriver) -> None:
    trade(driver, Side.BUY, "1", "40000", (Fee("BTC", Decimal("0.001")),))
    btc = driver.desk.holding(ACCOUNT, ALICE, "BTC")
    assert (btc.quantity, btc.average_price, btc.realized_pnl) == (Decimal("0.999"), 40_000, 0)


def test_the_quote_asset_of_account_realizes_nothing_against_itself(driver: DeskDriver) -> None:
    trade(driver, Side.BUY, "1", "40000")
    assert driver.desk.holding(ACCOUNT, ALICE, "USDT").realized_pnl == 0


def test_an_unknown_price_moves_the_quantity_and_nothing_else() -> None:
    held = holding("2", "100")
    acquire(held, Decimal(1), None)
    assert (held.quantity, held.average_price) == (3, 100)
    dispose(held, Decimal(1), None)
    assert (held.quantity, held.realized_pnl) == (2, 0)


def test_what_opened_without_a_price_realizes_nothing_until_one_is_known() -> None:
    held = holding("2")
    dispose(held, Decimal(1), Decimal(100))
    assert (held.quantity, held.realized_pnl) == (1, 0)
    acquire(held, Decimal(1), Decimal(200))
    assert held.average_price == 200


def test_a_rebate_comes_in_and_changes_no_average() -> None:
    held = holding("2", "100")
    take_fee(held, Decimal("-0.5"))
    assert (held.quantity, held.average_price) == (Decimal("2.5"), 100)
