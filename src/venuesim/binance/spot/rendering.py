"""Writes orders, executions and accounts as the answers of the Spot API show them."""

from venuesim.binance.spot.formats import (
    Json,
    eight,
    expiry_reason_of,
    list_id_of,
    prevention_of,
    status_of,
    type_of,
    working_ms,
)
from venuesim.binance.spot.vocabulary import Extra, ResponseType
from venuesim.exchange.accounts import ZERO, Account
from venuesim.exchange.orders import Execution, Order
from venuesim.exchange.vocabulary import Side


def ordered(order: Order) -> Json:
    """Return the fields that every full description of an order shares."""
    return {
        "price": eight(order.price),
        "origQty": eight(order.quantity),
        "executedQty": eight(order.filled_quantity),
        "origQuoteOrderQty": eight(order.quote_quantity),
        "cummulativeQuoteQty": eight(order.filled_quote),
        "status": status_of(order),
        "timeInForce": order.time_in_force.upper(),
        "type": type_of(order).value,
        "side": order.side.upper(),
    }


def conditional(order: Order) -> Json:
    """Return the fields that only some orders have ("Conditional fields in Order Responses")."""
    extra = order.extra
    fields: Json = {}
    if type_of(order).is_conditional:
        fields["stopPrice"] = extra.get(Extra.STOP_PRICE, eight(ZERO))
    if Extra.TRAILING_DELTA in extra:
        fields["trailingDelta"] = int(extra[Extra.TRAILING_DELTA])
        fields["trailingTime"] = int(extra.get(Extra.TRAILING_MS, "-1"))
    if Extra.ICEBERG in extra:
        fields["icebergQty"] = extra[Extra.ICEBERG]
    if Extra.STRATEGY_ID in extra:
        fields["strategyId"] = int(extra[Extra.STRATEGY_ID])
    if Extra.STRATEGY_TYPE in extra:
        fields["strategyType"] = int(extra[Extra.STRATEGY_TYPE])
    if order.prevented_quantity:
        if Extra.PREVENTED_MATCH in extra:
            fields["preventedMatchId"] = int(extra[Extra.PREVENTED_MATCH])
        fields["preventedQuantity"] = eight(order.prevented_quantity)
    if (reason := expiry_reason_of(order)) is not None:
        fields["expiryReason"] = reason
    return fields


def placed(order: Order, detail: ResponseType, prevented: list[Json] | None = None) -> Json:
    """Return the answer to a new order; `prevented` are matches with the account's own orders that did not happen."""
    answer = named(order)
    answer["transactTime"] = order.updated_ms
    if detail is ResponseType.ACK:
        return answer
    answer |= ordered(order)
    answer["workingTime"] = working_ms(order)
    answer |= conditional(order)
    if detail is ResponseType.FULL:
        answer["fills"] = [_fill(execution) for execution in order.executions]
    if prevented:
        answer["preventedMatches"] = prevented
    answer["selfTradePreventionMode"] = prevention_of(order)
    return answer


def canceled(order: Order) -> Json:
    """Return the answer to a cancel: `clientOrderId` names the cancel, `origClientOrderId` the order."""
    return {
        "symbol": order.instrument.venue_id,
        "origClientOrderId": order.client_order_id,
        "orderId": order.order_id,
        "orderListId": list_id_of(order),
        "clientOrderId": order.extra.get(Extra.CANCEL_ID, order.client_order_id),
        "transactTime": order.updated_ms,
        **ordered(order),
        **conditional(order),
        "selfTradePreventionMode": prevention_of(order),
    }


def queried(order: Order) -> Json:
    """Return an order as look-ups show it."""
    return {
        **named(order),
        **ordered(order),
        "stopPrice": eight(ZERO),
        "icebergQty": eight(ZERO),
        "time": order.created_ms,
        "updateTime": order.updated_ms,
        "isWorking": order.working_ms is not None,
        "workingTime": working_ms(order),
        **conditional(order),
        "selfTradePreventionMode": prevention_of(order),
    }


def amended(order: Order, original_id: str) -> Json:
    """Return an order as the answer to an amendment shows it; pending orders have no working time."""
    fields: Json = {
        "symbol": order.instrument.venue_id,
        "orderId": order.order_id,
        "orderListId": list_id_of(order),
        "origClientOrderId": original_id,
        "clientOrderId": order.client_order_id,
        "price": eight(order.price),
        "qty": eight(order.quantity),
        "executedQty": eight(order.filled_quantity),
        "preventedQty": eight(order.prevented_quantity),
        "quoteOrderQty": eight(order.quote_quantity),
        "cumulativeQuoteQty": eight(order.filled_quote),
        "status": status_of(order),
        "timeInForce": order.time_in_force.upper(),
        "type": type_of(order).value,
        "side": order.side.upper(),
    }
    if order.working_ms is not None:
        fields["workingTime"] = order.working_ms
    return fields | conditional(order) | {"selfTradePreventionMode": prevention_of(order)}


def traded(execution: Execution) -> Json:
    """Return an execution as myTrades shows it."""
    return {
        "symbol": execution.instrument.venue_id,
        "id": execution.trade_id,
        "orderId": execution.order_id,
        "orderListId": list_id_of(execution.order),
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


def account_status(account: Account, *, maker: str, taker: str, omit_zero: bool) -> Json:
    """Return an account with its balances; `maker` and `taker` are its rates."""
    return {
        "makerCommission": int(float(maker) * 10_000),
        "takerCommission": int(float(taker) * 10_000),
        "buyerCommission": 0,
        "sellerCommission": 0,
        "commissionRates": {"maker": maker, "taker": taker, "buyer": eight(ZERO), "seller": eight(ZERO)},
        "canTrade": account.may("trade"),
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


def named(order: Order) -> Json:
    """Return what names an order."""
    return {
        "symbol": order.instrument.venue_id,
        "orderId": order.order_id,
        "orderListId": list_id_of(order),
        "clientOrderId": order.client_order_id,
    }


def _fill(execution: Execution) -> Json:
    return {
        "price": eight(execution.price),
        "qty": eight(execution.quantity),
        "commission": eight(execution.fee),
        "commissionAsset": execution.fee_asset,
        "tradeId": execution.trade_id,
    }
