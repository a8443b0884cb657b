"""Reads the named values of a request, whether they came in a query or as a JSON object."""

import re
from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar
from urllib.parse import parse_qsl

import msgspec

from venuesim.okx import errors
from venuesim.okx.errors import OkxError

_DECIMAL = re.compile(r"[0-9]{1,15}(\.[0-9]{1,20})?")
_INTEGER = re.compile(r"[0-9]{1,19}")
_CLIENT_ORDER_ID = re.compile(r"[A-Za-z0-9]{1,32}")
_TAG = re.compile(r"[A-Za-z0-9]{1,16}")
BATCH_SIZE_MAX = 20

MARKET = Decimal(-1)
"""The price that stands for a market order."""

UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
"""What reading JSON can raise: not JSON or not as expected, not UTF-8, nested too deeply."""

Choice = TypeVar("Choice", bound=StrEnum)


class Parameters:
    """Named values. An empty text counts as not sent, unknown names are ignored; accessors raise OkxError."""

    def __init__(self, values: Mapping[str, object]) -> None:
        self._values = values

    @classmethod
    def of_query(cls, query: str) -> "Parameters":
        """Read a URL query."""
        return cls(dict(parse_qsl(query)))

    def text(self, name: str) -> str | None:
        """Return a text, or None.

        OKX writes numbers as texts. Assumption: it takes bare ones too, which its own Python client sends when its
        caller gives it numbers.
        """
        value = self._values.get(name)
        if isinstance(value, str):  # Nearly always.
            return value or None
        if value is None or value == []:
            return None
        text = _written(value)
        if text is None:
            raise errors.malformed(name)
        return text

    def required(self, name: str) -> str:
        """Return a text that must be there."""
        value = self.text(name)
        if value is None:
            raise errors.empty(name)
        return value

    def echo(self, name: str) -> str:
        """Return a value as an answer repeats it, whatever it is worth."""
        value = self._values.get(name)
        return "" if value is None else _written(value) or ""

    def code(self, name: str) -> int | None:
        """Return a number that OKX writes as a number, or None."""
        value = self._values.get(name)
        if value is None:
            return None
        if not isinstance(value, int) or isinstance(value, bool):
            raise errors.malformed(name)
        return value

    def integer(self, name: str) -> int | None:
        """Return a whole number that is written as a text, or None."""
        value = self.text(name)
        if value is None:
            return None
        if not _INTEGER.fullmatch(value):
            raise errors.malformed(name)
        return int(value)

    def limit(self, maximum: int = 100) -> int:
        """Return the page size: the endpoint's maximum unless less is asked for."""
        wanted = self.integer("limit")
        return maximum if wanted is None else min(max(wanted, 1), maximum)

    def decimal(self, name: str) -> Decimal:
        """Return an amount that must be there and above zero."""
        value = self.required(name)
        if not _DECIMAL.fullmatch(value) or not (amount := Decimal(value)):
            raise errors.malformed(name)
        return amount

    def decimal_or_none(self, name: str) -> Decimal | None:
        """Return an amount above zero, or None."""
        return self.decimal(name) if self.has(name) else None

    def order_price(self, name: str) -> Decimal:
        """Return the price of an order that a trigger makes: above zero, or -1 for a market order."""
        return MARKET if self.required(name) == "-1" else self.decimal(name)

    def boolean(self, name: str) -> bool:
        """Return a truth value; false when it was not sent."""
        match self.text(name):
            case None | "false":
                return False
            case "true":
                return True
            case _:
                raise errors.malformed(name)

    def objects(self, name: str) -> list["Parameters"]:
        """Return the objects of an array; none when it was not sent."""
        value = self._values.get(name)
        if value is None or value == "":
            return []
        if not isinstance(value, list) or not all(isinstance(member, dict) for member in value):
            raise errors.malformed(name)
        return [Parameters(member) for member in value]

    def choice(self, name: str, kind: type[Choice]) -> Choice:
        """Return one of an enumeration's members."""
        value = self.required(name)
        try:
            return kind(value)
        except ValueError:
            raise errors.malformed(name) from None

    def choices(self, name: str, kind: type[Choice]) -> list[Choice]:
        """Return the members that a comma-separated list names; none for none."""
        value = self.text(name)
        try:
            return [] if value is None else [kind(part) for part in value.split(",")]
        except ValueError:
            raise errors.malformed(name) from None

    def client_order_id(self, name: str = "clOrdId") -> str | None:
        """Return an id that the client chose: 1 to 32 letters and digits, or None."""
        return self._matching(name, _CLIENT_ORDER_ID)

    def tag(self) -> str:
        """Return `tag`: up to 16 letters and digits."""
        return self._matching("tag", _TAG) or ""

    def has(self, name: str) -> bool:
        """Whether a parameter was sent with something in it."""
        value = self._values.get(name)
        return not (value is None or value is False or value == "" or value == [])

    def _matching(self, name: str, pattern: re.Pattern[str]) -> str | None:
        value = self.text(name)
        if value is not None and not pattern.fullmatch(value):
            raise errors.malformed(name)
        return value


def _written(value: object) -> str | None:
    """Return a JSON value as OKX writes it, as a text; None for what is no single value."""
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float():
            return f"{Decimal(repr(value)):f}"
        case _:
            return None


def read_body(body: bytes, *, is_batch: bool) -> list[Parameters]:
    """Return the objects of a POST body: one, or for a batch the members of an array."""
    if not body:
        raise OkxError("50000", "Body for POST request cannot be empty.", status=400)
    try:
        if not is_batch:
            return [Parameters(msgspec.json.decode(body, type=dict[str, object]))]
        return read_batch(msgspec.json.decode(body, type=list[dict[str, object]]))
    except UNREADABLE:
        raise OkxError("50002", "JSON syntax error", status=400) from None


def read_batch(members: list[dict[str, object]]) -> list[Parameters]:
    """Return a batch's members; there may be 20."""
    if not members:
        raise errors.empty("args")
    if len(members) > BATCH_SIZE_MAX:
        raise OkxError("50025", f"Parameter args count exceeds the limit {BATCH_SIZE_MAX}.")
    return [Parameters(member) for member in members]
