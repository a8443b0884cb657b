"""The words of Bybit's trading API ("Enums Definitions") and what they are in the exchange's own."""

from enum import StrEnum

from venuesim.exchange.vocabulary import (
    Direction,
    PositionSide,
    PriceKind,
    SelfTradePrevention,
    Side,
    TimeInForce,
)


class WireSide(StrEnum):
    """The `side` values."""

    BUY = "Buy"
    SELL = "Sell"


class WireType(StrEnum):
    """The `orderType` values of requests."""

    MARKET = "Market"
    LIMIT = "Limit"


class WireTime(StrEnum):
    """The `timeInForce` values."""

    GTC = "GTC"
    IOC = "IOC"
    FOK = "FOK"
    POST_ONLY = "PostOnly"
    RPI = "RPI"


class MarketUnit(StrEnum):
    """The `marketUnit` values: what `qty` of a spot market order counts."""

    BASE = "baseCoin"
    QUOTE = "quoteCoin"


class OrderFilter(StrEnum):
    """The `orderFilter` values."""

    ORDER = "Order"
    STOP_ORDER = "StopOrder"
    TPSL_ORDER = "tpslOrder"
    OCO_ORDER = "OcoOrder"
    BIDIRECTIONAL = "BidirectionalTpslOrder"


class StopType(StrEnum):
    """The `stopOrderType` values; empty for an order that never waited for a price."""

    NONE = ""
    STOP = "Stop"
    TAKE_PROFIT = "TakeProfit"
    STOP_LOSS = "StopLoss"
    TRAILING_STOP = "TrailingStop"
    PARTIAL_TAKE_PROFIT = "PartialTakeProfit"
    PARTIAL_STOP_LOSS = "PartialStopLoss"
    TPSL_ORDER = "tpslOrder"
    BIDIRECTIONAL = "BidirectionalTpslOrder"


class TriggerBy(StrEnum):
    """The `triggerBy` values."""

    LAST = "LastPrice"
    INDEX = "IndexPrice"
    MARK = "MarkPrice"


class SmpType(StrEnum):
    """The `smpType` values."""

    NONE = "None"
    CANCEL_MAKER = "CancelMaker"
    CANCEL_TAKER = "CancelTaker"
    CANCEL_BOTH = "CancelBoth"


class TpslMode(StrEnum):
    """The `tpslMode` values: stops for the whole position, or for a part of it."""

    FULL = "Full"
    PARTIAL = "Partial"


class SlippageType(StrEnum):
    """The `slippageToleranceType` values."""

    TICKS = "TickSize"
    PERCENT = "Percent"


class BboSide(StrEnum):
    """The `bboSideType` values: one's own side of the book, or the other."""

    QUEUE = "Queue"
    COUNTERPARTY = "Counterparty"


class CreateType(StrEnum):
    """The `createType` values that the simulator uses."""

    USER = "CreateByUser"
    STOP_ORDER = "CreateByStopOrder"
    TAKE_PROFIT = "CreateByTakeProfit"
    STOP_LOSS = "CreateByStopLoss"
    PARTIAL_TAKE_PROFIT = "CreateByPartialTakeProfit"
    PARTIAL_STOP_LOSS = "CreateByPartialStopLoss"
    TRAILING_STOP = "CreateByTrailingStop"
    LIQUIDATION = "CreateByLiq"
    AUTO_DELEVERAGING = "CreateByAdl_PassThrough"
    BBO = "CreateByBboOrder"


SIDES = {WireSide.BUY: Side.BUY, WireSide.SELL: Side.SELL}
SIDE_NAMES = {side: name.value for name, side in SIDES.items()}
TIMES = {
    WireTime.GTC: TimeInForce.GTC,
    WireTime.IOC: TimeInForce.IOC,
    WireTime.FOK: TimeInForce.FOK,
    WireTime.POST_ONLY: TimeInForce.GTC,
}
TIME_NAMES = {TimeInForce.GTC: WireTime.GTC, TimeInForce.IOC: WireTime.IOC, TimeInForce.FOK: WireTime.FOK}
PRICE_KINDS = {
    TriggerBy.LAST: PriceKind.LAST,
    TriggerBy.INDEX: PriceKind.INDEX,
    TriggerBy.MARK: PriceKind.MARK,
}
TRIGGER_NAMES = {kind: name.value for name, kind in PRICE_KINDS.items()}
PREVENTIONS = {
    SmpType.NONE: SelfTradePrevention.NONE,
    SmpType.CANCEL_MAKER: SelfTradePrevention.EXPIRE_MAKER,
    SmpType.CANCEL_TAKER: SelfTradePrevention.EXPIRE_TAKER,
    SmpType.CANCEL_BOTH: SelfTradePrevention.EXPIRE_BOTH,
}
DIRECTIONS = {1: Direction.RISING, 2: Direction.FALLING}
DIRECTION_NUMBERS = {direction: number for number, direction in DIRECTIONS.items()}
POSITION_SIDES = {0: PositionSide.NET, 1: PositionSide.LONG, 2: PositionSide.SHORT}
POSITION_INDEXES = {side: index for index, side in POSITION_SIDES.items()}
CREATE_TYPES = {
    StopType.STOP: CreateType.STOP_ORDER,
    StopType.TAKE_PROFIT: CreateType.TAKE_PROFIT,
    StopType.STOP_LOSS: CreateType.STOP_LOSS,
    StopType.PARTIAL_TAKE_PROFIT: CreateType.PARTIAL_TAKE_PROFIT,
    StopType.PARTIAL_STOP_LOSS: CreateType.PARTIAL_STOP_LOSS,
    StopType.TRAILING_STOP: CreateType.TRAILING_STOP,
}
TAKE_PROFITS = frozenset({StopType.TAKE_PROFIT, StopType.PARTIAL_TAKE_PROFIT})


class Extra(StrEnum):
    """What an order keeps beside what the exchange knows: the keys of `Order.extra`. Absent is empty."""

    ORDER_LINK_ID = "orderLinkId"
    MARKET_UNIT = "marketUnit"
    TIME_IN_FORCE = "timeInForce"
    STOP_TYPE = "stopOrderType"
    CREATE_TYPE = "createType"
    CLOSE_ON_TRIGGER = "closeOnTrigger"
    LAST_PRICE = "lastPriceOnCreated"
    TAKE_PROFIT = "takeProfit"
    STOP_LOSS = "stopLoss"
    TP_TRIGGER_BY = "tpTriggerBy"
    SL_TRIGGER_BY = "slTriggerBy"
    TP_LIMIT_PRICE = "tpLimitPrice"
    SL_LIMIT_PRICE = "slLimitPrice"
    TPSL_MODE = "tpslMode"
    SMP_TYPE = "smpType"
    SMP_ORDER_ID = "smpOrderId"
    SLIPPAGE_TYPE = "slippageToleranceType"
    SLIPPAGE = "slippageTolerance"
    PARENT = "parentOrderId"
    PARENT_LINK = "parentOrderLinkId"
    CANCEL_TYPE = "cancelType"
    OCO_TRIGGER_BY = "ocoTriggerBy"
