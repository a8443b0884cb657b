"""What an order may cost at worst is what it reserves: neither a price nor a balance that is missing lets it pass."""

from decimal import Decimal

import msgspec
import pytest

from support.desk_driver import ALICE
from support.markets import PERPETUAL, MarketsDriver, account_of, perpetual_of
from tidegate.core.messages.commands import PlaceOrder
from tidegate.core.messages.values import Refusal
from tidegate.core.order import Order
from tidegate.core.records import Leverage
from tidegate.core.risk.checks import RiskApproved, check_risk, reserve_for_leg
from tidegate.core.validation import ValidOrder, reference_price
from tidegate.core.vocabulary import Exchange, Leg, OffsetUnit, OrderType, PositionSide, RefusalCode, Side, Wallet

ACCOUNT = account_of(Exchange.BINANCE)
FEE = Decimal("0.0005")


@pytest.fixture
def driver() -> MarketsDriver:
    return MarketsDriver()


def command(driver: MarketsDriver, order_type: OrderType, side: Side, **options: object) -> PlaceOrder:
    amounts = {
        name: Decimal(field) if type(field) is str and name != "symbol" else field for name, field in options.items()
    }
    made = driver.order_command(order_type=order_type, side=side, quantity="2", price=None)
    return msgspec.structs.replace(made, **amounts)


def valid(driver: MarketsDriver, asked: PlaceOrder) -> ValidOrder:
    desk = driver.desk
    exchange = Exchange.BINANCE
    reference = reference_price(asked.side, desk.prices.get((exchange, asked.symbol)))
    return ValidOrder(asked, desk.accounts[ACCOUNT], desk.instruments[exchange, asked.symbol], reference)


def approved(driver: MarketsDriver, asked: PlaceOrder) -> RiskApproved:
    answer = check_risk(valid(driver, asked), driver.desk)
    assert isinstance(answer, RiskApproved), answer
    return answer


@pytest.mark.parametrize(
    ("order_type", "options", "reserved"),
    [
        (OrderType.STOP_LOSS, {"trigger_price": "52000"}, "109200"),
        (OrderType.TAKE_PROFIT, {"trigger_price": "48000"}, "100800"),
        (OrderType.STOP_LIMIT, {"trigger_price": "52000", "price": "52100"}, "104200"),
        (OrderType.TAKE_PROFIT_LIMIT, {"trigger_price": "48000", "price": "47900"}, "95800"),
        (OrderType.TRAILING_STOP, {"trailing_offset": "1000"}, "107102.1"),
        (OrderType.TRAILING_STOP, {"trailing_offset": "2", "trailing_offset_unit": OffsetUnit.PERCENT}, "107102.142"),
    ],
)
def test_a_conditional_buy_reserves_from_where_it_is_set_off(
    driver: MarketsDriver, order_type: OrderType, options: dict[str, object], reserved: str
) -> None:
    driver.price("50000", bid="49999", ask="50001")
    one = approved(driver, command(driver, order_type, Side.BUY, **options))
    assert (one.reserved_asset, one.reserved_quantity) == ("USDT", Decimal(reserved))


@pytest.mark.parametrize("order_type", [OrderType.STOP_LOSS, OrderType.TRAILING_STOP, OrderType.TAKE_PROFIT])
def test_a_conditional_sell_reserves_what_it_sells_whatever_the_price(
    driver: MarketsDriver, order_type: OrderType
) -> None:
    driver.desk.prices.clear()
    is_trailing = order_type is OrderType.TRAILING_STOP
    figures = {"trailing_offset": "1000"} if is_trailing else {"trigger_price": "48000"}
    one = approved(driver, command(driver, order_type, Side.SELL, **figures))
    assert (one.reserved_asset, one.reserved_quantity) == ("BTC", 2)


def test_a_trailing_buy_without_a_price_is_refused(driver: MarketsDriver) -> None:
    driver.desk.prices.clear()
    answer = check_risk(
        valid(driver, command(driver, OrderType.TRAILING_STOP, Side.BUY, trailing_offset="1")), driver.desk
    )
    assert isinstance(answer, Refusal)
    assert answer.code is RefusalCode.NO_REFERENCE_PRICE


# --- derivatives -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("order_type", "side", "options", "worth"),
    [
        (OrderType.LIMIT, Side.BUY, {"price": "49000"}, "98000"),
        (OrderType.LIMIT, Side.SELL, {"price": "51000"}, "102000"),
        (OrderType.LIMIT, Side.SELL, {"price": "40000"}, "99998"),
        (OrderType.MARKET, Side.BUY, {}, "105002.1"),
        (OrderType.MARKET, Side.SELL, {}, "104997.9"),
        (OrderType.STOP_LOSS, Side.BUY, {"trigger_price": "52000"}, "109200"),
        (OrderType.STOP_LOSS, Side.SELL, {"trigger_price": "48000"}, "100800"),
        (OrderType.STOP_LIMIT, Side.SELL, {"trigger_price": "48000", "price": "47000"}, "96000"),
    ],
)
def test_a_derivative_reserves_margin_and_fees_of_its_worst_price(
    driver: MarketsDriver, order_type: OrderType, side: Side, options: dict[str, object], worth: str
) -> None:
    driver.price("50000", PERPETUAL, bid="49999", ask="50001")
    one = approved(driver, command(driver, order_type, side, symbol=PERPETUAL, leverage="10", **options))
    assert one.reserved_asset == "USDT"
    assert one.reserve_rate == Decimal("0.1") + FEE
    assert one.reserved_quantity == Decimal(worth) * one.reserve_rate


def test_leverage_is_the_orders_then_the_known_then_none(driver: MarketsDriver) -> None:
    limit = {"symbol": PERPETUAL, "price": "50000"}
    assert approved(driver, command(driver, OrderType.LIMIT, Side.BUY, **limit)).reserve_rate == 1 + FEE
    driver.desk.leverages[ACCOUNT, PERPETUAL] = Leverage(
        account_id=ACCOUNT, symbol=PERPETUAL, leverage=Decimal(3), updated_at=driver.now
    )
    known = approved(driver, command(driver, OrderType.LIMIT, Side.BUY, **limit)).reserve_rate
    assert known == Decimal("0.333333333334") + FEE, "rounded up: never less than a third"
    asked = command(driver, OrderType.LIMIT, Side.BUY, leverage="20", **limit)
    assert approved(driver, asked).reserve_rate == Decimal("0.05") + FEE


def test_an_unknown_fee_is_a_high_one(driver: MarketsDriver) -> None:
    bare = msgspec.structs.replace(perpetual_of(Exchange.BINANCE), taker_fee_rate=None)
    driver.desk.instruments[Exchange.BINANCE, PERPETUAL] = bare
    one = approved(driver, command(driver, OrderType.LIMIT, Side.BUY, symbol=PERPETUAL, price="50000"))
    assert one.reserve_rate == 1 + driver.desk.policy.taker_fee_rate


@pytest.mark.parametrize(
    "options",
    [
        {"reduce_only": True},
        {"position_side": PositionSide.LONG},
        {"reduce_only": True, "position_side": PositionSide.LONG},
    ],
)
def test_what_only_closes_reserves_nothing_and_needs_no_price(
    driver: MarketsDriver, options: dict[str, object]
) -> None:
    driver.desk.prices.clear()
    driver.desk.holding(ACCOUNT, ALICE, "USDT", Wallet.FUTURES).quantity = Decimal(0)
    one = approved(driver, command(driver, OrderType.MARKET, Side.SELL, symbol=PERPETUAL, **options))
    assert (one.reserved_quantity, one.reserve_rate) == (0, 0)


def test_margin_comes_from_the_futures_wallet_where_there_is_one(driver: MarketsDriver) -> None:
    spot = driver.desk.holding(ACCOUNT, ALICE, "USDT").quantity
    driver.desk.holding(ACCOUNT, ALICE, "USDT", Wallet.FUTURES).quantity = Decimal(0)
    assert spot > 0
    answer = check_risk(
        valid(driver, command(driver, OrderType.LIMIT, Side.BUY, symbol=PERPETUAL, price="50000")), driver.desk
    )
    assert isinstance(answer, Refusal)
    assert answer.code is RefusalCode.INSUFFICIENT_BALANCE
    assert "reduce_only orders need none" in answer.message


def test_the_reservation_of_a_placed_order_is_released_as_it_fills_and_ends(driver: MarketsDriver) -> None:
    asked = command(driver, OrderType.LIMIT, Side.BUY, symbol=PERPETUAL, price="50000", leverage="10")
    order: Order = driver.place(asked)
    futures = driver.desk.holding(ACCOUNT, ALICE, "USDT", Wallet.FUTURES)
    assert futures.reserved == 100_000 * (Decimal("0.1") + FEE)
    assert driver.reserved("USDT") == 0
    driver.check()
    driver.accept(order)
    driver.fill(order, "1")
    assert futures.reserved == 50_000 * (Decimal("0.1") + FEE)
    driver.fill(order, "1")
    assert futures.reserved == 0
    driver.check()


# --- legs --------------------------------------------------------------------------------------------------------


def leg_of(driver: MarketsDriver, quantity: str = "2") -> ValidOrder:
    asked = command(driver, OrderType.STOP_LOSS, Side.SELL, trigger_price="48000", quantity=quantity)
    return valid(driver, msgspec.structs.replace(asked, leg=Leg.STOP_LOSS))


def test_two_legs_reserve_once(driver: MarketsDriver) -> None:
    first = reserve_for_leg(leg_of(driver), driver.desk, shared=False)
    second = reserve_for_leg(leg_of(driver), driver.desk, shared=True)
    assert (first.reserved_asset, first.reserved_quantity, first.reserve_rate) == ("BTC", 2, 1)
    assert (second.reserved_asset, second.reserved_quantity, second.reserve_rate) == ("BTC", 0, 0)


def test_protection_is_not_refused_for_want_of_funds_or_of_a_price(driver: MarketsDriver) -> None:
    assert reserve_for_leg(leg_of(driver, "1000"), driver.desk, shared=False).reserved_quantity == 1000
    driver.desk.prices.clear()
    unpriced = valid(driver, command(driver, OrderType.MARKET, Side.BUY))
    assert reserve_for_leg(unpriced, driver.desk, shared=False).reserved_quantity == 0
