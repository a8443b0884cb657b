"""Reads the parameters of a request and remembers which were read, so that superfluous ones can be refused."""

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar

from venuesim.binance import errors
from venuesim.binance.errors import BinanceError
from venuesim.wire.forms import read_form

_DECIMAL = re.compile(r"[0-9]{1,20}(\.[0-9]{1,20})?")
_CLIENT_ORDER_ID = re.compile(r"[.A-Z:/a-z0-9_-]{1,36}")
DECIMALS_MAX = 8
MICROSECONDS_MIN = 10**14
"""A time stamp this great is meant in microseconds: in milliseconds it would be the year 5138."""

Choice = TypeVar("Choice", bound=StrEnum)


class Parameters:
    """The named values of one request. Every accessor raises BinanceError for what the API would refuse."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values
        self._read: set[str] = set()

    @classmethod
    def parse(cls, query: str, body: str) -> "Parameters":
        """Read URL-encoded parameters from the query and the body; a name may be sent once in each.

        What both name is taken from the query (REST API, "General Information on Endpoints").
        """
        return cls(_pairs(body) | _pairs(query))

    def optional(self, name: str) -> str | None:
        """Return a value, or None if it was not sent."""
        value = self._values.get(name)
        if value is None:
            return None
        self._read.add(name)
        if value == "":
            raise BinanceError(-1105, f"Parameter '{name}' was empty.")
        return value

    def required(self, name: str) -> str:
        """Return a value that must be there."""
        value = self._values.get(name)
        if not value:
            raise errors.mandatory(name)
        self._read.add(name)
        return value

    def integer(self, name: str, default: int | None = None) -> int | None:
        """Return a whole number, or the default."""
        value = self.optional(name)
        if value is None:
            return default
        if not value.isascii() or not value.isdigit() or len(value) > 19:
            raise errors.illegal(name, "^[0-9]{1,20}$")
        return int(value)

    def limit(self, default: int, maximum: int) -> int:
        """Return the page size, cut to the endpoint's maximum."""
        return min(self.integer("limit") or default, maximum)

    def time_ms(self, name: str) -> int | None:
        """Return a moment in milliseconds, or None; it may be sent in microseconds ("General API Information")."""
        value = self.integer(name)
        return value // 1000 if value is not None and value >= MICROSECONDS_MIN else value

    def time_us(self, name: str) -> int | None:
        """Return a moment in microseconds, or None; it may be sent in milliseconds."""
        value = self.integer(name)
        return value * 1000 if value is not None and value < MICROSECONDS_MIN else value

    def boolean(self, name: str, default: bool = False) -> bool:
        """Return a flag. Assumption: its letters' case does not matter, for clients write True as well as true."""
        value = self.optional(name)
        if value is None:
            return default
        if value.lower() not in {"true", "false"}:
            raise errors.illegal(name, "^(true|false)$")
        return value.lower() == "true"

    def names(self, name: str, *, word_alone: bool = False) -> list[str]:
        """Return a list of words that must be there, in JSON; or one without brackets, if `word_alone` allows that."""
        text = self.required(name)
        try:
            words = [text] if word_alone and not text.startswith("[") else json.loads(text)
        except (ValueError, RecursionError):
            words = None
        if not isinstance(words, list) or not words or not all(isinstance(word, str) for word in words):
            raise errors.illegal(name, r'^\["[A-Z0-9-_.]{1,20}"(,"[A-Z0-9-_.]{1,20}"){0,}\]$')
        return words

    def decimal(self, name: str) -> Decimal:
        """Return an amount that must be there and above zero."""
        value = self.required(name)
        if not _DECIMAL.fullmatch(value):
            raise errors.illegal(name, r"^([0-9]{1,20})(\.[0-9]{1,20})?$")
        _, _, decimals = value.partition(".")
        if len(decimals.rstrip("0")) > DECIMALS_MAX:
            raise BinanceError(-1111, f"Parameter '{name}' has too much precision.")
        amount = Decimal(value)
        if amount == 0:
            raise BinanceError(-1013, f"Invalid {name}.")
        return amount

    def choice(self, name: str, kind: type[Choice], code: int, message: str) -> Choice:
        """Return one of an enumeration's members; for any other word the refusal has this code and message."""
        member: Choice | None = members_of(kind).get(self.required(name))
        if member is None:
            raise BinanceError(code, message)
        return member

    def client_order_id(self, name: str) -> str | None:
        """Return a client order id in the allowed characters, or None."""
        value = self.optional(name)
        if value is not None and not _CLIENT_ORDER_ID.fullmatch(value):
            raise errors.illegal(name, r"^[\.A-Z\:/a-z0-9_-]{1,36}$")
        return value

    def text(self, name: str) -> str:
        """Return a value as it was sent, empty without one; it does not count as read."""
        return self._values.get(name, "")

    def has(self, name: str) -> bool:
        """Whether a parameter was sent."""
        return name in self._values

    def skip(self, *names: str) -> None:
        """Count parameters as read whose values do not matter here."""
        self._read.update(name for name in names if name in self._values)

    def refuse_unread(self) -> None:
        """Refuse parameters that nothing asked for (-1104)."""
        if len(self._read) != len(self._values):
            message = (
                f"Not all sent parameters were read; read '{len(self._read)}' parameter(s) "
                f"but was sent '{len(self._values)}'."
            )
            raise BinanceError(-1104, message)


@cache
def members_of(kind: type[StrEnum]) -> Mapping[str, Any]:
    """Return an enumeration's members by their words; asking the enumeration itself costs thrice as much."""
    return {member.value: member for member in kind}


def _pairs(text: str) -> dict[str, str]:
    if not text:
        return {}
    pairs = read_form(text)
    values = dict(pairs)
    if len(values) != len(pairs):
        raise BinanceError(-1101, "Duplicate values for a parameter detected.")
    return values
