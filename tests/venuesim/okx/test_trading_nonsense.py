"""Requests that are almost right: each operation of the trading half, with some of its values spoiled."""

import json
import random
from urllib.parse import urlencode

import pytest

from venuesim_okx_helpers import SWAP, Desk

PAIR = "BTC-USDT"
LIMIT = {"side": "buy", "ordType": "limit", "sz": "1", "px": "64000"}
ORDERS = [
    {"instId": SWAP, "tdMode": "cross", **LIMIT},
    {"instId": SWAP, "tdMode": "isolated", "side": "sell", "ordType": "market", "sz": "2", "posSide": "net"},
    {"instId": PAIR, "tdMode": "cash", "side": "buy", "ordType": "market", "sz": "100", "tgtCcy": "quote_ccy"},
    {"instId": PAIR, "tdMode": "cash", **LIMIT, "sz": "0.1", "clOrdId": "c1", "tag": "t", "banAmend": True},
    {
        "instId": SWAP,
        "tdMode": "cross",
        "side": "buy",
        "ordType": "market",
        "sz": "3",
        "attachAlgoOrds": [{"tpTriggerPx": "66000", "tpOrdPx": "-1", "slTriggerPx": "64000", "slOrdPx": "-1"}],
    },
]
ALGOS = [
    {"instId": SWAP, "tdMode": "cross", "side": "sell", "ordType": "conditional", "sz": "1", "slTriggerPx": "64000"}
    | {"slOrdPx": "-1", "reduceOnly": True},
    {"instId": SWAP, "tdMode": "cross", "side": "buy", "ordType": "trigger", "sz": "1", "triggerPx": "66000"}
    | {"orderPx": "-1", "attachAlgoOrds": [{"callbackRatio": "0.01"}]},
    {"instId": PAIR, "tdMode": "cross", "side": "sell", "ordType": "oco", "sz": "0.1", "slTriggerPx": "64000"}
    | {"slOrdPx": "63000", "tpTriggerPx": "66000", "tpOrdPx": "-1"},
    {"instId": SWAP, "tdMode": "isolated", "side": "sell", "ordType": "move_order_stop", "sz": "1"}
    | {"callbackSpread": "100", "activePx": "66000"},
]
AMEND = {"instId": SWAP, "ordId": "1", "newSz": "2", "newPx": "64001", "cxlOnFail": True, "reqId": "r"}
POSTS = [
    *(("trade/order", order) for order in ORDERS),
    *(("trade/batch-orders", [order, order]) for order in ORDERS),
    *(("trade/order-algo", order) for order in ALGOS),
    ("trade/amend-order", AMEND),
    ("trade/amend-order", {**AMEND, "attachAlgoOrds": [{"attachAlgoId": "1", "newSlTriggerPx": "63000"}]}),
    ("trade/amend-batch-orders", [AMEND]),
    ("trade/cancel-order", {"instId": SWAP, "ordId": "1"}),
    ("trade/cancel-batch-orders", [{"instId": SWAP, "ordId": "1"}]),
    ("trade/cancel-algos", [{"instId": SWAP, "algoId": "1"}]),
    ("trade/amend-algos", {"instId": SWAP, "algoId": "1", "newSz": "2", "newSlTriggerPx": "63000", "newTpOrdPx": "-1"}),
    ("trade/close-position", {"instId": SWAP, "mgnMode": "cross", "autoCxl": True}),
    ("trade/cancel-all-after", {"timeOut": "10", "tag": "t"}),
    ("trade/mass-cancel", {"instType": "OPTION", "instFamily": "BTC-USD"}),
    ("account/set-position-mode", {"posMode": "long_short_mode"}),
    ("account/set-account-level", {"acctLv": "2"}),
    ("account/set-isolated-mode", {"isoMode": "automatic", "type": "CONTRACTS"}),
    ("account/set-leverage", {"instId": SWAP, "lever": "5", "mgnMode": "cross", "posSide": "net"}),
    ("account/position/margin-balance", {"instId": SWAP, "posSide": "net", "type": "add", "amt": "1"}),
]
PAGE = {"instType": "SWAP", "instId": SWAP, "after": "1", "before": "1", "limit": "3", "begin": "1", "end": "2"}
GETS = [
    ("trade/order", {"instId": SWAP, "ordId": "1"}),
    ("trade/orders-pending", {**PAGE, "ordType": "limit", "state": "live"}),
    ("trade/orders-history", {**PAGE, "category": "adl"}),
    ("trade/fills", {**PAGE, "subType": "1", "ordId": "1"}),
    ("trade/order-algo", {"algoId": "1"}),
    ("trade/orders-algo-pending", {**PAGE, "ordType": "conditional,oco", "algoId": "1"}),
    ("trade/orders-algo-history", {**PAGE, "ordType": "trigger", "state": "canceled"}),
    ("account/positions", {"instType": "SWAP", "instId": SWAP, "posId": "1"}),
    ("account/positions-history", {**PAGE, "mgnMode": "cross", "type": "1", "posId": "1"}),
    ("account/account-position-risk", {"instType": "SWAP"}),
    ("account/max-size", {"instId": SWAP, "tdMode": "cross", "px": "64000", "leverage": "3"}),
    ("account/max-avail-size", {"instId": PAIR, "tdMode": "cash"}),
    ("account/leverage-info", {"instId": SWAP, "mgnMode": "cross"}),
    ("account/adjust-leverage-info", {"instId": SWAP, "mgnMode": "cross", "lever": "3", "instType": "SWAP"}),
    ("account/trade-fee", {"instType": "SWAP", "instId": SWAP}),
]
SPOILED = [
    *(None, "", "x", "-1", "0", "1e9", "NaN", "1." + "0" * 30, "9" * 40, "é", True, False, 7, -1.5, 1e300, [], {}),
    *([1], [{}], {"a": 1}, "long", "short", "net", "cross", "isolated", "cash", "limit", "market", SWAP, PAIR, "-1"),
]


def spoiled(value: object, chance: random.Random) -> object:
    """Return a request with up to two of its values replaced, added to or left out."""
    if isinstance(value, list):
        return [spoiled(member, chance) for member in value]
    if not isinstance(value, dict):
        return chance.choice(SPOILED)
    changed = dict(value)
    for name in chance.sample(sorted(changed), k=min(len(changed), chance.randint(0, 2))):
        inner = changed[name]
        changed[name] = spoiled(inner, chance) if isinstance(inner, list) else chance.choice(SPOILED)
    return changed


async def test_almost_right_requests_are_answered_and_break_nothing(desk: Desk) -> None:
    await desk.venues.control("POST", "limits", {"scale": 10_000})
    chance = random.Random(22)
    prices = ["63000", "64500", "65000", "65500", "67000"]
    for number in range(800):
        if number % 100 == 99:
            await desk.price(chance.choice(prices))
            await desk.price(chance.choice(prices), "BTC/USDT")
        if chance.random() < 0.3:
            path, query = chance.choice(GETS)
            sent = {name: value for name, value in spoiled(query, chance).items() if isinstance(value, str)}
            target = ("GET", f"/api/v5/{path}?{urlencode(sent)}")
        else:
            path, body = chance.choice(POSTS)
            target = ("POST", f"/api/v5/{path}", json.dumps(spoiled(body, chance)))
        status, answer = await desk.raw.send(*target)
        assert status < 500, target
        assert status == 200 or answer["code"] != "0", target
    for algo_type in ("conditional", "oco", "trigger", "move_order_stop"):
        await desk.get("trade/orders-algo-pending", ordType=algo_type)
    assert await desk.get("trade/orders-history", instType="SWAP")
    await desk.venues.control("GET", "ledger")


@pytest.mark.parametrize("amount", ["9" * 20, "9" * 15, "0." + "0" * 19 + "1"])
@pytest.mark.parametrize("inst_id", ["BTC-USDT", "PEPE-USDT", "PEPE-USDT-SWAP"])
async def test_the_largest_and_the_smallest_amounts_are_answered(raw, inst_id: str, amount: str) -> None:
    mode = "isolated" if inst_id.endswith("SWAP") else "cash"
    common = {"instId": inst_id, "tdMode": mode, "side": "buy"}
    for order in (
        {"ordType": "limit", "sz": "1", "px": amount},
        {"ordType": "limit", "sz": "1", "px": amount, "pxAmendType": "1"},
        {"ordType": "limit", "sz": amount, "px": "0.00001"},
        {"ordType": "market", "sz": amount, "tgtCcy": "base_ccy"},
    ):
        status, _ = await raw.post("trade/order", {**common, **order})
        assert status == 200
    trigger = {"ordType": "trigger", "sz": amount, "triggerPx": "0.00002", "orderPx": amount}
    assert (await raw.post("trade/order-algo", {**common, **trigger}))[0] == 200
    assert (await raw.get("account/max-size", instId=inst_id, tdMode=mode, px=amount))[0] in {200, 400}
