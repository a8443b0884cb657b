"""What an order asks for, and how it is carried out."""

from enum import StrEnum


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
