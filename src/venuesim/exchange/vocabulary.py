"""The words of the exchange, the same for every venue; each venue translates them."""

from __future__ import annotations

from enum import StrEnum


class MarketKind(StrEnum):
    """What is traded: a pair of assets, or a perpetual contract settled in the quote asset."""

    SPOT = "spot"
    LINEAR = "linear"


class Side(StrEnum):
    """Who gives what."""

    BUY = "buy"
    SELL = "sell"

    @property
    def opposite(self) -> Side:
        """The other side of the book."""
        return Side.SELL if self is Side.BUY else Side.BUY

    @property
    def sign(self) -> int:
        """1 for a buy, -1 for a sell: what a fill does to a signed position."""
        return 1 if self is Side.BUY else -1


class OrderType(StrEnum):
    """How the price is set."""

    MARKET = "market"
    LIMIT = "limit"


class TimeInForce(StrEnum):
    """How long a limit order works."""

    GTC = "gtc"
    IOC = "ioc"
    FOK = "fok"
    GTD = "gtd"


class OrderStatus(StrEnum):
    """Where an order stands. `waiting` is a conditional order whose trigger has not fired."""

    WAITING = "waiting"
    NEW = "new"
    PARTIALLY_FILLED = "partially_filled"
    FILLED = "filled"
    CANCELED = "canceled"
    EXPIRED = "expired"
    REJECTED = "rejected"

    @property
    def is_open(self) -> bool:
        """Whether the order can still trade."""
        return self in _OPEN

    @property
    def is_working(self) -> bool:
        """Whether the order may rest in the book."""
        return self is OrderStatus.NEW or self is OrderStatus.PARTIALLY_FILLED


_OPEN = frozenset({OrderStatus.WAITING, OrderStatus.NEW, OrderStatus.PARTIALLY_FILLED})


class EndReason(StrEnum):
    """What ended an order that was not filled."""

    NONE = "none"
    USER = "user"
    IMMEDIATE_OR_CANCEL = "immediate_or_cancel"
    FILL_OR_KILL = "fill_or_kill"
    POST_ONLY = "post_only"
    NO_LIQUIDITY = "no_liquidity"
    GOOD_TILL_DATE = "good_till_date"
    SELF_TRADE = "self_trade"
    REDUCE_ONLY = "reduce_only"
    INSUFFICIENT_BALANCE = "insufficient_balance"
    WOULD_TRIGGER = "would_trigger"
    ONE_CANCELS_OTHER = "one_cancels_other"
    REPLACED = "replaced"
    LIQUIDATION = "liquidation"
    DEAD_MAN_SWITCH = "dead_man_switch"
    SYSTEM = "system"
    REFUSED_LATE = "refused_late"


class PositionSide(StrEnum):
    """Which position an order changes: the only one (one-way mode), or one of two (hedge mode)."""

    NET = "net"
    LONG = "long"
    SHORT = "short"


class MarginMode(StrEnum):
    """What stands behind a position: the whole wallet, or only what was set aside for it."""

    CROSS = "cross"
    ISOLATED = "isolated"


class SelfTradePrevention(StrEnum):
    """What happens when an order would trade with another of the same account."""

    NONE = "none"
    EXPIRE_TAKER = "expire_taker"
    EXPIRE_MAKER = "expire_maker"
    EXPIRE_BOTH = "expire_both"
    DECREMENT = "decrement"


class PriceKind(StrEnum):
    """Which price a trigger watches."""

    LAST = "last"
    MARK = "mark"
    INDEX = "index"


class Direction(StrEnum):
    """Whether a trigger fires at or above its price, or at or below it."""

    RISING = "rising"
    FALLING = "falling"


class Origin(StrEnum):
    """Who made an order."""

    USER = "user"
    CONDITIONAL = "conditional"
    LIQUIDATION = "liquidation"
    AUTO_DELEVERAGING = "auto_deleveraging"


class RefusalReason(StrEnum):
    """Why the exchange did not accept an order; each venue has its own code for each."""

    DUPLICATE_CLIENT_ORDER_ID = "duplicate_client_order_id"
    INSUFFICIENT_BALANCE = "insufficient_balance"
    WOULD_TAKE = "would_take"
    WOULD_TRIGGER = "would_trigger"
    REDUCE_ONLY = "reduce_only"
    POSITION_SIDE = "position_side"
    NOTHING_TO_CHANGE = "nothing_to_change"


class FlowKind(StrEnum):
    """Why a balance moved."""

    TRADE = "trade"
    FUNDING = "funding"
    DEPOSIT = "deposit"
    WITHDRAWAL = "withdrawal"
    TRANSFER = "transfer"
    INSURANCE = "insurance"
    BUST = "bust"
