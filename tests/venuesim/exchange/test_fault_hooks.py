"""What faults can make the exchange do: refuse, fill what is about to be canceled, and take keys their power."""

from decimal import Decimal

import pytest

from venuesim.exchange.clock import ManualClock
from venuesim.exchange.engine import Exchange
from venuesim.exchange.orders import OrderRefused, OrderRequest
from venuesim.exchange.vocabulary import EndReason, OrderStatus, OrderType, RefusalReason, Side
from venuesim.okx.listing import INSTRUMENTS

D = Decimal


def exchange_and_request() -> tuple[Exchange, OrderRequest]:
    exchange = Exchange(name="okx", instruments=INSTRUMENTS, clock=ManualClock(), seed=1)
    exchange.add_account(api_key="a", secret="s", balances={"USDT": D(100000)})
    exchange.move_market("BTC/USDT", D(65000))
    instrument = exchange.markets["BTC/USDT"].instrument
    request = OrderRequest(
        instrument=instrument,
        side=Side.BUY,
        order_type=OrderType.LIMIT,
        client_order_id="one",
        price=D(60000),
        quantity=D(1),
    )
    return exchange, request


def test_a_refusal_by_fault_leaves_nothing_behind() -> None:
    exchange, request = exchange_and_request()
    exchange.refuses = lambda _, __: RefusalReason.INSUFFICIENT_BALANCE
    account = exchange.accounts["a"]
    with pytest.raises(OrderRefused) as refused:
        exchange.place(account, request)
    assert refused.value.reason is RefusalReason.INSUFFICIENT_BALANCE
    assert (account.open_orders, account.balances["USDT"].locked) == ({}, 0)


def test_what_its_owner_cancels_may_fill_in_part_just_before() -> None:
    exchange, request = exchange_and_request()
    account, market = exchange.accounts["a"], exchange.markets["BTC/USDT"]
    exchange.before_cancel = lambda order: exchange.matching.fill_resting(market, order, D("0.25"))
    order = exchange.place(account, request)
    exchange.cancel(order)
    assert (order.status, order.filled_quantity, order.end_reason) == (OrderStatus.CANCELED, D("0.25"), EndReason.USER)
    assert [(execution.price, execution.is_maker) for execution in order.executions] == [(D(60000), True)]
    assert account.balances["USDT"].locked == 0
    assert account.balances["USDT"].free == D(85000)


def test_other_cancels_are_not_asked_about() -> None:
    exchange, request = exchange_and_request()
    asked = []
    exchange.before_cancel = asked.append
    exchange.cancel(exchange.place(exchange.accounts["a"], request), EndReason.SYSTEM)
    assert asked == []


def test_a_key_without_power_is_unknown_and_one_without_a_permission_may_less() -> None:
    exchange, _ = exchange_and_request()
    account = exchange.accounts["a"]
    assert exchange.account_of("a") is account
    assert account.may("trade")
    assert not account.may("withdraw")
    account.withheld = frozenset({"trade"})
    assert (account.may("read"), account.may("trade")) == (True, False)
    assert account.granted == {"read"}
    account.is_revoked = True
    assert exchange.account_of("a") is None
    assert not account.may("read")
    assert account.granted == frozenset()
