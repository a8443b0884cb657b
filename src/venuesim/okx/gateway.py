"""What REST and the sockets share: limits, permissions and errors around one operation."""

from collections.abc import Collection, Sequence

from venuesim.exchange.accounts import Account
from venuesim.okx.errors import OkxError
from venuesim.okx.limits import OkxLimits
from venuesim.okx.operations import Operation, Request, Result
from venuesim.okx.parameters import Parameters
from venuesim.wire.calls import Reply


class Gateway:
    """Runs operations; raises OkxError for what is refused as a whole."""

    def __init__(self, limits: OkxLimits, scopes: Collection[str]) -> None:
        """Know what limits can be counted by (instruments, types, currencies); everything else counts together."""
        self._limits = limits
        self._scopes = frozenset(scopes)

    def spend(self, operation: Operation, caller: str, parameters: Parameters, now_ms: int) -> None:
        """Count a request of an address (public) or an API key (private)."""
        if operation.window is None:
            return
        scope = "" if operation.scope is None else parameters.echo(operation.scope)
        key = f"{caller}/{scope}" if scope in self._scopes else caller
        self._limits.spend_request(operation.window, key, now_ms)

    def run(
        self,
        operation: Operation,
        *,
        query: Parameters,
        items: Sequence[Parameters],
        signer: Account | None,
        now_ms: int,
        as_of_ms: int | None,
        expires_at: str | None,
    ) -> Reply:
        """Run an operation and return its answer."""
        request = Request(
            query=query, items=items, now_ms=now_ms, as_of_ms=as_of_ms, signer=signer, expires_at=expires_at
        )
        result = operation.run(request)
        return Reply(payload=_payload(result, now_ms), accepted=result.accepted)


def refusal(error: OkxError) -> Reply:
    """Return the answer that carries an error."""
    return Reply(payload=error.payload(), status=error.status)


def _payload(result: Result, now_ms: int) -> dict[str, object]:
    payload: dict[str, object] = {"code": result.code, "data": result.data, "msg": result.message}
    if result.is_timed:
        payload["inTime"] = payload["outTime"] = str(now_ms * 1000)
    return payload
