"""What REST and the trade socket share: limits, permissions and errors around one operation."""

from typing import NamedTuple

from venuesim.bybit import errors
from venuesim.bybit.errors import BybitError
from venuesim.bybit.limits import BybitLimits, Standing
from venuesim.bybit.operations import Json, Operation, Request
from venuesim.wire.calls import Reply


class Outcome(NamedTuple):
    """What came of a request, before a transport words it."""

    code: int
    message: str
    result: Json
    headers: dict[str, str]
    accepted: bool = False

    def reply(self, now_ms: int) -> Reply:
        """Return the answer of the REST API."""
        return Reply(
            payload={
                "retCode": self.code,
                "retMsg": self.message,
                "result": self.result,
                "retExtInfo": {},
                "time": now_ms,
            },
            headers={**self.headers, "Timenow": str(now_ms)},
            accepted=self.accepted,
        )


class Gateway:
    """Runs operations."""

    def __init__(self, limits: BybitLimits) -> None:
        self.limits = limits

    def run(self, operation: Operation, request: Request) -> Outcome:
        """Run an operation unless the account asked too often."""
        standing: Standing | None = None
        if operation.window is not None:
            standing = self.limits.spend(operation.window, request.account.api_key, request.now_ms)
        headers = {} if standing is None else standing.headers()
        try:
            if standing is not None and standing.usage.exceeded:
                raise errors.too_many_visits()
            result = operation.run(request)
        except BybitError as error:
            return refused(error, headers)
        return Outcome(0, "OK", result.result, headers, result.accepted)


def refused(error: BybitError, headers: dict[str, str] | None = None) -> Outcome:
    """Return the outcome of a refused request."""
    return Outcome(error.code, error.message, {}, headers or {})
