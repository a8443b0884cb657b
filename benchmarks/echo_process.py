"""The peer of the simulators: an aiohttp application that echoes what it is sent, by REST and by socket."""

import asyncio
import json
import sys
from typing import Any

import uvloop
from aiohttp import WSMsgType, web

HOST = "127.0.0.1"


async def echo(request: web.Request) -> web.StreamResponse:
    """Answer with the query and the body as JSON."""
    body: Any = await request.json() if request.body_exists else None
    return web.json_response({"query": dict(request.query), "body": body})


async def echo_socket(request: web.Request) -> web.StreamResponse:
    """Answer every frame with its own content, read and written as JSON."""
    socket = web.WebSocketResponse(compress=False)
    await socket.prepare(request)
    async for message in socket:
        if message.type is WSMsgType.TEXT:
            await socket.send_json(message.json())
    return socket


async def main() -> None:
    """Serve until standard input ends."""
    application = web.Application()
    application.router.add_get("/socket", echo_socket)
    application.router.add_route("*", "/{path:.*}", echo)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, HOST, 0).start()
    port = runner.addresses[0][1]
    print(json.dumps({"rest": f"http://{HOST}:{port}", "ws": f"ws://{HOST}:{port}/socket"}), flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await runner.cleanup()


if __name__ == "__main__":
    uvloop.run(main())
