"""Whatever is traded in whatever order, balances stay what orders hold, and every list comes to an end."""

import random
from collections import defaultdict
from decimal import Decimal

import pytest

BTC = "BTCUSDT"
MODES = ["EXPIRE_TAKER", "EXPIRE_MAKER", "EXPIRE_BOTH", "DECREMENT", "NONE"]


def price_near(chance: random.Random, price: int, low: int, high: int) -> str:
    return f"{price + chance.randint(low, high)}.{chance.randint(0, 99):02}"


def single(chance: random.Random, price: int) -> dict:
    kind = chance.choice(["LIMIT", "LIMIT", "MARKET", "LIMIT_MAKER", "STOP_LOSS", "TAKE_PROFIT", "STOP_LOSS_LIMIT"])
    form = {"symbol": BTC, "side": chance.choice(["BUY", "SELL"]), "type": kind}
    form |= {"quantity": f"0.{chance.randint(1, 99):02}", "selfTradePreventionMode": chance.choice(MODES)}
    if kind in {"LIMIT", "LIMIT_MAKER", "STOP_LOSS_LIMIT"}:
        form["price"] = price_near(chance, price, -30, 30)
    if kind in {"LIMIT", "STOP_LOSS_LIMIT"}:
        form["timeInForce"] = chance.choice(["GTC", "GTC", "IOC", "FOK"])
    if form.get("timeInForce") == "GTC" and chance.random() < 0.3:
        form["icebergQty"] = "0.05"
    if kind in {"STOP_LOSS", "TAKE_PROFIT", "STOP_LOSS_LIMIT"}:
        form |= {"stopPrice": price_near(chance, price, -30, 30)} if chance.random() < 0.7 else {"trailingDelta": 10}
    return form


def a_list(chance: random.Random, price: int) -> tuple[str, dict]:
    kind = chance.choice(["oco", "oto", "otoco", "opo", "opoco"])
    side, quantity = chance.choice(["BUY", "SELL"]), f"0.{chance.randint(1, 50):02}"
    names = ("above", "below") if kind == "oco" else ("pendingAbove", "pendingBelow")
    high, low = price_near(chance, price, 2, 30), price_near(chance, price, -30, -2)
    if side == "SELL" or kind in {"opo", "opoco"}:
        pair = {f"{names[0]}Type": "LIMIT_MAKER", f"{names[0]}Price": high}
        pair |= {f"{names[1]}Type": "STOP_LOSS", f"{names[1]}StopPrice": low}
    else:
        pair = {f"{names[0]}Type": "STOP_LOSS_LIMIT", f"{names[0]}Price": high, f"{names[0]}StopPrice": high}
        pair |= {f"{names[0]}TimeInForce": "GTC", f"{names[1]}Type": "LIMIT_MAKER", f"{names[1]}Price": low}
    if kind == "oco":
        return kind, {"symbol": BTC, "side": side, "quantity": quantity, **pair}
    paying = kind in {"opo", "opoco"}
    form = {"symbol": BTC, "workingType": "LIMIT", "workingTimeInForce": "GTC", "workingQuantity": quantity}
    form |= {"workingSide": "BUY" if paying else chance.choice(["BUY", "SELL"])}
    form |= {"workingPrice": price_near(chance, price, -15, 15), "pendingSide": "SELL" if paying else side}
    if not paying:
        form["pendingQuantity"] = quantity
    if kind in {"otoco", "opoco"}:
        return kind, form | pair
    return kind, form | {"pendingType": "LIMIT", "pendingTimeInForce": "GTC", "pendingPrice": high}


@pytest.mark.parametrize("seed", range(3))
async def test_orders_hold_what_is_locked(venues, raw, spot, move, seed: int) -> None:
    await venues.control("POST", "limits", {"scale": 1000})
    chance, price, placed = random.Random(seed), 65_000, 0
    account = spot.accounts[raw.api_key]
    lists = venues.simulator.venues["binance"].spot.order_lists

    def check() -> None:
        held: dict[str, Decimal] = defaultdict(Decimal)
        for order in account.open_orders_of(None):
            held[order.locked_asset] += order.locked_amount
        for entry in lists.open_of(account):
            held["BTC"] += entry.received
        for asset, balance in account.balances.items():
            assert balance.locked == held[asset], asset
            assert balance.free >= 0, asset

    for _ in range(250):
        deed = chance.random()
        if deed < 0.45:
            status, _ = await raw.call("POST", "/api/v3/order", **single(chance, price))
        elif deed < 0.7:
            kind, form = a_list(chance, price)
            status, _ = await raw.call("POST", f"/api/v3/orderList/{kind}", **form)
        elif deed < 0.8:
            price += chance.randint(-25, 25)
            await move(str(price))
            status = 200
        else:
            orders = (await raw.call("GET", "/api/v3/openOrders", symbol=BTC))[1]
            if not orders:
                continue
            wanted = {"symbol": BTC, "orderId": chance.choice(orders)["orderId"]}
            if deed < 0.93:
                status, _ = await raw.call("DELETE", "/api/v3/order", **wanted)
            else:
                status, _ = await raw.call("PUT", "/api/v3/order/amend/keepPriority", **wanted, newQty="0.01")
        assert status < 500
        placed += status == 200
        check()
    assert placed > 120
    await raw.call("DELETE", "/api/v3/openOrders", symbol=BTC)
    check()
    assert lists.open_of(account) == []
    assert {balance.locked for balance in account.balances.values()} == {0}
