"""Public market data: tickers, books, trades and candlesticks (OKX "Order book trading", "Market data")."""

from itertools import islice

from venuesim.exchange.engine import Exchange
from venuesim.exchange.events import PublicTrade
from venuesim.exchange.market import Market
from venuesim.exchange.past_trades import PastTrades
from venuesim.okx import errors
from venuesim.okx.bars import BARS, Row, is_finished, price_row, trade_row
from venuesim.okx.errors import OkxError
from venuesim.okx.figures import book, family_of, index_ticker, ticker, trade
from venuesim.okx.instruments import Instruments, InstrumentType, instrument_type
from venuesim.okx.operations import Request, Result
from venuesim.okx.parameters import Parameters
from venuesim.wire.calls import plain

BOOK_DEPTH_MAX = 400
FULL_BOOK_DEPTH_MAX = 5000
LITE_BOOK_DEPTH = 25
TRADES_MAX = 500
CANDLES_MAX = 300
PRICE_CANDLES_MAX = 100
RECENT_CANDLES = 1440
"""How far back `candles` goes; `history-candles` has the rest."""

BY_TIME = "2"
USD_CNY = "7.1"


class MarketData:
    """Everything about markets that needs no account."""

    def __init__(self, exchange: Exchange, instruments: Instruments, *, first_trade_id: int) -> None:
        self._exchange = exchange
        self._instruments = instruments
        self._past = PastTrades(exchange, first_trade_id)

    # Tickers

    def ticker(self, request: Request) -> Result:
        """Show the day's figures and best prices of one instrument."""
        return Result(data=[ticker(self._market(request.query), request.now_ms)])

    def tickers(self, request: Request) -> Result:
        """Show the same of all instruments of a type."""
        kind = request.query.choice("instType", InstrumentType)
        family = request.query.text("instFamily") or request.query.text("uly")
        wanted = (
            market
            for market in self._exchange.markets.values()
            if instrument_type(market.instrument) is kind and family in {None, family_of(market.instrument)}
        )
        return Result(data=[ticker(market, request.now_ms) for market in wanted])

    def index_tickers(self, request: Request) -> Result:
        """Show the index of one pair, or of all pairs with a quote currency."""
        quote, name = request.query.text("quoteCcy"), request.query.text("instId")
        if quote is None and name is None:
            raise errors.either("quoteCcy", "instId")
        if name is not None:
            return Result(data=[index_ticker(self.index_market(name), request.now_ms)])
        families = dict.fromkeys(family_of(i) for i in self._instruments.all() if i.quote == quote)
        return Result(data=[index_ticker(self.index_market(family), request.now_ms) for family in families])

    def volume(self, request: Request) -> Result:
        """Show what all markets traded in a day, in dollars; everything else than USDT is left out (approximate)."""
        volume = sum(
            market.statistics.quote_volume
            for market in self._exchange.markets.values()
            if market.instrument.quote == "USDT"
        )
        return Result(data=[{"volUsd": f"{volume:.0f}", "volCny": f"{volume * 7:.0f}", "ts": str(request.now_ms)}])

    def exchange_rate(self, request: Request) -> Result:
        """Show the yuan's rate."""
        del request
        return Result(data=[{"usdCny": USD_CNY}])

    def index_components(self, request: Request) -> Result:
        """Show what an index is made of: here the market alone."""
        name = request.query.required("index")
        market = self.index_market(name)
        price = plain(market.round_price(market.index))
        component = {
            "exch": "OKX",
            "symbol": name.replace("-", "/"),
            "symPx": price,
            "wgt": "1.000",
            "cnvPx": price,
        }
        return Result(data={"components": [component], "index": name, "last": price, "ts": str(request.now_ms)})

    # Books and trades

    def books(self, request: Request) -> Result:
        """Show an instrument's book."""
        market = self._market(request.query)
        depth = _depth(request.query, BOOK_DEPTH_MAX)
        return Result(data=[{**book(market, depth), "ts": str(request.now_ms), "seqId": market.update_id}])

    def books_full(self, request: Request) -> Result:
        """Show an instrument's whole book; its rows lack the deprecated zero."""
        market = self._market(request.query)
        sides = book(market, _depth(request.query, FULL_BOOK_DEPTH_MAX))
        short = {name: [[row[0], row[1], row[3]] for row in side] for name, side in sides.items()}
        return Result(data=[{**short, "ts": str(request.now_ms)}])

    def books_lite(self, request: Request) -> Result:
        """Show the top of an instrument's book."""
        return Result(data=[{**book(self._market(request.query), LITE_BOOK_DEPTH), "ts": str(request.now_ms)}])

    def trades(self, request: Request) -> Result:
        """Show the newest trades."""
        wanted = request.query.integer("limit")
        limit = 100 if wanted is None else min(max(wanted, 1), TRADES_MAX)
        newest = islice(self._past.newest_first(self._market(request.query)), limit)
        return Result(data=[trade(told) for told in newest])

    def history_trades(self, request: Request) -> Result:
        """Page through the trades, by their number or (`type` 2) back from a time."""
        query = request.query
        by_time = query.text("type") == BY_TIME
        after, before = query.integer("after"), query.integer("before")
        if by_time and before is not None:
            raise OkxError("50039", 'Parameter "before" isn\'t supported for timestamp pagination')

        def place(told: PublicTrade) -> int:
            return told.time_ms if by_time else told.trade_id

        found = (
            told
            for told in self._past.newest_first(self._market(query))
            if (after is None or place(told) < after) and (before is None or place(told) > before)
        )
        return Result(data=[trade(told) for told in islice(found, query.limit())])

    # Candlesticks

    def candles(self, request: Request) -> Result:
        """Show the newest 1,440 candles of a bar, newest first, in pages."""
        return self._candles(request, self._market(request.query), trade_row, CANDLES_MAX, kept=RECENT_CANDLES)

    def history_candles(self, request: Request) -> Result:
        """Show the candles of a bar back to the listing."""
        return self._candles(request, self._market(request.query), trade_row, CANDLES_MAX)

    def mark_price_candles(self, request: Request) -> Result:
        """Show candles of the mark price."""
        return self._candles(request, self._market(request.query), price_row, PRICE_CANDLES_MAX)

    def index_candles(self, request: Request) -> Result:
        """Show candles of an index."""
        market = self.index_market(request.query.required("instId"))
        return self._candles(request, market, price_row, PRICE_CANDLES_MAX)

    def _candles(
        self, request: Request, market: Market, row: Row, limit_max: int, *, kept: int | None = None
    ) -> Result:
        query, now_ms = request.query, request.now_ms
        bar = BARS.get(query.text("bar") or "1m")
        if bar is None:
            raise errors.malformed("bar")
        after, before, wanted = query.integer("after"), query.integer("before"), query.integer("limit")
        start_ms = None if before is None else before + 1
        if kept is not None and bar.interval.milliseconds:
            oldest_ms = now_ms - kept * bar.interval.milliseconds
            start_ms = oldest_ms if start_ms is None else max(start_ms, oldest_ms)
        candles = market.candles.of(
            bar.interval,
            limit=100 if wanted is None else min(max(wanted, 1), limit_max),
            now_ms=now_ms,
            start_ms=start_ms,
            end_ms=None if after is None else after - 1,
            newest=True,
            offset_ms=bar.offset_ms,
        )
        shown = [row(market.instrument, candle, is_finished(bar, candle, now_ms)) for candle in reversed(candles)]
        return Result(data=list(shown))

    # Finding

    def index_market(self, family: str) -> Market:
        """Return the market that an index is taken from: the swap's if there is one; raises OkxError for none."""
        return index_market(self._exchange, family)

    def _market(self, query: Parameters) -> Market:
        return self._exchange.markets[self._instruments.read(query).symbol]


def index_market(exchange: Exchange, family: str) -> Market:
    """Return the market that an index is taken from: the swap's if there is one; raises OkxError for none."""
    pair = family.replace("-", "/")
    for symbol in (f"{pair}:{pair.partition('/')[2]}", pair):
        if symbol in exchange.markets:
            return exchange.markets[symbol]
    raise errors.no_such_instrument()


def _depth(query: Parameters, maximum: int) -> int:
    return min(max(query.integer("sz") or 1, 1), maximum)
