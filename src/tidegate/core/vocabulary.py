"""The closed sets of words that the whole desk speaks: in Python, in the database and in the API alike."""

import sys
from enum import EnumType, StrEnum

if sys.version_info < (3, 12) and hasattr(EnumType, "__getattr__"):
    # Members are plain attributes of their class. Python 3.11 has this fallback beside them, which 3.12 removed as
    # needless (python/cpython#106762); it makes each `Side.BUY` four times as slow, and an order's life has dozens.
    del EnumType.__getattr__


class Exchange(StrEnum):
    """A venue, by its ccxt id."""

    BINANCE = "binance"
    OKX = "okx"
    BYBIT = "bybit"


class Environment(StrEnum):
    """Which of a venue's worlds an account trades in."""

    LIVE = "live"
    TESTNET = "testnet"
    SIMULATED = "simulated"


class InstrumentKind(StrEnum):
    """What is traded."""

    SPOT = "spot"
    LINEAR = "linear"


class Wallet(StrEnum):
    """Which of an account's purses holds a balance. Binance keeps USD-M futures apart; OKX and Bybit are unified."""

    MAIN = "main"
    FUTURES = "futures"


class Side(StrEnum):
    """FIX tag 54."""

    BUY = "buy"
    SELL = "sell"


class PositionSide(StrEnum):
    """Which position of a symbol: the only one (one-way mode), or the long or short one of hedge mode."""

    NET = "net"
    LONG = "long"
    SHORT = "short"


class MarginMode(StrEnum):
    """What stands behind a position: the whole wallet, or an amount of its own."""

    CROSS = "cross"
    ISOLATED = "isolated"


class OrderType(StrEnum):
    """FIX tag 40, in the desk's words."""

    MARKET = "market"
    LIMIT = "limit"
    STOP_LOSS = "stop_loss"
    STOP_LIMIT = "stop_limit"
    TAKE_PROFIT = "take_profit"
    TAKE_PROFIT_LIMIT = "take_profit_limit"
    TRAILING_STOP = "trailing_stop"


class TriggerBy(StrEnum):
    """Which price sets a conditional order off."""

    LAST = "last"
    MARK = "mark"
    INDEX = "index"


class OffsetUnit(StrEnum):
    """What a trailing offset counts: the quote asset, or hundredths of the price."""

    PRICE = "price"
    PERCENT = "percent"


class Leg(StrEnum):
    """Which part of its parent's protection an order is."""

    STOP_LOSS = "stop_loss"
    TAKE_PROFIT = "take_profit"


class TimeInForce(StrEnum):
    """FIX tag 59: good till cancel, immediate or cancel, fill or kill, good till date."""

    GTC = "gtc"
    IOC = "ioc"
    FOK = "fok"
    GTD = "gtd"


class Routing(StrEnum):
    """Where an order may meet its counterparty."""

    VENUE = "venue"
    INTERNAL_FIRST = "internal_first"
    INTERNAL_ONLY = "internal_only"


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


class CashFlowKind(StrEnum):
    """Why a balance moved without a trade."""

    FUNDING = "funding"
    TRANSFER = "transfer"
    DEPOSIT = "deposit"
    WITHDRAWAL = "withdrawal"
    LIQUIDATION_FEE = "liquidation_fee"
    OTHER = "other"


class ForcedTrade(StrEnum):
    """Why a venue trades in an account by itself."""

    LIQUIDATION = "liquidation"
    AUTO_DELEVERAGING = "auto_deleveraging"
    SETTLEMENT = "settlement"  # Of a contract that is delivered or delisted.


class VenueOrderStatus(StrEnum):
    """What a venue says of an order, in one vocabulary for all venues."""

    OPEN = "open"
    FILLED = "filled"
    CANCELED = "canceled"
    EXPIRED = "expired"
    REJECTED = "rejected"


class AccountState(StrEnum):
    """Whether new orders are accepted for an account; cancels always are."""

    OFFLINE = "offline"
    RECOVERING = "recovering"
    READY = "ready"


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


class RefusalCode(StrEnum):
    """Why the desk itself said no. Stable: programs decide on these."""

    ACCOUNT_NOT_FOUND = "account_not_found"
    ALREADY_EXISTS = "already_exists"
    APPROVAL_ENDED = "approval_ended"
    APPROVAL_NOT_ALLOWED = "approval_not_allowed"
    APPROVAL_NOT_FOUND = "approval_not_found"
    BREAK_NOT_FOUND = "break_not_found"
    CLIENT_ORDER_ID_CONFLICT = "client_order_id_conflict"
    COMMAND_EXPIRED = "command_expired"
    DAILY_LOSS_LIMIT = "daily_loss_limit"
    DESK_BUSY = "desk_busy"
    DRAWDOWN_LIMIT = "drawdown_limit"
    DUPLICATE_ORDER = "duplicate_order"
    EQUITY_UNKNOWN = "equity_unknown"
    EXPIRY_NOT_ALLOWED = "expiry_not_allowed"
    EXPIRY_REQUIRED = "expiry_required"
    EXPOSURE_LIMIT = "exposure_limit"
    IDEMPOTENCY_KEY_CONFLICT = "idempotency_key_conflict"
    INSTRUMENT_NOT_ALLOWED = "instrument_not_allowed"
    INSTRUMENT_NOT_TRADING = "instrument_not_trading"
    INSTRUMENT_RESTRICTED = "instrument_restricted"
    INSUFFICIENT_BALANCE = "insufficient_balance"
    LEVERAGE_LIMIT = "leverage_limit"
    LEVERAGE_NOT_ALLOWED = "leverage_not_allowed"
    LIMITS_VERSION_CONFLICT = "limits_version_conflict"
    LIMIT_NOT_ALLOWED = "limit_not_allowed"
    NOTHING_TO_CHANGE = "nothing_to_change"
    NOTIONAL_ABOVE_MAXIMUM = "notional_above_maximum"
    NOTIONAL_BELOW_MINIMUM = "notional_below_minimum"
    NOTIONAL_RATE_LIMIT = "notional_rate_limit"
    NOT_PERMITTED = "not_permitted"
    NO_REFERENCE_PRICE = "no_reference_price"
    OPEN_ORDERS_LIMIT = "open_orders_limit"
    ORDER_BUSY = "order_busy"
    ORDER_CLOSED = "order_closed"
    ORDER_NOTIONAL_LIMIT = "order_notional_limit"
    ORDER_NOT_FOUND = "order_not_found"
    ORDER_QUANTITY_LIMIT = "order_quantity_limit"
    ORDER_RATE_LIMIT = "order_rate_limit"
    PARAMETER_NOT_ALLOWED = "parameter_not_allowed"
    POSITION_LIMIT = "position_limit"
    POSITION_NOT_FLAT = "position_not_flat"
    PRICE_NOT_ALLOWED = "price_not_allowed"
    PRICE_NOT_MULTIPLE_OF_TICK = "price_not_multiple_of_tick"
    PRICE_OUTSIDE_BAND = "price_outside_band"
    PRICE_OUTSIDE_COLLAR = "price_outside_collar"
    PRICE_REQUIRED = "price_required"
    PROTECTION_NOT_ALLOWED = "protection_not_allowed"
    PROTECTION_REQUIRED = "protection_required"
    QUANTITY_ABOVE_MAXIMUM = "quantity_above_maximum"
    QUANTITY_AMBIGUOUS = "quantity_ambiguous"
    QUANTITY_BELOW_FILLED = "quantity_below_filled"
    QUANTITY_BELOW_MINIMUM = "quantity_below_minimum"
    QUANTITY_NOT_MULTIPLE_OF_STEP = "quantity_not_multiple_of_step"
    RULE_LIMIT_REACHED = "rule_limit_reached"
    RULE_NOT_ALLOWED = "rule_not_allowed"
    RULE_NOT_FOUND = "rule_not_found"
    SCOPE_NOT_FOUND = "scope_not_found"
    SYMBOL_NOT_FOUND = "symbol_not_found"
    TRADING_HALTED = "trading_halted"
    TRADING_REDUCING = "trading_reducing"
    TRAILING_OFFSET_NOT_ALLOWED = "trailing_offset_not_allowed"
    TRAILING_OFFSET_REQUIRED = "trailing_offset_required"
    TRANSFER_NOT_ALLOWED = "transfer_not_allowed"
    TRIGGER_PRICE_ALREADY_PASSED = "trigger_price_already_passed"
    TRIGGER_PRICE_NOT_ALLOWED = "trigger_price_not_allowed"
    TRIGGER_PRICE_REQUIRED = "trigger_price_required"
    UNSUPPORTED_COMBINATION = "unsupported_combination"
    UNSUPPORTED_ORDER_TYPE = "unsupported_order_type"
    UNSUPPORTED_ROUTING = "unsupported_routing"
    UNSUPPORTED_TIME_IN_FORCE = "unsupported_time_in_force"
    USER_NOT_FOUND = "user_not_found"
    VENUE_UNAVAILABLE = "venue_unavailable"


class RejectReason(StrEnum):
    """Why a venue said no, or what ended an order without the venue's word. Stable: programs decide on these."""

    AUTHENTICATION_FAILED = "authentication_failed"
    CANCELED_AT_VENUE = "canceled_at_venue"
    CANCELED_BY_RULE = "canceled_by_rule"
    CLIENT_DISCONNECTED = "client_disconnected"
    CLOCK_SKEW = "clock_skew"
    DUPLICATE_ORDER_ID = "duplicate_order_id"
    EXPIRED_AT_VENUE = "expired_at_venue"
    EXPIRED_BY_DESK = "expired_by_desk"
    IMMEDIATE_MATCH_REFUSED = "immediate_match_refused"
    INSTRUMENT_NOT_TRADABLE = "instrument_not_tradable"
    INSUFFICIENT_FUNDS = "insufficient_funds"
    INVALID_PARAMETERS = "invalid_parameters"
    KILLED = "killed"
    NOT_SENT = "not_sent"
    ONE_CANCELS_OTHER = "one_cancels_other"
    ORDER_LIMIT_REACHED = "order_limit_reached"
    OUTSIDE_VENUE_RULES = "outside_venue_rules"
    PERMISSION_DENIED = "permission_denied"
    POSITION_CLOSED = "position_closed"
    RATE_LIMITED = "rate_limited"
    REPLACED = "replaced"
    REPLACE_FAILED = "replace_failed"
    RISK_LIMIT = "risk_limit"
    STOP_TRIGGERED = "stop_triggered"
    TOO_LATE = "too_late"
    UNKNOWN_ORDER = "unknown_order"
    UNRESOLVED_UNFILLED = "unresolved_unfilled"
    USER_REQUEST = "user_request"
    VENUE_ERROR = "venue_error"
    VENUE_OVERLOADED = "venue_overloaded"
    VENUE_UNREACHABLE = "venue_unreachable"
