"""Each order type has the figures that it needs and no others, on the market's grid."""

import pytest

from support.markets import perpetual_of
from support.validating import MARKET, Checker
from tidegate.core.order import CONDITIONAL
from tidegate.core.vocabulary import Exchange, OffsetUnit, OrderType, RefusalCode

STOP = {"order_type": OrderType.STOP_LOSS, "price": None, "trigger_price": "51000"}
STOP_LIMIT = {"order_type": OrderType.STOP_LIMIT, "trigger_price": "51000", "price": "51100"}
TRAILING = {"order_type": OrderType.TRAILING_STOP, "price": None, "trailing_offset": "100"}


@pytest.fixture(scope="module")
def check() -> Checker:
    return Checker()


@pytest.mark.parametrize("order_type", [OrderType.STOP_LIMIT, OrderType.TAKE_PROFIT_LIMIT, OrderType.LIMIT])
def test_limit_types_need_a_price(check: Checker, order_type: OrderType) -> None:
    refusal = check.refusal(order_type=order_type, price=None, trigger_price=None)
    assert refusal.code is RefusalCode.PRICE_REQUIRED
    assert order_type in refusal.message


@pytest.mark.parametrize(
    ("order_type", "alternative"),
    [
        (OrderType.MARKET, "a limit order does"),
        (OrderType.STOP_LOSS, "a stop_limit order does"),
        (OrderType.TAKE_PROFIT, "a take_profit_limit order does"),
        (OrderType.TRAILING_STOP, "closes at the market"),
    ],
)
def test_a_refused_price_comes_with_the_type_that_takes_one(
    check: Checker, order_type: OrderType, alternative: str
) -> None:
    refusal = check.refusal(order_type=order_type, price="50000")
    assert refusal.code is RefusalCode.PRICE_NOT_ALLOWED
    assert alternative in refusal.message


@pytest.mark.parametrize("order_type", sorted(CONDITIONAL - {OrderType.TRAILING_STOP}))
def test_stops_and_targets_need_a_trigger(check: Checker, order_type: OrderType) -> None:
    at_limit = order_type in (OrderType.STOP_LIMIT, OrderType.TAKE_PROFIT_LIMIT)
    code = check.code(order_type=order_type, price="50000" if at_limit else None)
    assert code is RefusalCode.TRIGGER_PRICE_REQUIRED


def test_market_and_limit_orders_take_no_trigger(check: Checker) -> None:
    for changes in (MARKET, {}):
        assert check.code(**changes, trigger_price="51000") is RefusalCode.TRIGGER_PRICE_NOT_ALLOWED


def test_a_trailing_stop_trails_from_the_start(check: Checker) -> None:
    assert check.code(**TRAILING) is None
    assert check.code(**TRAILING, trigger_price="51000") is RefusalCode.TRIGGER_PRICE_NOT_ALLOWED
    assert check.code(**{**TRAILING, "trailing_offset": None}) is RefusalCode.TRAILING_OFFSET_REQUIRED


@pytest.mark.parametrize("changes", [{}, MARKET, STOP, STOP_LIMIT])
def test_nothing_else_takes_a_trailing_offset(check: Checker, changes: dict[str, object]) -> None:
    assert check.code(**changes, trailing_offset="100") is RefusalCode.TRAILING_OFFSET_NOT_ALLOWED


@pytest.mark.parametrize(
    ("offset", "unit", "is_allowed"),
    [
        ("0.01", OffsetUnit.PRICE, True),
        ("0", OffsetUnit.PRICE, False),
        ("-1", OffsetUnit.PRICE, False),
        ("99.99", OffsetUnit.PERCENT, True),
        ("100", OffsetUnit.PERCENT, False),
        ("0", OffsetUnit.PERCENT, False),
    ],
)
def test_a_trailing_offset_is_positive_and_less_than_everything(
    check: Checker, offset: str, unit: OffsetUnit, is_allowed: bool
) -> None:
    changes = {**TRAILING, "trailing_offset": offset, "trailing_offset_unit": unit}
    assert check.code(**changes) is (None if is_allowed else RefusalCode.TRAILING_OFFSET_NOT_ALLOWED)


@pytest.mark.parametrize("changes", [STOP, STOP_LIMIT, TRAILING, {}])
def test_only_market_orders_on_spot_are_by_quote(check: Checker, changes: dict[str, object]) -> None:
    by_quote = {"quantity": None, "quote_quantity": "1000"}
    assert check.code(**MARKET, **by_quote) is None
    assert check.code(**changes, **by_quote) is RefusalCode.QUANTITY_AMBIGUOUS
    assert Checker(perpetual_of(Exchange.OKX)).code(**MARKET, **by_quote) is RefusalCode.QUANTITY_AMBIGUOUS


def test_triggers_lie_on_the_tick(check: Checker) -> None:
    refusal = check.refusal(**{**STOP, "trigger_price": "51000.005"})
    assert refusal.code is RefusalCode.PRICE_NOT_MULTIPLE_OF_TICK
    assert "51000 and 51000.01" in refusal.message
    assert check.code(**{**STOP_LIMIT, "price": "51100.001"}) is RefusalCode.PRICE_NOT_MULTIPLE_OF_TICK
