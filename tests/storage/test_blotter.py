"""Queries and their pages, on both databases."""

import base64
from datetime import timedelta

import pytest

from support import records as made
from tidegate.core import identifiers as ids
from tidegate.core.records import Batch
from tidegate.core.vocabulary import Exchange, OrderStatus
from tidegate.ports import BreakFilter, ExecutionFilter, InvalidCursorError, OrderFilter
from tidegate.storage.open import Storage

BOB = ids.UserId("bob")


@pytest.fixture
async def filled(storage: Storage) -> Storage:
    """Ten orders: even numbers open, odd ones closed; 8 and 9 are Bob's, at OKX, for another market."""
    orders = [made.full_order(number, is_open=number % 2 == 0) for number in range(8)]
    for number in (8, 9):
        order = made.full_order(number, is_open=number == 8, user_id=BOB)
        order.exchange, order.symbol, order.account_id = Exchange.OKX, "ETH/USDT", ids.AccountId("okx-main")
        orders.append(order)
    snapshot = await storage.journal.load()
    batch = made.batch_of(snapshot, *orders)
    batch.executions = [made.execution(number, sequence=number, trade=trade) for number in (1, 2) for trade in (1, 2)]
    batch.ledger = [line for number in range(1, 4) for line in made.ledger(number, sequence=number)]
    await storage.journal.commit(batch)
    return storage


ORDER_FILTERS: list[tuple[OrderFilter, list[int]]] = [
    (OrderFilter(), [9, 8, 7, 6, 5, 4, 3, 2, 1, 0]),
    (OrderFilter(user_id=BOB), [9, 8]),
    (OrderFilter(account_id=ids.AccountId("okx-main")), [9, 8]),
    (OrderFilter(exchange=Exchange.OKX, is_open=True), [8]),
    (OrderFilter(symbol="ETH/USDT", is_open=False), [9]),
    (OrderFilter(is_open=True, user_id=made.USER), [6, 4, 2, 0]),
    (OrderFilter(status=OrderStatus.REJECTED), [9, 7, 5, 3, 1]),
    (OrderFilter(client_order_id=ids.ClientOrderId("mine-4")), [4]),
    (OrderFilter(parent_order_id=made.order_id(1_000_007)), [7]),
    (OrderFilter(client_order_id=ids.ClientOrderId("mine-4"), user_id=BOB), []),
    (OrderFilter(since=made.moment(3), until=made.moment(6)), [5, 4, 3]),
    (OrderFilter(since=made.moment(9) + timedelta(microseconds=1)), []),
]


@pytest.mark.parametrize(("wanted", "numbers"), ORDER_FILTERS)
async def test_orders_are_filtered_and_come_newest_first(
    filled: Storage, wanted: OrderFilter, numbers: list[int]
) -> None:
    orders, cursor = await filled.blotter.orders(wanted, limit=100)
    assert [order.order_id for order in orders] == [made.order_id(number) for number in numbers]
    assert cursor is None


@pytest.mark.parametrize("limit", [1, 3, 10, 11])
async def test_pages_show_every_order_once(filled: Storage, limit: int) -> None:
    seen: list[str] = []
    cursor = None
    while True:
        page, cursor = await filled.blotter.orders(OrderFilter(), limit=limit, cursor=cursor)
        assert len(page) <= limit
        seen += [order.order_id for order in page]
        if cursor is None:
            break
    assert seen == [made.order_id(number) for number in reversed(range(10))]


async def test_orders_that_arrive_between_two_pages_shift_nothing(filled: Storage) -> None:
    first, cursor = await filled.blotter.orders(OrderFilter(), limit=4)
    await filled.journal.commit(
        Batch(epoch=1, journal=[made.journal_entry(11, 20)], orders={made.order_id(20): made.full_order(20)})
    )
    second, _ = await filled.blotter.orders(OrderFilter(), limit=4, cursor=cursor)
    assert [order.order_id for order in first + second] == [made.order_id(number) for number in range(9, 1, -1)]


async def test_orders_of_one_moment_are_told_apart_by_id(storage: Storage) -> None:
    snapshot = await storage.journal.load()
    orders = [made.full_order(number) for number in range(5)]
    for order in orders:
        order.timestamp = made.START
    await storage.journal.commit(made.batch_of(snapshot, *orders))
    first, cursor = await storage.blotter.orders(OrderFilter(), limit=2)
    second, _ = await storage.blotter.orders(OrderFilter(), limit=3, cursor=cursor)
    assert [order.order_id for order in first + second] == [made.order_id(number) for number in (4, 3, 2, 1, 0)]


async def test_executions_are_filtered_and_paged(filled: Storage) -> None:
    everything, _ = await filled.blotter.executions(ExecutionFilter(user_id=made.USER), limit=10)
    assert [fill.trade_id for fill in everything] == ["2-2", "2-1", "1-2", "1-1"]
    of_order, _ = await filled.blotter.executions(ExecutionFilter(order_id=made.order_id(1)), limit=10)
    assert [fill.trade_id for fill in of_order] == ["1-2", "1-1"]
    assert await filled.blotter.executions(ExecutionFilter(user_id=BOB), limit=10) == ([], None)
    first, cursor = await filled.blotter.executions(ExecutionFilter(symbol="BTC/USDT"), limit=3)
    rest, end = await filled.blotter.executions(ExecutionFilter(symbol="BTC/USDT"), limit=3, cursor=cursor)
    assert (first + rest, end) == (everything, None)


async def test_executions_that_were_taken_back_are_told_with_their_time(filled: Storage) -> None:
    bust = made.bust(1, sequence=1, trade=2)
    await filled.journal.commit(Batch(epoch=1, journal=[made.journal_entry(11, 1)], busts=[bust]))
    everything, _ = await filled.blotter.executions(ExecutionFilter(), limit=10)
    asked = [execution.execution_id for execution in everything]
    assert await filled.blotter.busts(asked) == {bust.execution_id: bust.busted_at}
    assert await filled.blotter.busts(asked[:1]) == {}
    assert await filled.blotter.busts([]) == {}


async def test_positions_are_those_of_one_user_or_of_all(storage: Storage) -> None:
    snapshot = await storage.journal.load()
    both = [made.position(), made.position(user_id=BOB)]
    keyed = {(at.account_id, at.user_id, at.symbol, at.position_side): at for at in both}
    batch = Batch(epoch=snapshot.epoch, journal=[made.journal_entry(1, 1)], positions=keyed)
    await storage.journal.commit(batch)
    assert await storage.blotter.positions() == both
    assert await storage.blotter.positions(BOB) == both[1:]


async def test_rules_are_found_by_owner_and_by_whether_they_wait(storage: Storage) -> None:
    snapshot = await storage.journal.load()
    rules = [made.rule(1), made.rule(2, ended=True), made.rule(3)]
    rules[2].user_id = BOB
    batch = Batch(
        epoch=snapshot.epoch, journal=[made.journal_entry(1, 1)], rules={rule.rule_id: rule for rule in rules}
    )
    await storage.journal.commit(batch)
    blotter = storage.blotter
    assert await blotter.rules(None, is_open=True, limit=10) == ([rules[2], rules[0]], None)
    assert await blotter.rules(made.USER, is_open=False, limit=10) == ([rules[1]], None)
    first, cursor = await blotter.rules(None, is_open=None, limit=2)
    rest, end = await blotter.rules(None, is_open=None, limit=2, cursor=cursor)
    assert (first + rest, end) == (rules[::-1], None)
    assert await blotter.rule(rules[2].rule_id) == rules[2]
    assert await blotter.rule(ids.RuleId("none")) is None


BREAK_FILTERS: list[tuple[BreakFilter, list[int]]] = [
    (BreakFilter(), [3, 2, 1]),
    (BreakFilter(is_open=True), [3, 1]),
    (BreakFilter(is_open=False), [2]),
    (BreakFilter(kind="position"), [3]),
    (BreakFilter(account_ids=frozenset({made.ACCOUNT})), [2, 1]),
    (BreakFilter(account_ids=frozenset()), []),
]


@pytest.mark.parametrize(("wanted", "numbers"), BREAK_FILTERS)
async def test_breaks_are_filtered_and_come_newest_first(
    storage: Storage, wanted: BreakFilter, numbers: list[int]
) -> None:
    snapshot = await storage.journal.load()
    breaks = [made.difference(1), made.difference(2, resolved=True), made.difference(3)]
    breaks[2].kind, breaks[2].account_id = "position", ids.AccountId("okx-main")
    batch = Batch(
        epoch=snapshot.epoch, journal=[made.journal_entry(1, 1)], breaks={found.break_id: found for found in breaks}
    )
    await storage.journal.commit(batch)
    found, _ = await storage.blotter.breaks(wanted, limit=10)
    assert [one.break_id for one in found] == [f"break-{number}" for number in numbers]
    assert await storage.blotter.open_breaks() == 2
    assert await storage.blotter.found_break("break-3") == breaks[2]
    assert await storage.blotter.found_break("break-4") is None


async def test_the_ledger_of_one_user_and_of_all(filled: Storage) -> None:
    own, _ = await filled.blotter.ledger(made.USER, limit=10)
    assert [(line.sequence, line.ledger_account) for line in own] == [
        (3, "user:alice"),
        (2, "user:alice"),
        (1, "user:alice"),
    ]
    assert await filled.blotter.ledger(BOB, limit=10) == ([], None)
    first, cursor = await filled.blotter.ledger(None, limit=4)
    rest, end = await filled.blotter.ledger(None, limit=4, cursor=cursor)
    assert [(line.sequence, line.line) for line in first + rest] == [(3, 2), (3, 1), (2, 2), (2, 1), (1, 2), (1, 1)]
    assert end is None


async def test_what_does_not_exist_is_none_or_empty(storage: Storage) -> None:
    assert await storage.blotter.order(made.order_id(1)) is None
    assert await storage.blotter.history(made.order_id(1)) == []
    assert await storage.blotter.user(BOB) is None
    assert await storage.blotter.token("0" * 64) is None
    assert await storage.blotter.holdings(BOB) == []


@pytest.mark.parametrize("cursor", ["", "x", "AAAA", "ä", "W10", "WzEsMl0", "WyJub3QgYSB0aW1lIiwgIngiXQ", "!" * 50])
async def test_a_cursor_from_elsewhere_is_refused(filled: Storage, cursor: str) -> None:
    with pytest.raises(InvalidCursorError):
        await filled.blotter.orders(OrderFilter(), limit=5, cursor=cursor)


async def test_a_cursor_with_an_absurd_number_is_refused(filled: Storage) -> None:
    cursor = base64.urlsafe_b64encode(b"[99999999999999999999999,1]").decode()
    with pytest.raises(InvalidCursorError):
        await filled.blotter.ledger(None, limit=5, cursor=cursor)


async def test_a_cursor_of_another_query_is_refused(filled: Storage) -> None:
    _, cursor = await filled.blotter.ledger(None, limit=2)
    assert cursor is not None
    with pytest.raises(InvalidCursorError):
        await filled.blotter.orders(OrderFilter(), limit=5, cursor=cursor)
