"""The `Blotter` port: queries of people and programs on committed state, on connections of their own.

Queries run in a few threads, so that a slow one neither stops the loop nor waits behind the journal.
"""

import asyncio
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any, TypeVar

import msgspec
from sqlalchemy import ColumnElement, Connection, Engine, Select, Table, func, select

from tidegate.core.identifiers import ExecutionId, OrderId, RuleId, UserId
from tidegate.core.order import Order
from tidegate.core.records import (
    Account,
    Break,
    Execution,
    HistoryEntry,
    Holding,
    LedgerEntry,
    Leverage,
    Position,
    Rule,
    Token,
    User,
)
from tidegate.ports import BreakFilter, ExecutionFilter, OrderFilter
from tidegate.storage import pages
from tidegate.storage.engines import POOL_SIZE_MAX
from tidegate.storage.risk_blotter import RiskQueries
from tidegate.storage.schema import (
    accounts,
    busts,
    executions,
    ledger_entries,
    leverages,
    order_history,
    orders,
    portfolio,
    positions,
    reconciliation_breaks,
    rules,
    tokens,
    users,
)

RecordT = TypeVar("RecordT", bound=msgspec.Struct)
ResultT = TypeVar("ResultT")
_Page = tuple[list[RecordT], str | None]


class StoredBlotter(RiskQueries):
    """Reads through an engine that the caller disposes of after `close`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._threads = ThreadPoolExecutor(max_workers=POOL_SIZE_MAX, thread_name_prefix="tidegate-blotter")

    async def order(self, order_id: OrderId) -> Order | None:
        return await self._one(Order, select(orders).where(orders.c.order_id == order_id))

    async def orders(
        self, wanted: OrderFilter, *, limit: int, cursor: str | None = None
    ) -> tuple[list[Order], str | None]:
        query = select(orders).where(*_order_conditions(wanted))
        return await self._page(Order, query, (orders.c.timestamp, orders.c.order_id), limit, cursor)

    async def history(self, order_id: OrderId) -> list[HistoryEntry]:
        query = select(order_history).where(order_history.c.order_id == order_id)
        return await self._all(HistoryEntry, query.order_by(order_history.c.sequence))

    async def executions(
        self, wanted: ExecutionFilter, *, limit: int, cursor: str | None = None
    ) -> tuple[list[Execution], str | None]:
        query = select(executions).where(*_execution_conditions(wanted))
        return await self._page(Execution, query, (executions.c.executed_at, executions.c.execution_id), limit, cursor)

    async def busts(self, execution_ids: Collection[ExecutionId]) -> dict[ExecutionId, datetime]:
        query = select(busts.c.execution_id, busts.c.busted_at).where(busts.c.execution_id.in_(execution_ids))
        return await self._run(
            lambda connection: {row.execution_id: row.busted_at for row in connection.execute(query)}
        )

    async def ledger(
        self, user_id: UserId | None, *, limit: int, cursor: str | None = None
    ) -> tuple[list[LedgerEntry], str | None]:
        query = select(ledger_entries)
        if user_id is not None:
            query = query.where(ledger_entries.c.ledger_account == f"user:{user_id}")
        keys = (ledger_entries.c.sequence, ledger_entries.c.line)
        return await self._page(LedgerEntry, query, keys, limit, cursor)

    async def holdings(self, user_id: UserId | None = None) -> list[Holding]:
        query = select(portfolio)
        if user_id is not None:
            query = query.where(portfolio.c.user_id == user_id)
        return await self._all(Holding, query.order_by(*portfolio.primary_key.columns))

    async def positions(self, user_id: UserId | None = None) -> list[Position]:
        query = select(positions)
        if user_id is not None:
            query = query.where(positions.c.user_id == user_id)
        return await self._all(Position, query.order_by(*positions.primary_key.columns))

    async def leverages(self) -> list[Leverage]:
        return await self._all(Leverage, select(leverages).order_by(*leverages.primary_key.columns))

    async def rules(
        self, user_id: UserId | None, *, is_open: bool | None, limit: int, cursor: str | None = None
    ) -> tuple[list[Rule], str | None]:
        query = select(rules).where(*_open_or_ended(rules.c.ended_at, is_open))
        if user_id is not None:
            query = query.where(rules.c.user_id == user_id)
        return await self._page(Rule, query, (rules.c.created_at, rules.c.rule_id), limit, cursor)

    async def rule(self, rule_id: RuleId) -> Rule | None:
        return await self._one(Rule, select(rules).where(rules.c.rule_id == rule_id))

    async def accounts(self) -> list[Account]:
        return await self._all(Account, select(accounts).order_by(accounts.c.account_id))

    async def user(self, user_id: UserId) -> User | None:
        return await self._one(User, select(users).where(users.c.user_id == user_id))

    async def token(self, token_hash: str) -> Token | None:
        return await self._one(Token, select(tokens).where(tokens.c.token_hash == token_hash))

    async def breaks(
        self, wanted: BreakFilter, *, limit: int, cursor: str | None = None
    ) -> tuple[list[Break], str | None]:
        found = reconciliation_breaks.c
        query = select(reconciliation_breaks).where(*_open_or_ended(found.resolved_at, wanted.is_open))
        if wanted.account_ids is not None:
            query = query.where(found.account_id.in_(wanted.account_ids))
        if wanted.kind is not None:
            query = query.where(found.kind == wanted.kind)
        return await self._page(Break, query, (found.found_at, found.break_id), limit, cursor)

    async def found_break(self, break_id: str) -> Break | None:
        query = select(reconciliation_breaks).where(reconciliation_breaks.c.break_id == break_id)
        return await self._one(Break, query)

    async def open_breaks(self) -> int:
        query = select(func.count()).where(reconciliation_breaks.c.resolved_at.is_(None))
        return await self._run(lambda connection: connection.execute(query).scalar_one())

    def close(self) -> None:
        """Wait for running queries and refuse new ones."""
        self._threads.shutdown(wait=True)

    async def _page(
        self, kind: type[RecordT], query: Select[Any], keys: pages.Keys, limit: int, cursor: str | None
    ) -> _Page[RecordT]:
        def read(connection: Connection) -> _Page[RecordT]:
            rows, next_cursor = pages.fetch(connection, query, keys, limit=limit, cursor=cursor)
            return [kind(**row) for row in rows], next_cursor

        return await self._run(read)

    async def _all(self, kind: type[RecordT], query: Select[Any]) -> list[RecordT]:
        return await self._run(lambda connection: [kind(**row) for row in connection.execute(query).mappings()])

    async def _one(self, kind: type[RecordT], query: Select[Any]) -> RecordT | None:
        found = await self._all(kind, query)
        return found[0] if found else None

    async def _run(self, read: Callable[[Connection], ResultT]) -> ResultT:
        def in_thread() -> ResultT:
            with self._engine.connect() as connection:
                return read(connection)

        return await asyncio.get_running_loop().run_in_executor(self._threads, in_thread)


def _order_conditions(wanted: OrderFilter) -> list[ColumnElement[bool]]:
    names = ("account_id", "exchange", "symbol", "status", "client_order_id", "parent_order_id")
    conditions = _equalities(orders, wanted, names)
    if wanted.user_id is not None:
        # As an expression the column attracts no index: a user's few open orders are found among all open ones, not
        # among everything that the user ever did.
        owner = orders.c.user_id.concat("") if wanted.is_open else orders.c.user_id
        conditions.append(owner == wanted.user_id)
    return conditions + _open_or_ended(orders.c.closed_at, wanted.is_open) + _bounds(orders.c.timestamp, wanted)


def _execution_conditions(wanted: ExecutionFilter) -> list[ColumnElement[bool]]:
    names = ("user_id", "account_id", "exchange", "symbol", "order_id")
    return _equalities(executions, wanted, names) + _bounds(executions.c.executed_at, wanted)


def _equalities(table: Table, wanted: msgspec.Struct, names: tuple[str, ...]) -> list[ColumnElement[bool]]:
    return [table.c[name] == getattr(wanted, name) for name in names if getattr(wanted, name) is not None]


def _open_or_ended(ended_at: ColumnElement[Any], is_open: bool | None) -> list[ColumnElement[bool]]:
    """Of what ends some time: what has not, what has, or all of it."""
    if is_open is None:
        return []
    return [ended_at.is_(None) if is_open else ended_at.is_not(None)]


def _bounds(moment: ColumnElement[Any], wanted: OrderFilter | ExecutionFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.since is not None:
        conditions.append(moment >= wanted.since)
    if wanted.until is not None:
        conditions.append(moment < wanted.until)
    return conditions
