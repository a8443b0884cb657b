"""The REST transport of the operations."""

from collections.abc import Callable, Mapping

from venuesim.exchange.accounts import Account
from venuesim.exchange.engine import Exchange
from venuesim.okx.authentication import check_signer
from venuesim.okx.errors import OkxError
from venuesim.okx.gateway import Gateway, refusal
from venuesim.okx.operations import Operation, Security
from venuesim.okx.parameters import Parameters, read_body
from venuesim.wire.calls import Call, Reply
from venuesim.wire.http import Route


def rest_routes(
    operations: Mapping[tuple[str, str], Operation], gateway: Gateway, exchange: Exchange
) -> dict[tuple[str, str], Route]:
    """Return the routes of the REST operations."""
    return {
        place: Route(operation.endpoint, _handler(operation, gateway, exchange))
        for place, operation in operations.items()
    }


def _handler(operation: Operation, gateway: Gateway, exchange: Exchange) -> Callable[[Call], Reply]:
    def handle(call: Call) -> Reply:
        try:
            signer: Account | None = None
            if operation.security is not Security.NONE:
                signer = check_signer(exchange, call, operation.security)
            query, items = Parameters.of_query(call.query), _items(call, operation)
            caller = call.remote if signer is None else signer.api_key
            gateway.spend(operation, caller, items[0] if items else query, call.now_ms)
            return gateway.run(
                operation,
                query=query,
                items=items,
                signer=signer,
                now_ms=call.now_ms,
                as_of_ms=call.as_of_ms,
                expires_at=call.headers.get("expTime"),
            )
        except OkxError as error:
            return refusal(error)

    return handle


def _items(call: Call, operation: Operation) -> list[Parameters]:
    if call.method != "POST":
        return []
    if "application/json" not in call.headers.get("Content-Type", "").lower():
        raise OkxError("50006", 'Invalid Content-Type. Please use "application/JSON".', status=400)
    return read_body(call.body, is_batch=operation.is_batch)
