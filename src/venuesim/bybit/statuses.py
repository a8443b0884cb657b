"""What became of an order, in Bybit's words: orderStatus, cancelType and rejectReason ("Enums Definitions")."""

from enum import StrEnum

from venuesim.bybit.words import Extra
from venuesim.exchange.orders import Order
from venuesim.exchange.vocabulary import EndReason, OrderStatus


class Status(StrEnum):
    """The `orderStatus` values."""

    NEW = "New"
    PARTIALLY_FILLED = "PartiallyFilled"
    UNTRIGGERED = "Untriggered"
    TRIGGERED = "Triggered"
    FILLED = "Filled"
    CANCELLED = "Cancelled"
    PARTIALLY_FILLED_CANCELLED = "PartiallyFilledCanceled"
    DEACTIVATED = "Deactivated"
    REJECTED = "Rejected"


class CancelType(StrEnum):
    """The `cancelType` values that the simulator uses."""

    UNKNOWN = "UNKNOWN"
    USER = "CancelByUser"
    REDUCE_ONLY = "CancelByReduceOnly"
    LIQUIDATION = "CancelAllBeforeLiq"
    ADMIN = "CancelByAdmin"
    CLEARED = "CancelByTpSlTsClear"
    SELF_MATCH = "CancelBySmp"
    DISCONNECTED = "CancelByDCP"
    STOP_LOSS_FIRED = "CancelByOCOTpCanceledBySlTriggered"
    TAKE_PROFIT_FIRED = "CancelByOCOSlCanceledByTpTriggered"


NO_ERROR = "EC_NoError"
_WORKING = {
    OrderStatus.NEW: Status.NEW,
    OrderStatus.PARTIALLY_FILLED: Status.PARTIALLY_FILLED,
    OrderStatus.FILLED: Status.FILLED,
}
_REASONS = {
    EndReason.NONE: (CancelType.UNKNOWN, NO_ERROR),
    EndReason.USER: (CancelType.USER, "EC_PerCancelRequest"),
    EndReason.FILL_OR_KILL: (CancelType.UNKNOWN, "EC_CancelForNoFullFill"),
    EndReason.IMMEDIATE_OR_CANCEL: (CancelType.UNKNOWN, "EC_NoImmediateQtyToFill"),
    EndReason.POST_ONLY: (CancelType.UNKNOWN, "EC_PostOnlyWillTakeLiquidity"),
    EndReason.NO_LIQUIDITY: (CancelType.UNKNOWN, "EC_NoImmediateQtyToFill"),
    EndReason.SELF_TRADE: (CancelType.SELF_MATCH, "EC_BySelfMatch"),
    EndReason.REDUCE_ONLY: (CancelType.REDUCE_ONLY, NO_ERROR),
    EndReason.INSUFFICIENT_BALANCE: (CancelType.UNKNOWN, "EC_Others"),
    EndReason.ONE_CANCELS_OTHER: (CancelType.CLEARED, NO_ERROR),
    EndReason.LIQUIDATION: (CancelType.LIQUIDATION, "EC_PerCancelRequest"),
    EndReason.DEAD_MAN_SWITCH: (CancelType.DISCONNECTED, "EC_PerCancelRequest"),
    EndReason.SYSTEM: (CancelType.ADMIN, "EC_PerCancelRequest"),
    EndReason.REFUSED_LATE: (CancelType.UNKNOWN, "EC_Others"),
}
"""What ended an order, as `cancelType` and `rejectReason`. Assumption: which reason belongs to which end."""


def status_of(order: Order) -> Status:
    """Return `orderStatus`.

    A contract's conditional order that cannot be paid for once it is triggered is Cancelled ("Place Order"); a spot
    one is Rejected (assumption). Assumption: a spot post-only order that would take is Rejected, a contract's is
    Cancelled (as the documentation's example shows).
    """
    if order.status is OrderStatus.WAITING:
        return Status.UNTRIGGERED if order.triggered_ms is None else Status.TRIGGERED
    working = _WORKING.get(order.status)
    if working is not None:
        return Status.PARTIALLY_FILLED_CANCELLED if leaves_change(order) else working
    if order.trigger is not None and order.triggered_ms is None:
        return Status.DEACTIVATED
    is_linear = order.instrument.is_linear
    if order.end_reason is EndReason.REFUSED_LATE:
        return Status.REJECTED
    if order.end_reason in {EndReason.POST_ONLY, EndReason.INSUFFICIENT_BALANCE} and not is_linear:
        return Status.REJECTED
    return Status.CANCELLED if is_linear or not order.filled_quantity else Status.PARTIALLY_FILLED_CANCELLED


def leaves_change(order: Order) -> bool:
    """Whether a market order by quote amount is done but for an amount that buys nothing more.

    The venue calls that partly filled and cancelled, with what is left in `leavesValue` (seen in recorded pushes).
    """
    return order.status is OrderStatus.FILLED and order.filled_quote < order.quote_quantity


def reasons_of(order: Order) -> tuple[str, str]:
    """Return `cancelType` and `rejectReason`; an order that never worked was not cancelled out of the book."""
    cancel_type, reject_reason = _REASONS.get(order.end_reason, (CancelType.UNKNOWN, NO_ERROR))
    if leaves_change(order):
        reject_reason = "EC_CancelForNoFullFill"
    if status_of(order) is Status.DEACTIVATED:
        reject_reason = NO_ERROR
    return order.extra.get(Extra.CANCEL_TYPE, cancel_type.value), reject_reason
