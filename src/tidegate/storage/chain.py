"""The two hash chains: each row's hash covers its content and the hash before it, so that no row can be changed,
inserted or taken out unseen. SHA-256, hexadecimal; `journal` and `order_history` have a chain each.
"""

import hashlib
from collections.abc import Iterable

import msgspec

from tidegate.core.records import HistoryEntry, JournalEntry
from tidegate.storage.columns import time_text
from tidegate.storage.rows import HISTORY, Row

GENESIS_HASH = "0" * 64

_JSON = msgspec.json.Encoder(order="deterministic")  # Sets in order: the same events make the same journal.
_HASHED_HISTORY_COLUMNS = HISTORY.columns.index("previous_hash")  # All before it.


def journal_hash(previous_hash: str, sequence: int, epoch: int, at: str, kind: str, payload: str) -> str:
    """The hash of one journal row; `at` as in `time_text`, `payload` exactly as stored."""
    return hashlib.sha256(f"{previous_hash}|{sequence}|{epoch}|{at}|{kind}|{payload}".encode()).hexdigest()


def history_hash(previous_hash: str, content: Row) -> str:
    """The hash of one history row; `content` is every column before `previous_hash`, as the journal encodes them."""
    return hashlib.sha256(_JSON.encode((previous_hash, *content))).hexdigest()


def journal_rows(entries: Iterable[JournalEntry], *, epoch: int, previous_hash: str) -> tuple[list[Row], str]:
    """The rows of new journal entries, chained on from `previous_hash`; and the new head.

    A payload's amounts are exact but may print with an exponent: it is a record to replay, not a table to query.
    """
    rows: list[Row] = []
    for entry in entries:
        at = time_text(entry.at)
        kind = type(entry.event).__name__
        payload = _JSON.encode(entry.event).decode()
        own_hash = journal_hash(previous_hash, entry.sequence, epoch, at, kind, payload)
        rows.append((entry.sequence, epoch, at, kind, payload, previous_hash, own_hash))
        previous_hash = own_hash
    return rows, previous_hash


def history_rows(entries: Iterable[HistoryEntry], *, previous_hash: str) -> tuple[list[Row], str]:
    """The rows of new history entries, chained on from `previous_hash`; and the new head."""
    rows: list[Row] = []
    for entry in entries:
        content = HISTORY.encode(entry)[:_HASHED_HISTORY_COLUMNS]
        own_hash = history_hash(previous_hash, content)
        rows.append((*content, previous_hash, own_hash))
        previous_hash = own_hash
    return rows, previous_hash
