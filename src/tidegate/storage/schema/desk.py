"""The tables of who trades where, of differences with venues, and of the journal itself."""

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, Table, Text, UniqueConstraint

from tidegate.core.identifiers import UserId
from tidegate.core.vocabulary import AccountState, Correction, Environment, Exchange, Role
from tidegate.storage.columns import JsonText, Timestamp, Word
from tidegate.storage.schema.base import COUNTER, REQUIRED, index_where, metadata

accounts = Table(
    "accounts",
    metadata,
    Column("account_id", Text, primary_key=True),
    Column("exchange", Word(Exchange), **REQUIRED),
    Column("environment", Word(Environment), **REQUIRED),
    Column("user_ids", JsonText(tuple[UserId, ...]), **REQUIRED),
    Column("state", Word(AccountState), **REQUIRED),
    Column("message", Text, **REQUIRED),
    Column("opened_at", Timestamp),
    Column("created_at", Timestamp, **REQUIRED),
    Column("dead_man_seconds", Integer),
)

users = Table(
    "users",
    metadata,
    Column("user_id", Text, primary_key=True),
    Column("name", Text, **REQUIRED),
    Column("role", Word(Role), **REQUIRED),
    Column("created_at", Timestamp, **REQUIRED),
    Column("corrections", JsonText(frozenset[Correction]), **REQUIRED),
    Column("keep_alive_seconds", Integer),
)

tokens = Table(
    "tokens",
    metadata,
    Column("token_id", Text, primary_key=True),
    Column("user_id", Text, **REQUIRED),
    Column("token_hash", Text, **REQUIRED),
    Column("label", Text, **REQUIRED),
    Column("created_at", Timestamp, **REQUIRED),
    Column("revoked_at", Timestamp),
    UniqueConstraint("token_hash"),
)

reconciliation_breaks = Table(
    "reconciliation_breaks",
    metadata,
    Column("break_id", Text, primary_key=True),
    Column("account_id", Text, **REQUIRED),
    Column("kind", Text, **REQUIRED),
    Column("subject", Text, **REQUIRED),
    Column("message", Text, **REQUIRED),
    Column("found_at", Timestamp, **REQUIRED),
    Column("resolved_at", Timestamp),
    Column("resolved_by", Text),
    Column("resolution", Text, **REQUIRED),
)
index_where(
    "ix_reconciliation_breaks_unresolved",
    reconciliation_breaks.c.found_at,
    reconciliation_breaks.c.break_id,
    where=reconciliation_breaks.c.resolved_at.is_(None),
)

journal = Table(
    "journal",
    metadata,
    Column("sequence", COUNTER, primary_key=True, autoincrement=False),
    Column("epoch", BigInteger, **REQUIRED),
    Column("at", Timestamp, **REQUIRED),
    Column("type", Text, **REQUIRED),
    Column("payload", Text, **REQUIRED),
    Column("previous_hash", Text, **REQUIRED),
    Column("hash", Text, **REQUIRED),
)

# One row. Its epoch goes up whenever an engine takes the desk over; every transaction checks it.
lease = Table(
    "lease",
    metadata,
    Column("lease_id", Integer, primary_key=True, autoincrement=False),
    Column("epoch", BigInteger, **REQUIRED),
)

# Sealed by the vault; useless without the key that is not in here.
credentials = Table(
    "credentials", metadata, Column("account_id", Text, primary_key=True), Column("envelope", LargeBinary, **REQUIRED)
)
