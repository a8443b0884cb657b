"""Who keeps an order: the venue where it can do exactly this, else the desk."""

from decimal import Decimal

import msgspec
import pytest

from support.desk_driver import DeskDriver
from support.markets import perpetual_of, spot_of
from tidegate.core.capabilities import (
    CAPABILITIES,
    LIMIT_TYPES,
    How,
    how_handled,
    supported_order_types,
    supported_triggers,
    what_leaves,
)
from tidegate.core.instruments import Instrument
from tidegate.core.messages.commands import PlaceOrder
from tidegate.core.order import CONDITIONAL
from tidegate.core.vocabulary import Exchange, OffsetUnit, OrderType, TimeInForce, TriggerBy

MARKETS = [spot_of(exchange) for exchange in Exchange] + [perpetual_of(exchange) for exchange in Exchange]


def asked(order_type: OrderType, **options: object) -> PlaceOrder:
    return DeskDriver().order_command(order_type=order_type, **options)


def trailing(offset: str, unit: OffsetUnit, **options: object) -> PlaceOrder:
    return asked(
        OrderType.TRAILING_STOP, trailing_offset=Decimal(offset), trailing_offset_unit=unit, price=None, **options
    )


@pytest.mark.parametrize("instrument", MARKETS, ids=lambda market: f"{market.exchange}-{market.kind}")
def test_what_the_table_calls_native_the_venue_keeps(instrument: Instrument) -> None:
    for order_type in OrderType:
        if order_type is OrderType.TRAILING_STOP:
            continue
        listed = CAPABILITIES[instrument.exchange, instrument.kind].order_types[order_type]
        assert how_handled(asked(order_type), instrument) is listed


@pytest.mark.parametrize("order_type", sorted(CONDITIONAL - {OrderType.TRAILING_STOP}))
def test_a_market_that_lacks_a_conditional_type_has_it_from_the_desk(order_type: OrderType) -> None:
    bare = msgspec.structs.replace(
        spot_of(Exchange.BINANCE), order_types=frozenset({OrderType.MARKET, OrderType.LIMIT})
    )
    assert how_handled(asked(order_type), bare) is How.DESK
    assert supported_order_types(bare) == tuple(OrderType)


def test_without_market_orders_nothing_can_be_closed_at_the_market() -> None:
    limited = msgspec.structs.replace(spot_of(Exchange.OKX), order_types=frozenset({OrderType.LIMIT}))
    assert set(supported_order_types(limited)) == LIMIT_TYPES


@pytest.mark.parametrize(
    ("instrument", "offset", "unit", "trigger_by", "how"),
    [
        (spot_of(Exchange.BINANCE), "1", OffsetUnit.PERCENT, TriggerBy.LAST, How.NATIVE),
        (spot_of(Exchange.BINANCE), "1.005", OffsetUnit.PERCENT, TriggerBy.LAST, How.DESK),
        (spot_of(Exchange.BINANCE), "0.05", OffsetUnit.PERCENT, TriggerBy.LAST, How.DESK),
        (spot_of(Exchange.BINANCE), "21", OffsetUnit.PERCENT, TriggerBy.LAST, How.DESK),
        (spot_of(Exchange.BINANCE), "100", OffsetUnit.PRICE, TriggerBy.LAST, How.DESK),
        (perpetual_of(Exchange.BINANCE), "1.5", OffsetUnit.PERCENT, TriggerBy.MARK, How.NATIVE),
        (perpetual_of(Exchange.BINANCE), "1.55", OffsetUnit.PERCENT, TriggerBy.MARK, How.DESK),
        (perpetual_of(Exchange.OKX), "100", OffsetUnit.PRICE, TriggerBy.LAST, How.NATIVE),
        (perpetual_of(Exchange.OKX), "100", OffsetUnit.PRICE, TriggerBy.MARK, How.DESK),
        (perpetual_of(Exchange.BYBIT), "1", OffsetUnit.PERCENT, TriggerBy.LAST, How.DESK),
        (spot_of(Exchange.BYBIT), "100", OffsetUnit.PRICE, TriggerBy.LAST, How.DESK),
    ],
)
def test_the_desk_trails_what_the_venues_own_stop_cannot(
    instrument: Instrument, offset: str, unit: OffsetUnit, trigger_by: TriggerBy, how: How
) -> None:
    assert how_handled(trailing(offset, unit, trigger_by=trigger_by), instrument) is how


def test_a_market_may_take_other_trailing_offsets_than_is_usual_at_its_venue() -> None:
    wide = msgspec.structs.replace(spot_of(Exchange.BINANCE), trailing_percent_max=Decimal(50))
    assert how_handled(trailing("40", OffsetUnit.PERCENT), wide) is How.NATIVE
    fine = msgspec.structs.replace(spot_of(Exchange.BINANCE), trailing_percent_step=Decimal("0.1"))
    assert how_handled(trailing("1.05", OffsetUnit.PERCENT), fine) is How.DESK


@pytest.mark.parametrize("time_in_force", [TimeInForce.IOC, TimeInForce.FOK])
def test_okx_has_no_time_in_force_for_what_it_sets_off(time_in_force: TimeInForce) -> None:
    command = asked(OrderType.STOP_LIMIT, time_in_force=time_in_force)
    assert how_handled(command, spot_of(Exchange.OKX)) is How.DESK
    assert how_handled(command, spot_of(Exchange.BINANCE)) is How.NATIVE


def test_the_desk_sees_no_index() -> None:
    by_index = asked(OrderType.STOP_LOSS, price=None, trigger_by=TriggerBy.INDEX)
    assert TriggerBy.INDEX in supported_triggers(by_index, perpetual_of(Exchange.OKX))
    assert supported_triggers(by_index, perpetual_of(Exchange.BINANCE)) == {TriggerBy.LAST, TriggerBy.MARK}
    held = trailing("1", OffsetUnit.PERCENT, trigger_by=TriggerBy.INDEX)
    assert supported_triggers(held, perpetual_of(Exchange.BYBIT)) == {TriggerBy.LAST, TriggerBy.MARK}
    assert supported_triggers(held, spot_of(Exchange.BYBIT)) == {TriggerBy.LAST}


def test_what_is_set_off_leaves_as_a_market_or_a_limit_order() -> None:
    assert {order_type for order_type in OrderType if what_leaves(order_type) is OrderType.LIMIT} == LIMIT_TYPES
    assert {what_leaves(order_type) for order_type in OrderType} == {OrderType.MARKET, OrderType.LIMIT}
