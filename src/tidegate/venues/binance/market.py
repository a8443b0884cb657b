"""Binance's public data: the listing and prices of spot and of USD-M perpetuals."""

import asyncio
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from tidegate.core.instruments import Instrument, Price, Tiers
from tidegate.core.vocabulary import InstrumentKind
from tidegate.venues.binance import endpoints
from tidegate.venues.binance.listing import is_complete, is_perpetual, linear_instrument, spot_instrument
from tidegate.venues.binance.price_stream import PriceStream
from tidegate.venues.budget import Lane
from tidegate.venues.client import Endpoint, VenueClient
from tidegate.venues.reading import read_market
from tidegate.venues.symbols import SymbolMap
from tidegate.venues.values import amount, rows, text

Best = tuple[Decimal | None, Decimal | None]


class BinanceMarket:
    """Public data through a client without credentials."""

    def __init__(self, client: VenueClient, symbols: SymbolMap) -> None:
        self._client = client
        self._symbols = symbols

    async def instruments(self) -> list[Instrument]:
        spot, linear = await asyncio.gather(
            self._client.call(endpoints.INSTRUMENTS, {"permissions": "SPOT"}),
            self._client.call(endpoints.LINEAR_INSTRUMENTS),
        )
        pairs = [row for row in rows(spot.get("symbols")) if is_complete(row)]
        perpetuals = [row for row in rows(linear.get("symbols")) if is_complete(row) and is_perpetual(row)]
        return [*read_market(pairs, spot_instrument), *read_market(perpetuals, linear_instrument)]

    async def leverage_tiers(self) -> dict[str, Tiers]:
        return {}  # Binance tells them to accounts: `leverage_brackets`.

    async def prices(self, kind: InstrumentKind) -> dict[str, Price]:
        return await (self._spot_prices() if kind is InstrumentKind.SPOT else self._linear_prices())

    async def stream_prices(self, symbols: frozenset[str], tell: Callable[[str, Price], None]) -> None:
        await PriceStream(self._client.exchange, self._symbols, self.prices, tell).run(symbols)

    async def _spot_prices(self) -> dict[str, Price]:
        last = await self._listed(endpoints.LAST_PRICES, _last_price)
        best = await self._listed(endpoints.BOOK_TICKERS, _best_prices)
        return self._named(InstrumentKind.SPOT, last, best, {})

    async def _linear_prices(self) -> dict[str, Price]:
        last = await self._listed(endpoints.LINEAR_LAST_PRICES, _last_price)
        best = await self._listed(endpoints.LINEAR_BOOK_TICKERS, _best_prices)
        marks = await self._listed(endpoints.MARK_PRICES, _mark_price)
        return self._named(InstrumentKind.LINEAR, last, best, marks)

    async def _listed(self, endpoint: Endpoint, read: Callable[[Any], tuple[str, Any]]) -> dict[str, Any]:
        return dict(read_market(rows(await self._client.call(endpoint, lane=Lane.PRICE)), read))

    def _named(
        self, kind: InstrumentKind, last: dict[str, Decimal], best: dict[str, Best], marks: dict[str, Decimal | None]
    ) -> dict[str, Price]:
        """By our symbols, what is listed and has ever traded."""
        prices: dict[str, Price] = {}
        for exchange_symbol, traded in last.items():
            if traded and self._symbols.knows(exchange_symbol, kind):
                bid, ask = best.get(exchange_symbol, (None, None))
                symbol = self._symbols.ours(exchange_symbol, kind)
                prices[symbol] = Price(last=traded, bid=bid, ask=ask, mark=marks.get(exchange_symbol))
        return prices


def _last_price(row: Any) -> tuple[str, Decimal]:
    return text(row, "symbol"), amount(row.get("price"))


def _best_prices(row: Any) -> tuple[str, Best]:
    return text(row, "symbol"), (amount(row.get("bidPrice")) or None, amount(row.get("askPrice")) or None)


def _mark_price(row: Any) -> tuple[str, Decimal | None]:
    return text(row, "symbol"), amount(row.get("markPrice")) or None
