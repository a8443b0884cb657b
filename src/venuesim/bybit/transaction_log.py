"""The transaction log: every movement of the unified account's balances ("Get Transaction Log")."""

from collections.abc import Iterator
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from venuesim.bybit import errors
from venuesim.bybit.listing import category_of
from venuesim.bybit.operations import Json, Request, Result
from venuesim.bybit.parameters import Parameters
from venuesim.exchange.accounts import ZERO, Account
from venuesim.exchange.engine import Exchange
from venuesim.exchange.flows import Flow
from venuesim.exchange.instruments import Instrument
from venuesim.exchange.orders import Execution
from venuesim.exchange.vocabulary import FlowKind, Origin, PositionSide, Side
from venuesim.wire.calls import plain

LIMIT_DEFAULT = 20
LIMIT_MAX = 50
SPAN_MS = 86_400_000
"""How much is shown from or to a time when the other end is not given."""

SPAN_MS_MAX = 7 * SPAN_MS


class LogType(StrEnum):
    """The `type` values that the simulation produces."""

    TRADE = "TRADE"
    SETTLEMENT = "SETTLEMENT"
    TRANSFER_IN = "TRANSFER_IN"
    TRANSFER_OUT = "TRANSFER_OUT"
    LIQUIDATION = "LIQUIDATION"
    ADL = "ADL"


_TYPES = {
    FlowKind.TRADE: LogType.TRADE,
    FlowKind.FUNDING: LogType.SETTLEMENT,
    FlowKind.DEPOSIT: LogType.TRANSFER_IN,
    FlowKind.WITHDRAWAL: LogType.TRANSFER_OUT,
    FlowKind.TRANSFER: LogType.TRANSFER_IN,
    # Assumption: what the insurance fund pays or takes is part of the liquidation.
    FlowKind.INSURANCE: LogType.LIQUIDATION,
    # Assumption: what a busted trade gives back or takes back is a transfer.
    FlowKind.BUST: LogType.TRANSFER_IN,
}
_ORIGINS = {Origin.LIQUIDATION: LogType.LIQUIDATION, Origin.AUTO_DELEVERAGING: LogType.ADL}


class Entry(NamedTuple):
    """A movement, and how large the position was after it (base, signed; contracts only)."""

    flow: Flow
    size: Decimal


class TransactionLog:
    """Answers account/transaction-log."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    def show(self, request: Request) -> Result:
        """Show the movements of a day, or of what is asked for, the newest first."""
        parameters = request.parameters
        if parameters.text("accountType") not in {None, "UNIFIED"}:
            raise errors.parameter("accountType only support UNIFIED.")
        begin_ms, end_ms = _period(parameters, request.now_ms)
        limit = parameters.limit(default=LIMIT_DEFAULT, maximum=LIMIT_MAX)
        below = _below(parameters)
        page: list[Entry] = []
        is_last = True
        for entry in self._entries(request.account):
            flow = entry.flow
            if flow.time_ms < begin_ms:
                break
            if flow.flow_id >= below or flow.time_ms > end_ms or not self._is_wanted(flow, parameters):
                continue
            if len(page) == limit:
                is_last = False
                break
            page.append(entry)
        cursor = "" if is_last else f"{page[-1].flow.flow_id}%3A1"
        rows = [self._row(request.account, entry) for entry in page]
        return Result(result={"list": rows, "nextPageCursor": cursor})

    def _entries(self, account: Account) -> Iterator[Entry]:
        """Yield the movements, the newest first, with the positions after them: going back from the present."""
        sizes: dict[tuple[str, PositionSide], Decimal] = {}
        for flow in self._exchange.flows.newest_first(account):
            execution = flow.execution
            if execution is None or not execution.instrument.is_linear:
                yield Entry(flow, flow.quantity)
                continue
            order = execution.order
            key = (order.instrument.symbol, order.position_side)
            if key not in sizes:
                sizes[key] = _size(account, *key)
            yield Entry(flow, sizes[key])
            sizes[key] -= execution.quantity * execution.side.sign

    def _is_wanted(self, flow: Flow, parameters: Parameters) -> bool:
        instrument = self._instrument(flow)
        category = None if instrument is None else category_of(instrument)
        base = None if instrument is None else instrument.base
        return (
            (not parameters.has("category") or parameters.category() is category)
            and parameters.text("currency") in {None, flow.asset}
            and parameters.text("baseCoin") in {None, base}
            and parameters.text("type") in {None, _type_of(flow).value}
            and parameters.text("transSubType") is None
        )

    def _instrument(self, flow: Flow) -> Instrument | None:
        return None if flow.symbol is None else self._exchange.markets[flow.symbol].instrument

    def _row(self, account: Account, entry: Entry) -> Json:
        flow = entry.flow
        instrument = self._instrument(flow)
        symbol = "" if instrument is None else instrument.venue_id
        row: Json = {
            "id": f"{account.account_id}_{symbol}_{flow.flow_id}",
            "transactionTime": str(flow.time_ms),
            "type": _type_of(flow).value,
            "transSubType": "",
            "symbol": symbol,
            "category": "" if instrument is None else category_of(instrument).value,
            "side": "None",
            "currency": flow.asset,
            "qty": plain(abs(flow.amount)),
            "size": "0",
            "tradePrice": "0",
            "funding": "",
            "fee": "0",
            "cashFlow": plain(flow.amount),
            "change": plain(flow.amount),
            "cashBalance": plain(flow.balance),
            "feeRate": "0",
            "bonusChange": "",
            "tradeId": "",
            "orderId": "",
            "orderLinkId": "",
            "extraFees": "",
        }
        if flow.execution is not None:
            return row | _trade(flow, flow.execution, entry.size)
        if flow.kind is FlowKind.FUNDING:
            return row | _settlement(flow)
        return row


def _trade(flow: Flow, execution: Execution, size: Decimal) -> Json:
    """Return what a trade adds: the fee is a cost, the change what the balance moved by."""
    fee = execution.fee if execution.fee_asset == flow.asset else ZERO
    cash = flow.amount + fee
    is_linear = execution.instrument.is_linear
    return {
        "side": "Buy" if execution.side is Side.BUY else "Sell",
        "qty": plain(execution.quantity if is_linear else cash),
        "size": plain(size) if is_linear else "0",
        "tradePrice": plain(execution.price),
        "fee": plain(fee),
        "cashFlow": plain(cash),
        "feeRate": plain(execution.fee_rate) if fee else "0",
        "tradeId": str(execution.trade_id),
        "orderId": str(execution.order_id),
        "orderLinkId": execution.client_order_id,
    }


def _settlement(flow: Flow) -> Json:
    """Return what funding adds: received is positive, and a short's rate is that of the market with its sign turned."""
    is_long = flow.quantity > 0
    return {
        "side": "Buy" if is_long else "Sell",
        "qty": plain(abs(flow.quantity)),
        "size": plain(flow.quantity),
        "tradePrice": plain(flow.price),
        "funding": plain(flow.amount),
        "cashFlow": "0",
        "feeRate": plain(flow.rate if is_long else -flow.rate),
    }


def _type_of(flow: Flow) -> LogType:
    if flow.execution is not None and flow.execution.order.origin in _ORIGINS:
        return _ORIGINS[flow.execution.order.origin]
    return _TYPES[flow.kind]


def _size(account: Account, symbol: str, side: PositionSide) -> Decimal:
    holdings = account.holdings_of(symbol)
    return sum((entry.positions[side].quantity for entry in holdings if side in entry.positions), ZERO)


def _below(parameters: Parameters) -> int:
    cursor = parameters.text("cursor")
    if cursor is None:
        return 2**63
    number = cursor.replace("%3A", ":").partition(":")[0]
    if not number.isascii() or not number.isdigit() or len(number) > 18:
        raise errors.parameter("params error: cursor invalid")
    return int(number)


def _period(parameters: Parameters, now_ms: int) -> tuple[int, int]:
    """Return (begin, end) in milliseconds: a day from the one, to the other, or until now; with both, seven days."""
    begin_ms, end_ms = parameters.integer("startTime"), parameters.integer("endTime")
    if begin_ms is None:
        end_ms = now_ms if end_ms is None else end_ms
        return end_ms - SPAN_MS, end_ms
    if end_ms is None:
        return begin_ms, begin_ms + SPAN_MS
    if not 0 <= end_ms - begin_ms <= SPAN_MS_MAX:
        raise errors.parameter("The time range between startTime and endTime cannot exceed 7 days")
    return begin_ms, end_ms
