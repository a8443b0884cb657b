"""The control API's markets: prices, rules, sources and funding."""

from decimal import Decimal

import pytest

from venuesim.exchange.clock import ManualClock

D = Decimal
KEY = "k" * 64
SWAP = "BTC/USDT:USDT"


@pytest.fixture
async def okx(start_venues):
    async with start_venues(venues=["okx"], walking=False) as venues:
        await venues.freeze("BTC/USDT", "65000")
        await venues.freeze(SWAP, "65000")
        yield venues


@pytest.fixture
async def timed(start_venues):
    clock = ManualClock()
    async with start_venues(venues=["okx"], walking=False, clock=clock) as venues:
        yield venues, clock


def market_of(venues, symbol: str = SWAP):
    return venues.simulator.venues["okx"].exchanges[0].markets[symbol]


async def changed(venues, symbol: str = SWAP, **body: object) -> dict:
    return (await venues.control("POST", "market", {"symbol": symbol, **body}))["markets"][0]


async def test_the_figures_of_a_contract_are_set_and_let_go(okx) -> None:
    row = await changed(okx, mark_price="66000", index_price="66100.5", funding_rate="-0.0005", next_funding=1)
    assert (row["mark_price"], row["index_price"], row["funding_rate"]) == ("66000", "66100.5", "-0.0005")
    row = await changed(okx, mark_price=None, index_price=None, next_funding="2030-01-01T08:00:00Z")
    assert (row["mark_price"], row["index_price"]) == ("65000", "65000")
    assert row["next_funding"] == "2030-01-01T08:00:00.000000+00:00"


async def test_rules_change_while_orders_work(okx) -> None:
    order = {"api_key": KEY, "symbol": "BTC/USDT", "side": "buy", "quantity": "0.01", "type": "limit", "price": "63000"}
    await okx.control("POST", "orders", order)
    rules = {"tick_size": "5", "quantity_min": "0.02", "notional_min": "10", "is_trading": True}
    row = await changed(okx, "BTC/USDT", rules=rules)
    assert (row["rules"]["tick_size"], row["rules"]["quantity_min"]) == ("5", "0.02")
    assert D(row["bid"]) % 5 == 0
    answer = await okx.control("POST", "orders", order, expect=400)
    assert answer["error"] == "okx refuses the order: quantity below min"
    assert [entry["status"] for entry in (await okx.control("GET", "ledger"))["orders"]] == ["new"]


async def test_a_script_moves_the_market_when_its_time_comes(timed) -> None:
    venues, clock = timed
    steps = [{"after_ms": 1000, "price": "64000"}, {"after_ms": 2000, "price": "63000"}]
    row = await changed(venues, "BTC/USDT", script=steps)
    assert row["source"] == "script"
    exchange = venues.simulator.venues["okx"].exchanges[0]
    seen = []
    for _ in range(2):
        clock.advance(1000)
        exchange.step()
        seen.append(market_of(venues, "BTC/USDT").mid)
    assert seen == [D(64000), D(63000)]
    row = await changed(venues, "BTC/USDT", script=steps)
    assert (await changed(venues, "BTC/USDT", script=None))["source"] == "walk"


async def test_a_recording_is_replayed_as_fast_as_one_likes(timed, tmp_path) -> None:
    venues, clock = timed
    file = tmp_path / "trades.csv"
    file.write_text("time,price,qty\n1700000000000,61000,0.1\n1700000010000,62000,0.1\n")
    row = await changed(venues, "BTC/USDT", replay={"path": str(file), "speed": "10", "loops": True})
    assert row["source"] == "replay"
    exchange = venues.simulator.venues["okx"].exchanges[0]
    exchange.step()
    assert market_of(venues, "BTC/USDT").mid == 61000
    clock.advance(1000)
    exchange.step()
    assert market_of(venues, "BTC/USDT").mid == 62000
    await changed(venues, "BTC/USDT", replay=None)


async def test_a_source_sets_a_frozen_market_going(okx) -> None:
    row = await changed(okx, "BTC/USDT", script=[{"after_ms": 0, "price": "64000"}])
    assert row["frozen"] is False


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"symbol": "BTC/USDT", "mark_price": "1"}, "not a contract"),
        ({"symbol": "BTC/USDT", "funding_rate": "0.1"}, "not a contract"),
        ({"symbol": "BTC/GBP"}, "no venue lists BTC/GBP"),
        ({"symbol": "BTC/GBP", "exchange": "okx"}, "okx does not list BTC/GBP"),
        ({"symbol": SWAP, "mark_price": "0"}, "above 0"),
        ({"symbol": SWAP, "funding_rate": "1.5"}, "between -1 and 1"),
        ({"symbol": SWAP, "next_funding": "soon"}, "ISO 8601"),
        ({"symbol": SWAP, "levels": 1000}, "levels"),
        ({"symbol": SWAP, "price": "65000.01"}, "tick"),
        ({"symbol": SWAP, "rules": {"tick_size": "0"}}, "above 0"),
        ({"symbol": SWAP, "rules": {"colour": "red"}}, "colour"),
        ({"symbol": SWAP, "rules": {"tick_size": "7"}, "price": "65000"}, "tick of 7"),
        ({"symbol": SWAP, "script": []}, "at least one step"),
        ({"symbol": SWAP, "script": [{"after_ms": -1, "price": "1"}]}, "0 or more"),
        ({"symbol": SWAP, "script": [{"after_ms": 2, "price": "1"}, {"after_ms": 1, "price": "1"}]}, "Step 2"),
        ({"symbol": SWAP, "script": [{"after_ms": 2, "price": 1}]}, "price"),
        ({"symbol": SWAP, "replay": {"path": "/nowhere.csv"}}, "nowhere.csv"),
        ({"symbol": SWAP, "replay": {"path": "/nowhere.csv", "speed": "0"}}, "above 0"),
        ({"symbol": SWAP, "frozen": True, "script": [{"after_ms": 2, "price": "1"}]}, "frozen"),
    ],
)
async def test_what_cannot_be_changes_nothing(okx, body: dict, words: str) -> None:
    before = await okx.control("GET", "market")
    answer = await okx.control("POST", "market", {"levels": 3, **body}, expect=400)
    assert words in answer["error"]
    assert await okx.control("GET", "market") == before
    assert market_of(okx).ladder.levels != 3


async def test_a_price_that_one_venue_cannot_have_moves_none(start_venues) -> None:
    async with start_venues(venues=["binance", "bybit"], walking=False) as venues:
        before = await venues.control("GET", "market?symbol=BTC/USDT")
        for tick in ("0.01", "0.1"):
            exchange = "binance" if tick == "0.01" else "bybit"
            await venues.control(
                "POST", "market", {"symbol": "BTC/USDT", "exchange": exchange, "rules": {"tick_size": tick}}
            )
        answer = await venues.control("POST", "market", {"symbol": "BTC/USDT", "price": "65000.05"}, expect=400)
        assert answer["error"] == "BTC/USDT has a tick of 0.1 at bybit"
        after = await venues.control("GET", "market?symbol=BTC/USDT")
        assert [row["price"] for row in after["markets"]] == [row["price"] for row in before["markets"]]


async def test_funding_is_settled_when_one_says_so(okx) -> None:
    await okx.control("POST", "orders", {"api_key": KEY, "symbol": SWAP, "side": "buy", "quantity": "0.1"})
    await okx.control("POST", "funding", {"symbol": SWAP, "rate": "0.001"})
    flows = (await okx.control("GET", "ledger"))["flows"]
    assert [(row["kind"], row["symbol"], D(row["amount"])) for row in flows] == [("funding", SWAP, D("-6.5"))]
    assert market_of(okx).funding_rate == D("0.0001")
    answer = await okx.control("POST", "funding", {"symbol": "BTC/USDT"}, expect=400)
    assert answer["error"] == "BTC/USDT is not a contract"


async def test_every_venues_clock_is_told(timed) -> None:
    venues, clock = timed
    told = (await venues.control("GET", "time"))["exchanges"]
    assert told == {"okx": {"now_ms": clock.now_ms(), "now": "2025-06-15T15:06:40.000000+00:00"}}
