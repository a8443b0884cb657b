"""OKX, live against its simulator: prices as they change."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tidegate.core.messages.reports import (
    InstrumentsReported,
    PriceReported,
)
from tidegate.core.vocabulary import (
    Environment,
    Exchange,
    Side,
)
from tidegate.venues.factory import Venues, VenueSettings
from venue_contract_helpers import Control, RealClock, Recorder
from venue_okx_helpers import trade
from venue_simulator import LINEAR, SPOT, Bench

BUY, SELL = Side.BUY, Side.SELL
QUANTITY = Decimal("0.02")
BOTH = pytest.mark.parametrize("symbol", [SPOT, LINEAR])


@pytest.fixture(scope="module")
def exchange() -> Exchange:
    return Exchange.OKX


@pytest.fixture
async def watched(exchange: Exchange, simulator: dict[str, Any], control: Control, tmp_path: Path) -> Any:
    """Both markets' prices, as the stream tells them: the listing of all prices is asked for once, at the start."""
    record = Recorder()
    endpoints = {exchange.value: simulator[exchange.value]}
    venues = Venues(
        VenueSettings(cache_folder=tmp_path, endpoints=endpoints, prices_seconds=3_600.0), RealClock(), record
    )
    market = venues.market_data(exchange, Environment.SIMULATED)
    market.start()
    await record.wait(PriceReported, lambda told: told.symbol == LINEAR and told.mark is not None)
    market.watch(frozenset({SPOT, LINEAR}))
    yield record
    await market.close()


@BOTH
async def test_prices_are_told_as_they_change(control: Control, watched: Recorder, symbol: str) -> None:
    for price in ("65500", "64500", "65000"):
        ladder = {"levels": 20, "level_quantity": "5", "half_spread": "1"}
        await control.call("POST", "market", {"symbol": symbol, "price": price, "frozen": True, **ladder})
        bid, ask = Decimal(price) - 1, Decimal(price) + 1
        await watched.wait(
            PriceReported, lambda told, bid=bid, ask=ask: (told.symbol, told.bid, told.ask) == (symbol, bid, ask)
        )


async def test_a_mark_price_is_told_as_it_changes(control: Control, watched: Recorder) -> None:
    await control.call("POST", "market", {"symbol": LINEAR, "mark_price": "64900"})
    await watched.wait(PriceReported, lambda told: told.mark == Decimal(64_900))


@BOTH
async def test_the_prices_that_the_venue_takes_follow_the_market(
    control: Control, watched: Recorder, symbol: str
) -> None:
    for price in (65_500, 65_000):
        await control.call("POST", "market", {"symbol": symbol, "price": str(price), "frozen": True})
        told = await watched.wait(
            PriceReported,
            lambda told, price=price: (
                told.symbol == symbol and told.buy_max is not None and abs(told.last - price) < 50
            ),
        )
        assert told.sell_min is not None
        assert told.sell_min < price < told.buy_max


async def test_swaps_get_their_leverage_tiers_in_base(watched: Recorder) -> None:
    told = await watched.wait(InstrumentsReported, lambda told: any(rules.leverage_tiers for rules in told.instruments))
    listing = {rules.symbol: rules for rules in told.instruments}
    assert listing[LINEAR].leverage_tiers[0] == (Decimal(10), Decimal(100))
    assert listing[LINEAR].tiers_in_base
    assert all(rules.leverage_tiers for rules in listing.values() if rules.tiers_in_base)


async def test_each_trade_is_told(bench: Bench, watched: Recorder) -> None:
    await bench.move(SPOT, "65000", levels=3, level_quantity="0.01", half_spread="1")
    await trade(bench, BUY, "0.02", symbol=SPOT)
    await watched.wait(PriceReported, lambda told: told.symbol == SPOT and told.last > Decimal(65_001))


async def test_a_price_stream_that_breaks_off_comes_back(control: Control, watched: Recorder) -> None:
    await control.call("POST", "market", {"symbol": SPOT, "price": "65500", "frozen": True})
    await watched.wait(PriceReported, lambda told: told.symbol == SPOT and told.bid is not None and told.bid > 65_400)
    await control.fault("drop_stream", "public_stream")
    await control.call("POST", "market", {"symbol": SPOT, "price": "64500", "frozen": True})
    await watched.wait(PriceReported, lambda told: told.symbol == SPOT and told.bid is not None and told.bid < 64_600)
