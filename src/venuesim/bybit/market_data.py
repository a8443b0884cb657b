"""Public data: time, instruments, tickers and books."""

from decimal import Decimal

from venuesim.bybit import errors
from venuesim.bybit.holdings import usd_price
from venuesim.bybit.listing import PRICE_LIMIT_X_SHARE, Instruments, category_of
from venuesim.bybit.operations import Json, Request, Result
from venuesim.bybit.parameters import Category
from venuesim.bybit.rules import quote_step
from venuesim.exchange.book import BookSide
from venuesim.exchange.engine import Exchange
from venuesim.exchange.market import Market
from venuesim.wire.calls import plain

BOOK_DEPTH_MAX = 200
_RATIO_STEP = Decimal("0.0001")


class MarketData:
    """Everything that needs no account."""

    def __init__(self, exchange: Exchange, instruments: Instruments) -> None:
        self._exchange = exchange
        self._instruments = instruments

    def time(self, request: Request) -> Result:
        """Show the venue's time."""
        seconds, milliseconds = divmod(request.now_ms, 1000)
        return Result(result={"timeSecond": str(seconds), "timeNano": str((seconds * 1000 + milliseconds) * 1_000_000)})

    def instruments(self, request: Request) -> Result:
        """List the spot pairs; of every other category there is nothing yet."""
        category = request.parameters.category()
        if category is not Category.SPOT:
            return Result(result={"category": category.value, "list": [], "nextPageCursor": ""})
        return Result(result={"category": "spot", "list": [_listed(market) for market in self._markets(request)]})

    def tickers(self, request: Request) -> Result:
        """Show the day's figures and best prices of one pair or of all."""
        category = request.parameters.category()
        markets = self._markets(request) if category is Category.SPOT else []
        return Result(
            result={"category": category.value, "list": [ticker(market, self._exchange) for market in markets]}
        )

    def orderbook(self, request: Request) -> Result:
        """Show a pair's book."""
        parameters = request.parameters
        parameters.required("symbol")
        if parameters.category() is not Category.SPOT:
            raise errors.parameter("Not supported symbols")
        depth = parameters.limit(default=1, maximum=BOOK_DEPTH_MAX)
        market = self._markets(request)[0]
        return Result(
            result={
                "s": market.instrument.venue_id,
                "b": rows(market.book.bids, depth),
                "a": rows(market.book.asks, depth),
                "ts": request.now_ms,
                "u": market.update_id,
                "seq": market.update_id,
                "cts": request.now_ms,
            }
        )

    def _markets(self, request: Request) -> list[Market]:
        wanted = self._instruments.to_show(request.parameters)
        if wanted is not None:
            return [self._exchange.markets[wanted.symbol]]
        category = request.parameters.category()
        return [m for m in self._exchange.markets.values() if category_of(m.instrument) is category]


def day_figures(market: Market, exchange: Exchange) -> Json:
    """Return the figures of the last 24 hours, as requests and the tickers topic tell them."""
    figures = market.statistics
    change = (figures.last / figures.open - 1).quantize(_RATIO_STEP)
    rate = usd_price(exchange, market.instrument.quote)
    return {
        "symbol": market.instrument.venue_id,
        "lastPrice": plain(figures.last),
        "highPrice24h": plain(figures.high),
        "lowPrice24h": plain(figures.low),
        "prevPrice24h": plain(figures.open),
        "volume24h": plain(figures.volume),
        "turnover24h": plain(figures.quote_volume),
        "price24hPcnt": plain(change),
        "usdIndexPrice": plain(market.mid * rate),
    }


def ticker(market: Market, exchange: Exchange) -> Json:
    """Return a pair's ticker with its best prices."""
    bid, ask = _best(market.book.bids), _best(market.book.asks)
    best = {"bid1Price": bid[0], "bid1Size": bid[1], "ask1Price": ask[0], "ask1Size": ask[1]}
    return {**day_figures(market, exchange), **best}


def rows(side: BookSide, depth: int) -> list[list[str]]:
    """Return one side of a book: price and quantity, best first."""
    return [[plain(price), plain(quantity)] for price, quantity in side.levels(depth)]


def _best(side: BookSide) -> tuple[str, str]:
    levels = side.levels(1)
    return (plain(levels[0][0]), plain(levels[0][1])) if levels else ("", "")


def _listed(market: Market) -> Json:
    instrument = market.instrument
    price_limit = instrument.price_multiplier_up - 1
    return {
        "symbol": instrument.venue_id,
        "baseCoin": instrument.base,
        "quoteCoin": instrument.quote,
        "innovation": "0",
        "symbolType": "",
        "status": "Trading",
        "marginTrading": "utaOnly",
        "stTag": "0",
        "lotSizeFilter": {
            "basePrecision": plain(instrument.lot_size),
            "quotePrecision": plain(quote_step(instrument)),
            "minOrderQty": plain(instrument.quantity_min),
            "maxOrderQty": plain(instrument.quantity_max),
            "minOrderAmt": plain(instrument.notional_min),
            "maxOrderAmt": plain(instrument.notional_max),
            "maxLimitOrderQty": plain(instrument.quantity_max),
            "maxMarketOrderQty": plain(instrument.market_quantity_max),
            "postOnlyMaxLimitOrderSize": plain(instrument.quantity_max),
        },
        "priceFilter": {"tickSize": plain(instrument.tick_size)},
        "riskParameters": {
            "priceLimitRatioX": plain(price_limit * PRICE_LIMIT_X_SHARE),
            "priceLimitRatioY": plain(price_limit),
        },
    }
