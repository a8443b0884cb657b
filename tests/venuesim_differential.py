"""The calls of ccxt that an order manager makes, and what must come of each: the same at every venue, or it says so."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any, NamedTuple

import ccxt

from venuesim_ccxt import Column

PRICE = 65_000
FAR = 64_000
FARTHER = 63_900
BASE = 0.01
PATIENCE_SECONDS = 10


class Told(NamedTuple):
    """What ccxt tells of an order, as far as venues agree on it: base amounts, and whether it still works."""

    side: str
    is_open: bool
    amount: Decimal
    filled: Decimal


class Desk:
    """A client at one column, with what the calls before have left behind."""

    def __init__(self, column: Column, client: Any, sim: Any) -> None:
        self.column = column
        self.client = client
        self.sim = sim
        self.control = sim.control
        self.symbol = column.symbol
        self.size = client.market(self.symbol)["contractSize"] or 1
        self.amount = BASE / self.size

    async def order(self, order_type: str, side: str, price: float | None = None, **params: object) -> dict:
        """Place an order of the usual size."""
        params.setdefault("clientOrderId", new_id())
        return await self.client.create_order(self.symbol, order_type, side, self.amount, price, params)

    async def resting(self, price: float = FAR) -> dict:
        """Place a limit order that rests."""
        return await self.order("limit", "buy", price)

    async def again(self, order: dict, **params: object) -> dict:
        """Fetch an order as the venue shows it now."""
        if self.column.venue == "bybit":
            params.setdefault("acknowledged", True)
        return await self.client.fetch_order(order["id"], self.symbol, params)

    async def told(self, order: dict, **params: object) -> Told:
        """Fetch an order, and return what venues agree on."""
        shown = await self.again(order, **params)
        size = Decimal(str(self.size))
        amount, filled = (Decimal(str(shown[name] or 0)) * size for name in ("amount", "filled"))
        return Told(shown["side"], shown["status"] == "open", amount.normalize(), filled.normalize())

    async def truth(self, order: dict) -> dict:
        """Return the ledger's row of an order."""
        (row,) = await self.rows("orders", order)
        return row

    async def rows(self, kind: str, order: dict) -> list[dict]:
        """Return the ledger's rows about an order; a venue with several wallets has a page for each."""
        path = f"ledger?exchange={self.column.venue}&limit=10000"
        rows, cursor = [], ""
        while cursor is not None:
            ledger = await self.control("GET", f"{path}&cursor={cursor}")
            rows += [row for row in ledger[kind] if row["symbol"] == self.symbol]
            cursor = ledger["next_cursor"]
        return [row for row in rows if row["exchange_order_id"] == str(order["id"])]

    async def open_everywhere(self) -> list[dict]:
        """Fetch the open orders of all symbols of the column's market."""
        # ccxt takes Binance's default type from its options of this very call, where there is none.
        params = {"type": "swap"} if str(self.column) == "binance linear" else {}
        return await self.client.fetch_open_orders(params=params)


def new_id() -> str:
    """Return a client order id that every venue takes."""
    return f"tg{uuid.uuid4().hex[:26]}"


AMOUNT = Decimal("0.01")
OPEN_BUY = Told("buy", True, AMOUNT, Decimal(0))
BOUGHT = Told("buy", False, AMOUNT, AMOUNT)
SOLD = Told("sell", False, AMOUNT, AMOUNT)


async def agrees(desk: Desk, order: dict, expected: Told) -> None:
    """Check an order as ccxt shows it, and as the ledger has it."""
    assert await desk.told(order) == expected
    row = await desk.truth(order)
    assert row["side"] == expected.side
    assert Decimal(row["quantity"]) == expected.amount
    assert Decimal(row["filled_quantity"]) == expected.filled
    assert (row["status"] in {"new", "partially_filled", "waiting"}) is expected.is_open


async def waits(desk: Desk, order: dict, kind: str = "trigger") -> None:
    """Check that a conditional order is listed among the open ones of its kind, then cancel it."""
    params = _LISTED.get((str(desk.column), kind), {"trigger": True})
    listed = await desk.client.fetch_open_orders(desk.symbol, params=params)
    assert order["id"] in [entry["id"] for entry in listed]
    shown = await desk.again(order, **params)
    assert (shown["id"], shown["status"]) == (order["id"], "open")
    await desk.client.cancel_order(order["id"], desk.symbol, params)
    listed = await desk.client.fetch_open_orders(desk.symbol, params=params)
    assert order["id"] not in [entry["id"] for entry in listed]


_LISTED: dict[tuple[str, str], dict[str, object]] = {
    ("okx spot", "protection"): {"trigger": True, "ordType": "conditional"},
    ("okx swap", "protection"): {"trigger": True, "ordType": "conditional"},
    ("okx spot", "trailing"): {"trigger": True, "ordType": "move_order_stop"},
    ("okx swap", "trailing"): {"trigger": True, "ordType": "move_order_stop"},
    ("bybit spot", "protection"): {"orderFilter": "tpslOrder"},
}
"""How else ccxt must be told to find a kind of conditional order."""


# Order entry by REST


async def market_buy(desk: Desk) -> None:
    await agrees(desk, await desk.order("market", "buy"), BOUGHT)


async def market_sell(desk: Desk) -> None:
    await agrees(desk, await desk.order("market", "sell"), SOLD)


async def market_buy_with_price(desk: Desk) -> None:
    told = await desk.told(await desk.order("market", "buy", PRICE))
    assert not told.is_open
    assert Decimal("0.0099") <= told.filled <= AMOUNT


async def market_buy_by_cost(desk: Desk) -> None:
    order = await desk.client.create_market_buy_order_with_cost(desk.symbol, 500)
    shown = await desk.again(order)
    assert shown["status"] in {"closed", "canceled"}
    assert 490 < shown["cost"] <= 500


async def limit_without_id(desk: Desk) -> None:
    order = await desk.client.create_order(desk.symbol, "limit", "buy", desk.amount, FAR)
    await agrees(desk, order, OPEN_BUY)


async def limit(desk: Desk) -> None:
    client_order_id = new_id()
    order = await desk.order("limit", "buy", FAR, clientOrderId=client_order_id)
    await agrees(desk, order, OPEN_BUY)
    assert (await desk.again(order))["clientOrderId"] == client_order_id
    assert (await desk.truth(order))["client_order_id"] == client_order_id


async def limit_ioc(desk: Desk) -> None:
    order = await desk.order("limit", "buy", FAR, timeInForce="IOC")
    await agrees(desk, order, OPEN_BUY._replace(is_open=False))


async def limit_ioc_that_fills(desk: Desk) -> None:
    await agrees(desk, await desk.order("limit", "buy", PRICE + 100, timeInForce="IOC"), BOUGHT)


async def limit_fok(desk: Desk) -> None:
    try:
        order = await desk.order("limit", "buy", FAR, timeInForce="FOK")
    except ccxt.OrderNotFillable:  # Where the venue says so at once.
        return
    except ccxt.ExchangeError as error:  # So does this one, in a code that ccxt knows by the venue's own address only.
        if "-5021" not in str(error):
            raise
        return
    await agrees(desk, order, OPEN_BUY._replace(is_open=False))


async def limit_post_only(desk: Desk) -> None:
    await agrees(desk, await desk.order("limit", "buy", FAR, postOnly=True), OPEN_BUY)


async def limit_po(desk: Desk) -> None:
    await agrees(desk, await desk.order("limit", "buy", FAR, timeInForce="PO"), OPEN_BUY)


async def post_only_that_would_take(desk: Desk) -> None:
    try:
        order = await desk.order("limit", "buy", PRICE + 100, postOnly=True)
    except (ccxt.OrderImmediatelyFillable, ccxt.OrderNotFillable, ccxt.ExchangeError):
        return
    await agrees(desk, order, OPEN_BUY._replace(is_open=False))


async def limit_reduce_only(desk: Desk) -> None:
    bought = await desk.order("market", "buy")
    assert not (await desk.told(bought)).is_open
    order = await desk.order("limit", "sell", PRICE + 1000, reduceOnly=True)
    await agrees(desk, order, OPEN_BUY._replace(side="sell"))
    assert (await desk.truth(order))["reduce_only"] is not desk.column.is_spot
    await desk.client.cancel_order(order["id"], desk.symbol)


async def self_trade_prevention(desk: Desk) -> None:
    maker = await desk.order("limit", "buy", PRICE - 0.5)
    params = {"smpType": "CancelMaker"} if desk.column.venue == "bybit" else {"selfTradePrevention": "EXPIRE_MAKER"}
    taker = await desk.order("limit", "sell", PRICE - 0.5, **params)
    await agrees(desk, maker, OPEN_BUY._replace(is_open=False))
    shown = await desk.told(taker)
    if shown.is_open:
        await desk.client.cancel_order(taker["id"], desk.symbol)


async def stop_limit(desk: Desk) -> None:
    await waits(desk, await desk.order("limit", "sell", FAR - 100, triggerPrice=FAR, **_down(desk)))


async def stop_market(desk: Desk) -> None:
    await waits(desk, await desk.order("market", "sell", triggerPrice=FAR, **_down(desk)))


async def stop_loss_market(desk: Desk) -> None:
    await waits(desk, await desk.order("market", "sell", stopLossPrice=FAR), "protection")


async def take_profit_limit(desk: Desk) -> None:
    await waits(desk, await desk.order("limit", "sell", PRICE + 900, takeProfitPrice=PRICE + 1000), "protection")


async def take_profit_market(desk: Desk) -> None:
    await waits(desk, await desk.order("market", "sell", takeProfitPrice=PRICE + 1000), "protection")


def _down(desk: Desk) -> dict[str, object]:
    return {"triggerDirection": "descending"} if str(desk.column) == "bybit linear" else {}


async def attached(desk: Desk) -> None:
    protection = {"stopLoss": {"triggerPrice": FAR - 1000}, "takeProfit": {"triggerPrice": PRICE + 1000}}
    order = await desk.order("limit", "buy", FAR, **protection)
    await agrees(desk, order, OPEN_BUY)
    await desk.client.cancel_order(order["id"], desk.symbol)


async def trailing(desk: Desk) -> None:
    params: dict[str, object] = {"trailingAmount": 500} if desk.column.venue == "bybit" else {"trailingPercent": 1}
    if str(desk.column) == "binance spot":
        params["stopLossOrTakeProfit"] = "stopLoss"
    bought = await desk.order("market", "buy")
    assert not (await desk.told(bought)).is_open
    order = await desk.order("market", "sell", **params)
    if desk.column.venue == "bybit":
        position = (await desk.client.fetch_positions([desk.symbol]))[0]
        assert float(position["info"]["trailingStop"]) == 500
        return
    await waits(desk, order, "trailing")


async def batch(desk: Desk) -> None:
    wanted = [
        {"symbol": desk.symbol, "type": "limit", "side": "buy", "amount": desk.amount, "price": price}
        for price in (FAR, FARTHER)
    ]
    orders = await desk.client.create_orders([{**one, "params": {"clientOrderId": new_id()}} for one in wanted])
    for order in orders:
        await agrees(desk, order, OPEN_BUY)
    if desk.client.has["cancelOrders"] and str(desk.column) != "binance spot":
        await desk.client.cancel_orders([order["id"] for order in orders], desk.symbol)
        for order in orders:
            await agrees(desk, order, OPEN_BUY._replace(is_open=False))


# Changes


async def edit(desk: Desk) -> None:
    order = await desk.resting()
    edited = await desk.client.edit_order(order["id"], desk.symbol, "limit", "buy", desk.amount, FARTHER)
    row = await desk.truth({"id": edited["id"]})
    assert Decimal(row["price"]) == FARTHER
    if str(desk.column) != "binance spot":  # Its cancel-replace gives a new id.
        assert edited["id"] == order["id"]


async def cancel(desk: Desk) -> None:
    order = await desk.resting()
    await desk.client.cancel_order(order["id"], desk.symbol)
    await agrees(desk, order, OPEN_BUY._replace(is_open=False))


async def cancel_by_client_order_id(desk: Desk) -> None:
    client_order_id = new_id()
    order = await desk.order("limit", "buy", FAR, clientOrderId=client_order_id)
    params = {"orderLinkId" if desk.column.venue == "bybit" else "clientOrderId": client_order_id}
    await desk.client.cancel_order(None, desk.symbol, params)
    await agrees(desk, order, OPEN_BUY._replace(is_open=False))


async def cancel_what_is_not_there(desk: Desk) -> None:
    order = await desk.resting()
    await desk.client.cancel_order(order["id"], desk.symbol)
    try:
        await desk.client.cancel_order(order["id"], desk.symbol)
    except (ccxt.OrderNotFound, ccxt.InvalidOrder):
        return
    raise AssertionError("an order was canceled twice")


async def cancel_all(desk: Desk) -> None:
    orders = [await desk.resting(price) for price in (FAR, FARTHER)]
    await desk.client.cancel_all_orders(desk.symbol)
    for order in orders:
        await agrees(desk, order, OPEN_BUY._replace(is_open=False))
    assert await desk.client.fetch_open_orders(desk.symbol) == []


# Look-ups


async def look_ups(desk: Desk) -> None:
    client_order_id = new_id()
    order = await desk.order("limit", "buy", FAR, clientOrderId=client_order_id)
    if desk.column.venue == "bybit":
        (found,) = await desk.client.fetch_open_orders(desk.symbol, params={"orderLinkId": client_order_id})
    else:
        found = await desk.client.fetch_order(None, desk.symbol, {"clientOrderId": client_order_id})
    assert found["id"] == order["id"]
    for listed in (await desk.client.fetch_open_orders(desk.symbol), await desk.open_everywhere()):
        assert order["id"] in [entry["id"] for entry in listed]
    await desk.client.cancel_order(order["id"], desk.symbol)
    for listed in (await desk.client.fetch_open_orders(desk.symbol), await desk.open_everywhere()):
        assert order["id"] not in [entry["id"] for entry in listed]


async def closed_orders(desk: Desk) -> None:
    order = await desk.order("market", "buy")
    closed = await desk.client.fetch_closed_orders(desk.symbol)
    assert order["id"] in [entry["id"] for entry in closed]


async def executions(desk: Desk) -> None:
    order = await desk.order("market", "buy")
    trades = [trade for trade in await desk.client.fetch_my_trades(desk.symbol) if trade["order"] == order["id"]]
    rows = await desk.rows("executions", order)
    assert len(trades) == len(rows) > 0
    size = Decimal(str(desk.size))
    assert sum(Decimal(str(trade["amount"])) for trade in trades) * size == sum(
        Decimal(row["quantity"]) for row in rows
    )
    assert {Decimal(str(trade["price"])) for trade in trades} == {Decimal(row["price"]) for row in rows}
    assert {trade["takerOrMaker"] for trade in trades} == {"taker"}
    assert {(trade["fee"]["currency"], Decimal(str(trade["fee"]["cost"]))) for trade in trades} == {
        (row["fee_asset"], Decimal(row["fee"])) for row in rows
    }


async def balance(desk: Desk) -> None:
    shown = await desk.client.fetch_balance()
    ledger = await desk.control("GET", f"ledger?exchange={desk.column.venue}&limit=10000")
    kind = "futures_balances" if str(desk.column) == "binance linear" else "balances"
    rows = ledger[kind]
    cursor = ledger["next_cursor"]
    while cursor is not None:
        ledger = await desk.control("GET", f"ledger?exchange={desk.column.venue}&limit=10000&cursor={cursor}")
        rows, cursor = rows + ledger[kind], ledger["next_cursor"]
    totals = {row["asset"]: Decimal(row["total"]) for row in rows}
    if desk.column.is_spot and desk.column.venue == "binance":
        assert Decimal(str(shown["total"]["BTC"])) == totals["BTC"]
    assert abs(Decimal(str(shown["total"]["USDT"])) - totals["USDT"]) < 100


async def positions(desk: Desk) -> None:
    before = await _position(desk)
    await desk.order("market", "buy")
    assert await _position(desk) - before == AMOUNT
    await desk.order("market", "sell")
    assert await _position(desk) == before


async def _position(desk: Desk) -> Decimal:
    shown = [entry for entry in await desk.client.fetch_positions([desk.symbol]) if entry["contracts"]]
    signed = [Decimal(str(entry["contracts"])) * (1 if entry["side"] == "long" else -1) for entry in shown]
    return sum(signed, Decimal(0)) * Decimal(str(desk.size))


async def settings(desk: Desk) -> None:
    params = {"mgnMode": "cross"} if desk.column.venue == "okx" else {}
    await desk.client.set_leverage(7, desk.symbol, params)


# Market data


async def market_data(desk: Desk) -> None:
    ticker = await desk.client.fetch_ticker(desk.symbol)
    assert ticker["bid"] or ticker["last"]
    tickers = await desk.client.fetch_tickers([desk.symbol])
    assert desk.symbol in tickers
    book = await desk.client.fetch_order_book(desk.symbol)
    assert book["bids"][0][0] < book["asks"][0][0]
    candles = await desk.client.fetch_ohlcv(desk.symbol, "1m", limit=5)
    assert len(candles) == 5
    assert all(low <= first <= high and low <= last <= high for _, first, high, low, last, _ in candles)
    assert await desk.client.fetch_trades(desk.symbol, limit=5) is not None


async def watching_market(desk: Desk) -> None:
    client = desk.client
    watches = [client.watch_ticker(desk.symbol), client.watch_order_book(desk.symbol)]
    watches += [client.watch_trades(desk.symbol), client.watch_ohlcv(desk.symbol, "1m")]
    if client.has["watchBidsAsks"]:
        watches.append(client.watch_bids_asks([desk.symbol]))
    waiting = asyncio.gather(*watches)
    for number in range(PATIENCE_SECONDS * 10):
        if waiting.done():
            break
        price = str(PRICE + number % 2)
        await desk.control("POST", "market", {"symbol": desk.symbol, "exchange": desk.column.venue, "price": price})
        await asyncio.sleep(0.1)
    await asyncio.wait_for(waiting, 1)


async def watching_account(desk: Desk) -> None:
    client = desk.client
    watches = {
        "orders": asyncio.ensure_future(client.watch_orders(desk.symbol)),
        "trades": asyncio.ensure_future(client.watch_my_trades(desk.symbol)),
        "balance": asyncio.ensure_future(client.watch_balance()),
    }
    if not desk.column.is_spot:
        watches["positions"] = asyncio.ensure_future(client.watch_positions([desk.symbol]))
    for _ in range(PATIENCE_SECONDS * 5):
        if all(watch.done() for watch in watches.values()):
            break
        await desk.order("market", "buy")
        await asyncio.sleep(0.2)
    done = {name: await asyncio.wait_for(watch, 1) for name, watch in watches.items()}
    assert {order["symbol"] for order in done["orders"]} == {desk.symbol}
    assert all(trade["amount"] > 0 for trade in done["trades"])
    assert done["balance"]["total"]["USDT"] > 0


# Order entry by socket


async def socket_orders(desk: Desk) -> None:
    name = "newClientOrderId" if desk.column.venue == "binance" else "clientOrderId"
    order = await within(desk.client.create_order_ws(desk.symbol, "limit", "buy", desk.amount, FAR, {name: new_id()}))
    await agrees(desk, order, OPEN_BUY)
    edited = await within(desk.client.edit_order_ws(order["id"], desk.symbol, "limit", "buy", desk.amount, FARTHER))
    current = {"id": edited["id"] or order["id"]}
    assert Decimal((await desk.truth(current))["price"]) == FARTHER
    await within(desk.client.cancel_order_ws(current["id"], desk.symbol))
    await agrees(desk, current, OPEN_BUY._replace(is_open=False))


async def socket_market_order(desk: Desk) -> None:
    order = await within(desk.client.create_order_ws(desk.symbol, "market", "buy", desk.amount))
    await agrees(desk, order, BOUGHT)


async def within(call: Awaitable[Any]) -> Any:
    """Wait for a socket's answer; ccxt itself would wait for ever."""
    return await asyncio.wait_for(call, PATIENCE_SECONDS)


Call = Callable[[Desk], Awaitable[None]]

NOT_THERE: dict[Call, set[str]] = {
    market_buy_by_cost: {"binance linear", "okx swap", "bybit linear"},
    attached: {"binance spot", "binance linear"},
    batch: {"binance spot"},
    cancel_all: {"okx spot", "okx swap"},
    trailing: {"bybit spot"},
    limit_reduce_only: {"binance spot", "okx spot", "bybit spot"},
    positions: {"binance spot", "okx spot", "bybit spot"},
    settings: {"binance spot", "okx spot", "bybit spot"},
}
"""Where ccxt or the venue has no such call."""

CALLS: list[Call] = [
    *(market_buy, market_sell, market_buy_with_price, market_buy_by_cost),
    *(limit_without_id, limit, limit_ioc, limit_ioc_that_fills, limit_fok, limit_post_only, limit_po),
    *(post_only_that_would_take, limit_reduce_only, self_trade_prevention),
    *(stop_limit, stop_market, stop_loss_market, take_profit_limit, take_profit_market, attached, trailing, batch),
    *(edit, cancel, cancel_by_client_order_id, cancel_what_is_not_there, cancel_all),
    *(look_ups, closed_orders, executions, balance, positions, settings),
    *(market_data, watching_market, watching_account, socket_orders, socket_market_order),
]
