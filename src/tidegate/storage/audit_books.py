"""The audit of the books: do ledger, holdings, positions, reservations and executions say the same?

Sums are taken in Python, row by row: SQLite keeps amounts as text. Memory grows with the number of holdings and
positions, never with that of ledger lines or executions.
"""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from itertools import groupby
from typing import Any

import msgspec
from sqlalchemy import Connection, select

from tidegate.core.desk import Desk
from tidegate.core.messages.events import ExecutionBooked, PositionAdjusted
from tidegate.core.money import ZERO, plain
from tidegate.core.policy import Policy
from tidegate.core.portfolio.positions import signed
from tidegate.storage.auditing import Check, streamed
from tidegate.storage.schema import busts, executions, journal, ledger_entries, orders, portfolio, positions

_USER = "user:"
_Sums = defaultdict[tuple[str, ...], Decimal]


class _Named(msgspec.Struct):
    """The one field of a journaled trade that ties it to its row."""

    execution_id: str


def check_ledger(connection: Connection, check: Check) -> None:
    """The lines of each event sum to zero per asset."""
    lines = ledger_entries.c
    query = select(lines.sequence, lines.asset, lines.amount).order_by(lines.sequence, lines.line)
    for sequence, of_event in groupby(check.rows_of(streamed(connection, query)), key=lambda row: row.sequence):
        sums: dict[str, Decimal] = defaultdict(Decimal)
        for _, asset, amount in of_event:
            sums[asset] += amount
        for asset, left in sums.items():
            if left:
                check.find("ledger_entries", sequence, f"its lines in {asset} sum to {plain(left)}, not to zero")


def check_holdings(connection: Connection, check: Check) -> None:
    """A holding is the sum of its owner's ledger lines."""
    lines = ledger_entries.c
    query = select(lines.account_id, lines.ledger_account, lines.asset, lines.wallet, lines.amount)
    owned: _Sums = defaultdict(Decimal)
    for account_id, owner, asset, wallet, amount in streamed(connection, query):
        if owner.startswith(_USER):
            owned[account_id, owner.removeprefix(_USER), asset, wallet] += amount
    held = portfolio.c
    rows = streamed(connection, select(held.account_id, held.user_id, held.asset, held.wallet, held.quantity))
    _compare(check, "portfolio", rows, owned, "holds {}, and the ledger sums to {}")


def check_positions(connection: Connection, check: Check) -> None:
    """A position is the sum of its executions without the busted ones, and of what was adjusted."""
    trade, bust = executions.c, busts.c
    query = (
        select(trade.account_id, trade.user_id, trade.symbol, trade.position_side, trade.side, trade.quantity)
        .join_from(executions, busts, bust.execution_id == trade.execution_id, isouter=True)
        .where(bust.execution_id.is_(None), trade.symbol.contains(":"))
    )
    folded: _Sums = defaultdict(Decimal)
    for *key, side, quantity in streamed(connection, query):
        folded[tuple(key)] += signed(side, quantity)
    for adjusted in _adjustments(connection):
        key_of = (adjusted.account_id, adjusted.user_id, adjusted.symbol, adjusted.position_side)
        folded[key_of] += adjusted.quantity
    held = positions.c
    rows = streamed(connection, select(held.account_id, held.user_id, held.symbol, held.position_side, held.quantity))
    _compare(check, "positions", rows, folded, "is {}, and its executions sum to {}")


def _adjustments(connection: Connection) -> Iterator[PositionAdjusted]:
    entry = journal.c
    query = select(entry.payload).where(entry.type == PositionAdjusted.__name__).order_by(entry.sequence)
    for (payload,) in streamed(connection, query):
        yield msgspec.json.decode(payload, type=PositionAdjusted)


def check_reservations(connection: Connection, check: Check) -> None:
    """What is reserved of a holding is what its open orders reserve; closed ones reserve nothing."""
    order = orders.c
    query = select(
        order.order_id,
        order.account_id,
        order.user_id,
        order.exchange,
        order.symbol,
        order.reserved_asset,
        order.reserved_quantity,
        order.closed_at,
    )
    wallet_of = Desk(Policy()).wallet_of
    reserved: _Sums = defaultdict(Decimal)
    for row in check.rows_of(streamed(connection, query)):
        if row.closed_at is not None and row.reserved_quantity:
            check.find("orders", row.order_id, f"is closed and still reserves {plain(row.reserved_quantity)}")
        elif row.closed_at is None and row.reserved_asset is not None:
            wallet = wallet_of(row.exchange, row.symbol)
            reserved[row.account_id, row.user_id, row.reserved_asset, wallet] += row.reserved_quantity
    held = portfolio.c
    rows = streamed(connection, select(held.account_id, held.user_id, held.asset, held.wallet, held.reserved))
    _compare(check, "portfolio", rows, reserved, "has {} reserved, and its open orders reserve {}")


def check_executions(connection: Connection, check: Check) -> None:
    """Every execution was booked by the journal entry that it names, and every booking has its execution."""
    trade, entry = executions.c, journal.c
    query = select(trade.execution_id, trade.sequence, entry.type, entry.payload)
    query = query.join_from(executions, journal, entry.sequence == trade.sequence, isouter=True)
    for execution_id, sequence, kind, payload in check.rows_of(streamed(connection, query)):
        if kind != ExecutionBooked.__name__ or _booked(payload) != execution_id:
            check.find("executions", execution_id, f"journal row {sequence} does not book it")
    unwritten = select(entry.sequence).join_from(journal, executions, entry.sequence == trade.sequence, isouter=True)
    unwritten = unwritten.where(entry.type == ExecutionBooked.__name__, trade.sequence.is_(None))
    for (sequence,) in streamed(connection, unwritten):
        check.find("journal", sequence, "books an execution that has no row")


def _booked(payload: str) -> str | None:
    try:
        return msgspec.json.decode(payload, type=_Named).execution_id
    except msgspec.DecodeError:  # The row does not hold what was written; the chain says so, too.
        return None


def _compare(check: Check, table: str, rows: Iterator[Any], expected: _Sums, message: str) -> None:
    """Rows of a key and an amount against the sums of the same keys; `message` takes both."""
    for *parts, amount in check.rows_of(rows):
        key = tuple(parts)
        wanted = expected.pop(key, ZERO)
        if amount != wanted:
            check.find(table, key, message.format(plain(amount), plain(wanted)))
    for key, wanted in expected.items():
        if wanted:
            check.find(table, key, f"has no row, and should have {plain(wanted)}")
