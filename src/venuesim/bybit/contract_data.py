"""What is published about contracts apart from prices: funding, open interest, risk limits, insurance, ratios."""

from decimal import Decimal
from itertools import count

from venuesim.bybit import errors
from venuesim.bybit.instruments_info import listed_in
from venuesim.bybit.invented import (
    INSURANCE_POOL,
    long_share,
    open_interest_of_others,
    past_funding_rate,
)
from venuesim.bybit.listing import Instruments
from venuesim.bybit.operations import Json, Request, Result
from venuesim.bybit.parameters import Category, Parameters
from venuesim.bybit.tickers import Tickers, usd_price
from venuesim.exchange.candle import DAY_MS, HOUR_MS, MINUTE_MS
from venuesim.exchange.engine import Exchange
from venuesim.exchange.instruments import Instrument
from venuesim.exchange.market import Market
from venuesim.wire.calls import plain

PERIODS_MS = {
    "5min": 5 * MINUTE_MS,
    "15min": 15 * MINUTE_MS,
    "30min": 30 * MINUTE_MS,
    "1h": HOUR_MS,
    "4h": 4 * HOUR_MS,
    "1d": DAY_MS,
}
"""The `intervalTime` and `period` values."""

RISK_SYMBOLS_PER_PAGE = 15


class ContractData:
    """Answers the requests. What nobody simulated is invented, always the same for the same moment."""

    def __init__(self, exchange: Exchange, instruments: Instruments, tickers: Tickers) -> None:
        self._exchange = exchange
        self._instruments = instruments
        self._tickers = tickers

    def funding_history(self, request: Request) -> Result:
        """Show what funding rates were paid, the newest first; those from before the start are invented."""
        parameters = request.parameters
        market = self._market(parameters)
        start_ms, end_ms = parameters.integer("startTime"), parameters.integer("endTime")
        if start_ms is not None and end_ms is None:
            raise errors.parameter("params error: endTime is required with startTime")
        limit = parameters.limit(default=200, maximum=200)
        rows = [
            {"symbol": market.instrument.venue_id, "fundingRate": plain(rate), "fundingRateTimestamp": str(time_ms)}
            for time_ms, rate in self._funding(market, request.now_ms, start_ms, end_ms, limit)
        ]
        return Result(result={"category": Category.LINEAR.value, "list": rows})

    def open_interest(self, request: Request) -> Result:
        """Show how much of a contract was held on one side at the ends of past intervals, the newest first."""
        parameters = request.parameters
        market = self._market(parameters)
        times = self._times(request, "intervalTime", default=50, maximum=200)
        rows: list[Json] = [
            {"openInterest": plain(self._held(market, time_ms, request.now_ms)), "timestamp": str(time_ms)}
            for time_ms in times
        ]
        named = {"symbol": market.instrument.venue_id, "category": Category.LINEAR.value}
        return Result(result={**named, "list": rows, "nextPageCursor": ""})

    def account_ratio(self, request: Request) -> Result:
        """Show which shares of the accounts were long and short, the newest first."""
        market = self._market(request.parameters)
        rows: list[Json] = []
        for time_ms in self._times(request, "period", default=50, maximum=500):
            long = long_share(market.instrument, time_ms)
            rows.append(
                {
                    "symbol": market.instrument.venue_id,
                    "buyRatio": plain(long),
                    "sellRatio": plain(1 - long),
                    "timestamp": str(time_ms),
                }
            )
        return Result(result={"list": rows, "nextPageCursor": ""})

    def risk_limit(self, request: Request) -> Result:
        """Show the brackets of one contract, or of fifteen at a time."""
        parameters = request.parameters
        category = parameters.category()
        if parameters.has("symbol"):
            return _risk_page(category, [self._market(parameters).instrument], "")
        after = parameters.text("cursor") or ""
        listed = sorted(
            (entry for entry in listed_in(self._exchange, category) if entry.is_linear and entry.venue_id > after),
            key=lambda entry: entry.venue_id,
        )
        page = listed[:RISK_SYMBOLS_PER_PAGE]
        return _risk_page(category, page, page[-1].venue_id if len(listed) > len(page) else "")

    def insurance(self, request: Request) -> Result:
        """Show the insurance pool."""
        wanted = request.parameters.text("coin")
        pools = [] if wanted not in {None, "USDT"} else [self._pool()]
        return Result(result={"updatedTime": str(request.now_ms // DAY_MS * DAY_MS), "list": pools})

    def adl_alert(self, request: Request) -> Result:
        """Show how far contracts are from auto-deleveraging: far, as the pool is full."""
        wanted = request.parameters.text("symbol")
        rows = [
            {
                "coin": entry.quote,
                "symbol": entry.venue_id,
                "balance": plain(INSURANCE_POOL),
                "maxBalance": plain(INSURANCE_POOL),
                "insurancePnlRatio": "-0.3",
                "pnlRatio": "0",
                "adlTriggerThreshold": "10000",
                "adlStopRatio": "-0.25",
            }
            for entry in listed_in(self._exchange, Category.LINEAR)
            if wanted in {None, entry.venue_id}
        ]
        return Result(result={"updatedTime": str(request.now_ms // MINUTE_MS * MINUTE_MS), "list": rows})

    def _market(self, parameters: Parameters) -> Market:
        """Return the contract that a request names by `category` and `symbol`."""
        named = self._instruments.named(parameters.category(), parameters.required("symbol"))
        if named is None or not named.is_linear:
            raise errors.parameter("params error: symbol invalid")
        return self._exchange.markets[named.symbol]

    @staticmethod
    def _funding(
        market: Market, now_ms: int, start_ms: int | None, end_ms: int | None, limit: int
    ) -> list[tuple[int, Decimal]]:
        instrument = market.instrument
        interval_ms = instrument.funding_interval_hours * HOUR_MS
        paid = {funded.time_ms // interval_ms * interval_ms: funded.rate for funded in market.funded}
        newest_ms = min(now_ms, now_ms if end_ms is None else end_ms) // interval_ms * interval_ms
        oldest_ms = max(instrument.listed_ms, start_ms or 0)
        times = [newest_ms - number * interval_ms for number in range(limit)]
        return [
            (time_ms, paid.get(time_ms, past_funding_rate(instrument, time_ms)))
            for time_ms in times
            if time_ms >= oldest_ms
        ]

    @staticmethod
    def _times(request: Request, name: str, *, default: int, maximum: int) -> list[int]:
        """Return the ends of past intervals between `startTime` and `endTime`, the newest first."""
        parameters = request.parameters
        period_ms = PERIODS_MS.get(parameters.required(name))
        if period_ms is None:
            raise errors.parameter(f"params error: {name} invalid")
        start_ms, end_ms = parameters.integer("startTime") or 0, parameters.integer("endTime")
        newest_ms = min(request.now_ms, request.now_ms if end_ms is None else end_ms) // period_ms * period_ms
        limit = parameters.limit(default=default, maximum=maximum)
        times = (newest_ms - number * period_ms for number in count())
        return [time_ms for time_ms, _ in zip(times, range(limit), strict=False) if time_ms >= max(start_ms, 1)]

    def _held(self, market: Market, time_ms: int, now_ms: int) -> Decimal:
        if time_ms > now_ms - 5 * MINUTE_MS:
            return self._tickers.open_interest(market)
        return open_interest_of_others(market.instrument, time_ms)

    def _pool(self) -> Json:
        symbols = ",".join(entry.venue_id for entry in listed_in(self._exchange, Category.LINEAR))
        worth = INSURANCE_POOL * usd_price(self._exchange, "USDT")
        return {"coin": "USDT", "symbols": symbols, "balance": plain(INSURANCE_POOL), "value": plain(worth)}


def _risk_page(category: Category, page: list[Instrument], cursor: str) -> Result:
    rows = [row for instrument in page for row in risk_rows(instrument)]
    return Result(result={"category": category.value, "list": rows, "nextPageCursor": cursor})


def risk_rows(instrument: Instrument) -> list[Json]:
    """Return the brackets of a contract as market/risk-limit shows them."""
    return [
        {
            "id": number,
            "symbol": instrument.venue_id,
            "riskLimitValue": plain(tier.notional_max),
            "maintenanceMargin": plain(tier.maintenance_rate),
            "initialMargin": plain((1 / Decimal(tier.leverage_max)).quantize(Decimal("0.0001"))),
            "isLowestRisk": 1 if number == 1 else 0,
            "maxLeverage": f"{tier.leverage_max}.00",
            "mmDeduction": plain(tier.maintenance_amount),
        }
        for number, tier in enumerate(instrument.margin_tiers, start=1)
    ]
