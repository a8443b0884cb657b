"""How values lie in columns: exact amounts, UTC times, closed vocabularies and JSON, on both databases alike.

SQLite keeps text: amounts without exponent, times at a fixed width so that they sort as text. PostgreSQL keeps
`NUMERIC` and `TIMESTAMPTZ`. Amounts are never compared or summed in SQL, because as text "9" is above "10".
"""
# ruff: noqa: ARG002 (SQLAlchemy hands every type the dialect, needed or not)

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Any, get_origin

import msgspec
from sqlalchemy import Dialect, Numeric, Text
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.types import TypeDecorator, TypeEngine

from tidegate.core.messages.values import Fee

_JSON = msgspec.json.Encoder()
_SORTED_JSON = msgspec.json.Encoder(order="deterministic")


def amount_text(value: Decimal) -> str:
    """An exact amount without exponent, its trailing zeros kept."""
    text = str(value)
    return format(value, "f") if "E" in text else text


@lru_cache(maxsize=1_024)  # One event writes its time into a dozen rows, and a text takes longer than all else there.
def time_text(value: datetime) -> str:
    """A time as 27 characters: ISO 8601, microseconds, Z. Later times sort later as text."""
    if value.tzinfo is not UTC:
        assert value.tzinfo is not None, "times must be aware"
        value = value.astimezone(UTC)
    return value.isoformat("T", "microseconds")[:26] + "Z"


def time_of(text: str) -> datetime:
    """The inverse of `time_text`."""
    return datetime.fromisoformat(text)


class Amount(TypeDecorator[Decimal]):
    """An exact decimal of any size."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Numeric() if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Decimal | str | None:
        return value if value is None or dialect.name == "postgresql" else amount_text(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value)

    def to_text(self) -> Callable[[Any], str]:
        return amount_text

    def from_text(self) -> Callable[[Any], Decimal]:
        return Decimal


class Timestamp(TypeDecorator[datetime]):
    """A moment, UTC, to the microsecond."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(TIMESTAMP(timezone=True) if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | str | None:
        return value if value is None or dialect.name == "postgresql" else time_text(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return time_of(value) if isinstance(value, str) else value.astimezone(UTC)

    def to_text(self) -> Callable[[Any], str]:
        return time_text

    def from_text(self) -> Callable[[Any], datetime]:
        return time_of


class Word(TypeDecorator[StrEnum]):
    """A member of one of the given vocabularies. A word that none of them knows is refused on reading."""

    impl = Text
    cache_ok = True

    def __init__(self, *vocabularies: type[StrEnum]) -> None:
        super().__init__()
        self.vocabularies = vocabularies  # Named as the argument, which is how SQLAlchemy keys its cache.
        self._members = {str(member): member for vocabulary in reversed(vocabularies) for member in vocabulary}

    def process_bind_param(self, value: StrEnum | None, dialect: Dialect) -> str | None:
        return None if value is None else str(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> StrEnum | None:
        return None if value is None else self._members[value]

    def to_text(self) -> Callable[[Any], str]:
        return str

    def from_text(self) -> Callable[[Any], StrEnum]:
        return self._members.__getitem__


class JsonText(TypeDecorator[Any]):
    """A small structure as JSON text. Text on PostgreSQL too: the audit chain hashes it byte by byte."""

    impl = Text
    cache_ok = True

    def __init__(self, kind: Any) -> None:
        super().__init__()
        self.kind = kind
        self._decode = msgspec.json.Decoder(kind).decode

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else self.to_text()(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        return None if value is None else self._decode(value)

    def to_text(self) -> Callable[[Any], str]:
        if self.kind == tuple[Fee, ...]:
            return fees_text
        return set_text if get_origin(self.kind) is frozenset else json_text

    def from_text(self) -> Callable[[Any], Any]:
        return self._decode


def json_text(value: Any) -> str:
    """JSON without spaces, keys in the order they have."""
    return _JSON.encode(value).decode() if value else _JSON_EMPTY.get(type(value)) or _JSON.encode(value).decode()


_JSON_EMPTY: dict[type, str] = {dict: "{}", tuple: "[]", list: "[]"}


def set_text(value: frozenset[StrEnum]) -> str:
    """A set of words as JSON, in their order."""
    return _SORTED_JSON.encode(value).decode()


def fees_text(fees: tuple[Fee, ...]) -> str:
    """Fees as JSON, amounts as plain text."""
    if not fees:
        return "[]"
    return json_text([{"asset": fee.asset, "amount": amount_text(fee.amount)} for fee in fees])
