"""Runs every venue's session against its simulator, which is a process of its own and shares no code."""

import json
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tidegate.core.identifiers import AccountId
from tidegate.core.messages.reports import AccountConnected
from tidegate.core.vocabulary import Environment, Exchange
from tidegate.ports import VenueCredentials
from tidegate.venues.factory import Venues, VenueSettings
from venue_contract_helpers import PRICE, Control, Desk, RealClock, Recorder
from venue_simulator import Bench, calm, connected

SECRET = "canary-secret-" + "s" * 50
PASSPHRASE = "canary-passphrase"
VENUES = list(Exchange)


@pytest.fixture(scope="module")
def simulators() -> Iterator[dict[str, Any]]:
    """The base URLs of a `venuesim` process."""
    command = [sys.executable, "-m", "venuesim", "--port", "0", "--json", "--stop-with-parent"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())
        process.terminate()


@pytest.fixture(params=VENUES)
def exchange(request: pytest.FixtureRequest) -> Exchange:
    """Each venue in turn."""
    return Exchange(request.param)


@pytest.fixture
async def control(simulators: dict[str, Any], exchange: Exchange) -> AsyncIterator[Control]:
    """The control API: the market frozen at its usual price, no fault on, and limits that many tests fit into."""
    async with aiohttp.ClientSession() as http:
        made = Control(simulators["control"], exchange, http)
        await made.call("DELETE", "faults")
        await made.call("POST", "limits", {"scale": 20})
        await made.move(str(PRICE), levels=20, level_quantity="5")
        yield made
        await made.call("DELETE", "faults")


@pytest.fixture
def record() -> Recorder:
    return Recorder()


@pytest.fixture
def venues(simulators: dict[str, Any], record: Recorder, tmp_path: Path) -> Venues:
    """The factory, pointed at the simulators."""
    return Venues(
        VenueSettings(cache_folder=tmp_path, endpoints=_endpoints(simulators), prices_seconds=0.25), RealClock(), record
    )


def _endpoints(urls: dict[str, Any]) -> dict[str, dict[str, str]]:
    return {name: base for name, base in urls.items() if isinstance(base, dict)}


@pytest.fixture
async def credentials(control: Control) -> VenueCredentials:
    """A funded account of its own for each test."""
    api_key = f"canary-key-{time.time_ns()}"
    balances = {"USDT": "1000000", "BTC": "10"}
    body = {"api_key": api_key, "secret": SECRET, "passphrase": PASSPHRASE, "balances": balances}
    await control.call("POST", "accounts", body)
    return VenueCredentials(api_key=api_key, secret=SECRET, passphrase=PASSPHRASE)


@pytest.fixture
async def desk(
    exchange: Exchange, control: Control, venues: Venues, credentials: VenueCredentials, record: Recorder
) -> AsyncIterator[Desk]:
    """A connected session."""
    market_data = venues.market_data(exchange, Environment.SIMULATED)
    session = venues.session(AccountId("main"), exchange, Environment.SIMULATED, credentials)
    market_data.start()
    session.start()
    try:
        await record.wait(AccountConnected)
        yield Desk(exchange, session, record, control)
    finally:
        await session.close()
        await market_data.close()


@pytest.fixture
async def bench(
    exchange: Exchange, simulators: dict[str, Any], control: Control, tmp_path: Path
) -> AsyncIterator[Bench]:
    """A connected session of a funded account, at a venue with both of its markets calm."""
    await calm(control)
    async with connected(exchange, simulators, control, tmp_path) as made:
        yield made


@pytest.fixture
async def hedged(
    exchange: Exchange, simulators: dict[str, Any], control: Control, tmp_path: Path
) -> AsyncIterator[Bench]:
    """The same for an account in hedge mode."""
    await calm(control)
    async with connected(exchange, simulators, control, tmp_path, position_mode="hedge") as made:
        yield made
