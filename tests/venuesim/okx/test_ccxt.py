"""ccxt drives the simulated OKX and cannot tell it from the real one."""

import asyncio

import ccxt
import pytest

from venuesim.okx.listing import INSTRUMENTS
from venuesim.okx.listing_linear import INSTRUMENTS_LINEAR

SYMBOL = "BTC/USDT"


async def test_markets_have_the_venues_precision_and_limits(client) -> None:
    market = client.market(SYMBOL)
    assert (market["id"], market["spot"], market["active"]) == ("BTC-USDT", True, True)
    assert market["precision"] == {"amount": 1e-8, "price": 0.1}
    assert market["limits"]["amount"] == {"min": 1e-5, "max": 9999999999.0}
    assert len(client.markets) == len(INSTRUMENTS) + len(INSTRUMENTS_LINEAR)
    assert {market["type"] for market in client.markets.values()} == {"spot", "swap"}
    assert client.currencies["BTC"]["deposit"]


@pytest.mark.conformance("Market order by base quantity", "okx spot")
@pytest.mark.conformance("Maker and taker fees in their assets", "okx spot")
async def test_a_market_buy_by_base_fills_and_pays_its_fee_in_the_base(client) -> None:
    placed = await client.create_order(SYMBOL, "market", "buy", 0.01, None, {"clientOrderId": "base1"})
    found = await client.fetch_order(placed["id"], SYMBOL)
    assert (found["status"], found["filled"], found["average"]) == ("closed", 0.01, 65001.0)
    assert found["clientOrderId"] == "base1"
    assert found["fee"] == {"cost": 1e-5, "currency": "BTC"}


@pytest.mark.conformance("Market order by quote quantity", "okx spot")
async def test_a_market_buy_by_cost_spends_the_quote_amount(client) -> None:
    placed = await client.create_market_buy_order_with_cost(SYMBOL, 65001)
    found = await client.fetch_order(placed["id"], SYMBOL)
    assert (found["status"], found["filled"], found["cost"]) == ("closed", 1.0, 65001.0)


@pytest.mark.conformance("Limit order", "okx spot")
@pytest.mark.conformance("Cancel one", "okx spot")
async def test_a_limit_order_rests_is_found_by_both_ids_and_is_canceled(client) -> None:
    placed = await client.create_order(SYMBOL, "limit", "buy", "0.02", "60000", {"clientOrderId": "rest1"})
    by_id = await client.fetch_order(placed["id"], SYMBOL)
    by_client_id = await client.fetch_order(None, SYMBOL, {"clientOrderId": "rest1"})
    assert by_id == by_client_id
    assert (by_id["status"], by_id["price"], by_id["remaining"]) == ("open", 60000.0, 0.02)
    assert [order["id"] for order in await client.fetch_open_orders()] == [placed["id"]]
    assert [order["id"] for order in await client.fetch_open_orders(SYMBOL)] == [placed["id"]]
    held = await client.fetch_balance()
    assert held["USDT"] == {"free": 998800.0, "used": 1200.0, "total": 1000000.0}

    await client.cancel_order(None, SYMBOL, {"clientOrderId": "rest1"})
    assert (await client.fetch_order(placed["id"], SYMBOL))["status"] == "canceled"
    assert await client.fetch_open_orders() == []
    with pytest.raises(ccxt.OrderNotFound, match="51400"):
        await client.cancel_order(placed["id"], SYMBOL)


@pytest.mark.parametrize(
    ("settings", "price", "filled"),
    [
        ({"timeInForce": "IOC"}, 65001, 1.0),
        ({"timeInForce": "FOK"}, 65001, 0.0),
        ({"postOnly": True}, 65001, 0.0),
    ],
)
async def test_what_may_not_rest_or_take_ends_as_canceled(client, settings: dict, price: float, filled: float) -> None:
    placed = await client.create_order(SYMBOL, "limit", "buy", 1.5, price, settings)
    found = await client.fetch_order(placed["id"], SYMBOL)
    assert (found["status"], found["filled"]) == ("canceled", filled)


async def test_a_post_only_order_that_does_not_take_rests(client) -> None:
    placed = await client.create_order(SYMBOL, "limit", "buy", 0.5, 65000, {"postOnly": True})
    found = await client.fetch_order(placed["id"], SYMBOL)
    assert (found["status"], found["postOnly"], found["type"]) == ("open", True, "limit")


async def test_my_trades_are_makers_and_takers_with_positive_costs(client, venues) -> None:
    resting = await client.create_order(SYMBOL, "limit", "sell", 0.25, 65500)
    await venues.control("POST", "market", {"symbol": SYMBOL, "price": "65600"})
    taking = await client.create_order(SYMBOL, "market", "sell", 0.1, None)
    trades = await client.fetch_my_trades(SYMBOL)
    assert [(t["order"], t["takerOrMaker"], t["amount"], t["price"]) for t in trades] == [
        (resting["id"], "maker", 0.25, 65500.0),
        (taking["id"], "taker", 0.1, 65599.0),
    ]
    assert [t["fee"] for t in trades] == [
        {"cost": 13.1, "currency": "USDT"},
        {"cost": 6.5599, "currency": "USDT"},
    ]
    own = await client.fetch_order_trades(taking["id"], SYMBOL)
    assert [t["id"] for t in own] == [trades[1]["id"]]


async def test_a_batch_is_placed_and_canceled_order_by_order(client) -> None:
    wanted = {"symbol": SYMBOL, "type": "limit", "side": "buy", "amount": 0.01}
    placed = await client.create_orders([{**wanted, "price": 60000}, {**wanted, "price": 60001}])
    assert len({order["id"] for order in placed}) == 2
    await client.cancel_orders([order["id"] for order in placed], SYMBOL)
    assert await client.fetch_open_orders(SYMBOL) == []


async def test_prices_come_by_request_and_by_stream(client) -> None:
    ticker = await client.fetch_ticker(SYMBOL)
    assert (ticker["bid"], ticker["ask"], ticker["askVolume"]) == (64999.0, 65001.0, 1.0)
    assert len(await client.fetch_tickers()) == len(INSTRUMENTS)
    assert (await client.fetch_order_book(SYMBOL, 2))["bids"] == [[64999.0, 1.0, 0], [64992.5, 1.0, 0]]
    async with asyncio.timeout(5):
        assert (await client.watch_ticker(SYMBOL))["bid"] == 64999.0
        assert (await client.watch_order_book(SYMBOL))["asks"][0] == [65001.0, 1.0]


async def test_a_book_is_followed_over_many_steps_without_a_gap(client, venues) -> None:
    async with asyncio.timeout(10):
        for price in ("65100", "65200", "65300"):
            await client.watch_order_book(SYMBOL)
            await venues.control("POST", "market", {"symbol": SYMBOL, "price": price})
        while (book := await client.watch_order_book(SYMBOL))["bids"][0][0] != 65299.0:
            pass
    assert book["asks"][0][0] == 65301.0
    assert len(book["bids"]) == 3


async def test_the_private_stream_tells_orders_and_balances(client) -> None:
    frames: asyncio.Queue[dict] = asyncio.Queue()
    handle = client.handle_message
    client.handle_message = lambda socket, message: (handle(socket, message), frames.put_nowait(message))
    async with asyncio.timeout(5):
        assert (await client.watch_balance())["USDT"]["free"] == 1000000.0
        orders = asyncio.create_task(client.watch_orders(SYMBOL))
        while (frame := await frames.get()).get("event") != "subscribe" or frame["arg"]["channel"] != "orders":
            pass
        changed = asyncio.create_task(client.watch_balance())
        await asyncio.sleep(0)
        placed = await client.create_order(SYMBOL, "limit", "buy", 0.01, 60000)
        assert [(o["id"], o["status"]) for o in await orders] == [(placed["id"], "open")]
        assert (await changed)["USDT"] == {"free": 999400.0, "used": 600.0, "total": 1000000.0}


async def test_orders_are_placed_and_canceled_over_the_socket(client) -> None:
    async with asyncio.timeout(5):
        placed = await client.create_order_ws(SYMBOL, "limit", "buy", 0.01, 60000, {"clientOrderId": "ws1"})
        assert (await client.fetch_order(placed["id"], SYMBOL))["clientOrderId"] == "ws1"
        await client.cancel_order_ws(placed["id"], SYMBOL)
        assert (await client.fetch_order(placed["id"], SYMBOL))["status"] == "canceled"
        with pytest.raises(ccxt.OrderNotFound):
            await client.cancel_order_ws(placed["id"], SYMBOL)


@pytest.mark.parametrize(
    ("amount", "price", "error"),
    [
        (100, 60000, ccxt.InsufficientFunds),
        (0.01, 99000, ccxt.InvalidOrder),
        (0.000001, 60000, ccxt.InvalidOrder),
    ],
)
async def test_refusals_become_ccxts_errors(client, amount: float, price: float, error: type[Exception]) -> None:
    with pytest.raises(error):
        await client.create_order(SYMBOL, "limit", "buy", amount, price)
