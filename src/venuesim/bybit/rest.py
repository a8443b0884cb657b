"""The REST transport of the operations."""

from collections.abc import Callable, Mapping

from venuesim.bybit.authentication import check_signer
from venuesim.bybit.errors import AddressBlockedError, BybitError
from venuesim.bybit.gateway import Gateway, refused
from venuesim.bybit.operations import Operation, Request, Security
from venuesim.bybit.parameters import Parameters
from venuesim.exchange.engine import Exchange
from venuesim.wire.calls import Call, Reply
from venuesim.wire.http import Route


def rest_routes(
    operations: Mapping[tuple[str, str], Operation], gateway: Gateway, exchange: Exchange
) -> dict[tuple[str, str], Route]:
    """Return the routes of the REST operations."""
    return {
        place: Route(operation.endpoint, _handler(operation, gateway, exchange), operation.endpoint_of)
        for place, operation in operations.items()
    }


def not_found(_: Call) -> Reply:
    """Return what Bybit answers to an unknown path."""
    return Reply(payload=b"404 page not found", status=404, content_type="text/plain")


def _handler(operation: Operation, gateway: Gateway, exchange: Exchange) -> Callable[[Call], Reply]:
    def handle(call: Call) -> Reply:
        try:
            gateway.limits.spend_address(call.remote, call.now_ms)
            is_public = operation.security is Security.NONE
            signer = None if is_public else check_signer(exchange, call, operation.security)
            is_get = call.method == "GET"
            parameters = Parameters.of_query(call.query) if is_get else Parameters.of_body(call.body)
        except AddressBlockedError:
            return Reply(payload=b"access too frequent", status=403, content_type="text/plain")
        except BybitError as error:
            return refused(error).reply(call.now_ms)
        request = Request(parameters=parameters, now_ms=call.now_ms, as_of_ms=call.as_of_ms, signer=signer)
        return gateway.run(operation, request).reply(call.now_ms)

    return handle
