"""What is free, and what a refusal says about it."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.desk_driver import ALICE, BOB, DeskDriver
from support.markets import PERPETUAL, MarketsDriver, account_of
from tidegate.core.apply import apply
from tidegate.core.messages import events as happened
from tidegate.core.risk.funds import free
from tidegate.core.vocabulary import Exchange, MarginMode, OrderType, PositionSide, Side, Wallet

BINANCE, OKX = account_of(Exchange.BINANCE), account_of(Exchange.OKX)


def hold(
    driver: MarketsDriver,
    exchange: Exchange,
    quantity: str,
    leverage: str | None = None,
    *,
    average: str = "40000",
    symbol: str = PERPETUAL,
    margin_mode: MarginMode | None = None,
) -> None:
    at, account_id = driver.now, account_of(exchange)
    if leverage is not None:
        change = happened.LeverageChanged(
            at=at, account_id=account_id, symbol=symbol, leverage=Decimal(leverage), margin_mode=margin_mode
        )
        apply(driver.desk, change)
    opened = happened.PositionAdjusted(
        at=at,
        account_id=account_id,
        user_id=ALICE,
        exchange=exchange,
        symbol=symbol,
        position_side=PositionSide.NET,
        quantity=Decimal(quantity),
        price=Decimal(average),
    )
    apply(driver.desk, opened)


def free_for_contracts(driver: MarketsDriver, exchange: Exchange) -> Decimal:
    wallet = driver.desk.wallet_of(exchange, PERPETUAL)
    return free(driver.desk, account_of(exchange), ALICE, "USDT", wallet)


@pytest.mark.parametrize(("quantity", "average"), [("2", "40000"), ("-2", "70000")])
def test_margins_of_positions_are_not_free(quantity: str, average: str) -> None:
    driver = MarketsDriver()
    hold(driver, Exchange.BINANCE, quantity, "10", average=average)
    assert free(driver.desk, BINANCE, ALICE, "USDT", Wallet.FUTURES) == 1_000_000 - 10_000
    assert free(driver.desk, BINANCE, ALICE, "USDT", Wallet.MAIN) == 1_000_000
    driver.price("50000", PERPETUAL, mark="60000")
    assert free(driver.desk, BINANCE, ALICE, "USDT", Wallet.FUTURES) == 1_000_000 - 12_000


def test_in_a_unified_account_margins_are_not_free_for_spot_either() -> None:
    driver = MarketsDriver()
    hold(driver, Exchange.OKX, "2", "10")
    assert free(driver.desk, OKX, ALICE, "USDT", Wallet.MAIN) == 1_000_000 - 10_000
    assert free(driver.desk, OKX, ALICE, "BTC", Wallet.MAIN) == 10


def test_margins_follow_the_leverage_and_end_with_the_position() -> None:
    driver = MarketsDriver()
    hold(driver, Exchange.OKX, "2", "10")
    hold(driver, Exchange.OKX, "-1", "5")
    assert free(driver.desk, OKX, ALICE, "USDT", Wallet.MAIN) == 1_000_000 - 10_000
    hold(driver, Exchange.OKX, "-1")
    assert free(driver.desk, OKX, ALICE, "USDT", Wallet.MAIN) == 1_000_000


@pytest.mark.parametrize("exchange", [Exchange.BINANCE, Exchange.OKX])
def test_what_positions_of_cross_margin_have_lost_together_is_not_free(exchange: Exchange) -> None:
    driver = MarketsDriver()
    hold(driver, exchange, "2", "10", average="55000")
    assert free_for_contracts(driver, exchange) == 1_000_000 - 10_000 - 10_000
    driver.price("52000", PERPETUAL, exchange=exchange)
    assert free_for_contracts(driver, exchange) == 1_000_000 - 10_400 - 6_000
    driver.price("60000", PERPETUAL, exchange=exchange)
    assert free_for_contracts(driver, exchange) == 1_000_000 - 12_000, "profits are not spent"
    driver.price("1", "NEW/USDT:USDT", exchange=exchange)
    hold(driver, exchange, "-30000", "10", symbol="NEW/USDT:USDT", average="0.5")
    assert free_for_contracts(driver, exchange) == 1_000_000 - 12_000 - 3_000 - 5_000, "they make up for losses"


def test_losses_of_contracts_leave_binances_spot_alone() -> None:
    driver = MarketsDriver()
    hold(driver, Exchange.BINANCE, "2", "10", average="55000")
    assert free(driver.desk, BINANCE, ALICE, "USDT", Wallet.MAIN) == 1_000_000


@pytest.mark.parametrize("exchange", [Exchange.BINANCE, Exchange.OKX])
def test_an_isolated_position_loses_its_own_margin_at_most(exchange: Exchange) -> None:
    driver = MarketsDriver()
    hold(driver, exchange, "2", "10", average="55000", margin_mode=MarginMode.ISOLATED)
    assert free_for_contracts(driver, exchange) == 1_000_000 - 10_000


def test_without_a_known_leverage_or_price_a_position_ties_up_its_worth() -> None:
    driver = MarketsDriver()
    hold(driver, Exchange.BINANCE, "2")
    assert free_for_contracts(driver, Exchange.BINANCE) == 900_000
    isolated = MarginMode.ISOLATED
    hold(driver, Exchange.BINANCE, "1", "1", average="70000", symbol="NEW/USDT:USDT", margin_mode=isolated)
    assert free_for_contracts(driver, Exchange.BINANCE) == 830_000


@pytest.mark.parametrize("exchange", [Exchange.BINANCE, Exchange.OKX])
def test_nothing_is_free_while_a_loss_cannot_be_valued_and_the_refusal_says_so(exchange: Exchange) -> None:
    driver = MarketsDriver()
    hold(driver, exchange, "1", average="10", symbol="NEW/USDT:USDT")
    assert free_for_contracts(driver, exchange) == 0
    message = refused(driver, account_id=account_of(exchange), symbol=PERPETUAL)
    assert "what the position in NEW/USDT:USDT has lost is not known before a price of it is" in message
    driver.price("9", "NEW/USDT:USDT", exchange=exchange)
    assert free_for_contracts(driver, exchange) == 1_000_000 - 9 - 1


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


def test_a_refusal_names_what_nobody_has_been_given_yet() -> None:
    driver = DeskDriver()
    driver.open_shop({"USDT": Decimal(1_000)}, user_ids=(ALICE, BOB))
    assert "holds USDT that is unallocated: POST /api/v1/transfers gives it out" in refused(driver)


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
