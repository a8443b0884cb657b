"""The words of the Spot API (enums page), and the names under which an order keeps what the exchange does not know."""

from enum import StrEnum


class WireType(StrEnum):
    """The `type` values."""

    LIMIT = "LIMIT"
    LIMIT_MAKER = "LIMIT_MAKER"
    MARKET = "MARKET"
    STOP_LOSS = "STOP_LOSS"
    STOP_LOSS_LIMIT = "STOP_LOSS_LIMIT"
    TAKE_PROFIT = "TAKE_PROFIT"
    TAKE_PROFIT_LIMIT = "TAKE_PROFIT_LIMIT"

    @property
    def has_price(self) -> bool:
        """Whether the order has a limit."""
        return self not in _WITHOUT_PRICE

    @property
    def is_conditional(self) -> bool:
        """Whether the order waits for a stop price: what filters call an algo order."""
        return self in _CONDITIONAL

    @property
    def is_stop_loss(self) -> bool:
        """Whether the order fires when the price moves against its owner."""
        return self in _STOP_LOSS


_WITHOUT_PRICE = frozenset({WireType.MARKET, WireType.STOP_LOSS, WireType.TAKE_PROFIT})
_STOP_LOSS = frozenset({WireType.STOP_LOSS, WireType.STOP_LOSS_LIMIT})
_CONDITIONAL = _STOP_LOSS | {WireType.TAKE_PROFIT, WireType.TAKE_PROFIT_LIMIT}


class WireSide(StrEnum):
    """The `side` values."""

    BUY = "BUY"
    SELL = "SELL"


class WireTimeInForce(StrEnum):
    """The `timeInForce` values."""

    GTC = "GTC"
    IOC = "IOC"
    FOK = "FOK"


class ResponseType(StrEnum):
    """The `newOrderRespType` values."""

    ACK = "ACK"
    RESULT = "RESULT"
    FULL = "FULL"


class PreventionMode(StrEnum):
    """The `selfTradePreventionMode` values."""

    NONE = "NONE"
    EXPIRE_TAKER = "EXPIRE_TAKER"
    EXPIRE_MAKER = "EXPIRE_MAKER"
    EXPIRE_BOTH = "EXPIRE_BOTH"
    DECREMENT = "DECREMENT"
    TRANSFER = "TRANSFER"


DEFAULT_PREVENTION = PreventionMode.EXPIRE_MAKER
"""What the live pairs have as `defaultSelfTradePreventionMode`. Assumption: NONE is allowed here, as it is not there,
so that trades with oneself can be tried."""


class SymbolStatus(StrEnum):
    """The `symbolStatus` values that requests may name."""

    TRADING = "TRADING"
    HALT = "HALT"
    BREAK = "BREAK"


class Extra(StrEnum):
    """Keys of Order.extra."""

    TYPE = "type"
    STOP_PRICE = "stop_price"
    TRAILING_DELTA = "trailing_delta"
    TRAILING_MS = "trailing_ms"
    ICEBERG = "iceberg"
    STRATEGY_ID = "strategy_id"
    STRATEGY_TYPE = "strategy_type"
    PREVENTION = "prevention"
    LIST_ID = "list_id"
    PENDING = "pending"
    CANCEL_ID = "cancel_client_order_id"
    ORIGINAL_ID = "original_client_order_id"
    PREVENTED_MATCH = "prevented_match"
