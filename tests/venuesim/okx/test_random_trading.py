"""Random trading by several roads: what pushes and lists tell adds up to the same orders, positions and money."""

import random
from collections import defaultdict
from collections.abc import AsyncIterator
from decimal import Decimal

import pytest

from venuesim_okx_helpers import SWAP

D = Decimal
PAIR = "BTC-USDT"
SYMBOLS = {PAIR: "BTC/USDT", SWAP: "BTC/USDT:USDT"}
ALGO_TYPES = "conditional,oco,trigger,move_order_stop"
STEPS = 300
CASH = {"USDT": D(1_000_000), "BTC": D(10)}


class Trader:
    """One client that trades at random, and knows nothing of what it did."""

    def __init__(self, raw, venues, seed: int, *, hedged: bool) -> None:
        self.raw = raw
        self.venues = venues
        self.random = random.Random(seed)
        self.hedged = hedged
        self.prices = {PAIR: 65_000, SWAP: 65_000}

    async def get(self, path: str, **query: object) -> list[dict]:
        status, body = await self.raw.get(path, **query)
        assert (status, body["code"]) == (200, "0"), body
        return body["data"]

    async def post(self, path: str, body: object) -> None:
        """Send something that may be refused, but never breaks anything."""
        status, answer = await self.raw.post(path, body)
        assert status in {200, 400, 429}, (path, body, answer)

    async def pages(self, path: str, key: str, **query: object) -> list[dict]:
        """Return all rows of a list, page by small page."""
        rows: list[dict] = []
        while page := await self.get(path, limit=17, **query, **({"after": rows[-1][key]} if rows else {})):
            rows += page
        assert len({row[key] for row in rows}) == len(rows), f"{path} tells a row twice"
        return rows

    async def step(self) -> None:
        acts = [
            self.place,
            self.place,
            self.place,
            self.algo,
            self.amend,
            self.cancel,
            self.close,
            self.move,
            self.move,
        ]
        await self.random.choice(acts)()

    async def move(self) -> None:
        name = self.random.choice([PAIR, SWAP])
        moved = self.prices[name] + self.random.randint(-600, 600)
        self.prices[name] = price = moved if 61_000 < moved < 69_000 else 65_000
        levels, quantity = self.random.choice([1, 3, 8]), self.random.choice(["0.03", "0.2", "1"])
        await self.venues.freeze(SYMBOLS[name], str(price), levels=levels, level_quantity=quantity, half_spread="1")

    def order(self) -> dict[str, object]:
        """Return what an order and an algo order have in common."""
        is_pair = self.random.random() < 0.4
        name = PAIR if is_pair else SWAP
        order: dict[str, object] = {"instId": name, "side": self.random.choice(["buy", "sell"])}
        order["tdMode"] = "cash" if is_pair else self.random.choice(["cross", "isolated"])
        order["sz"] = f"{self.random.randint(1, 300) / (1000 if is_pair else 10):f}"
        if self.hedged and not is_pair:
            order["posSide"] = self.random.choice(["long", "short"])
        elif not is_pair and self.random.random() < 0.3:
            order["reduceOnly"] = True
        return order

    async def place(self) -> None:
        order = self.order()
        name = str(order["instId"])
        kind = self.random.choice(["market", "limit", "limit", "limit", "post_only", "fok", "ioc"])
        order |= {"ordType": kind, "stpMode": self.random.choice(["cancel_maker", "cancel_taker", "cancel_both"])}
        if kind != "market":
            order["px"] = str(self.prices[name] + self.random.randint(-300, 300))
        elif name == PAIR:
            order["tgtCcy"] = "base_ccy"
        await self.post("trade/order", order)

    async def algo(self) -> None:
        order = self.order()
        price = self.prices[str(order["instId"])]
        distance = self.random.randint(10, 500) * (1 if order["side"] == "buy" else -1)
        legs = [
            {"ordType": "conditional", "slTriggerPx": str(price + distance), "slOrdPx": "-1"},
            {"ordType": "trigger", "triggerPx": str(price - distance), "orderPx": str(price - distance)},
            {"ordType": "move_order_stop", "callbackSpread": "100"},
        ]
        await self.post("trade/order-algo", {**order, **self.random.choice(legs), "tgtCcy": "base_ccy"})

    async def amend(self) -> None:
        pending = await self.get("trade/orders-pending")
        if pending:
            order = self.random.choice(pending)
            price = str(self.prices[order["instId"]] + self.random.randint(-300, 300))
            size = {"newSz": f"{D(order['sz']) * 2:f}"} if self.random.random() < 0.5 else {}
            await self.post(
                "trade/amend-order", {"instId": order["instId"], "ordId": order["ordId"], "newPx": price, **size}
            )

    async def cancel(self) -> None:
        pending = await self.get("trade/orders-pending")
        chosen = self.random.sample(pending, min(2, len(pending)))
        if chosen:
            await self.post("trade/cancel-batch-orders", [_named(order) for order in chosen])

    async def close(self) -> None:
        if self.random.random() < 0.3:
            side = {"posSide": self.random.choice(["long", "short"])} if self.hedged else {}
            await self.post("trade/close-position", {"instId": SWAP, "mgnMode": "cross", "autoCxl": True, **side})


@pytest.fixture
async def venues(start_venues) -> AsyncIterator[object]:
    async with start_venues(venues=["okx"], limits_scale=1_000_000, walking=False) as sim:
        for symbol in SYMBOLS.values():
            await sim.freeze(symbol, "65000", levels=3, level_quantity="1", half_spread="1")
        yield sim


@pytest.mark.parametrize(("seed", "hedged"), [(1, False), (2, True), (3, False)])
async def test_orders_positions_and_money_add_up(raw, venues, seed: int, hedged: bool) -> None:
    trader = Trader(raw, venues, seed, hedged=hedged)
    if hedged:
        await trader.post("account/set-position-mode", {"posMode": "long_short_mode"})
    socket = await raw.subscribed({"channel": "orders", "instType": "ANY"})
    for _ in range(STEPS):
        await trader.step()
    last = await raw.placed(px="50000", sz="0.001")
    pushed: list[dict] = []
    while not pushed or pushed[-1]["ordId"] != last:
        pushed += await socket.until("orders", 1)

    fills = await trader.pages("trade/fills", "billId")
    orders = await trader.pages("trade/orders-pending", "ordId")
    for kind in ("SPOT", "SWAP"):
        orders += await trader.pages("trade/orders-history", "ordId", instType=kind)
    assert len(fills) > 50
    _check_orders(orders, fills)
    _check_pushes(orders, pushed)
    positions = await trader.get("account/positions")
    _check_positions(positions, fills, {order["ordId"]: order["tdMode"] for order in orders})
    (balance,) = await trader.get("account/balance")
    _check_cash(balance["details"], positions, fills)
    ended = [
        await trader.pages("trade/orders-algo-history", "algoId", ordType=ALGO_TYPES, state=state)
        for state in ("effective", "order_failed", "canceled")
    ]
    known = {order["ordId"] for order in orders}
    assert all(algo["ordId"] in known for algo in ended[0])
    assert all(algo["failCode"] and not algo["ordId"] for algo in ended[1])


def _named(order: dict) -> dict[str, str]:
    return {"instId": order["instId"], "ordId": order["ordId"]}


def _check_orders(orders: list[dict], fills: list[dict]) -> None:
    """Compare every order with its fills."""
    of_order = defaultdict(list)
    for fill in fills:
        of_order[fill["ordId"]].append(fill)
    for order in orders:
        own = of_order.pop(order["ordId"], [])
        quantity = sum((D(fill["fillSz"]) for fill in own), D(0))
        assert D(order["accFillSz"]) == quantity, order
        assert (order["state"] == "filled") is (quantity == D(order["sz"]) > 0), order
        assert bool(order["cancelSource"]) is (order["state"] == "canceled"), order
        assert D(order["sz"]) > 0, order
        if own:
            value = sum(D(fill["fillSz"]) * D(fill["fillPx"]) for fill in own)
            assert abs(D(order["avgPx"]) - value / quantity) < D("1e-11"), order
            assert D(order["fee"]) == sum(D(fill["fee"]) for fill in own), order
            assert D(order["pnl"]) == sum(D(fill["fillPnl"]) for fill in own), order
    assert not of_order


def _check_pushes(orders: list[dict], pushed: list[dict]) -> None:
    """Compare what the last push of each order said, and what all of them add up to."""
    last: dict[str, dict] = {}
    filled: defaultdict[str, Decimal] = defaultdict(Decimal)
    for push in pushed:
        if push["tradeId"]:
            filled[push["ordId"]] += D(push["fillSz"])
        assert D(push["accFillSz"]) == filled[push["ordId"]], push
        last[push["ordId"]] = push
    for order in orders:
        push = last.pop(order["ordId"])
        names = ("state", "px", "sz", "accFillSz", "fee", "pnl", "uTime", "cancelSource", "tdMode", "reduceOnly")
        assert {name: push[name] for name in names} == {name: order[name] for name in names}
    assert not last


def _check_positions(positions: list[dict], fills: list[dict], modes: dict[str, str]) -> None:
    """Compare the open positions with what the fills leave of each."""
    held: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for fill in fills:
        if fill["instId"] == SWAP:
            held[modes[fill["ordId"]], fill["posSide"]] += D(fill["fillSz"]) * (1 if fill["side"] == "buy" else -1)
    shown = {
        (position["mgnMode"], position["posSide"]): D(position["pos"]) * (-1 if position["posSide"] == "short" else 1)
        for position in positions
    }
    assert shown == {key: quantity for key, quantity in held.items() if quantity}
    for position in positions:
        parts = sum(D(position[name]) for name in ("pnl", "fee", "fundingFee"))
        assert D(position["realizedPnl"]) == parts, position


def _check_cash(details: list[dict], positions: list[dict], fills: list[dict]) -> None:
    """Compare the cash with what the fills moved, isolated margin included."""
    cash = defaultdict(Decimal, CASH)
    for fill in fills:
        cash[fill["feeCcy"]] += D(fill["fee"])
        bought = D(fill["fillSz"]) * (1 if fill["side"] == "buy" else -1)
        if fill["instId"] == PAIR:
            cash["BTC"] += bought
            cash["USDT"] -= bought * D(fill["fillPx"])
        else:
            cash["USDT"] += D(fill["fillPnl"])
    cash["USDT"] -= sum(D(position["margin"] or 0) for position in positions)
    for detail in details:
        if detail["ccy"] in CASH:
            # The margin of a position is shown to ten decimals.
            assert abs(D(detail["cashBal"]) - cash[detail["ccy"]]) < D("1e-9"), detail
