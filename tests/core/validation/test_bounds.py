"""Sizes and prices in the bounds of the market, and triggers on the far side of it."""

from datetime import timedelta
from decimal import Decimal

import msgspec
import pytest

from support.markets import PERPETUAL, perpetual_of
from support.validating import MARKET, STRICT, Checker
from tidegate.core.messages.reports import PriceReported
from tidegate.core.vocabulary import Exchange, Leg, OffsetUnit, OrderType, RefusalCode, Side, TriggerBy

PASSED = RefusalCode.TRIGGER_PRICE_ALREADY_PASSED


@pytest.fixture
def check() -> Checker:
    return Checker()


def conditional(order_type: OrderType, side: Side, trigger_price: str) -> dict[str, object]:
    at_limit = order_type in (OrderType.STOP_LIMIT, OrderType.TAKE_PROFIT_LIMIT)
    price = trigger_price if at_limit else None
    return {"order_type": order_type, "side": side, "trigger_price": trigger_price, "price": price}


@pytest.mark.parametrize(
    ("order_type", "side", "right", "wrong"),
    [
        (OrderType.STOP_LOSS, Side.BUY, "50000.01", "50000"),
        (OrderType.STOP_LOSS, Side.SELL, "49999.99", "50000"),
        (OrderType.STOP_LIMIT, Side.BUY, "50000.01", "49999"),
        (OrderType.STOP_LIMIT, Side.SELL, "49999.99", "50001"),
        (OrderType.TAKE_PROFIT, Side.BUY, "49999.99", "50000"),
        (OrderType.TAKE_PROFIT, Side.SELL, "50000.01", "50000"),
        (OrderType.TAKE_PROFIT_LIMIT, Side.BUY, "49999.99", "50001"),
        (OrderType.TAKE_PROFIT_LIMIT, Side.SELL, "50000.01", "49999"),
    ],
)
def test_a_trigger_that_the_market_has_passed_is_refused(
    check: Checker, order_type: OrderType, side: Side, right: str, wrong: str
) -> None:
    assert check.code(**conditional(order_type, side, right)) is None
    refusal = check.refusal(**conditional(order_type, side, wrong))
    assert refusal.code is PASSED
    assert (refusal.limit, refusal.actual) == ("50000", wrong)


def test_a_leg_of_protection_is_not_refused_for_that(check: Checker) -> None:
    passed = conditional(OrderType.STOP_LOSS, Side.SELL, "51000")
    assert check.code(**passed, leg=Leg.STOP_LOSS) is None


def test_the_price_that_triggers_is_the_one_that_must_not_have_passed() -> None:
    check = Checker(perpetual_of(Exchange.OKX))
    check.driver.price("50000", PERPETUAL, mark="50200", exchange=Exchange.OKX)
    stop = conditional(OrderType.STOP_LOSS, Side.BUY, "50100")
    assert check.code(**stop) is None
    assert check.code(**stop, trigger_by=TriggerBy.MARK) is PASSED
    assert check.code(**stop, trigger_by=TriggerBy.INDEX) is None  # Nobody here sees the index: the venue judges.


def test_without_a_price_nobody_knows_what_has_passed(check: Checker) -> None:
    check.driver.desk.prices.clear()
    assert check.code(**conditional(OrderType.STOP_LOSS, Side.BUY, "1000")) is None


def test_whether_the_market_has_passed_a_trigger_only_a_fresh_price_says(check: Checker) -> None:
    passed = conditional(OrderType.STOP_LOSS, Side.BUY, "49000")
    check.driver.now += check.driver.desk.policy.price_fresh
    assert check.code(**passed) is PASSED
    check.driver.now += timedelta(milliseconds=1)
    assert check.code(**passed) is None, "it may have moved since: the venue judges"
    check.driver.price("50001")
    assert check.code(**passed) is PASSED


def test_a_conditional_order_is_worth_its_trigger(check: Checker) -> None:
    cheap = conditional(OrderType.STOP_LOSS, Side.SELL, "900")
    assert check.code(**cheap, quantity="0.01") is RefusalCode.NOTIONAL_BELOW_MINIMUM
    assert check.code(**cheap, quantity="0.02") is None


def test_the_limit_of_a_conditional_order_is_held_against_its_trigger(check: Checker) -> None:
    stop = conditional(OrderType.STOP_LIMIT, Side.BUY, "90000")
    assert check.code(**{**stop, "price": "110000"}) is None
    assert check.code(**{**stop, "price": "180000.01"}) is RefusalCode.PRICE_OUTSIDE_BAND
    assert check.code(**{**stop, "price": "44999.99"}) is RefusalCode.PRICE_OUTSIDE_BAND


def test_what_becomes_a_market_order_has_its_largest_size(check: Checker) -> None:
    stop = conditional(OrderType.STOP_LOSS, Side.SELL, "40000")
    assert check.code(**stop, quantity="11") is RefusalCode.QUANTITY_ABOVE_MAXIMUM
    assert check.code(**MARKET, quantity="11") is RefusalCode.QUANTITY_ABOVE_MAXIMUM
    assert check.code(**conditional(OrderType.STOP_LIMIT, Side.SELL, "40000"), quantity="11") is None


@pytest.mark.parametrize("trigger_price", ["0", "-1"])
def test_a_trigger_is_above_zero(check: Checker, trigger_price: str) -> None:
    stop = conditional(OrderType.STOP_LOSS, Side.SELL, trigger_price)
    assert check.code(**stop) is RefusalCode.PRICE_OUTSIDE_BAND


def test_a_stop_that_trails_further_than_the_price_itself_is_refused(check: Checker) -> None:
    trailing = {"order_type": OrderType.TRAILING_STOP, "price": None, "side": Side.SELL}
    assert check.code(**trailing, trailing_offset="50000") is RefusalCode.TRAILING_OFFSET_NOT_ALLOWED
    assert check.code(**trailing, trailing_offset="49999") is None
    assert check.code(**trailing, trailing_offset="99", trailing_offset_unit=OffsetUnit.PERCENT) is None


def test_the_touch_is_what_an_order_is_held_against() -> None:
    check = Checker(STRICT)
    check.driver.price("50000", bid="30000", ask="60000")
    assert check.code(price="30000.01", side=Side.BUY) is None
    assert check.code(price="29999.99", side=Side.BUY) is RefusalCode.PRICE_OUTSIDE_BAND
    assert check.code(price="15000", side=Side.SELL) is None


@pytest.mark.parametrize(
    ("side", "price", "edge"), [("buy", "60000.01", "60000"), ("sell", "39999.99", "40000"), ("buy", "20000", None)]
)
def test_a_band_of_one_side_is_for_that_side_alone(side: str, price: str, edge: str | None) -> None:
    banded = msgspec.structs.replace(
        STRICT, price_ratio_min=None, buy_price_ratio_max=Decimal("1.2"), sell_price_ratio_min=Decimal("0.8")
    )
    checker = Checker(banded)
    asked = {"side": Side(side), "price": price}
    if edge is None:
        assert checker.code(**asked) is None
    else:
        refusal = checker.refusal(**asked)
        assert (refusal.code, refusal.limit, refusal.actual) == (RefusalCode.PRICE_OUTSIDE_BAND, edge, price)


@pytest.fixture
def limited(check: Checker) -> Checker:
    """A market at 50000 whose venue says what it takes: a buy up to 51000, a sell from 49000."""
    told = PriceReported(
        at=check.driver.now,
        exchange=check.instrument.exchange,
        symbol=check.instrument.symbol,
        last=Decimal(50_000),
        buy_max=Decimal(51_000),
        sell_min=Decimal(49_000),
    )
    check.driver.put(told)
    return check


@pytest.mark.parametrize(
    ("side", "price", "edge"),
    [
        (Side.BUY, "51000", None),
        (Side.BUY, "51000.01", "51000"),
        (Side.SELL, "49000", None),
        (Side.SELL, "48999.99", "49000"),
        (Side.BUY, "30000", None),
        (Side.SELL, "90000", None),
    ],
)
def test_a_price_beyond_what_the_venue_takes_now_is_refused(
    limited: Checker, side: Side, price: str, edge: str | None
) -> None:
    if edge is None:
        assert limited.code(side=side, price=price) is None
    else:
        refusal = limited.refusal(side=side, price=price)
        assert (refusal.code, refusal.limit, refusal.actual) == (RefusalCode.PRICE_OUTSIDE_BAND, edge, price)


def test_a_moving_limit_binds_no_order_that_waits_and_nothing_once_it_is_old(limited: Checker) -> None:
    waits = conditional(OrderType.STOP_LIMIT, Side.BUY, "55000")
    assert limited.code(**waits) is None
    limited.driver.now += limited.driver.desk.policy.price_fresh + timedelta(seconds=1)
    assert limited.code(price="51000.01") is None, "the venue judges"


def test_of_two_bands_the_narrower_counts() -> None:
    checker = Checker(msgspec.structs.replace(STRICT, buy_price_ratio_max=Decimal("1.2")))
    assert checker.refusal(price="70000").limit == "60000"
