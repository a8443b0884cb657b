"""What REST and the trade socket share: limits, permissions and errors around one operation."""

from itertools import count
from typing import NamedTuple

from venuesim.bybit import errors
from venuesim.bybit.errors import BybitError
from venuesim.bybit.limits import BybitLimits
from venuesim.bybit.operations import Json, Operation, Request
from venuesim.wire.calls import Reply

_trace_ids = count(1)


class Outcome(NamedTuple):
    """What came of a request, before a transport words it."""

    code: int
    message: str
    result: Json
    headers: dict[str, str]
    accepted: bool = False
    details: Json = {}  # noqa: RUF012 - Nobody writes into it.

    def reply(self, now_ms: int) -> Reply:
        """Return the answer of the REST API."""
        return Reply(
            payload={
                "retCode": self.code,
                "retMsg": self.message,
                "result": self.result,
                "retExtInfo": self.details,
                "time": now_ms,
            },
            headers={**self.headers, "Timenow": str(now_ms), "Traceid": f"{next(_trace_ids):032x}"},
            accepted=self.accepted,
        )


class Gateway:
    """Runs operations."""

    def __init__(self, limits: BybitLimits) -> None:
        self.limits = limits

    def run(self, operation: Operation, request: Request) -> Outcome:
        """Run an operation unless the account asked too often; a batch loses only the orders above the limit."""
        headers: dict[str, str] = {}
        try:
            if operation.quota is not None:
                units = 1 if operation.units is None else max(1, operation.units(request.parameters))
                window = operation.quota.window(request.parameters)
                standing = self.limits.spend(window, request.account.api_key, units, request.now_ms)
                headers = standing.headers()
                request.allowed = standing.allowed
                if not request.allowed:
                    raise errors.too_many_visits()
            result = operation.run(request)
        except BybitError as error:
            return refused(error, headers)
        return Outcome(0, result.message, result.result, headers, result.accepted, result.details)


def refused(error: BybitError, headers: dict[str, str] | None = None) -> Outcome:
    """Return the outcome of a refused request."""
    return Outcome(error.code, error.message, {}, headers or {})
