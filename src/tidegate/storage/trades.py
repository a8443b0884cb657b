"""Trades and cash flows as they are measured: executions that stand, with the rates that their journal entries keep."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, select

from tidegate.core.money import ZERO
from tidegate.core.portfolio.figures import BooksFilter
from tidegate.core.portfolio.performance import Trade, benchmark_of
from tidegate.core.vocabulary import CashFlowKind
from tidegate.storage.auditing import streamed
from tidegate.storage.schema import accounts, busts, cash_flows, executions, journal, orders


class _Rates(msgspec.Struct):
    """What a journal entry knows of the rates of its time."""

    rate: Decimal | None = None
    fee_rates: tuple[Decimal | None, ...] = ()


_rates_in = msgspec.json.Decoder(_Rates).decode


def trades(connection: Connection, wanted: BooksFilter) -> Iterator[Trade]:
    """Executions of a period, oldest first, without those that were busted."""
    trade, order = executions.c, orders.c
    query = (
        select(executions, journal.c.payload, order.order_type, order.trigger_price, order.arrival_price)
        .join(journal, journal.c.sequence == trade.sequence)
        .join(orders, order.order_id == trade.order_id)
        .join(busts, busts.c.execution_id == trade.execution_id, isouter=True)
        .where(busts.c.execution_id.is_(None), *_of_executions(wanted))
        .order_by(trade.executed_at, trade.execution_id)
    )
    for row in streamed(connection, query):
        yield _trade(row)


def _trade(row: Any) -> Trade:
    rates = _rates_in(row.payload)
    return Trade(
        market=(row.account_id, row.user_id, row.symbol, row.position_side),
        side=row.side,
        quantity=row.quantity,
        price=row.price,
        realized_pnl=row.realized_pnl,
        rate=rates.rate,
        fees=_fees(row.fees, rates.fee_rates),
        executed_at=row.executed_at,
        benchmark=benchmark_of(row.order_type, row.trigger_price, row.arrival_price),
    )


def _fees(fees: Any, rates: tuple[Decimal | None, ...]) -> Decimal | None:
    """All fees of a trade together; None where one of them has no rate."""
    total = ZERO
    for position, fee in enumerate(fees):
        rate = rates[position] if position < len(rates) else None
        if rate is None:
            return None
        total += fee.amount * rate
    return total


def flows(connection: Connection, wanted: BooksFilter, kind: CashFlowKind) -> Iterator[tuple[datetime, Decimal]]:
    """What cash flows of a kind brought (negative: cost) and when, as far as they had a price."""
    flow = cash_flows.c
    query = (
        select(flow.happened_at, flow.amount, journal.c.payload)
        .join(journal, journal.c.sequence == flow.sequence)
        .where(flow.kind == kind)
        .order_by(flow.happened_at)
    )
    if wanted.exchange is not None:
        query = query.join(accounts, accounts.c.account_id == flow.account_id)
        query = query.where(accounts.c.exchange == wanted.exchange)
    query = query.where(*_owned(cash_flows, wanted), *within(flow.happened_at, wanted))
    for happened_at, amount, payload in streamed(connection, query):
        rate = _rates_in(payload).rate
        if rate is not None:
            yield happened_at, amount * rate


def first_trade(connection: Connection, wanted: BooksFilter) -> datetime | None:
    """When the first execution was, in any period."""
    bare = msgspec.structs.replace(wanted, since=None, until=None)
    query = select(executions.c.executed_at).where(*_of_executions(bare))
    return connection.execute(query.order_by(executions.c.executed_at).limit(1)).scalar()


def _of_executions(wanted: BooksFilter) -> list[ColumnElement[bool]]:
    of_exchange = [] if wanted.exchange is None else [executions.c.exchange == wanted.exchange]
    return [*_owned(executions, wanted), *of_exchange, *within(executions.c.executed_at, wanted)]


def _owned(table: Any, wanted: BooksFilter) -> list[ColumnElement[bool]]:
    names = ("user_id", "account_id")
    return [table.c[name] == getattr(wanted, name) for name in names if getattr(wanted, name) is not None]


def within(moment: ColumnElement[Any], wanted: BooksFilter) -> list[ColumnElement[bool]]:
    """A period as conditions."""
    found: list[ColumnElement[bool]] = []
    if wanted.since is not None:
        found.append(moment >= wanted.since)
    if wanted.until is not None:
        found.append(moment < wanted.until)
    return found
