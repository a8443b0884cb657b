"""What is free, and what a refusal says about it."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.desk_driver import ALICE, DeskDriver
from support.markets import PERPETUAL, MarketsDriver, account_of
from tidegate.core.records import Leverage
from tidegate.core.risk.funds import free
from tidegate.core.vocabulary import Exchange, OrderType, PositionSide, Side, Wallet

BINANCE, OKX = account_of(Exchange.BINANCE), account_of(Exchange.OKX)


def hold(driver: MarketsDriver, exchange: Exchange, quantity: str, leverage: str | None = None) -> None:
    account_id = account_of(exchange)
    position = driver.desk.position(account_id, ALICE, PERPETUAL, PositionSide.NET, exchange)
    position.quantity, position.average_price = Decimal(quantity), Decimal(40_000)
    if leverage is not None:
        driver.desk.leverages[account_id, PERPETUAL] = Leverage(
            account_id=account_id, symbol=PERPETUAL, leverage=Decimal(leverage), updated_at=driver.now
        )


@pytest.mark.parametrize("quantity", ["2", "-2"])
def test_margins_of_positions_are_not_free(quantity: str) -> None:
    driver = MarketsDriver()
    hold(driver, Exchange.BINANCE, quantity, "10")
    assert free(driver.desk, BINANCE, ALICE, "USDT", Wallet.FUTURES) == 1_000_000 - 10_000
    assert free(driver.desk, BINANCE, ALICE, "USDT", Wallet.MAIN) == 1_000_000
    driver.price("50000", PERPETUAL, mark="60000")
    assert free(driver.desk, BINANCE, ALICE, "USDT", Wallet.FUTURES) == 1_000_000 - 12_000


def test_in_a_unified_account_margins_are_not_free_for_spot_either() -> None:
    driver = MarketsDriver()
    hold(driver, Exchange.OKX, "2", "10")
    assert free(driver.desk, OKX, ALICE, "USDT", Wallet.MAIN) == 1_000_000 - 10_000
    assert free(driver.desk, OKX, ALICE, "BTC", Wallet.MAIN) == 10


def test_without_a_known_leverage_or_price_a_position_ties_up_its_worth() -> None:
    driver = MarketsDriver()
    hold(driver, Exchange.BINANCE, "2")
    assert free(driver.desk, BINANCE, ALICE, "USDT", Wallet.FUTURES) == 900_000
    driver.desk.prices.clear()
    assert free(driver.desk, BINANCE, ALICE, "USDT", Wallet.FUTURES) == 920_000


def refused(driver: DeskDriver, **options: object) -> str:
    command = driver.order_command(**options)
    driver.put(command)
    message = driver.orders[command.order_id].message
    assert message is not None
    return message


def test_a_refusal_says_what_would_fit_and_who_holds_the_rest() -> None:
    driver = MarketsDriver()
    held = [driver.place(driver.order_command(quantity=quantity)) for quantity in ("2", "8", "4", "1")]
    message = refused(driver, quantity="6")
    assert message.startswith("the order may need 300000 USDT, and 250000 USDT is free; 5 BTC would fit")
    named = [f"400000 USDT ({held[1].order_id})", f"200000 USDT ({held[2].order_id})"]
    named.append(f"100000 USDT ({held[0].order_id})")
    assert message.endswith(f"; open orders hold {', '.join(named)}")


def test_where_not_even_the_smallest_fits_it_says_so() -> None:
    driver = MarketsDriver()
    driver.place(driver.order_command(side=Side.SELL, quantity="10"))
    assert "not even the smallest order would fit" in refused(driver, side=Side.SELL, quantity="1")


@given(quantity=st.integers(min_value=1, max_value=10**9))
def test_what_is_said_to_fit_is_taken(quantity: int) -> None:
    driver = MarketsDriver()
    asked = f"{Decimal(quantity) / 1000:f}"
    command = driver.order_command(order_type=OrderType.MARKET, price=None, symbol=PERPETUAL, quantity=asked)
    driver.put(command)
    message = driver.orders[command.order_id].message
    if message is None:
        return
    fitting = message.partition("free; ")[2].partition(" BTC would fit")[0]
    driver.place(driver.order_command(order_type=OrderType.MARKET, price=None, symbol=PERPETUAL, quantity=fitting))
