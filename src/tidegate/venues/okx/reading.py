"""What OKX's answers and orders channel say, as reports."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from tidegate.core.identifiers import AccountId, ExchangeClientOrderId, ExchangeOrderId, TradeId
from tidegate.core.messages.reports import ExecutionReported, OrderReported, Report
from tidegate.core.messages.values import Fee, VenueBalance
from tidegate.core.vocabulary import Liquidity, RejectReason, Side, VenueOrderStatus
from tidegate.venues.values import MalformedError, amount, amount_or_zero, cost, instant, rows, sentence, text

_STATES = {
    "live": VenueOrderStatus.OPEN,
    "partially_filled": VenueOrderStatus.OPEN,
    "filled": VenueOrderStatus.FILLED,
    "canceled": VenueOrderStatus.CANCELED,
    "mmp_canceled": VenueOrderStatus.CANCELED,
}
_CANCEL_SOURCES = {
    # Why OKX ended an order. Ends that other venues call by another word are called so here too.
    "1": (VenueOrderStatus.CANCELED, RejectReason.USER_REQUEST),
    "9": (VenueOrderStatus.CANCELED, RejectReason.INSUFFICIENT_FUNDS),
    "13": (VenueOrderStatus.EXPIRED, RejectReason.EXPIRED_AT_VENUE),  # Fill or kill.
    "14": (VenueOrderStatus.EXPIRED, RejectReason.EXPIRED_AT_VENUE),  # Immediate or cancel.
    "31": (VenueOrderStatus.REJECTED, RejectReason.IMMEDIATE_MATCH_REFUSED),  # Post-only that would have taken.
}
_SIDES = {"buy": Side.BUY, "sell": Side.SELL}
_LIQUIDITY = {"T": Liquidity.TAKER, "M": Liquidity.MAKER}


def order(row: Any, *, account_id: AccountId, symbol_of: Callable[[str], str], at: datetime) -> OrderReported:
    """An order as every call and the orders channel tell it."""
    status = _STATES.get(row.get("state"))
    if status is None:
        raise MalformedError(f"unknown order state {row.get('state')!r}")
    filled = amount_or_zero(row.get("accFillSz"))
    reason, message = None, ""
    if status is VenueOrderStatus.CANCELED:
        source = str(row.get("cancelSource", ""))
        status, reason = _CANCEL_SOURCES.get(source, (status, RejectReason.CANCELED_AT_VENUE))
        message = sentence(row.get("cancelSourceReason", ""))
        if status is VenueOrderStatus.REJECTED and filled:
            status = VenueOrderStatus.CANCELED  # What has traded was not rejected.
    client_order_id = row.get("clOrdId")
    return OrderReported(
        at=at,
        account_id=account_id,
        symbol=symbol_of(text(row, "instId")),
        status=status,
        filled_quantity=filled,
        exchange_order_id=ExchangeOrderId(text(row, "ordId")),
        exchange_client_order_id=ExchangeClientOrderId(client_order_id) if client_order_id else None,
        reason=reason,
        message=message,
    )


def pushed(row: Any, *, account_id: AccountId, symbol_of: Callable[[str], str], at: datetime) -> list[Report]:
    """The reports in one order of an orders frame: the execution, if it tells one, and then the order.

    What is complete is reported even when the rest is new to us: an unknown state does not lose an execution.
    """
    reports: list[Report] = []
    if row.get("tradeId") and amount_or_zero(row.get("fillSz")):
        reports.append(
            _execution(
                row,
                fees=_fee(row.get("fillFeeCcy"), row.get("fillFee")),
                account_id=account_id,
                symbol_of=symbol_of,
                at=at,
            )
        )
    if knows_state(row):
        reports.append(order(row, account_id=account_id, symbol_of=symbol_of, at=at))
    return reports


def knows_state(row: Any) -> bool:
    """Whether an order's state is one that OKX documents."""
    return row.get("state") in _STATES


def fill(row: Any, *, account_id: AccountId, symbol_of: Callable[[str], str], at: datetime) -> ExecutionReported:
    """An execution as trade/fills tells it."""
    return _execution(
        row,
        fees=_fee(row.get("feeCcy"), row.get("fee")),
        account_id=account_id,
        symbol_of=symbol_of,
        at=at,
    )


def balances(answer: Any) -> tuple[VenueBalance, ...]:
    """The balances of the trading account that are not zero."""
    accounts = rows(answer.get("data"))
    details = rows(accounts[0].get("details")) if accounts else []
    found = (
        VenueBalance(
            asset=text(row, "ccy"),
            free=amount_or_zero(row.get("availBal")),
            locked=amount_or_zero(row.get("frozenBal")),
        )
        for row in details
    )
    return tuple(balance for balance in found if balance.free or balance.locked)


def _execution(
    row: Any,
    *,
    fees: tuple[Fee, ...],
    account_id: AccountId,
    symbol_of: Callable[[str], str],
    at: datetime,
) -> ExecutionReported:
    side = _SIDES.get(row.get("side"))
    if side is None:
        raise MalformedError(f"unknown side {row.get('side')!r}")
    client_order_id = row.get("clOrdId")
    return ExecutionReported(
        at=at,
        account_id=account_id,
        symbol=symbol_of(text(row, "instId")),
        side=side,
        trade_id=TradeId(text(row, "tradeId")),
        quantity=amount(row.get("fillSz")),
        price=amount(row.get("fillPx")),
        executed_at=instant(row.get("fillTime") or row.get("ts")),
        fees=fees,
        liquidity=_LIQUIDITY.get(row.get("execType"), Liquidity.UNKNOWN),
        exchange_order_id=ExchangeOrderId(text(row, "ordId")),
        exchange_client_order_id=ExchangeClientOrderId(client_order_id) if client_order_id else None,
    )


def _fee(asset: Any, signed: Any) -> tuple[Fee, ...]:
    # OKX writes what it charges with a minus and a rebate without; ours is a cost.
    return cost(str(asset), -amount_or_zero(signed)) if asset else ()
