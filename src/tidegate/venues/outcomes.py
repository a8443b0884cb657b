"""What a call that did not succeed proves: decided by how far it got, the HTTP status and the venue's own code.

ccxt's exception classes cannot tell whether an order may exist, so they are not asked.
"""

import socket
from collections.abc import Iterable
from enum import StrEnum
from typing import Any, NamedTuple

from tidegate.core.vocabulary import RejectReason
from tidegate.venues.values import sentence

MESSAGE_CHARACTERS_MAX = 300
CODE_CHARACTERS_MAX = 40


AGAINST_RULES = frozenset({RejectReason.OUTSIDE_VENUE_RULES, RejectReason.INSTRUMENT_NOT_TRADABLE})
"""What a venue gives as the reason when the rules of a market are others than the desk knows."""


class Verdict(StrEnum):
    """What a failed call proves."""

    NOT_SENT = "not_sent"  # It never left: the same call may be made again.
    REFUSED = "refused"  # The venue said no, and will say no again.
    REFUSED_FOR_NOW = "refused_for_now"  # The venue said no, later it may say yes.
    UNKNOWN = "unknown"  # It may have worked.
    ABSENT = "absent"  # The venue does not know such an order.
    CLOSED = "closed"  # The order has ended already.
    CANCELING = "canceling"  # A cancel of this order is under way.


class CallFailed(Exception):  # noqa: N818 - It says what happened; the verdict says whether that is an error.
    """A call that gave no usable answer, and what that proves. The message holds no secret."""

    def __init__(
        self,
        verdict: Verdict,
        reason: RejectReason,
        message: str,
        *,
        venue_code: str | None = None,
        retry_after_seconds: float | None = None,
    ) -> None:
        super().__init__(message)
        self.verdict = verdict
        self.reason = reason
        self.message = sentence(message)[:MESSAGE_CHARACTERS_MAX]
        self.venue_code = None if venue_code is None else sentence(venue_code)[:CODE_CHARACTERS_MAX]
        self.retry_after_seconds = retry_after_seconds


def called_back() -> CallFailed:
    """The desk has called it back, and it had not left."""
    return CallFailed(Verdict.NOT_SENT, RejectReason.KILLED, "called back before it was sent")


class VenueAnswer(Exception):  # noqa: N818 - Raised inside ccxt to carry an answer out of it whole.
    """An answer that is not a plain success: what ccxt's own exceptions lose."""

    def __init__(self, status: int, headers: dict[str, str], payload: Any, text: str) -> None:
        super().__init__(f"HTTP {status}")
        self.status = status
        self.headers = {name.lower(): value for name, value in headers.items()}
        self.payload = payload
        self.text = text


class Rule(NamedTuple):
    """One row of a venue's error table. `contains` narrows it to messages with this text; the first match counts.

    `even_if_server_failed`: the verdict holds with HTTP status 5xx too, which otherwise proves nothing.
    """

    code: str
    verdict: Verdict
    reason: RejectReason
    contains: str = ""
    even_if_server_failed: bool = False


class ErrorTable:
    """A venue's error codes, looked up by code and message."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._rules: dict[str, list[Rule]] = {}
        for rule in rules:
            self._rules.setdefault(rule.code, []).append(rule)

    def find(self, code: str, message: str) -> Rule | None:
        """The first rule of the code whose text the message contains, in any case of letters."""
        lowered = message.lower()
        return next((rule for rule in self._rules.get(code, ()) if rule.contains.lower() in lowered), None)

    def judge(self, status: int, code: str | None, message: str) -> tuple[Verdict, RejectReason]:
        """What an answer proves. An answer that nobody described proves nothing."""
        rule = None if code is None else self.find(code, message)
        if rule is not None and (status < 500 or rule.even_if_server_failed):
            return rule.verdict, rule.reason
        return _judge_status(status)


def _judge_status(status: int) -> tuple[Verdict, RejectReason]:
    """What the HTTP status alone proves (RFC 9110, and what the venues say of 403, 418 and 429)."""
    if status in (403, 418, 429):
        return Verdict.REFUSED_FOR_NOW, RejectReason.RATE_LIMITED
    if status == 401:
        return Verdict.REFUSED, RejectReason.AUTHENTICATION_FAILED
    if status >= 500:
        return Verdict.UNKNOWN, RejectReason.VENUE_OVERLOADED
    return Verdict.UNKNOWN, RejectReason.VENUE_ERROR


def judge_transport(error: BaseException) -> CallFailed:
    """What a ccxt network error proves, by its cause: only a connection that never stood proves that nothing left."""
    import aiohttp

    cause = error.__cause__ or error
    name = type(cause).__name__
    if isinstance(cause, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError | ConnectionRefusedError):
        return CallFailed(Verdict.NOT_SENT, RejectReason.VENUE_UNREACHABLE, f"the venue cannot be reached ({name})")
    if isinstance(cause, socket.gaierror):
        return CallFailed(Verdict.NOT_SENT, RejectReason.VENUE_UNREACHABLE, f"the venue cannot be found ({name})")
    if isinstance(cause, TimeoutError):
        return CallFailed(Verdict.UNKNOWN, RejectReason.VENUE_UNREACHABLE, "no answer in time")
    return CallFailed(Verdict.UNKNOWN, RejectReason.VENUE_UNREACHABLE, f"the connection broke ({name})")
