"""ccxt drives the simulated Bybit and cannot tell it from the real one."""

import asyncio

import ccxt
import pytest

from venuesim.bybit.listing import INSTRUMENTS
from venuesim.bybit.listing_linear import INSTRUMENTS_LINEAR
from venuesim_conformance import Row

SYMBOL = "BTC/USDT"
KNOWN = {"acknowledged": True}
IN_SPOT = {"type": "spot"}  # Without a symbol ccxt asks for swaps.


async def test_markets_have_the_venues_precision_and_limits(client) -> None:
    market = client.market(SYMBOL)
    assert (market["id"], market["spot"], market["active"]) == ("BTCUSDT", True, True)
    assert market["precision"] == {"amount": 1e-6, "price": 0.1}
    assert (market["limits"]["amount"]["min"], market["limits"]["cost"]) == (1e-6, {"min": 5.0, "max": 8000000.0})
    assert len(client.markets) == len(INSTRUMENTS) + len(INSTRUMENTS_LINEAR)
    assert {market["type"] for market in client.markets.values()} == {"spot", "swap"}
    assert client.currencies["BTC"]["deposit"]


@pytest.mark.conformance(Row.MARKET_BASE, "bybit spot")
@pytest.mark.conformance(Row.FEES, "bybit spot")
async def test_a_market_buy_by_base_fills_and_pays_its_fee_in_the_base(client) -> None:
    placed = await client.create_order(SYMBOL, "market", "buy", 0.01, None, {"clientOrderId": "base1"})
    found = await client.fetch_order(placed["id"], SYMBOL, KNOWN)
    assert (found["status"], found["filled"], found["average"]) == ("closed", 0.01, 65001.0)
    assert found["clientOrderId"] == "base1"
    assert found["fee"] == {"cost": 1e-5, "currency": "BTC"}


@pytest.mark.conformance(Row.MARKET_QUOTE, "bybit spot")
async def test_a_market_buy_by_cost_spends_the_quote_amount(client) -> None:
    placed = await client.create_market_buy_order_with_cost(SYMBOL, 65001)
    found = await client.fetch_order(placed["id"], SYMBOL, KNOWN)
    assert (found["status"], found["filled"], found["cost"]) == ("closed", 1.0, 65001.0)


@pytest.mark.conformance(Row.LIMIT, "bybit spot")
@pytest.mark.conformance(Row.BALANCES, "bybit spot")
async def test_a_limit_order_rests_is_found_by_both_ids_and_is_canceled(client) -> None:
    placed = await client.create_order(SYMBOL, "limit", "buy", "0.02", "63000", {"clientOrderId": "rest-1_a"})
    by_id = await client.fetch_order(placed["id"], SYMBOL, KNOWN)
    (by_client_id,) = await client.fetch_open_orders(SYMBOL, None, None, {"orderLinkId": "rest-1_a"})
    assert by_id == by_client_id
    assert (by_id["status"], by_id["price"], by_id["remaining"]) == ("open", 63000.0, 0.02)
    assert [order["id"] for order in await client.fetch_open_orders(params=IN_SPOT)] == [placed["id"]]
    held = await client.fetch_balance()
    assert held["USDT"] == {"free": 998740.0, "used": 1260.0, "total": 1000000.0, "debt": 0.0}

    await client.cancel_order(None, SYMBOL, {"orderLinkId": "rest-1_a"})
    assert (await client.fetch_order(placed["id"], SYMBOL, KNOWN))["status"] == "canceled"
    assert await client.fetch_open_orders(params=IN_SPOT) == []
    with pytest.raises(ccxt.InvalidOrder, match="170142"):
        await client.cancel_order(placed["id"], SYMBOL)
    with pytest.raises(ccxt.OrderNotFound, match="170213"):
        await client.cancel_order("17", SYMBOL)


@pytest.mark.parametrize(
    ("settings", "status", "filled"),
    [
        ({"timeInForce": "IOC"}, "closed", 1.0),  # ccxt calls PartiallyFilledCanceled closed.
        ({"timeInForce": "FOK"}, "canceled", 0.0),
        ({"postOnly": True}, "rejected", 0.0),
    ],
)
@pytest.mark.conformance(Row.IOC, "bybit spot")
@pytest.mark.conformance(Row.FOK, "bybit spot")
@pytest.mark.conformance(Row.POST_ONLY, "bybit spot")
async def test_what_may_not_rest_or_take_ends_at_once(client, settings: dict, status: str, filled: float) -> None:
    placed = await client.create_order(SYMBOL, "limit", "buy", 1.5, 65001, settings)
    found = await client.fetch_order(placed["id"], SYMBOL, KNOWN)
    assert (found["status"], found["filled"]) == (status, filled)


async def test_a_post_only_order_that_does_not_take_rests(client) -> None:
    placed = await client.create_order(SYMBOL, "limit", "buy", 0.5, 65000, {"postOnly": True})
    found = await client.fetch_order(placed["id"], SYMBOL, KNOWN)
    assert (found["status"], found["postOnly"], found["timeInForce"]) == ("open", True, "PO")


async def test_my_trades_are_makers_and_takers_with_positive_costs(client, venues) -> None:
    resting = await client.create_order(SYMBOL, "limit", "sell", 0.25, 65500)
    await venues.control("POST", "market", {"symbol": SYMBOL, "price": "65600"})
    taking = await client.create_order(SYMBOL, "market", "sell", 0.1, None)
    trades = await client.fetch_my_trades(SYMBOL)
    assert [(t["order"], t["takerOrMaker"], t["amount"], t["price"]) for t in trades] == [
        (resting["id"], "maker", 0.25, 65500.0),
        (taking["id"], "taker", 0.1, 65599.0),
    ]
    assert [(t["fee"]["cost"], t["fee"]["currency"]) for t in trades] == [(16.375, "USDT"), (6.5599, "USDT")]
    own = await client.fetch_order_trades(taking["id"], SYMBOL)
    assert [t["id"] for t in own] == [trades[1]["id"]]


async def test_all_orders_are_canceled_at_once(client) -> None:
    for price in (63000, 63001):
        await client.create_order(SYMBOL, "limit", "buy", 0.01, price)
    await client.cancel_all_orders(SYMBOL)
    assert await client.fetch_open_orders(SYMBOL) == []


async def test_prices_come_by_request_and_by_stream(client, venues) -> None:
    ticker = await client.fetch_ticker(SYMBOL)
    assert (ticker["bid"], ticker["ask"], ticker["askVolume"]) == (64999.0, 65001.0, 1.0)
    assert len(await client.fetch_tickers(params=IN_SPOT)) == len(INSTRUMENTS)
    assert (await client.fetch_order_book(SYMBOL, 2))["bids"] == [[64999.0, 1.0], [64992.5, 1.0]]
    async with asyncio.timeout(5):
        assert (await client.watch_ticker(SYMBOL))["last"] == 65000.0
        assert (await client.watch_order_book(SYMBOL))["asks"][0] == [65001.0, 1.0]
        await venues.control("POST", "market", {"symbol": SYMBOL, "price": "65100"})
        while (book := await client.watch_order_book(SYMBOL))["bids"][0][0] != 65099.0:
            pass
        assert [len(book["asks"]), len(book["bids"])] == [3, 3]


async def test_the_private_stream_tells_orders_trades_and_balances(client) -> None:
    frames: asyncio.Queue[dict] = asyncio.Queue()
    handle = client.handle_message
    client.handle_message = lambda socket, message: (handle(socket, message), frames.put_nowait(message))
    async with asyncio.timeout(5):
        watching = [
            asyncio.create_task(watch)
            for watch in (client.watch_orders(SYMBOL), client.watch_my_trades(SYMBOL), client.watch_balance())
        ]
        acknowledged = 0
        while acknowledged < len(watching):
            acknowledged += (await frames.get()).get("op") == "subscribe"
        placed = await client.create_order(SYMBOL, "limit", "buy", 0.01, 65001)
        orders, trades, balance = await asyncio.gather(*watching)
    assert orders[0]["id"] == placed["id"]
    assert [(t["order"], t["amount"], t["price"], t["takerOrMaker"]) for t in trades] == [
        (placed["id"], 0.01, 65001.0, "taker")
    ]
    assert balance["USDT"]["total"] in {1000000.0, 999349.99}


async def test_orders_are_placed_and_canceled_over_the_trade_socket(client) -> None:
    async with asyncio.timeout(5):
        placed = await client.create_order_ws(SYMBOL, "limit", "buy", 0.01, 63000, {"clientOrderId": "ws1"})
        assert (await client.fetch_order(placed["id"], SYMBOL, KNOWN))["clientOrderId"] == "ws1"
        await client.cancel_order_ws(placed["id"], SYMBOL)
        assert (await client.fetch_order(placed["id"], SYMBOL, KNOWN))["status"] == "canceled"
        with pytest.raises(ccxt.InvalidOrder, match="170142"):
            await client.cancel_order_ws(placed["id"], SYMBOL)


@pytest.mark.parametrize(
    ("amount", "price", "error"),
    [
        (50, 63000, ccxt.InsufficientFunds),
        (0.01, 99000, ccxt.InvalidOrder),
        (0.00001, 63000, ccxt.InvalidOrder),
    ],
)
async def test_refusals_become_ccxts_errors(client, amount: float, price: float, error: type[Exception]) -> None:
    with pytest.raises(error):
        await client.create_order(SYMBOL, "limit", "buy", amount, price)
