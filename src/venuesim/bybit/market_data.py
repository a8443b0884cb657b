"""Public data of pairs and contracts alike: time, tickers, books, trades and price limits."""

from itertools import islice

from venuesim.bybit import errors
from venuesim.bybit.depth import FULL_DEPTH, RPI_DEPTH, Depths
from venuesim.bybit.figures import price_text, size_text
from venuesim.bybit.instruments_info import listed_in
from venuesim.bybit.listing import Instruments
from venuesim.bybit.operations import Json, Request, Result
from venuesim.bybit.parameters import Category, Parameters
from venuesim.bybit.price_limits import highest_bid, lowest_ask
from venuesim.bybit.tickers import Tickers
from venuesim.exchange.engine import Exchange
from venuesim.exchange.events import PublicTrade
from venuesim.exchange.market import Market
from venuesim.exchange.past_trades import PastTrades

BOOK_ROWS = {Category.SPOT: (1, 1000), Category.LINEAR: (25, 1000)}
"""How many levels market/orderbook shows: by default, and at most."""

TRADE_ROWS = {Category.SPOT: (60, 60), Category.LINEAR: (500, 1000)}


class MarketData:
    """Everything that needs no account."""

    def __init__(
        self,
        *,
        exchange: Exchange,
        instruments: Instruments,
        tickers: Tickers,
        depths: Depths,
        first_trade_id: int,
    ) -> None:
        self._exchange = exchange
        self._instruments = instruments
        self._tickers = tickers
        self._depths = depths
        self._past = PastTrades(exchange, first_trade_id)

    def time(self, request: Request) -> Result:
        """Show the venue's time."""
        seconds, milliseconds = divmod(request.now_ms, 1000)
        return Result(result={"timeSecond": str(seconds), "timeNano": str((seconds * 1000 + milliseconds) * 1_000_000)})

    def tickers(self, request: Request) -> Result:
        """Show the day's figures and best prices of one market or of a category."""
        category = request.parameters.category("params error: Category is invalid")
        wanted = self._instruments.to_show(request.parameters)
        listed = listed_in(self._exchange, category) if wanted is None else [wanted]
        rows = [self._tickers.shown(self._exchange.markets[entry.symbol]) for entry in listed]
        return Result(result={"category": category.value, "list": rows})

    def orderbook(self, request: Request) -> Result:
        """Show a book."""
        parameters = request.parameters
        category = parameters.category()
        market = self._market(parameters, category)
        default, maximum = BOOK_ROWS[category]
        limit = parameters.limit(default=default, maximum=maximum)
        return Result(result=self._depths.snapshot(market, FULL_DEPTH, limit))

    def rpi_orderbook(self, request: Request) -> Result:
        """Show a book with a column for retail price improvement, of which there is none."""
        parameters = request.parameters
        market = self._market(parameters, parameters.category_or(Category.LINEAR))
        parameters.required("limit")
        limit = parameters.limit(default=RPI_DEPTH, maximum=RPI_DEPTH)
        return Result(result=self._depths.snapshot(market, RPI_DEPTH, limit, shows_rpi=True))

    def recent_trades(self, request: Request) -> Result:
        """Show the last trades, the newest first."""
        parameters = request.parameters
        category = parameters.category()
        market = self._market(parameters, category)
        default, maximum = TRADE_ROWS[category]
        trades = islice(self._past.newest_first(market), parameters.limit(default=default, maximum=maximum))
        return Result(result={"category": category.value, "list": [_trade(trade, market) for trade in trades]})

    def price_limit(self, request: Request) -> Result:
        """Show between which prices orders are taken."""
        market = self._market(request.parameters, request.parameters.category_or(Category.LINEAR))
        return Result(result={**price_limits(market), "ts": str(request.now_ms)})

    def _market(self, parameters: Parameters, category: Category) -> Market:
        named = self._instruments.named(category, parameters.required("symbol"))
        if named is None:
            raise errors.parameter("Not supported symbols")
        return self._exchange.markets[named.symbol]


def price_limits(market: Market) -> Json:
    """Return the price limits of a market, as the request and the topic tell them."""
    instrument = market.instrument
    return {
        "symbol": instrument.venue_id,
        "buyLmt": price_text(highest_bid(market), instrument),
        "sellLmt": price_text(lowest_ask(market), instrument),
    }


def _trade(trade: PublicTrade, market: Market) -> Json:
    instrument = market.instrument
    return {
        "execId": str(trade.trade_id),
        "symbol": instrument.venue_id,
        "price": price_text(trade.price, instrument),
        "size": size_text(trade.quantity, instrument),
        "side": "Sell" if trade.buyer_is_maker else "Buy",
        "time": str(trade.time_ms),
        "isBlockTrade": False,
        "isRPITrade": False,
        "seq": str(trade.trade_id),
    }
