"""Public data: the symbols and their filters, depth, tickers."""

import json
from collections.abc import Callable

from venuesim.binance.errors import BinanceError
from venuesim.binance.limits import BinanceLimits
from venuesim.binance.operations import Request, Result
from venuesim.binance.parameters import Parameters
from venuesim.binance.spot.placing import ORDER_TYPES, Instruments
from venuesim.binance.spot.rendering import Json, eight
from venuesim.exchange.accounts import ZERO
from venuesim.exchange.engine import Exchange
from venuesim.exchange.instruments import Instrument
from venuesim.exchange.market import Market

DEPTH_DEFAULT = 100
DEPTH_MAX = 5000
DAY_MS = 86_400_000


class MarketData:
    """Answers the public operations."""

    def __init__(self, *, exchange: Exchange, instruments: Instruments, limits: BinanceLimits) -> None:
        self._exchange = exchange
        self._instruments = instruments
        self._limits = limits

    def ping(self, request: Request) -> Result:
        """Say that the venue is there."""
        request.all_read()
        return Result({})

    def time(self, request: Request) -> Result:
        """Tell the venue's time."""
        request.all_read()
        return Result({"serverTime": request.now_ms})

    def exchange_info(self, request: Request) -> Result:
        """List the symbols, their rules and the rate limits."""
        markets = self._markets(request.parameters)
        request.parameters.skip("permissions", "showPermissionSets", "symbolStatus")
        request.all_read()
        return Result(
            {
                "timezone": "UTC",
                "serverTime": request.now_ms,
                "rateLimits": self._limits.listed(),
                "exchangeFilters": [],
                "symbols": [_symbol(market.instrument) for market in markets],
            }
        )

    def depth(self, request: Request) -> Result:
        """Show the book."""
        market = self._market(self._instruments.read(request.parameters))
        limit = request.parameters.limit(DEPTH_DEFAULT, DEPTH_MAX)
        request.all_read()
        return Result({"lastUpdateId": market.update_id, **levels(market, limit)})

    def ticker_day(self, request: Request) -> Result:
        """Show the 24 hour figures."""
        return self._per_symbol(request, lambda market: _day(market, request.now_ms))

    def ticker_price(self, request: Request) -> Result:
        """Show the last price."""
        return self._per_symbol(request, _price)

    def ticker_book(self, request: Request) -> Result:
        """Show the best bid and ask."""
        return self._per_symbol(request, _best)

    def _per_symbol(self, request: Request, show: Callable[[Market], Json]) -> Result:
        parameters = request.parameters
        is_single = parameters.has("symbol")
        markets = self._markets(parameters)
        parameters.skip("type", "symbolStatus")
        request.all_read()
        return Result(show(markets[0]) if is_single else [show(market) for market in markets])

    def _markets(self, parameters: Parameters) -> list[Market]:
        if parameters.has("symbol"):
            return [self._market(self._instruments.read(parameters))]
        if not parameters.has("symbols"):
            return list(self._exchange.markets.values())
        try:
            names = json.loads(parameters.required("symbols"))
        except ValueError:
            names = None
        if not isinstance(names, list) or not names:
            raise BinanceError(-1100, "Illegal characters found in parameter 'symbols'; legal range is a JSON array.")
        return [self._market(self._instruments.named(str(name))) for name in names]

    def _market(self, instrument: Instrument) -> Market:
        return self._exchange.markets[instrument.symbol]


def levels(market: Market, limit: int) -> Json:
    """Return both sides of a book as [price, quantity] texts, best first."""
    return {
        "bids": [[eight(price), eight(quantity)] for price, quantity in market.book.bids.levels(limit)],
        "asks": [[eight(price), eight(quantity)] for price, quantity in market.book.asks.levels(limit)],
    }


def best_levels(market: Market) -> tuple[str, str, str, str]:
    """Return best bid, its quantity, best ask, its quantity; zeros for an empty side."""
    bid, bid_quantity = next(iter(market.book.bids.levels(1)), (ZERO, ZERO))
    ask, ask_quantity = next(iter(market.book.asks.levels(1)), (ZERO, ZERO))
    return eight(bid), eight(bid_quantity), eight(ask), eight(ask_quantity)


def _best(market: Market) -> Json:
    bid, bid_quantity, ask, ask_quantity = best_levels(market)
    return {
        "symbol": market.instrument.venue_id,
        "bidPrice": bid,
        "bidQty": bid_quantity,
        "askPrice": ask,
        "askQty": ask_quantity,
    }


def _price(market: Market) -> Json:
    return {"symbol": market.instrument.venue_id, "price": eight(market.statistics.last)}


def _day(market: Market, now_ms: int) -> Json:
    figures = market.statistics
    change = figures.last - figures.open
    return {
        **_best(market),
        "priceChange": eight(change),
        "priceChangePercent": f"{change / figures.open * 100:.3f}",
        "weightedAvgPrice": eight(figures.average),
        "prevClosePrice": eight(figures.open),
        "lastPrice": eight(figures.last),
        "lastQty": eight(figures.last_quantity),
        "openPrice": eight(figures.open),
        "highPrice": eight(figures.high),
        "lowPrice": eight(figures.low),
        "volume": eight(figures.volume),
        "quoteVolume": eight(figures.quote_volume),
        "openTime": now_ms - DAY_MS,
        "closeTime": now_ms,
        "firstId": 1,
        "lastId": figures.trade_count,
        "count": figures.trade_count,
    }


def _symbol(instrument: Instrument) -> Json:
    return {
        "symbol": instrument.venue_id,
        "status": "TRADING",
        "baseAsset": instrument.base,
        "baseAssetPrecision": 8,
        "quoteAsset": instrument.quote,
        "quotePrecision": 8,
        "quoteAssetPrecision": 8,
        "baseCommissionPrecision": 8,
        "quoteCommissionPrecision": 8,
        "orderTypes": [order_type.value for order_type in ORDER_TYPES],
        "icebergAllowed": False,
        "ocoAllowed": False,
        "otoAllowed": False,
        "opoAllowed": False,
        "quoteOrderQtyMarketAllowed": True,
        "allowTrailingStop": False,
        "cancelReplaceAllowed": False,
        "amendAllowed": False,
        "pegInstructionsAllowed": False,
        "isSpotTradingAllowed": True,
        "isMarginTradingAllowed": False,
        "filters": _filters(instrument),
        "permissions": [],
        "permissionSets": [["SPOT"]],
        "defaultSelfTradePreventionMode": "NONE",
        "allowedSelfTradePreventionModes": ["NONE"],
    }


def _filters(instrument: Instrument) -> list[Json]:
    up, down = f"{instrument.price_multiplier_up:f}", f"{instrument.price_multiplier_down:f}"
    return [
        {
            "filterType": "PRICE_FILTER",
            "minPrice": eight(instrument.price_min),
            "maxPrice": eight(instrument.price_max),
            "tickSize": eight(instrument.tick_size),
        },
        {
            "filterType": "LOT_SIZE",
            "minQty": eight(instrument.quantity_min),
            "maxQty": eight(instrument.quantity_max),
            "stepSize": eight(instrument.lot_size),
        },
        {
            "filterType": "MARKET_LOT_SIZE",
            "minQty": eight(ZERO),
            "maxQty": eight(instrument.market_quantity_max),
            "stepSize": eight(ZERO),
        },
        {
            "filterType": "PERCENT_PRICE_BY_SIDE",
            "bidMultiplierUp": up,
            "bidMultiplierDown": down,
            "askMultiplierUp": up,
            "askMultiplierDown": down,
            "avgPriceMins": 5,
        },
        {
            "filterType": "NOTIONAL",
            "minNotional": eight(instrument.notional_min),
            "applyMinToMarket": True,
            "maxNotional": eight(instrument.notional_max),
            "applyMaxToMarket": False,
            "avgPriceMins": 5,
        },
        {"filterType": "MAX_NUM_ORDERS", "maxNumOrders": instrument.open_orders_max},
    ]
