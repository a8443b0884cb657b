"""Whether an account's key opens USD-M futures at all: one that does not still trades spot."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog

from tidegate.core.identifiers import AccountId
from tidegate.core.vocabulary import RejectReason
from tidegate.venues.outcomes import CallFailed, Verdict

log = structlog.get_logger(__name__)

T = TypeVar("T")
_NO_ENTRY = {RejectReason.AUTHENTICATION_FAILED, RejectReason.PERMISSION_DENIED}


class FuturesAccess:
    """Learns from the answers. Once futures have answered this account, a refusal is a fault like any other.

    Ask spot first: Binance has one code for a wrong key and for a missing permission.
    """

    def __init__(self, account_id: AccountId) -> None:
        self._account_id = account_id
        self._answered = False
        self._told = False
        self.closed = False

    def knock_again(self) -> None:
        """A new connection: the permission may have been given meanwhile."""
        self.closed = False

    async def optional(self, ask: Callable[[], Awaitable[T]], nothing: T) -> T:
        """What the question brings, or `nothing` where the venue said definitely that this key may not ask it."""
        if self.closed:
            return nothing
        try:
            found = await ask()
        except CallFailed as failure:
            if self._answered or failure.verdict is not Verdict.REFUSED or failure.reason not in _NO_ENTRY:
                raise
            self._shut(failure)
            return nothing
        self._answered = True
        return found

    def require(self) -> None:
        """Refuse what needs futures when they are closed to this key; not an error of the credentials as such."""
        if self.closed:
            message = "this API key is not permitted to use Binance USD-M futures"
            raise CallFailed(Verdict.REFUSED, RejectReason.PERMISSION_DENIED, message)

    def _shut(self, failure: CallFailed) -> None:
        self.closed = True
        if not self._told:
            self._told = True
            log.warning(
                "futures are closed to this key: only spot is traded",
                account_id=self._account_id,
                venue_code=failure.venue_code,
                venue_message=failure.message,
            )
