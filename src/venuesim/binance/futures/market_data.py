"""Public data of the contracts: time, listing, depth, trades, prices, funding, open interest."""

from collections.abc import Callable
from decimal import Decimal

from venuesim.binance.futures.errors import Code, invalid_depth_limit, refused
from venuesim.binance.futures.exchange_info import exchange_info
from venuesim.binance.futures.fields import Fields
from venuesim.binance.futures.formats import Json, eight, price_text, quantity_text, quote_text
from venuesim.binance.futures.symbols import Symbols
from venuesim.binance.limits import BinanceLimits
from venuesim.binance.operations import Request, Result
from venuesim.binance.parameters import Parameters
from venuesim.exchange.accounts import ZERO
from venuesim.exchange.book import BookSide
from venuesim.exchange.engine import Exchange
from venuesim.exchange.events import PublicTrade
from venuesim.exchange.market import Market

DAY_MS = 86_400_000
DEPTH_WEIGHTS = {5: 2, 10: 2, 20: 2, 50: 2, 100: 5, 500: 10, 1000: 20}
DEPTH_DEFAULT = 500
RPI_DEPTH = 1000
TRADES_PAGE = 500
TRADES_PAGE_MAX = 1000
OLD_TRADES_PAGE_MAX = 500
FUNDING_PAGE = 100
FUNDING_PAGE_MAX = 1000
INTEREST_RATE = Decimal("0.0001")
"""The interest part of funding, per interval: 0.01 % ("Introduction to Binance Futures Funding Rates")."""

FUNDING_CAP = Decimal("0.02")
OPEN_INTEREST_SHARE = Decimal("0.02")
"""Assumption: of the day's volume, besides what simulated accounts hold."""


class MarketData:
    """Answers the public operations."""

    def __init__(self, *, exchange: Exchange, symbols: Symbols, limits: BinanceLimits) -> None:
        self._exchange = exchange
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

    # The book and the trades

    def depth(self, request: Request) -> Result:
        """Show the book."""
        market = self._symbols.read(request.parameters)
        limit = Fields(request.parameters).whole("limit") or DEPTH_DEFAULT
        if limit not in DEPTH_WEIGHTS:
            raise invalid_depth_limit(limit)
        return Result(_depth(market, limit, request.now_ms))

    def rpi_depth(self, request: Request) -> Result:
        """Show the book with retail orders; there are none, so it is the book."""
        market = self._symbols.read(request.parameters)
        limit = Fields(request.parameters).whole("limit") or RPI_DEPTH
        if limit != RPI_DEPTH:
            raise invalid_depth_limit(limit)
        return Result(_depth(market, limit, request.now_ms))

    def trades(self, request: Request) -> Result:
        """Show the latest trades."""
        market = self._symbols.read(request.parameters)
        limit = Fields(request.parameters).limit(TRADES_PAGE, TRADES_PAGE_MAX)
        return Result([public_trade(trade) for trade in list(market.trades)[-limit:]])

    def historical_trades(self, request: Request) -> Result:
        """Show trades from an id on. Approximate: the last thousand are remembered."""
        fields = Fields(request.parameters)
        market = self._symbols.read(fields.parameters)
        from_id, limit = fields.whole("fromId"), fields.limit(TRADES_PAGE_MAX // 10, OLD_TRADES_PAGE_MAX)
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

    # Prices

    def ticker_day(self, request: Request) -> Result:
        """Show the figures of the last 24 hours."""
        return self._each(request, lambda market: day_figures(market, request.now_ms))

    def ticker_price(self, request: Request) -> Result:
        """Show the last prices."""
        return self._each(
            request,
            lambda market: {
                "symbol": market.instrument.venue_id,
                "price": price_text(market.statistics.last, market.instrument),
                "time": request.now_ms,
            },
        )

    def ticker_book(self, request: Request) -> Result:
        """Show the best bids and asks."""
        return self._each(
            request, lambda market: {**best_levels(market), "time": request.now_ms, "lastUpdateId": market.update_id}
        )

    def premium_index(self, request: Request) -> Result:
        """Show mark and index prices and the funding that is due next."""
        return self._each(
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

    # Funding and interest

    def funding_rates(self, request: Request) -> Result:
        """Show what funding was paid, the oldest first."""
        fields = Fields(request.parameters)
        market = self._symbols.read_optional(fields.parameters)
        start_ms, end_ms = fields.whole("startTime"), fields.whole("endTime")
        limit = fields.limit(FUNDING_PAGE, FUNDING_PAGE_MAX)
        rows: list[Json] = [
            {
                "symbol": entry.instrument.venue_id,
                "fundingTime": funded.time_ms,
                "fundingRate": eight(funded.rate),
                "markPrice": eight(funded.mark),
            }
            for entry in (self._symbols.all() if market is None else [market])
            for funded in entry.funded
            if (start_ms is None or funded.time_ms >= start_ms) and (end_ms is None or funded.time_ms <= end_ms)
        ]
        rows.sort(key=lambda row: str(row["fundingTime"]))
        return Result(rows[:limit] if start_ms is not None else rows[-limit:])

    def funding_info(self, request: Request) -> Result:
        """Show the contracts whose funding is not the usual one of eight hours."""
        return Result(
            [
                {
                    "symbol": market.instrument.venue_id,
                    "adjustedFundingRateCap": eight(FUNDING_CAP),
                    "adjustedFundingRateFloor": eight(-FUNDING_CAP),
                    "fundingIntervalHours": market.instrument.funding_interval_hours,
                    "disclaimer": False,
                    "updateTime": request.now_ms,
                }
                for market in self._symbols.all()
                if market.instrument.funding_interval_hours != 8
            ]
        )

    def open_interest(self, request: Request) -> Result:
        """Show how much is open in a contract."""
        market = self._symbols.read(request.parameters)
        return Result(
            {
                "openInterest": quantity_text(self._open_interest(market), market.instrument),
                "symbol": market.instrument.venue_id,
                "time": request.now_ms,
            }
        )

    def adl_risk(self, request: Request) -> Result:
        """Show the risk of deleveraging (assumption: low)."""
        return self._each(
            request,
            lambda market: {"symbol": market.instrument.venue_id, "adlRisk": "low", "updateTime": request.now_ms},
        )

    def insurance_balance(self, request: Request) -> Result:
        """Show the insurance fund (assumption: a round sum; it is never exhausted)."""
        market = self._symbols.read_optional(request.parameters)
        assets = [{"asset": "USDT", "marginBalance": eight(Decimal(1_000_000_000)), "updateTime": request.now_ms}]
        if market is not None:
            return Result({"symbols": [market.instrument.venue_id], "assets": assets})
        return Result([{"symbols": [entry.instrument.venue_id for entry in self._symbols.all()], "assets": assets}])

    def _open_interest(self, market: Market) -> Decimal:
        held = sum(
            (
                abs(position.quantity)
                for account in self._exchange.accounts.values()
                for holding in account.holdings_of(market.instrument.symbol)
                for position in holding.open_positions()
            ),
            ZERO,
        )
        return held + market.statistics.volume * OPEN_INTEREST_SHARE

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

    def _each(self, request: Request, render: Callable[[Market], Json]) -> Result:
        market = self._symbols.read_optional(request.parameters)
        if market is not None:
            return Result(render(market))
        return Result([render(entry) for entry in self._symbols.all()])


def depth_weight(parameters: Parameters) -> int:
    """Return what a call for the book weighs, by its levels."""
    return DEPTH_WEIGHTS.get(Fields(parameters).whole("limit") or DEPTH_DEFAULT, DEPTH_WEIGHTS[DEPTH_DEFAULT])


def side_levels(market: Market, side: BookSide, limit: int) -> list[list[str]]:
    """Return one side of the book, best first, as [price, quantity]."""
    instrument = market.instrument
    return [[price_text(price, instrument), quantity_text(size, instrument)] for price, size in side.levels(limit)]


def best_levels(market: Market) -> Json:
    """Return the best bid and ask; zero for a side that is empty."""
    instrument = market.instrument
    empty = [price_text(ZERO, instrument), quantity_text(ZERO, instrument)]
    bid = (side_levels(market, market.book.bids, 1) or [empty])[0]
    ask = (side_levels(market, market.book.asks, 1) or [empty])[0]
    return {
        "symbol": instrument.venue_id,
        "bidPrice": bid[0],
        "bidQty": bid[1],
        "askPrice": ask[0],
        "askQty": ask[1],
    }


def day_figures(market: Market, now_ms: int) -> Json:
    """Return the 24 hour figures. Approximate: trade ids begin anew when the simulator starts."""
    figures, instrument = market.statistics, market.instrument
    change = figures.last - figures.open
    trades = market.trades
    return {
        "symbol": instrument.venue_id,
        "priceChange": price_text(change, instrument),
        "priceChangePercent": f"{change / figures.open * 100:.3f}",
        "weightedAvgPrice": price_text(figures.average, instrument),
        "lastPrice": price_text(figures.last, instrument),
        "lastQty": quantity_text(figures.last_quantity, instrument),
        "openPrice": price_text(figures.open, instrument),
        "highPrice": price_text(figures.high, instrument),
        "lowPrice": price_text(figures.low, instrument),
        "volume": quantity_text(figures.volume, instrument),
        "quoteVolume": f"{figures.quote_volume:.2f}",
        "openTime": now_ms - DAY_MS,
        "closeTime": now_ms,
        "firstId": trades[0].trade_id if trades else -1,
        "lastId": trades[-1].trade_id if trades else -1,
        "count": figures.trade_count,
    }


def public_trade(trade: PublicTrade) -> Json:
    """Return a trade as the lists show it."""
    instrument = trade.instrument
    return {
        "id": trade.trade_id,
        "price": price_text(trade.price, instrument),
        "qty": quantity_text(trade.quantity, instrument),
        "quoteQty": quote_text(trade.price * trade.quantity, instrument),
        "time": trade.time_ms,
        "isBuyerMaker": trade.buyer_is_maker,
        "isRPITrade": False,
    }


AGGREGATED_MS = 100


def aggregated(trades: list[PublicTrade]) -> list[list[PublicTrade]]:
    """Return trades in groups: neighbours within 100 ms at one price, with takers on one side."""
    groups: list[list[PublicTrade]] = []
    for trade in trades:
        first = groups[-1][0] if groups else None
        if (
            first is not None
            and first.price == trade.price
            and first.buyer_is_maker is trade.buyer_is_maker
            and first.time_ms // AGGREGATED_MS == trade.time_ms // AGGREGATED_MS
        ):
            groups[-1].append(trade)
        else:
            groups.append([trade])
    return groups


def aggregate_trade(group: list[PublicTrade]) -> Json:
    """Return a group as one trade. Assumption: its id is that of its first trade, so that it never changes."""
    first, instrument = group[0], group[0].instrument
    quantity = quantity_text(sum((trade.quantity for trade in group), ZERO), instrument)
    return {
        "a": first.trade_id,
        "p": price_text(first.price, instrument),
        "q": quantity,
        "nq": quantity,
        "f": first.trade_id,
        "l": group[-1].trade_id,
        "T": first.time_ms,
        "m": first.buyer_is_maker,
    }


def _depth(market: Market, limit: int, now_ms: int) -> Json:
    bids = side_levels(market, market.book.bids, limit)
    asks = side_levels(market, market.book.asks, limit)
    return {"lastUpdateId": market.update_id, "E": now_ms, "T": now_ms, "bids": bids, "asks": asks}
