"""The same calls of ccxt at every venue come to the same, and to what the ledger says."""

from collections.abc import AsyncIterator

import pytest

from venuesim.exchange.vocabulary import Origin
from venuesim_ccxt import COLUMNS, Column, new_client
from venuesim_differential import CALLS, NOT_THERE, Desk

CASES = [
    pytest.param(column, marks=pytest.mark.conformance("ccxt and ccxt.pro", str(column)), id=str(column))
    for column in COLUMNS
]


@pytest.fixture
async def desk(column: Column, start_venues) -> AsyncIterator[Desk]:
    """A client of one venue, its markets loaded, BTC still at 65,000."""
    async with start_venues(venues=[column.venue]) as sim:
        await sim.control("POST", "limits", {"scale": 1000})
        client = new_client(column, sim.simulator.urls[column.venue])
        try:
            await client.load_markets()
            yield Desk(column, client, sim)
        finally:
            await client.close()


async def tidy(desk: Desk) -> None:
    """Leave nothing open, and the price where every call expects it."""
    for exchange in desk.sim.simulator.venues[desk.column.venue].exchanges:
        for account in exchange.accounts.values():
            for order in account.open_orders_of(None):
                if order.is_open:
                    exchange.cancel(order)
            for holding in account.holdings.values():
                for position in holding.open_positions():
                    exchange.clearing.close_position(account, position, Origin.LIQUIDATION)
    for symbol in ("BTC/USDT", "BTC/USDT:USDT"):
        await desk.sim.freeze(symbol, "65000", levels=3, level_quantity="10", half_spread="1")


@pytest.mark.parametrize("column", CASES)
async def test_every_call_comes_to_what_it_says(desk: Desk) -> None:
    failures = []
    for call in CALLS:
        if str(desk.column) in NOT_THERE.get(call, set()):
            continue
        await tidy(desk)
        try:
            await call(desk)
        except Exception as error:  # noqa: BLE001 - All calls are tried, and all that failed are told together.
            error.add_note(f"in the call {call.__name__} at {desk.column}")
            failures.append(error)
    if failures:
        raise ExceptionGroup(f"{len(failures)} calls of {len(CALLS)}", failures)
