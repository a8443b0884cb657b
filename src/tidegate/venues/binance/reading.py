"""What Binance's answers and user stream frames say, as reports."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

from tidegate.core.identifiers import AccountId, ExchangeClientOrderId, ExchangeOrderId, TradeId
from tidegate.core.messages.reports import ExecutionReported, OrderReported, Report
from tidegate.core.messages.values import VenueBalance
from tidegate.core.vocabulary import Liquidity, RejectReason, Side, VenueOrderStatus
from tidegate.venues.values import MalformedError, amount, amount_or_zero, cost, instant, rows, sentence, text

STATUSES = {
    "NEW": VenueOrderStatus.OPEN,
    "PENDING_NEW": VenueOrderStatus.OPEN,
    "PARTIALLY_FILLED": VenueOrderStatus.OPEN,
    "PENDING_CANCEL": VenueOrderStatus.OPEN,
    "FILLED": VenueOrderStatus.FILLED,
    "CANCELED": VenueOrderStatus.CANCELED,
    "REJECTED": VenueOrderStatus.REJECTED,
    "EXPIRED": VenueOrderStatus.EXPIRED,
    "EXPIRED_IN_MATCH": VenueOrderStatus.EXPIRED,
}
_REASONS = {
    VenueOrderStatus.CANCELED: RejectReason.CANCELED_AT_VENUE,
    VenueOrderStatus.REJECTED: RejectReason.VENUE_ERROR,
    VenueOrderStatus.EXPIRED: RejectReason.EXPIRED_AT_VENUE,
}
_REJECT_REASONS = {
    "INSUFFICIENT_BALANCE": RejectReason.INSUFFICIENT_FUNDS,
    "ACCOUNT_INSUFFICIENT_BALANCE": RejectReason.INSUFFICIENT_FUNDS,
    "WOULD_MATCH_IMMEDIATELY": RejectReason.IMMEDIATE_MATCH_REFUSED,
    "MARKET_CLOSED": RejectReason.INSTRUMENT_NOT_TRADABLE,
    "DUPLICATE_ORDER": RejectReason.DUPLICATE_ORDER_ID,
}
_SIDES = {"BUY": Side.BUY, "SELL": Side.SELL}


def status_of(word: Any) -> VenueOrderStatus:
    """Our word for Binance's; raises `MalformedError` for one never seen before."""
    status = STATUSES.get(word)
    if status is None:
        raise MalformedError(f"unknown order status {word!r}")
    return status


def side_of(word: Any) -> Side:
    """Our word for Binance's side."""
    side = _SIDES.get(word)
    if side is None:
        raise MalformedError(f"unknown side {word!r}")
    return side


def order(row: Any, *, account_id: AccountId, symbol: str, at: datetime) -> OrderReported:
    """An order as the REST calls tell it. A cancel's answer names the order's own id `origClientOrderId`."""
    client_order_id = row.get("origClientOrderId") or text(row, "clientOrderId")
    status = status_of(row.get("status"))
    return OrderReported(
        at=at,
        account_id=account_id,
        symbol=symbol,
        status=status,
        filled_quantity=amount(row.get("executedQty")),
        exchange_order_id=ExchangeOrderId(text(row, "orderId")),
        exchange_client_order_id=ExchangeClientOrderId(client_order_id),
        reason=_REASONS.get(status),
        message=_ending(status, row.get("timeInForce")),
    )


def _ending(status: VenueOrderStatus, time_in_force: Any) -> str:
    if status is VenueOrderStatus.EXPIRED and time_in_force in ("IOC", "FOK"):
        return f"what an {time_in_force} order could not fill at once expired"
    return ""


def fills(answer: Any, *, account_id: AccountId, symbol: str, side: Side, at: datetime) -> list[ExecutionReported]:
    """The executions inside the answer to a placement (newOrderRespType=FULL): all took liquidity."""
    return [
        ExecutionReported(
            at=at,
            account_id=account_id,
            symbol=symbol,
            side=side,
            trade_id=TradeId(text(fill, "tradeId")),
            quantity=amount(fill.get("qty")),
            price=amount(fill.get("price")),
            executed_at=instant(answer.get("transactTime")),
            fees=_fee(fill.get("commissionAsset"), fill.get("commission")),
            liquidity=Liquidity.TAKER,
            exchange_order_id=ExchangeOrderId(text(answer, "orderId")),
            exchange_client_order_id=ExchangeClientOrderId(text(answer, "clientOrderId")),
        )
        for fill in rows(answer.get("fills", []))
    ]


def trade(row: Any, *, account_id: AccountId, symbol: str, at: datetime) -> ExecutionReported:
    """An execution as myTrades tells it; it does not know the client's id."""
    is_buyer = row.get("isBuyer")
    if not isinstance(is_buyer, bool):
        raise MalformedError("isBuyer is missing")
    return ExecutionReported(
        at=at,
        account_id=account_id,
        symbol=symbol,
        side=Side.BUY if is_buyer else Side.SELL,
        trade_id=TradeId(text(row, "id")),
        quantity=amount(row.get("qty")),
        price=amount(row.get("price")),
        executed_at=instant(row.get("time")),
        fees=_fee(row.get("commissionAsset"), row.get("commission")),
        liquidity=Liquidity.MAKER if row.get("isMaker") else Liquidity.TAKER,
        exchange_order_id=ExchangeOrderId(text(row, "orderId")),
    )


def balances(answer: Any) -> tuple[VenueBalance, ...]:
    """The balances in an account that are not zero."""
    found = (
        VenueBalance(asset=text(row, "asset"), free=amount(row.get("free")), locked=amount(row.get("locked")))
        for row in rows(answer.get("balances"))
    )
    return tuple(balance for balance in found if balance.free or balance.locked)


def execution_report(
    event: Any, *, account_id: AccountId, symbol_of: Callable[[str], str], at: datetime
) -> list[Report]:
    """The reports in an `executionReport` event: the execution, if it tells one, and then the order.

    What is complete is reported even when the rest is new to us: an unknown status does not lose an execution.
    """
    symbol = symbol_of(text(event, "s"))
    order_id = ExchangeOrderId(text(event, "i"))
    client_order_id = ExchangeClientOrderId(event.get("C") or text(event, "c"))  # `C`: its own id, when canceled.
    reports: list[Report] = []
    if event.get("x") == "TRADE":
        reports.append(
            ExecutionReported(
                at=at,
                account_id=account_id,
                symbol=symbol,
                side=side_of(event.get("S")),
                trade_id=TradeId(text(event, "t")),
                quantity=amount(event.get("l")),
                price=amount(event.get("L")),
                executed_at=instant(event.get("T")),
                fees=_fee(event.get("N"), event.get("n")),
                liquidity=Liquidity.MAKER if event.get("m") else Liquidity.TAKER,
                exchange_order_id=order_id,
                exchange_client_order_id=client_order_id,
            )
        )
    status = STATUSES.get(event.get("X"))
    if status is not None:
        reports.append(
            OrderReported(
                at=at,
                account_id=account_id,
                symbol=symbol,
                status=status,
                filled_quantity=amount(event.get("z")),
                exchange_order_id=order_id,
                exchange_client_order_id=client_order_id,
                reason=_reason(status, event.get("r")),
                message=_ending(status, event.get("f"))
                or ("" if event.get("r") == "NONE" else sentence(event.get("r", ""))),
            )
        )
    return reports


def _reason(status: VenueOrderStatus, word: Any) -> RejectReason | None:
    if status is VenueOrderStatus.REJECTED:
        return _REJECT_REASONS.get(str(word), RejectReason.VENUE_ERROR)
    return _REASONS.get(status)


def _fee(asset: Any, charged: Any) -> Any:
    value: Decimal = amount_or_zero(charged)
    return cost(str(asset), value) if asset else ()
