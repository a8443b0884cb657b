"""The statistics under /futures/data, made up from the candles.

Assumption: what the simulator does not know (how many accounts are long) is one half.
"""

from collections.abc import Callable
from decimal import Decimal

from venuesim.binance.futures.candles import INTERVALS
from venuesim.binance.futures.errors import invalid_data
from venuesim.binance.futures.fields import Fields
from venuesim.binance.futures.formats import Json, eight, price_text
from venuesim.binance.futures.symbols import Symbols
from venuesim.binance.operations import Request, Result
from venuesim.exchange.candle import Candle
from venuesim.exchange.market import Market
from venuesim.wire.calls import plain

PERIODS = ("5m", "15m", "30m", "1h", "2h", "4h", "6h", "12h", "1d")
PAGE = 30
PAGE_MAX = 500
OPEN_INTEREST_SHARE = Decimal("0.02")


class StatisticsData:
    """Answers the calls for statistics."""

    def __init__(self, symbols: Symbols) -> None:
        self._symbols = symbols

    def open_interest(self, request: Request) -> Result:
        """Show how much was open: a share of the day's volume, the same at all times."""
        market = self._symbols.read(request.parameters)
        open_ = market.statistics.volume * OPEN_INTEREST_SHARE
        return self._series(
            request,
            market,
            lambda candle: {
                "symbol": market.instrument.venue_id,
                "sumOpenInterest": eight(open_),
                "sumOpenInterestValue": eight(open_ * candle.close),
                "CMCCirculatingSupply": "0",
                "timestamp": candle.open_ms,
            },
        )

    def ratio(self, request: Request) -> Result:
        """Show how long and short compare, by accounts or positions."""
        market = self._symbols.read(request.parameters)
        return self._series(
            request,
            market,
            lambda candle: {
                "symbol": market.instrument.venue_id,
                "longAccount": "0.5000",
                "longShortRatio": "1.0000",
                "shortAccount": "0.5000",
                "timestamp": candle.open_ms,
            },
        )

    def taker_volume(self, request: Request) -> Result:
        """Show how much takers bought and sold."""
        market = self._symbols.read(request.parameters)
        return self._series(request, market, _taker_volume)

    def basis(self, request: Request) -> Result:
        """Show the difference between contract and index price: none."""
        fields = Fields(request.parameters)
        market = self._symbols.read_pair(fields.parameters)
        contract_type = fields.text("contractType")
        return self._series(
            request,
            market,
            lambda candle: {
                "indexPrice": price_text(candle.close, market.instrument),
                "contractType": contract_type,
                "basisRate": "0.0000",
                "futuresPrice": price_text(candle.close, market.instrument),
                "annualizedBasisRate": "",
                "basis": "0.0",
                "pair": market.instrument.venue_id,
                "timestamp": candle.open_ms,
            },
        )

    def deliveries(self, request: Request) -> Result:
        """Show settlement prices of delivered contracts: there are only perpetuals."""
        self._symbols.read_pair(request.parameters)
        return Result([])

    def _series(self, request: Request, market: Market, render: Callable[[Candle], Json]) -> Result:
        fields = Fields(request.parameters)
        period = fields.text("period")
        if period not in PERIODS:
            raise invalid_data("period")
        candles = market.candles.of(
            INTERVALS[period],
            limit=fields.limit(PAGE, PAGE_MAX),
            now_ms=request.now_ms,
            start_ms=fields.whole("startTime"),
            end_ms=fields.whole("endTime"),
        )
        return Result([render(candle) for candle in candles])


def _taker_volume(candle: Candle) -> Json:
    sold = candle.volume - candle.taker_buy_volume
    ratio = candle.taker_buy_volume / sold if sold else Decimal(0)
    return {
        "buySellRatio": f"{ratio:.4f}",
        "buyVol": plain(candle.taker_buy_volume),
        "sellVol": plain(sold),
        "timestamp": candle.open_ms,
    }
