"""What the simulated OKX answers to everything that is wrong, by HTTP status and code."""

import pytest

RESTING = {"instId": "BTC-USDT", "tdMode": "cash", "side": "buy", "ordType": "limit", "sz": "0.01", "px": "60000"}
MALFORMED = "Parameter {} error"


@pytest.mark.conformance("Price, quantity and notional rules", "okx spot")
@pytest.mark.conformance("Error codes and HTTP statuses", "okx spot")
@pytest.mark.parametrize(
    ("changes", "code", "words"),
    [
        ({"instId": "NOPE-USDT"}, "51001", "doesn't exist"),
        ({"instId": None}, "50014", "Parameter instId can not be empty."),
        ({"tdMode": None}, "50014", "Parameter tdMode can not be empty."),
        ({"tdMode": "cross"}, "51010", "account mode"),
        ({"tdMode": "margin"}, "51000", MALFORMED.format("tdMode")),
        ({"side": "long"}, "51000", MALFORMED.format("side")),
        ({"ordType": "magic"}, "51000", MALFORMED.format("ordType")),
        ({"ordType": "optimal_limit_ioc"}, "51000", MALFORMED.format("ordType")),
        ({"sz": ""}, "50014", "Parameter sz can not be empty."),
        ({"sz": "-1"}, "51000", MALFORMED.format("sz")),
        ({"sz": "1e3"}, "51000", MALFORMED.format("sz")),
        ({"sz": "0"}, "51000", MALFORMED.format("sz")),
        ({"sz": {"amount": 1}}, "51000", MALFORMED.format("sz")),
        ({"px": None}, "50014", "Parameter px can not be empty."),
        ({"px": "60000.05"}, "51000", MALFORMED.format("px")),
        ({"px": "68250.1"}, "51006", "(max buy price: 68250 , min sell price: 61750 )"),
        ({"side": "sell", "px": "61749.9"}, "51006", "price limit"),
        ({"sz": "0.000009"}, "51020", "minimum order amount"),
        ({"sz": "0.000010001"}, "51121", "multiple of the lot size"),
        ({"sz": "1000"}, "51005", "exceeds the max order amount"),
        ({"sz": "17"}, "51008", "Insufficient USDT balance"),
        ({"side": "sell", "sz": "10.1", "px": "66000"}, "51008", "Insufficient BTC balance"),
        ({"ordType": "market", "px": None, "sz": "0.5"}, "51020", "minimum order amount"),
        ({"ordType": "market", "px": None, "sz": "1000001"}, "51201", "can't exceed 1000000 USDT"),
        ({"ordType": "market", "px": None, "sz": "1", "tgtCcy": "eur"}, "51000", MALFORMED.format("tgtCcy")),
        ({"clOrdId": "no-dashes"}, "51000", MALFORMED.format("clOrdId")),
        ({"clOrdId": "x" * 33}, "51000", MALFORMED.format("clOrdId")),
        ({"tag": "x" * 17}, "51000", MALFORMED.format("tag")),
        ({"stpMode": "cancel_all"}, "51000", MALFORMED.format("stpMode")),
        ({"attachAlgoOrds": "1"}, "51000", MALFORMED.format("attachAlgoOrds")),
        ({"attachAlgoOrds": [{"slTriggerPx": "1"}]}, "50014", "Parameter slOrdPx can not be empty."),
        ({"reduceOnly": True}, "51205", "Reduce Only is not available."),
        ({"posSide": "long"}, "51000", MALFORMED.format("posSide")),
    ],
)
async def test_a_wrong_order_is_refused_as_an_item(raw, venues, changes: dict, code: str, words: str) -> None:
    status, body = await raw.order(**changes)
    assert (status, body["code"], body["msg"]) == (200, "1", "All operations failed"), body
    item = body["data"][0]
    assert (item["sCode"], item["ordId"]) == (code, ""), item
    assert words in item["sMsg"]
    assert (await venues.control("GET", "ledger"))["orders"] == []


async def test_an_insufficient_balance_has_its_sub_code(raw) -> None:
    _, body = await raw.order(sz="17")
    assert body["data"][0]["subCode"] == "1000"


@pytest.mark.conformance("Client order id: charset, uniqueness", "okx spot")
async def test_a_client_order_id_is_unique_among_open_orders_only(raw, venues) -> None:
    first = await raw.placed(clOrdId="twice")
    _, body = await raw.order(clOrdId="twice")
    assert body["data"][0]["sCode"] == "51016"
    await raw.post("trade/cancel-order", {"instId": "BTC-USDT", "ordId": first})
    second = await raw.placed(clOrdId="twice")
    _, found = await raw.get("trade/order", instId="BTC-USDT", clOrdId="twice")
    assert found["data"][0]["ordId"] == second
    arrivals = (await venues.control("GET", "ledger"))["arrivals"]
    assert [(row["client_order_id"], row["count"]) for row in arrivals] == [("twice", 3)]


async def test_orders_without_a_client_order_id_do_not_collide(raw) -> None:
    ids = {await raw.placed(), await raw.placed()}
    assert len(ids) == 2
    assert {(await raw.shown(order_id))["clOrdId"] for order_id in ids} == {""}


async def test_a_batch_tells_each_result_and_a_code_for_all(raw) -> None:
    good, bad = {**RESTING, "clOrdId": "good"}, {**RESTING, "clOrdId": "bad", "sz": "0"}
    _, mixed = await raw.post("trade/batch-orders", [good, bad, good])
    assert (mixed["code"], [item["sCode"] for item in mixed["data"]]) == ("2", ["0", "51000", "51016"])
    _, failed = await raw.post("trade/batch-orders", [bad, bad])
    assert (failed["code"], failed["msg"]) == ("1", "All operations failed")
    _, canceled = await raw.post(
        "trade/cancel-batch-orders",
        [{"instId": "BTC-USDT", "clOrdId": "good"}, {"instId": "BTC-USDT", "clOrdId": "bad"}],
    )
    assert (canceled["code"], [item["sCode"] for item in canceled["data"]]) == ("2", ["0", "51400"])


async def test_a_batch_holds_twenty_orders(raw) -> None:
    _, body = await raw.post("trade/batch-orders", [RESTING] * 21)
    assert (body["code"], body["data"]) == ("50025", [])


@pytest.mark.parametrize(
    ("named", "code"),
    [
        ({"ordId": "1"}, "51400"),
        ({"clOrdId": "never"}, "51400"),
        ({"ordId": "abc"}, "51000"),
        ({}, "50015"),
    ],
)
async def test_what_is_not_pending_cannot_be_canceled(raw, named: dict, code: str) -> None:
    status, body = await raw.post("trade/cancel-order", {"instId": "BTC-USDT", **named})
    assert (status, body["code"], body["data"][0]["sCode"]) == (200, "1", code)


async def test_an_order_belongs_to_its_instrument(raw) -> None:
    order_id = await raw.placed()
    _, canceled = await raw.post("trade/cancel-order", {"instId": "ETH-USDT", "ordId": order_id})
    assert canceled["data"][0]["sCode"] == "51400"
    _, found = await raw.get("trade/order", instId="ETH-USDT", ordId=order_id)
    assert found == {"code": "51603", "msg": "Order does not exist", "data": []}


@pytest.mark.parametrize(
    ("path", "query", "status", "code"),
    [
        ("trade/order", {"ordId": "1"}, 400, "50014"),
        ("trade/order", {"instId": "BTC-USDT"}, 400, "50015"),
        ("trade/order", {"instId": "BTC-USDT", "ordId": "1"}, 200, "51603"),
        ("trade/order", {"instId": "NOPE", "ordId": "1"}, 200, "51001"),
        ("trade/orders-pending", {"state": "asleep"}, 400, "51000"),
        ("trade/orders-history", {}, 400, "50014"),
        ("trade/fills-history", {}, 400, "50014"),
        ("trade/fills", {"after": "x"}, 400, "51000"),
        ("public/instruments", {}, 400, "50014"),
        ("public/instruments", {"instType": "SPOTS"}, 400, "51000"),
        ("market/ticker", {"instId": "NOPE-USDT"}, 200, "51001"),
    ],
)
async def test_a_wrong_query_is_refused_whole(raw, path: str, query: dict, status: int, code: str) -> None:
    answer = await raw.get(path, **query)
    assert (answer[0], answer[1]["code"], answer[1]["data"]) == (status, code, [])


@pytest.mark.parametrize(
    ("body", "content_type", "code"),
    [
        ("{", "application/json", "50002"),
        ("[]", "application/json", "50002"),
        ("", "application/json", "50000"),
        ("{}", "text/plain", "50006"),
    ],
)
async def test_a_body_that_is_not_one_is_refused(raw, body: str, content_type: str, code: str) -> None:
    status, answer = await raw.send("POST", "/api/v5/trade/order", body, {"Content-Type": content_type})
    assert (status, answer["code"]) == (400, code)


@pytest.mark.conformance("Request expiry", "okx spot")
async def test_an_order_that_arrives_after_its_deadline_is_refused(timed) -> None:
    raw, _, clock = timed
    late = await raw.order({"expTime": str(clock.now_ms() - 1)}, clOrdId="late")
    assert (late[0], late[1]["data"][0]["sCode"]) == (200, "50036")
    for nonsense in ("soon", "-1", "9" * 5000):
        assert (await raw.order({"expTime": nonsense}))[1]["data"][0]["sCode"] == "51000"
    in_time = await raw.order({"expTime": str(clock.now_ms())}, clOrdId="intime")
    assert in_time[1]["data"][0]["sCode"] == "0"


async def test_an_unknown_path_is_not_found(raw) -> None:
    status, body = await raw.get("trade/nothing")
    assert (status, body["code"]) == (404, "404")


@pytest.mark.conformance("Signatures and permissions", "okx spot", "okx swap")
async def test_a_key_for_reading_does_not_trade(raw, venues) -> None:
    reader = {"api_key": "k" * 64, "secret": "s" * 64, "passphrase": "correct horse", "permissions": ["read"]}
    await venues.control("POST", "accounts", reader)
    status, body = await raw.order()
    assert (status, body["code"]) == (200, "50120")
    assert (await raw.get("account/config"))[1]["data"][0]["perm"] == "read_only"
