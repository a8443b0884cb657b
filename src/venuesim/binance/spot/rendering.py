"""Writes orders, executions and events in Binance's words and formats."""

from decimal import Decimal

from venuesim.exchange.accounts import ZERO, Account
from venuesim.exchange.events import OrderEvent, OrderEventKind
from venuesim.exchange.orders import Execution, Order
from venuesim.exchange.vocabulary import OrderType, Side

Json = dict[str, object]

CANCEL_ID = "cancel_client_order_id"
"""Key in Order.extra: the client order id that the cancel request itself had."""


def eight(amount: Decimal) -> str:
    """Write an amount with eight decimals, as Binance writes all of them."""
    return f"{amount:.8f}"


def order_type(order: Order) -> str:
    """Return the `type` of an order."""
    if order.order_type is OrderType.MARKET:
        return "MARKET"
    return "LIMIT_MAKER" if order.post_only else "LIMIT"


def ordered(order: Order) -> Json:
    """Return the fields that every full description of an order shares."""
    return {
        "price": eight(order.price),
        "origQty": eight(order.quantity),
        "executedQty": eight(order.filled_quantity),
        "origQuoteOrderQty": eight(order.quote_quantity),
        "cummulativeQuoteQty": eight(order.filled_quote),
        "status": order.status.value.upper(),
        "timeInForce": order.time_in_force.value.upper(),
        "type": order_type(order),
        "side": order.side.value.upper(),
    }


def placed(order: Order, detail: str) -> Json:
    """Return the answer to a new order: `detail` is ACK, RESULT or FULL."""
    answer = _named(order) | {"transactTime": order.updated_ms}
    if detail == "ACK":
        return answer
    answer |= ordered(order)
    answer |= {"workingTime": order.created_ms, "selfTradePreventionMode": "NONE"}
    if detail == "FULL":
        answer["fills"] = [
            {
                "price": eight(execution.price),
                "qty": eight(execution.quantity),
                "commission": eight(execution.fee),
                "commissionAsset": execution.fee_asset,
                "tradeId": execution.trade_id,
            }
            for execution in order.executions
        ]
    return answer


def canceled(order: Order) -> Json:
    """Return the answer to a cancel: `clientOrderId` names the cancel, `origClientOrderId` the order."""
    return {
        "symbol": order.instrument.venue_id,
        "origClientOrderId": order.client_order_id,
        "orderId": order.order_id,
        "orderListId": -1,
        "clientOrderId": order.extra[CANCEL_ID],
        "transactTime": order.updated_ms,
        **ordered(order),
        "selfTradePreventionMode": "NONE",
    }


def queried(order: Order) -> Json:
    """Return an order as look-ups show it."""
    return {
        **_named(order),
        **ordered(order),
        "stopPrice": eight(ZERO),
        "icebergQty": eight(ZERO),
        "time": order.created_ms,
        "updateTime": order.updated_ms,
        "isWorking": True,
        "workingTime": order.created_ms,
        "selfTradePreventionMode": "NONE",
    }


def traded(execution: Execution) -> Json:
    """Return an execution as myTrades shows it."""
    return {
        "symbol": execution.instrument.venue_id,
        "id": execution.trade_id,
        "orderId": execution.order_id,
        "orderListId": -1,
        "price": eight(execution.price),
        "qty": eight(execution.quantity),
        "quoteQty": eight(execution.quote_quantity),
        "commission": eight(execution.fee),
        "commissionAsset": execution.fee_asset,
        "time": execution.time_ms,
        "isBuyer": execution.side is Side.BUY,
        "isMaker": execution.is_maker,
        "isBestMatch": True,
    }


def execution_report(event: OrderEvent, execution_id: int) -> Json:
    """Return the user stream's executionReport of an event."""
    order, execution = event.order, event.execution
    is_canceled = event.kind is OrderEventKind.CANCELED
    return {
        "e": "executionReport",
        "E": event.time_ms,
        "s": order.instrument.venue_id,
        "c": order.extra.get(CANCEL_ID, order.client_order_id) if is_canceled else order.client_order_id,
        "S": order.side.value.upper(),
        "o": order_type(order),
        "f": order.time_in_force.value.upper(),
        "q": eight(order.quantity),
        "p": eight(order.price),
        "P": eight(ZERO),
        "F": eight(ZERO),
        "g": -1,
        "C": order.client_order_id if is_canceled else "",
        "x": event.kind.value.upper(),
        "X": order.status.value.upper(),
        "r": "NONE",
        "i": order.order_id,
        "l": eight(execution.quantity if execution else ZERO),
        "z": eight(order.filled_quantity),
        "L": eight(execution.price if execution else ZERO),
        "n": eight(execution.fee) if execution else "0",
        "N": execution.fee_asset if execution else None,
        "T": event.time_ms,
        "t": execution.trade_id if execution else -1,
        "I": execution_id,
        "w": order.is_open and order.order_type is OrderType.LIMIT,
        "m": execution is not None and execution.is_maker,
        "M": execution is not None,
        "O": order.created_ms,
        "Z": eight(order.filled_quote),
        "Y": eight(execution.quote_quantity if execution else ZERO),
        "Q": eight(order.quote_quantity),
        "W": order.created_ms,
        "V": "NONE",
    }


def account_position(event: OrderEvent) -> Json:
    """Return the user stream's outboundAccountPosition: the balances that an event may have changed."""
    return {
        "e": "outboundAccountPosition",
        "E": event.time_ms,
        "u": event.time_ms,
        "B": [_balance(event.account, asset) for asset in event.assets],
    }


def account_status(account: Account, *, omit_zero: bool) -> Json:
    """Return an account with its balances."""
    return {
        "makerCommission": 10,
        "takerCommission": 10,
        "buyerCommission": 0,
        "sellerCommission": 0,
        "commissionRates": {
            "maker": "0.00100000",
            "taker": "0.00100000",
            "buyer": "0.00000000",
            "seller": "0.00000000",
        },
        "canTrade": "trade" in account.permissions,
        "canWithdraw": False,
        "canDeposit": True,
        "brokered": False,
        "requireSelfTradePrevention": False,
        "preventSor": False,
        "updateTime": account.updated_ms,
        "accountType": "SPOT",
        "balances": [
            {"asset": asset, "free": eight(balance.free), "locked": eight(balance.locked)}
            for asset, balance in sorted(account.balances.items())
            if balance.free or balance.locked or not omit_zero
        ],
        "permissions": ["SPOT"],
        "uid": account.account_id,
    }


def _balance(account: Account, asset: str) -> Json:
    balance = account.balances[asset]
    return {"a": asset, "f": eight(balance.free), "l": eight(balance.locked)}


def _named(order: Order) -> Json:
    return {
        "symbol": order.instrument.venue_id,
        "orderId": order.order_id,
        "orderListId": -1,
        "clientOrderId": order.client_order_id,
    }
