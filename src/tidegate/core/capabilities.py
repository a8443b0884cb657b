"""What each venue offers on each kind of market, and what the desk does itself where the venue does not.

The tables here decide validation and routing, and write the documentation's table of order types.
"""

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

import msgspec

from tidegate.core.instruments import Instrument
from tidegate.core.messages.commands import PlaceOrder
from tidegate.core.money import is_multiple
from tidegate.core.order import CONDITIONAL, Order
from tidegate.core.vocabulary import Exchange, InstrumentKind, OffsetUnit, OrderType, TimeInForce, TriggerBy

Asked = PlaceOrder | Order  # What was asked for: both name it by the same fields.
LIMIT_TYPES = frozenset({OrderType.LIMIT, OrderType.STOP_LIMIT, OrderType.TAKE_PROFIT_LIMIT})


class How(StrEnum):
    """Who does it."""

    NATIVE = "native"  # The venue.
    DESK = "desk"  # The desk: it holds the order and watches the market.
    NO = "no"


class PercentGrid(NamedTuple):
    """Which percentages a venue's trailing stop takes."""

    lowest: Decimal
    highest: Decimal
    step: Decimal

    def takes(self, percent: Decimal) -> bool:
        """Whether this one is among them."""
        return self.lowest <= percent <= self.highest and is_multiple(percent, self.step)


class Capabilities(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of market at one venue.

    `amends` and `amends_conditional`: whether a working order (or one that waits for its trigger) changes in place;
    otherwise it is canceled and the rest sent again. `trailing_units`, `trailing_by` and `trailing_percents` say what
    the venue's own trailing stop takes; anything else is trailed by the desk. So is a conditional limit order whose
    time in force, once it is set off, is none of `conditional_times`. `params` are the venue's own words that an
    order may carry, `conditional_params` those that it may while the venue waits to set it off (None: the same).
    `margin_mode_per_order`: the venue has no setting, each order says which position it is about.
    """

    order_types: Mapping[OrderType, How]
    trigger_by: frozenset[TriggerBy]
    trailing_units: frozenset[OffsetUnit] = frozenset()
    trailing_by: frozenset[TriggerBy] = frozenset()
    trailing_percents: PercentGrid | None = None
    conditional_times: frozenset[TimeInForce]
    amends: bool
    amends_conditional: bool
    reduce_only: bool
    hedge_mode: bool
    margin_mode_per_order: bool = False
    good_till_date: How = How.DESK
    params: frozenset[str]
    conditional_params: frozenset[str] | None = None


def _types(conditional: How, trailing: How) -> dict[OrderType, How]:
    return {
        OrderType.MARKET: How.NATIVE,
        OrderType.LIMIT: How.NATIVE,
        OrderType.STOP_LOSS: conditional,
        OrderType.STOP_LIMIT: conditional,
        OrderType.TAKE_PROFIT: conditional,
        OrderType.TAKE_PROFIT_LIMIT: conditional,
        OrderType.TRAILING_STOP: trailing,
    }


_ANY_TIME = frozenset(TimeInForce)
_LAST, _MARK, _INDEX = TriggerBy.LAST, TriggerBy.MARK, TriggerBy.INDEX
CAPABILITIES: Mapping[tuple[Exchange, InstrumentKind], Capabilities] = {
    (Exchange.BINANCE, InstrumentKind.SPOT): Capabilities(
        order_types=_types(How.NATIVE, How.NATIVE),
        trigger_by=frozenset({_LAST}),
        trailing_units=frozenset({OffsetUnit.PERCENT}),
        trailing_by=frozenset({_LAST}),
        trailing_percents=PercentGrid(Decimal("0.1"), Decimal(20), Decimal("0.01")),  # Basis points, 10 to 2000.
        conditional_times=_ANY_TIME,
        amends=False,
        amends_conditional=False,
        reduce_only=False,
        hedge_mode=False,
        params=frozenset({"selfTradePreventionMode", "icebergQty", "strategyId", "strategyType"}),
    ),
    (Exchange.BINANCE, InstrumentKind.LINEAR): Capabilities(
        order_types=_types(How.NATIVE, How.NATIVE),
        trigger_by=frozenset({_LAST, _MARK}),
        trailing_units=frozenset({OffsetUnit.PERCENT}),
        trailing_by=frozenset({_LAST, _MARK}),
        trailing_percents=PercentGrid(Decimal("0.1"), Decimal(10), Decimal("0.1")),
        conditional_times=_ANY_TIME,
        amends=True,
        amends_conditional=False,
        reduce_only=True,
        hedge_mode=True,
        # Not priceMatch: it takes the price from the book, beyond what was checked and reserved.
        params=frozenset({"selfTradePreventionMode"}),
    ),
    (Exchange.OKX, InstrumentKind.SPOT): Capabilities(
        order_types=_types(How.NATIVE, How.NATIVE),
        trigger_by=frozenset({_LAST}),
        trailing_units=frozenset({OffsetUnit.PRICE, OffsetUnit.PERCENT}),
        trailing_by=frozenset({_LAST}),
        trailing_percents=PercentGrid(Decimal("0.01"), Decimal(100), Decimal("0.01")),
        conditional_times=frozenset({TimeInForce.GTC, TimeInForce.GTD}),  # Its algo orders have no time in force.
        amends=True,
        amends_conditional=True,
        reduce_only=False,
        hedge_mode=False,
        params=frozenset({"stpMode", "tag", "banAmend"}),
        conditional_params=frozenset({"tag"}),
    ),
    (Exchange.OKX, InstrumentKind.LINEAR): Capabilities(
        order_types=_types(How.NATIVE, How.NATIVE),
        trigger_by=frozenset({_LAST, _MARK, _INDEX}),
        trailing_units=frozenset({OffsetUnit.PRICE, OffsetUnit.PERCENT}),
        trailing_by=frozenset({_LAST}),
        trailing_percents=PercentGrid(Decimal("0.01"), Decimal(100), Decimal("0.01")),
        conditional_times=frozenset({TimeInForce.GTC, TimeInForce.GTD}),  # Its algo orders have no time in force.
        amends=True,
        amends_conditional=True,
        reduce_only=True,
        hedge_mode=True,
        margin_mode_per_order=True,
        params=frozenset({"stpMode", "tag"}),
        conditional_params=frozenset({"tag"}),
    ),
    (Exchange.BYBIT, InstrumentKind.SPOT): Capabilities(
        order_types=_types(How.NATIVE, How.DESK),
        trigger_by=frozenset({_LAST}),
        conditional_times=_ANY_TIME,
        amends=True,
        amends_conditional=True,
        reduce_only=False,
        hedge_mode=False,
        params=frozenset({"smpType", "slippageToleranceType", "slippageTolerance"}),
    ),
    (Exchange.BYBIT, InstrumentKind.LINEAR): Capabilities(
        order_types=_types(How.NATIVE, How.DESK),
        trigger_by=frozenset({_LAST, _MARK, _INDEX}),
        conditional_times=_ANY_TIME,
        amends=True,
        amends_conditional=True,
        reduce_only=True,
        hedge_mode=True,
        params=frozenset({"smpType", "slippageToleranceType", "slippageTolerance"}),
    ),
}


def capabilities_of(instrument: Instrument) -> Capabilities:
    """What the instrument's venue offers on its kind of market."""
    return CAPABILITIES[instrument.exchange, instrument.kind]


def how_handled(asked: Asked, instrument: Instrument) -> How:
    """Who keeps an order until it trades: the venue where it can do exactly this, else the desk."""
    offers = capabilities_of(instrument)
    how = offers.order_types[asked.order_type]
    if how is not How.NATIVE or asked.order_type not in CONDITIONAL:
        return how
    if instrument.order_types is not None and asked.order_type not in instrument.order_types:
        return How.DESK
    takes = _takes_trailing if asked.order_type is OrderType.TRAILING_STOP else _takes_conditional
    return How.NATIVE if takes(asked, instrument) else How.DESK


def _takes_conditional(asked: Asked, instrument: Instrument) -> bool:
    offers = capabilities_of(instrument)
    return asked.trigger_by in offers.trigger_by and asked.time_in_force in offers.conditional_times


def _takes_trailing(asked: Asked, instrument: Instrument) -> bool:
    offers = capabilities_of(instrument)
    if asked.trigger_by not in offers.trailing_by or asked.trailing_offset_unit not in offers.trailing_units:
        return False
    if asked.trailing_offset_unit is OffsetUnit.PRICE or asked.trailing_offset is None:
        return True
    grid = _percents_of(instrument)
    return grid is None or grid.takes(asked.trailing_offset)


def _percents_of(instrument: Instrument) -> PercentGrid | None:
    """What the market itself takes, where its venue tells; else what is usual at the venue."""
    usual = capabilities_of(instrument).trailing_percents
    if usual is None:
        return None
    lowest, highest = instrument.trailing_percent_min, instrument.trailing_percent_max
    return PercentGrid(
        usual.lowest if lowest is None else lowest,
        usual.highest if highest is None else highest,
        instrument.trailing_percent_step or usual.step,
    )


def what_leaves(order_type: OrderType) -> OrderType:
    """What is at the venue, or comes to be there, once an order of this type has been set off."""
    return OrderType.LIMIT if order_type in LIMIT_TYPES else OrderType.MARKET


def is_supported(order_type: OrderType, instrument: Instrument) -> bool:
    """Whether it may be ordered on a market, by whomever it is done. The desk needs market and limit orders for it."""
    if capabilities_of(instrument).order_types[order_type] is How.NO:
        return False
    return instrument.order_types is None or what_leaves(order_type) in instrument.order_types


def supported_order_types(instrument: Instrument) -> tuple[OrderType, ...]:
    """What may be ordered on a market."""
    return tuple(order_type for order_type in OrderType if is_supported(order_type, instrument))


def params_of(asked: Asked, instrument: Instrument) -> frozenset[str]:
    """The venue's own words that this order may carry."""
    offers = capabilities_of(instrument)
    if offers.conditional_params is None or asked.order_type not in CONDITIONAL:
        return offers.params
    return offers.conditional_params if how_handled(asked, instrument) is How.NATIVE else offers.params


def supported_triggers(asked: Asked, instrument: Instrument) -> frozenset[TriggerBy]:
    """By which prices an order of this kind may be set off. The desk sees last prices, and marks of derivatives."""
    watched = frozenset({_LAST} if instrument.kind is InstrumentKind.SPOT else {_LAST, _MARK})
    if how_handled(asked, instrument) is How.DESK:
        return watched
    offers = capabilities_of(instrument)
    return watched | (offers.trailing_by if asked.order_type is OrderType.TRAILING_STOP else offers.trigger_by)
