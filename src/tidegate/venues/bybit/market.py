"""Bybit spot's listing and prices."""

from decimal import Decimal
from typing import Any

from tidegate.core.instruments import Instrument, Price
from tidegate.core.vocabulary import Exchange
from tidegate.venues.bybit import wire
from tidegate.venues.client import VenueClient
from tidegate.venues.reading import read_market
from tidegate.venues.values import amount, amount_or_zero, rows, text


def instrument(row: Any) -> Instrument:
    """An instrument from instruments-info. Newer names of the quantity limits are preferred to the deprecated."""
    lot = row.get("lotSizeFilter", {})
    base, quote = text(row, "baseCoin"), text(row, "quoteCoin")
    return Instrument(
        exchange=Exchange.BYBIT,
        symbol=f"{base}/{quote}",
        exchange_symbol=text(row, "symbol"),
        base=base,
        quote=quote,
        price_tick=amount(row.get("priceFilter", {}).get("tickSize")),
        quantity_step=amount(lot.get("basePrecision")),
        quantity_min=_limit(lot, "minOrderQty"),
        quantity_max=_limit(lot, "maxLimitOrderQty", "maxOrderQty"),
        market_quantity_max=_limit(lot, "maxMarketOrderQty"),
        notional_min=_limit(lot, "minOrderAmt"),
        notional_max=_limit(lot, "maxOrderAmt"),
        trading=row.get("status") == "Trading",
    )


def _limit(lot: Any, *keys: str) -> Decimal | None:
    return next((amount_or_zero(lot[key]) or None for key in keys if lot.get(key)), None)


def price(row: Any) -> tuple[str, Price]:
    """The venue's name of an instrument, and its price."""
    bid, ask = amount_or_zero(row.get("bid1Price")) or None, amount_or_zero(row.get("ask1Price")) or None
    return text(row, "symbol"), Price(last=amount(row.get("lastPrice")), bid=bid, ask=ask)


class BybitMarket:
    """Public data through a client without credentials."""

    def __init__(self, client: VenueClient) -> None:
        self._client = client

    async def instruments(self) -> list[Instrument]:
        listing = await self._client.call(wire.INSTRUMENTS, {"category": "spot"})
        return read_market(rows(listing.get("result", {}).get("list")), instrument)

    async def prices(self) -> dict[str, Price]:
        tickers = await self._client.call(wire.TICKERS, {"category": "spot"})
        traded = [row for row in rows(tickers.get("result", {}).get("list")) if row.get("lastPrice")]
        return dict(read_market(traded, price))
