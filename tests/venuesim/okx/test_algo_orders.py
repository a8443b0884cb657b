"""Algo orders: stops, targets, one-cancels-other, triggers and trailing stops, with ids of their own."""

import pytest

from venuesim_okx_helpers import SWAP, Desk, algo_order, picked

STOP = {"slTriggerPx": "64500", "slOrdPx": "-1"}
TARGET = {"tpTriggerPx": "65500", "tpOrdPx": "-1"}


@pytest.fixture
async def long(desk: Desk) -> Desk:
    """A client that is long ten contracts from 65,001."""
    await desk.order(sz="10")
    return desk


@pytest.mark.conformance("Stop (market)", "okx swap")
async def test_a_stop_waits_and_sells_at_the_market_when_the_price_falls_to_it(long: Desk) -> None:
    algo_id = await long.algo(**STOP, algoClOrdId="mystop", reduceOnly=True)
    waiting = await long.algo_shown(algo_id)
    assert picked(waiting, "state", "ordType", "slTriggerPx", "slOrdPx", "slTriggerPxType", "algoClOrdId", "sz") == (
        *("live", "conditional", "64500", "-1", "last", "mystop", "10"),
    )
    assert picked(waiting, "tpTriggerPx", "ordId", "ordIdList", "failCode", "lever", "reduceOnly") == (
        *("", "", [], "", "3", "true"),
    )
    await long.price("64501")
    assert (await long.algo_shown(algo_id))["state"] == "live"
    await long.price("64500")
    fired = await long.algo_shown(algo_id)
    assert picked(fired, "state", "actualSide", "actualSz", "algoId") == ("effective", "sl", "10", algo_id)
    order = await long.shown(fired["ordId"])
    assert picked(order, "algoId", "algoClOrdId", "source", "side", "state", "ordType") == (
        *(algo_id, "mystop", "7", "sell", "filled", "market"),
    )
    assert await long.positions() == []


@pytest.mark.conformance("Stop-limit", "okx swap")
@pytest.mark.conformance("Take-profit-limit", "okx swap")
@pytest.mark.parametrize(
    ("leg", "price", "limit"),
    [
        ({"slTriggerPx": "64500", "slOrdPx": "64600"}, "64500", "64600"),
        ({"tpTriggerPx": "65500", "tpOrdPx": "65600"}, "65500", "65600"),
    ],
)
async def test_a_limit_order_follows_where_a_price_is_named(long: Desk, leg: dict, price: str, limit: str) -> None:
    algo_id = await long.algo(**leg)
    await long.price(price)
    order = await long.shown((await long.algo_shown(algo_id))["ordIdList"][0])
    assert picked(order, "ordType", "px", "state") == ("limit", limit, "live")


@pytest.mark.conformance("Take-profit (market)", "okx swap")
async def test_a_target_sells_when_the_price_rises_to_it(long: Desk) -> None:
    algo_id = await long.algo(**TARGET, sz="4")
    await long.price("65500")
    assert picked(await long.algo_shown(algo_id), "state", "actualSide") == ("effective", "tp")
    assert (await long.position())["pos"] == "6"


@pytest.mark.conformance("One-cancels-other", "okx swap")
@pytest.mark.parametrize(("price", "side"), [("65500", "tp"), ("64500", "sl")])
async def test_of_a_target_and_a_stop_one_cancels_the_other(long: Desk, price: str, side: str) -> None:
    algo_id = await long.algo(ordType="oco", **STOP, **TARGET)
    await long.price(price)
    fired = await long.algo_shown(algo_id)
    assert picked(fired, "state", "actualSide", "ordType") == ("effective", side, "oco")
    await long.price("65500" if side == "sl" else "64500")
    assert len(await long.get("trade/orders-history", instType="SWAP", state="filled")) == 2


@pytest.mark.conformance("Triggers by mark or index price", "okx swap")
@pytest.mark.parametrize("kind", ["mark", "index"])
async def test_a_stop_may_watch_the_mark_or_the_index_price(long: Desk, kind: str) -> None:
    algo_id = await long.algo(**STOP, slTriggerPxType=kind)
    market = long.venues.simulator.venues["okx"].exchange.markets["BTC/USDT:USDT"]
    await long.venues.control("POST", "market", {"symbol": "BTC/USDT:USDT", f"{kind}_price": "64499"})
    long.venues.simulator.venues["okx"].exchange.liquidity.settle_prices(market)
    shown = await long.algo_shown(algo_id)
    assert picked(shown, "slTriggerPxType", "state") == (kind, "effective")


@pytest.mark.conformance("Stop (market)", "okx swap")
@pytest.mark.parametrize(("trigger", "price"), [("64000", "63999"), ("66000", "66001")])
async def test_a_trigger_order_opens_from_either_side(desk: Desk, trigger: str, price: str) -> None:
    algo_id = await desk.algo(ordType="trigger", side="buy", triggerPx=trigger, orderPx="-1", sz="3")
    assert picked(await desk.algo_shown(algo_id), "triggerPx", "ordPx", "triggerPxType", "state") == (
        *(trigger, "-1", "last", "live"),
    )
    await desk.price(price)
    fired = await desk.algo_shown(algo_id)
    assert fired["state"] == "effective"
    assert picked(await desk.shown(fired["ordId"]), "source", "accFillSz") == ("6", "3")


@pytest.mark.conformance("Trailing stop", "okx swap")
@pytest.mark.parametrize("callback", [{"callbackRatio": "0.01"}, {"callbackSpread": "660"}])
async def test_a_trailing_stop_follows_the_best_price(long: Desk, callback: dict) -> None:
    algo_id = await long.algo(ordType="move_order_stop", **callback)
    await long.price("66000")
    moved = await long.algo_shown(algo_id)
    assert picked(moved, "moveTriggerPx", "state") == ("65340", "live")
    await long.price("65400")
    assert (await long.algo_shown(algo_id))["moveTriggerPx"] == "65340"
    await long.price("65340")
    fired = await long.algo_shown(algo_id)
    assert fired["state"] == "effective"
    assert (await long.shown(fired["ordId"]))["source"] == "25"
    assert await long.positions() == []


@pytest.mark.conformance("Trailing stop", "okx swap")
async def test_a_trailing_stop_waits_for_its_activation(long: Desk) -> None:
    algo_id = await long.algo(ordType="move_order_stop", callbackRatio="0.01", activePx="66000")
    await long.price("64000")
    assert picked(await long.algo_shown(algo_id), "state", "moveTriggerPx", "activePx") == ("live", "", "66000")
    await long.price("66000")
    await long.price("65300")
    assert (await long.algo_shown(algo_id))["state"] == "effective"


@pytest.mark.conformance("Close a position", "okx swap")
async def test_a_stop_for_the_whole_position_takes_its_size_when_it_fires(long: Desk) -> None:
    whole = algo_order(**STOP, sz=None, closeFraction="1", reduceOnly=True)
    (placed,) = await long.post("trade/order-algo", whole)
    assert (await long.refused("trade/order-algo", whole))[0] == "51088"
    (closing,) = (await long.position())["closeOrderAlgo"]
    assert picked(closing, "algoId", "slTriggerPx", "closeFraction") == (placed["algoId"], "64500", "1")
    await long.order(sz="5")
    await long.price("64500")
    assert await long.positions() == []
    assert picked(await long.algo_shown(placed["algoId"]), "state", "actualSz", "sz") == ("effective", "15", "")


async def test_a_stop_tied_to_a_position_goes_with_it(long: Desk) -> None:
    tied = await long.algo(**STOP, cxlOnClosePos=True, reduceOnly=True)
    free = await long.algo(**STOP)
    await long.post("trade/close-position", {"instId": SWAP, "mgnMode": "cross"})
    assert (await long.algo_shown(tied))["state"] == "canceled"
    assert (await long.algo_shown(free))["state"] == "live"


@pytest.mark.conformance("One-cancels-other", "okx swap")
async def test_a_target_may_rest_as_a_limit_order_beside_a_stop(long: Desk) -> None:
    limit = {"tpOrdPx": "66000", "tpOrdKind": "limit", "cxlOnClosePos": True, "reduceOnly": True}
    algo_id = await long.algo(**STOP, **limit)
    (target,) = await long.get("trade/orders-pending", instType="SWAP")
    assert picked(target, "px", "isTpLimit", "linkedAlgoOrd", "reduceOnly") == (
        *("66000", "true", {"algoId": algo_id}, "true"),
    )
    assert (await long.algo_shown(algo_id))["linkedOrd"] == {"ordId": target["ordId"]}
    await long.price("66000")
    assert await long.positions() == []
    assert (await long.algo_shown(algo_id))["state"] == "canceled"


async def test_a_resting_target_goes_with_its_stop(long: Desk) -> None:
    limit = {"tpOrdPx": "66000", "tpOrdKind": "limit", "cxlOnClosePos": True, "reduceOnly": True}
    algo_id = await long.algo(**STOP, **limit)
    (target,) = await long.get("trade/orders-pending", instType="SWAP")
    await long.post("trade/cancel-algos", [{"algoId": algo_id, "instId": SWAP}])
    assert picked(await long.shown(target["ordId"]), "state", "cancelSource") == ("canceled", "37")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"cxlOnClosePos": False}, "51096"),
        ({"slTriggerPx": None, "slOrdPx": None}, "51095"),
        ({"tpOrdPx": "-1"}, "51093"),
        ({"tpOrdPx": "70000"}, "0"),
        ({"tpOrdPx": "60000"}, "51006"),
        ({"instId": "BTC-USDT", "tdMode": "cash", "sz": "1"}, "51094"),
    ],
)
async def test_a_resting_target_has_its_rules(long: Desk, changes: dict, code: str) -> None:
    limit = {"tpOrdPx": "66000", "tpOrdKind": "limit", "cxlOnClosePos": True, "reduceOnly": True, **STOP}
    _, body = await long.raw.post("trade/order-algo", algo_order(**{**limit, **changes}))
    assert body["data"][0]["sCode"] == code


async def test_an_algo_order_without_its_margin_fails_with_the_reason(desk: Desk) -> None:
    algo_id = await desk.algo(ordType="trigger", side="buy", triggerPx="64000", orderPx="-1", sz="30000")
    await desk.price("64000")
    assert picked(await desk.algo_shown(algo_id), "state", "failCode", "ordId") == ("order_failed", "51008", "")


@pytest.mark.conformance("Error codes and HTTP statuses", "okx swap")
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, "50015"),
        ({"slTriggerPx": "64500"}, "50014"),
        ({"slOrdPx": "-1"}, "50014"),
        ({"slTriggerPx": "65500", "slOrdPx": "-1"}, "51280"),
        ({"tpTriggerPx": "64500", "tpOrdPx": "-1"}, "51279"),
        ({"side": "buy", "slTriggerPx": "64500", "slOrdPx": "-1"}, "51278"),
        ({"side": "buy", "tpTriggerPx": "65500", "tpOrdPx": "-1"}, "51277"),
        ({"slTriggerPx": "65500", "slOrdPx": "-1", "slTriggerPxType": "mark"}, "51304"),
        ({"tpTriggerPx": "64500", "tpOrdPx": "-1", "tpTriggerPxType": "index"}, "51307"),
        ({"ordType": "oco", "slTriggerPx": "64500", "slOrdPx": "-1"}, "50014"),
        ({"ordType": "trigger", "triggerPx": "64000"}, "50014"),
        ({"ordType": "trigger", "triggerPx": "64000", "orderPx": "-2"}, "51000"),
        ({"ordType": "move_order_stop"}, "50015"),
        ({"ordType": "move_order_stop", "callbackRatio": "2"}, "51311"),
        ({"ordType": "move_order_stop", "callbackRatio": "0.1", "callbackSpread": "1"}, "50024"),
        ({"ordType": "twap"}, "50062"),
        ({"ordType": "smart_iceberg"}, "50062"),
        ({"ordType": "magic"}, "51000"),
        ({**STOP, "sz": None}, "50014"),
        ({**STOP, "sz": "0.001"}, "51020"),
        ({**STOP, "sz": None, "closeFraction": "1"}, "51328"),
        ({**STOP, "closeFraction": "1"}, "50024"),
        ({**STOP, "sz": None, "closeFraction": "0.5", "reduceOnly": True}, "51000"),
        ({"slTriggerPx": "64500", "slOrdPx": "64400", "sz": None, "closeFraction": "1", "reduceOnly": True}, "51330"),
        ({**STOP, "algoClOrdId": "no-dash"}, "51000"),
        ({**STOP, "cxlOnClosePos": True}, "51000"),
        ({**STOP, "instId": "BTC-USDT", "tdMode": "cash", "slTriggerPxType": "mark", "sz": "1"}, "51415"),
        ({**STOP, "instId": "BTC-USDT", "tdMode": "cash", "sz": None, "closeFraction": "1"}, "51327"),
    ],
)
async def test_a_wrong_algo_order_is_refused(desk: Desk, changes: dict, code: str) -> None:
    assert (await desk.refused("trade/order-algo", algo_order(**changes)))[0] == code


async def test_a_clients_algo_id_is_unique_among_the_pending(desk: Desk) -> None:
    first = await desk.algo(**STOP, algoClOrdId="mine")
    assert await desk.refused("trade/order-algo", algo_order(**STOP, algoClOrdId="mine")) == (
        *("51065", "algoClOrdId already exists."),
    )
    await desk.post("trade/cancel-algos", [{"algoId": first, "instId": SWAP}])
    second = await desk.algo(**STOP, algoClOrdId="mine")
    (found,) = await desk.get("trade/order-algo", algoClOrdId="mine")
    assert found["algoId"] == second


async def test_algo_orders_are_canceled_each_for_itself(desk: Desk) -> None:
    algo_id = await desk.algo(**STOP)
    status, body = await desk.raw.post(
        "trade/cancel-algos", [{"algoId": algo_id, "instId": SWAP}, {"algoId": "7", "instId": SWAP}]
    )
    assert (status, body["code"]) == (200, "2")
    assert [item["sCode"] for item in body["data"]] == ["0", "51400"]
    assert (await desk.algo_shown(algo_id))["state"] == "canceled"
    assert (await desk.refused("trade/cancel-algos", [{"algoId": algo_id, "instId": SWAP}]))[0] == "51400"
    assert await desk.refused("trade/cancel-algos", [{"instId": SWAP, "algoId": "1"}] * 11) == (
        *("50025", "Parameter args count exceeds the limit 10."),
    )


async def test_what_has_fired_cannot_be_canceled(long: Desk) -> None:
    algo_id = await long.algo(**STOP)
    await long.price("64000")
    assert (await long.refused("trade/cancel-algos", [{"algoId": algo_id, "instId": SWAP}]))[0] == "51416"


@pytest.mark.conformance("Amend in place", "okx swap")
async def test_a_stop_is_amended_while_it_waits(long: Desk) -> None:
    algo_id = await long.algo(**STOP)
    change = {"instId": SWAP, "algoId": algo_id, "reqId": "r1", "newSlTriggerPx": "64000", "newSz": "5"}
    (answer,) = await long.post("trade/amend-algos", change)
    assert picked(answer, "algoId", "reqId", "sCode") == (algo_id, "r1", "0")
    await long.price("64400")
    assert picked(await long.algo_shown(algo_id), "state", "slTriggerPx", "sz") == ("live", "64000", "5")
    await long.price("64000")
    assert (await long.position())["pos"] == "5"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"algoId": "7", "newSz": "1"}, "51527"),
        ({}, "51500"),
        ({"newSz": "1.005"}, "51121"),
        ({"newSlTriggerPx": "66000"}, "51280"),
        ({"newSlTriggerPx": "0"}, "51531"),
        ({"newTpTriggerPx": "66000"}, "50014"),
        ({"newSz": "1", "reqId": "no-dash"}, "51000"),
    ],
)
async def test_a_wrong_amendment_leaves_the_algo_order(long: Desk, change: dict, code: str) -> None:
    algo_id = await long.algo(**STOP)
    request = {"instId": SWAP, "algoId": algo_id, **change}
    assert (await long.refused("trade/amend-algos", request))[0] == code
    assert picked(await long.algo_shown(algo_id), "state", "slTriggerPx", "sz") == ("live", "64500", "10")
    if change and change.get("algoId") is None:
        await long.raw.post("trade/amend-algos", {**request, "cxlOnFail": True})
        assert (await long.algo_shown(algo_id))["state"] == "canceled"


async def test_a_trigger_order_is_amended_and_a_trailing_one_is_not(desk: Desk) -> None:
    trigger = await desk.algo(ordType="trigger", side="buy", triggerPx="66000", orderPx="-1")
    change = {"instId": SWAP, "algoId": trigger, "newTriggerPx": "67000", "newOrdPx": "67100"}
    await desk.post("trade/amend-algos", change)
    assert picked(await desk.algo_shown(trigger), "triggerPx", "ordPx") == ("67000", "67100")
    trailing = await desk.algo(ordType="move_order_stop", callbackRatio="0.01")
    assert (await desk.refused("trade/amend-algos", {"instId": SWAP, "algoId": trailing, "newSz": "1"}))[0] == "51506"


async def test_pending_and_past_algo_orders_are_listed_by_type(desk: Desk) -> None:
    stops = [await desk.algo(**STOP) for _ in range(3)]
    trailing = await desk.algo(ordType="move_order_stop", callbackRatio="0.01")
    pair = {"instId": "BTC-USDT", "tdMode": "cash", "sz": "1", "slTriggerPx": "64000", "slOrdPx": "-1"}
    spot = await desk.algo(**pair)

    async def ids(path: str, **query: str) -> list[str]:
        return [row["algoId"] for row in await desk.get(path, **query)]

    pending = "trade/orders-algo-pending"
    assert await ids(pending, ordType="conditional", instType="SWAP") == stops[::-1]
    assert await ids(pending, ordType="conditional,oco", instType="SPOT") == [spot]
    assert await ids(pending, ordType="move_order_stop") == [trailing]
    assert await ids(pending, ordType="conditional", instId=SWAP, limit="1", after=stops[2]) == [stops[1]]
    await desk.post("trade/cancel-algos", [{"algoId": stops[0], "instId": SWAP}])
    history = "trade/orders-algo-history"
    assert await ids(history, ordType="conditional", state="canceled") == [stops[0]]
    assert await ids(history, ordType="conditional", algoId=stops[0]) == [stops[0]]
    for query, code in (
        ({}, "50014"),
        ({"ordType": "conditional"}, "51602"),
        ({"ordType": "conditional", "state": "canceled", "algoId": "1"}, "51601"),
    ):
        assert (await desk.raw.get(history, **query))[1]["code"] == code
    assert (await desk.raw.get(pending))[1]["code"] == "50014"
    assert (await desk.raw.get("trade/order-algo", algoId="1"))[1]["code"] == "51603"


@pytest.mark.conformance("Stop (market)", "okx spot")
@pytest.mark.conformance("Take-profit (market)", "okx spot")
@pytest.mark.parametrize(
    ("leg", "price"),
    [({"slTriggerPx": "64000", "slOrdPx": "-1"}, "64000"), ({"tpTriggerPx": "66000", "tpOrdPx": "-1"}, "66000")],
)
async def test_a_pairs_stop_sells_what_there_is(desk: Desk, leg: dict, price: str) -> None:
    algo_id = await desk.algo(instId="BTC-USDT", tdMode="cash", sz="2", **leg)
    await desk.price(price, "BTC/USDT")
    fired = await desk.algo_shown(algo_id)
    assert picked(fired, "state", "instType", "tgtCcy", "lever") == ("effective", "SPOT", "base_ccy", "")
    order = await desk.shown(fired["ordId"], "BTC-USDT")
    assert picked(order, "state", "accFillSz", "tdMode", "source") == ("filled", "2", "cash", "7")


@pytest.mark.conformance("Stop-limit", "okx spot")
@pytest.mark.conformance("Take-profit-limit", "okx spot")
@pytest.mark.conformance("One-cancels-other", "okx spot")
async def test_a_pairs_target_rests_as_a_limit_order(desk: Desk) -> None:
    legs = {"slTriggerPx": "64000", "slOrdPx": "63900", "tpTriggerPx": "66000", "tpOrdPx": "66500"}
    algo_id = await desk.algo(instId="BTC-USDT", tdMode="cash", sz="2", ordType="oco", **legs)
    await desk.price("66000", "BTC/USDT")
    order = await desk.shown((await desk.algo_shown(algo_id))["ordId"], "BTC-USDT")
    assert picked(order, "state", "px", "sz") == ("live", "66500", "2")


@pytest.mark.conformance("Trailing stop", "okx spot")
async def test_a_pairs_trailing_stop_buys_when_the_price_comes_back(desk: Desk) -> None:
    pair = {"instId": "BTC-USDT", "tdMode": "cash", "side": "buy", "sz": "1", "tgtCcy": "base_ccy"}
    algo_id = await desk.algo(**pair, ordType="move_order_stop", callbackSpread="500")
    await desk.price("64000", "BTC/USDT")
    await desk.price("64500", "BTC/USDT")
    order = await desk.shown((await desk.algo_shown(algo_id))["ordId"], "BTC-USDT")
    assert picked(order, "side", "accFillSz", "source") == ("buy", "1", "25")


@pytest.mark.conformance("Private stream: orders", "okx swap")
async def test_algo_orders_are_told_on_the_business_socket(long: Desk) -> None:
    socket = await long.raw.private("business")
    assert (await socket.receive())["event"] == "login"
    for channel in ("orders-algo", "algo-advance"):
        await socket.send("subscribe", {"channel": channel, "instType": "SWAP"})
        assert (await socket.receive())["event"] == "subscribe"
    algo_id = await long.algo(**STOP)
    await long.post("trade/amend-algos", {"instId": SWAP, "algoId": algo_id, "newSz": "9", "reqId": "r1"})
    await long.price("64500")
    told = await socket.until("orders-algo", 3)
    assert [picked(row, "state", "sz", "amendResult", "reqId") for row in told] == [
        ("live", "10", "", ""),
        ("live", "9", "0", "r1"),
        ("effective", "9", "", ""),
    ]
    trailing = await long.algo(ordType="move_order_stop", callbackRatio="0.01", sz="1")
    (row,) = await socket.until("algo-advance", 1)
    assert picked(row, "algoId", "callbackRatio", "state") == (trailing, "0.01", "live")


@pytest.mark.parametrize("order_price", ["-1", "63900"])
@pytest.mark.parametrize("side", ["buy", "sell"])
@pytest.mark.parametrize("mode", ["cash", "cross"])
async def test_a_pairs_trigger_without_anything_to_give_fails(
    desk: Desk, mode: str, side: str, order_price: str
) -> None:
    pair = {"instId": "BTC-USDT", "tdMode": mode, "side": side, "ordType": "trigger", "sz": "0.1"}
    algo_id = await desk.algo(**pair, triggerPx="64000", orderPx=order_price)
    account = {**desk.raw.account(), "balances": {"USDT": "0", "BTC": "0"}}
    await desk.venues.control("POST", "accounts", account)
    await desk.price("63950", "BTC/USDT")
    failed = await desk.algo_shown(algo_id)
    assert picked(failed, "state", "failCode", "ordId") == ("order_failed", "51008", "")
    assert await desk.get("trade/orders-pending") == []
