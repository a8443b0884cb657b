"""What one transaction writes: a batch's rows per table, with the hash chains carried on."""

from collections.abc import Iterable

import msgspec
from sqlalchemy import Table

from tidegate.core.records import Batch
from tidegate.storage import chain, schema
from tidegate.storage.errors import EpochFencedError
from tidegate.storage.rows import (
    ACCOUNTS,
    APPROVALS,
    ATTEMPTS,
    BREAKS,
    BUSTS,
    CAPITAL,
    CASH_FLOWS,
    EQUITY,
    EXECUTIONS,
    HOLDINGS,
    LEDGER,
    LEVERAGES,
    LIMIT_WARNINGS,
    LOSS_MARKS,
    ORDERS,
    POSITIONS,
    REQUESTS,
    RISK_LIMITS,
    RISK_REQUESTS,
    RULES,
    TOKENS,
    TRADING_STATES,
    TRANSFERS,
    USERS,
    RecordT,
    Row,
    RowCodec,
)


class Heads(msgspec.Struct, frozen=True, kw_only=True):
    """The last hash of each chain."""

    journal: str
    history: str


def check_epoch(batch: Batch, epoch: int) -> None:
    """Raises `EpochFencedError` unless the batch carries the epoch that storage holds."""
    if epoch != batch.epoch:
        raise EpochFencedError(f"this engine's epoch is {batch.epoch}, the desk's is {epoch}: it was taken over")


def rows_of(batch: Batch, heads: Heads) -> tuple[dict[Table, list[Row]], Heads]:
    """The rows of each table that the batch touches, and the chains' new heads."""
    journal_rows, journal_head = chain.journal_rows(batch.journal, epoch=batch.epoch, previous_hash=heads.journal)
    history_rows, history_head = chain.history_rows(batch.history, previous_hash=heads.history)
    rows = [
        (schema.journal, journal_rows),
        (schema.order_history, history_rows),
        _encoded(ORDERS, batch.orders.values()),
        _encoded(ATTEMPTS, batch.attempts.values()),
        _encoded(EXECUTIONS, batch.executions),
        _encoded(LEDGER, batch.ledger),
        _encoded(HOLDINGS, batch.holdings.values()),
        _encoded(POSITIONS, batch.positions.values()),
        _encoded(LEVERAGES, batch.leverages.values()),
        _encoded(CASH_FLOWS, batch.cash_flows),
        _encoded(RULES, batch.rules.values()),
        _encoded(REQUESTS, batch.requests),
        _encoded(BUSTS, batch.busts),
        _encoded(ACCOUNTS, batch.accounts.values()),
        _encoded(USERS, batch.users.values()),
        _encoded(TOKENS, batch.tokens.values()),
        _encoded(BREAKS, batch.breaks.values()),
        _encoded(RISK_LIMITS, batch.risk_limits),
        _encoded(RISK_REQUESTS, batch.risk_requests),
        _encoded(TRADING_STATES, batch.trading_states.values()),
        _encoded(LIMIT_WARNINGS, batch.limit_warnings.values()),
        _encoded(APPROVALS, batch.approvals.values()),
        _encoded(EQUITY, batch.equity),
        _encoded(LOSS_MARKS, batch.loss_marks.values()),
        _encoded(CAPITAL, batch.capital.values()),
        _encoded(TRANSFERS, batch.transfers.values()),
    ]
    touched = {table: table_rows for table, table_rows in rows if table_rows}
    return touched, Heads(journal=journal_head, history=history_head)


def _encoded(codec: RowCodec[RecordT], records: Iterable[RecordT]) -> tuple[Table, list[Row]]:
    encode = codec.encode
    return codec.table, [encode(record) for record in records]
