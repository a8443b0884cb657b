"""OKX spot's listing and prices."""

from typing import Any

from tidegate.core.instruments import Instrument, Price
from tidegate.core.vocabulary import Exchange
from tidegate.venues.client import VenueClient
from tidegate.venues.okx import wire
from tidegate.venues.reading import read_market
from tidegate.venues.values import amount, amount_or_zero, rows, text


def instrument(row: Any) -> Instrument:
    """An instrument from public/instruments. OKX has no minimum value and bounds prices by a moving limit."""
    base, quote = text(row, "baseCcy"), text(row, "quoteCcy")
    return Instrument(
        exchange=Exchange.OKX,
        symbol=f"{base}/{quote}",
        exchange_symbol=text(row, "instId"),
        base=base,
        quote=quote,
        price_tick=amount(row.get("tickSz")),
        quantity_step=amount(row.get("lotSz")),
        quantity_min=amount_or_zero(row.get("minSz")) or None,
        quantity_max=amount_or_zero(row.get("maxLmtSz")) or None,
        market_quantity_max=None,  # OKX bounds the value of orders in USD (maxMktAmt, maxLmtAmt), not their quantity.
        trading=row.get("state") == "live",
    )


def price(row: Any) -> tuple[str, Price]:
    """The venue's name of an instrument, and its price."""
    bid, ask = amount_or_zero(row.get("bidPx")) or None, amount_or_zero(row.get("askPx")) or None
    return text(row, "instId"), Price(last=amount(row.get("last")), bid=bid, ask=ask)


class OkxMarket:
    """Public data through a client without credentials."""

    def __init__(self, client: VenueClient) -> None:
        self._client = client

    async def instruments(self) -> list[Instrument]:
        listing = await self._client.call(wire.INSTRUMENTS, {"instType": "SPOT"})
        # What is announced but not yet priced has no tick.
        priced = [row for row in rows(listing.get("data")) if row.get("tickSz") and row.get("lotSz")]
        return read_market(priced, instrument)

    async def prices(self) -> dict[str, Price]:
        tickers = await self._client.call(wire.TICKERS, {"instType": "SPOT"})
        return dict(read_market([row for row in rows(tickers.get("data")) if row.get("last")], price))
