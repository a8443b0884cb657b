"""Well-formed or not: every refusal has a code and says what would be right."""

import msgspec
import pytest

from support.markets import PERPETUAL, MarketsDriver
from support.validating import MARKET, STRICT, Checker
from tidegate.core.messages.values import Refusal
from tidegate.core.validation import ValidOrder
from tidegate.core.vocabulary import OrderType, RefusalCode, Routing, Side, TimeInForce


@pytest.fixture(scope="module")
def check() -> Checker:
    return Checker()


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"time_in_force": TimeInForce.IOC},
        {"time_in_force": TimeInForce.FOK},
        {"post_only": True},
        MARKET,
        {**MARKET, "time_in_force": TimeInForce.IOC},
        {**MARKET, "quantity": None, "quote_quantity": "1000"},
        {"quantity": "0.01", "price": "25000"},
        {"quantity": "10", "price": "100000"},
    ],
)
def test_a_well_formed_order_is_valid(check: Checker, changes: dict[str, object]) -> None:
    assert isinstance(check(**changes), ValidOrder)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"symbol": "ETH/USDT"}, RefusalCode.SYMBOL_NOT_FOUND),
        ({"time_in_force": TimeInForce.GTD}, RefusalCode.EXPIRY_REQUIRED),
        ({"routing": Routing.INTERNAL_ONLY}, RefusalCode.UNSUPPORTED_ROUTING),
        ({"params": {"x": "1"}}, RefusalCode.PARAMETER_NOT_ALLOWED),
        ({"reduce_only": True}, RefusalCode.UNSUPPORTED_COMBINATION),
        ({"post_only": True, "time_in_force": TimeInForce.IOC}, RefusalCode.UNSUPPORTED_COMBINATION),
        ({"post_only": True, **MARKET}, RefusalCode.UNSUPPORTED_COMBINATION),
        ({"time_in_force": TimeInForce.FOK, **MARKET}, RefusalCode.UNSUPPORTED_COMBINATION),
        ({"trigger_price": "1"}, RefusalCode.TRIGGER_PRICE_NOT_ALLOWED),
        ({"order_type": OrderType.MARKET}, RefusalCode.PRICE_NOT_ALLOWED),
        ({"price": None}, RefusalCode.PRICE_REQUIRED),
        ({"quantity": None}, RefusalCode.QUANTITY_AMBIGUOUS),
        ({"quote_quantity": "100"}, RefusalCode.QUANTITY_AMBIGUOUS),
        ({"quantity": None, "quote_quantity": "100"}, RefusalCode.QUANTITY_AMBIGUOUS),
        ({"price": "50000.001"}, RefusalCode.PRICE_NOT_MULTIPLE_OF_TICK),
        ({"quantity": "1.0001"}, RefusalCode.QUANTITY_NOT_MULTIPLE_OF_STEP),
        ({"quantity": "0.009"}, RefusalCode.QUANTITY_BELOW_MINIMUM),
        ({"quantity": "0"}, RefusalCode.QUANTITY_BELOW_MINIMUM),
        ({"quantity": "-1"}, RefusalCode.QUANTITY_BELOW_MINIMUM),
        ({"quantity": "101"}, RefusalCode.QUANTITY_ABOVE_MAXIMUM),
        ({**MARKET, "quantity": "11"}, RefusalCode.QUANTITY_ABOVE_MAXIMUM),
        ({"quantity": "0.01", "price": "900"}, RefusalCode.NOTIONAL_BELOW_MINIMUM),
        ({**MARKET, "quantity": None, "quote_quantity": "0"}, RefusalCode.NOTIONAL_BELOW_MINIMUM),
        ({**MARKET, "quantity": None, "quote_quantity": "-5"}, RefusalCode.NOTIONAL_BELOW_MINIMUM),
        ({"quantity": "20.001"}, RefusalCode.NOTIONAL_ABOVE_MAXIMUM),
        ({"price": "24999.99"}, RefusalCode.PRICE_OUTSIDE_BAND),
        ({"price": "100000.01"}, RefusalCode.PRICE_OUTSIDE_BAND),
        ({"price": "0"}, RefusalCode.PRICE_OUTSIDE_BAND),
        ({"price": "-1"}, RefusalCode.PRICE_OUTSIDE_BAND),
    ],
)
def test_each_mistake_has_its_code(check: Checker, changes: dict[str, object], code: RefusalCode) -> None:
    refusal = check.refusal(**changes)
    assert refusal.code is code
    assert refusal.message


@pytest.mark.parametrize("number", ["NaN", "sNaN", "Infinity", "-Infinity", "1E+999999", "1E-999999", "1E+30"])
@pytest.mark.parametrize("field", ["price", "quantity", "trigger_price", "trailing_offset", "leverage"])
def test_numbers_made_to_stop_the_engine_are_refused(check: Checker, field: str, number: str) -> None:
    """A quantity of 1E+70 once ended the process: no quotient of it fits."""
    assert isinstance(check(**{field: number}), Refusal)
    conditional = {"order_type": OrderType.STOP_LIMIT, "trigger_price": "51000"}
    assert isinstance(check(**{**conditional, field: number}), Refusal)


def test_a_refusal_names_the_limit_and_the_nearest_right_values(check: Checker) -> None:
    refusal = check.refusal(price="50000.014")
    assert (refusal.limit, refusal.actual) == ("0.01", "50000.014")
    assert "50000.01 and 50000.02" in refusal.message


def test_a_halted_market_takes_no_orders() -> None:
    halted = Checker(msgspec.structs.replace(STRICT, trading=False))
    assert halted.code() is RefusalCode.INSTRUMENT_NOT_TRADING


def test_without_a_price_the_band_is_the_venues_business() -> None:
    unpriced = Checker()
    unpriced.driver.desk.prices.clear()
    assert unpriced.code(price="900000", quantity="1") is None


def test_a_market_order_whose_worst_case_nobody_knows_is_refused() -> None:
    driver = MarketsDriver()
    driver.desk.prices.clear()
    for symbol, side in (("BTC/USDT", Side.BUY), (PERPETUAL, Side.BUY), (PERPETUAL, Side.SELL)):
        command = driver.order_command(order_type=OrderType.MARKET, price=None, symbol=symbol, side=side)
        driver.put(command)
        assert driver.orders[command.order_id].reason is RefusalCode.NO_REFERENCE_PRICE


def test_a_price_of_a_minute_ago_lets_no_order_at_the_market_through() -> None:
    driver = MarketsDriver()
    driver.price("50000")
    driver.wait(60)
    recent = driver.order_command(order_type=OrderType.MARKET, price=None, side=Side.BUY)
    driver.put(recent)
    assert driver.orders[recent.order_id].reason is None
    driver.wait(1)
    late = driver.order_command(order_type=OrderType.MARKET, price=None, side=Side.BUY)
    driver.put(late)
    assert driver.orders[late.order_id].reason is RefusalCode.NO_REFERENCE_PRICE


def test_what_needs_no_market_is_not_held_by_an_old_price() -> None:
    driver = MarketsDriver()
    driver.price("50000")
    driver.wait(120)
    at_its_limit = driver.order_command(order_type=OrderType.LIMIT, price="50000", side=Side.BUY)
    selling = driver.order_command(order_type=OrderType.MARKET, price=None, side=Side.SELL)
    for command in (at_its_limit, selling):
        driver.put(command)
        assert driver.orders[command.order_id].reason is None
