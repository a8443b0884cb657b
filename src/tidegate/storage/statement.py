"""Statements out of the ledger: balances at both ends of a period, and every line between them.

The ledger only grows, so pages need no common snapshot: the frame names the last sequence that belongs to it.
"""

from collections import defaultdict
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Select, func, select, tuple_

from tidegate.core.identifiers import AccountId, UserId
from tidegate.core.money import ZERO
from tidegate.core.portfolio.figures import Balance, BooksFilter, StatementFrame, StatementLine
from tidegate.core.portfolio.ledger import FEES, user_account
from tidegate.core.vocabulary import CashFlowKind
from tidegate.storage.auditing import streamed
from tidegate.storage.schema import accounts, busts, executions, ledger_entries
from tidegate.storage.trades import within

_USER = user_account("")
_line = ledger_entries.c


def frame(connection: Connection, wanted: BooksFilter) -> StatementFrame:
    """Balances before and after, fees and realized profit. Memory grows with the number of balances only."""
    bound = connection.execute(select(func.max(_line.sequence))).scalar() or 0
    opening: dict[tuple[Any, ...], Decimal] = defaultdict(Decimal)
    closing: dict[tuple[Any, ...], Decimal] = defaultdict(Decimal)
    columns = (_line.account_id, _line.ledger_account, _line.asset, _line.wallet, _line.amount, _line.timestamp)
    for *key, amount, at in streamed(connection, _of_users(select(*columns), wanted).where(_line.sequence <= bound)):
        if wanted.until is not None and at >= wanted.until:
            continue
        closing[tuple(key)] += amount
        opening[tuple(key)] += ZERO if wanted.since is None or at >= wanted.since else amount
    return StatementFrame(
        opening=_balances(opening),
        closing=_balances(closing),
        fees=_fees(connection, wanted, bound),
        realized_pnl=_realized(connection, wanted, bound),
        bound=bound,
    )


def lines(
    connection: Connection, wanted: BooksFilter, *, after: tuple[int, int], bound: int, limit: int
) -> list[StatementLine]:
    """The lines of a period behind one of them, oldest first."""
    trade = executions.c
    query = select(ledger_entries, trade.symbol, trade.side, trade.quantity, trade.price)
    query = query.join(executions, trade.execution_id == _line.execution_id, isouter=True)
    query = _of_users(query, wanted).where(
        tuple_(_line.sequence, _line.line) > after, _line.sequence <= bound, *within(_line.timestamp, wanted)
    )
    rows = connection.execute(query.order_by(_line.sequence, _line.line).limit(limit)).mappings()
    return [_statement_line(row) for row in rows]


def _statement_line(row: Any) -> StatementLine:
    fields = {name: row[name] for name in StatementLine.__struct_fields__ if name != "user_id"}
    return StatementLine(user_id=UserId(row["ledger_account"].removeprefix(_USER)), **fields)


def _of_users(query: Select[Any], wanted: BooksFilter) -> Select[Any]:
    """Lines of what users own, of those and there where it is asked for."""
    if wanted.user_id is None:
        query = query.where(_line.ledger_account.startswith(_USER, autoescape=True))
    else:
        query = query.where(_line.ledger_account == user_account(wanted.user_id))
    return _placed(query, wanted)


def _placed(query: Select[Any], wanted: BooksFilter) -> Select[Any]:
    if wanted.account_id is not None:
        query = query.where(_line.account_id == wanted.account_id)
    if wanted.exchange is not None:
        query = query.join(accounts, accounts.c.account_id == _line.account_id)
        query = query.where(accounts.c.exchange == wanted.exchange)
    return query


def _balances(sums: dict[tuple[Any, ...], Decimal]) -> tuple[Balance, ...]:
    return tuple(
        Balance(
            account_id=AccountId(account_id),
            user_id=UserId(owner.removeprefix(_USER)),
            asset=asset,
            wallet=wallet,
            quantity=quantity,
        )
        for (account_id, owner, asset, wallet), quantity in sorted(sums.items())
    )


def _fees(connection: Connection, wanted: BooksFilter, bound: int) -> dict[str, Decimal]:
    """What went to the venues' account of fees, less what came back from it by busts: of trades and of liquidations."""
    every: Select[Any] = select(_line.asset, _line.amount)
    every = every.join(executions, executions.c.execution_id == _line.execution_id)
    query = _placed(every, wanted).where(
        _line.ledger_account == FEES, _line.sequence <= bound, *within(_line.timestamp, wanted)
    )
    if wanted.user_id is not None:
        query = query.where(executions.c.user_id == wanted.user_id)
    fined = _of_users(select(_line.asset, _line.amount), wanted).where(
        _line.kind == CashFlowKind.LIQUIDATION_FEE, _line.sequence <= bound, *within(_line.timestamp, wanted)
    )
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for part, sign in ((query, 1), (fined, -1)):  # The latter are what users paid.
        for asset, amount in streamed(connection, part):
            sums[asset] += sign * amount
    return dict(sorted(sums.items()))


def _realized(connection: Connection, wanted: BooksFilter, bound: int) -> dict[str, Decimal]:
    """What trades booked in the period earned, less what those earned that were busted in it."""
    trade, bust = executions.c, busts.c
    booked = select(trade.symbol, trade.realized_pnl).where(trade.sequence <= bound, *within(trade.booked_at, wanted))
    taken_back = select(trade.symbol, trade.realized_pnl).join(busts, bust.execution_id == trade.execution_id)
    taken_back = taken_back.where(bust.sequence <= bound, *within(bust.busted_at, wanted))
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for query, sign in ((booked, 1), (taken_back, -1)):
        for symbol, realized in streamed(connection, _traded(query, wanted)):
            if realized:
                sums[symbol.partition("/")[2].partition(":")[0]] += sign * realized
    return dict(sorted(sums.items()))


def _traded(query: Select[Any], wanted: BooksFilter) -> Select[Any]:
    names = ("user_id", "account_id", "exchange")
    asked = [executions.c[name] == getattr(wanted, name) for name in names if getattr(wanted, name) is not None]
    return query.where(*asked)
