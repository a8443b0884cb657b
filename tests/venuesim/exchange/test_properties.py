"""Promises of the exchange that hold whatever the clients do."""

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from venuesim.exchange.orders import OrderRefused
from venuesim.exchange.vocabulary import OrderStatus, TimeInForce
from venuesim_helpers import Bench, total

D = Decimal
START = {"BTC": "50", "USDT": "5000"}

placements = st.tuples(
    st.just("place"),
    st.sampled_from(["ann", "bob", "cid"]),
    st.sampled_from(["buy", "sell"]),
    st.integers(1, 400).map(lambda lots: D(lots) / 100),
    st.integers(9990, 10010).map(lambda ticks: D(ticks) / 100),
    st.sampled_from(list(TimeInForce)),
    st.booleans(),
)
markets = st.tuples(
    st.just("market"),
    st.sampled_from(["ann", "bob", "cid"]),
    st.sampled_from(["buy", "sell"]),
    st.integers(1, 300).map(lambda lots: D(lots) / 100),
    st.booleans(),
)
cancels = st.tuples(st.just("cancel"), st.integers(0, 50))
moves = st.tuples(st.just("move"), st.integers(9980, 10020).map(lambda ticks: D(ticks) / 100))


def run(bench: Bench, action: tuple) -> None:
    match action:
        case ("place", name, side, quantity, price, time_in_force, post_only):
            account = bench.exchange.accounts[name]
            bench.limit(
                account,
                side,
                str(quantity),
                str(price),
                time_in_force=TimeInForce.GTC if post_only else time_in_force,
                post_only=post_only,
            )
        case ("market", name, side, quantity, by_quote):
            account = bench.exchange.accounts[name]
            if by_quote:
                bench.market_order(account, side, quote_quantity=str(quantity * 100))
            else:
                bench.market_order(account, side, quantity=str(quantity))
        case ("cancel", index):
            open_orders = [order for order in bench.exchange.records.orders_after(0, 100_000) if order.is_open]
            if open_orders:
                bench.exchange.cancel(open_orders[index % len(open_orders)])
        case ("move", price):
            bench.exchange.move_market("BTC/USDT", price)


def new_bench() -> Bench:
    bench = Bench()
    for name in ("ann", "bob", "cid"):
        bench.account(name, **START)
    return bench


def run_all(bench: Bench, actions: list[tuple]) -> None:
    for action in actions:
        try:
            run(bench, action)
        except OrderRefused:
            continue


@settings(max_examples=150, deadline=None)
@given(st.lists(st.one_of(placements, markets, cancels), max_size=40))
def test_clients_trading_with_each_other_lose_only_the_fees(actions: list[tuple]) -> None:
    bench = new_bench()
    run_all(bench, actions)
    accounts = bench.exchange.accounts.values()
    for asset in ("BTC", "USDT"):
        executions = bench.exchange.records.executions_after(0, 100_000)
        fees = sum((entry.fee for entry in executions if entry.fee_asset == asset), D(0))
        assert sum(total(account, asset) for account in accounts) + fees == 3 * D(START[asset])


@settings(max_examples=150, deadline=None)
@given(st.lists(st.one_of(placements, markets, cancels, moves), max_size=40))
def test_balances_are_the_fold_of_the_executions_and_locks_are_the_open_orders(actions: list[tuple]) -> None:
    bench = new_bench()
    run_all(bench, actions)
    for account in bench.exchange.accounts.values():
        expected = {asset: D(amount) for asset, amount in START.items()}
        for entry in account.executions.values():
            sign = 1 if entry.side == "buy" else -1
            expected["BTC"] += sign * entry.quantity
            expected["USDT"] -= sign * entry.quote_quantity
            expected[entry.fee_asset] -= entry.fee
        locked = {"BTC": D(0), "USDT": D(0)}
        for order in account.open_orders.values():
            locked[order.locked_asset] += order.leaves_quantity * (order.price if order.side == "buy" else 1)
        for asset, amount in expected.items():
            assert total(account, asset) == amount
            assert account.balances[asset].locked == locked[asset]
            assert account.balances[asset].free >= 0


@settings(max_examples=150, deadline=None)
@given(st.lists(st.one_of(placements, markets, cancels, moves), max_size=40))
def test_the_book_is_never_crossed_and_holds_exactly_the_open_orders_in_priority(actions: list[tuple]) -> None:
    bench = new_bench()
    run_all(bench, actions)
    bids, asks = list(bench.book.bids), list(bench.book.asks)
    assert not bids or not asks or bids[0].price < asks[0].price
    assert {order.order_id for order in bids + asks} == {
        order.order_id for order in bench.exchange.records.orders_after(0, 100_000) if order.is_open
    }
    assert bids == sorted(bids, key=lambda order: (-order.price, order.order_id))
    assert asks == sorted(asks, key=lambda order: (order.price, order.order_id))


@settings(max_examples=150, deadline=None)
@given(st.lists(st.one_of(placements, markets, cancels, moves), max_size=40))
def test_quantities_agree_with_executions_and_limits_are_kept(actions: list[tuple]) -> None:
    bench = new_bench()
    run_all(bench, actions)
    for order in bench.exchange.records.orders_after(0, 100_000):
        assert order.filled_quantity == sum((entry.quantity for entry in order.executions), D(0)) <= order.quantity
        assert order.filled_quote == sum((entry.quote_quantity for entry in order.executions), D(0))
        assert (order.status is OrderStatus.FILLED) == (order.leaves_quantity == 0 and order.quantity > 0)
        if order.price:
            worse = [e for e in order.executions if (e.price > order.price) == (order.side == "buy")]
            assert all(entry.price == order.price for entry in worse)
        if order.time_in_force is TimeInForce.FOK:
            assert order.filled_quantity in {D(0), order.quantity}
