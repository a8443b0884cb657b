"""Writes orders and executions in Bybit's words ("Get Open & Closed Orders", "Get Trade History")."""

from decimal import Decimal

from venuesim.bybit.operations import Json
from venuesim.bybit.statuses import leaves_change, reasons_of, status_of
from venuesim.bybit.words import (
    DIRECTION_NUMBERS,
    POSITION_INDEXES,
    SIDE_NAMES,
    TIME_NAMES,
    TRIGGER_NAMES,
    CreateType,
    Extra,
    StopType,
    WireTime,
)
from venuesim.exchange.accounts import ZERO
from venuesim.exchange.flows import Flow
from venuesim.exchange.instruments import Instrument
from venuesim.exchange.orders import Execution, Order
from venuesim.exchange.triggers import Trigger
from venuesim.exchange.vocabulary import OrderType, Origin, Side
from venuesim.wire.calls import plain

_AVERAGE_STEP = Decimal("0.000000000001")
_OWN_ORDERS = {
    Origin.LIQUIDATION: CreateType.LIQUIDATION.value,
    Origin.AUTO_DELEVERAGING: CreateType.AUTO_DELEVERAGING.value,
}
_EXECUTION_TYPES = {Origin.LIQUIDATION: "BustTrade", Origin.AUTO_DELEVERAGING: "AdlTrade"}
_UNUSED: Json = {"blockTradeId": "", "orderIv": "", "placeType": "", "smpGroup": 0}
"""Fields that belong to options, block trades and groups of accounts."""


def ids(order: Order) -> Json:
    """Return an order's two ids, as answers to order operations tell them."""
    return {"orderId": str(order.order_id), "orderLinkId": order.client_order_id}


def shown(order: Order) -> Json:
    """Return an order as the order lists show it. What has ended has nothing left."""
    cancel_type, reject_reason = reasons_of(order)
    extra = order.extra
    leaves = order.leaves_quantity if order.is_open else ZERO
    own = _contract_fields(order) if order.instrument.is_linear else _pair_fields(order)
    return {
        **_UNUSED,
        **ids(order),
        "symbol": order.instrument.venue_id,
        "price": _price_of(order, order.price),
        "qty": plain(order.quote_quantity or order.quantity),
        "marketUnit": extra.get(Extra.MARKET_UNIT, ""),
        "side": SIDE_NAMES[order.side],
        "orderType": _type_of(order),
        "timeInForce": _time_of(order),
        "orderStatus": status_of(order).value,
        "cancelType": cancel_type,
        "rejectReason": reject_reason,
        "stopOrderType": extra.get(Extra.STOP_TYPE, ""),
        "avgPrice": plain(order.average_price.quantize(_AVERAGE_STEP)) if order.filled_quantity else "",
        "leavesQty": plain(leaves),
        "leavesValue": plain(_leaves_value(order, leaves)),
        "cumExecQty": plain(order.filled_quantity),
        "cumExecValue": plain(order.filled_quote),
        **_fees(order),
        "tpLimitPrice": extra.get(Extra.TP_LIMIT_PRICE, "0"),
        "slLimitPrice": extra.get(Extra.SL_LIMIT_PRICE, "0"),
        "smpType": extra.get(Extra.SMP_TYPE, "None"),
        "smpOrderId": extra.get(Extra.SMP_ORDER_ID, ""),
        "slippageToleranceType": extra.get(Extra.SLIPPAGE_TYPE, "UNKNOWN"),
        "slippageTolerance": extra.get(Extra.SLIPPAGE, "0"),
        **own,
        "createdTime": str(order.created_ms),
        "updatedTime": str(order.updated_ms),
    }


def _contract_fields(order: Order) -> Json:
    extra, trigger = order.extra, order.trigger
    return {
        "isLeverage": "",
        "positionIdx": POSITION_INDEXES[order.position_side],
        "createType": create_type_of(order),
        "triggerPrice": "" if trigger is None else plain(_trigger_price(trigger)),
        "triggerDirection": 0 if trigger is None else DIRECTION_NUMBERS[trigger.direction],
        "triggerBy": "" if trigger is None else TRIGGER_NAMES[trigger.price_kind],
        "takeProfit": extra.get(Extra.TAKE_PROFIT, ""),
        "stopLoss": extra.get(Extra.STOP_LOSS, ""),
        "tpTriggerBy": extra.get(Extra.TP_TRIGGER_BY, ""),
        "slTriggerBy": extra.get(Extra.SL_TRIGGER_BY, ""),
        "tpslMode": extra.get(Extra.TPSL_MODE, ""),
        "reduceOnly": order.reduce_only,
        "closeOnTrigger": Extra.CLOSE_ON_TRIGGER in extra,
        "lastPriceOnCreated": extra.get(Extra.LAST_PRICE, ""),
        "parentOrderLinkId": extra.get(Extra.PARENT_LINK, ""),
    }


def _pair_fields(order: Order) -> Json:
    extra, trigger = order.extra, order.trigger
    return {
        "isLeverage": "0",
        "positionIdx": 0,
        "triggerPrice": "0" if trigger is None else plain(trigger.price),
        "triggerDirection": 0,
        "triggerBy": "",
        "takeProfit": extra.get(Extra.TAKE_PROFIT, "0"),
        "stopLoss": extra.get(Extra.STOP_LOSS, "0"),
        "tpTriggerBy": "",
        "slTriggerBy": "",
        "ocoTriggerBy": extra.get(Extra.OCO_TRIGGER_BY, ""),
        "reduceOnly": False,
        "closeOnTrigger": False,
        "lastPriceOnCreated": "",
    }


def pushed(order: Order, closed_pnl: Decimal = ZERO) -> Json:
    """Return an order as the order topic tells it; `closed_pnl` is what it earned by closing, fees deducted."""
    is_linear = order.instrument.is_linear
    row = {"category": "linear" if is_linear else "spot", **shown(order)}
    if is_linear and not row["tpslMode"]:
        row["tpslMode"] = "UNKNOWN"
    return {**row, "feeCurrency": "", "closedPnl": plain(closed_pnl)}


def fill(execution: Execution) -> Json:
    """Return an execution as execution/list shows it. A fee is a cost."""
    return _execution(execution, execution.order, execution.leaves_quantity)


def pushed_fill(execution: Execution) -> Json:
    """Return an execution, while it is the order's latest, as the execution topic tells it."""
    order = execution.order
    return {
        "category": "linear" if order.instrument.is_linear else "spot",
        "isLeverage": "0",
        "createType": CreateType.USER.value,
        "execPnl": plain(execution.realized_pnl),
        **_execution(execution, order, order.leaves_quantity),
    }


def _execution(execution: Execution, order: Order, left: Decimal) -> Json:
    instrument = execution.instrument
    price, quantity = _traded_as(execution)
    row = {
        **_execution_head(instrument),
        **ids(order),
        "side": SIDE_NAMES[order.side],
        "orderPrice": _price_of(order, price),
        "orderQty": plain(order.quote_quantity or quantity),
        "leavesQty": plain(left),
        "orderType": _type_of(order),
        "stopOrderType": order.extra.get(Extra.STOP_TYPE, "UNKNOWN" if instrument.is_linear else ""),
        "marketUnit": order.extra.get(Extra.MARKET_UNIT, ""),
        "execFee": plain(execution.fee),
        "feeCurrency": execution.fee_asset,
        "execId": str(execution.trade_id),
        "execPrice": plain(execution.price),
        "execQty": plain(execution.quantity),
        "execType": execution_type_of(order),
        "execValue": plain(execution.quote_quantity),
        "execTime": str(execution.time_ms),
        "isMaker": execution.is_maker,
        "feeRate": plain(execution.fee_rate),
        "markPrice": plain(execution.mark_price if instrument.is_linear else execution.price),
        "closedSize": plain(execution.closed_quantity) if instrument.is_linear else "",
        "seq": execution.trade_id,
    }
    return {**row, "createType": create_type_of(order)} if instrument.is_linear else row


def funding_fill(flow: Flow, instrument: Instrument) -> Json:
    """Return a funding payment as execution/list shows it: its fee is what the position paid, below zero received."""
    return {
        **_execution_head(instrument),
        "orderId": "",
        "orderLinkId": "",
        "side": SIDE_NAMES[Side.BUY if flow.quantity > 0 else Side.SELL],
        "orderPrice": "0",
        "orderQty": "0",
        "leavesQty": "0",
        "orderType": "UNKNOWN",
        "stopOrderType": "UNKNOWN",
        "marketUnit": "",
        "execFee": plain(-flow.amount),
        "feeCurrency": flow.asset,
        "execId": f"funding-{flow.flow_id}",
        "execPrice": plain(flow.price),
        "execQty": plain(abs(flow.quantity)),
        "execType": "Funding",
        "execValue": plain(abs(flow.quantity) * flow.price),
        "execTime": str(flow.time_ms),
        "isMaker": False,
        "feeRate": plain(flow.rate),
        "markPrice": plain(flow.price),
        "closedSize": "0",
        "seq": flow.flow_id,
        "createType": "UNKNOWN",
    }


def pushed_funding(flow: Flow, instrument: Instrument) -> Json:
    """Return a funding payment as the execution topic tells it."""
    return {"category": "linear", "isLeverage": "0", "execPnl": "0", **funding_fill(flow, instrument)}


def _execution_head(instrument: Instrument) -> Json:
    unused = ("execFeeV2", "tradeIv", "markIv", "indexPrice", "underlyingPrice", "blockTradeId", "extraFees")
    return {"symbol": instrument.venue_id, **dict.fromkeys(unused, "")}


def create_type_of(order: Order) -> str:
    """Return `createType` of a contract's order."""
    return _OWN_ORDERS.get(order.origin) or order.extra.get(Extra.CREATE_TYPE, CreateType.USER.value)


def execution_type_of(order: Order) -> str:
    """Return `execType` of an order's trades."""
    return _EXECUTION_TYPES.get(order.origin, "Trade")


def stop_type_of(order: Order) -> StopType:
    """Return `stopOrderType`."""
    return StopType(order.extra.get(Extra.STOP_TYPE, ""))


def _fees(order: Order) -> Json:
    """Return the fees: in the received coin for a pair, in the settlement coin for a contract."""
    if order.instrument.is_linear:
        asset = order.instrument.quote
    else:
        asset = order.instrument.base if order.side is Side.BUY else order.instrument.quote
    fee = order.fees().get(asset, ZERO)
    return {"cumExecFee": plain(fee), "cumFeeDetail": {asset: plain(fee)} if order.filled_quantity else {}}


def _trigger_price(trigger: Trigger) -> Decimal:
    """Return what `triggerPrice` shows: of a trailing stop the price that activates it.

    Assumption: one that needs no activation shows where it stands.
    """
    trailing = trigger.trailing
    return trigger.price if trailing is None else trailing.activation_price or trigger.price


def _leaves_value(order: Order, leaves: Decimal) -> Decimal:
    if order.is_open and not order.quote_quantity:
        return leaves * order.price
    return order.quote_quantity - order.filled_quote if order.is_open or leaves_change(order) else ZERO


def _traded_as(execution: Execution) -> tuple[Decimal, Decimal]:
    """Return the price and quantity that an order had when it traded: it may have been amended since."""
    order = execution.order
    if not order.amended_count:
        return order.price, order.quantity
    number = next(n for n, known in enumerate(order.executions, 1) if known.trade_id == execution.trade_id)
    state = next((state for state in order.history if state.execution_count >= number), order)
    return state.price, state.quantity


def _price_of(order: Order, price: Decimal) -> str:
    """Return the limit; a contract's market order shows the worst price it was allowed, a spot one none."""
    hides = order.order_type is OrderType.MARKET and not order.instrument.is_linear
    return "0" if hides else plain(price)


def _time_of(order: Order) -> str:
    """Return `timeInForce`; orders that came past the API have not said it in Bybit's words."""
    said = order.extra.get(Extra.TIME_IN_FORCE)
    if said is not None:
        return said
    if order.order_type is OrderType.MARKET:
        return WireTime.IOC.value
    return (WireTime.POST_ONLY if order.post_only else TIME_NAMES.get(order.time_in_force, WireTime.GTC)).value


def _type_of(order: Order) -> str:
    return "Market" if order.order_type is OrderType.MARKET else "Limit"
