"""A simulated venue for the live tests: the module that wants it says which venue, by a fixture `exchange`."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tidegate.core.vocabulary import Exchange
from venue_contract_helpers import Control
from venue_simulator import Bench, calm, connected, running_simulator


@pytest.fixture(scope="module")
def simulator(exchange: Exchange) -> Iterator[dict[str, Any]]:
    """The URLs of a `venuesim` process that simulates the module's venue."""
    with running_simulator(exchange) as urls:
        yield urls


@pytest.fixture
async def control(simulator: dict[str, Any], exchange: Exchange) -> AsyncIterator[Control]:
    """The control API of a calm venue."""
    async with aiohttp.ClientSession() as http:
        made = Control(simulator["control"], exchange, http)
        await calm(made)
        yield made
        await made.call("DELETE", "faults")


@pytest.fixture
async def bench(
    exchange: Exchange, simulator: dict[str, Any], control: Control, tmp_path: Path
) -> AsyncIterator[Bench]:
    """A connected session of a funded account."""
    async with connected(exchange, simulator, control, tmp_path) as made:
        yield made
