"""Targets that rest as limit orders from the start (tpOrdKind limit), linked to the stop that waits beside them."""

from decimal import Decimal

from venuesim.exchange.engine import Exchange
from venuesim.exchange.orders import Order, OrderRequest
from venuesim.exchange.vocabulary import OrderType, Origin
from venuesim.okx.algo_orders import AlgoOrder
from venuesim.okx.instruments import quantity_of
from venuesim.okx.order_reading import PREVENTIONS
from venuesim.okx.order_words import Extra
from venuesim.okx.placing import place
from venuesim.okx.rules import check_price
from venuesim.okx.trade_terms import prevention_of
from venuesim.wire.calls import plain


def rest_target(
    exchange: Exchange, algo: AlgoOrder, *, price: Decimal, size: Decimal, client_order_id: str, is_linked: bool
) -> Order:
    """Place the target of an algo order as a limit order; raises OkxError when that cannot be.

    The algo order says for whom and on which side; `is_linked` says that it is a stop which ends with the target.
    """
    market = exchange.markets[algo.symbol]
    check_price(price, algo.side, market, name="tpOrdPx")
    prevention = prevention_of(algo.account)
    order = place(
        exchange,
        algo.account,
        OrderRequest(
            instrument=market.instrument,
            side=algo.side,
            order_type=OrderType.LIMIT,
            client_order_id=client_order_id,
            price=price,
            quantity=quantity_of(market.instrument, size),
            reduce_only=algo.reduce_only,
            position_side=algo.position_side,
            pocket=algo.pocket,
            self_trade_prevention=PREVENTIONS[prevention],
            origin=Origin.CONDITIONAL,
            extra={
                Extra.CLIENT_ORDER_ID: client_order_id,
                Extra.TAG: algo.tag,
                Extra.SIZE: plain(size),
                Extra.SELF_TRADE_PREVENTION: prevention.value,
                Extra.ORDER_TYPE: "limit",
                Extra.TRADE_MODE: algo.mode.value,
                Extra.LEVERAGE: algo.leverage,
                Extra.IS_TP_LIMIT: "true",
                Extra.LINKED_ALGO_ID: str(algo.algo_id) if is_linked else "",
            },
        ),
    )
    if is_linked and algo.linked_order_id is None:
        algo.linked_order_id = order.order_id
    return order
