"""Reads values of a request as the USDⓈ-M API does."""

import re
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

from venuesim.binance.errors import BinanceError
from venuesim.binance.futures.errors import Code, invalid_data, mandatory, refused
from venuesim.binance.parameters import Parameters, members_of

_NUMBER = re.compile(r"-?[0-9]{1,20}(\.[0-9]{0,20})?([eE][-+]?[0-9]{1,2})?")
_WHOLE = re.compile(r"-?[0-9]{1,18}")
_CLIENT_ORDER_ID = re.compile(r"[.A-Z:/a-z0-9_-]{1,36}")
CLIENT_ORDER_ID_LENGTH_MAX = 36
DAY_MS = 86_400_000

Word = TypeVar("Word", bound=StrEnum)


class Fields:
    """One request's values. Every accessor raises BinanceError for what the API would refuse.

    Assumption: names that an operation does not know are ignored. The venue's page lists -1104 for them, but its own
    and other clients send them to these endpoints (`symbol` when an algo order is canceled, `clientOrderId` when an
    order is modified), and every report of -1104 that could be found is about Spot.
    """

    def __init__(self, parameters: Parameters) -> None:
        self.parameters = parameters

    def has(self, name: str) -> bool:
        """Whether a parameter was sent."""
        return self.parameters.has(name)

    def text(self, name: str) -> str:
        """Return a value that must be there."""
        value = self.parameters.optional(name)
        if value is None:
            raise mandatory(name)
        return value

    def word(self, name: str, kind: type[Word], code: Code) -> Word:
        """Return one of an enumeration's members; it must be there."""
        member: Word | None = members_of(kind).get(self.text(name))
        if member is None:
            raise refused(code)
        return member

    def word_or(self, name: str, kind: type[Word], default: Word, code: Code) -> Word:
        """Return one of an enumeration's members, or the default."""
        return self.word(name, kind, code) if self.has(name) else default

    def flag(self, name: str) -> bool:
        """Return a truth value, false if it was not sent. Assumption: the venue's clients write it in any case."""
        if not self.has(name):
            return False
        value = self.text(name).lower()
        if value not in {"true", "false"}:
            raise invalid_data(name)
        return value == "true"

    def required_flag(self, name: str) -> bool:
        """Return a truth value that must be there."""
        self.text(name)
        return self.flag(name)

    def number(self, name: str) -> Decimal:
        """Return a number that must be there; it may be zero or less."""
        value = self.text(name)
        if not _NUMBER.fullmatch(value):
            raise mandatory(name)
        return Decimal(value)

    def number_or(self, name: str, default: Decimal) -> Decimal:
        """Return a number, or the default."""
        return self.number(name) if self.has(name) else default

    def whole(self, name: str) -> int | None:
        """Return a whole number, or None."""
        if not self.has(name):
            return None
        value = self.text(name)
        if not value.isascii() or not value.isdigit() or len(value) > 19:
            raise mandatory(name)
        return int(value)

    def required_whole(self, name: str) -> int:
        """Return a whole number that must be there."""
        value = self.whole(name)
        if value is None:
            raise mandatory(name)
        return value

    def limit(self, default: int, most: int) -> int:
        """Return the page size; -1130 below one and above the endpoint's maximum."""
        if not self.has("limit"):
            return default
        text = self.text("limit")
        if not _WHOLE.fullmatch(text):
            raise mandatory("limit")
        limit = int(text)
        if not 1 <= limit <= most:
            raise invalid_data("limit")
        return limit

    def period(self, *, days_max: int, now_ms: int) -> tuple[int, int]:
        """Return (start, end) in milliseconds: what was sent, and otherwise the last `days_max` days.

        A longer period is refused with -1127 (assumption: of the two codes that fit, as -4165 is for downloads).
        """
        start_ms, end_ms = self.whole("startTime"), self.whole("endTime")
        length_ms = days_max * DAY_MS
        if start_ms is not None and end_ms is not None:
            if start_ms > end_ms:
                raise refused(Code.START_TIME_GREATER_THAN_END_TIME)
            if end_ms - start_ms > length_ms:
                hours = days_max * 24
                raise BinanceError(-1127, f"More than {hours} hours between startTime and endTime.")
        if start_ms is None:
            end_ms = now_ms if end_ms is None else end_ms
            return end_ms - length_ms, end_ms
        return start_ms, (start_ms + length_ms if end_ms is None else end_ms)

    def client_order_id(self, name: str) -> str | None:
        """Return a client order id in the allowed characters, or None."""
        if not self.has(name):
            return None
        value = self.text(name)
        if len(value) > CLIENT_ORDER_ID_LENGTH_MAX:
            raise BinanceError(-4015, "Client order id length should be less than 36 chars.")
        if not _CLIENT_ORDER_ID.fullmatch(value):
            raise refused(Code.INVALID_CL_ORD_ID_LEN)
        return value
