"""What Binance spot's answers and user stream frames say, as reports."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from tidegate.core.identifiers import AccountId, ExchangeClientOrderId, ExchangeOrderId, TradeId
from tidegate.core.messages.reports import ExecutionReported, OrderReported, Report
from tidegate.core.messages.values import VenueBalance
from tidegate.core.vocabulary import Liquidity, OrderType, RejectReason, Side, VenueOrderStatus
from tidegate.venues.binance.spot_orders import CONDITIONAL_WORDS, ORDER_TYPES
from tidegate.venues.binance.words import (
    ENDINGS,
    STATUSES,
    fee,
    figure,
    how_it_ended,
    side_of,
    status_of,
)
from tidegate.venues.values import MalformedError, amount, instant, rows, sentence, text

_REASONS = {
    "INSUFFICIENT_BALANCE": RejectReason.INSUFFICIENT_FUNDS,
    "INSUFFICIENT_BALANCES": RejectReason.INSUFFICIENT_FUNDS,
    "ACCOUNT_INSUFFICIENT_BALANCE": RejectReason.INSUFFICIENT_FUNDS,
    "WOULD_MATCH_IMMEDIATELY": RejectReason.IMMEDIATE_MATCH_REFUSED,
    "STOP_PRICE_WOULD_TRIGGER_IMMEDIATELY": RejectReason.IMMEDIATE_MATCH_REFUSED,
    "MARKET_CLOSED": RejectReason.INSTRUMENT_NOT_TRADABLE,
    "DUPLICATE_ORDER": RejectReason.DUPLICATE_ORDER_ID,
}


def order(row: Any, *, account_id: AccountId, symbol: str, at: datetime) -> OrderReported:
    """An order as the REST calls tell it. A cancel's answer names the order's own id `origClientOrderId`."""
    client_order_id = row.get("origClientOrderId") or text(row, "clientOrderId")
    status = status_of(row.get("status"))
    filled = amount(row.get("executedQty"))
    works = row.get("isWorking") is True or _is_later(row.get("workingTime"))
    return OrderReported(
        at=at,
        account_id=account_id,
        symbol=symbol,
        status=status,
        filled_quantity=filled,
        exchange_order_id=ExchangeOrderId(text(row, "orderId")),
        exchange_client_order_id=ExchangeClientOrderId(client_order_id),
        reason=ENDINGS.get(status),
        message=how_it_ended(status, row.get("timeInForce")),
        side=_known_side(row.get("side")),
        order_type=_order_type(row.get("type"), row.get("trailingDelta")),
        quantity=figure(row.get("origQty")),
        price=figure(row.get("price")),
        trigger_price=figure(row.get("stopPrice")),
        triggered=row.get("type") in CONDITIONAL_WORDS and (works or filled > 0),
    )


def _is_later(working_time: Any) -> bool:
    """Whether there is a time since which the order works: Binance writes -1 while there is none."""
    return isinstance(working_time, int) and working_time > 0


def _known_side(word: Any) -> Side | None:
    return None if word is None else side_of(word)


def _order_type(word: Any, trailing_delta: Any) -> OrderType | None:
    order_type = ORDER_TYPES.get(word)
    if not trailing_delta:
        return order_type
    return OrderType.TRAILING_STOP if order_type in (OrderType.STOP_LOSS, OrderType.TAKE_PROFIT) else None


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
            fees=fee(fill.get("commissionAsset"), fill.get("commission")),
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
        fees=fee(row.get("commissionAsset"), row.get("commission")),
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
                fees=fee(event.get("N"), event.get("n")),
                liquidity=Liquidity.MAKER if event.get("m") else Liquidity.TAKER,
                exchange_order_id=order_id,
                exchange_client_order_id=client_order_id,
            )
        )
    status = STATUSES.get(event.get("X"))
    if status is not None:
        filled = amount(event.get("z"))
        reports.append(
            OrderReported(
                at=at,
                account_id=account_id,
                symbol=symbol,
                status=status,
                filled_quantity=filled,
                exchange_order_id=order_id,
                exchange_client_order_id=client_order_id,
                reason=_reason(status, event.get("r")),
                message=how_it_ended(status, event.get("f"))
                or ("" if event.get("r") == "NONE" else sentence(event.get("r", ""))),
                side=_known_side(event.get("S")),
                order_type=_order_type(event.get("o"), event.get("d")),
                quantity=figure(event.get("q")),
                price=figure(event.get("p")),
                trigger_price=figure(event.get("P")),
                # `W`: since when it works, told only of what does.
                triggered=event.get("o") in CONDITIONAL_WORDS and ("W" in event or filled > 0),
            )
        )
    return reports


def _reason(status: VenueOrderStatus, word: Any) -> RejectReason | None:
    """Why an order ended: the matching engine refuses some only when their trigger sets them off."""
    if status in (VenueOrderStatus.REJECTED, VenueOrderStatus.EXPIRED):
        return _REASONS.get(str(word), ENDINGS[status])
    return ENDINGS.get(status)
