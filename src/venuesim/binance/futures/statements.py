"""What an account earned and pays, and the limits it has: income, commission, brackets, order counts."""

from collections.abc import Iterator
from decimal import Decimal
from enum import StrEnum

from venuesim.binance.futures.errors import invalid_data
from venuesim.binance.futures.fields import Fields
from venuesim.binance.futures.formats import Json, eight
from venuesim.binance.futures.symbols import Symbols
from venuesim.binance.limits import BinanceLimits
from venuesim.binance.operations import Request, Result
from venuesim.exchange.engine import Exchange
from venuesim.exchange.fees import rate_of
from venuesim.exchange.flows import Flow
from venuesim.exchange.market import Market
from venuesim.exchange.vocabulary import FlowKind
from venuesim.wire.calls import plain

PAGE = 100
PAGE_MAX = 1000
INCOME_DAYS = 7


class IncomeType(StrEnum):
    """The `incomeType` values that occur here; the venue has more."""

    TRANSFER = "TRANSFER"
    REALIZED_PNL = "REALIZED_PNL"
    FUNDING_FEE = "FUNDING_FEE"
    COMMISSION = "COMMISSION"
    INSURANCE_CLEAR = "INSURANCE_CLEAR"


OTHER_INCOME_TYPES = frozenset(
    {
        "WELCOME_BONUS", "REFERRAL_KICKBACK", "COMMISSION_REBATE", "API_REBATE", "CONTEST_REWARD",
        "CROSS_COLLATERAL_TRANSFER", "OPTIONS_PREMIUM_FEE", "OPTIONS_SETTLE_PROFIT", "INTERNAL_TRANSFER",
        "AUTO_EXCHANGE", "DELIVERED_SETTELMENT", "COIN_SWAP_DEPOSIT", "COIN_SWAP_WITHDRAW",
        "POSITION_LIMIT_INCREASE_FEE", "STRATEGY_UMFUTURES_TRANSFER", "FEE_RETURN", "BFUSD_REWARD",
    }
)  # fmt: skip
"""Known to the venue and accepted; nothing here causes them."""

_KINDS = {
    FlowKind.FUNDING: IncomeType.FUNDING_FEE,
    FlowKind.DEPOSIT: IncomeType.TRANSFER,
    FlowKind.WITHDRAWAL: IncomeType.TRANSFER,
    FlowKind.TRANSFER: IncomeType.TRANSFER,
    FlowKind.INSURANCE: IncomeType.INSURANCE_CLEAR,
    FlowKind.BUST: IncomeType.TRANSFER,  # Assumption: what a busted trade gives back or takes back is a transfer.
}


class Statements:
    """Answers what an account asks about its money and its limits."""

    def __init__(self, *, exchange: Exchange, symbols: Symbols, limits: BinanceLimits) -> None:
        self._exchange = exchange
        self._symbols = symbols
        self._limits = limits

    def income(self, request: Request) -> Result:
        """Show the movements of the wallet, page by page.

        Assumption: without a start pages go back from the newest movement, with one they go on from there.
        """
        fields = Fields(request.parameters)
        market = self._symbols.read_optional(fields.parameters)
        wanted = fields.text("incomeType") if fields.has("incomeType") else None
        if wanted is not None and wanted not in {*IncomeType, *OTHER_INCOME_TYPES}:
            raise invalid_data("incomeType")
        begins_somewhere = fields.has("startTime")
        start_ms, end_ms = fields.period(days_max=INCOME_DAYS, now_ms=request.now_ms)
        if begins_somewhere and not fields.has("endTime"):
            end_ms = request.now_ms
        limit, page = fields.limit(PAGE, PAGE_MAX), max(1, fields.whole("page") or 1)
        entries = [
            entry
            for flow in self._exchange.flows.newest_first(request.account)
            if start_ms <= flow.time_ms <= end_ms
            for entry in _entries(flow, self._exchange)
            if wanted in {None, entry["incomeType"]}
            and (market is None or entry["symbol"] == market.instrument.venue_id)
        ]
        skipped = (page - 1) * limit
        if begins_somewhere:
            return Result(entries[::-1][skipped : skipped + limit])
        return Result(entries[skipped : skipped + limit][::-1])

    def commission_rate(self, request: Request) -> Result:
        """Show what an account pays in a contract."""
        instrument = self._symbols.read(request.parameters).instrument
        maker = rate_of(request.account, instrument, is_maker=True)
        taker = rate_of(request.account, instrument, is_maker=False)
        return Result(
            {
                "symbol": instrument.venue_id,
                "makerCommissionRate": f"{maker:.6f}",
                "takerCommissionRate": f"{taker:.6f}",
                "rpiCommissionRate": "0.000000",
            }
        )

    def leverage_brackets(self, request: Request) -> Result:
        """Show how much leverage positions of which size may have.

        One contract is a list of one: the document shows a bare object, clients in use take the first of a list.
        """
        market = self._symbols.read_optional(request.parameters)
        return Result([_brackets(entry) for entry in (self._symbols.all() if market is None else (market,))])

    def order_limits(self, request: Request) -> Result:  # noqa: ARG002 - The limits are the same for all.
        """Show the limits on the number of orders."""
        return Result(self._limits.listed_orders())

    def trading_status(self, request: Request) -> Result:
        """Show that no quantitative rule is violated: they are not simulated."""
        self._symbols.read_optional(request.parameters)
        return Result({"indicators": {}, "updateTime": request.now_ms})


def _entries(flow: Flow, exchange: Exchange) -> Iterator[Json]:
    """Yield what one movement is as income: a trade is profit and commission."""
    execution = flow.execution
    if flow.kind is not FlowKind.TRADE or execution is None:
        kind = _KINDS[flow.kind]
        symbol = "" if flow.symbol is None else exchange.markets[flow.symbol].instrument.venue_id
        yield _entry(flow, kind, flow.amount, symbol=symbol, info=kind.value, trade_id="")
        return
    symbol, trade_id = execution.instrument.venue_id, str(execution.trade_id)
    if flow.asset == execution.fee_asset and execution.fee:
        yield _entry(flow, IncomeType.COMMISSION, -execution.fee, symbol=symbol, info=trade_id, trade_id=trade_id)
    if flow.asset == execution.instrument.quote and execution.closed_quantity:
        pnl = execution.realized_pnl
        yield _entry(flow, IncomeType.REALIZED_PNL, pnl, symbol=symbol, info=trade_id, trade_id=trade_id)


def _entry(flow: Flow, kind: IncomeType, amount: Decimal, *, symbol: str, info: str, trade_id: str) -> Json:
    return {
        "symbol": symbol,
        "incomeType": kind.value,
        "income": eight(amount),
        "asset": flow.asset,
        "time": flow.time_ms,
        "info": info,
        "tranId": flow.flow_id,
        "tradeId": trade_id,
    }


def _brackets(market: Market) -> Json:
    brackets: list[Json] = []
    floor = Decimal(0)
    for number, tier in enumerate(market.instrument.margin_tiers, start=1):
        brackets.append(
            {
                "bracket": number,
                "initialLeverage": tier.leverage_max,
                "notionalCap": int(tier.notional_max),
                "notionalFloor": int(floor),
                "maintMarginRatio": float(tier.maintenance_rate),
                "cum": _number(tier.maintenance_amount),
            }
        )
        floor = tier.notional_max
    return {"symbol": market.instrument.venue_id, "brackets": brackets}


def _number(amount: Decimal) -> int | float:
    """Write a JSON number, whole where it is whole."""
    return int(amount) if amount == int(amount) else float(plain(amount))
