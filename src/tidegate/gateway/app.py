"""The application: routes around the handlers, authentication before them, problems instead of errors."""

import time
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

import msgspec
import structlog
from litestar import Litestar, Request, Response
from litestar.exceptions import HTTPException
from litestar.handlers import HTTPRouteHandler
from litestar.response import Stream
from litestar.types import Message, Scope
from ulid import ULID

from tidegate.core.vocabulary import RefusalCode
from tidegate.gateway.authentication import Authenticator
from tidegate.gateway.context import Context, GatewaySettings
from tidegate.gateway.metrics import Metrics
from tidegate.gateway.openapi import build_document
from tidegate.gateway.problems import GatewayCode, Problem, respond
from tidegate.gateway.requests import AnyRequest, refuse_body
from tidegate.gateway.results import Download, Result
from tidegate.gateway.routes import OPEN_OPERATIONS, OPERATIONS
from tidegate.ports import (
    Accounting,
    Blotter,
    Clock,
    CommandPort,
    DeskBusyError,
    DeskStoppedError,
    InvalidCursorError,
    KeyVault,
    ReferenceData,
    VenueHealth,
)

log = structlog.get_logger()
_SECURITY_HEADERS = [
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
]


def create_app(
    *,
    commands: CommandPort,
    blotter: Blotter,
    accounting: Accounting,
    reference: ReferenceData,
    vault: KeyVault,
    venue_health: Callable[[], list[VenueHealth]],
    clock: Clock,
    new_id: Callable[[], str] = lambda: str(ULID()),
    settings: GatewaySettings | None = None,
) -> Litestar:
    """The REST API on the given ports."""
    return app_of(
        Context(
            commands=commands,
            blotter=blotter,
            accounting=accounting,
            reference=reference,
            vault=vault,
            venue_health=venue_health,
            clock=clock,
            new_id=new_id,
            authenticator=Authenticator(blotter, clock),
            metrics=Metrics(),
            settings=settings or GatewaySettings(),
        )
    )


def app_of(context: Context) -> Litestar:
    """The application whose handlers work with this context."""
    handlers = [
        _route(
            operation.method,
            operation.path,
            _guarded(operation.handler, context),
            operation.name,
            context,
            body_size_max=operation.body_size_max,
        )
        for operation in OPERATIONS
    ]
    handlers += [
        _route(
            "GET",
            open_operation.path,
            _open(open_operation.handler, context),
            open_operation.path,
            context,
            open_operation.media_type,
        )
        for open_operation in OPEN_OPERATIONS
    ]
    document = msgspec.json.encode(build_document())
    handlers.append(_route("GET", "/openapi.json", _constant(document), "openapi", context))
    return Litestar(
        handlers,
        openapi_config=None,
        exception_handlers={Problem: _on_problem, HTTPException: _on_http_exception, Exception: _on_fault},
        before_send=[_add_security_headers],
        request_max_body_size=context.settings.body_size_max,
        logging_config=None,
    )


def _guarded(handler: Callable[..., Awaitable[Result]], context: Context) -> Callable[[AnyRequest], Awaitable[Result]]:
    async def guarded(request: AnyRequest) -> Result:
        user = await context.authenticator.user_of(request)
        if request.method == "DELETE":
            await refuse_body(request)
        return await handler(request, user, context)

    return guarded


def _open(handler: Callable[..., Awaitable[Result]], context: Context) -> Callable[[AnyRequest], Awaitable[Result]]:
    async def opened(request: AnyRequest) -> Result:
        return await handler(request, context)

    return opened


def _constant(body: bytes) -> Callable[[AnyRequest], Awaitable[Result]]:
    async def constant(_: AnyRequest) -> Result:
        return Result(body)

    return constant


def _route(
    method: str,
    path: str,
    handle: Callable[[AnyRequest], Awaitable[Result]],
    name: str,
    context: Context,
    media_type: str = "application/json",
    body_size_max: int | None = None,
) -> HTTPRouteHandler:
    """One Litestar route: time it, count it, encode what the handler returns."""
    seconds = context.metrics.request_seconds.labels(method, name)
    requests = context.metrics.requests

    async def route(request: Request[Any, Any, Any]) -> Response[Any]:
        started = time.perf_counter()
        status = HTTPStatus.INTERNAL_SERVER_ERROR
        try:
            result = await handle(request)
            status = result.status
            if isinstance(result.view, Download):
                return _download(result.view)
            body = result.view if isinstance(result.view, bytes) else msgspec.json.encode(result.view)
            return Response(body, status_code=status.value, media_type=media_type, headers=result.headers)
        except Problem as problem:
            status = problem.status
            raise
        finally:
            seconds.observe(time.perf_counter() - started)
            requests.labels(method, name, str(status.value)).inc()

    litestar_path = path.replace("_id}", "_id:str}")
    return HTTPRouteHandler(
        litestar_path,
        http_method=method,  # type: ignore[arg-type]
        name=f"{method} {path}",
        status_code=200,
        request_max_body_size=body_size_max or context.settings.body_size_max,
    )(route)


def _download(file: Download) -> Stream:
    headers = {"Content-Disposition": f'attachment; filename="{file.name}"'}
    return Stream(file.chunks, media_type=file.media_type, headers=headers)


def _on_problem(_: AnyRequest, problem: Problem) -> Response[bytes]:
    return respond(problem)


_FRAMEWORK_CODES = {
    HTTPStatus.NOT_FOUND: GatewayCode.NOT_FOUND,
    HTTPStatus.METHOD_NOT_ALLOWED: GatewayCode.METHOD_NOT_ALLOWED,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: GatewayCode.BODY_TOO_LARGE,
}


def _on_http_exception(_: AnyRequest, error: HTTPException) -> Response[bytes]:
    """What the framework refuses before a handler sees it."""
    status = HTTPStatus(error.status_code)
    return respond(Problem(status, _FRAMEWORK_CODES.get(status, GatewayCode.BAD_REQUEST), status.phrase))


def _on_fault(request: AnyRequest, error: Exception) -> Response[bytes]:
    """Busy, stopped, a bad cursor; anything else is a fault of ours, told to the log and not to the caller."""
    match error:
        case DeskBusyError():
            problem = Problem(
                HTTPStatus.SERVICE_UNAVAILABLE,
                RefusalCode.DESK_BUSY,
                "too much waits to be decided; nothing was taken, send the same request again",
                headers={"Retry-After": "1"},
            )
        case DeskStoppedError():
            problem = Problem(
                HTTPStatus.SERVICE_UNAVAILABLE,
                GatewayCode.DESK_STOPPED,
                "the engine has stopped; send the same request again with the same idempotency key",
                headers={"Retry-After": "5"},
            )
        case InvalidCursorError():
            problem = Problem(HTTPStatus.BAD_REQUEST, GatewayCode.INVALID_QUERY, "the cursor is not one of this list's")
        case _:
            log.error("a request failed", path=request.url.path, exc_info=error)
            problem = Problem(
                HTTPStatus.INTERNAL_SERVER_ERROR, GatewayCode.INTERNAL_ERROR, "an error of ours; it is logged"
            )
    return respond(problem)


async def _add_security_headers(message: Message, _: Scope) -> None:
    if message["type"] == "http.response.start":
        message["headers"] = [*message["headers"], *_SECURITY_HEADERS]
