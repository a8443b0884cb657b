"""Revision 0002 keeps everything that a desk of revision 0001 wrote."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, MetaData, inspect

from support import records as made
from tidegate.core.money import ONE, ZERO
from tidegate.core.order import Order
from tidegate.core.vocabulary import HeldBy, OffsetUnit, OrderType, PositionSide, TriggerBy, Wallet
from tidegate.ports import BreakFilter, ExecutionFilter
from tidegate.storage import chain, engines, migrate, revisions
from tidegate.storage.open import open_storage
from tidegate.storage.rows import ACCOUNTS, BREAKS, EXECUTIONS, HISTORY, HOLDINGS, LEDGER, ORDERS, TOKENS, USERS
from tidegate.storage.schema import order_history
from tidegate.storage.urls import parse
from tidegate.storage.verify import verify

ORDERS_WRITTEN = (made.full_order(1), made.full_order(2, is_open=False))


@pytest.fixture
def old_database_url(empty_database_url: str) -> Iterator[str]:
    """A database of revision 0001, with rows in every table that the next one changes."""
    engine = engines.create(parse(empty_database_url))
    with engine.execution_options(writes=True).begin() as connection:
        migrate.run_migrations(connection, "0001")
        fill(connection)
    engine.dispose()
    return empty_database_url


def fill(connection: Connection) -> None:
    """One batch, as the desk of that revision wrote it: today's rows without the columns that it did not have."""
    history, _ = chain.history_rows(
        [made.history(number, history_id=number) for number in (1, 2)], previous_hash=chain.GENESIS_HASH
    )
    written: list[tuple[Any, list[Any]]] = [
        (ORDERS, [ORDERS.encode(order) for order in ORDERS_WRITTEN]),
        (HISTORY, history),
        (EXECUTIONS, [EXECUTIONS.encode(made.execution(1, sequence=1))]),
        (LEDGER, [LEDGER.encode(line) for line in made.ledger(1, sequence=1)]),
        (HOLDINGS, [HOLDINGS.encode(made.holding())]),
        (ACCOUNTS, [ACCOUNTS.encode(made.account())]),
        (USERS, [USERS.encode(made.user())]),
        (TOKENS, [TOKENS.encode(made.token())]),
        (BREAKS, [BREAKS.encode(made.difference(number, resolved=number == 2)) for number in (1, 2)]),
    ]
    for codec, rows in written:
        for row in rows:
            insert(connection, codec.table.name, dict(zip(codec.columns, row, strict=True)))


def insert(connection: Connection, table: str, row: dict[str, Any]) -> None:
    """Insert what the old table has columns for."""
    names = [column["name"] for column in inspect(connection).get_columns(table)]
    values = ", ".join("NULL" if row[name] is None else quoted(row[name], name) for name in names)
    connection.exec_driver_sql(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({values})")  # noqa: S608 (made up here)


FLAGS = {"post_only", "reduce_only", "in_doubt", "waiting_to_retry"}


def quoted(value: Any, name: str) -> str:
    """A literal that both databases read."""
    if name in FLAGS:
        return "true" if value else "false"
    return str(value) if isinstance(value, int) else "'" + value.replace("'", "''").replace("%", "%%") + "'"


def as_it_was(order: Order) -> Order:
    """The order without what revision 0001 did not know."""
    order.position_side = PositionSide.NET
    order.trigger_by = TriggerBy.LAST
    order.trailing_offset_unit = OffsetUnit.PRICE
    order.margin_mode = order.leverage = order.expires_at = order.trailing_offset = order.leg = order.rule_id = None
    order.stop_loss = order.take_profit = order.asked = None
    order.trailing_extreme = order.triggered_at = order.amend_expires_at = order.awaited_since = None
    order.cancel_reason = order.former_exchange_order_ids = order.asked_reserve_price = None
    order.filled_before = order.exited_quantity = ZERO
    order.corrections = order.amendment = 0
    order.replacing = order.guarding = False
    order.reserve_rate = ONE
    return order


async def test_orders_come_through_with_what_the_new_columns_mean_for_them(old_database_url: str) -> None:
    assert migrate.upgrade(old_database_url) == revisions.head()
    storage = open_storage(old_database_url)
    snapshot = await storage.journal.load()
    closed = await storage.blotter.order(made.order_id(2))
    await storage.close()
    assert snapshot.open_orders == [as_it_was(made.full_order(1))]
    assert closed == as_it_was(made.full_order(2, is_open=False))
    assert (closed.order_type, closed.held_by) == (OrderType.LIMIT, HeldBy.DESK)


async def test_the_books_come_through(old_database_url: str) -> None:
    migrate.upgrade(old_database_url)
    storage = open_storage(old_database_url)
    snapshot = await storage.journal.load()
    [execution], _ = await storage.blotter.executions(ExecutionFilter(), limit=10)
    lines, _ = await storage.blotter.ledger(None, limit=10)
    breaks, _ = await storage.blotter.breaks(BreakFilter(), limit=10)
    await storage.close()
    assert execution.position_side is PositionSide.NET
    execution.position_side = PositionSide.SHORT
    assert execution == made.execution(1, sequence=1)
    assert [(line.amount, line.wallet) for line in lines[::-1]] == [
        (line.amount, Wallet.MAIN) for line in made.ledger(1, sequence=1)
    ]
    assert snapshot.holdings == [made.holding(wallet=Wallet.MAIN)]
    assert [user.corrections for user in snapshot.users] == [frozenset()]
    assert [(found.break_id, found.resolved_by, found.resolution) for found in breaks] == [
        ("break-2", None, ""),
        ("break-1", None, ""),
    ]


def test_the_audit_of_a_migrated_desk_is_clean(old_database_url: str) -> None:
    migrate.upgrade(old_database_url)
    report = verify(old_database_url)
    assert (report.is_clean, report.history_rows) == (True, 2)


def test_nothing_is_left_of_the_old_tables(old_database_url: str) -> None:
    migrate.upgrade(old_database_url)
    engine = engines.create(parse(old_database_url))
    with engine.connect() as connection:
        found = MetaData()
        found.reflect(connection)
    engine.dispose()
    assert [name for name in found.tables if "0001" in name] == []
    assert order_history.name in found.tables
