"""Public data of what contracts are beside prices: funding, open interest, deleveraging, insurance."""

from decimal import Decimal

from venuesim.binance.futures.fields import Fields
from venuesim.binance.futures.formats import Json, eight, quantity_text
from venuesim.binance.futures.symbols import Symbols
from venuesim.binance.operations import Request, Result
from venuesim.exchange.accounts import ZERO
from venuesim.exchange.engine import Exchange
from venuesim.exchange.market import Market

FUNDING_PAGE = 100
FUNDING_PAGE_MAX = 1000
FUNDING_CAP = Decimal("0.02")
OPEN_INTEREST_SHARE = Decimal("0.02")
"""Assumption: of the day's volume, besides what simulated accounts hold."""


class FundingData:
    """Answers what is public about funding, open interest and the venue's funds."""

    def __init__(self, *, exchange: Exchange, symbols: Symbols) -> None:
        self._exchange = exchange
        self._symbols = symbols

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
                "rateType": "Regular",
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
        return self._symbols.each(
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
