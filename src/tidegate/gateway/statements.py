"""Statements: balances before, every line of the ledger, fees and profit, balances after."""

from collections import defaultdict
from collections.abc import AsyncIterator, Iterable
from datetime import datetime
from decimal import Decimal
from http import HTTPStatus
from typing import Any

import msgspec

from tidegate.core.money import ZERO, plain
from tidegate.core.portfolio.figures import Balance, BooksFilter, StatementFrame, StatementLine
from tidegate.core.records import User
from tidegate.gateway.context import Context
from tidegate.gateway.order_views import amount
from tidegate.gateway.portfolio_views import StatementQuery
from tidegate.gateway.problems import GatewayCode, Problem
from tidegate.gateway.reports import asked
from tidegate.gateway.requests import AnyRequest, read_query
from tidegate.gateway.results import Download, Result
from tidegate.gateway.statement_files import (
    COLUMNS,
    PyarrowMissingError,
    Row,
    check_parquet,
    csv_chunks,
    parquet_chunks,
)

_LINES_PER_PAGE = 1_000
_BLANK: Row = dict.fromkeys(COLUMNS)


async def statement(request: AnyRequest, user: User, context: Context) -> Result:
    """A statement as a file: opening balances, every ledger line, fees, realized profit, closing balances."""
    query = read_query(request, StatementQuery)
    wanted = asked(user, query)
    if wanted.until is None:
        wanted = msgspec.structs.replace(wanted, until=context.clock.now())
    if query.format == "parquet":
        _check_parquet()
    pages = statement_pages(context, wanted, await context.accounting.statement(wanted))
    if query.format == "parquet":
        return Result(Download(parquet_chunks(pages), "application/vnd.apache.parquet", "statement.parquet"))
    return Result(Download(csv_chunks(pages), "text/csv", "statement.csv"))


def _check_parquet() -> None:
    try:
        check_parquet()
    except PyarrowMissingError as error:
        detail = "this desk cannot write Parquet: install tidegate[parquet] there, or ask for format=csv"
        raise Problem(HTTPStatus.NOT_IMPLEMENTED, GatewayCode.FORMAT_UNAVAILABLE, detail) from error


async def statement_pages(context: Context, wanted: BooksFilter, frame: StatementFrame) -> AsyncIterator[list[Row]]:
    """A statement's rows. The balance after each line is counted here, and must come out at the closing ones."""
    balances: dict[tuple[str, ...], Decimal] = defaultdict(Decimal)
    balances.update((_key(held), held.quantity) for held in frame.opening)
    yield [_balance_row("opening", held, wanted.since) for held in frame.opening]
    after = (0, 0)
    while True:
        lines = await context.accounting.statement_lines(wanted, after=after, bound=frame.bound, limit=_LINES_PER_PAGE)
        yield [_line_row(line, balances) for line in lines]
        if len(lines) < _LINES_PER_PAGE:
            break
        after = (lines[-1].sequence, lines[-1].line)
    for held in frame.closing:
        assert balances.pop(_key(held), ZERO) == held.quantity, f"the lines do not lead to the closing {held}"
    assert not any(balances.values()), "lines of what no closing balance names"
    yield [*_sum_rows("fees", frame.fees), *_sum_rows("realized_pnl", frame.realized_pnl)]
    yield [_balance_row("closing", held, wanted.until) for held in frame.closing]


def _key(of: Balance | StatementLine) -> tuple[str, ...]:
    return (of.account_id, of.user_id, of.asset, of.wallet)


def _balance_row(row: str, held: Balance, at: datetime | None) -> Row:
    quantity = plain(held.quantity)
    names = ("account_id", "user_id", "asset", "wallet")
    return {
        **_BLANK,
        **{name: str(getattr(held, name)) for name in names},
        "row": row,
        "timestamp": _time(at),
        "amount": quantity,
        "balance": quantity,
    }


def _line_row(line: StatementLine, balances: dict[tuple[str, ...], Decimal]) -> Row:
    balances[_key(line)] += line.amount
    texts: dict[str, Any] = {
        name: None if getattr(line, name) is None else str(getattr(line, name))
        for name in ("account_id", "user_id", "asset", "wallet", "kind", "order_id", "execution_id", "symbol", "side")
    }
    return {
        **texts,
        "row": "line",
        "timestamp": _time(line.timestamp),
        "amount": plain(line.amount),
        "balance": plain(balances[_key(line)]),
        "sequence": line.sequence,
        "line": line.line,
        "quantity": amount(line.quantity),
        "price": amount(line.price),
    }


def _sum_rows(row: str, sums: dict[str, Decimal]) -> Iterable[Row]:
    return [{**_BLANK, "row": row, "asset": asset, "amount": plain(total)} for asset, total in sums.items()]


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="microseconds").replace("+00:00", "Z")
