"""Writes algo orders in the words and formats of the USDⓈ-M API."""

from venuesim.binance.futures.algo_orders import AlgoOrder
from venuesim.binance.futures.algo_reading import ALGO_TYPE
from venuesim.binance.futures.formats import Json, price_text, quantity_text, quote_text
from venuesim.binance.futures.rendering import type_word
from venuesim.binance.futures.words import position_side_word
from venuesim.exchange.accounts import ZERO
from venuesim.wire.calls import plain


def algo_placed(algo: AlgoOrder) -> Json:
    """Return the answer to a new algo order."""
    return {
        **_described(algo),
        "activatePrice": price_text(algo.activation_price, algo.instrument) if algo.is_trailing else "",
        "callbackRate": plain(algo.callback_rate) if algo.is_trailing else "",
        **_times(algo),
    }


def algo_listed(algo: AlgoOrder) -> Json:
    """Return an algo order as lists show it."""
    zero = price_text(ZERO, algo.instrument)
    return {
        **_described(algo),
        **_actual(algo),
        "tpTriggerPrice": zero,
        "tpPrice": zero,
        "slTriggerPrice": zero,
        "slPrice": zero,
        "tpOrderType": "",
        **_trailing(algo),
        **_times(algo),
    }


def algo_queried(algo: AlgoOrder) -> Json:
    """Return an algo order as a look-up shows it."""
    order = algo.order
    actual = {
        "actualType": "" if order is None else type_word(order),
        "actualQty": quantity_text(ZERO if order is None else order.filled_quantity, algo.instrument),
    }
    return {**_described(algo), **_actual(algo), **actual, "tpOrderType": "", **_trailing(algo), **_times(algo)}


def algo_canceled(algo: AlgoOrder) -> Json:
    """Return the answer to a cancel."""
    return {"algoId": algo.algo_id, "clientAlgoId": algo.client_algo_id, "code": "200", "msg": "success"}


def algo_update(algo: AlgoOrder, event_ms: int) -> Json:
    """Return the user stream's ALGO_UPDATE."""
    order = algo.order
    shown: Json = {
        "caid": algo.client_algo_id,
        "aid": algo.algo_id,
        "at": ALGO_TYPE,
        "o": algo.wire_type,
        "s": algo.instrument.venue_id,
        "S": algo.side.upper(),
        "ps": position_side_word(algo.position_side),
        "f": algo.lifetime.time_in_force,
        "q": plain(algo.quantity),
        "X": algo.status,
        "ai": "" if order is None else str(order.order_id),
    }
    if order is not None:
        shown |= {
            "ap": quote_text(order.average_price, algo.instrument),
            "aq": plain(order.filled_quantity),
            "act": type_word(order),
        }
    shown |= {
        "tp": plain(algo.trigger_price),
        "p": plain(algo.price),
        "V": algo.self_trade_mode,
        "wt": algo.working_type,
        "pm": algo.price_match,
        "cp": algo.close_position,
        "pP": algo.price_protect,
        "R": algo.reduce_only,
        "tt": algo.triggered_ms,
        "gtd": algo.lifetime.good_till_ms,
    }
    if algo.is_trailing:
        shown |= {"AP": plain(algo.activation_price), "cr": plain(algo.callback_rate)}
    if algo.reason:
        shown["rm"] = algo.reason
    return {"e": "ALGO_UPDATE", "T": algo.updated_ms, "E": event_ms, "o": shown}


def _described(algo: AlgoOrder) -> Json:
    instrument = algo.instrument
    return {
        "algoId": algo.algo_id,
        "clientAlgoId": algo.client_algo_id,
        "algoType": ALGO_TYPE,
        "orderType": algo.wire_type,
        "symbol": instrument.venue_id,
        "side": algo.side.upper(),
        "positionSide": position_side_word(algo.position_side),
        "timeInForce": algo.lifetime.time_in_force,
        "quantity": quantity_text(algo.quantity, instrument),
        "algoStatus": algo.status,
        "triggerPrice": price_text(algo.trigger_price, instrument),
        "price": price_text(algo.price, instrument),
        "icebergQuantity": None,
        "selfTradePreventionMode": algo.self_trade_mode,
        "workingType": algo.working_type,
        "priceMatch": algo.price_match,
        "closePosition": algo.close_position,
        "priceProtect": algo.price_protect,
        "reduceOnly": algo.reduce_only,
    }


def _actual(algo: AlgoOrder) -> Json:
    order = algo.order
    return {
        "actualOrderId": "" if order is None else str(order.order_id),
        "actualPrice": quote_text(ZERO if order is None else order.average_price, algo.instrument),
    }


def _trailing(algo: AlgoOrder) -> Json:
    if not algo.is_trailing:
        return {}
    return {
        "activatePrice": price_text(algo.activation_price, algo.instrument),
        "callbackRate": plain(algo.callback_rate),
    }


def _times(algo: AlgoOrder) -> Json:
    return {
        "createTime": algo.created_ms,
        "updateTime": algo.updated_ms,
        "triggerTime": algo.triggered_ms,
        "goodTillDate": algo.lifetime.good_till_ms,
    }
