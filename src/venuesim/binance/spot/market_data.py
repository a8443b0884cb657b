"""Public data: time, depth, trades, the average price."""

from collections.abc import Callable, Iterable
from itertools import islice

from venuesim.binance.errors import BinanceError
from venuesim.binance.operations import Request, Result
from venuesim.binance.spot.aggregates import AggregateTrade, AggregateTrades
from venuesim.binance.spot.averages import AveragePrices
from venuesim.binance.spot.formats import Json, eight
from venuesim.binance.spot.instruments import Instruments, of_status, read_status
from venuesim.binance.spot.listing import AVERAGE_PRICE_MINUTES
from venuesim.binance.spot.pages import END_OF_TIME_MS, PAGE, PAGE_MAX
from venuesim.exchange.accounts import ZERO
from venuesim.exchange.events import PublicTrade
from venuesim.exchange.market import Market

DEPTH_DEFAULT = 100
DEPTH_MAX = 5000


class MarketData:
    """Answers the public operations about one symbol; `shown` hear of every snapshot of a book that is taken."""

    def __init__(self, instruments: Instruments, averages: AveragePrices, aggregates: AggregateTrades) -> None:
        self._instruments = instruments
        self._averages = averages
        self._aggregates = aggregates
        self.shown: list[Callable[[Market], None]] = []

    def ping(self, request: Request) -> Result:
        """Say that the venue is there."""
        request.all_read()
        return Result({})

    def time(self, request: Request) -> Result:
        """Tell the venue's time."""
        request.all_read()
        return Result({"serverTime": request.now_ms})

    def depth(self, request: Request) -> Result:
        """Show the book."""
        market = self._instruments.market(request.parameters)
        limit = request.parameters.limit(DEPTH_DEFAULT, DEPTH_MAX)
        wanted = read_status(request.parameters)
        request.all_read()
        of_status([market], wanted, is_single=True)
        sides = levels(market, limit)
        for listener in self.shown:
            listener(market)
        return Result({"lastUpdateId": market.update_id, **sides})

    def trades(self, request: Request) -> Result:
        """Show the newest trades."""
        market = self._instruments.market(request.parameters)
        limit = request.parameters.limit(PAGE, PAGE_MAX)
        request.all_read()
        return Result([_trade(trade) for trade in market.trades.last_items(limit)])

    def historical_trades(self, request: Request) -> Result:
        """Show trades from an id on; those that the market has forgotten, all but the newest thousand, are left out."""
        market = self._instruments.market(request.parameters)
        limit = request.parameters.limit(PAGE, PAGE_MAX)
        from_id = request.parameters.integer("fromId")
        request.all_read()
        if from_id is None:
            return Result([_trade(trade) for trade in market.trades.last_items(limit)])
        found = (trade for trade in market.trades if trade.trade_id >= from_id)
        return Result([_trade(trade) for trade in islice(found, limit)])

    def block_trades(self, request: Request) -> Result:
        """Show block trades: there are none."""
        self._instruments.market(request.parameters)
        request.parameters.required("fromId")
        request.parameters.integer("fromId")
        request.parameters.limit(PAGE, PAGE_MAX)
        request.all_read()
        return Result([])

    def aggregate_trades(self, request: Request) -> Result:
        """Show what takers traded at one price at a time: the newest, or from an id or a time on."""
        parameters = request.parameters
        market = self._instruments.market(parameters)
        from_id = parameters.integer("fromId")
        start_ms, end_ms = parameters.time_ms("startTime"), parameters.time_ms("endTime")
        limit = parameters.limit(PAGE, PAGE_MAX)
        request.all_read()
        if from_id is not None and (start_ms is not None or end_ms is not None):
            raise BinanceError(-1128, "Combination of optional parameters invalid.")
        found: Iterable[AggregateTrade] = (
            entry
            for entry in self._aggregates.of(market.instrument.symbol)
            if entry.aggregate_id >= (from_id or 0)
            and (start_ms or 0) <= entry.time_ms <= (END_OF_TIME_MS if end_ms is None else end_ms)
        )
        begins_somewhere = from_id is not None or start_ms is not None
        page = list(islice(found, limit)) if begins_somewhere else list(found)[-limit:]
        return Result([entry.listed() for entry in page])

    def average_price(self, request: Request) -> Result:
        """Show the average price of the last five minutes."""
        market = self._instruments.market(request.parameters)
        request.all_read()
        return Result(
            {
                "mins": AVERAGE_PRICE_MINUTES,
                "price": eight(self._averages.of(market)),
                "closeTime": self._averages.last_ms(market, request.now_ms),
            }
        )


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


def _trade(trade: PublicTrade) -> Json:
    return {
        "id": trade.trade_id,
        "price": eight(trade.price),
        "qty": eight(trade.quantity),
        "quoteQty": eight(trade.price * trade.quantity),
        "time": trade.time_ms,
        "isBuyerMaker": trade.buyer_is_maker,
        "isBestMatch": True,
    }
