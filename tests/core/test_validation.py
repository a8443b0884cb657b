"""Well-formed or not: every refusal has a code and says what would be right."""

from datetime import timedelta
from decimal import Decimal

import msgspec
import pytest

from support.desk_driver import ACCOUNT, BTC_USDT, DeskDriver
from tidegate.core.identifiers import OrderId
from tidegate.core.instruments import Instrument
from tidegate.core.messages.commands import PlaceOrder
from tidegate.core.messages.values import Refusal
from tidegate.core.validation import ValidOrder, validate
from tidegate.core.vocabulary import OrderType, RefusalCode, Routing, Side, TimeInForce

STRICT = msgspec.structs.replace(
    BTC_USDT,
    quantity_step=Decimal("0.001"),
    quantity_min=Decimal("0.01"),
    quantity_max=Decimal(100),
    market_quantity_max=Decimal(10),
    notional_min=Decimal(10),
    notional_max=Decimal(1_000_000),
    price_ratio_min=Decimal("0.5"),
    price_ratio_max=Decimal(2),
)
MARKET = {"order_type": OrderType.MARKET, "price": None}


def check(instrument: Instrument = STRICT, *, is_priced: bool = True, **changes: object) -> Refusal | ValidOrder:
    """Validate a good limit order with these changes."""
    driver = DeskDriver()
    driver.open_shop()
    driver.desk.instruments[(instrument.exchange, instrument.symbol)] = instrument
    if not is_priced:
        driver.desk.prices.clear()
    command = PlaceOrder(
        command_id=driver.command_id(),
        at=driver.now,
        user_id=driver.account.user_ids[0],
        order_id=OrderId("01J00000000000000000000999"),
        account_id=ACCOUNT,
        symbol="BTC/USDT",
        side=Side.BUY,
        order_type=OrderType.LIMIT,
        quantity=Decimal(1),
        price=Decimal(50_000),
        retry_until=driver.now + timedelta(seconds=10),
    )
    return validate(msgspec.structs.replace(command, **changes), driver.account, driver.desk)


def amounts(**texts: str | None) -> dict[str, Decimal | None]:
    return {name: None if text is None else Decimal(text) for name, text in texts.items()}


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"time_in_force": TimeInForce.IOC},
        {"time_in_force": TimeInForce.FOK},
        {"post_only": True},
        MARKET,
        {**MARKET, "time_in_force": TimeInForce.IOC},
        {**MARKET, **amounts(quantity=None, quote_quantity="1000")},
        amounts(quantity="0.01", price="25000"),
        amounts(quantity="10", price="100000"),
    ],
)
def test_a_well_formed_order_is_valid(changes: dict[str, object]) -> None:
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
        (amounts(trigger_price="1"), RefusalCode.TRIGGER_PRICE_NOT_ALLOWED),
        ({"order_type": OrderType.MARKET}, RefusalCode.PRICE_NOT_ALLOWED),
        (amounts(price=None), RefusalCode.PRICE_REQUIRED),
        (amounts(quantity=None), RefusalCode.QUANTITY_AMBIGUOUS),
        (amounts(quote_quantity="100"), RefusalCode.QUANTITY_AMBIGUOUS),
        (amounts(quantity=None, quote_quantity="100"), RefusalCode.QUANTITY_AMBIGUOUS),
        (amounts(price="50000.001"), RefusalCode.PRICE_NOT_MULTIPLE_OF_TICK),
        (amounts(quantity="1.0001"), RefusalCode.QUANTITY_NOT_MULTIPLE_OF_STEP),
        (amounts(quantity="0.009"), RefusalCode.QUANTITY_BELOW_MINIMUM),
        (amounts(quantity="0"), RefusalCode.QUANTITY_BELOW_MINIMUM),
        (amounts(quantity="-1"), RefusalCode.QUANTITY_BELOW_MINIMUM),
        (amounts(quantity="101"), RefusalCode.QUANTITY_ABOVE_MAXIMUM),
        ({**MARKET, **amounts(quantity="11")}, RefusalCode.QUANTITY_ABOVE_MAXIMUM),
        (amounts(quantity="0.01", price="900"), RefusalCode.NOTIONAL_BELOW_MINIMUM),
        ({**MARKET, **amounts(quantity=None, quote_quantity="0")}, RefusalCode.NOTIONAL_BELOW_MINIMUM),
        ({**MARKET, **amounts(quantity=None, quote_quantity="-5")}, RefusalCode.NOTIONAL_BELOW_MINIMUM),
        (amounts(quantity="20.001"), RefusalCode.NOTIONAL_ABOVE_MAXIMUM),
        (amounts(price="24999.99"), RefusalCode.PRICE_OUTSIDE_BAND),
        (amounts(price="100000.01"), RefusalCode.PRICE_OUTSIDE_BAND),
    ],
)
def test_each_mistake_has_its_code(changes: dict[str, object], code: RefusalCode) -> None:
    refusal = check(**changes)
    assert isinstance(refusal, Refusal)
    assert refusal.code is code
    assert refusal.message


@pytest.mark.parametrize("number", ["NaN", "sNaN", "Infinity", "-Infinity", "1E+999999", "1E-999999", "1E+30"])
@pytest.mark.parametrize("field", ["price", "quantity"])
def test_numbers_made_to_stop_the_engine_are_refused(field: str, number: str) -> None:
    """A quantity of 1E+70 once ended the process: no quotient of it fits."""
    assert isinstance(check(**amounts(**{field: number})), Refusal)


def test_a_refusal_names_the_limit_and_the_nearest_right_values() -> None:
    refusal = check(**amounts(price="50000.014"))
    assert isinstance(refusal, Refusal)
    assert (refusal.limit, refusal.actual) == ("0.01", "50000.014")
    assert "50000.01 and 50000.02" in refusal.message


def test_a_halted_market_takes_no_orders() -> None:
    refusal = check(msgspec.structs.replace(STRICT, trading=False))
    assert isinstance(refusal, Refusal)
    assert refusal.code is RefusalCode.INSTRUMENT_NOT_TRADING


def test_without_a_price_the_band_is_the_venues_business() -> None:
    assert isinstance(check(is_priced=False, **amounts(price="900000", quantity="1")), ValidOrder)


def test_a_market_order_whose_worst_case_nobody_knows_is_refused() -> None:
    driver = DeskDriver()
    driver.open_shop()
    driver.desk.prices.clear()
    command = driver.order_command(order_type=OrderType.MARKET, price=None)
    driver.put(command)
    assert driver.orders[command.order_id].reason is RefusalCode.NO_REFERENCE_PRICE
