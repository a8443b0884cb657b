"""What happens past the API (orders by hand, forced closes, busts) is seen through every venue's own API."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from venuesim_ccxt import COLUMNS, Column, new_client

KEY = "k" * 64


@pytest.fixture(params=COLUMNS, ids=str)
async def trading(request, start_venues) -> AsyncIterator[tuple[Column, Any, Any]]:
    async with start_venues(venues=[request.param.venue], walking=False) as venues:
        await venues.freeze(request.param.symbol, "65000", levels=3, level_quantity="1", half_spread="10")
        client = new_client(request.param, venues.simulator.urls[request.param.venue])
        try:
            await client.load_markets()
            yield request.param, venues, client
        finally:
            await client.close()


async def by_hand(venues, column: Column, side: str, quantity: str, **body: object) -> dict:
    order = {"api_key": KEY, "symbol": column.symbol, "side": side, "quantity": quantity, **body}
    return (await venues.control("POST", "orders", order))["order"]


async def test_orders_by_hand_are_listed(trading) -> None:
    column, venues, client = trading
    filled = await by_hand(venues, column, "buy", "0.1")
    resting = await by_hand(venues, column, "sell", "0.1", type="limit", price="66000")
    (open_order,) = await client.fetch_open_orders(column.symbol)
    assert open_order["id"] == resting["exchange_order_id"]
    trades = await client.fetch_my_trades(column.symbol)
    assert {trade["order"] for trade in trades} == {filled["exchange_order_id"]}
    if not column.is_spot:
        (position,) = await client.fetch_positions([column.symbol])
        assert position["contracts"] * position["contractSize"] == pytest.approx(0.1)


async def test_a_bust_shows_in_balances(trading) -> None:
    column, venues, client = trading
    before = await client.fetch_balance()
    await by_hand(venues, column, "buy", "0.1")
    cursor = "1.0.0.0.0" if str(column) == "binance linear" else ""
    (execution,) = (await venues.control("GET", f"ledger?cursor={cursor}"))["executions"]
    await venues.control("POST", "busts", {"trade_id": execution["trade_id"], "symbol": column.symbol})
    after = await client.fetch_balance()
    assert after["total"]["USDT"] == before["total"]["USDT"]
    if not column.is_spot:
        assert [row for row in await client.fetch_positions([column.symbol]) if row["contracts"]] == []


@pytest.mark.parametrize("call", ["liquidations", "deleveraging"])
async def test_forced_closes_are_seen(trading, call: str) -> None:
    column, venues, client = trading
    if column.is_spot:
        answer = await venues.control("POST", call, {"api_key": KEY, "symbol": column.symbol}, expect=400)
        assert "not a contract" in answer["error"]
        return
    await by_hand(venues, column, "sell", "0.1")
    await venues.control("POST", call, {"api_key": KEY, "symbol": column.symbol})
    kinds = {"liquidations": "BustTrade", "deleveraging": "AdlTrade"}
    wanted = {"execType": kinds[call]} if column.venue == "bybit" else {}  # Bybit lists trades by kind.
    trades = await client.fetch_my_trades(column.symbol, params=wanted)
    assert [trade["side"] for trade in trades] == (["buy"] if wanted else ["sell", "buy"])
    assert [row for row in await client.fetch_positions([column.symbol]) if row["contracts"]] == []
