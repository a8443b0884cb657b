"""When a conditional order goes off, and where a trailing stop stands: exactly as the rule says, at any price."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.desk_driver import DeskDriver
from tidegate.core.instruments import Price
from tidegate.core.messages.commands import PlaceOrder
from tidegate.core.money import is_multiple
from tidegate.core.triggers import is_further, is_met, rises_to_trigger, trailing_trigger, watched_price
from tidegate.core.vocabulary import OffsetUnit, OrderType, Side, TriggerBy

STOPS = (OrderType.STOP_LOSS, OrderType.STOP_LIMIT, OrderType.TRAILING_STOP)
TARGETS = (OrderType.TAKE_PROFIT, OrderType.TAKE_PROFIT_LIMIT)
TICK = Decimal("0.01")
PRICES = st.decimals(min_value=1, max_value=100_000, places=2)


def asked(
    order_type: OrderType, side: Side, offset: str | None = None, unit: OffsetUnit = OffsetUnit.PRICE
) -> PlaceOrder:
    return DeskDriver().order_command(
        order_type=order_type,
        side=side,
        trailing_offset=None if offset is None else Decimal(offset),
        trailing_offset_unit=unit,
    )


@pytest.mark.parametrize("order_type", [*STOPS, *TARGETS])
@given(price=PRICES, trigger=PRICES)
def test_stops_go_off_against_the_order_and_targets_with_it(
    order_type: OrderType, price: Decimal, trigger: Decimal
) -> None:
    is_stop = order_type in STOPS
    assert is_met(asked(order_type, Side.SELL), trigger, price) == (price <= trigger if is_stop else price >= trigger)
    assert is_met(asked(order_type, Side.BUY), trigger, price) == (price >= trigger if is_stop else price <= trigger)


@pytest.mark.parametrize("side", list(Side))
@pytest.mark.parametrize("order_type", [*STOPS, *TARGETS])
@given(trigger=PRICES)
def test_a_price_at_the_trigger_is_enough(order_type: OrderType, side: Side, trigger: Decimal) -> None:
    assert is_met(asked(order_type, side), trigger, trigger)
    step = -TICK if rises_to_trigger(order_type, side) else TICK
    assert not is_met(asked(order_type, side), trigger, trigger + step)


@given(extreme=PRICES, offset=st.decimals(min_value="0.001", max_value="0.99", places=3))
def test_a_trailing_stop_is_never_nearer_than_its_offset_and_hardly_further(extreme: Decimal, offset: Decimal) -> None:
    for side, sign in ((Side.SELL, -1), (Side.BUY, 1)):
        trigger = trailing_trigger(asked(OrderType.TRAILING_STOP, side, str(offset)), extreme, TICK)
        distance = (trigger - extreme) * sign
        assert offset <= distance < offset + TICK
        assert is_multiple(trigger, TICK)


@given(extreme=PRICES, percent=st.decimals(min_value="0.01", max_value="99.99", places=2))
def test_a_trailing_offset_in_percent_is_of_the_best_price(extreme: Decimal, percent: Decimal) -> None:
    command = asked(OrderType.TRAILING_STOP, Side.SELL, str(percent), OffsetUnit.PERCENT)
    exact = extreme * (1 - percent / 100)
    assert exact - TICK < trailing_trigger(command, extreme, TICK) <= exact


def test_a_market_without_a_tick_is_trailed_exactly() -> None:
    command = asked(OrderType.TRAILING_STOP, Side.SELL, "1.005")
    assert trailing_trigger(command, Decimal(10), Decimal(0)) == Decimal("8.995")


def test_a_stop_follows_only_one_way() -> None:
    sell, buy = asked(OrderType.TRAILING_STOP, Side.SELL, "1"), asked(OrderType.TRAILING_STOP, Side.BUY, "1")
    assert is_further(sell, Decimal(11), Decimal(10))
    assert not is_further(sell, Decimal(10), Decimal(10))
    assert is_further(buy, Decimal(9), Decimal(10))
    assert not is_further(buy, Decimal(11), Decimal(10))


def test_the_last_price_stands_in_for_a_mark_that_is_not_told() -> None:
    with_mark, without = Price(last=Decimal(10), mark=Decimal(11)), Price(last=Decimal(10))
    assert watched_price(with_mark, TriggerBy.LAST) == 10
    assert watched_price(with_mark, TriggerBy.MARK) == 11
    assert watched_price(without, TriggerBy.MARK) == 10
