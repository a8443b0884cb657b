"""The same calls of ccxt at every venue come to the same, and to what the ledger says."""

from collections.abc import AsyncIterator

import pytest

from venuesim_ccxt import COLUMNS, Column, new_client
from venuesim_differential import CALLS, NOT_THERE, Call, Desk

CASES = [
    pytest.param(
        *(column, call),
        id=f"{column}-{call.__name__}".replace(" ", "-"),
        marks=pytest.mark.conformance("ccxt and ccxt.pro", str(column)),
    )
    for column in COLUMNS
    for call in CALLS
    if str(column) not in NOT_THERE.get(call, set())
]


@pytest.fixture
async def desk(column: Column, start_venues) -> AsyncIterator[Desk]:
    """A client of one venue, its markets loaded, BTC still at 65,000."""
    async with start_venues(venues=[column.venue]) as sim:
        for symbol in ("BTC/USDT", "BTC/USDT:USDT"):
            await sim.freeze(symbol, "65000", levels=3, level_quantity="10", half_spread="1")
        client = new_client(column, sim.simulator.urls[column.venue])
        try:
            await client.load_markets()
            yield Desk(column, client, sim.control)
        finally:
            await client.close()


@pytest.mark.parametrize(("column", "call"), CASES)
async def test_a_call_comes_to_what_it_says(desk: Desk, call: Call) -> None:
    await call(desk)
