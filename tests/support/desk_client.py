"""A desk's API for tests that kill the desk: a write is repeated under its key until there is an answer to it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import httpx

from support.processes import DeskProcess

ANSWER_SECONDS_MAX = 120.0
PAUSE_SECONDS = 0.03
_ASK_AGAIN = {429, 502, 503}


class DeskClient:
    """Calls the desk wherever it listens at the moment."""

    def __init__(self, desk: DeskProcess, token: str) -> None:
        self._desk = desk
        self._http = httpx.AsyncClient(timeout=httpx.Timeout(60), trust_env=False)
        self.use(token)

    def use(self, token: str) -> None:
        """Call as whoever has this token from now on."""
        self._http.headers["Authorization"] = f"Bearer {token}"

    async def call(self, method: str, path: str, *, key: str | None = None, **arguments: Any) -> httpx.Response:
        """The answer to a call, however often the desk dies meanwhile. A write needs a key to be repeated safely."""
        headers = {} if key is None else {"Idempotency-Key": key}
        async with asyncio.timeout(ANSWER_SECONDS_MAX):
            while True:
                self._desk.check()
                if (url := self._desk.url) is not None:
                    try:
                        answer = await self._http.request(method, f"{url}{path}", headers=headers, **arguments)
                    except httpx.TransportError:
                        pass  # Whether it was taken is unknown: the same key makes it one order.
                    else:
                        if answer.status_code not in _ASK_AGAIN:
                            return answer
                await asyncio.sleep(PAUSE_SECONDS)

    async def get(self, path: str, **query: str) -> Any:
        """The JSON of a read that must succeed."""
        answer = await self.call("GET", path, params=query)
        assert answer.status_code == httpx.codes.OK, answer.text
        return answer.json()

    async def create(self, path: str, body: dict[str, Any]) -> Any:
        """The JSON of a registration that must succeed."""
        answer = await self.call("POST", path, json=body)
        assert answer.status_code == httpx.codes.CREATED, answer.text
        return answer.json()

    async def pages(self, path: str, **query: str) -> list[dict[str, Any]]:
        """All pages of a list, together."""
        items: list[dict[str, Any]] = []
        cursor: str | None = None
        while True:
            page = await self.get(path, **query, limit="500", **({} if cursor is None else {"cursor": cursor}))
            items += page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return items

    async def close(self) -> None:
        await self._http.aclose()


async def eventually(problems: Callable[[], Awaitable[list[str]]], *, seconds_max: float) -> None:
    """Look again until there are no problems left; fails with those that stay."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds_max
    while found := await problems():
        if loop.time() > deadline:
            raise AssertionError(f"still so after {seconds_max} s:\n" + "\n".join(found[:40]))
        await asyncio.sleep(0.1)
