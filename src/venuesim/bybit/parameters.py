"""Reads the named values of a request, whether they came in a query or as a JSON object."""

import re
from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar
from urllib.parse import parse_qsl

import msgspec

from venuesim.bybit import errors

_DECIMAL = re.compile(r"[0-9]{1,20}(\.[0-9]{1,20})?")
_INTEGER = re.compile(r"[0-9]{1,18}")
_ORDER_LINK_ID = re.compile(r"[A-Za-z0-9_-]{1,36}")

UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
"""What reading JSON can raise: not JSON or not as expected, not UTF-8, nested too deeply."""

Choice = TypeVar("Choice", bound=StrEnum)


class Category(StrEnum):
    """The `category` values."""

    SPOT = "spot"
    LINEAR = "linear"
    INVERSE = "inverse"
    OPTION = "option"


class Parameters:
    """Named values. An empty text counts as not sent, unknown names are ignored; accessors raise BybitError."""

    def __init__(self, values: Mapping[str, object]) -> None:
        self._values = values

    @classmethod
    def of_query(cls, query: str) -> "Parameters":
        """Read a URL query."""
        return cls(dict(parse_qsl(query)))

    @classmethod
    def of_body(cls, body: bytes) -> "Parameters":
        """Read the object of a POST."""
        try:
            return cls(msgspec.json.decode(body, type=dict[str, object]))
        except UNREADABLE:
            raise errors.parameter("Request parameter error: the body is not a JSON object.") from None

    def text(self, name: str) -> str | None:
        """Return a text, or None."""
        value = self._values.get(name)
        if value is None or value == "":
            return None
        if not isinstance(value, str):
            raise errors.parameter(f"params error: {name} invalid")
        return value

    def required(self, name: str) -> str:
        """Return a text that must be there."""
        value = self.text(name)
        if value is None:
            raise errors.parameter(f"params error: {name} is required")
        return value

    def has(self, name: str) -> bool:
        """Whether a parameter was sent with something in it."""
        return self._values.get(name) not in (None, "", "0", 0, False)

    def echo(self, name: str) -> str:
        """Return a text or a whole number as it was sent, whatever it is worth, or an empty text."""
        value = self._values.get(name)
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        return value if isinstance(value, str) else ""

    def decimal(self, name: str) -> Decimal:
        """Return a positive amount that must be there."""
        value = self.required(name)
        if not _DECIMAL.fullmatch(value) or not (amount := Decimal(value)):
            raise errors.parameter(f"params error: {name} invalid")
        return amount

    def amount(self, name: str) -> Decimal | None:
        """Return an amount that may be zero, or None when it was not sent."""
        value = self.text(name)
        if value is None:
            return None
        if not _DECIMAL.fullmatch(value):
            raise errors.parameter(f"params error: {name} invalid")
        return Decimal(value)

    def positive(self, name: str) -> Decimal | None:
        """Return a positive amount, or None when it was not sent or is zero, which Bybit takes for "none"."""
        return self.amount(name) or None

    def signed(self, name: str) -> Decimal:
        """Return an amount that may be below zero and must be there."""
        value = self.required(name)
        if not _DECIMAL.fullmatch(value.removeprefix("-")):
            raise errors.parameter(f"params error: {name} invalid")
        return Decimal(value)

    def boolean(self, name: str) -> bool:
        """Return a truth value, written as one or as a text; False when it was not sent."""
        value = self._values.get(name)
        if value in (None, ""):
            return False
        if isinstance(value, str) and value.lower() in {"true", "false"}:
            return value.lower() == "true"
        if not isinstance(value, bool):
            raise errors.parameter(f"params error: {name} invalid")
        return value

    def objects(self, name: str) -> list[dict[str, object]]:
        """Return a list of objects that must be there."""
        value = self._values.get(name)
        if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
            raise errors.parameter(f"params error: {name} invalid")
        return value

    def integer(self, name: str) -> int | None:
        """Return a whole number, written as a number or a text, or None."""
        value = self._values.get(name)
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if value is None or value == "":
            return None
        if not isinstance(value, str) or not _INTEGER.fullmatch(value):
            raise errors.parameter(f"params error: {name} invalid")
        return int(value)

    def limit(self, *, default: int, maximum: int) -> int:
        """Return the size of a page (assumption: a larger one is cut to the maximum, not refused)."""
        wanted = self.integer("limit")
        if wanted == 0:
            raise errors.parameter("params error: limit invalid")
        return min(wanted or default, maximum)

    def choice(self, name: str, kind: type[Choice]) -> Choice:
        """Return one of an enumeration's members."""
        value = self.required(name)
        try:
            return kind(value)
        except ValueError:
            raise errors.parameter(f"params error: {name} invalid") from None

    def chosen(self, name: str, default: Choice) -> Choice:
        """Return one of an enumeration's members, or the default when it was not sent."""
        return default if self.text(name) is None else self.choice(name, type(default))

    def category(self, refusal: str = "Illegal category") -> Category:
        """Return `category`; market/kline and its like have another word of refusal."""
        try:
            return Category(self.echo("category"))
        except ValueError:
            raise errors.parameter(refusal) from None

    def category_or(self, default: Category) -> Category:
        """Return `category` of market data that has one by default."""
        return self.category("params error: Category is invalid") if self.has("category") else default

    def order_link_id(self) -> str | None:
        """Return `orderLinkId`: 1 to 36 letters, digits, dashes and underscores, or None."""
        value = self.text("orderLinkId")
        if value is not None and not _ORDER_LINK_ID.fullmatch(value):
            raise errors.parameter("params error: orderLinkId invalid")
        return value
