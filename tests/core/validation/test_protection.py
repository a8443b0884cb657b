"""Protection can protect: a stop where the entry would lose, a target where it would win."""

from datetime import timedelta

import pytest

from support.markets import perpetual_of
from support.validating import MARKET, Checker, protection
from tidegate.core.messages.values import Protection
from tidegate.core.vocabulary import (
    Exchange,
    Leg,
    OffsetUnit,
    OrderType,
    PositionSide,
    RefusalCode,
    Side,
    TriggerBy,
)

NOT_ALLOWED = RefusalCode.PROTECTION_NOT_ALLOWED
STOP, TARGET = protection(trigger_price="49000"), protection(trigger_price="51000")


@pytest.fixture(scope="module")
def check() -> Checker:
    return Checker()


@pytest.fixture(scope="module")
def perpetual() -> Checker:
    return Checker(perpetual_of(Exchange.OKX))


@pytest.mark.parametrize("changes", [{}, MARKET, {**MARKET, "quantity": None, "quote_quantity": "1000"}])
def test_an_entry_may_be_protected_on_both_sides(check: Checker, changes: dict[str, object]) -> None:
    assert check.code(**changes, stop_loss=STOP, take_profit=TARGET) is None
    assert check.code(**changes, side=Side.SELL, stop_loss=TARGET, take_profit=STOP) is None


@pytest.mark.parametrize("changes", [{}, MARKET])
def test_on_the_wrong_side_it_is_refused(check: Checker, changes: dict[str, object]) -> None:
    assert check.code(**changes, stop_loss=TARGET) is NOT_ALLOWED
    assert check.code(**changes, take_profit=STOP) is NOT_ALLOWED
    refusal = check.refusal(**changes, side=Side.SELL, stop_loss=STOP)
    assert refusal.code is NOT_ALLOWED
    assert "above its entry at 50000, and 49000 is not" in refusal.message


@pytest.mark.parametrize("leg", ["stop_loss", "take_profit"])
def test_at_the_entry_itself_there_is_nothing_to_win_or_lose(check: Checker, leg: str) -> None:
    assert check.code(**{leg: protection(trigger_price="50000")}) is NOT_ALLOWED


def test_the_entry_is_where_it_will_trade_not_only_its_limit(check: Checker) -> None:
    """A limit above the market buys at the market: a stop between the two would go off at once."""
    between = protection(trigger_price="50500")
    assert check.code(price="51000", stop_loss=between) is NOT_ALLOWED
    assert check.code(price="49000", stop_loss=protection(trigger_price="48999.99")) is None
    assert check.code(price="49000", stop_loss=protection(trigger_price="49500")) is NOT_ALLOWED
    assert check.code(price="49000", take_profit=protection(trigger_price="49500")) is None


def test_the_entry_of_a_conditional_order_is_its_trigger(check: Checker) -> None:
    entry = {"order_type": OrderType.STOP_LOSS, "price": None, "trigger_price": "52000"}
    assert check.code(**entry, stop_loss=protection(trigger_price="51000")) is None
    assert check.code(**entry, take_profit=protection(trigger_price="51000")) is NOT_ALLOWED


def test_legs_have_no_protection_of_their_own(check: Checker, perpetual: Checker) -> None:
    assert check.code(stop_loss=STOP, leg=Leg.TAKE_PROFIT) is NOT_ALLOWED
    assert perpetual.code(stop_loss=STOP, reduce_only=True) is NOT_ALLOWED
    closing = {"side": Side.SELL, "position_side": PositionSide.LONG}
    assert perpetual.code(**closing, stop_loss=TARGET) is NOT_ALLOWED
    assert perpetual.code(position_side=PositionSide.LONG, stop_loss=STOP) is None


@pytest.mark.parametrize(
    ("leg", "asked"),
    [
        ("stop_loss", Protection()),
        ("take_profit", Protection()),
        ("stop_loss", protection(trigger_price="49000.001")),
        ("take_profit", protection(trigger_price="51000", price="51000.001")),
        ("stop_loss", protection(trigger_price="0")),
        ("stop_loss", protection(trigger_price="49000", price="-1")),
        ("stop_loss", protection(trailing_offset="0")),
        ("stop_loss", protection(trailing_offset="100", trailing_offset_unit=OffsetUnit.PERCENT)),
        ("stop_loss", protection(trailing_offset="100", trigger_price="49000")),
        ("stop_loss", protection(trailing_offset="100", price="49000")),
        ("take_profit", protection(trailing_offset="100")),
        ("stop_loss", protection(trigger_price="49000", trigger_by=TriggerBy.MARK)),
        ("stop_loss", protection(trigger_price="49000", triggered=True)),
        ("stop_loss", protection(trigger_price="49000", failures=1)),
    ],
)
def test_an_incomplete_or_impossible_leg_is_refused(check: Checker, leg: str, asked: Protection) -> None:
    refusal = check.refusal(**{leg: asked})
    assert refusal.code is NOT_ALLOWED
    assert leg in refusal.message


def test_a_stop_may_trail(check: Checker) -> None:
    assert check.code(stop_loss=protection(trailing_offset="100")) is None
    assert check.code(stop_loss=protection(trailing_offset="1", trailing_offset_unit=OffsetUnit.PERCENT)) is None


def test_legs_may_close_at_a_limit(check: Checker) -> None:
    stop = protection(trigger_price="49000", price="48900")
    assert check.code(stop_loss=stop, take_profit=protection(trigger_price="51000", price="51000")) is None


def test_the_venue_keeps_the_stop_and_the_desk_the_target(perpetual: Checker) -> None:
    by_mark, by_index = ({"trigger_by": by} for by in (TriggerBy.MARK, TriggerBy.INDEX))
    assert perpetual.code(stop_loss=protection(trigger_price="49000", **by_index)) is None
    assert perpetual.code(stop_loss=protection(trailing_offset="100", **by_index)) is NOT_ALLOWED
    assert perpetual.code(take_profit=protection(trigger_price="51000", **by_mark)) is None
    assert perpetual.code(take_profit=protection(trigger_price="51000", **by_index)) is NOT_ALLOWED


@pytest.mark.parametrize("leg", ["stop_loss", "take_profit"])
def test_no_more_is_protected_than_a_leg_closes_in_one_order(check: Checker, leg: str) -> None:
    """The venue would refuse the leg when it is needed most, and for ever."""
    trigger = {"stop_loss": "49000", "take_profit": "51000"}[leg]
    at_the_market = protection(trigger_price=trigger)
    refusal = check.refusal(quantity="10.001", **{leg: at_the_market})
    assert refusal.code is RefusalCode.QUANTITY_ABOVE_MAXIMUM
    assert (refusal.limit, refusal.actual) == ("10", "10.001")
    assert f"its {leg} would close 10.001 BTC at the market" in refusal.message
    assert refusal.message.endswith("takes 10 at a time: split the order")
    assert check.code(quantity="10", **{leg: at_the_market}) is None
    assert check.code(quantity="10.001", **{leg: protection(trigger_price=trigger, price=trigger)}) is None
    assert check.code(quantity="10.001") is None


def test_on_which_side_of_the_market_a_leg_is_only_a_fresh_price_says() -> None:
    check = Checker()
    at_its_limit = {"price": "50500", "stop_loss": protection(trigger_price="50100")}
    assert check.code(**at_its_limit) is NOT_ALLOWED
    check.driver.now += check.driver.desk.policy.price_fresh + timedelta(milliseconds=1)
    assert check.code(**at_its_limit) is None, "it may have moved since"
    assert check.code(**MARKET, stop_loss=protection(trigger_price="50100")) is None
    assert check.code(stop_loss=protection(trigger_price="50100")) is NOT_ALLOWED, "its own limit does not move"


def test_without_a_price_the_side_is_the_users_own_risk() -> None:
    unpriced = Checker()
    unpriced.driver.desk.prices.clear()
    assert unpriced.code(**MARKET, quantity=None, quote_quantity="1000", stop_loss=TARGET) is None
