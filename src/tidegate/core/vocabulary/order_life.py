"""Where an order stands, and what happens to it."""

from enum import StrEnum


class OrderStatus(StrEnum):
    """Where an order stands. What is being asked of it is `PendingAction`, a separate thing."""

    CREATED = "created"
    INVALIDATED = "invalidated"
    PENDING = "pending"
    SUBMITTED = "submitted"
    PARTIALLY_FILLED = "partially_filled"
    FILLED = "filled"
    CANCELED = "canceled"
    REJECTED = "rejected"
    EXPIRED = "expired"


class HistoryStatus(StrEnum):
    """What a row of `order_history` may say beyond the order's status."""

    CLOSED = "closed"
    CORRECTED = "corrected"


class PendingAction(StrEnum):
    """What is being asked of the venue right now."""

    NONE = "none"
    CANCEL = "cancel"
    AMEND = "amend"


class HeldBy(StrEnum):
    """Who keeps the order: the venue, or the desk until it triggers."""

    VENUE = "venue"
    DESK = "desk"


class WakePurpose(StrEnum):
    """What a timer of an order is for; each purpose has a timer of its own."""

    ATTENTION = "attention"
    EXPIRY = "expiry"
    PROTECTION = "protection"


class Correction(StrEnum):
    """What the desk may put right by itself, each switchable per user. Each is written to the order's history."""

    ADJUST_TO_GRID = "adjust_to_grid"
    REPRICE_POST_ONLY = "reprice_post_only"


class ExecutionType(StrEnum):
    """FIX tag 150: why a row of history was written."""

    NEW = "new"
    PENDING_NEW = "pending_new"
    TRADE = "trade"
    PENDING_CANCEL = "pending_cancel"
    PENDING_REPLACE = "pending_replace"
    REPLACED = "replaced"
    REPLACE_REJECTED = "replace_rejected"
    RESTATED = "restated"
    TRIGGERED = "triggered"
    TRADE_CANCEL = "trade_cancel"
    CANCEL_REJECTED = "cancel_rejected"
    CANCELED = "canceled"
    REJECTED = "rejected"
    EXPIRED = "expired"
    DONE = "done"
    TRADE_CORRECT = "trade_correct"
    STATUS = "status"


class Liquidity(StrEnum):
    """FIX tag 851: whether an execution gave or took liquidity. Crosses inside the desk are `internal`."""

    MAKER = "maker"
    TAKER = "taker"
    INTERNAL = "internal"
    UNKNOWN = "unknown"
