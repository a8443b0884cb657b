"""Both clients behind one face, so that each claim is tested on both."""

import asyncio
import functools
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tidegate.client import AsyncClient, Client, Retries

Answering = Callable[[httpx.Request], httpx.Response]
Calling = Callable[..., Any]
FAST = Retries(attempts_max=4, base_seconds=0.001, wait_seconds_max=0.01)


def _call_sync(answering: Answering, method: str, *arguments: Any, **fields: Any) -> Any:
    with Client("http://desk", "tg_x", retries=FAST, transport=httpx.MockTransport(answering)) as client:
        return getattr(client, method)(*arguments, **fields)


def _call_async(answering: Answering, method: str, *arguments: Any, **fields: Any) -> Any:
    async def call() -> Any:
        transport = httpx.MockTransport(answering)
        async with AsyncClient("http://desk", "tg_x", retries=FAST, transport=transport) as client:
            return await getattr(client, method)(*arguments, **fields)

    return asyncio.run(call())


@pytest.fixture(params=["Client", "AsyncClient"])
def call(request: pytest.FixtureRequest) -> Calling:
    """`call(answering, method, ...)`: one call of a fresh client whose requests `answering` answers."""
    return functools.partial(_call_sync if request.param == "Client" else _call_async)
