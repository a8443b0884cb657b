"""What Binance USD-M futures say of orders and executions, as reports."""

from datetime import datetime
from typing import Any

from tidegate.core.identifiers import AccountId, ExchangeClientOrderId, ExchangeOrderId, TradeId
from tidegate.core.messages.reports import ExecutionReported, OrderReported, Report
from tidegate.core.vocabulary import ForcedTrade, Liquidity, RejectReason, VenueOrderStatus
from tidegate.venues.binance.linear_orders import CONDITIONAL_WORDS, ORDER_TYPES
from tidegate.venues.binance.order_links import OrderLinks, forced_by
from tidegate.venues.binance.words import (
    ENDINGS,
    STATUSES,
    fee,
    figure,
    how_it_ended,
    position_side_of,
    side_of,
    status_of,
)
from tidegate.venues.values import amount, amount_or_none, amount_or_zero, instant, sentence, text

_EXPIRY_REASONS = {
    "1": "self-trade prevention took it out",
    "2": "what an IOC order could not fill at once expired",
    "3": "self-trade prevention took out what an IOC order could not fill",
    "4": "there was nothing left to reduce",
    "5": "the account is being liquidated",
    "9": "there was nobody to trade with",
    "10": "it could not be filled whole",
    "11": "it would have taken liquidity",
}
"""The `er` of an order's event ("Event: Order Update"), in our words."""
_NOTHING_TO_REDUCE, _WOULD_TAKE = "4", "11"


class Reader:
    """Reads for one account. `links` says which orders came out of conditional ones."""

    def __init__(self, account_id: AccountId, links: OrderLinks) -> None:
        self._account_id = account_id
        self._links = links

    def order(self, row: Any, symbol: str, at: datetime) -> OrderReported:
        """An order as the REST calls tell it."""
        status = status_of(row.get("status"))
        order_id = text(row, "orderId")
        return OrderReported(
            at=at,
            account_id=self._account_id,
            symbol=symbol,
            status=status,
            filled_quantity=amount(row.get("executedQty")),
            exchange_order_id=ExchangeOrderId(order_id),
            exchange_client_order_id=self._links.recognize(symbol, order_id, text(row, "clientOrderId")),
            reason=ENDINGS.get(status),
            message=how_it_ended(status, row.get("timeInForce")),
            side=side_of(row.get("side")),
            order_type=ORDER_TYPES.get(row.get("origType", row.get("type"))),
            quantity=figure(row.get("origQty")),
            price=figure(row.get("price")),
            trigger_price=figure(row.get("stopPrice")),
            triggered=self._was_set_off(symbol, order_id, row.get("origType")),
            forced=forced_by(text(row, "clientOrderId")),
        )

    def trade(
        self, row: Any, symbol: str, at: datetime, client_order_id: ExchangeClientOrderId | None = None
    ) -> ExecutionReported:
        """An execution as userTrades tells it; it does not know the client's id."""
        order_id = text(row, "orderId")
        return ExecutionReported(
            at=at,
            account_id=self._account_id,
            symbol=symbol,
            side=side_of(row.get("side")),
            trade_id=TradeId(text(row, "id")),
            quantity=amount(row.get("qty")),
            price=amount(row.get("price")),
            executed_at=instant(row.get("time")),
            fees=fee(row.get("commissionAsset"), row.get("commission")),
            liquidity=Liquidity.MAKER if row.get("maker") else Liquidity.TAKER,
            exchange_order_id=ExchangeOrderId(order_id),
            exchange_client_order_id=client_order_id or self._links.origin(symbol, order_id).client_order_id,
            position_side=position_side_of(row.get("positionSide")),
            realized_pnl=amount_or_none(row.get("realizedPnl")),
            forced=self._links.origin(symbol, order_id).forced,
        )

    def order_update(self, event: Any, symbol: str, at: datetime) -> list[Report]:
        """The reports in the order of an ORDER_TRADE_UPDATE: the execution, if it tells one, and then the order.

        What is complete is reported even when the rest is new to us: an unknown status does not lose an execution.
        """
        order_id = text(event, "i")
        client_order_id = self._links.recognize(symbol, order_id, text(event, "c"))
        reports: list[Report] = []
        if event.get("x") in ("TRADE", "CALCULATED") and amount_or_zero(event.get("l")):  # The latter: liquidations.
            reports.append(self._execution(event, symbol, at, client_order_id))
        if event.get("X") in STATUSES:
            reports.append(self._order_state(event, symbol, at, client_order_id))
        return reports

    def _execution(
        self, event: Any, symbol: str, at: datetime, client_order_id: ExchangeClientOrderId
    ) -> ExecutionReported:
        return ExecutionReported(
            at=at,
            account_id=self._account_id,
            symbol=symbol,
            side=side_of(event.get("S")),
            trade_id=TradeId(text(event, "t")),
            quantity=amount(event.get("l")),
            price=amount(event.get("L")),
            executed_at=instant(event.get("T")),
            fees=fee(event.get("N"), event.get("n")),
            liquidity=Liquidity.MAKER if event.get("m") else Liquidity.TAKER,
            exchange_order_id=ExchangeOrderId(text(event, "i")),
            exchange_client_order_id=client_order_id,
            position_side=position_side_of(event.get("ps")),
            realized_pnl=amount_or_none(event.get("rp")),
            forced=_forced(event),
        )

    def _order_state(
        self, event: Any, symbol: str, at: datetime, client_order_id: ExchangeClientOrderId
    ) -> OrderReported:
        status, reason, message = _end_of(event)
        order_id = text(event, "i")
        return OrderReported(
            at=at,
            account_id=self._account_id,
            symbol=symbol,
            status=status,
            filled_quantity=amount(event.get("z")),
            exchange_order_id=ExchangeOrderId(order_id),
            exchange_client_order_id=client_order_id,
            reason=reason,
            message=message,
            side=side_of(event.get("S")),
            order_type=ORDER_TYPES.get(event.get("ot", event.get("o"))),
            quantity=figure(event.get("q")),
            price=figure(event.get("p")),
            trigger_price=figure(event.get("sp")),
            triggered=self._was_set_off(symbol, order_id, event.get("ot")),
            forced=_forced(event),
        )

    def _was_set_off(self, symbol: str, order_id: str, original_type: Any) -> bool:
        return original_type in CONDITIONAL_WORDS or self._links.origin(symbol, order_id).was_set_off


def _forced(event: Any) -> ForcedTrade | None:
    """Why Binance made the order: by its name, or because only liquidations are calculated."""
    forced = forced_by(text(event, "c"))
    return ForcedTrade.LIQUIDATION if forced is None and event.get("x") == "CALCULATED" else forced


def _end_of(event: Any) -> tuple[VenueOrderStatus, RejectReason | None, str]:
    """How an order stands, and why it ended. A post-only order that would have traded was refused, if late."""
    status = status_of(event.get("X"))
    why = str(event.get("er", "0"))
    message = _EXPIRY_REASONS.get(why) or how_it_ended(status, event.get("f"))
    if status is not VenueOrderStatus.EXPIRED:
        return status, ENDINGS.get(status), sentence(message)
    if why == _WOULD_TAKE and not amount(event.get("z")):
        return VenueOrderStatus.REJECTED, RejectReason.IMMEDIATE_MATCH_REFUSED, message
    reason = RejectReason.POSITION_CLOSED if why == _NOTHING_TO_REDUCE else ENDINGS[status]
    return status, reason, message
