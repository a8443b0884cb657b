"""Bybit's listing, prices and price stream against its simulator."""

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tidegate.core.messages.reports import InstrumentsReported, PriceReported
from tidegate.core.vocabulary import Environment, Exchange, InstrumentKind
from tidegate.venues.factory import Venues, VenueSettings
from tidegate.venues.market_data import MarketData
from venue_contract_helpers import Control, RealClock, Recorder
from venue_simulator import LINEAR, SPOT

NEVER = 3_600.0


@pytest.fixture(scope="module")
def exchange() -> Exchange:
    return Exchange.BYBIT


@pytest.fixture
def record() -> Recorder:
    return Recorder()


@pytest.fixture
async def market(
    simulator: dict[str, Any], control: Control, record: Recorder, tmp_path: Path
) -> AsyncIterator[MarketData]:
    """Market data whose prices, after the first ones, come by stream only."""
    endpoints = {name: base for name, base in simulator.items() if isinstance(base, dict)}
    settings = VenueSettings(cache_folder=tmp_path, endpoints=endpoints, prices_seconds=NEVER)
    made = Venues(settings, RealClock(), record).market_data(Exchange.BYBIT, Environment.SIMULATED)
    made.start()
    try:
        for symbol in (SPOT, LINEAR):
            await record.wait(PriceReported, lambda told, symbol=symbol: told.symbol == symbol)
        await record.quiet()
        yield made
    finally:
        await made.close()


async def move(control: Control, symbol: str, price: str) -> None:
    await control.call("POST", "market", {"symbol": symbol, "price": price, "frozen": True})


async def test_the_listing_has_both_markets(market: MarketData, record: Recorder) -> None:
    listing = {told.symbol: told for told in record.of(InstrumentsReported)[-1].instruments}
    spot, linear = listing[SPOT], listing[LINEAR]
    assert (spot.kind, linear.kind) == (InstrumentKind.SPOT, InstrumentKind.LINEAR)
    assert spot.exchange_symbol == linear.exchange_symbol == "BTCUSDT"
    assert (linear.settle, linear.leverage_max, linear.quantity_step) == ("USDT", Decimal(150), Decimal("0.001"))
    kinds = [told.kind for told in listing.values()]
    assert min(kinds.count(InstrumentKind.SPOT), kinds.count(InstrumentKind.LINEAR)) >= 25


async def test_contracts_get_their_leverage_tiers_and_bounds_of_prices(market: MarketData, record: Recorder) -> None:
    told = await record.wait(InstrumentsReported, lambda told: any(rules.leverage_tiers for rules in told.instruments))
    listing = {rules.symbol: rules for rules in told.instruments}
    assert listing[LINEAR].leverage_tiers[0] == (Decimal(300_000), Decimal(150))
    assert listing[SPOT].leverage_tiers == ()
    assert listing[LINEAR].buy_price_ratio_max is not None
    assert listing[LINEAR].sell_price_ratio_min is not None


async def test_prices_are_of_both_markets_and_contracts_have_a_mark(market: MarketData, record: Recorder) -> None:
    told = {report.symbol: report for report in record.of(PriceReported)}
    assert abs(told[SPOT].last - 65_000) < 200
    assert told[SPOT].mark is None
    assert abs((told[LINEAR].mark or 0) - 65_000) < 200


@pytest.mark.parametrize("symbol", [SPOT, LINEAR])
async def test_a_watched_market_is_told_as_it_moves_and_no_other(
    market: MarketData, control: Control, record: Recorder, symbol: str
) -> None:
    market.watch(frozenset({symbol}))
    for price in ("64000", "66000"):
        await asyncio.sleep(0.2)  # The subscription, or the move before, takes a moment; what counts is waited for.
        await move(control, symbol, price)
        await record.wait(
            PriceReported, lambda told, price=price: told.symbol == symbol and told.last == Decimal(price)
        )
    other = SPOT if symbol == LINEAR else LINEAR
    record.reports.clear()
    await move(control, other, "64500")
    await move(control, symbol, "64500")
    await record.wait(PriceReported, lambda told: told.last == Decimal(64_500))
    assert {told.symbol for told in record.of(PriceReported)} == {symbol}


async def test_best_prices_and_the_mark_are_streamed_too(
    market: MarketData, control: Control, record: Recorder
) -> None:
    market.watch(frozenset({SPOT, LINEAR}))
    await record.quiet()
    await control.call("POST", "market", {"symbol": LINEAR, "mark_price": "64900.5"})
    await move(control, LINEAR, "64800")
    told = await record.wait(
        PriceReported, lambda told: told.symbol == LINEAR and told.last == 64_800 and told.mark == Decimal("64900.5")
    )
    await record.quiet()
    newest = record.of(PriceReported, lambda told: told.symbol == LINEAR)[-1]
    assert told.mark == newest.mark
    assert newest.bid is not None
    assert newest.ask is not None
    assert abs(newest.bid - 64_800) < 50
    assert newest.bid < newest.ask


async def test_a_stream_that_breaks_off_is_opened_again(market: MarketData, control: Control, record: Recorder) -> None:
    market.watch(frozenset({SPOT}))
    await record.quiet()
    await control.fault("drop_stream", "public_stream", None)
    await move(control, SPOT, "64100")
    await record.quiet()
    assert await control.fired() >= 1
    await control.call("DELETE", "faults")
    await record.quiet()
    await move(control, SPOT, "64200")
    await record.wait(PriceReported, lambda told: told.symbol == SPOT and told.last == Decimal(64_200))


async def test_a_market_that_the_venue_does_not_know_keeps_no_other_from_being_streamed(
    market: MarketData, control: Control, record: Recorder
) -> None:
    market.watch(frozenset({SPOT, "GONE/USDT", LINEAR, "GONE/USDT:USDT"}))
    await record.quiet()
    for symbol in (SPOT, LINEAR):
        await move(control, symbol, "65400")
        await record.wait(PriceReported, lambda told, symbol=symbol: told.symbol == symbol and told.last == 65_400)


async def test_all_markets_can_be_streamed_at_once(market: MarketData, control: Control, record: Recorder) -> None:
    listing = record.of(InstrumentsReported)[-1].instruments
    market.watch(frozenset(told.symbol for told in listing))
    await record.quiet()
    for symbol in (SPOT, LINEAR):
        await move(control, symbol, "65300")
        await record.wait(PriceReported, lambda told, symbol=symbol: told.symbol == symbol and told.last == 65_300)
