"""The gateway on a real socket, inside the loop of the process."""

import asyncio
import signal
import socket
from typing import Any

import httpx
import pytest

from tidegate.gateway.server import serve


async def test_a_free_port_is_taken_and_told(app: Any, tokens: dict[str, str]) -> None:
    server = await serve(app, "127.0.0.1", 0)
    try:
        assert not server.url.endswith(":0")
        async with httpx.AsyncClient(base_url=server.url, trust_env=False) as client:
            headers = {"Authorization": f"Bearer {tokens['alice']}"}
            answer = await client.get("/api/v1/orders", headers=headers)
        assert (answer.status_code, answer.json()["items"]) == (200, [])
        assert "server" not in answer.headers
    finally:
        await server.close()


async def test_a_closed_server_no_longer_listens(app: Any) -> None:
    server = await serve(app, "127.0.0.1", 0)
    await server.close()
    async with httpx.AsyncClient(trust_env=False) as client:
        with pytest.raises(httpx.ConnectError):
            await client.get(f"{server.url}/health/live")


async def test_a_taken_port_is_said_at_once(app: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(OSError, match="in use"):
        await serve(app, "127.0.0.1", taken.getsockname()[1])


async def test_signals_stay_with_the_process(app: Any) -> None:
    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    server = await serve(app, "127.0.0.1", 0)
    during = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    await server.close()
    assert during == before


async def test_requests_under_way_are_answered_before_the_end(app: Any, tokens: dict[str, str], desk: Any) -> None:
    server = await serve(app, "127.0.0.1", 0)
    entered, let_go = asyncio.Event(), asyncio.Event()
    accounts = desk.accounts

    async def slow() -> Any:
        entered.set()
        await let_go.wait()
        return await accounts()

    desk.accounts = slow
    async with httpx.AsyncClient(base_url=server.url, trust_env=False) as client:
        headers = {"Authorization": f"Bearer {tokens['alice']}"}
        asking = asyncio.create_task(client.get("/api/v1/accounts", headers=headers))
        await entered.wait()
        closing = asyncio.create_task(server.close())
        await asyncio.sleep(0)
        let_go.set()
        assert (await asking).status_code == 200
        await closing


async def test_a_streamed_body_beyond_the_limit_is_refused(app: Any, tokens: dict[str, str], desk: Any) -> None:
    async def long() -> Any:
        for _ in range(20):
            yield b" " * 10_000

    server = await serve(app, "127.0.0.1", 0)
    try:
        async with httpx.AsyncClient(base_url=server.url, trust_env=False) as client:
            headers = {"Authorization": f"Bearer {tokens['alice']}", "Content-Type": "application/json"}
            answer = await client.post("/api/v1/orders", content=long(), headers=headers)
        assert answer.status_code == 413
        assert answer.headers["content-type"] == "application/problem+json"
        assert desk.commands == []
    finally:
        await server.close()
