"""Simulated venues of each test's own: rate limits count per address, so tests that share them would share those."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from support.processes import Simulator, simulator


@pytest_asyncio.fixture
async def venues(tmp_path: Path) -> AsyncIterator[Simulator]:
    """Binance, OKX and Bybit on loopback, under one control API."""
    async with simulator(tmp_path) as running:
        yield running
