"""What ccxt can ask the simulated Bybit besides trading: every answer is read as the real one's."""

import asyncio

import pytest

from venuesim_conformance import Row

PAIR, CONTRACT = "BTC/USDT", "BTC/USDT:USDT"
BOTH = ("bybit spot", "bybit linear")

pytestmark = pytest.mark.conformance(Row.CCXT, *BOTH)


@pytest.fixture
async def desk(client, venues):
    """A client that knows the account to be unified, with both markets still."""
    await venues.freeze(CONTRACT, "65000", levels=3, level_quantity="1", half_spread="1")
    client.options["enableUnifiedAccount"] = True
    return client


async def test_public_figures_are_read(desk) -> None:
    for symbol in (PAIR, CONTRACT):
        assert len(await desk.fetch_ohlcv(symbol, "1h", limit=5)) == 5
        assert (await desk.fetch_ticker(symbol))["bid"] == 64999
    assert await desk.fetch_time() > 0
    rate = await desk.fetch_funding_rate(CONTRACT)
    assert (rate["fundingRate"], rate["interval"], rate["markPrice"]) == (0.0001, "8h", 65000)
    assert len(await desk.fetch_funding_rate_history(CONTRACT, limit=3)) == 3
    assert (await desk.fetch_open_interest(CONTRACT))["openInterestAmount"] > 0
    assert len(await desk.fetch_open_interest_history(CONTRACT, "1h", limit=4)) == 4
    assert len(await desk.fetch_long_short_ratio_history(CONTRACT, "1h", limit=2)) == 2
    tiers = await desk.fetch_market_leverage_tiers(CONTRACT)
    assert (tiers[0]["maxLeverage"], tiers[0]["maintenanceMarginRate"]) == (150, 0.0033)
    assert len(await desk.fetch_leverage_tiers([CONTRACT, "ETH/USDT:USDT"])) == 2
    assert set(await desk.fetch_bids_asks([CONTRACT], {"category": "linear"})) == {CONTRACT}
    for method in ("fetch_mark_ohlcv", "fetch_index_ohlcv", "fetch_premium_index_ohlcv"):
        assert len(await getattr(desk, method)(CONTRACT, "1h", limit=2)) == 2


async def test_figures_of_the_account_are_read(desk) -> None:
    await desk.create_order(CONTRACT, "market", "buy", 0.1)
    fee = await desk.fetch_trading_fee(CONTRACT)
    assert (fee["maker"], fee["taker"]) == (0.0002, 0.00055)
    assert (await desk.fetch_trading_fees())[CONTRACT]["taker"] == 0.00055
    (entry,) = await desk.fetch_ledger("USDT")
    assert (entry["type"], entry["currency"]) == ("trade", "USDT")
    (position,) = await desk.fetch_positions([CONTRACT])
    assert (position["side"], position["contracts"], position["entryPrice"]) == ("long", 0.1, 65001)
    balance = await desk.fetch_balance()
    assert balance["USDT"]["total"] == pytest.approx(1_000_000 - 0.1 * 65001 * 0.00055)
    leverage = await desk.fetch_leverage(CONTRACT)
    assert leverage["longLeverage"] == 10
    assert await desk.fetch_funding_history(CONTRACT) == []


async def test_money_moves_and_is_found_again(desk) -> None:
    moved = await desk.transfer("USDT", 25, "unified", "funding")
    assert moved["status"] == "ok"
    (found,) = await desk.fetch_transfers("USDT")
    assert (found["id"], found["amount"]) == (moved["id"], 25)
    assert (await desk.fetch_balance({"type": "funding"}))["USDT"]["total"] == 25
    assert await desk.fetch_deposits("USDT") == []
    assert await desk.fetch_withdrawals("USDT") == []
    assert (await desk.fetch_deposit_address("BTC", {"network": "BTC"}))["currency"] == "BTC"


async def test_the_market_is_watched(desk, venues) -> None:
    async def move(symbol: str, price: str) -> None:
        await venues.control("POST", "market", {"symbol": symbol, "price": price})
        await asyncio.sleep(0.05)

    async with asyncio.timeout(30):
        for symbol in (PAIR, CONTRACT):
            assert (await desk.watch_ticker(symbol))["last"] == 65000
            assert (await desk.watch_order_book(symbol))["bids"][0] == [64999, 1]
            assert (await desk.watch_ohlcv(symbol, "1m"))[-1][4] == 65000
            assert (await desk.watch_bids_asks([symbol]))[symbol]["ask"] == 65001
            watching = asyncio.create_task(desk.watch_trades(symbol))
            while not watching.done():  # Trades from before the subscription are not told.
                await move(symbol, "65100")
            assert (await watching)[-1]["price"] == 65100
            await move(symbol, "65200")
            while desk.tickers[symbol]["last"] != 65200:
                await asyncio.sleep(0.01)


async def test_positions_are_watched(desk) -> None:
    desk.options["watchPositions"]["fetchPositionsSnapshot"] = False
    acknowledged = asyncio.Event()
    handle = desk.handle_message

    def heard(socket: object, message: dict) -> None:
        handle(socket, message)
        if message.get("op") == "subscribe":
            acknowledged.set()

    desk.handle_message = heard
    async with asyncio.timeout(30):
        watching = asyncio.create_task(desk.watch_positions([CONTRACT]))
        await acknowledged.wait()
        await desk.create_order(CONTRACT, "market", "sell", 0.2)
        (position,) = await watching
        while not position["contracts"]:
            (position,) = await desk.watch_positions([CONTRACT])
    assert (position["symbol"], position["side"], position["contracts"]) == (CONTRACT, "short", 0.2)
