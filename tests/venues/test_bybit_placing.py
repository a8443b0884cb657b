"""Orders, amendments and cancels in Bybit's words."""

from decimal import Decimal
from typing import Any

import pytest

from tidegate.core.identifiers import ExchangeOrderId
from tidegate.core.messages.effects import SendAmend, SendCancel, SendOrder
from tidegate.core.vocabulary import OrderType, PositionSide, RejectReason, Side, TimeInForce, TriggerBy
from tidegate.venues.bybit.placing import amend_params, cancel_params, place_params
from tidegate.venues.outcomes import CallFailed, Verdict
from venue_unit_helpers import ACCOUNT, CLIENT_ORDER_ID, NOW, ORDER_ID, market_buy, quote_buy, send_order

LIMIT = {"orderType": "Limit", "timeInForce": "GTC", "qty": "0.00001", "price": "65000.1"}
MARKET = {"orderType": "Market", "qty": "0.00001"}
SPOT = {"category": "spot", "symbol": "BTCUSDT", "side": "Buy", "orderLinkId": CLIENT_ORDER_ID, "isLeverage": 0}
LINEAR = {"category": "linear", "symbol": "BTCUSDT", "side": "Buy", "orderLinkId": CLIENT_ORDER_ID, "positionIdx": 0}


def linear(**changes: Any) -> SendOrder:
    """A limit buy of a contract."""
    return send_order(symbol="BTC/USDT:USDT", **changes)


def conditional(order_type: OrderType, side: Side, symbol: str = "BTC/USDT:USDT", **changes: Any) -> SendOrder:
    """An order that waits for 64,000."""
    return send_order(
        symbol=symbol, order_type=order_type, side=side, price=None, trigger_price=Decimal(64_000), **changes
    )


@pytest.mark.parametrize(
    ("order", "params"),
    [
        (send_order(), LIMIT),
        (send_order(time_in_force=TimeInForce.IOC), LIMIT | {"timeInForce": "IOC"}),
        (send_order(time_in_force=TimeInForce.FOK), LIMIT | {"timeInForce": "FOK"}),
        (send_order(post_only=True), LIMIT | {"timeInForce": "PostOnly"}),
        (market_buy(), MARKET | {"marketUnit": "baseCoin"}),
        (quote_buy(), {"orderType": "Market", "qty": "100", "marketUnit": "quoteCoin"}),
        (send_order(params={"smpType": "CancelMaker"}), LIMIT | {"smpType": "CancelMaker"}),
        (
            conditional(OrderType.STOP_LOSS, Side.BUY, "BTC/USDT"),
            MARKET | {"marketUnit": "baseCoin", "orderFilter": "StopOrder", "triggerPrice": "64000"},
        ),
    ],
)
def test_spot_orders_are_written_in_bybits_words(order: SendOrder, params: dict[str, Any]) -> None:
    assert place_params(order, "BTCUSDT") == SPOT | params


@pytest.mark.parametrize(
    ("order", "params"),
    [
        (linear(), LIMIT),
        (market_buy(symbol="BTC/USDT:USDT"), MARKET),
        (linear(reduce_only=True), LIMIT | {"reduceOnly": True}),
        (linear(position_side=PositionSide.LONG), LIMIT | {"positionIdx": 1}),
        (linear(position_side=PositionSide.SHORT), LIMIT | {"positionIdx": 2}),
    ],
)
def test_orders_of_contracts_are_written_in_bybits_words(order: SendOrder, params: dict[str, Any]) -> None:
    assert place_params(order, "BTCUSDT") == LINEAR | params


@pytest.mark.parametrize(
    ("order_type", "side", "direction"),
    [
        (OrderType.STOP_LOSS, Side.BUY, 1),
        (OrderType.STOP_LOSS, Side.SELL, 2),
        (OrderType.TAKE_PROFIT, Side.BUY, 2),
        (OrderType.TAKE_PROFIT, Side.SELL, 1),
    ],
)
def test_a_contracts_trigger_says_from_which_side_the_price_comes(
    order_type: OrderType, side: Side, direction: int
) -> None:
    params = place_params(conditional(order_type, side), "BTCUSDT")
    assert (params["triggerPrice"], params["triggerDirection"]) == ("64000", direction)
    assert (params["triggerBy"], params["orderType"]) == ("LastPrice", "Market")
    assert "orderFilter" not in params


def test_a_contracts_stop_may_look_at_the_mark_and_become_a_limit_order() -> None:
    order = send_order(
        symbol="BTC/USDT:USDT",
        order_type=OrderType.STOP_LIMIT,
        side=Side.SELL,
        trigger_price=Decimal(64_000),
        trigger_by=TriggerBy.MARK,
    )
    params = place_params(order, "BTCUSDT")
    assert (params["triggerBy"], params["orderType"], params["price"]) == ("MarkPrice", "Limit", "65000.1")


def amend(**changes: Any) -> SendAmend:
    """An amendment of a resting limit buy."""
    return SendAmend(
        **{
            "account_id": ACCOUNT,
            "order_id": ORDER_ID,
            "attempt": 1,
            "amendment": 1,
            "symbol": "BTC/USDT",
            "side": Side.BUY,
            "order_type": OrderType.LIMIT,
            "exchange_client_order_id": CLIENT_ORDER_ID,
            "exchange_order_id": None,
            "conditional": False,
            "quantity": Decimal("0.02"),
            "price": Decimal(63_000),
            "intended_at": NOW,
            "expires_at": NOW,
            **changes,
        }
    )


def test_an_amendment_names_the_whole_quantity_and_the_price() -> None:
    where = {"category": "spot", "symbol": "BTCUSDT"}
    assert amend_params(amend(), "BTCUSDT") == where | {
        "orderLinkId": CLIENT_ORDER_ID,
        "qty": "0.02",
        "price": "63000",
    }
    by_id = amend(exchange_order_id=ExchangeOrderId("1523"), price=None)
    assert amend_params(by_id, "BTCUSDT") == where | {"orderId": "1523", "qty": "0.02"}


def test_a_trigger_price_is_amended_only_while_the_order_waits_for_it() -> None:
    waiting = amend(conditional=True, trigger_price=Decimal(62_000), symbol="BTC/USDT:USDT", price=None)
    assert amend_params(waiting, "BTCUSDT")["triggerPrice"] == "62000"
    assert amend_params(waiting, "BTCUSDT")["category"] == "linear"
    working = amend(conditional=False, trigger_price=Decimal(62_000))
    assert "triggerPrice" not in amend_params(working, "BTCUSDT")


def test_a_cancel_names_the_order_by_the_best_id() -> None:
    def cancel(exchange_order_id: ExchangeOrderId | None) -> dict[str, Any]:
        return cancel_params(
            SendCancel(
                account_id=ACCOUNT,
                order_id=ORDER_ID,
                symbol="BTC/USDT:USDT",
                exchange_client_order_id=CLIENT_ORDER_ID,
                exchange_order_id=exchange_order_id,
            ),
            "BTCUSDT",
        )

    where = {"category": "linear", "symbol": "BTCUSDT"}
    assert cancel(None) == where | {"orderLinkId": CLIENT_ORDER_ID}
    assert cancel(ExchangeOrderId("1523")) == where | {"orderId": "1523"}


@pytest.mark.parametrize("symbol", ["BTC/USDT", "BTC/USDT:USDT"])
def test_a_trailing_stop_is_refused_and_not_written_as_the_market_order_that_it_ends_as(symbol: str) -> None:
    trailing = send_order(symbol=symbol, order_type=OrderType.TRAILING_STOP, price=None, trailing_offset=Decimal(500))
    with pytest.raises(CallFailed) as caught:
        place_params(trailing, "BTCUSDT")
    assert (caught.value.verdict, caught.value.reason) == (Verdict.REFUSED, RejectReason.INVALID_PARAMETERS)
