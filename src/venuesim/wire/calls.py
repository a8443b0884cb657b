"""One call to a venue and its answer, whatever transport carries them."""

from collections.abc import Mapping
from decimal import Decimal

import msgspec


class Call(msgspec.Struct, kw_only=True):
    """A REST request as it arrived. `query` and `body` are exactly the bytes that were signed.

    `as_of_ms` is set by a `stale_query` fault: answer look-ups as they stood then (see Order.as_of).
    """

    method: str
    path: str
    query: str
    body: bytes
    headers: Mapping[str, str]
    remote: str
    now_ms: int
    as_of_ms: int | None = None

    @property
    def path_and_query(self) -> str:
        """The request target as sent."""
        return f"{self.path}?{self.query}" if self.query else self.path


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """A venue's answer. `payload` is encoded as JSON, except bytes, which are sent as they are.

    `accepted` is true when the venue did what was asked for and something changed (an order placed or canceled): the
    faults that strike after acceptance look at it.
    """

    payload: object
    status: int = 200
    headers: Mapping[str, str] = {}
    accepted: bool = False
    content_type: str = "application/json"

    def encoded(self) -> bytes:
        """Return the payload's bytes."""
        return self.payload if isinstance(self.payload, bytes) else msgspec.json.encode(self.payload)


def plain(amount: Decimal) -> str:
    """Write an amount without an exponent and without needless zeros: 0.00010000 becomes 0.0001."""
    text = f"{amount:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text
