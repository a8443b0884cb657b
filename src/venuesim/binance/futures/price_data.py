"""Public prices of the contracts: tickers, mark and index prices, what assets count for."""

from decimal import Decimal

from venuesim.binance.futures.errors import Code, refused
from venuesim.binance.futures.fields import Fields
from venuesim.binance.futures.formats import Json, eight, price_text
from venuesim.binance.futures.market_rendering import best_levels, day_figures
from venuesim.binance.futures.symbols import Symbols
from venuesim.binance.operations import Request, Result
from venuesim.exchange.engine import Exchange

INTEREST_RATE = Decimal("0.0001")
"""The interest part of funding, per interval: 0.01 % ("Introduction to Binance Futures Funding Rates")."""


class PriceData:
    """Answers what is public about prices."""

    def __init__(self, *, exchange: Exchange, symbols: Symbols) -> None:
        self._exchange = exchange
        self._symbols = symbols

    def ticker_day(self, request: Request) -> Result:
        """Show the figures of the last 24 hours."""
        return self._symbols.each(request, lambda market: day_figures(market, request.now_ms))

    def ticker_price(self, request: Request) -> Result:
        """Show the last prices."""
        return self._symbols.each(
            request,
            lambda market: {
                "symbol": market.instrument.venue_id,
                "price": price_text(market.statistics.last, market.instrument),
                "time": request.now_ms,
            },
        )

    def ticker_book(self, request: Request) -> Result:
        """Show the best bids and asks."""
        return self._symbols.each(
            request, lambda market: {**best_levels(market), "time": request.now_ms, "lastUpdateId": market.update_id}
        )

    def premium_index(self, request: Request) -> Result:
        """Show mark and index prices and the funding that is due next."""
        return self._symbols.each(
            request,
            lambda market: {
                "symbol": market.instrument.venue_id,
                "markPrice": eight(market.mark),
                "indexPrice": eight(market.index),
                "estimatedSettlePrice": eight(market.index),
                "lastFundingRate": eight(market.funding_rate),
                "interestRate": eight(INTEREST_RATE),
                "nextFundingTime": market.next_funding_ms,
                "time": request.now_ms,
            },
        )

    def constituents(self, request: Request) -> Result:
        """Show what the index price is made of: one price here (assumption)."""
        market = self._symbols.read(request.parameters)
        entry = {
            "exchange": "binance",
            "symbol": market.instrument.venue_id,
            "price": eight(market.index),
            "weight": "1.00000000",
        }
        return Result({"symbol": market.instrument.venue_id, "time": request.now_ms, "constituents": [entry]})

    def index_info(self, request: Request) -> Result:
        """Show the composite indexes: none is listed."""
        self._symbols.read_optional(request.parameters)
        return Result([])

    def asset_index(self, request: Request) -> Result:
        """Show what assets count for in multi-assets mode (assumption: at their price, with a buffer of 5 %)."""
        fields = Fields(request.parameters)
        rows = [self._asset_index(asset, request.now_ms) for asset in ("USDT", "USDC", "BTC", "ETH", "BNB")]
        if not fields.has("symbol"):
            return Result(rows)
        wanted = fields.text("symbol")
        for row in rows:
            if row["symbol"] == wanted:
                return Result(row)
        raise refused(Code.BAD_SYMBOL)

    def _asset_index(self, asset: str, now_ms: int) -> Json:
        index = self._exchange.clearing.worth(asset, "USDT") or Decimal(1)
        low, high = eight(index * Decimal("0.95")), eight(index * Decimal("1.05"))
        return {
            "symbol": f"{asset}USD",
            "time": now_ms,
            "index": eight(index),
            "bidBuffer": "0.05000000",
            "askBuffer": "0.05000000",
            "bidRate": low,
            "askRate": high,
            "autoExchangeBidBuffer": "0.02500000",
            "autoExchangeAskBuffer": "0.02500000",
            "autoExchangeBidRate": eight(index * Decimal("0.975")),
            "autoExchangeAskRate": eight(index * Decimal("1.025")),
        }
