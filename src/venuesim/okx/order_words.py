"""OKX's words for orders: states, categories, reasons, and what an order keeps of its request."""

from enum import StrEnum

from venuesim.exchange.accounts import Account
from venuesim.exchange.clearing import CLOSES_PART
from venuesim.exchange.orders import Order
from venuesim.exchange.vocabulary import EndReason, OrderStatus, OrderType, Origin

FIRST_USER_ID = 614_488_474_791_001


class Extra(StrEnum):
    """What a request says that the exchange only keeps: the keys of `Order.extra`."""

    CLIENT_ORDER_ID = "clOrdId"
    TAG = "tag"
    SIZE = "sz"
    TARGET_CURRENCY = "tgtCcy"
    SELF_TRADE_PREVENTION = "stpMode"
    ORDER_TYPE = "ordType"
    TRADE_MODE = "tdMode"
    LEVERAGE = "lever"
    REDUCE_ONLY = "reduceOnly"
    ATTACHED = "attachAlgoOrds"
    REQUEST_ID = "reqId"
    SOURCE = "source"
    ALGO_ID = "algoId"
    ALGO_CLIENT_ID = "algoClOrdId"
    LINKED_ALGO_ID = "linkedAlgoOrd"
    IS_TP_LIMIT = "isTpLimit"
    IS_PROTECTED = "isProtected"
    CANCEL_SOURCE = "cancelSource"


class State(StrEnum):
    """The `state` values of an order."""

    LIVE = "live"
    PARTIALLY_FILLED = "partially_filled"
    FILLED = "filled"
    CANCELED = "canceled"


_STATES = {
    OrderStatus.WAITING: State.LIVE,
    OrderStatus.NEW: State.LIVE,
    OrderStatus.PARTIALLY_FILLED: State.PARTIALLY_FILLED,
    OrderStatus.FILLED: State.FILLED,
    OrderStatus.CANCELED: State.CANCELED,
    OrderStatus.EXPIRED: State.CANCELED,
    OrderStatus.REJECTED: State.CANCELED,
}

SYSTEM = ("0", "Order canceled by system")

CANCEL_SOURCES = {
    EndReason.NONE: ("", ""),
    EndReason.USER: ("1", "Order canceled by user"),
    EndReason.FILL_OR_KILL: ("13", "Order canceled: FOK order was canceled due to incompletely filled"),
    EndReason.IMMEDIATE_OR_CANCEL: (
        "14",
        "Order canceled: IOC order was partially canceled due to incompletely filled",
    ),
    EndReason.POST_ONLY: ("31", "The post-only order will take liquidity in taker orders"),
    EndReason.SELF_TRADE: ("32", "Self trade prevention"),
    EndReason.REDUCE_ONLY: (
        "17",
        "Order canceled: Close order was canceled, due to the position was already closed at market price",
    ),
    EndReason.LIQUIDATION: (
        "3",
        "Order canceled: Risk cancellation was triggered, due to insufficient maintenance margin ratio",
    ),
    EndReason.DEAD_MAN_SWITCH: ("20", "Cancel all after triggered"),
    EndReason.ONE_CANCELS_OTHER: (
        "36",
        "Your TP limit order was canceled because the corresponding SL order was triggered",
    ),
}
"""Why an order ended, as code and sentence; whatever else ends one counts as the system (assumption)."""

SPECIAL_SOURCES = {
    "23": (
        "Order canceled: Due to a better price was available for the order in the same direction, "
        "the existing reduce-only order was automatically canceled"
    ),
    "37": "Your TP limit order was canceled because the corresponding SL order was canceled.",
}
"""Reasons that the exchange does not know: kept with the order."""

_CATEGORIES = {
    Origin.USER: "normal",
    Origin.CONDITIONAL: "normal",
    Origin.LIQUIDATION: "full_liquidation",
    Origin.AUTO_DELEVERAGING: "adl",
}


def user_id(account: Account) -> str:
    """Return the account's `uid`."""
    return str(FIRST_USER_ID + account.account_id)


def state_of(order: Order) -> State:
    """Return an order's state in OKX's word."""
    return _STATES[order.status]


def category_of(order: Order) -> str:
    """Return `category`: who made the order."""
    if order.origin is Origin.LIQUIDATION and CLOSES_PART in order.extra:
        return "partial_liquidation"
    return _CATEGORIES[order.origin]


def order_type_of(order: Order) -> str:
    """Return `ordType`."""
    named = order.extra.get(Extra.ORDER_TYPE)
    if named is not None:
        return named
    return "market" if order.order_type is OrderType.MARKET else "limit"
