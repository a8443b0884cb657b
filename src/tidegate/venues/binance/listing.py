"""Binance's instruments, from the symbols of exchangeInfo. A bound of zero means that Binance sets none."""

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from tidegate.core.instruments import Instrument
from tidegate.core.vocabulary import Exchange, InstrumentKind, OrderType
from tidegate.venues.binance import linear_orders, spot_orders
from tidegate.venues.binance.linear_orders import CALLBACK_RATE_MAX, CALLBACK_RATE_MIN, CALLBACK_RATE_STEP
from tidegate.venues.binance.spot_orders import BASIS_POINTS_IN_A_PERCENT
from tidegate.venues.values import amount, rows, text

_STABLECOINS = frozenset({"USDT", "USDC"})
_BASIS_POINT = Decimal(1) / BASIS_POINTS_IN_A_PERCENT
_TRAILS_BY = {"STOP_LOSS", "TAKE_PROFIT"}  # What a trailing stop on spot is, without and with a trigger price.

Filters = dict[str, Any]


def is_complete(row: Any) -> bool:
    """Whether it can be traded by the usual rules; a few test listings lack filters."""
    kinds = {each.get("filterType") for each in row.get("filters", ())}
    return {"LOT_SIZE", "PRICE_FILTER"} <= kinds


def is_perpetual(row: Any) -> bool:
    """Whether it is a perpetual of a coin that settles in the stablecoin that it is quoted in."""
    settle = row.get("marginAsset")
    return row.get("contractType") == "PERPETUAL" and settle == row.get("quoteAsset") and settle in _STABLECOINS


def spot_instrument(row: Any) -> Instrument:
    """A pair of the spot market."""
    filters = _filters(row)
    lot, price = filters["LOT_SIZE"], filters["PRICE_FILTER"]
    notional = filters.get("NOTIONAL", filters.get("MIN_NOTIONAL", {}))
    band, sides = filters.get("PERCENT_PRICE", {}), filters.get("PERCENT_PRICE_BY_SIDE", {})
    trailing = filters.get("TRAILING_DELTA", {}) if row.get("allowTrailingStop") else {}
    base, quote = text(row, "baseAsset"), text(row, "quoteAsset")
    return Instrument(
        exchange=Exchange.BINANCE,
        symbol=f"{base}/{quote}",
        exchange_symbol=text(row, "symbol"),
        base=base,
        quote=quote,
        price_tick=amount(price.get("tickSize")),
        quantity_step=amount(lot.get("stepSize")),
        quantity_min=_bound(lot, "minQty"),
        quantity_max=_bound(lot, "maxQty"),
        market_quantity_max=_bound(filters.get("MARKET_LOT_SIZE", {}), "maxQty"),
        notional_min=_bound(notional, "minNotional"),
        notional_max=_bound(notional, "maxNotional"),
        price_ratio_min=_bound(band, "multiplierDown"),
        price_ratio_max=_bound(band, "multiplierUp"),
        buy_price_ratio_min=_bound(sides, "bidMultiplierDown"),
        buy_price_ratio_max=_bound(sides, "bidMultiplierUp"),
        sell_price_ratio_min=_bound(sides, "askMultiplierDown"),
        sell_price_ratio_max=_bound(sides, "askMultiplierUp"),
        trading=row.get("status") == "TRADING" and row.get("isSpotTradingAllowed") is not False,
        order_types=_spot_order_types(row.get("orderTypes"), trails=bool(trailing)),
        trailing_percent_min=_percent(trailing, max, "minTrailingAboveDelta", "minTrailingBelowDelta"),
        trailing_percent_max=_percent(trailing, min, "maxTrailingAboveDelta", "maxTrailingBelowDelta"),
        trailing_percent_step=_BASIS_POINT if trailing else None,
    )


def linear_instrument(row: Any) -> Instrument:
    """A perpetual of USD-M futures. Binance counts it in base; its largest leverage is told to accounts only."""
    filters = _filters(row)
    lot, price = filters["LOT_SIZE"], filters["PRICE_FILTER"]
    band = filters.get("PERCENT_PRICE", {})
    base, quote, settle = text(row, "baseAsset"), text(row, "quoteAsset"), text(row, "marginAsset")
    order_types = _known(row.get("orderTypes"), linear_orders.ORDER_TYPES)
    trails = order_types is None or OrderType.TRAILING_STOP in order_types
    return Instrument(
        exchange=Exchange.BINANCE,
        symbol=f"{base}/{quote}:{settle}",
        exchange_symbol=text(row, "symbol"),
        base=base,
        quote=quote,
        price_tick=amount(price.get("tickSize")),
        quantity_step=amount(lot.get("stepSize")),
        kind=InstrumentKind.LINEAR,
        quantity_min=_bound(lot, "minQty"),
        quantity_max=_bound(lot, "maxQty"),
        market_quantity_max=_bound(filters.get("MARKET_LOT_SIZE", {}), "maxQty"),
        notional_min=_bound(filters.get("MIN_NOTIONAL", {}), "notional"),
        price_ratio_min=_bound(band, "multiplierDown"),
        price_ratio_max=_bound(band, "multiplierUp"),
        trading=row.get("status") == "TRADING",
        settle=settle,
        order_types=order_types,
        trailing_percent_min=CALLBACK_RATE_MIN if trails else None,
        trailing_percent_max=CALLBACK_RATE_MAX if trails else None,
        trailing_percent_step=CALLBACK_RATE_STEP if trails else None,
    )


def _filters(row: Any) -> Filters:
    return {text(each, "filterType"): each for each in rows(row.get("filters"))}


def _bound(filter_: Any, key: str) -> Decimal | None:
    value = filter_.get(key)
    return None if value is None else amount(value) or None


def _narrower(band: Any, choose: Callable[[Iterable[Decimal]], Decimal], *keys: str) -> Decimal | None:
    given = [amount(band[key]) for key in keys if key in band]
    return choose(given) if given else None


def _percent(trailing: Any, choose: Callable[[Iterable[Decimal]], Decimal], *keys: str) -> Decimal | None:
    """A bound in basis points as percent; the narrower one, for the sides have one each."""
    points = _narrower(trailing, choose, *keys)
    return None if points is None else points / BASIS_POINTS_IN_A_PERCENT


def _spot_order_types(words: Any, *, trails: bool) -> frozenset[OrderType] | None:
    known = _known(words, spot_orders.ORDER_TYPES)
    return known | {OrderType.TRAILING_STOP} if known is not None and trails and set(words) >= _TRAILS_BY else known


def _known(words: Any, order_types: dict[str, OrderType]) -> frozenset[OrderType] | None:
    """The order types among the venue's words; None where it names none at all."""
    if not isinstance(words, list):
        return None
    return frozenset(order_types[word] for word in words if word in order_types)
