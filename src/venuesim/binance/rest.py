"""The REST transport of the operations."""

from collections.abc import Callable, Mapping

import msgspec

from venuesim.binance.authentication import signed_text
from venuesim.binance.errors import BinanceError
from venuesim.binance.gateway import Gateway, refusal
from venuesim.binance.operations import Operation
from venuesim.binance.parameters import Parameters
from venuesim.binance.time_units import in_microseconds, wants_microseconds
from venuesim.faults import Endpoint
from venuesim.wire.calls import Call, Reply
from venuesim.wire.http import Route

API_KEY_HEADER = "X-MBX-APIKEY"
TIME_UNIT_HEADER = "X-MBX-TIME-UNIT"


def rest_routes(operations: Mapping[tuple[str, str], Operation], gateway: Gateway) -> dict[tuple[str, str], Route]:
    """Return the routes of the REST operations."""
    return {place: Route(operation.endpoint, _handler(operation, gateway)) for place, operation in operations.items()}


def not_found(_: Call) -> Reply:
    """Return what Binance's front answers to an unknown path: a page, not JSON."""
    page = b"<html><head><title>404 Not Found</title></head><body><h1>404 Not Found</h1></body></html>"
    return Reply(payload=page, status=404, content_type="text/html")


def gone() -> Route:
    """Return the route of a path that the venue has taken out of service: its front answers with a page."""
    page = (
        b"<html>\r\n<head><title>410 Gone</title></head>\r\n<body>\r\n"
        b"<center><h1>410 Gone</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
    )
    return Route(Endpoint.OTHER, lambda _: Reply(payload=page, status=410, content_type="text/html"))


def _handler(operation: Operation, gateway: Gateway) -> Callable[[Call], Reply]:
    def handle(call: Call) -> Reply:
        try:
            in_micro = wants_microseconds(call.headers.get(TIME_UNIT_HEADER))
            body = call.body.decode()
            parameters = Parameters.parse(call.query, body)
        except UnicodeDecodeError:
            return refusal(BinanceError(-1100, "Illegal characters found in a parameter."))
        except BinanceError as error:
            return refusal(error)
        reply = gateway.run(
            operation,
            parameters,
            api_key=call.headers.get(API_KEY_HEADER),
            signed=signed_text(call.query, body),
            remote=call.remote,
            now_ms=call.now_ms,
            as_of_ms=call.as_of_ms,
            takes_any_parameter=False,
        )
        return msgspec.structs.replace(reply, payload=in_microseconds(reply.payload)) if in_micro else reply

    return handle
