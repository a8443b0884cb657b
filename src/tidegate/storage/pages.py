"""Keyset pages, newest first: a cursor names the last row seen, so that rows arriving meanwhile shift nothing."""

import base64
import binascii
from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Select, literal, tuple_

from tidegate.ports import InvalidCursorError
from tidegate.storage.columns import Timestamp, time_of, time_text

PAGE_SIZE_MAX = 1_000
_INTEGER_MAX = 2**63 - 1  # What both databases count to.

Keys = Sequence[ColumnElement[Any]]


def fetch(
    connection: Connection, query: Select[Any], keys: Keys, *, limit: int, cursor: str | None
) -> tuple[list[dict[str, Any]], str | None]:
    """One page of a query's rows, ordered by its keys (together unique) downwards; and the next page's cursor.

    Raises `InvalidCursorError` for a cursor that did not come from the same query.
    """
    assert 1 <= limit <= PAGE_SIZE_MAX, "page size out of bounds"
    if cursor is not None:
        after = [literal(value, key.type) for key, value in zip(keys, decode_cursor(cursor, keys), strict=True)]
        query = query.where(tuple_(*keys) < tuple_(*after))
    query = query.order_by(*(key.desc() for key in keys)).limit(limit + 1)  # One more says whether a page follows.
    rows = [dict(row) for row in connection.execute(query).mappings()]
    if len(rows) <= limit:
        return rows, None
    page = rows[:limit]
    return page, encode_cursor([page[-1][str(key.key)] for key in keys], keys)


def encode_cursor(values: Sequence[Any], keys: Keys) -> str:
    """Key values as opaque text that fits in a URL."""
    plain = [
        time_text(value) if isinstance(key.type, Timestamp) else value for key, value in zip(keys, values, strict=True)
    ]
    return base64.urlsafe_b64encode(msgspec.json.encode(plain)).decode().rstrip("=")


def decode_cursor(cursor: str, keys: Keys) -> list[Any]:
    """The key values in a cursor. Raises `InvalidCursorError`."""
    try:
        values = msgspec.json.decode(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)), type=list[str | int])
        if len(values) != len(keys):
            raise InvalidCursorError("this cursor belongs to another query")
        return [_key_value(key, value) for key, value in zip(keys, values, strict=True)]
    except (ValueError, binascii.Error) as error:
        raise InvalidCursorError("this cursor cannot be read") from error


def _key_value(key: ColumnElement[Any], value: str | int) -> Any:
    expected = str if isinstance(key.type, Timestamp) else key.type.python_type
    if not isinstance(value, expected) or (isinstance(value, int) and abs(value) > _INTEGER_MAX):
        raise InvalidCursorError("this cursor belongs to another query")
    if isinstance(key.type, Timestamp):
        moment = time_of(str(value))
        if moment.tzinfo is None:
            raise InvalidCursorError("this cursor cannot be read")
        return moment
    return value
