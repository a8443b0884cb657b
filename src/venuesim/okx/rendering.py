"""Writes orders, executions and balances in OKX's words."""

from decimal import Decimal
from enum import StrEnum

from venuesim.exchange.accounts import ZERO, Account
from venuesim.exchange.engine import Exchange
from venuesim.exchange.events import OrderEvent
from venuesim.exchange.orders import Execution, Order
from venuesim.exchange.vocabulary import EndReason, OrderStatus, OrderType, TimeInForce
from venuesim.okx.instruments import instrument_id
from venuesim.wire.calls import plain

Json = dict[str, object]

FIRST_BILL_ID = 700_000_000_000_000_001
FIRST_USER_ID = 614_488_474_791_001
_AVERAGE_STEP = Decimal("0.000000000001")


class Extra(StrEnum):
    """What a request says that the exchange only keeps: the keys of `Order.extra`."""

    CLIENT_ORDER_ID = "clOrdId"
    TAG = "tag"
    SIZE = "sz"
    TARGET_CURRENCY = "tgtCcy"
    SELF_TRADE_PREVENTION = "stpMode"


class State(StrEnum):
    """The `state` values of an order."""

    LIVE = "live"
    PARTIALLY_FILLED = "partially_filled"
    FILLED = "filled"
    CANCELED = "canceled"


_STATES = {
    OrderStatus.NEW: State.LIVE,
    OrderStatus.PARTIALLY_FILLED: State.PARTIALLY_FILLED,
    OrderStatus.FILLED: State.FILLED,
    OrderStatus.CANCELED: State.CANCELED,
    OrderStatus.EXPIRED: State.CANCELED,
}

_CANCEL_SOURCES = {
    EndReason.NONE: ("", ""),
    EndReason.USER: ("1", "Order canceled by user"),
    EndReason.FILL_OR_KILL: ("13", "Order canceled: FOK order was canceled due to incompletely filled"),
    EndReason.IMMEDIATE_OR_CANCEL: (
        "14",
        "Order canceled: IOC order was partially canceled due to incompletely filled",
    ),
    EndReason.POST_ONLY: ("31", "The post-only order will take liquidity in maker orders"),
    # Assumption: a market order that empties the book ends like one that the system cancels.
    EndReason.NO_LIQUIDITY: ("0", "Order canceled by system"),
}

_NOT_SPOT = {
    "algoClOrdId": "",
    "algoId": "",
    "attachAlgoClOrdId": "",
    "attachAlgoOrds": [],
    "category": "normal",
    "ccy": "",
    "instType": "SPOT",
    "isTpLimit": "false",
    "lever": "",
    "linkedAlgoOrd": {"algoId": ""},
    "pnl": "0",
    "pxType": "",
    "pxUsd": "",
    "pxVol": "",
    "quickMgnType": "",
    "reduceOnly": "false",
    "slOrdPx": "",
    "slTriggerPx": "",
    "slTriggerPxType": "",
    "source": "",
    "stpId": "",
    "tdMode": "cash",
    "tpOrdPx": "",
    "tpTriggerPx": "",
    "tpTriggerPxType": "",
}
"""Fields of an order that are the same for every plain spot order."""


def user_id(account: Account) -> str:
    """Return the account's `uid`."""
    return str(FIRST_USER_ID + account.account_id)


def state_of(order: Order) -> State:
    """Return an order's state in OKX's word."""
    return _STATES[order.status]


def order_type_of(order: Order) -> str:
    """Return `ordType`."""
    if order.order_type is OrderType.MARKET:
        return "market"
    if order.post_only:
        return "post_only"
    return "limit" if order.time_in_force is TimeInForce.GTC else order.time_in_force.value


def shown(order: Order) -> Json:
    """Return an order as trade/order and the order lists show it."""
    last = order.executions[-1] if order.executions else None
    return {
        **_common(order),
        "posSide": "net",
        "fillPx": plain(last.price) if last else "",
        "fillSz": plain(last.quantity) if last else "0",
        "fillTime": str(last.time_ms) if last else "",
        "tradeId": str(last.trade_id) if last else "",
    }


def pushed(event: OrderEvent, exchange: Exchange) -> Json:
    """Return an order as the orders channel pushes it: with the execution that the event tells, if any."""
    order, execution = event.order, event.execution
    rate = usd_rate(exchange, order.instrument.quote)
    price = order.price or exchange.markets[order.instrument.symbol].mid
    return {
        **_common(order),
        "amendResult": "",
        "amendSource": "",
        "code": "0",
        "execType": _exec_type(execution) if execution else "",
        "fillFee": plain(-execution.fee) if execution else "0",
        "fillFeeCcy": execution.fee_asset if execution else "",
        "fillFwdPx": "",
        "fillMarkPx": "",
        "fillMarkVol": "",
        "fillIdxPx": "",
        "fillNotionalUsd": plain(execution.quote_quantity * rate) if execution else "",
        "fillPnl": "0",
        "fillPx": plain(execution.price) if execution else "",
        "fillPxUsd": "",
        "fillPxVol": "",
        "fillSz": plain(execution.quantity) if execution else "0",
        "fillTime": str(execution.time_ms) if execution else "",
        "lastPx": plain(exchange.markets[order.instrument.symbol].statistics.last),
        "msg": "",
        "notionalUsd": plain(order.quantity * price * rate),
        "posSide": "",
        "reqId": "",
        "tradeId": str(execution.trade_id) if execution else "",
    }


def fill(execution: Execution, bill_id: int) -> Json:
    """Return an execution as the lists of fills show it. OKX writes a charge as a negative fee."""
    instrument = execution.instrument
    order = execution.order
    rate = instrument.maker_fee if execution.is_maker else instrument.taker_fee
    return {
        "instType": "SPOT",
        "instId": instrument_id(instrument),
        "tradeId": str(execution.trade_id),
        "ordId": str(execution.order_id),
        "clOrdId": order.extra[Extra.CLIENT_ORDER_ID],
        "billId": str(bill_id),
        "subType": "1" if execution.side.value == "buy" else "2",
        "tag": order.extra[Extra.TAG],
        "fillPx": plain(execution.price),
        "fillSz": plain(execution.quantity),
        "fillIdxPx": plain(execution.price),
        "fillPnl": "0",
        "fillPxVol": "",
        "fillPxUsd": "",
        "fillMarkVol": "",
        "fillFwdPx": "",
        "fillMarkPx": "",
        "side": execution.side.value,
        "posSide": "net",
        "execType": _exec_type(execution),
        "feeCcy": execution.fee_asset,
        "fee": plain(-execution.fee),
        "feeRate": plain(-rate),
        "fillTime": str(execution.time_ms),
        "ts": str(execution.time_ms),
        "tradeQuoteCcy": instrument.quote,
    }


def pushed_fill(execution: Execution) -> Json:
    """Return an execution as the fills channel pushes it."""
    return {
        "instId": instrument_id(execution.instrument),
        "fillSz": plain(execution.quantity),
        "fillPx": plain(execution.price),
        "side": execution.side.value,
        "ts": str(execution.time_ms),
        "ordId": str(execution.order_id),
        "clOrdId": execution.order.extra[Extra.CLIENT_ORDER_ID],
        "tradeId": str(execution.trade_id),
        "execType": _exec_type(execution),
        "count": "1",
    }


def balances(account: Account, exchange: Exchange, assets: list[str], now_ms: int) -> Json:
    """Return the account in spot mode with the details of `assets`; worth is counted in USDT as dollars."""
    equity = sum(
        ((held.free + held.locked) * usd_rate(exchange, asset) for asset, held in account.balances.items()), ZERO
    )
    empty = ("adjEq", "borrowFroz", "imr", "mgnRatio", "mmr", "notionalUsd", "ordFroz", "upl")
    return {
        **dict.fromkeys(empty, ""),
        "isoEq": "0",
        "totalEq": plain(equity),
        "uTime": str(now_ms),
        "details": [_balance(account, exchange, asset) for asset in assets],
    }


def usd_rate(exchange: Exchange, asset: str) -> Decimal:
    """Return what one unit is worth in USDT by the market's price; zero for an asset without a market."""
    if asset == "USDT":
        return Decimal(1)
    market = exchange.markets.get(f"{asset}/USDT")
    return ZERO if market is None else market.mid


def _balance(account: Account, exchange: Exchange, asset: str) -> Json:
    held = account.balances[asset]
    total = held.free + held.locked
    zeros = ("eqUsdIsolated", "fixedBal", "isoEq", "isoUpl", "spotIsoBal", "stgyEq", "smtSyncEq", "spotCopyTradingEq")
    empty = ("availEq", "borrowFroz", "crossLiab", "disEq", "imr", "interest", "isoLiab", "liab", "maxLoan", "mgnRatio")
    return {
        **dict.fromkeys(zeros, "0"),
        **dict.fromkeys(empty, ""),
        "ccy": asset,
        "eq": plain(total),
        "cashBal": plain(total),
        "availBal": plain(held.free),
        "frozenBal": plain(held.locked),
        "ordFrozen": plain(held.locked),
        "eqUsd": plain(total * usd_rate(exchange, asset)),
        "uTime": str(account.updated_ms),
    }


def _common(order: Order) -> Json:
    received = order.instrument.base if order.side.value == "buy" else order.instrument.quote
    source, reason = _CANCEL_SOURCES[order.end_reason]
    return {
        **_NOT_SPOT,
        "instId": instrument_id(order.instrument),
        "ordId": str(order.order_id),
        "clOrdId": order.extra[Extra.CLIENT_ORDER_ID],
        "tag": order.extra[Extra.TAG],
        "px": plain(order.price) if order.price else "",
        "sz": order.extra[Extra.SIZE],
        "tgtCcy": order.extra[Extra.TARGET_CURRENCY],
        "ordType": order_type_of(order),
        "side": order.side.value,
        "accFillSz": plain(order.filled_quantity),
        "avgPx": plain(order.average_price.quantize(_AVERAGE_STEP)) if order.filled_quantity else "",
        "state": state_of(order).value,
        "fee": plain(-order.fees().get(received, ZERO)),
        "feeCcy": received,
        "rebate": "0",
        "rebateCcy": order.locked_asset,
        "stpMode": order.extra[Extra.SELF_TRADE_PREVENTION],
        "cancelSource": source,
        "cancelSourceReason": reason,
        "tradeQuoteCcy": order.instrument.quote,
        "cTime": str(order.created_ms),
        "uTime": str(order.updated_ms),
    }


def _exec_type(execution: Execution) -> str:
    return "M" if execution.is_maker else "T"
