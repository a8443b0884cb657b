"""Writes orders, executions and balances in OKX's words."""

from decimal import Decimal

import msgspec

from venuesim.exchange.accounts import ZERO
from venuesim.exchange.engine import Exchange
from venuesim.exchange.events import OrderEvent, OrderEventKind
from venuesim.exchange.orders import Execution, Order
from venuesim.exchange.vocabulary import OrderType, Origin, PositionSide, Side
from venuesim.okx.instruments import instrument_id, instrument_type, shown_size
from venuesim.okx.order_words import (
    CANCEL_SOURCES,
    SPECIAL_SOURCES,
    SYSTEM,
    Extra,
    category_of,
    order_type_of,
    state_of,
)
from venuesim.wire.calls import plain

Json = dict[str, object]

FIRST_BILL_ID = 700_000_000_000_000_001
_AVERAGE_STEP = Decimal("0.000000000001")


_ALWAYS = {
    "attachAlgoClOrdId": "",
    "pxType": "",
    "pxUsd": "",
    "pxVol": "",
    "quickMgnType": "",
    "slOrdPx": "",
    "slTriggerPx": "",
    "slTriggerPxType": "",
    "stpId": "",
    "tpOrdPx": "",
    "tpTriggerPx": "",
    "tpTriggerPxType": "",
}
"""Fields of an order that are the same for every order here: of options, and those that attachAlgoOrds replaced."""

NOTHING_ATTACHED = "[]"


def shown(order: Order) -> Json:
    """Return an order as trade/order and the order lists show it."""
    last = order.executions[-1] if order.executions else None
    return {
        **_common(order),
        "posSide": order.position_side.value,
        "fillPx": plain(last.price) if last else "",
        "fillSz": shown_size(order.instrument, last.quantity) if last else "0",
        "fillTime": str(last.time_ms) if last else "",
        "tradeId": str(last.trade_id) if last else "",
    }


def pushed(event: OrderEvent, exchange: Exchange) -> Json:
    """Return an order as the orders channel pushes it: with the execution that the event tells, if any."""
    order, execution = event.order, event.execution
    instrument = order.instrument
    market = exchange.markets[instrument.symbol]
    rate = usd_rate(exchange, instrument.quote)
    is_amended = event.kind is OrderEventKind.AMENDED
    common = _common(order)
    return {
        **common,
        # Here, unlike in the lists, zeros stand for no fill and no leverage.
        "avgPx": common["avgPx"] or "0",
        "lever": common["lever"] or "0",
        "amendResult": "0" if is_amended else "",
        "amendSource": "1" if is_amended else "",
        "code": "0",
        "execType": _exec_type(execution) if execution else "",
        "fillFee": plain(-execution.fee) if execution else "0",
        "fillFeeCcy": execution.fee_asset if execution else "",
        "fillFwdPx": "",
        "fillMarkPx": plain(execution.mark_price) if execution and instrument.is_linear else "",
        "fillMarkVol": "",
        "fillIdxPx": plain(execution.mark_price) if execution else "",
        "fillNotionalUsd": plain(execution.quote_quantity * rate) if execution else "",
        "fillPnl": plain(execution.realized_pnl) if execution else "0",
        "fillPx": plain(execution.price) if execution else "",
        "fillPxUsd": "",
        "fillPxVol": "",
        "fillSz": shown_size(instrument, execution.quantity) if execution else "0",
        "fillTime": str(execution.time_ms) if execution else "",
        "lastPx": plain(market.statistics.last),
        "msg": "",
        "notionalUsd": plain(order.quantity * (order.price or market.mid) * rate),
        "posSide": order.position_side.value if instrument.is_linear else "",
        "reqId": order.extra.get(Extra.REQUEST_ID, "") if is_amended else "",
        "tradeId": str(execution.trade_id) if execution else "",
    }


def fill(execution: Execution, bill_id: int) -> Json:
    """Return an execution as the lists of fills show it. OKX writes a charge as a negative fee."""
    instrument = execution.instrument
    order = execution.order
    return {
        "instType": instrument_type(instrument).value,
        "instId": instrument_id(instrument),
        "tradeId": str(execution.trade_id),
        "ordId": str(execution.order_id),
        "clOrdId": order.extra.get(Extra.CLIENT_ORDER_ID, ""),
        "billId": str(bill_id),
        "subType": sub_type(execution),
        "tag": order.extra.get(Extra.TAG, ""),
        "fillPx": plain(execution.price),
        "fillSz": shown_size(instrument, execution.quantity),
        "fillIdxPx": plain(execution.mark_price),
        "fillPnl": plain(execution.realized_pnl),
        "fillPxVol": "",
        "fillPxUsd": "",
        "fillMarkVol": "",
        "fillFwdPx": "",
        "fillMarkPx": plain(execution.mark_price) if instrument.is_linear else "",
        "side": execution.side.value,
        "posSide": order.position_side.value,
        "execType": _exec_type(execution),
        "feeCcy": execution.fee_asset,
        "fee": plain(-execution.fee),
        "feeRate": plain(-execution.fee_rate),
        "fillTime": str(execution.time_ms),
        "ts": str(execution.time_ms),
        "tradeQuoteCcy": "" if instrument.is_linear else instrument.quote,
    }


def sub_type(execution: Execution) -> str:
    """Return the `subType` of an execution and its bill ("Get bills details": subType).

    1 and 2 are buys and sells, 3 to 6 open and close longs and shorts, from 100 on partial liquidations, from 104 on
    full ones, from 125 on ADL.
    """
    order, is_buy = execution.order, execution.side is Side.BUY
    closes = {PositionSide.LONG: not is_buy, PositionSide.SHORT: is_buy}.get(order.position_side)
    is_short = order.position_side is PositionSide.SHORT
    if order.origin in {Origin.LIQUIDATION, Origin.AUTO_DELEVERAGING}:
        first = {"partial_liquidation": 100, "full_liquidation": 104, "adl": 125}[category_of(order)]
        offset = (2 if is_buy else 3) if closes is None else int(is_short)
        return str(first + offset)
    if closes is None:
        return "1" if is_buy else "2"
    return str(3 + 2 * closes + is_short)


def usd_rate(exchange: Exchange, asset: str) -> Decimal:
    """Return what one unit is worth in USDT by the market's price; zero for an asset without a market."""
    if asset == "USDT":
        return Decimal(1)
    market = exchange.markets.get(f"{asset}/USDT")
    return ZERO if market is None else market.mid


def _common(order: Order) -> Json:
    instrument, kept = order.instrument, order.extra
    is_linear = instrument.is_linear
    received = instrument.base if order.side is Side.BUY and not is_linear else instrument.quote
    source, reason = CANCEL_SOURCES.get(order.end_reason, SYSTEM)
    if Extra.CANCEL_SOURCE in kept and not order.is_open:
        source = kept[Extra.CANCEL_SOURCE]
        reason = SPECIAL_SOURCES[source]
    mode = kept.get(Extra.TRADE_MODE) or order.pocket.partition("-")[0] or "cash"
    is_priced = order.order_type is OrderType.LIMIT and kept.get(Extra.ORDER_TYPE) != "optimal_limit_ioc"
    return {
        **_ALWAYS,
        "instType": instrument_type(instrument).value,
        "instId": instrument_id(instrument),
        "ordId": str(order.order_id),
        "clOrdId": kept.get(Extra.CLIENT_ORDER_ID, ""),
        "tag": kept.get(Extra.TAG, ""),
        "category": category_of(order),
        # The venue names the margin currency of isolated contracts only (seen in recorded orders).
        "ccy": instrument.quote if mode == "isolated" else "",
        "px": plain(order.price) if is_priced else "",
        "sz": kept.get(Extra.SIZE) or shown_size(instrument, order.quantity),
        "tgtCcy": kept.get(Extra.TARGET_CURRENCY, ""),
        "tdMode": mode,
        "lever": kept.get(Extra.LEVERAGE, ""),
        "reduceOnly": kept.get(Extra.REDUCE_ONLY) or str(order.reduce_only).lower(),
        "ordType": order_type_of(order),
        "side": order.side.value,
        "accFillSz": shown_size(instrument, order.filled_quantity),
        "avgPx": plain(order.average_price.quantize(_AVERAGE_STEP)) if order.filled_quantity else "",
        "state": state_of(order).value,
        "fee": plain(-order.fees().get(received, ZERO)),
        "feeCcy": received,
        "rebate": "0",
        "rebateCcy": order.locked_asset,
        "pnl": plain(order.realized_pnl()) if is_linear else "0",
        "attachAlgoOrds": msgspec.Raw(kept.get(Extra.ATTACHED, NOTHING_ATTACHED).encode()),
        "linkedAlgoOrd": {"algoId": kept.get(Extra.LINKED_ALGO_ID, "")},
        "algoId": kept.get(Extra.ALGO_ID, ""),
        "algoClOrdId": kept.get(Extra.ALGO_CLIENT_ID, ""),
        "isTpLimit": kept.get(Extra.IS_TP_LIMIT, "false"),
        "source": kept.get(Extra.SOURCE, ""),
        "stpMode": kept.get(Extra.SELF_TRADE_PREVENTION, ""),
        "cancelSource": source,
        "cancelSourceReason": reason,
        "tradeQuoteCcy": "" if is_linear else instrument.quote,
        "cTime": str(order.created_ms),
        "uTime": str(order.updated_ms),
    }


def _exec_type(execution: Execution) -> str:
    return "M" if execution.is_maker else "T"
