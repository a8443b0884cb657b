"""Writes orders and executions in Bybit's words."""

from decimal import Decimal
from enum import StrEnum

from venuesim.bybit.operations import Json
from venuesim.exchange.accounts import ZERO
from venuesim.exchange.orders import Execution, Order
from venuesim.exchange.vocabulary import EndReason, OrderStatus, OrderType, Side
from venuesim.wire.calls import plain

_AVERAGE_STEP = Decimal("0.000000000001")


class Extra(StrEnum):
    """What a request says that the exchange only keeps: the keys of `Order.extra`."""

    ORDER_LINK_ID = "orderLinkId"
    QUANTITY = "qty"
    MARKET_UNIT = "marketUnit"
    TIME_IN_FORCE = "timeInForce"


class Status(StrEnum):
    """The `orderStatus` values."""

    NEW = "New"
    PARTIALLY_FILLED = "PartiallyFilled"
    FILLED = "Filled"
    CANCELLED = "Cancelled"
    PARTIALLY_FILLED_CANCELLED = "PartiallyFilledCanceled"
    REJECTED = "Rejected"


_SIDES = {Side.BUY: "Buy", Side.SELL: "Sell"}
_WORKING = {
    OrderStatus.NEW: Status.NEW,
    OrderStatus.PARTIALLY_FILLED: Status.PARTIALLY_FILLED,
    OrderStatus.FILLED: Status.FILLED,
}
_REASONS = {
    EndReason.NONE: ("UNKNOWN", "EC_NoError"),
    EndReason.USER: ("CancelByUser", "EC_PerCancelRequest"),
    EndReason.FILL_OR_KILL: ("UNKNOWN", "EC_CancelForNoFullFill"),
    EndReason.IMMEDIATE_OR_CANCEL: ("UNKNOWN", "EC_NoImmediateQtyToFill"),
    EndReason.POST_ONLY: ("UNKNOWN", "EC_PostOnlyWillTakeLiquidity"),
    EndReason.NO_LIQUIDITY: ("UNKNOWN", "EC_NoImmediateQtyToFill"),
}
"""What ended an order, as `cancelType` and `rejectReason`."""

_PLAIN_SPOT: Json = {
    "blockTradeId": "",
    "isLeverage": "0",
    "positionIdx": 0,
    "stopOrderType": "",
    "orderIv": "",
    "triggerPrice": "0",
    "takeProfit": "0",
    "stopLoss": "0",
    "ocoTriggerBy": "",
    "tpLimitPrice": "0",
    "slLimitPrice": "0",
    "tpTriggerBy": "",
    "slTriggerBy": "",
    "triggerDirection": 0,
    "triggerBy": "",
    "lastPriceOnCreated": "",
    "reduceOnly": False,
    "closeOnTrigger": False,
    "placeType": "",
    "smpType": "None",
    "smpGroup": 0,
    "smpOrderId": "",
    "slippageToleranceType": "UNKNOWN",
    "slippageTolerance": "",
}
"""Fields of an order that are the same for every plain spot order."""


def ids(order: Order) -> Json:
    """Return an order's two ids, as answers to order operations tell them."""
    return {"orderId": str(order.order_id), "orderLinkId": order.extra[Extra.ORDER_LINK_ID]}


def status_of(order: Order) -> Status:
    """Return `orderStatus`. Assumption: a post-only order that would take is Rejected, not Cancelled."""
    working = _WORKING.get(order.status)
    if working is not None:
        return working
    if order.end_reason is EndReason.POST_ONLY:
        return Status.REJECTED
    return Status.PARTIALLY_FILLED_CANCELLED if order.filled_quantity else Status.CANCELLED


def shown(order: Order) -> Json:
    """Return an order as the order lists show it. What has ended has nothing left."""
    cancel_type, reject_reason = _REASONS[order.end_reason]
    leaves = order.leaves_quantity if order.is_open else ZERO
    received = order.instrument.base if order.side is Side.BUY else order.instrument.quote
    average = plain(order.average_price.quantize(_AVERAGE_STEP)) if order.filled_quantity else ""
    fee = order.fees().get(received, ZERO)
    return {
        **_PLAIN_SPOT,
        **ids(order),
        "symbol": order.instrument.venue_id,
        "price": plain(order.price),
        "qty": order.extra[Extra.QUANTITY],
        "marketUnit": order.extra[Extra.MARKET_UNIT],
        "side": _SIDES[order.side],
        "orderType": _type_of(order),
        "timeInForce": order.extra[Extra.TIME_IN_FORCE],
        "orderStatus": status_of(order).value,
        "cancelType": cancel_type,
        "rejectReason": reject_reason,
        "avgPrice": average,
        "leavesQty": plain(leaves),
        "leavesValue": plain(leaves * order.price),
        "cumExecQty": plain(order.filled_quantity),
        "cumExecValue": plain(order.filled_quote),
        "cumExecFee": plain(fee),
        "cumFeeDetail": {received: plain(fee)} if order.filled_quantity else {},
        "createdTime": str(order.created_ms),
        "updatedTime": str(order.updated_ms),
    }


def pushed(order: Order) -> Json:
    """Return an order as the order topic tells it."""
    return {"category": "spot", **shown(order), "feeCurrency": "", "closedPnl": "0"}


def fill(execution: Execution) -> Json:
    """Return an execution as execution/list shows it. A fee is a cost."""
    return _execution(execution, execution.order, execution.leaves_quantity)


def pushed_fill(execution: Execution) -> Json:
    """Return an execution, while it is the order's latest, as the execution topic tells it."""
    order = execution.order
    shared = _execution(execution, order, order.leaves_quantity)
    return {"category": "spot", "isLeverage": "0", "createType": "CreateByUser", "execPnl": "0", **shared}


def _execution(execution: Execution, order: Order, left: Decimal) -> Json:
    instrument = execution.instrument
    return {
        "symbol": instrument.venue_id,
        **ids(order),
        "side": _SIDES[order.side],
        "orderPrice": plain(order.price),
        "orderQty": order.extra[Extra.QUANTITY],
        "leavesQty": plain(left),
        "orderType": _type_of(order),
        "stopOrderType": "",
        "execFee": plain(execution.fee),
        "execFeeV2": "",
        "feeCurrency": execution.fee_asset,
        "execId": str(execution.trade_id),
        "execPrice": plain(execution.price),
        "execQty": plain(execution.quantity),
        "execType": "Trade",
        "execValue": plain(execution.quote_quantity),
        "execTime": str(execution.time_ms),
        "isMaker": execution.is_maker,
        "feeRate": plain(instrument.maker_fee if execution.is_maker else instrument.taker_fee),
        "tradeIv": "",
        "markIv": "",
        "markPrice": plain(execution.price),
        "indexPrice": "",
        "underlyingPrice": "",
        "blockTradeId": "",
        "closedSize": "",
        "extraFees": "",
        "seq": execution.trade_id,
    }


def _type_of(order: Order) -> str:
    return "Market" if order.order_type is OrderType.MARKET else "Limit"
