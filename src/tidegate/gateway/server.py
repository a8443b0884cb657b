"""uvicorn inside the desk's own event loop."""

import asyncio
import socket

import uvicorn
from litestar import Litestar

BACKLOG = 1024


class Server:
    """A gateway that listens."""

    def __init__(self, server: uvicorn.Server, serving: asyncio.Task[None], url: str) -> None:
        self._server = server
        self._serving = serving
        self.url = url

    async def close(self) -> None:
        """Answer what is under way, then stop listening."""
        self._server.should_exit = True
        await asyncio.wait([self._serving])
        self._serving.result()


class _EmbeddedServer(uvicorn.Server):
    """Leaves signals to the process that it is embedded in."""

    def capture_signals(self):  # type: ignore[no-untyped-def]  # A context manager, as uvicorn wants it.
        from contextlib import nullcontext

        return nullcontext()


async def serve(app: Litestar, host: str, port: int, *, stop_within_seconds: int = 5) -> Server:
    """Listen; port 0 takes a free one. Raises `OSError` when the port is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError:
        listener.close()
        raise
    listener.listen(BACKLOG)
    config = uvicorn.Config(
        app,
        http="httptools",
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        lifespan="on",
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,  # Nobody in front of us is believed about who is asking.
        timeout_graceful_shutdown=stop_within_seconds,
    )
    server = _EmbeddedServer(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]), name="gateway")
    while not server.started:
        if serving.done():
            serving.result()
            raise OSError(f"the gateway did not start on {host}:{port}")
        await asyncio.sleep(0.005)
    shown = f"[{host}]" if family == socket.AF_INET6 else host
    return Server(server, serving, f"http://{shown}:{listener.getsockname()[1]}")
