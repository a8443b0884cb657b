"""Who may do what, and what stops them."""

from enum import StrEnum


class TradingState(StrEnum):
    """What may leave: everything, only what reduces a position, or nothing but cancels and protection."""

    ACTIVE = "active"
    REDUCING = "reducing"
    HALTED = "halted"


class LimitKind(StrEnum):
    """What a risk limit bounds. Amounts are in the reporting currency unless said otherwise."""

    ORDER_NOTIONAL = "order_notional"  # The worth of one order.
    ORDER_QUANTITY = "order_quantity"  # Of one order, in base.
    PRICE_COLLAR = "price_collar"  # How far a price may be on the wrong side of the market, as a part of it.
    POSITION_QUANTITY = "position_quantity"  # Per symbol, in base, all open orders of one side filled.
    POSITION_NOTIONAL = "position_notional"  # The same, as its worth.
    ASSET_EXPOSURE = "asset_exposure"  # Net, per asset, over spot and derivatives.
    GROSS_EXPOSURE = "gross_exposure"  # The sum of all positions' worths.
    NET_EXPOSURE = "net_exposure"  # Long minus short.
    LEVERAGE = "leverage"  # Gross exposure of derivatives over equity; and what an order may set for its symbol.
    OPEN_ORDERS = "open_orders"  # How many.
    ORDERS_PER_INTERVAL = "orders_per_interval"
    NOTIONAL_PER_INTERVAL = "notional_per_interval"
    DUPLICATE_ORDERS = "duplicate_orders"  # How many alike may be placed within the interval.
    REPEATED_EXECUTIONS = "repeated_executions"  # How many orders alike may trade within the interval.
    REJECTIONS_PER_INTERVAL = "rejections_per_interval"  # How many refusals by venues.
    DAILY_LOSS = "daily_loss"  # Since midnight UTC, what stops would still lose included.
    DRAWDOWN = "drawdown"  # From the highest equity, as a part of it.
    PROTECTION_REQUIRED = "protection_required"  # An entry worth more needs a stop-loss.
    ALLOWED_SYMBOLS = "allowed_symbols"
    RESTRICTED_SYMBOLS = "restricted_symbols"
    BREAK_VALUE = "break_value"  # The worth of a difference between our books and a venue's.
    UNKNOWN_ORDERS = "unknown_orders"  # How many open at venues that are not ours.


class LimitAction(StrEnum):
    """What happens once a limit is reached, beyond refusing what would exceed it."""

    REFUSE = "refuse"
    REDUCE = "reduce"  # Its scope is reducing from then on.
    HALT = "halt"  # The kill switch is thrown for its scope.
    CLOSE = "close"  # And positions are closed.


class ApprovalKind(StrEnum):
    """What needs a second person."""

    RISK_LIMITS = "risk_limits"  # A set that loosens a limit.
    KILL_SWITCH_RELEASE = "kill_switch_release"


class ApprovalState(StrEnum):
    """What became of a request for a second person's word."""

    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"


class Role(StrEnum):
    """What a user may do. Administrators cannot trade."""

    VIEWER = "viewer"
    TRADER = "trader"
    RISK = "risk"
    ADMIN = "admin"
    AUDITOR = "auditor"
