"""The simulated venues as a process of the demo's own, and their control API."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

START_SECONDS_MAX = 30.0


class SimulatorError(Exception):
    """The simulators did not start, or refused what was asked of them."""


class SimulatedVenues:
    """The running simulators: where they listen, and how to steer them."""

    def __init__(self, urls: dict[str, Any]) -> None:
        self.control_url: str = urls["control"]
        self.venues: dict[str, dict[str, str]] = {name: bases for name, bases in urls.items() if name != "control"}
        self._http = httpx.AsyncClient(base_url=self.control_url, timeout=10.0, trust_env=False)

    async def control(self, call: str, body: dict[str, Any]) -> Any:
        """`POST /_sim/<call>`."""
        answer = await self._http.post(f"/_sim/{call}", json=body)
        if answer.status_code != httpx.codes.OK:
            raise SimulatorError(f"the simulator refused {call}: {answer.text}")
        return answer.json()

    async def price(self, exchange: str, symbol: str) -> Any:
        """What the simulator shows of a market now."""
        answer = await self._http.get("/_sim/market", params={"exchange": exchange, "symbol": symbol})
        answer.raise_for_status()
        return answer.json()["markets"][0]

    async def close(self) -> None:
        await self._http.aclose()


@asynccontextmanager
async def simulated_venues(seed: int) -> AsyncIterator[SimulatedVenues]:
    """Start all three on free ports; they stop with the context, or with this process.

    Raises:
        SimulatorError: they did not come up in time.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "venuesim", "--port", "0", "--seed", str(seed), "--json", "--stop-with-parent"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,  # Ctrl-C is for us; we stop the simulators after the desk has let go of them.
    )
    assert process.stdout is not None
    try:
        try:
            async with asyncio.timeout(START_SECONDS_MAX):
                line = await process.stdout.readline()
        except TimeoutError as error:
            raise SimulatorError(f"the simulators did not start within {START_SECONDS_MAX:.0f} s") from error
        if not line:
            raise SimulatorError("the simulators ended at once; `tidegate sim` shows why")
        venues = SimulatedVenues(json.loads(line))
        try:
            yield venues
        finally:
            await venues.close()
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()
