"""How the Spot API writes amounts and the states of orders."""

from decimal import Decimal

from venuesim.binance.spot.vocabulary import Extra, WireType
from venuesim.exchange.orders import Order
from venuesim.exchange.vocabulary import EndReason, OrderStatus, OrderType

Json = dict[str, object]

NOTHING = "0.00000000"

_REFUSED_IN_ITS_TURN = (EndReason.INSUFFICIENT_BALANCE, EndReason.WOULD_TRIGGER, EndReason.POST_ONLY)
"""What ends a stop that fires, or a pending order whose turn comes, when the matching engine does not take it.

They expire, with the reason REJECTED.
"""


_TYPES: dict[str, WireType] = {word.value: word for word in WireType}


def eight(amount: Decimal) -> str:
    """Write an amount with eight decimals, as Binance writes all of them."""
    return f"{amount:.8f}" if amount else NOTHING


def type_of(order: Order) -> WireType:
    """Return the `type` of an order; one that the exchange itself made is a market or a limit order."""
    named = order.extra.get(Extra.TYPE)
    if named is not None:
        return _TYPES[named]
    return WireType.MARKET if order.order_type is OrderType.MARKET else WireType.LIMIT


_REASONS = {
    EndReason.IMMEDIATE_OR_CANCEL: "UNFILLED_IOC_QUANTITY_EXPIRED",
    EndReason.FILL_OR_KILL: "UNFILLED_FOK_ORDER_EXPIRED",
    EndReason.NO_LIQUIDITY: "INSUFFICIENT_LIQUIDITY",
    EndReason.ONE_CANCELS_OTHER: "OCO_TRIGGER",
    EndReason.SYSTEM: "EXCHANGE_CANCELED",
    EndReason.LIQUIDATION: "EXCHANGE_CANCELED",
    **dict.fromkeys(_REFUSED_IN_ITS_TURN, "REJECTED"),
}


def status_of(order: Order) -> str:
    """Return the `status` of an order."""
    if order.status is OrderStatus.WAITING:
        return "PENDING_NEW" if Extra.PENDING in order.extra else "NEW"
    if order.end_reason is EndReason.SELF_TRADE and order.status is OrderStatus.EXPIRED:
        return "EXPIRED_IN_MATCH"
    if order.end_reason in _REFUSED_IN_ITS_TURN:
        return "EXPIRED"
    return order.status.upper()


def expiry_reason_of(order: Order) -> str | None:
    """Return the `expiryReason` of an order that has expired (User Data Streams, "Order Expiry Reason").

    Self-trade prevention is none of the documented ones.
    """
    if order.end_reason is EndReason.NONE or status_of(order) != "EXPIRED":
        return None
    if order.end_reason is EndReason.ONE_CANCELS_OTHER and Extra.PENDING in order.extra:
        return "OTO_PHASE_ONE_EXPIRED"
    return _REASONS.get(order.end_reason)


def prevention_of(order: Order) -> str:
    """Return the `selfTradePreventionMode` of an order."""
    return order.extra.get(Extra.PREVENTION, "NONE")


def list_id_of(order: Order) -> int:
    """Return the `orderListId` of an order: -1 if it belongs to none."""
    return int(order.extra.get(Extra.LIST_ID, "-1"))


def working_ms(order: Order) -> int:
    """Return the `workingTime` of an order: -1 while it does not stand in the book."""
    return -1 if order.working_ms is None else order.working_ms


def keep(order: Order, name: Extra, value: str) -> None:
    """Keep a fact with an order."""
    order.extra = {**order.extra, name.value: value}
