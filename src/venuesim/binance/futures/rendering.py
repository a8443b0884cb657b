"""Writes orders and executions in the words and formats of the USDⓈ-M API."""

from decimal import Decimal
from typing import NamedTuple

from venuesim.binance.futures.formats import (
    NO_AVERAGE,
    Json,
    average_text,
    eight,
    price_precision,
    price_text,
    quantity_precision,
    quantity_text,
    quote_precision,
    quote_text,
    zero_text,
)
from venuesim.binance.futures.reading import GOOD_TILL_DATE, PRICE_MATCH, SELF_TRADE_MODE, TIME_IN_FORCE
from venuesim.binance.futures.words import ResponseType, position_side_word
from venuesim.exchange.accounts import ZERO
from venuesim.exchange.orders import Execution, Order
from venuesim.exchange.vocabulary import EndReason, OrderStatus, OrderType, Origin, Side

TRIGGERED_TYPE = "triggered_type"
TRIGGER_PRICE = "trigger_price"
WORKING_TYPE = "working_type"
CLOSE_POSITION = "close_position"
PRICE_PROTECT = "price_protect"
ACTIVATION_PRICE = "activation_price"
CALLBACK_RATE = "callback_rate"
MODIFY_ID = "modify_id"
"""Keys in Order.extra of an order that an algo order placed: what that one was."""


def status_word(order: Order) -> str:
    """Return the `status`; self-trade prevention has one of its own."""
    if order.end_reason is EndReason.SELF_TRADE and order.status is OrderStatus.EXPIRED:
        return "EXPIRED_IN_MATCH"
    return order.status.upper()


def type_word(order: Order) -> str:
    """Return the `type`; a liquidation shows as a limit order, as in the example of "User's Force Orders"."""
    is_limit = order.order_type is OrderType.LIMIT or order.origin in {Origin.LIQUIDATION, Origin.AUTO_DELEVERAGING}
    return "LIMIT" if is_limit else "MARKET"


def time_in_force_word(order: Order) -> str:
    """Return the `timeInForce` as it was sent."""
    return order.extra.get(TIME_IN_FORCE, order.time_in_force.upper())


def shown_price(order: Order) -> str:
    """Return the limit price. Assumption: a liquidation, which has none here, shows what it traded at."""
    return price_text(limit_price(order), order.instrument)


def limit_price(order: Order) -> Decimal:
    """Return the limit price; zero for a market order, whatever bounds it."""
    if order.order_type is OrderType.LIMIT:
        return order.price
    return _on_tick(order.average_price, order) if type_word(order) == "LIMIT" else ZERO


def _on_tick(price: Decimal, order: Order) -> Decimal:
    return price.quantize(order.instrument.tick_size)


class Progress(NamedTuple):
    """How far an order has come, in the words of the API."""

    status: str
    average: str
    executed: str
    quote: str


def described(order: Order) -> Json:
    """Return the fields that every description of an order has."""
    return _described(order, _progress_of(order))


def _progress_of(order: Order) -> Progress:
    return Progress(
        status=status_word(order),
        average=average_text(order),
        executed=quantity_text(order.filled_quantity, order.instrument),
        quote=quote_text(order.filled_quote, order.instrument),
    )


def _described(order: Order, progress: Progress) -> Json:
    instrument, extra = order.instrument, order.extra
    word = type_word(order)
    described: Json = {
        "orderId": order.order_id,
        "symbol": instrument.venue_id,
        "status": progress.status,
        "clientOrderId": order.client_order_id,
        "price": shown_price(order),
        "avgPrice": progress.average,
        "origQty": quantity_text(order.quantity, instrument),
        "executedQty": progress.executed,
        "cumQuote": progress.quote,
        "timeInForce": time_in_force_word(order),
        "type": word,
        "reduceOnly": order.reduce_only,
        "closePosition": CLOSE_POSITION in extra,
        "side": order.side.upper(),
        "positionSide": position_side_word(order.position_side),
        "stopPrice": extra.get(TRIGGER_PRICE) or zero_text(price_precision(instrument)),
        "workingType": extra.get(WORKING_TYPE, "CONTRACT_PRICE"),
        "priceProtect": PRICE_PROTECT in extra,
        "origType": extra.get(TRIGGERED_TYPE, word),
        "priceMatch": extra.get(PRICE_MATCH, "NONE"),
        "selfTradePreventionMode": extra.get(SELF_TRADE_MODE, "NONE"),
        "goodTillDate": int(extra.get(GOOD_TILL_DATE, "0")),
    }
    if CALLBACK_RATE in extra:
        described |= {"activatePrice": extra[ACTIVATION_PRICE], "priceRate": extra[CALLBACK_RATE]}
    return described


def changed(order: Order) -> Json:
    """Return the answer to a call that changed an order: placed, modified or canceled it."""
    return {
        **described(order),
        "cumQty": quantity_text(order.filled_quantity, order.instrument),
        "updateTime": order.updated_ms,
    }


def placed(order: Order, detail: ResponseType) -> Json:
    """Return the answer to a new order. ACK is written before matching, whatever has happened meanwhile."""
    if detail is not ResponseType.ACK:
        return changed(order)
    nothing = zero_text(quantity_precision(order.instrument))
    progress = Progress("NEW", NO_AVERAGE, nothing, zero_text(quote_precision(order.instrument)))
    return {**_described(order, progress), "cumQty": nothing, "updateTime": order.created_ms}


def queried(order: Order) -> Json:
    """Return an order as look-ups show it."""
    return {**described(order), "time": order.created_ms, "updateTime": order.updated_ms}


def forced(order: Order) -> Json:
    """Return a liquidation as `forceOrders` shows it."""
    shown = queried(order)
    names = (
        "orderId", "symbol", "status", "clientOrderId", "price", "avgPrice", "origQty", "executedQty", "cumQuote",
        "timeInForce", "type", "reduceOnly", "closePosition", "side", "positionSide", "stopPrice", "workingType",
        "origType", "time", "updateTime",
    )  # fmt: skip
    return {name: shown[name] for name in names}


def traded(execution: Execution) -> Json:
    """Return an execution as `userTrades` shows it."""
    instrument = execution.instrument
    return {
        "symbol": instrument.venue_id,
        "id": execution.trade_id,
        "orderId": execution.order_id,
        "side": execution.side.upper(),
        "price": price_text(execution.price, instrument),
        "qty": quantity_text(execution.quantity, instrument),
        "realizedPnl": eight(execution.realized_pnl),
        "quoteQty": quote_text(execution.quote_quantity, instrument),
        "commission": eight(execution.fee),
        "commissionAsset": execution.fee_asset,
        "time": execution.time_ms,
        "positionSide": position_side_word(execution.order.position_side),
        "buyer": execution.side is Side.BUY,
        "maker": execution.is_maker,
    }
