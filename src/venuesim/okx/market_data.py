"""Public data: time, instruments, tickers and books."""

from venuesim.exchange.book import BookSide
from venuesim.exchange.engine import Exchange
from venuesim.exchange.market import Market
from venuesim.okx.instruments import Instruments, InstrumentType, instrument_id
from venuesim.okx.listing import LIMIT_NOTIONAL_MAX, MARKET_NOTIONAL_MAX, QUANTITY_MAX
from venuesim.okx.operations import Request, Result
from venuesim.okx.rendering import Json
from venuesim.wire.calls import plain

BOOK_DEPTH_MAX = 400


class MarketData:
    """Everything that needs no account."""

    def __init__(self, exchange: Exchange, instruments: Instruments) -> None:
        self._exchange = exchange
        self._instruments = instruments

    def time(self, request: Request) -> Result:
        """Show the venue's time."""
        return Result(data=[{"ts": str(request.now_ms)}])

    def instruments(self, request: Request) -> Result:
        """List the spot pairs; of every other type there is none yet."""
        query = request.query
        kind = query.choice("instType", InstrumentType)
        if kind is not InstrumentType.SPOT:
            return Result(data=[])
        wanted = self._instruments.read_optional(query)
        markets = self._exchange.markets.values()
        return Result(
            data=[
                self._listed(m)
                for m in markets
                if not m.instrument.is_linear and (wanted is None or m.instrument is wanted)
            ]
        )

    def ticker(self, request: Request) -> Result:
        """Show the day's figures and best prices of one instrument."""
        return Result(data=[ticker(self._market(request), request.now_ms)])

    def tickers(self, request: Request) -> Result:
        """Show the same of all spot instruments."""
        if request.query.choice("instType", InstrumentType) is not InstrumentType.SPOT:
            return Result(data=[])
        return Result(
            data=[
                ticker(market, request.now_ms)
                for market in self._exchange.markets.values()
                if not market.instrument.is_linear
            ]
        )

    def books(self, request: Request) -> Result:
        """Show an instrument's book."""
        depth = min(request.query.integer("sz") or 1, BOOK_DEPTH_MAX)
        market = self._market(request)
        return Result(data=[{**book(market, depth), "ts": str(request.now_ms), "seqId": market.update_id}])

    def _market(self, request: Request) -> Market:
        return self._exchange.markets[self._instruments.read(request.query).symbol]

    def _listed(self, market: Market) -> Json:
        instrument = market.instrument
        contract_fields = (
            "alias", "auctionEndTime", "ctMult", "ctType", "ctVal", "ctValCcy", "expTime", "instFamily", "optType",
            "preMktSwTime", "settleCcy", "stk", "uly", "contTdSwTime",
        )  # fmt: skip
        return {
            **dict.fromkeys(contract_fields, ""),
            "baseCcy": instrument.base,
            "category": "1",
            "futureSettlement": False,
            "groupId": "1",
            "instCategory": "1",
            "instId": instrument_id(instrument),
            "instIdCode": self._instruments.codes[instrument.symbol],
            "instType": "SPOT",
            "lever": "10",
            "listTime": str(instrument.listed_ms),
            "lotSz": plain(instrument.lot_size),
            "maxIcebergSz": plain(QUANTITY_MAX),
            "maxLmtAmt": plain(LIMIT_NOTIONAL_MAX),
            "maxLmtSz": plain(QUANTITY_MAX),
            "maxMktAmt": plain(MARKET_NOTIONAL_MAX),
            "maxMktSz": plain(MARKET_NOTIONAL_MAX),
            "maxStopSz": plain(MARKET_NOTIONAL_MAX),
            "maxTriggerSz": plain(QUANTITY_MAX),
            "maxTwapSz": plain(QUANTITY_MAX),
            "minSz": plain(instrument.quantity_min),
            "openType": "call_auction",
            "quoteCcy": instrument.quote,
            "ruleType": "normal",
            "state": "live",
            "tickSz": plain(instrument.tick_size),
            "tradeQuoteCcyList": [instrument.quote],
            "upcChg": [],
        }


def ticker(market: Market, now_ms: int) -> Json:
    """Return an instrument's ticker. The UTC days are assumed to have opened with the last 24 hours."""
    figures = market.statistics
    bid, ask = _best(market.book.bids), _best(market.book.asks)
    return {
        "instType": "SPOT",
        "instId": instrument_id(market.instrument),
        "last": plain(figures.last),
        "lastSz": plain(figures.last_quantity),
        "askPx": ask[0],
        "askSz": ask[1],
        "bidPx": bid[0],
        "bidSz": bid[1],
        "open24h": plain(figures.open),
        "high24h": plain(figures.high),
        "low24h": plain(figures.low),
        "volCcy24h": plain(figures.quote_volume),
        "vol24h": plain(figures.volume),
        "sodUtc0": plain(figures.open),
        "sodUtc8": plain(figures.open),
        "ts": str(now_ms),
    }


def book(market: Market, depth: int) -> dict[str, object]:
    """Return both sides: price, quantity, a deprecated zero, and the number of orders (assumption: one a level)."""
    return {"asks": rows(market.book.asks, depth), "bids": rows(market.book.bids, depth)}


def rows(side: BookSide, depth: int) -> list[list[str]]:
    """Return one side of a book."""
    return [[plain(price), plain(quantity), "0", "1"] for price, quantity in side.levels(depth)]


def _best(side: BookSide) -> tuple[str, str]:
    levels = side.levels(1)
    return (plain(levels[0][0]), plain(levels[0][1])) if levels else ("", "")
