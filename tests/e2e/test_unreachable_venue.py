"""A venue that cannot be reached when the desk starts: told, refused, and recovered from, all by itself."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from tidegate.bootstrap import RunningDesk, running_desk
from tidegate.core.identifiers import AccountId, CommandId, TokenId, UserId
from tidegate.core.messages.commands import IssueToken, RegisterAccount, RegisterUser
from tidegate.core.vocabulary import Environment, Exchange, Role
from tidegate.gateway.tokens import new_token
from tidegate.ports import VenueCredentials
from tidegate.settings import Settings
from venuesim.server import Simulator

DEADLINE_SECONDS = 30.0
ORDER = {"account": "alice-okx", "symbol": "BTC/USDT", "side": "buy", "order_type": "limit", "quantity": "0.001"}


class Cable:
    """Stands where the venue should be; nothing gets through until it is plugged in."""

    def __init__(self) -> None:
        self._server: asyncio.Server | None = None
        self._target_port = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self.port = 0

    async def reserve(self) -> None:
        """Find a port on which nobody answers."""
        probe = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.port = probe.sockets[0].getsockname()[1]
        probe.close()
        await probe.wait_closed()

    async def plug_in(self, target_port: int) -> None:
        self._target_port = target_port
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", self.port)

    async def unplug(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._server is not None:
            self._server.close()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        there_reader, there_writer = await asyncio.open_connection("127.0.0.1", self._target_port)
        try:
            await asyncio.gather(_pump(reader, there_writer), _pump(there_reader, writer))
        except OSError:
            pass  # Either side may hang up at any time.
        finally:
            writer.close()
            there_writer.close()
            self._tasks.discard(task)


async def _pump(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    while chunk := await source.read(65_536):
        target.write(chunk)
        await target.drain()
    target.close()


def _through(cable: Cable, urls: dict[str, str]) -> dict[str, str]:
    """The venue's URLs with the cable's port in them."""
    return {name: url.replace(f":{urlsplit(url).port}", f":{cable.port}") for name, url in urls.items()}


@asynccontextmanager
async def _desk(settings: Settings) -> AsyncIterator[tuple[RunningDesk, aiohttp.ClientSession]]:
    now = datetime.now(UTC)
    token, token_hash = new_token()
    alice, account_id = UserId("alice"), AccountId("alice-okx")
    async with running_desk(settings) as desk:
        await desk.loop.submit(
            RegisterUser(command_id=CommandId("1"), at=now, user_id=alice, name="Alice", role=Role.TRADER)
        )
        await desk.loop.submit(
            IssueToken(
                command_id=CommandId("2"), at=now, user_id=alice, token_id=TokenId("t"), token_hash=token_hash, label=""
            )
        )
        credentials = VenueCredentials(api_key="key-of-alice", secret="secret-of-alice", passphrase="passphrase")
        await desk.vault.store(account_id, Exchange.OKX, credentials)
        await desk.loop.submit(
            RegisterAccount(
                command_id=CommandId("3"),
                at=now,
                account_id=account_id,
                exchange=Exchange.OKX,
                environment=Environment.SIMULATED,
                user_ids=(alice,),
            )
        )
        headers = {"Authorization": f"Bearer {token}"}
        async with aiohttp.ClientSession(desk.url, headers=headers) as session:
            yield desk, session


async def _get(session: aiohttp.ClientSession, path: str) -> tuple[int, Any]:
    async with session.get(path) as answer:
        return answer.status, await answer.json()


async def _until_ready(session: aiohttp.ClientSession) -> None:
    async with asyncio.timeout(DEADLINE_SECONDS):
        while (await _get(session, "/health/ready"))[0] != 200:
            await asyncio.sleep(0.05)


async def test_a_venue_that_cannot_be_reached_at_start_is_told_refused_and_recovers_by_itself(tmp_path: Path) -> None:
    cable = Cable()
    await cable.reserve()
    async with Simulator(venues=["okx"], seed=1) as simulator:
        async with aiohttp.ClientSession() as control:
            account = {"api_key": "key-of-alice", "secret": "secret-of-alice", "passphrase": "passphrase"}
            url = f"{simulator.urls['control']}/_sim/accounts"
            async with control.post(url, json={**account, "balances": {"USDT": "1000"}}) as answer:
                assert answer.status == 200
        urls = simulator.urls["okx"]
        assert isinstance(urls, dict)
        settings = Settings(data_folder=tmp_path, port=0, simulated_venues={Exchange.OKX: _through(cable, urls)})
        async with _desk(settings) as (_, session):
            status, ready = await _get(session, "/health/ready")
            assert (status, ready["status"]) == (503, "not_ready")
            assert ready["accounts"][0]["state"] == "offline"
            assert ready["accounts"][0]["message"]

            _, venues = await _get(session, "/api/v1/system/venues")
            assert venues["items"][0]["connected"] is False

            async with session.post("/api/v1/orders", json={**ORDER, "price": "60000"}) as answer:
                problem = await answer.json()
                assert (answer.status, problem["code"]) == (422, "venue_unavailable")
                assert problem["order"]["status"] == "invalidated"

            await cable.plug_in(urlsplit(urls["rest"]).port or 0)
            await _until_ready(session)

            _, instruments = await _get(session, "/api/v1/instruments?symbol=BTC/USDT")
            assert instruments["items"][0]["exchange"] == "okx"
            _, history = await _get(session, "/api/v1/orders?status=submitted")
            assert history["items"] == []
        await cable.unplug()
