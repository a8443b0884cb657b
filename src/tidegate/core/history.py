"""What the history of an order says of each event: one row a step, in words that a person reads."""

from decimal import Decimal
from typing import Any, assert_never

import msgspec

from tidegate.core.messages import events as happened
from tidegate.core.messages.events import OrderEvent
from tidegate.core.money import ZERO, plain
from tidegate.core.order import Order
from tidegate.core.vocabulary import ExecutionType, HistoryStatus, OrderStatus, RejectReason


class Story(msgspec.Struct, frozen=True, gc=False):
    """The telling part of a history row."""

    execution_type: ExecutionType
    message: str
    status: OrderStatus | HistoryStatus | None = None  # None: the order's own.
    error_code: str | None = None
    detail: dict[str, Any] = {}


_ENDINGS = {
    OrderStatus.FILLED: ExecutionType.DONE,
    OrderStatus.CANCELED: ExecutionType.CANCELED,
    OrderStatus.REJECTED: ExecutionType.REJECTED,
    OrderStatus.EXPIRED: ExecutionType.EXPIRED,
}


def tell(event: OrderEvent, order: Order) -> Story | None:
    """The history row of an event, for the order as it is after it; None where there is nothing to tell."""
    match event:
        case happened.OrderCreated():
            return Story(ExecutionType.NEW, _asked(order))
        case happened.AttemptStarted():
            detail = {"attempt": event.attempt, "exchange_client_order_id": event.exchange_client_order_id}
            return Story(
                ExecutionType.PENDING_NEW, f"sending attempt {event.attempt} to {order.exchange}", detail=detail
            )
        case happened.OrderSubmitted():
            return Story(ExecutionType.NEW, f"{order.exchange} has the order", detail={"attempt": event.attempt})
        case happened.ExecutionBooked():
            return _trade(event, order)
        case happened.OrderClosed():
            return _closed(event, order)
        case happened.OrderCorrected():
            return Story(ExecutionType.TRADE_CORRECT, event.message, HistoryStatus.CORRECTED)
        case happened.CancelRequested():
            why = "" if event.reason is RejectReason.USER_REQUEST else f": {str(event.reason).replace('_', ' ')}"
            return Story(ExecutionType.PENDING_CANCEL, f"cancel requested by {event.by}{why}")
        case (
            happened.OrderInvalidated()
            | happened.AttemptFailed()
            | happened.OrderInDoubt()
            | happened.OrderAbsenceSeen()
            | happened.OrderLookedUp()
            | happened.CancelRefused()
            | happened.OrderEnded()
            | happened.RulesChanged()
        ):
            return _trouble(event, order)
        case _:
            return _change(event, order)


Trouble = (
    happened.OrderInvalidated
    | happened.AttemptFailed
    | happened.OrderInDoubt
    | happened.OrderAbsenceSeen
    | happened.OrderLookedUp
    | happened.CancelRefused
    | happened.OrderEnded
    | happened.RulesChanged
)
Change = (
    happened.OrderAdjusted
    | happened.OrderHeld
    | happened.TrailingMoved
    | happened.OrderTriggered
    | happened.AmendRequested
    | happened.AmendPostponed
    | happened.OrderAmended
    | happened.AmendFailed
    | happened.OrderRestated
    | happened.ProtectionChanged
    | happened.ProtectionEnded
    | happened.ExecutionReversed
)


def _change(event: Change, order: Order) -> Story | None:
    match event:
        case happened.OrderAdjusted():
            detail = {"correction": event.correction, **_figures(event.quantity, event.price, event.trigger_price)}
            return Story(ExecutionType.RESTATED, event.message, detail=detail)
        case happened.OrderHeld():
            message = event.message or "held by the desk until the market sets it off"
            return Story(ExecutionType.NEW, message)
        case happened.TrailingMoved():
            return None  # The journal has every step; a person needs the one that set it off.
        case happened.OrderTriggered():
            where = f"set off by {order.exchange}" if event.price is None else f"set off at {plain(event.price)}"
            return Story(ExecutionType.TRIGGERED, where)
        case happened.AmendRequested():
            asked = event.asked
            detail = _figures(asked.quantity, asked.price, asked.trigger_price)
            how = (
                "" if event.in_place else f"; {order.exchange} cannot change it in place: it is canceled and sent again"
            )
            return Story(ExecutionType.PENDING_REPLACE, f"change requested by {event.by}{how}", detail=detail)
        case happened.AmendPostponed():
            message = f"not changed yet, asking again: {event.message}"
            codes = _codes(event.venue_code)
            return Story(ExecutionType.STATUS, message, error_code=event.reason, detail=codes)
        case happened.OrderAmended():
            detail = _figures(event.quantity, event.price, event.trigger_price)
            return Story(ExecutionType.REPLACED, event.message or "changed as requested", detail=detail)
        case happened.AmendFailed():
            message = f"not changed: {event.message}"
            codes = _codes(event.venue_code)
            return Story(ExecutionType.REPLACE_REJECTED, message, error_code=event.reason, detail=codes)
        case happened.OrderRestated():
            detail = _figures(event.quantity, event.price, event.trigger_price)
            return Story(ExecutionType.RESTATED, event.message, detail=detail)
        case happened.ProtectionChanged() | happened.ProtectionEnded():
            return Story(ExecutionType.STATUS, event.message)
        case happened.ExecutionReversed():
            detail = {"execution_id": event.execution_id}
            return Story(ExecutionType.TRADE_CANCEL, event.message, HistoryStatus.CORRECTED, detail=detail)
        case _:
            assert_never(event)


def _figures(quantity: Decimal | None, price: Decimal | None, trigger_price: Decimal | None) -> dict[str, Any]:
    given = {"quantity": quantity, "price": price, "trigger_price": trigger_price}
    return {name: plain(value) for name, value in given.items() if value is not None}


def _trouble(event: Trouble, order: Order) -> Story | None:
    match event:
        case happened.OrderInvalidated():
            detail = _bounds(event)
            return Story(ExecutionType.REJECTED, event.message, error_code=event.code, detail=detail)
        case happened.AttemptFailed():
            message = f"attempt {event.attempt} was not placed: {event.message}"
            return Story(ExecutionType.STATUS, message, error_code=event.reason, detail=_codes(event.venue_code))
        case happened.OrderInDoubt():
            message = f"outcome of attempt {event.attempt} unknown, asking {order.exchange}: {event.message}"
            return Story(ExecutionType.STATUS, message, detail=_codes(event.venue_code))
        case happened.OrderAbsenceSeen():
            return Story(
                ExecutionType.STATUS, f"{order.exchange} does not know attempt {event.attempt}; asking once more"
            )
        case happened.OrderLookedUp():
            filled = plain(event.venue_filled_quantity)
            message = f"{order.exchange} says {event.venue_status} with {filled} filled; waiting for its executions"
            return Story(ExecutionType.STATUS, message)
        case happened.CancelRefused():
            message = f"cancel refused: {event.message}"
            return Story(
                ExecutionType.CANCEL_REJECTED, message, error_code=event.reason, detail=_codes(event.venue_code)
            )
        case happened.OrderEnded():
            message = event.message or str(event.reason or event.status).replace("_", " ")
            return Story(_ENDINGS[event.status], message, error_code=event.reason, detail=_codes(event.venue_code))
        case happened.RulesChanged():
            message = f"the venue's rules changed: {event.message}"
            return Story(ExecutionType.STATUS, message, error_code=event.code, detail=_bounds(event))
        case _:
            assert_never(event)


def _bounds(event: happened.OrderInvalidated | happened.RulesChanged) -> dict[str, Any]:
    return {} if event.limit is None else {"limit": event.limit, "actual": event.actual}


def _asked(order: Order) -> str:
    amount = plain(order.quantity) if order.quantity is not None else f"{plain(order.quote_quantity or ZERO)} (quote)"
    price = "" if order.price is None else f" at {plain(order.price)}"
    if order.is_forced:
        cause = str(order.rule_id).partition(":")[2].replace("_", " ")
        return f"made by {order.exchange} itself ({cause}): {order.side} {amount} {order.symbol}"
    return f"{order.side} {amount} {order.symbol} {order.order_type}{price} on {order.exchange}"


def _trade(event: happened.ExecutionBooked, order: Order) -> Story:
    quantity, price = plain(event.quantity), plain(event.price)
    detail = {
        "execution_id": event.execution_id,
        "trade_id": event.trade_id,
        "quantity": quantity,
        "price": price,
        "liquidity": event.liquidity,
    }
    whole = "?" if order.quantity is None else plain(order.quantity)
    message = f"{event.side} {quantity} at {price} ({plain(order.filled_quantity)} of {whole})"
    if event.overfill:
        message += f"; {plain(event.overfill)} more than was ordered"
        detail["overfill"] = plain(event.overfill)
    return Story(ExecutionType.TRADE, message, detail=detail)


def _closed(event: happened.OrderClosed, order: Order) -> Story:
    message = f"closed as {order.status}, {plain(order.filled_quantity)} filled"
    if event.realized_pnl:
        message += f", realized {plain(event.realized_pnl)}"
    return Story(ExecutionType.DONE, message, HistoryStatus.CLOSED)


def _codes(venue_code: str | None) -> dict[str, Any]:
    return {} if venue_code is None else {"venue_code": venue_code}
