"""Writes algo orders in OKX's words: for the lists, and for the orders-algo and algo-advance channels.

Sources: "Algo order details", "Algo orders channel", "Advance algo orders channel" of the v5 documentation.
"""

import msgspec

from venuesim.exchange.engine import Exchange
from venuesim.okx.algo_orders import AlgoEvent, AlgoOrder, AlgoState, AlgoType, Leg
from venuesim.okx.attached import stored
from venuesim.okx.instruments import instrument_id, instrument_type, quantity_of
from venuesim.okx.rendering import Json, usd_rate
from venuesim.wire.calls import plain

ADVANCED = frozenset({AlgoType.MOVE_ORDER_STOP, AlgoType.ICEBERG, AlgoType.TWAP, AlgoType.SMART_ICEBERG})
"""The types that the algo-advance channel tells; orders-algo tells the others."""

_NOT_SIMULATED = (
    "chaseType", "chaseVal", "isTradeBorrowMode", "maxChaseType", "maxChaseVal", "pxLimit", "pxSpread", "pxVar",
    "quickMgnType", "szLimit", "timeInterval",
)  # fmt: skip
"""Fields of chase, iceberg and TWAP orders."""


def algo_shown(algo: AlgoOrder, exchange: Exchange) -> Json:
    """Return an algo order as the lists show it."""
    instrument = exchange.markets[algo.symbol].instrument
    callback = algo.callback
    return {
        **dict.fromkeys(_NOT_SIMULATED, ""),
        "activePx": plain(callback.active_price) if callback and callback.active_price else "",
        "actualPx": algo.actual_price,
        "actualSide": algo.actual_side.value,
        "actualSz": algo.actual_size,
        "advanceOrdType": algo.advance_type,
        "algoClOrdId": algo.client_id,
        "algoId": str(algo.algo_id),
        "amendPxOnTriggerType": "1" if algo.moves_to_cost else "0",
        "attachAlgoOrds": msgspec.Raw(stored(algo.attached).encode()),
        "cTime": str(algo.created_ms),
        "callbackRatio": plain(callback.ratio) if callback and callback.ratio else "",
        "callbackSpread": plain(callback.spread) if callback and callback.spread else "",
        "ccy": "",
        "clOrdId": "",
        "closeFraction": "1" if algo.closes_all else "",
        "failCode": algo.fail_code,
        "instId": instrument_id(instrument),
        "instType": instrument_type(instrument).value,
        "last": plain(algo.last),
        "lever": algo.leverage,
        "linkedOrd": {"ordId": "" if algo.linked_order_id is None else str(algo.linked_order_id)},
        "moveTriggerPx": _moving_price(algo),
        "ordId": str(algo.order_ids[-1]) if algo.order_ids else "",
        "ordIdList": [str(order_id) for order_id in algo.order_ids],
        "ordPx": plain(algo.trigger.order_price) if algo.trigger else "",
        "ordType": algo.algo_type.value,
        "posSide": algo.position_side.value,
        "reduceOnly": str(algo.reduce_only).lower(),
        "side": algo.side.value,
        **_leg(algo.stop, "sl"),
        "state": algo.state.value,
        "sz": "" if algo.closes_all else plain(algo.size),
        "tag": algo.tag,
        "tdMode": algo.mode.value,
        "tgtCcy": algo.target_currency.value if algo.target_currency else "",
        **_leg(algo.target, "tp"),
        "tradeQuoteCcy": "" if instrument.is_linear else instrument.quote,
        "triggerPx": plain(algo.trigger.trigger_price) if algo.trigger else "",
        "triggerPxType": algo.trigger.price_kind.value if algo.trigger else "",
        "triggerTime": "" if algo.triggered_ms is None else str(algo.triggered_ms),
        "uTime": str(algo.updated_ms),
    }


def algo_pushed(event: AlgoEvent, exchange: Exchange) -> Json:
    """Return an algo order as its channel pushes it."""
    algo = event.algo
    market = exchange.markets[algo.symbol]
    worth = quantity_of(market.instrument, algo.size) * market.mid
    return {
        **algo_shown(algo, exchange),
        "amendResult": event.amend_result,
        "notionalUsd": plain(worth * usd_rate(exchange, market.instrument.quote)),
        "reqId": event.request_id,
        "pTime": str(event.time_ms),
        "count": "1" if algo.state is AlgoState.EFFECTIVE else "0",
    }


def _leg(leg: Leg | None, name: str) -> Json:
    return {
        f"{name}OrdPx": plain(leg.order_price) if leg else "",
        f"{name}TriggerPx": plain(leg.trigger_price) if leg else "",
        f"{name}TriggerPxType": leg.price_kind.value if leg else "",
    }


def _moving_price(algo: AlgoOrder) -> str:
    """Return where a trailing stop stands now; nothing before it is active."""
    if algo.callback is None or not algo.watches:
        return ""
    trigger = algo.watches[0].trigger
    return plain(trigger.price) if trigger.trailing and trigger.trailing.is_active else ""
