"""Stops and targets attached to orders: shown with them, made algo orders by their fills."""

import pytest

from venuesim_okx_helpers import SWAP, Desk, picked, swap_order

BOTH = {"slTriggerPx": "64000", "slOrdPx": "-1", "tpTriggerPx": "66000", "tpOrdPx": "-1"}
LIMIT = {"ordType": "limit", "px": "64990"}


async def pending(desk: Desk) -> list[dict]:
    """Return the algo orders that wait, oldest first."""
    rows = await desk.get("trade/orders-algo-pending", ordType="conditional,oco,move_order_stop")
    return rows[::-1]


@pytest.mark.conformance("Attached stop and target", "okx swap")
async def test_what_is_attached_waits_for_the_fill_and_protects_it(desk: Desk) -> None:
    order_id = await desk.order(**LIMIT, attachAlgoOrds=[{**BOTH, "attachAlgoClOrdId": "guard"}], tag="t1")
    (attached,) = (await desk.shown(order_id))["attachAlgoOrds"]
    assert picked(attached, "attachAlgoClOrdId", "slTriggerPx", "tpOrdPx", "tpTriggerPxType", "sz", "failCode") == (
        *("guard", "64000", "-1", "last", "", ""),
    )
    assert attached["attachAlgoId"]
    assert await pending(desk) == []
    await desk.price("64990")
    (algo,) = await pending(desk)
    assert picked(algo, "ordType", "side", "sz", "algoClOrdId", "tdMode", "posSide", "reduceOnly", "tag") == (
        *("oco", "sell", "10", "guard", "cross", "net", "true", "t1"),
    )
    assert algo["algoId"] != attached["attachAlgoId"]
    await desk.price("66000")
    assert await desk.positions() == []
    assert picked(await desk.algo_shown(algo["algoId"]), "state", "actualSide") == ("effective", "tp")


@pytest.mark.conformance("Attached stop and target", "okx swap")
async def test_nothing_comes_of_an_order_that_never_filled(desk: Desk) -> None:
    order_id = await desk.order(**LIMIT, attachAlgoOrds=[BOTH])
    await desk.post("trade/cancel-order", {"instId": SWAP, "ordId": order_id})
    assert await pending(desk) == []


@pytest.mark.conformance("Attached stop and target", "okx swap")
async def test_a_short_is_protected_from_the_other_side(desk: Desk) -> None:
    await desk.hedge()
    swapped = {"slTriggerPx": "66000", "slOrdPx": "-1", "tpTriggerPx": "64000", "tpOrdPx": "-1"}
    await desk.order(side="sell", posSide="short", attachAlgoOrds=[swapped])
    (algo,) = await pending(desk)
    assert picked(algo, "side", "posSide", "reduceOnly", "ordType") == ("buy", "short", "false", "oco")
    await desk.price("66000")
    assert await desk.positions() == []


@pytest.mark.conformance("Attached stop and target", "okx swap")
async def test_protection_goes_with_the_position(desk: Desk) -> None:
    await desk.order(attachAlgoOrds=[BOTH])
    (algo,) = await pending(desk)
    await desk.post("trade/close-position", {"instId": SWAP, "mgnMode": "cross"})
    assert (await desk.algo_shown(algo["algoId"]))["state"] == "canceled"


@pytest.mark.conformance("Attached stop and target", "okx swap")
async def test_targets_are_split_and_the_stop_moves_to_the_cost(desk: Desk) -> None:
    attached = [
        {"tpTriggerPx": "65500", "tpOrdPx": "-1", "sz": "4"},
        {"tpTriggerPx": "66000", "tpOrdPx": "-1", "sz": "6"},
        {"slTriggerPx": "64000", "slOrdPx": "-1", "amendPxOnTriggerType": "1"},
    ]
    await desk.order(attachAlgoOrds=attached)
    first, second, stop = await pending(desk)
    assert [picked(row, "sz", "tpTriggerPx") for row in (first, second)] == [("4", "65500"), ("6", "66000")]
    assert picked(stop, "sz", "slTriggerPx", "amendPxOnTriggerType") == ("10", "64000", "1")
    await desk.price("65500")
    assert (await desk.position())["pos"] == "6"
    assert (await desk.algo_shown(stop["algoId"]))["slTriggerPx"] == "65001"
    await desk.price("65000")
    assert await desk.positions() == []
    assert (await desk.algo_shown(second["algoId"]))["state"] == "canceled"


@pytest.mark.conformance("Attached stop and target", "okx swap")
@pytest.mark.parametrize(("price", "source"), [("64000", "36"), ("66000", "")])
async def test_a_target_may_rest_as_a_limit_order_beside_its_stop(desk: Desk, price: str, source: str) -> None:
    attached = [
        {"tpOrdPx": "66000", "tpOrdKind": "limit", "attachAlgoClOrdId": "tp1"}
        | {"slTriggerPx": "64000", "slOrdPx": "-1"}
    ]
    await desk.order(attachAlgoOrds=attached)
    (stop,) = await pending(desk)
    (target,) = await desk.get("trade/orders-pending", instType="SWAP")
    assert picked(target, "px", "sz", "side", "isTpLimit", "reduceOnly", "clOrdId") == (
        *("66000", "10", "sell", "true", "true", "tp1"),
    )
    assert target["linkedAlgoOrd"] == {"algoId": stop["algoId"]}
    assert stop["linkedOrd"] == {"ordId": target["ordId"]}
    await desk.price(price)
    assert await desk.positions() == []
    assert (await desk.shown(target["ordId"]))["cancelSource"] == source
    assert await pending(desk) == []


@pytest.mark.conformance("Attached stop and target", "okx swap")
async def test_a_trailing_stop_may_be_attached(desk: Desk) -> None:
    await desk.order(attachAlgoOrds=[{"callbackRatio": "0.01"}])
    (algo,) = await pending(desk)
    assert picked(algo, "ordType", "callbackRatio") == ("move_order_stop", "0.01")


@pytest.mark.conformance("Attached stop and target", "okx swap")
async def test_triggers_may_be_ratios_of_the_entry(desk: Desk) -> None:
    ratios = {"tpTriggerRatio": "0.02", "tpOrdPx": "-1", "slTriggerRatio": "0.01", "slOrdPx": "-1"}
    await desk.order(attachAlgoOrds=[ratios])
    (algo,) = await pending(desk)
    assert picked(algo, "tpTriggerPx", "slTriggerPx") == ("66301", "64350.9")


@pytest.mark.conformance("Attached stop and target", "okx spot")
async def test_a_pairs_order_is_protected_by_what_it_received(desk: Desk) -> None:
    pair = {"instId": "BTC-USDT", "tdMode": "cash", "sz": "0.5"}
    await desk.order(**pair, ordType="limit", px="65001", attachAlgoOrds=[BOTH])
    (algo,) = await pending(desk)
    assert picked(algo, "instType", "sz", "reduceOnly", "tgtCcy") == ("SPOT", "0.5", "false", "base_ccy")
    await desk.price("64000", "BTC/USDT")
    assert (await desk.shown((await desk.algo_shown(algo["algoId"]))["ordId"], "BTC-USDT"))["accFillSz"] == "0.5"


@pytest.mark.conformance("Attached stop and target", "okx swap")
async def test_an_attached_stop_is_amended_with_its_order(desk: Desk) -> None:
    order_id = await desk.order(**LIMIT, attachAlgoOrds=[BOTH])
    (attached,) = (await desk.shown(order_id))["attachAlgoOrds"]
    change = {"attachAlgoId": attached["attachAlgoId"], "newSlTriggerPx": "63000", "newTpTriggerPx": "0"}
    await desk.post("trade/amend-order", {"instId": SWAP, "ordId": order_id, "attachAlgoOrds": [change]})
    (amended,) = (await desk.shown(order_id))["attachAlgoOrds"]
    assert picked(amended, "slTriggerPx", "tpTriggerPx", "tpOrdPx") == ("63000", "", "")
    await desk.price("64990")
    (algo,) = await pending(desk)
    assert picked(algo, "ordType", "slTriggerPx") == ("conditional", "63000")


@pytest.mark.parametrize(
    ("attached", "code"),
    [
        ([{"tpTriggerPx": "64000", "tpOrdPx": "-1"}], "51046"),
        ([{"slTriggerPx": "66000", "slOrdPx": "-1"}], "51047"),
        ([{"slTriggerPx": "64000"}], "50014"),
        ([{"tpOrdPx": "-1"}], "50014"),
        ([{"attachAlgoClOrdId": "x1"}], "51178"),
        ([{"attachAlgoClOrdId": "x-1", **BOTH}], "51000"),
        ([{**BOTH, "slTriggerPxType": "best"}], "51000"),
        ([{"tpOrdPx": "-1", "tpOrdKind": "limit"}], "51093"),
        ([BOTH, BOTH], "51076"),
        ([{"tpTriggerPx": "66000", "tpOrdPx": "-1"}, {"tpTriggerPx": "67000", "tpOrdPx": "-1", "sz": "5"}], "51089"),
        ([{"tpTriggerPx": "66000", "tpOrdPx": "-1", "sz": "5"}] * 2, "51081"),
        (
            [
                {"tpTriggerPx": "66000", "tpOrdPx": "-1", "sz": "5"},
                {"tpTriggerPx": "67000", "tpOrdPx": "-1", "sz": "4"},
            ],
            "51083",
        ),
        ([{"slTriggerPx": "64000", "slOrdPx": "-1"}] * 2, "51084"),
        ("text", "51000"),
    ],
)
async def test_what_cannot_be_attached_is_refused(desk: Desk, attached: object, code: str) -> None:
    assert (await desk.refused("trade/order", swap_order(**LIMIT, attachAlgoOrds=attached)))[0] == code


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"attachAlgoOrds": [{"tpTriggerPx": "65000", "tpOrdPx": "-1"}]}, "51050"),
        ({"side": "sell", "attachAlgoOrds": [{"slTriggerPx": "64000", "slOrdPx": "-1"}]}, "51053"),
        ({"instId": "BTC-USDT", "tdMode": "cash", "tgtCcy": "base_ccy", "attachAlgoOrds": [BOTH]}, "51044"),
        (
            {"instId": "BTC-USDT", "tdMode": "cash", "ordType": "limit", "px": "64990", "attachAlgoOrds": [BOTH] * 2},
            "51077",
        ),
    ],
)
async def test_market_orders_and_pairs_have_rules_of_their_own(desk: Desk, changes: dict, code: str) -> None:
    assert (await desk.refused("trade/order", swap_order(**changes)))[0] == code


async def test_a_closing_order_has_nothing_attached(desk: Desk) -> None:
    await desk.order()
    closing = swap_order(side="sell", reduceOnly=True, attachAlgoOrds=[BOTH])
    assert (await desk.refused("trade/order", closing))[0] == "51333"


@pytest.mark.conformance("Attached stop and target", "okx swap")
async def test_what_is_attached_to_a_trigger_order_follows_the_order_that_it_makes(desk: Desk) -> None:
    trigger = {"instId": SWAP, "tdMode": "cross", "side": "buy", "ordType": "trigger", "sz": "2", "triggerPx": "65500"}
    (placed,) = await desk.post("trade/order-algo", {**trigger, "orderPx": "-1", "attachAlgoOrds": [BOTH]})
    await desk.price("65500")
    fired = await desk.algo_shown(placed["algoId"])
    assert (await desk.shown(fired["ordId"]))["attachAlgoOrds"][0]["tpTriggerPx"] == "66000"
    (algo,) = await pending(desk)
    assert picked(algo, "ordType", "sz", "side") == ("oco", "2", "sell")


async def test_a_stop_tells_that_it_is_linked_to_the_target_that_rests(desk: Desk) -> None:
    socket = await desk.raw.private("business")
    assert (await socket.receive())["event"] == "login"
    await socket.send("subscribe", {"channel": "orders-algo", "instType": "SWAP"})
    assert (await socket.receive())["event"] == "subscribe"
    target = {"tpOrdPx": "66000", "tpOrdKind": "limit"}
    await desk.order(attachAlgoOrds=[{**target, "slTriggerPx": "64000", "slOrdPx": "-1"}])
    (order,) = await desk.get("trade/orders-pending", instType="SWAP")
    told = await socket.until("orders-algo", 2)
    assert told[-1]["linkedOrd"] == {"ordId": order["ordId"]}
