"""Orders amended in place, by REST and by socket; and everything canceled when a countdown runs out."""

import pytest

from venuesim_okx_helpers import SWAP, Desk, picked

PAIR = "BTC-USDT"


async def resting(desk: Desk, inst_id: str, **changes: object) -> str:
    mode, size = ("cross", "10") if inst_id == SWAP else ("cash", "0.1")
    limit = {"instId": inst_id, "tdMode": mode, "ordType": "limit", "px": "64000", "sz": size}
    return await desk.order(**{**limit, **changes})


@pytest.mark.conformance("Amend in place", "okx spot", "okx swap")
@pytest.mark.parametrize(("inst_id", "size"), [(SWAP, "7.5"), (PAIR, "0.05")])
async def test_price_and_size_change_in_place(desk: Desk, inst_id: str, size: str) -> None:
    order_id = await resting(desk, inst_id, clOrdId="mine")
    change = {"instId": inst_id, "clOrdId": "mine", "newSz": size, "newPx": "63900", "reqId": "r1"}
    (answer,) = await desk.post("trade/amend-order", change)
    assert picked(answer, "ordId", "clOrdId", "reqId", "sCode", "sMsg", "subCode") == (
        *(order_id, "mine", "r1", "0", "", ""),
    )
    assert picked(await desk.shown(order_id, inst_id), "px", "sz", "state", "ordId") == (
        *("63900", size, "live", order_id),
    )


@pytest.mark.conformance("Private stream: orders", "okx swap")
async def test_an_amendment_is_told_with_its_request_id(desk: Desk) -> None:
    socket = await desk.raw.subscribed({"channel": "orders", "instType": "SWAP"})
    order_id = await resting(desk, SWAP)
    await desk.post("trade/amend-order", {"instId": SWAP, "ordId": order_id, "newPx": "65001", "reqId": "r1"})
    told = await socket.until("orders", 3)
    assert [picked(row, "state", "amendResult", "amendSource", "reqId", "fillSz") for row in told] == [
        ("live", "", "", "", "0"),
        ("live", "0", "1", "r1", "0"),
        ("filled", "", "", "", "10"),
    ]


@pytest.mark.conformance("Amend in place", "okx swap")
async def test_a_total_below_what_is_filled_completes_the_order(desk: Desk) -> None:
    order_id = await desk.order(ordType="limit", px="65001", sz="150")
    assert (await desk.shown(order_id))["state"] == "partially_filled"
    await desk.post("trade/amend-order", {"instId": SWAP, "ordId": order_id, "newSz": "120"})
    assert picked(await desk.shown(order_id), "sz", "accFillSz", "state") == ("120", "100", "partially_filled")
    await desk.post("trade/amend-order", {"instId": SWAP, "ordId": order_id, "newSz": "90"})
    assert picked(await desk.shown(order_id), "sz", "accFillSz", "state", "cancelSource") == (
        "100",
        "100",
        "filled",
        "",
    )


@pytest.mark.parametrize("inst_id", [SWAP, PAIR])
@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({}, "51500"),
        ({"newSz": "0"}, "51000"),
        ({"newSz": "0.000000001"}, "51020"),
        ({"newSz": "1.0000000001"}, "51121"),
        ({"newPx": "69000"}, "51006"),
        ({"newPx": "64000.01"}, "51000"),
        ({"newSz": "9000"}, "51502"),
        ({"newPx": "64001", "reqId": "no-dash"}, "51000"),
        ({"newTpTriggerPx": "66000"}, "51538"),
        ({"attachAlgoOrds": [{"attachAlgoId": "1", "newSlTriggerPx": "1"}]}, "51538"),
    ],
)
async def test_a_wrong_amendment_leaves_the_order_unless_it_shall_go(
    desk: Desk, inst_id: str, change: dict, code: str
) -> None:
    if code == "51502" and inst_id == PAIR:
        change = {"newSz": "20"}
    order_id = await resting(desk, inst_id)
    before = await desk.shown(order_id, inst_id)
    request = {"instId": inst_id, "ordId": order_id, **change}
    assert (await desk.refused("trade/amend-order", request))[0] == code
    assert await desk.shown(order_id, inst_id) == before
    await desk.raw.post("trade/amend-order", {**request, "cxlOnFail": True})
    assert (await desk.shown(order_id, inst_id))["state"] == "canceled"


async def test_what_is_not_pending_cannot_be_amended(desk: Desk) -> None:
    filled = await desk.order()
    for named in ({"ordId": filled}, {"ordId": "7"}):
        assert (await desk.refused("trade/amend-order", {"instId": SWAP, "newSz": "1", **named}))[0] == "51503"
    assert (await desk.refused("trade/amend-order", {"instId": SWAP, "newSz": "1"}))[0] == "50015"


async def test_a_post_only_order_is_not_amended_into_a_taker(desk: Desk) -> None:
    order_id = await resting(desk, SWAP, ordType="post_only")
    change = {"instId": SWAP, "ordId": order_id, "newPx": "65001"}
    assert (await desk.refused("trade/amend-order", change))[0] == "51511"
    assert (await desk.shown(order_id))["px"] == "64000"


@pytest.mark.conformance("Batch orders", "okx spot", "okx swap")
async def test_a_batch_is_amended_each_for_itself(desk: Desk) -> None:
    swap, pair = await resting(desk, SWAP), await resting(desk, PAIR)
    changes = [
        {"instId": SWAP, "ordId": swap, "newSz": "5"},
        {"instId": PAIR, "ordId": pair, "newSz": "0.2"},
        {"instId": PAIR, "ordId": "7", "newSz": "0.2"},
    ]
    status, body = await desk.raw.post("trade/amend-batch-orders", changes)
    assert (status, body["code"], [item["sCode"] for item in body["data"]]) == (200, "2", ["0", "0", "51503"])
    assert ((await desk.shown(swap))["sz"], (await desk.shown(pair, PAIR))["sz"]) == ("5", "0.2")
    assert (await desk.refused("trade/amend-batch-orders", changes[:1] * 2))[0] == "51512"


@pytest.mark.conformance("Order entry by socket", "okx swap", "okx spot")
@pytest.mark.conformance("Cancel many", "okx swap", "okx spot")
@pytest.mark.parametrize("inst_id", [SWAP, PAIR])
async def test_orders_are_placed_amended_and_canceled_by_socket(desk: Desk, inst_id: str) -> None:
    socket = await desk.raw.private()
    assert (await socket.receive())["event"] == "login"
    mode, size = ("cross", "10") if inst_id == SWAP else ("cash", "0.1")
    order = {"instId": inst_id, "tdMode": mode, "side": "buy", "ordType": "limit", "px": "64000", "sz": size}

    async def operate(op: str, *args: dict) -> dict:
        await socket.send(op, *args, id="1")
        answer = await socket.receive()
        assert (answer["id"], answer["op"], answer["code"]) == ("1", op, "0"), answer
        return answer

    first = (await operate("order", order))["data"][0]["ordId"]
    batch = (await operate("batch-orders", order, order))["data"]
    await operate("amend-order", {"instId": inst_id, "ordId": first, "newPx": "64001"})
    await operate("batch-amend-orders", *({"instId": inst_id, "ordId": row["ordId"], "newSz": "1"} for row in batch))
    assert (await desk.shown(first, inst_id))["px"] == "64001"
    assert {(await desk.shown(row["ordId"], inst_id))["sz"] for row in batch} == {"1"}
    await operate("cancel-order", {"instId": inst_id, "ordId": first})
    await operate("batch-cancel-orders", *({"instId": inst_id, "ordId": row["ordId"]} for row in batch))
    assert await desk.get("trade/orders-pending") == []


async def test_mass_cancels_are_for_market_makers_in_options(desk: Desk) -> None:
    request = {"instType": "OPTION", "instFamily": "BTC-USD"}
    assert (await desk.refused("trade/mass-cancel", request))[0] == "51411"
    assert (await desk.refused("trade/mass-cancel", {}))[0] == "50014"
    socket = await desk.raw.private("business")
    await socket.receive()
    await socket.send("mass-cancel", request, id="1")
    assert picked(await socket.receive(), "op", "code") == ("mass-cancel", "51411")


@pytest.mark.conformance("Cancel after a countdown or a disconnect", "okx spot", "okx swap")
async def test_a_countdown_cancels_everything_or_what_has_its_tag(timed) -> None:
    raw, sim, clock = timed
    desk = Desk(raw, sim)
    await desk.freeze()
    exchange = sim.simulator.venues["okx"].exchange
    orders = {tag: await resting(desk, SWAP, tag=tag) for tag in ("a", "b")}
    pair = await resting(desk, PAIR)
    now = clock.now_ms() // 1000
    assert await desk.post("trade/cancel-all-after", {"timeOut": "10", "tag": "a"}) == [
        {"triggerTime": str(now + 10), "tag": "a", "ts": str(now)}
    ]
    clock.advance(9_000)
    exchange.pass_time()
    assert (await desk.shown(orders["a"]))["state"] == "live"
    clock.advance(1_000)
    exchange.pass_time()
    assert picked(await desk.shown(orders["a"]), "state", "cancelSource") == ("canceled", "20")
    assert (await desk.shown(orders["b"]))["state"] == "live"
    await desk.post("trade/cancel-all-after", {"timeOut": "60"})
    clock.advance(59_000)
    exchange.pass_time()
    assert (await desk.post("trade/cancel-all-after", {"timeOut": "0"}))[0]["triggerTime"] == "0"
    clock.advance(2_000)
    exchange.pass_time()
    assert (await desk.shown(pair, PAIR))["state"] == "live"
    await desk.post("trade/cancel-all-after", {"timeOut": 10})
    clock.advance(10_000)
    exchange.pass_time()
    assert await desk.get("trade/orders-pending") == []


@pytest.mark.parametrize(
    ("request_body", "code"),
    [({}, "50014"), ({"timeOut": "9"}, "51000"), ({"timeOut": "121"}, "51000"), ({"timeOut": "x"}, "51000")],
)
async def test_a_countdown_has_its_range(desk: Desk, request_body: dict, code: str) -> None:
    status, body = await desk.raw.post("trade/cancel-all-after", request_body)
    assert (status, body["code"]) == (400, code)


async def test_a_closing_order_does_not_grow_beyond_its_position(desk: Desk) -> None:
    await desk.hedge()
    await desk.order(posSide="long", sz="10")
    order_id = await desk.order(posSide="long", side="sell", ordType="limit", px="66000", sz="4")
    change = {"instId": SWAP, "ordId": order_id}
    code, _ = await desk.refused("trade/amend-order", {**change, "newSz": "10.01"})
    assert code == "51112"
    await desk.post("trade/amend-order", {**change, "newSz": "10"})
    assert (await desk.position())["availPos"] == "0"


async def test_a_reduce_only_order_that_grows_displaces_those_behind_it(desk: Desk) -> None:
    await desk.order(sz="10")
    closing = {"side": "sell", "ordType": "limit", "reduceOnly": True}
    first = await desk.order(**closing, px="66000", sz="4")
    second = await desk.order(**closing, px="66100", sz="6")
    code, _ = await desk.refused("trade/amend-order", {"instId": SWAP, "ordId": first, "newSz": "11"})
    assert code == "51112"
    await desk.post("trade/amend-order", {"instId": SWAP, "ordId": first, "newSz": "5"})
    assert picked(await desk.shown(first), "state", "sz") == ("live", "5")
    assert picked(await desk.shown(second), "state", "cancelSource") == ("canceled", "23")
