"""Binance spot's listing and prices."""

from decimal import Decimal
from typing import Any

from tidegate.core.instruments import Instrument, Price
from tidegate.core.vocabulary import Exchange
from tidegate.venues.binance import wire
from tidegate.venues.client import VenueClient
from tidegate.venues.reading import read_market
from tidegate.venues.values import amount, rows, text


def instrument(row: Any) -> Instrument:
    """An instrument from a symbol of exchangeInfo; a bound of zero means that Binance sets none."""
    filters = {text(each, "filterType"): each for each in rows(row.get("filters"))}
    lot, price = filters["LOT_SIZE"], filters["PRICE_FILTER"]
    notional = filters.get("NOTIONAL", filters.get("MIN_NOTIONAL", {}))
    band = filters.get("PERCENT_PRICE_BY_SIDE", filters.get("PERCENT_PRICE", {}))
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
        # Both sides' bounds must hold for whichever side is asked about: the narrower pair is taken.
        price_ratio_min=_narrower(band, max, "multiplierDown", "bidMultiplierDown", "askMultiplierDown"),
        price_ratio_max=_narrower(band, min, "multiplierUp", "bidMultiplierUp", "askMultiplierUp"),
        trading=row.get("status") == "TRADING" and row.get("isSpotTradingAllowed") is not False,
    )


def _bound(filter_: Any, key: str) -> Decimal | None:
    value = filter_.get(key)
    return None if value is None else amount(value) or None


def _narrower(band: Any, choose: Any, *keys: str) -> Decimal | None:
    given: list[Decimal] = [amount(band[key]) for key in keys if key in band]
    chosen: Decimal | None = choose(given) if given else None
    return chosen


def _last_price(row: Any) -> tuple[str, Decimal]:
    return text(row, "symbol"), amount(row.get("price"))


def _best_prices(row: Any) -> tuple[str, Decimal | None, Decimal | None]:
    return text(row, "symbol"), amount(row.get("bidPrice")) or None, amount(row.get("askPrice")) or None


class BinanceMarket:
    """Public data through a client without credentials."""

    def __init__(self, client: VenueClient) -> None:
        self._client = client

    async def instruments(self) -> list[Instrument]:
        listing = await self._client.call(wire.INSTRUMENTS, {"permissions": "SPOT"})
        return read_market([row for row in rows(listing.get("symbols")) if _is_complete(row)], instrument)

    async def prices(self) -> dict[str, Price]:
        last = dict(read_market(rows(await self._client.call(wire.LAST_PRICES)), _last_price))
        books = read_market(rows(await self._client.call(wire.BOOK_TICKERS)), _best_prices)
        return {symbol: Price(last=last[symbol], bid=bid, ask=ask) for symbol, bid, ask in books if last.get(symbol)}


def _is_complete(row: Any) -> bool:
    """Whether it can be traded by the usual rules; a few test listings lack filters."""
    kinds = {each.get("filterType") for each in row.get("filters", ())}
    return {"LOT_SIZE", "PRICE_FILTER"} <= kinds
