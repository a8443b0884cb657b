"""What pairs and swaps have in common, and where a pair's market order differs: ids, retention, lists, expiry, fees."""

from decimal import Decimal

import pytest

from venuesim_okx_helpers import SWAP, Desk, picked, swap_order

D = Decimal
PAIR = {"instId": "BTC-USDT", "tdMode": "cash"}


@pytest.mark.conformance("Market order by quote quantity", "okx spot")
async def test_a_sell_for_a_quote_amount_sells_until_it_is_received(desk: Desk) -> None:
    order = await desk.shown(await desk.order(**PAIR, side="sell", sz="6499.9", tgtCcy="quote_ccy"), "BTC-USDT")
    assert picked(order, "accFillSz", "sz", "tgtCcy", "state", "feeCcy") == (
        "0.1",
        "6499.9",
        "quote_ccy",
        "filled",
        "USDT",
    )


@pytest.mark.conformance("Market order by base quantity", "okx spot")
async def test_a_market_buy_of_more_than_can_be_paid_is_made_smaller(desk: Desk) -> None:
    await desk.order(**PAIR, ordType="limit", px="64000", sz="15.5")
    order = await desk.shown(await desk.order(**PAIR, sz="1", tgtCcy="base_ccy"), "BTC-USDT")
    bought = (D(8_000) / D(65_001)).quantize(D("0.00000001"), "ROUND_DOWN")
    assert (D(order["sz"]), D(order["accFillSz"]), order["state"]) == (bought, bought, "filled")


async def test_a_market_order_that_may_not_be_made_smaller_is_refused(desk: Desk) -> None:
    await desk.order(**PAIR, ordType="limit", px="64000", sz="15.5")
    whole = swap_order(**PAIR, sz="1", tgtCcy="base_ccy", banAmend=True)
    assert (await desk.refused("trade/order", whole))[0] == "51008"
    assert (await desk.refused("trade/order", swap_order(**PAIR, sz="9000")))[0] == "51008"
    await desk.order(**PAIR, ordType="limit", px="64000", sz="0.125")
    assert (await desk.refused("trade/order", {**whole, "banAmend": False}))[0] == "51127"


async def test_json_numbers_and_empty_values_are_taken_as_the_venues_client_sends_them(desk: Desk) -> None:
    unset = dict.fromkeys(("ccy", "clOrdId", "tag", "posSide", "reduceOnly", "tgtCcy", "stpMode", "pxUsd", "pxVol"), "")
    order_id = await desk.order(
        **{**unset, "ordType": "limit", "sz": 2.5, "px": 64000, "banAmend": "", "attachAlgoOrds": None}
    )
    assert picked(await desk.shown(order_id), "sz", "px", "clOrdId") == ("2.5", "64000", "")
    change = {"instId": SWAP, "ordId": order_id, "newSz": 3, "newPx": "", "reqId": "", "attachAlgoOrds": ""}
    await desk.post("trade/amend-order", {**change, "newTpTriggerPx": "", "newSlTriggerPx": "", "cxlOnFail": False})
    assert (await desk.shown(order_id))["sz"] == "3"
    tiny = await desk.order(**PAIR, ordType="limit", sz=1e-05, px=64000.0)
    assert picked(await desk.shown(tiny, "BTC-USDT"), "sz", "px") == ("0.00001", "64000")


@pytest.mark.conformance("Client order id: charset, uniqueness", "okx swap")
async def test_a_client_order_id_names_the_newest_of_its_orders(desk: Desk) -> None:
    first = await desk.order(ordType="limit", px="64000", clOrdId="again")
    again = swap_order(ordType="limit", px="64000", clOrdId="again")
    assert await desk.refused("trade/order", again) == ("51016", "Client order ID already exists.")
    await desk.post("trade/cancel-order", {"instId": SWAP, "ordId": first})
    second = await desk.order(ordType="limit", px="64000", clOrdId="again")
    (found,) = await desk.get("trade/order", instId=SWAP, clOrdId="again")
    assert found["ordId"] == second
    for wrong in ("no-dash", "x" * 33, "ünicode"):
        assert (await desk.refused("trade/order", {**again, "clOrdId": wrong}))[0] == "51000"


@pytest.mark.conformance("Look-up retention", "okx spot", "okx swap")
async def test_orders_are_forgotten_after_hours_weeks_or_months(timed) -> None:
    raw, sim, clock = timed
    desk = Desk(raw, sim)
    await desk.freeze()
    filled = await desk.order(sz="1")
    unfilled = await desk.order(ordType="limit", px="64000")
    await desk.post("trade/cancel-order", {"instId": SWAP, "ordId": unfilled})

    async def listed(path: str) -> list[str]:
        return [row["ordId"] for row in await desk.get(path, instType="SWAP")]

    assert await listed("trade/orders-history") == [unfilled, filled]
    clock.advance(2 * 3_600_000 + 1)
    _, body = await raw.get("trade/order", instId=SWAP, ordId=unfilled)
    assert (body["code"], body["msg"]) == ("51603", "Order does not exist")
    assert await listed("trade/orders-history") == [filled]
    assert len(await listed("trade/fills")) == 1
    clock.advance(3 * 86_400_000)
    assert await listed("trade/fills") == []
    assert len(await listed("trade/fills-history")) == 1
    clock.advance(4 * 86_400_000)
    assert await listed("trade/orders-history") == []
    assert await listed("trade/orders-history-archive") == [filled]
    clock.advance(90 * 86_400_000)
    assert await listed("trade/orders-history-archive") == []
    assert await listed("trade/fills-history") == []


async def test_lists_are_filtered_by_type_family_and_kind(desk: Desk) -> None:
    pair = await desk.order(**PAIR, ordType="limit", px="64000", sz="0.1")
    swap = await desk.order(ordType="post_only", px="64000")

    async def ids(**query: str) -> list[str]:
        return [row["ordId"] for row in await desk.get("trade/orders-pending", **query)]

    assert await ids() == [swap, pair]
    assert await ids(instType="SPOT") == [pair]
    assert await ids(instType="SWAP") == [swap]
    assert await ids(instType="MARGIN") == []
    assert await ids(instFamily="BTC-USDT") == [swap]
    assert await ids(uly="ETH-USDT") == []
    assert await ids(ordType="post_only,ioc") == [swap]
    assert await ids(state="partially_filled") == []
    assert await ids(limit="1") == [swap]
    assert await ids(after=swap) == [pair]
    assert await ids(before=pair) == [swap]


async def test_the_history_needs_its_type(desk: Desk) -> None:
    for path in ("trade/orders-history", "trade/orders-history-archive", "trade/fills-history"):
        status, body = await desk.raw.get(path)
        assert (status, body["code"], body["msg"]) == (400, "50014", "Parameter instType can not be empty.")


@pytest.mark.conformance("Request expiry", "okx swap")
async def test_a_late_request_does_nothing(timed) -> None:
    raw, sim, clock = timed
    desk = Desk(raw, sim)
    await desk.freeze()
    late = {"expTime": str(clock.now_ms() - 1)}
    for path, body in (
        ("trade/order", swap_order()),
        ("trade/amend-order", {"instId": SWAP, "ordId": "1", "newSz": "1"}),
        ("trade/order-algo", {"instId": SWAP, "tdMode": "cross", "side": "sell", "ordType": "conditional", "sz": "1"}),
    ):
        _, answer = await raw.post(path, body, late)
        assert answer["data"][0]["sCode"] == "50036"
    _, answer = await raw.post("trade/order", swap_order(), {"expTime": str(clock.now_ms() + 1)})
    assert answer["code"] == "0"


@pytest.mark.conformance("Batch orders", "okx spot", "okx swap")
async def test_a_batch_may_mix_pairs_and_swaps(desk: Desk) -> None:
    orders = [swap_order(ordType="limit", px="64000"), swap_order(**PAIR, ordType="limit", px="64000", sz="99")]
    status, body = await desk.raw.post(
        "trade/batch-orders", [*orders, swap_order(**PAIR, ordType="limit", px="64000", sz="0.1")]
    )
    assert (status, body["code"], body["msg"]) == (200, "2", "Bulk operation partially succeeded.")
    assert [item["sCode"] for item in body["data"]] == ["0", "51008", "0"]
    placed = [{"instId": row["instId"], "ordId": row["ordId"]} for row in await desk.get("trade/orders-pending")]
    assert [item["sCode"] for item in await desk.post("trade/cancel-batch-orders", placed)] == ["0", "0"]


@pytest.mark.conformance("Fees in a third asset or as rebate", "okx swap")
async def test_a_makers_rebate_is_positive(desk: Desk) -> None:
    account = {"api_key": "k" * 64, "secret": "s" * 64, "passphrase": "correct horse", "fees": {"maker": "-0.0001"}}
    await desk.venues.control("POST", "accounts", account)
    order_id = await desk.order(ordType="limit", px="64900")
    await desk.price("64900")
    assert picked(await desk.shown(order_id), "fee", "feeCcy", "state") == ("0.649", "USDT", "filled")
    (fill,) = await desk.get("trade/fills", instType="SWAP")
    assert picked(fill, "fee", "feeRate", "execType") == ("0.649", "0.0001", "M")


@pytest.mark.conformance(
    "Fees in a third asset or as rebate", "okx spot", approximate="a buyer's rebate comes in the base asset, as his fee"
)
async def test_a_pairs_seller_has_his_rebate_in_the_quote_asset(desk: Desk) -> None:
    account = {"api_key": "k" * 64, "secret": "s" * 64, "passphrase": "correct horse", "fees": {"maker": "-0.0001"}}
    await desk.venues.control("POST", "accounts", account)
    order_id = await desk.order(**PAIR, side="sell", ordType="limit", px="65100", sz="0.1")
    await desk.price("65100", "BTC/USDT")
    assert picked(await desk.shown(order_id, "BTC-USDT"), "fee", "feeCcy", "rebateCcy", "state") == (
        *("0.651", "USDT", "BTC", "filled"),
    )


@pytest.mark.conformance("Auto-deleveraging", "okx swap", approximate="by hand only: nobody is deleveraged by himself")
async def test_a_deleveraged_position_says_so(desk: Desk) -> None:
    await desk.order(sz="10")
    about = {"api_key": "k" * 64, "symbol": "BTC/USDT:USDT"}
    await desk.venues.control("POST", "deleveraging", {**about, "quantity": "0.04"})
    await desk.venues.control("POST", "deleveraging", about)
    assert await desk.positions() == []
    rest, part = await desk.get("trade/orders-history", instType="SWAP", category="adl")
    assert picked(part, "side", "accFillSz", "tdMode") == ("sell", "4", "cross")
    assert picked(rest, "side", "accFillSz", "tdMode") == ("sell", "6", "cross")
    (closed,) = await desk.get("account/positions-history", type="6")
    assert closed["triggerPx"] == "65000"


@pytest.mark.conformance("Private stream: orders", "okx swap")
async def test_a_swaps_order_is_told_in_contracts(desk: Desk) -> None:
    socket = await desk.raw.subscribed({"channel": "orders", "instType": "ANY"})
    await desk.order(sz="10")
    await desk.order(side="sell", sz="4", reduceOnly=True)
    told = await socket.until("orders", 4)
    names = ("state", "sz", "accFillSz", "fillSz", "fillPnl", "fillFee", "posSide", "reduceOnly", "fillMarkPx", "lever")
    assert picked(told[1], *names) == ("filled", "10", "10", "10", "0", "-3.25005", "net", "false", "65000", "3")
    assert picked(told[3], *names) == ("filled", "4", "4", "4", "-0.08", "-1.29998", "net", "true", "65000", "3")
