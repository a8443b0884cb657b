"""Public data of the contracts: time, listing, depth, trades."""

from venuesim.binance.futures.errors import invalid_depth_limit
from venuesim.binance.futures.exchange_info import exchange_info
from venuesim.binance.futures.fields import Fields
from venuesim.binance.futures.market_rendering import aggregate_trade, aggregated, depth, public_trade
from venuesim.binance.futures.symbols import Symbols
from venuesim.binance.limits import BinanceLimits
from venuesim.binance.operations import Request, Result
from venuesim.binance.parameters import Parameters

DEPTH_WEIGHTS = {5: 2, 10: 2, 20: 2, 50: 2, 100: 5, 500: 10, 1000: 20}
DEPTH_DEFAULT = 500
RPI_DEPTH = 1000
TRADES_PAGE = 500
TRADES_PAGE_MAX = 1000
OLD_TRADES_PAGE = 100
OLD_TRADES_PAGE_MAX = 500


class MarketData:
    """Answers what is public about the venue, its books and trades."""

    def __init__(self, *, symbols: Symbols, limits: BinanceLimits) -> None:
        self._symbols = symbols
        self._limits = limits

    def ping(self, _: Request) -> Result:
        """Say that the venue is there."""
        return Result({})

    def time(self, request: Request) -> Result:
        """Tell the venue's time."""
        return Result({"serverTime": request.now_ms})

    def exchange_info(self, request: Request) -> Result:
        """List the contracts, their rules and the rate limits."""
        return Result(exchange_info(self._symbols.all(), self._limits, request.now_ms))

    def depth(self, request: Request) -> Result:
        """Show the book."""
        market = self._symbols.read(request.parameters)
        limit = Fields(request.parameters).whole("limit") or DEPTH_DEFAULT
        if limit not in DEPTH_WEIGHTS:
            raise invalid_depth_limit(limit)
        return Result(depth(market, limit, request.now_ms))

    def rpi_depth(self, request: Request) -> Result:
        """Show the book with retail orders; there are none, so it is the book."""
        market = self._symbols.read(request.parameters)
        limit = Fields(request.parameters).whole("limit") or RPI_DEPTH
        if limit != RPI_DEPTH:
            raise invalid_depth_limit(limit)
        return Result(depth(market, limit, request.now_ms))

    def trades(self, request: Request) -> Result:
        """Show the latest trades."""
        market = self._symbols.read(request.parameters)
        limit = Fields(request.parameters).limit(TRADES_PAGE, TRADES_PAGE_MAX)
        return Result([public_trade(trade) for trade in market.trades.last_items(limit)])

    def historical_trades(self, request: Request) -> Result:
        """Show trades from an id on. Approximate: the last thousand are remembered."""
        fields = Fields(request.parameters)
        market = self._symbols.read(fields.parameters)
        from_id, limit = fields.whole("fromId"), fields.limit(OLD_TRADES_PAGE, OLD_TRADES_PAGE_MAX)
        kept = [trade for trade in market.trades if from_id is None or trade.trade_id >= from_id]
        return Result([public_trade(trade) for trade in (kept[-limit:] if from_id is None else kept[:limit])])

    def aggregate_trades(self, request: Request) -> Result:
        """Show trades with those of one moment, price and side as one. Approximate: the last thousand trades."""
        fields = Fields(request.parameters)
        market = self._symbols.read(fields.parameters)
        from_id, limit = fields.whole("fromId"), fields.limit(TRADES_PAGE, TRADES_PAGE_MAX)
        start_ms, end_ms = fields.whole("startTime"), fields.whole("endTime")
        wanted = [
            group
            for group in aggregated(list(market.trades))
            if (from_id is None or group[0].trade_id >= from_id)
            and (start_ms is None or group[0].time_ms >= start_ms)
            and (end_ms is None or group[0].time_ms <= end_ms)
        ]
        page = wanted[-limit:] if from_id is None and start_ms is None else wanted[:limit]
        return Result([aggregate_trade(group) for group in page])


def depth_weight(parameters: Parameters) -> int:
    """Return what a call for the book weighs, by its levels."""
    return DEPTH_WEIGHTS.get(Fields(parameters).whole("limit") or DEPTH_DEFAULT, DEPTH_WEIGHTS[DEPTH_DEFAULT])
