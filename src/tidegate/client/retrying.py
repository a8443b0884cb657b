"""When a call may be sent again, and how long to wait before: bounded, with jitter, never risking a second effect."""

import random
from typing import Any

import httpx
import msgspec

from tidegate.client.calls import Call

Outcome = httpx.Response | httpx.RequestError
_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_FOR_GOOD = (httpx.UnsupportedProtocol, httpx.TooManyRedirects, httpx.DecodingError)
_DOUBLINGS_MAX = 10


class Retries(msgspec.Struct, frozen=True, kw_only=True):
    """How often a call is sent at most, and how long to wait in between.

    The n-th wait is about `base_seconds` doubled n - 1 times; a `Retry-After` of the desk counts if it is longer. One
    above `wait_seconds_max` ends the call instead: whoever asked should know.
    """

    attempts_max: int = 4
    base_seconds: float = 0.1
    wait_seconds_max: float = 5.0

    def wait_seconds(self, call: Call[Any], attempt: int, outcome: Outcome) -> float | None:
        """How long to wait before sending again what had this outcome at its `attempt` (1, 2 ...); None: do not."""
        if attempt >= self.attempts_max or not _may_repeat(call, outcome):
            return None
        doubled = self.base_seconds * 2 ** min(attempt - 1, _DOUBLINGS_MAX)
        # Jitter keeps clients that failed together from coming back together.
        wait: float = min(doubled, self.wait_seconds_max) * random.uniform(0.5, 1.0)  # noqa: S311  No secret.
        asked = _retry_after(outcome)
        if asked > self.wait_seconds_max:
            return None
        return max(wait, asked)


def _may_repeat(call: Call[Any], outcome: Outcome) -> bool:
    if isinstance(outcome, _FOR_GOOD):
        return False
    if isinstance(outcome, httpx.RequestError):
        return call.repeatable or isinstance(outcome, _NEVER_SENT)
    if outcome.status_code in call.answers:
        return False
    if outcome.status_code == httpx.codes.TOO_MANY_REQUESTS:
        return True  # Refused before it was looked at.
    return outcome.status_code == httpx.codes.SERVICE_UNAVAILABLE and call.repeatable


def _retry_after(outcome: Outcome) -> float:
    """The seconds that the desk asked for; 0 when it did not, or not in seconds."""
    if isinstance(outcome, httpx.RequestError):
        return 0.0
    text = outcome.headers.get("retry-after", "")
    return float(text) if text.isdecimal() else 0.0
