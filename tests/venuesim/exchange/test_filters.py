"""The rules of an instrument."""

from decimal import Decimal

import msgspec
import pytest

from venuesim.exchange.filters import FilterFailure, check_filters
from venuesim.exchange.orders import OrderRequest
from venuesim.exchange.vocabulary import OrderType, Side
from venuesim_helpers import BTC_USDT, Bench

D = Decimal


def limit(quantity: str, price: str) -> OrderRequest:
    return OrderRequest(
        instrument=BTC_USDT,
        side=Side.BUY,
        order_type=OrderType.LIMIT,
        client_order_id="c",
        price=D(price),
        quantity=D(quantity),
    )


def market(quantity: str = "0", quote_quantity: str = "0") -> OrderRequest:
    return OrderRequest(
        instrument=BTC_USDT,
        side=Side.BUY,
        order_type=OrderType.MARKET,
        client_order_id="c",
        quantity=D(quantity),
        quote_quantity=D(quote_quantity),
    )


@pytest.mark.parametrize(
    ("request_", "failure"),
    [
        (limit("1", "100"), None),
        (limit("1", "100.001"), FilterFailure.PRICE_TICK),
        (limit("1", "1000000.01"), FilterFailure.PRICE_RANGE),
        (limit("1", "500.01"), FilterFailure.PRICE_BAND),
        (limit("1", "19.99"), FilterFailure.PRICE_BAND),
        (limit("0.000011", "100"), FilterFailure.QUANTITY_STEP),
        (limit("0.000001", "100"), FilterFailure.QUANTITY_BELOW_MIN),
        (limit("9001", "100"), FilterFailure.QUANTITY_ABOVE_MAX),
        (limit("0.04999", "100"), FilterFailure.NOTIONAL_BELOW_MIN),
        (market("121"), FilterFailure.MARKET_QUANTITY_ABOVE_MAX),
        (market("0.04999"), FilterFailure.NOTIONAL_BELOW_MIN),
        (market(quote_quantity="4.99"), FilterFailure.NOTIONAL_BELOW_MIN),
        (market(quote_quantity="9000001"), FilterFailure.NOTIONAL_ABOVE_MAX),
        (market(quote_quantity="5"), None),
    ],
)
def test_each_rule_names_itself(request_: OrderRequest, failure: FilterFailure | None) -> None:
    bench = Bench()
    assert check_filters(request_, bench.market, bench.account("a")) is failure


def test_the_number_of_open_orders_is_bounded_and_scales() -> None:
    bench = Bench()
    account = bench.account("a", USDT="100000")
    tight = msgspec.structs.replace(BTC_USDT, open_orders_max=2)
    request = msgspec.structs.replace(limit("1", "50"), instrument=tight)
    for number in range(2):
        bench.exchange.place(account, msgspec.structs.replace(request, client_order_id=str(number)))
    assert check_filters(request, bench.market, account) is FilterFailure.OPEN_ORDERS_MAX
    assert check_filters(request, bench.market, account, scale=2) is None
