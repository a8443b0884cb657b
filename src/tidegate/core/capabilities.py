"""What each venue offers on each kind of market, and what the desk does itself where the venue does not.

The tables here decide validation and routing, and write the documentation's table of order types.
"""

from collections.abc import Mapping
from enum import StrEnum

import msgspec

from tidegate.core.vocabulary import Exchange, InstrumentKind, OffsetUnit, OrderType, TriggerBy


class How(StrEnum):
    """Who does it."""

    NATIVE = "native"  # The venue.
    DESK = "desk"  # The desk: it holds the order and watches the market.
    NO = "no"


class Capabilities(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of market at one venue.

    `amends` and `amends_conditional`: whether a working order (or one that waits for its trigger) changes in place;
    otherwise it is canceled and the rest sent again. `trailing_units` are those the venue's own trailing stop takes;
    another unit is trailed by the desk. `params` are the venue's own words that an order may carry.
    """

    order_types: Mapping[OrderType, How]
    trigger_by: frozenset[TriggerBy]
    trailing_units: frozenset[OffsetUnit] = frozenset()
    amends: bool
    amends_conditional: bool
    reduce_only: bool
    hedge_mode: bool
    good_till_date: How = How.DESK
    params: frozenset[str]


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


_LAST, _MARK, _INDEX = TriggerBy.LAST, TriggerBy.MARK, TriggerBy.INDEX
CAPABILITIES: Mapping[tuple[Exchange, InstrumentKind], Capabilities] = {
    (Exchange.BINANCE, InstrumentKind.SPOT): Capabilities(
        order_types=_types(How.NATIVE, How.NATIVE),
        trigger_by=frozenset({_LAST}),
        trailing_units=frozenset({OffsetUnit.PERCENT}),
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
        amends=True,
        amends_conditional=False,
        reduce_only=True,
        hedge_mode=True,
        params=frozenset({"selfTradePreventionMode", "priceMatch"}),
    ),
    (Exchange.OKX, InstrumentKind.SPOT): Capabilities(
        order_types=_types(How.NATIVE, How.NATIVE),
        trigger_by=frozenset({_LAST}),
        trailing_units=frozenset({OffsetUnit.PRICE, OffsetUnit.PERCENT}),
        amends=True,
        amends_conditional=True,
        reduce_only=False,
        hedge_mode=False,
        params=frozenset({"stpMode", "tag", "banAmend"}),
    ),
    (Exchange.OKX, InstrumentKind.LINEAR): Capabilities(
        order_types=_types(How.NATIVE, How.NATIVE),
        trigger_by=frozenset({_LAST, _MARK, _INDEX}),
        trailing_units=frozenset({OffsetUnit.PRICE, OffsetUnit.PERCENT}),
        amends=True,
        amends_conditional=True,
        reduce_only=True,
        hedge_mode=True,
        params=frozenset({"stpMode", "tag"}),
    ),
    (Exchange.BYBIT, InstrumentKind.SPOT): Capabilities(
        order_types=_types(How.NATIVE, How.DESK),
        trigger_by=frozenset({_LAST}),
        amends=True,
        amends_conditional=True,
        reduce_only=False,
        hedge_mode=False,
        params=frozenset({"smpType", "slippageToleranceType", "slippageTolerance"}),
    ),
    (Exchange.BYBIT, InstrumentKind.LINEAR): Capabilities(
        order_types=_types(How.NATIVE, How.DESK),
        trigger_by=frozenset({_LAST, _MARK, _INDEX}),
        amends=True,
        amends_conditional=True,
        reduce_only=True,
        hedge_mode=True,
        params=frozenset({"smpType", "slippageToleranceType", "slippageTolerance"}),
    ),
}
