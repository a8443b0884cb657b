"""What the history of an order says of each event: one row a step, in words that a person reads."""

from typing import Any, NamedTuple, assert_never

from tidegate.core.messages import events as happened
from tidegate.core.messages.events import OrderEvent
from tidegate.core.money import ZERO, plain
from tidegate.core.order import Order
from tidegate.core.vocabulary import ExecutionType, HistoryStatus, OrderStatus


class Story(NamedTuple):
    """The telling part of a history row."""

    execution_type: ExecutionType
    message: str
    status: OrderStatus | HistoryStatus | None = None  # None: the order's own.
    error_code: str | None = None
    detail: dict[str, Any] = {}  # noqa: RUF012  NamedTuple defaults are never changed here.


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
            return Story(ExecutionType.PENDING_CANCEL, f"cancel requested by {event.by}")
        case _:
            return _trouble(event, order)


Trouble = (
    happened.OrderInvalidated
    | happened.AttemptFailed
    | happened.OrderInDoubt
    | happened.OrderAbsenceSeen
    | happened.OrderLookedUp
    | happened.CancelRefused
    | happened.OrderEnded
)


def _trouble(event: Trouble, order: Order) -> Story | None:
    match event:
        case happened.OrderInvalidated():
            detail = {} if event.limit is None else {"limit": event.limit, "actual": event.actual}
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
        case _:
            assert_never(event)


def _asked(order: Order) -> str:
    amount = plain(order.quantity) if order.quantity is not None else f"{plain(order.quote_quantity or ZERO)} (quote)"
    price = "" if order.price is None else f" at {plain(order.price)}"
    return f"{order.side} {amount} {order.symbol} {order.order_type}{price} on {order.exchange}"


def _trade(event: happened.ExecutionBooked, order: Order) -> Story:
    detail = {
        "execution_id": event.execution_id,
        "trade_id": event.trade_id,
        "quantity": plain(event.quantity),
        "price": plain(event.price),
        "liquidity": event.liquidity,
    }
    whole = "?" if order.quantity is None else plain(order.quantity)
    message = (
        f"{event.side} {plain(event.quantity)} at {plain(event.price)} ({plain(order.filled_quantity)} of {whole})"
    )
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
