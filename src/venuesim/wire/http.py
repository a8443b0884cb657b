"""A venue's origin: REST calls dispatched by method and path, WebSockets by path, on one port."""

import ssl
from collections.abc import Awaitable, Callable, Mapping
from typing import NamedTuple

from aiohttp import web

from venuesim.exchange.clock import Clock
from venuesim.faults import Endpoint
from venuesim.wire.calls import Call, Reply
from venuesim.wire.performing import Caller, Performer
from venuesim.wire.socket_faults import SocketFaults
from venuesim.wire.sockets import Session, Socket, serve_socket


class Route(NamedTuple):
    """What a REST path is for, and what answers it. The handler is synchronous: nothing it does waits.

    `endpoint_of` tells the endpoint of a call to a path that serves for several.
    """

    endpoint: Endpoint
    handler: Callable[[Call], Reply]
    endpoint_of: Callable[[Call], Endpoint] | None = None


class HttpApi:
    """Answers everything that arrives on one venue's port.

    `open_session` gives the session for a WebSocket path, or None when the venue has no socket there. `refuse_socket`
    gives the answer to an address that may not open one now.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        performer: Performer,
        routes: Mapping[tuple[str, str], Route],
        not_found: Callable[[Call], Reply],
        open_session: Callable[[str, Socket], Session | None],
        refuse_socket: Callable[[str], Reply | None] = lambda _: None,
    ) -> None:
        self.clock = clock
        self._performer = performer
        self._routes = routes
        self._not_found = not_found
        self._open_session = open_session
        self._refuse_socket = refuse_socket
        self._sockets: set[Socket] = set()
        self._socket_faults = SocketFaults(performer, self._sockets)
        self._naming = performer.answers.naming

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one HTTP request, or serve a WebSocket until it closes."""
        path, _, query = request.raw_path.partition("?")
        if request.headers.get("Upgrade", "").lower() == "websocket":
            refusal = self._socket_faults.refusal(path) or self._refuse_socket(request.remote or "")
            if refusal is not None:
                return _response(refusal)
            return await serve_socket(
                request, lambda socket: self._open(path, socket), self._sockets, lambda: self.is_disturbed
            )
        reply = await self.perform(
            Call(
                method=request.method,
                path=path,
                query=query,
                body=await request.read() if request.body_exists else b"",
                headers=request.headers,
                remote=request.remote or "",
                now_ms=self.clock.now_ms(),
            )
        )
        return _hang_up(request) if reply is None else _response(reply)

    @property
    def is_disturbed(self) -> bool:
        """Whether some fault is on, so that calls have to be performed."""
        return bool(self._performer.faults)

    def answer(self, call: Call) -> Reply:
        """Answer a call while no fault is on."""
        route = self._routes.get((call.method, call.path))
        return self._not_found(call) if route is None else route.handler(call)

    async def perform(self, call: Call) -> Reply | None:
        """Answer a call through the faults; None when the connection must be closed without an answer."""
        route = self._routes.get((call.method, call.path))
        if route is None:
            nowhere = Caller(path=call.path)
            refusal = self._performer.refusal(Endpoint.OTHER, nowhere) if self._performer.faults else None
            return refusal or self._not_found(call)
        endpoint = route.endpoint if route.endpoint_of is None else route.endpoint_of(call)
        caller = Caller(lambda: self._naming.of_request(call.path, call.query, call.body, call.headers), path=call.path)
        return await self._performer.perform(endpoint, lambda as_of_ms: self._run(route, call, as_of_ms), caller)

    def _run(self, route: Route, call: Call, as_of_ms: int | None) -> Reply:
        # A delayed request is judged by the time at which it arrives.
        call.now_ms = self.clock.now_ms()
        call.as_of_ms = as_of_ms
        return route.handler(call)

    def _open(self, path: str, socket: Socket) -> Session | None:
        self._socket_faults.opened(socket)
        return self._open_session(path, socket)

    def close(self) -> None:
        """Drop every WebSocket."""
        for socket in list(self._sockets):
            socket.drop()


def _response(reply: Reply) -> web.Response:
    return web.Response(
        body=reply.encoded(), status=reply.status, headers=dict(reply.headers), content_type=reply.content_type
    )


def _hang_up(request: web.BaseRequest) -> web.Response:
    """Close the connection without an answer; the response returned can no longer be written."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)


class Site:
    """A listening port on 127.0.0.1."""

    def __init__(self, handle: Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]) -> None:
        server = web.Server(handle, access_log=None)
        self._runner = web.ServerRunner(server, shutdown_timeout=0.5)

    async def start(self, *, host: str, port: int, tls: ssl.SSLContext | None = None) -> int:
        """Listen, with TLS if there is a context for it, and return the port (a free one for 0)."""
        await self._runner.setup()
        await web.TCPSite(self._runner, host, port, backlog=1024, ssl_context=tls).start()
        return int(self._runner.addresses[0][1])

    async def stop(self) -> None:
        """Stop listening and close what is open."""
        await self._runner.cleanup()
