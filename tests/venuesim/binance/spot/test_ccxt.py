"""ccxt, unchanged but for its URLs, does everything an order manager needs."""

import asyncio
from decimal import Decimal

import ccxt.pro
import pytest

from venuesim_conformance import Row

D = Decimal
SYMBOL = "BTC/USDT"

pytestmark = pytest.mark.conformance(Row.CCXT, "binance spot")


async def test_markets_have_the_real_precision_and_limits(client: ccxt.pro.binance) -> None:
    market = client.market(SYMBOL)
    assert len(client.markets) >= 12
    assert {"ETH/BTC", "BNB/USDT", "DOGE/USDT"} <= set(client.markets)
    assert (market["precision"]["amount"], market["precision"]["price"]) == (0.00001, 0.01)
    assert market["limits"]["amount"] == {"min": 0.00001, "max": 9000.0}
    assert market["limits"]["cost"] == {"min": 5.0, "max": 9000000.0}
    assert (market["active"], market["spot"], market["maker"], market["taker"]) == (True, True, 0.001, 0.001)


async def test_a_market_order_by_base_fills_at_the_book_with_its_fee_in_the_received_asset(client) -> None:
    order = await client.create_order(SYMBOL, "market", "buy", "1.5")
    assert (order["status"], order["filled"], order["cost"]) == ("closed", 1.5, 65001.0 + 65007.5 * 0.5)
    assert order["fee"] == {"currency": "BTC", "cost": 0.0015}
    assert [trade["amount"] for trade in order["trades"]] == [1.0, 0.5]
    order = await client.create_order(SYMBOL, "market", "sell", "0.5")
    assert order["fee"] == {"currency": "USDT", "cost": 32.4995}


async def test_a_market_order_by_cost_spends_no_more_than_the_cost(client) -> None:
    order = await client.create_market_buy_order_with_cost(SYMBOL, 1000)
    assert order["status"] == "closed"
    assert order["filled"] == 0.01538  # 1000 / 65001, cut to whole lots.
    assert order["cost"] <= 1000


async def test_a_limit_order_rests_and_is_found_by_both_ids_and_canceled(client) -> None:
    order = await client.create_order(SYMBOL, "limit", "buy", "0.01", "60000", {"clientOrderId": "mine-1"})
    assert (order["status"], order["clientOrderId"], order["filled"]) == ("open", "mine-1", 0.0)
    by_id = await client.fetch_order(order["id"], SYMBOL)
    by_client_id = await client.fetch_order(None, SYMBOL, {"origClientOrderId": "mine-1"})
    assert by_id["id"] == by_client_id["id"] == order["id"]
    assert [entry["id"] for entry in await client.fetch_open_orders(SYMBOL)] == [order["id"]]
    assert [entry["id"] for entry in await client.fetch_open_orders()] == [order["id"]]
    balance = await client.fetch_balance()
    assert (balance["USDT"]["used"], balance["USDT"]["free"]) == (600.0, 999400.0)
    canceled = await client.cancel_order(None, SYMBOL, {"origClientOrderId": "mine-1"})
    assert (canceled["status"], canceled["id"]) == ("canceled", order["id"])
    assert (await client.fetch_order(order["id"], SYMBOL))["status"] == "canceled"
    assert await client.fetch_open_orders(SYMBOL) == []
    assert (await client.fetch_balance())["USDT"]["used"] == 0.0


async def test_a_big_limit_order_fills_in_parts_and_its_trades_are_listed(client, venues) -> None:
    order = await client.create_order(SYMBOL, "limit", "buy", "2.5", "65001")
    assert (order["status"], order["filled"]) == ("open", 1.0)
    await venues.control("POST", "market", {"symbol": SYMBOL, "price": "64999"})
    filled = await client.fetch_order(order["id"], SYMBOL)
    assert (filled["status"], filled["filled"], filled["average"]) == ("closed", 2.5, 65001.0)
    trades = await client.fetch_my_trades(SYMBOL, None, None, {"orderId": order["id"]})
    assert [(trade["amount"], trade["takerOrMaker"]) for trade in trades] == [(1.0, "taker"), (1.5, "maker")]
    assert [trade["id"] for trade in await client.fetch_my_trades(SYMBOL)] == [trade["id"] for trade in trades]
    newer = await client.fetch_my_trades(SYMBOL, None, None, {"fromId": int(trades[0]["id"]) + 1})
    assert [trade["id"] for trade in newer] == [trades[1]["id"]]


async def test_ioc_fok_and_post_only_do_as_they_say(client) -> None:
    part = await client.create_order(SYMBOL, "limit", "buy", "2", "65001", {"timeInForce": "IOC"})
    assert (part["status"], part["filled"]) == ("expired", 1.0)
    killed = await client.create_order(SYMBOL, "limit", "buy", "5", "65100", {"timeInForce": "FOK"})
    assert (killed["status"], killed["filled"]) == ("expired", 0.0)
    done = await client.create_order(SYMBOL, "limit", "buy", "1", "65100", {"timeInForce": "FOK"})
    assert (done["status"], done["filled"]) == ("closed", 1.0)
    resting = await client.create_order(SYMBOL, "limit", "buy", "1", "64000", {"postOnly": True})
    assert (resting["status"], resting["postOnly"]) == ("open", True)
    with pytest.raises(ccxt.pro.OrderImmediatelyFillable):
        await client.create_order(SYMBOL, "limit", "buy", "1", "65100", {"postOnly": True})


async def test_all_orders_of_a_symbol_are_canceled_at_once(client) -> None:
    for price in ("60000", "61000"):
        await client.create_order(SYMBOL, "limit", "buy", "0.01", price)
    canceled = await client.cancel_all_orders(SYMBOL)
    assert [order["status"] for order in canceled] == ["canceled", "canceled"]
    assert [order["status"] for order in await client.fetch_orders(SYMBOL)] == ["canceled", "canceled"]
    with pytest.raises(ccxt.pro.OrderNotFound):
        await client.cancel_all_orders(SYMBOL)


async def test_tickers_and_books_by_rest_agree(client) -> None:
    ticker = await client.fetch_ticker(SYMBOL)
    book = await client.fetch_order_book(SYMBOL, 5)
    assert (ticker["bid"], ticker["ask"]) == (book["bids"][0][0], book["asks"][0][0]) == (64999.0, 65001.0)
    assert ticker["last"] == 65000.0
    assert ticker["low"] <= ticker["last"] <= ticker["high"]
    many = await client.fetch_tickers([SYMBOL, "ETH/USDT"])
    assert set(many) == {SYMBOL, "ETH/USDT"}
    spot = {symbol for symbol, market in client.markets.items() if market["spot"]}
    assert set(await client.fetch_bids_asks()) == spot


@pytest.mark.parametrize("name", ["miniTicker", "ticker"])
async def test_the_ticker_streams(client, name: str) -> None:
    ticker = await asyncio.wait_for(client.watch_ticker("ETH/USDT", {"name": name}), 10)
    assert 1000 < ticker["last"] < 10000
    assert (ticker["bid"] is not None) == (name == "ticker")


async def test_best_prices_trades_and_the_book_stream(client, venues) -> None:
    best = await asyncio.wait_for(client.watch_bids_asks([SYMBOL]), 10)
    assert (best[SYMBOL]["bid"], best[SYMBOL]["ask"]) == (64999.0, 65001.0)
    trades = await asyncio.wait_for(client.watch_trades("ETH/USDT"), 10)
    assert trades[0]["price"] > 0
    await asyncio.wait_for(client.watch_order_book("ETH/USDT"), 10)
    await venues.freeze("ETH/USDT", "3000", levels=2, level_quantity="1", half_spread="1")
    for _ in range(40):
        book = await asyncio.wait_for(client.watch_order_book("ETH/USDT"), 10)
        if len(book["bids"]) == 2:
            break
    assert (list(book["bids"]), list(book["asks"])) == (
        [[2999.0, 1.0], [2998.7, 1.0]],
        [[3001.0, 1.0], [3001.3, 1.0]],
    )


async def until_subscribed(venues) -> None:
    streams = venues.simulator.venues["binance"].spot.user_streams
    async with asyncio.timeout(10):
        while not any(streams._subscriptions.values()):
            await asyncio.sleep(0.01)
    await asyncio.sleep(0.2)  # The acknowledgement is on its way to ccxt; it keeps no event that comes before it.


async def test_user_streams_tell_orders_trades_and_balances(client, venues) -> None:
    orders = asyncio.create_task(client.watch_orders(SYMBOL))
    trades = asyncio.create_task(client.watch_my_trades(SYMBOL))
    balance = asyncio.create_task(client.watch_balance())
    await until_subscribed(venues)
    placed = await client.create_order(SYMBOL, "market", "buy", "0.5")
    assert (await asyncio.wait_for(orders, 5))[-1]["id"] == placed["id"]
    trade = (await asyncio.wait_for(trades, 5))[-1]
    assert (trade["order"], trade["amount"], trade["fee"]) == (placed["id"], 0.5, {"cost": 0.0005, "currency": "BTC"})
    assert trade["id"] == placed["trades"][0]["id"]
    assert (await asyncio.wait_for(balance, 5))["USDT"]["free"] <= 1_000_000


async def test_orders_by_socket(client) -> None:
    placed = await client.create_order_ws(SYMBOL, "limit", "buy", "0.01", "60000", {"newClientOrderId": "sock"})
    assert (placed["status"], placed["clientOrderId"]) == ("open", "sock")
    assert (await client.fetch_order_ws(placed["id"], SYMBOL))["status"] == "open"
    assert [order["id"] for order in await client.fetch_open_orders_ws(SYMBOL)] == [placed["id"]]
    canceled = await client.cancel_order_ws(placed["id"], SYMBOL)
    assert (canceled["status"], canceled["id"]) == ("canceled", placed["id"])
    with pytest.raises(ccxt.pro.InsufficientFunds):
        await client.create_order_ws(SYMBOL, "limit", "buy", "100", "60000", {"newClientOrderId": "rich"})
    assert await client.fetch_my_trades_ws(SYMBOL) == []


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("limit", "buy", "0.01", "1"), ccxt.pro.InvalidOrder),
        (("limit", "buy", "0.00001", "60000"), ccxt.pro.BadRequest),
        (("limit", "buy", "100", "65000"), ccxt.pro.InsufficientFunds),
        (("limit", "sell", "11", "66000"), ccxt.pro.InsufficientFunds),
    ],
)
async def test_refusals_reach_ccxt_as_its_own_errors(client, arguments: tuple, error: type) -> None:
    with pytest.raises(error):
        await client.create_order(SYMBOL, *arguments)


async def test_a_wrong_secret_is_an_authentication_error(client) -> None:
    client.secret = "wrong"
    with pytest.raises(ccxt.pro.AuthenticationError):
        await client.fetch_balance()
