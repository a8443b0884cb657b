"""Orders that moved to disk are found as if they had stayed, and what stays in memory is bounded."""

import gc
from collections import Counter
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from venuesim.exchange import expiry
from venuesim.exchange.archive import CACHED_ORDERS
from venuesim.exchange.engine import Exchange
from venuesim.exchange.ledger import Cursor, read_page
from venuesim.exchange.orders import Execution, Order, OrderRefused, OrderRequest
from venuesim.exchange.records import Records
from venuesim.exchange.vocabulary import OrderType, Side, TimeInForce
from venuesim_helpers import BTC_USDT, Bench

D = Decimal
NAMES = ("ann", "bob")
IDS = ("a", "b", "c", "")
START = {"BTC": "1000", "USDT": "100000"}

placements = st.tuples(
    st.just("place"),
    st.sampled_from(NAMES),
    st.sampled_from(list(Side)),
    st.integers(1, 40).map(lambda lots: D(lots) / 10),
    st.integers(9998, 10002).map(lambda ticks: D(ticks) / 100),
    st.sampled_from([TimeInForce.GTC, TimeInForce.IOC]),
    st.sampled_from(IDS),
)
cancels = st.tuples(st.just("cancel"), st.integers(0, 20))
pauses = st.tuples(st.just("wait"), st.integers(1, 1000))
actions_of_clients = st.lists(st.one_of(placements, placements, cancels, pauses), max_size=40)


def new_bench(**kept: int) -> Bench:
    bench = Bench()
    bench.exchange.records = Records([BTC_USDT], **kept)
    for name in NAMES:
        bench.account(name, **START)
    return bench


def forgetful_bench() -> Bench:
    """Everything moves to disk as soon as it can."""
    return new_bench(closed_kept=0, arrivals_kept=1, batch=1)


def act(bench: Bench, action: tuple) -> None:
    exchange = bench.exchange
    match action:
        case ("place", name, side, quantity, price, time_in_force, client_order_id):
            account = exchange.accounts[name]
            if client_order_id:
                exchange.records.arrived(account, client_order_id)
            request = OrderRequest(
                instrument=BTC_USDT,
                side=side,
                order_type=OrderType.LIMIT,
                client_order_id=client_order_id,
                time_in_force=time_in_force,
                price=price,
                quantity=quantity,
                extra={"tag": name},
            )
            try:
                exchange.place(account, request)
            except OrderRefused:
                return
        case ("cancel", index):
            open_orders = [order for account in exchange.accounts.values() for order in account.open_orders.values()]
            if open_orders:
                exchange.cancel(open_orders[index % len(open_orders)])
        case ("wait", milliseconds):
            bench.clock.advance(milliseconds)


def order_as_told(order: Order | None) -> dict[str, object] | None:
    """Every field of an order but the objects that it refers to."""
    if order is None:
        return None
    told = {name: getattr(order, name) for name in order.__slots__ if name not in {"account", "instrument", "watch"}}
    told["executions"] = [execution_as_told(execution) for execution in order.executions]
    told["extra"] = dict(order.extra)
    assert order.account is not None
    return {**told, "api_key": order.account.api_key, "symbol": order.instrument.symbol}


def execution_as_told(execution: Execution) -> dict[str, object]:
    told = {name: getattr(execution, name) for name in execution.__struct_fields__ if name not in {"account", "order"}}
    return {**told, "api_key": execution.account.api_key, "order_id": execution.order_id, "symbol": BTC_USDT.symbol}


def everything_told(exchange: Exchange) -> dict[str, object]:
    """What look-ups, listings and the ledger's pages say."""
    records = exchange.records
    told: dict[str, object] = {}
    for account in exchange.accounts.values():
        ids = [order.order_id for order in records.orders(account, newest_first=False)]
        middle = ids[len(ids) // 2] if ids else 0
        for newest_first in (False, True):
            for above, below, symbol in ((-1, 2**63 - 1, None), (middle, 2**63 - 1, "BTC/USDT"), (-1, middle, "A/B")):
                found = records.orders(account, newest_first=newest_first, above=above, below=below, symbol=symbol)
                traded = records.executions(account, newest_first=newest_first, above=above, below=below, symbol=symbol)
                place = (account.api_key, newest_first, above, below, symbol)
                told[f"orders {place}"] = [order_as_told(order) for order in found]
                told[f"executions {place}"] = [execution_as_told(execution) for execution in traded]
        told[f"by id {account.api_key}"] = [
            order_as_told(records.order(account, order_id)) for order_id in [*ids, 10**9]
        ]
        told[f"by client id {account.api_key}"] = [order_as_told(records.newest(account, name)) for name in [*IDS, "d"]]
        told[f"arrivals {account.api_key}"] = [records.arrivals_of(account, name) for name in IDS]
    pages = [read_page(exchange, Cursor(orders=3, executions=2, arrivals=1), limit=limit) for limit in (2, 5)]
    told["pages"] = [(page.rows, page.following is None) for page in pages]
    told["ledger"] = whole_ledger(exchange)
    return told


def whole_ledger(exchange: Exchange, limit: int = 3) -> dict[str, list[dict[str, object]]]:
    """All rows by kind, read page by page."""
    rows: dict[str, list[dict[str, object]]] = {}
    cursor: Cursor | None = Cursor()
    while cursor is not None:
        page = read_page(exchange, cursor, limit=limit)
        for kind, found in page.rows.items():
            rows.setdefault(kind, []).extend(found)
        cursor = page.following
    return rows


@settings(max_examples=60, deadline=None)
@given(actions=actions_of_clients)
def test_answers_are_the_same_whether_orders_are_in_memory_or_on_disk(actions: list[tuple]) -> None:
    on_disk, in_memory = forgetful_bench(), new_bench()
    for action in actions:
        act(on_disk, action)
        on_disk.exchange.records.tidy()
        act(in_memory, action)
    try:
        assert everything_told(on_disk.exchange) == everything_told(in_memory.exchange)
        assert all(order.is_open for order in on_disk.exchange.records._orders.values())
    finally:
        on_disk.exchange.records.close()


def test_the_newest_order_of_a_client_order_id_is_found_wherever_it_lies() -> None:
    bench = forgetful_bench()
    account = bench.exchange.accounts["ann"]
    first = bench.limit(account, "buy", "1", "90", client_order_id="same")
    bench.exchange.cancel(first)
    bench.exchange.records.tidy()
    second = bench.limit(account, "buy", "1", "91", client_order_id="same")
    assert bench.exchange.find_order(account, client_order_id="same") is second
    bench.exchange.cancel(second)
    bench.exchange.records.tidy()
    found = bench.exchange.find_order(account, client_order_id="same")
    assert found is not None
    assert (found.order_id, found.price) == (second.order_id, D(91))
    older = bench.exchange.find_order(account, order_id=first.order_id)
    assert older is not None
    assert older.price == D(90)
    bench.exchange.records.close()


def test_arrivals_are_counted_on_after_their_count_moved_to_disk() -> None:
    bench = forgetful_bench()
    account, records = bench.exchange.accounts["ann"], bench.exchange.records
    for name in ("x", "y", "z", "x", "w", "x"):
        records.arrived(account, name)
    assert {name: records.arrivals_of(account, name) for name in "xyzwv"} == {"x": 3, "y": 1, "z": 1, "w": 1, "v": 0}
    listed = [(row["client_order_id"], row["count"]) for row in whole_ledger(bench.exchange, limit=1)["arrivals"]]
    assert listed == [("x", 3), ("y", 1), ("z", 1), ("w", 1)]
    records.close()


def test_a_page_of_arrivals_goes_on_where_the_last_one_ended_although_counts_moved() -> None:
    bench = forgetful_bench()
    account, records = bench.exchange.accounts["ann"], bench.exchange.records
    for name in ("m", "k", "l"):
        records.arrived(account, name)
    first = records.arrivals_after(0, 2)
    for name in ("a", "z", "m"):  # What comes meanwhile sorts before and after.
        records.arrived(account, name)
    rest = records.arrivals_after(first[-1].number, 10)
    assert [arrival.client_order_id for arrival in [*first, *rest]] == ["m", "k", "l", "a", "z"]
    records.close()


def test_tidying_a_little_moves_one_batch() -> None:
    bench = new_bench(closed_kept=2, batch=3)
    records = bench.exchange.records
    for _ in range(8):
        bench.exchange.cancel(bench.limit(bench.exchange.accounts["ann"], "buy", "1", "90"))
    assert [records.tidy_a_little() for _ in range(3)] == [True, True, False]
    assert len(records._orders) == 2
    assert len(records.orders_after(0, 100)) == 8
    records.close()


def test_what_is_in_memory_does_not_grow_with_the_orders(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expiry, "EXPIRING_KEPT", 10)
    bench = new_bench(closed_kept=100, arrivals_kept=100)
    exchange = bench.exchange
    ann, bob = (exchange.accounts[name] for name in NAMES)

    def live(cycles: int) -> Counter[str]:
        for number in range(cycles):
            exchange.records.arrived(ann, f"{exchange.counters.order_sequence()}")
            resting = bench.limit(ann, "sell", "0.1", "101")
            bench.limit(bob, "buy", "0.1", "101")
            expiring = OrderRequest(
                instrument=BTC_USDT,
                side=Side.BUY,
                order_type=OrderType.LIMIT,
                client_order_id=f"gtd{number}",
                time_in_force=TimeInForce.GTD,
                price=D(90),
                quantity=D("0.1"),
                expires_ms=bench.clock.now_ms() + 10**9,
            )
            exchange.cancel(exchange.place(ann, expiring))
            assert not resting.is_open
            exchange.records.tidy()
        return Counter(type(found).__name__ for found in gc.get_objects())

    # Without the collector: it looks at old objects so seldom that cycles among them would stay.
    gc.disable()
    try:
        live(1100)  # Fills what is bounded: the list of trades, the cache, the heap of expiries.
        before = live(100)
        after = live(400)
    finally:
        gc.enable()
    grown = {name: after[name] - before[name] for name in after if after[name] - before[name] > 20}
    assert not grown
    exchange.records.close()


def test_reading_old_orders_keeps_only_the_latest_of_them() -> None:
    bench = forgetful_bench()
    account, records = bench.exchange.accounts["ann"], bench.exchange.records
    for _ in range(CACHED_ORDERS + 50):
        bench.exchange.cancel(bench.limit(account, "buy", "1", "90"))
    records.tidy()
    assert len(list(records.orders(account, newest_first=True))) == CACHED_ORDERS + 50
    assert len(records._archive._cache) == CACHED_ORDERS
    records.close()


def test_records_that_moved_nothing_leave_no_file() -> None:
    records = Records([BTC_USDT])
    records.close()
    assert records._archive._folder is None
