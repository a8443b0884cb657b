"""ccxt reads the simulated OKX's data, over REST and over its sockets, of a pair and of a swap."""

import asyncio

import pytest

PAIR = "BTC/USDT"
SWAP = "BTC/USDT:USDT"
BOTH = pytest.mark.parametrize("symbol", [PAIR, SWAP])


@pytest.fixture(autouse=True)
async def swap(venues) -> None:
    """Both markets stand at 65,000 with 1 BTC on each of 3 levels."""
    await venues.freeze(SWAP, "65000", levels=3, level_quantity="1", half_spread="1")


def in_contracts(symbol: str, base: float) -> float:
    """Return an amount as the venue and ccxt count it."""
    return base * 100 if symbol == SWAP else base


@pytest.mark.conformance("ccxt and ccxt.pro", "okx spot")
@pytest.mark.conformance("ccxt and ccxt.pro", "okx swap")
@BOTH
async def test_market_data_is_fetched(client, symbol: str) -> None:
    ticker = await client.fetch_ticker(symbol)
    assert (ticker["bid"], ticker["ask"], ticker["bidVolume"]) == (64999.0, 65001.0, in_contracts(symbol, 1))
    assert ticker["low"] <= 65000 <= ticker["high"]
    assert symbol in await client.fetch_tickers([symbol])
    assert (await client.fetch_order_book(symbol, 2))["asks"][0][:2] == [65001.0, in_contracts(symbol, 1)]
    assert (await client.fetch_trades(symbol, limit=1))[0]["price"] == 65000.0
    assert len(await client.fetch_ohlcv(symbol, "1m", limit=10)) == 10
    days = await client.fetch_ohlcv(symbol, "1d", limit=3)
    assert all(day[0] % 86_400_000 == 0 for day in days)
    since = client.milliseconds() - 400 * 3_600_000
    hours = await client.fetch_ohlcv(symbol, "1h", since=since, limit=5)
    assert [hour[0] - hours[0][0] for hour in hours] == [n * 3_600_000 for n in range(5)]
    assert since <= hours[0][0] < since + 3_600_000


async def test_figures_of_swaps_are_fetched(client) -> None:
    market = client.market(SWAP)
    assert (market["id"], market["contractSize"], market["linear"], market["settle"]) == (
        *("BTC-USDT-SWAP", 0.01, True, "USDT"),
    )
    assert market["precision"] == {"amount": 0.01, "price": 0.1}
    assert market["limits"]["leverage"]["max"] == 100.0
    rate = await client.fetch_funding_rate(SWAP)
    assert (rate["fundingRate"], rate["interval"]) == (0.0001, "8h")
    assert len(await client.fetch_funding_rates()) >= 20
    assert len(await client.fetch_funding_rate_history(SWAP, limit=5)) == 5
    assert (await client.fetch_open_interest(SWAP))["openInterestAmount"] > 0
    tiers = await client.fetch_market_leverage_tiers(SWAP)
    assert (tiers[0]["maxLeverage"], tiers[0]["maintenanceMarginRate"]) == (100.0, 0.004)
    assert (await client.fetch_mark_price(SWAP))["markPrice"] == 65000.0
    assert SWAP in await client.fetch_mark_prices([SWAP])
    for kind in ("mark", "index"):
        assert len(await client.fetch_ohlcv(SWAP, "5m", limit=4, params={"price": kind})) == 4
    assert (await client.fetch_status())["status"] == "ok"


@BOTH
async def test_market_data_is_watched(client, venues, symbol: str) -> None:
    async with asyncio.timeout(10):
        assert (await client.watch_ticker(symbol))["bid"] == 64999.0
        assert (await client.watch_bids_asks([symbol]))[symbol]["ask"] == 65001.0
        assert (await client.watch_mark_price(symbol))["markPrice"] == 65000.0
        trades = asyncio.create_task(client.watch_trades(symbol))
        candles = await client.watch_ohlcv(symbol, "1m")
        assert candles[-1][4] == 65000.0
        assert (await client.watch_ohlcv(symbol, "1d"))[-1][4] == 65000.0
        tickers = asyncio.create_task(client.watch_tickers([symbol]))
        await asyncio.sleep(0)
        await venues.control("POST", "market", {"symbol": symbol, "price": "65100"})
        assert (await trades)[-1]["price"] == 65100.0
        assert (await tickers)[symbol]["bid"] == 65099.0


@pytest.mark.usefixtures("vip")
@pytest.mark.parametrize(("limit", "levels"), [(None, 3), (1, 1), (5, 3), (50, 3), (400, 3)])
@BOTH
async def test_every_depth_of_the_book_is_watched(client, venues, symbol: str, limit: int, levels: int) -> None:
    async with asyncio.timeout(10):
        book = await client.watch_order_book(symbol, limit)
        assert (len(book["bids"]), book["bids"][0][:2]) == (levels, [64999.0, in_contracts(symbol, 1)])
        await venues.control("POST", "market", {"symbol": symbol, "price": "65100"})
        while (await client.watch_order_book(symbol, limit))["bids"][0][0] != 65099.0:
            pass
        await client.un_watch_order_book(symbol, {} if limit is None else {"depth": DEPTHS[limit]})


DEPTHS = {1: "bbo-tbt", 5: "books5", 50: "books50-l2-tbt", 400: "books"}


async def test_the_funding_rate_is_watched(client) -> None:
    async with asyncio.timeout(5):
        assert (await client.watch_funding_rate(SWAP))["fundingRate"] == 0.0001


@BOTH
async def test_an_account_is_watched(client, symbol: str) -> None:
    async with asyncio.timeout(10):
        assert (await client.watch_balance())["USDT"]["free"] == 1_000_000.0
        assert await client.watch_positions() == []
        orders = asyncio.create_task(client.watch_orders(symbol))
        trades = asyncio.create_task(client.watch_my_trades(symbol))
        balance = asyncio.create_task(client.watch_balance())
        positions = asyncio.create_task(client.watch_positions())
        await _subscribed(client, 4)
        amount = in_contracts(symbol, 0.01)
        placed = await client.create_order(symbol, "market", "buy", amount, None, {"tgtCcy": "base_ccy"})
        assert {order["id"] for order in await orders} == {placed["id"]}
        assert [(trade["order"], trade["amount"]) for trade in await trades] == [(placed["id"], amount)]
        assert (await balance)["USDT"]["total"] <= 1_000_000.0
        if symbol == SWAP:
            (position,) = await positions
            assert (position["symbol"], position["contracts"], position["side"]) == (SWAP, 1.0, "long")
            assert [entry["contracts"] for entry in await client.fetch_positions([SWAP])] == [1.0]
        else:
            positions.cancel()


async def _subscribed(client, channels: int) -> None:
    """Wait until the private socket has asked for this many channels and was answered."""
    await asyncio.sleep(0)
    socket = next(entry for url, entry in client.clients.items() if url.endswith("/private"))
    while len(socket.subscriptions) < channels:
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.1)


async def test_money_is_moved_and_billed(client) -> None:
    moved = await client.transfer("USDT", 100, "trading", "funding")
    assert (await client.fetch_transfer(moved["id"]))["status"] == "ok"
    assert (await client.fetch_balance({"type": "funding"}))["USDT"]["total"] == 100.0
    await client.create_order(SWAP, "market", "buy", 1)
    entries = await client.fetch_ledger(params={"type": "swap"})
    assert [(entry["type"], entry["currency"]) for entry in entries] == [("trade", "USDT")]
    assert entries[0]["fee"]["cost"] == pytest.approx(650.01 * 0.0005)
    assert await client.fetch_deposits() == []
    assert await client.fetch_withdrawals() == []
    assert (await client.fetch_deposit_address("USDT"))["currency"] == "USDT"
