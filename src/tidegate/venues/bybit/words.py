"""Bybit's words for what the desk calls otherwise (v5 API, "Enums Definitions")."""

from collections.abc import Mapping
from typing import Any

from tidegate.core.vocabulary import InstrumentKind, OrderType, PositionSide, Side, TimeInForce, TriggerBy
from tidegate.venues.symbols import kind_of
from tidegate.venues.values import MalformedError

SPOT, LINEAR = "spot", "linear"
KINDS: Mapping[str, InstrumentKind] = {SPOT: InstrumentKind.SPOT, LINEAR: InstrumentKind.LINEAR}
CATEGORIES: Mapping[InstrumentKind, str] = {kind: word for word, kind in KINDS.items()}
ELSEWHERE = frozenset({"inverse", "option"})  # The categories that the desk does not trade.
SETTLE_COINS = ("USDT", "USDC")

SIDES: Mapping[str, Side] = {"Buy": Side.BUY, "Sell": Side.SELL}
SIDE_WORDS: Mapping[Side, str] = {side: word for word, side in SIDES.items()}
TIMES_IN_FORCE: Mapping[TimeInForce, str] = {
    TimeInForce.GTC: "GTC",
    TimeInForce.IOC: "IOC",
    TimeInForce.FOK: "FOK",
    TimeInForce.GTD: "GTC",  # The desk ends it at its time.
}
TRIGGERS: Mapping[TriggerBy, str] = {
    TriggerBy.LAST: "LastPrice",
    TriggerBy.MARK: "MarkPrice",
    TriggerBy.INDEX: "IndexPrice",
}
POSITION_INDEXES: Mapping[PositionSide, int] = {PositionSide.NET: 0, PositionSide.LONG: 1, PositionSide.SHORT: 2}
POSITION_SIDES: Mapping[int, PositionSide] = {index: side for side, index in POSITION_INDEXES.items()}
RISES, FALLS = 1, 2  # The `triggerDirection` values.
STOP_ORDER = "StopOrder"  # The `orderFilter` of conditional orders.

LIMITS = frozenset({OrderType.LIMIT, OrderType.STOP_LIMIT, OrderType.TAKE_PROFIT_LIMIT})
STOPS = frozenset({OrderType.STOP_LOSS, OrderType.STOP_LIMIT})
TAKE_PROFITS = frozenset({OrderType.TAKE_PROFIT, OrderType.TAKE_PROFIT_LIMIT})
CONDITIONALS = STOPS | TAKE_PROFITS


def category_of(symbol: str) -> str:
    """Which of Bybit's categories trades an instrument of ours."""
    return CATEGORIES[kind_of(symbol)]


def kind_named(row: Any) -> InstrumentKind:
    """Which market a pushed row says that it is of."""
    kind = KINDS.get(row.get("category"))
    if kind is None:
        raise MalformedError(f"unknown category {row.get('category')!r}")
    return kind


def side_of(word: Any) -> Side:
    """Our word for Bybit's side."""
    side = SIDES.get(word)
    if side is None:
        raise MalformedError(f"unknown side {word!r}")
    return side


def is_set_off_by_a_rise(side: Side, order_type: OrderType) -> bool:
    """A stop goes with the market (a buy when it rises), a profit is taken against it."""
    return (side is Side.BUY) is (order_type in STOPS)


def conditional_type(side: Side, *, rises: bool, is_market: bool) -> OrderType:
    """The same the other way round: what the desk calls a conditional order that Bybit tells of."""
    if rises is (side is Side.BUY):
        return OrderType.STOP_LOSS if is_market else OrderType.STOP_LIMIT
    return OrderType.TAKE_PROFIT if is_market else OrderType.TAKE_PROFIT_LIMIT
