"""Reads what the control API is asked: strict bodies, amounts as strings, and refusals that say why."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import TypeVar

import msgspec

from venuesim.exchange.accounts import Account
from venuesim.exchange.engine import Exchange
from venuesim.venue import Venue

_AMOUNT = re.compile(r"[0-9]{1,12}(\.[0-9]{1,12})?")
"""Below a trillion, to twelve decimals: products and quotients of two such amounts stay exact."""

_SIGNED = re.compile(r"-?[0-9]{1,3}(\.[0-9]{1,12})?")
_MOMENT_MS_MAX = 253_402_300_799_999

Body = TypeVar("Body", bound=msgspec.Struct)


class ControlError(Exception):
    """The request to the control API makes no sense; the message says why."""


def decode(body: bytes, kind: type[Body]) -> Body:
    """Return a body; raises ControlError for what it is not."""
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise ControlError(str(error)) from error


def amount(text: str) -> Decimal:
    """Return an amount, zero or more."""
    if not _AMOUNT.fullmatch(text):
        raise ControlError(f"{text!r} is not a plain decimal amount below a trillion, of at most twelve decimals")
    return Decimal(text)


def positive(text: str) -> Decimal:
    """Return an amount above zero."""
    found = amount(text)
    if found <= 0:
        raise ControlError("a price or size is above 0")
    return found


def rate(text: str) -> Decimal:
    """Return a fraction that may be negative: a fee or a funding rate, below 1."""
    if not _SIGNED.fullmatch(text) or abs(Decimal(text)) >= 1:
        raise ControlError(f"{text!r} is not a plain decimal fraction between -1 and 1")
    return Decimal(text)


def moment_ms(value: str | int) -> int:
    """Return milliseconds since the Unix epoch of such a number or an ISO 8601 time (UTC unless it says otherwise)."""
    if isinstance(value, int):
        if not 0 <= value <= _MOMENT_MS_MAX:
            raise ControlError("a time lies between 1970 and 9999")
        return value
    try:
        moment = datetime.fromisoformat(value)
    except ValueError as error:
        raise ControlError(f"{value!r} is neither milliseconds nor an ISO 8601 time") from error
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)


class Rooms:
    """The running venues and their exchanges, found by what bodies name."""

    def __init__(self, venues: Mapping[str, Venue]) -> None:
        self.venues = venues

    def exchanges(self, name: str | None) -> list[Exchange]:
        """Return the exchanges of a venue, or all."""
        if name is None:
            return [exchange for venue in self.venues.values() for exchange in venue.exchanges]
        if name not in self.venues:
            raise ControlError(f"no exchange {name}; there are {', '.join(self.venues)}")
        return list(self.venues[name].exchanges)

    def listing(self, symbol: str, name: str | None) -> list[Exchange]:
        """Return the exchanges that list a symbol."""
        found = [exchange for exchange in self.exchanges(name) if symbol in exchange.markets]
        if not found:
            raise ControlError(f"no venue lists {symbol}" if name is None else f"{name} does not list {symbol}")
        return found

    def contracts(self, symbol: str, name: str | None) -> list[Exchange]:
        """Return the exchanges that list a contract."""
        found = self.listing(symbol, name)
        if not found[0].markets[symbol].instrument.is_linear:
            raise ControlError(f"{symbol} is not a contract")
        return found

    def the_listing(self, symbol: str, name: str | None) -> Exchange:
        """Return the one exchange that is meant."""
        found = self.listing(symbol, name)
        if len(found) > 1:
            raise ControlError(f"say which exchange: {', '.join(names(found))}")
        return found[0]


def account_of(exchange: Exchange, api_key: str) -> Account:
    """Return an account by its key, revoked or not."""
    account = exchange.accounts.get(api_key)
    if account is None:
        raise ControlError(f"{exchange.name} has no account with the key {api_key!r}")
    return account


def names(exchanges: Iterable[Exchange]) -> list[str]:
    """Return the venues that exchanges belong to, each once."""
    return list(dict.fromkeys(exchange.name for exchange in exchanges))
