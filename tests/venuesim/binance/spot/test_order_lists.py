"""Order lists: how they are placed, what the fate of one order does to the others, and what is told of it."""

from decimal import Decimal

import pytest

from venuesim_conformance import Row

D = Decimal
SPOT = "binance spot"
ORDER = "/api/v3/order"
OCO = {
    "symbol": "BTCUSDT",
    "side": "SELL",
    "quantity": "1",
    "aboveType": "LIMIT_MAKER",
    "abovePrice": "66000",
    "belowType": "STOP_LOSS",
    "belowStopPrice": "64000",
}
OTO = {
    "symbol": "BTCUSDT",
    "workingType": "LIMIT",
    "workingSide": "BUY",
    "workingPrice": "64000",
    "workingQuantity": "0.5",
    "workingTimeInForce": "GTC",
    "pendingType": "LIMIT_MAKER",
    "pendingSide": "SELL",
    "pendingPrice": "66000",
    "pendingQuantity": "0.4",
}
PAIR = {
    "pendingAboveType": "LIMIT_MAKER",
    "pendingAbovePrice": "66000",
    "pendingBelowType": "STOP_LOSS",
    "pendingBelowStopPrice": "63000",
}
OTOCO = {name: value for name, value in OTO.items() if name not in {"pendingType", "pendingPrice"}} | PAIR
OPO = {name: value for name, value in OTO.items() if name != "pendingQuantity"}
OPOCO = {name: value for name, value in OTOCO.items() if name != "pendingQuantity"}


async def place(raw, kind: str, form: dict, **changes: object) -> dict:
    sent = {name: value for name, value in (form | changes).items() if value is not None}
    status, body = await raw.call("POST", f"/api/v3/orderList/{kind}", **sent)
    assert status == 200, body
    return body


async def statuses(raw, entry: dict) -> list[str]:
    """Return how the orders of a list stand, in the order of their ids."""
    ids = sorted(order["orderId"] for order in entry["orders"])
    answers = [await raw.call("GET", ORDER, symbol="BTCUSDT", orderId=order_id) for order_id in ids]
    return [body["status"] for _, body in answers]


async def list_status(raw, entry: dict) -> tuple[str, str]:
    found = (await raw.call("GET", "/api/v3/orderList", orderListId=entry["orderListId"]))[1]
    return found["listStatusType"], found["listOrderStatus"]


def listed(events: list[dict]) -> list[tuple[str, str, str]]:
    return [(event["c"], event["l"], event["L"]) for event in events if event["e"] == "listStatus"]


@pytest.mark.conformance(Row.OCO, SPOT)
@pytest.mark.conformance(Row.BALANCES, SPOT)
async def test_an_oco_holds_its_funds_once_and_one_fill_ends_the_other(raw, user, move, free) -> None:
    entry = await place(raw, "oco", OCO, listClientOrderId="pair", aboveClientOrderId="up", belowClientOrderId="down")
    assert (entry["contingencyType"], entry["listStatusType"], entry["listOrderStatus"]) == (
        "OCO",
        "EXEC_STARTED",
        "EXECUTING",
    )
    reports = {report["clientOrderId"]: report for report in entry["orderReports"]}
    assert (reports["up"]["type"], reports["down"]["type"]) == ("LIMIT_MAKER", "STOP_LOSS")
    assert {report["orderListId"] for report in reports.values()} == {entry["orderListId"]}
    assert await free("BTC") == (9, 1)
    assert listed(await user.told()) == [("OCO", "EXEC_STARTED", "EXECUTING")]
    await move("66010")
    events = await user.reports()
    assert {event["x"] for event in events[:-1]} == {"EXPIRED", "TRADE"}
    assert listed(events) == [("OCO", "ALL_DONE", "ALL_DONE")]
    assert sorted(await statuses(raw, entry)) == ["EXPIRED", "FILLED"]
    assert await list_status(raw, entry) == ("ALL_DONE", "ALL_DONE")
    assert await free("BTC") == (9, 0)


@pytest.mark.conformance(Row.OCO, SPOT)
async def test_the_stop_of_an_oco_ends_its_limit_order(raw, user, move, free) -> None:
    entry = await place(raw, "oco", OCO)
    await user.told()
    await move("63990")
    assert sorted(await statuses(raw, entry)) == ["EXPIRED", "FILLED"]
    assert listed(await user.told()) == [("OCO", "ALL_DONE", "ALL_DONE")]
    assert await free("BTC") == (9, 0)


@pytest.mark.conformance(Row.OCO, SPOT)
async def test_a_buying_oco_holds_what_the_dearer_order_needs(raw, free, move) -> None:
    form = {**OCO, "side": "BUY", "aboveType": "STOP_LOSS_LIMIT", "aboveStopPrice": "66000", "abovePrice": "66100"}
    form |= {"aboveTimeInForce": "GTC", "belowType": "LIMIT_MAKER", "belowPrice": "64000", "belowStopPrice": None}
    entry = await place(raw, "oco", form)
    assert await free("USDT") == (D("933900"), D("66100"))
    await move("63990")
    assert sorted(await statuses(raw, entry)) == ["EXPIRED", "FILLED"]
    assert await free("USDT") == (D("936000"), 0)


@pytest.mark.conformance(Row.OCO, SPOT)
async def test_canceling_one_order_cancels_the_list(raw, user, free) -> None:
    entry = await place(raw, "oco", OCO)
    await user.told()
    first = entry["orders"][0]["orderId"]
    status, answer = await raw.call("DELETE", ORDER, symbol="BTCUSDT", orderId=first)
    assert status == 200
    assert (answer["contingencyType"], len(answer["orderReports"])) == ("OCO", 2)
    assert await statuses(raw, entry) == ["CANCELED", "CANCELED"]
    assert listed(await user.told()) == [("OCO", "ALL_DONE", "ALL_DONE")]
    assert await free("BTC") == (10, 0)
    again = await raw.call("DELETE", "/api/v3/orderList", symbol="BTCUSDT", orderListId=entry["orderListId"])
    assert (again[0], again[1]["code"]) == (400, -2011)


@pytest.mark.conformance(Row.OCO, SPOT)
async def test_the_legacy_request_makes_the_same_pair(raw) -> None:
    form = {"symbol": "BTCUSDT", "side": "SELL", "quantity": "0.1", "price": "66000", "stopPrice": "64000"}
    status, entry = await raw.call(
        "POST",
        "/api/v3/order/oco",
        **form,
        stopLimitPrice="63900",
        stopLimitTimeInForce="GTC",
        limitClientOrderId="limit",
        stopClientOrderId="stop",
    )
    assert status == 200, entry
    assert [(report["clientOrderId"], report["type"]) for report in entry["orderReports"]] == [
        ("stop", "STOP_LOSS_LIMIT"),
        ("limit", "LIMIT_MAKER"),
    ]


@pytest.mark.conformance(Row.OCO, SPOT)
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"aboveType": "LIMIT"}, -1158),
        ({"belowType": "LIMIT_MAKER", "belowStopPrice": None, "belowPrice": "64000"}, -1168),
        (
            {"belowType": "LIMIT_MAKER", "belowStopPrice": None, "belowPrice": "64000", "aboveType": "TAKE_PROFIT"},
            -1166,
        ),
        ({"aboveType": "STOP_LOSS"}, -1197),
        ({"belowType": "TAKE_PROFIT"}, -1199),
        ({"side": "BUY"}, -1165),
        ({"side": "BUY", "aboveType": "STOP_LOSS", "belowType": "STOP_LOSS"}, -1196),
        ({"side": "BUY", "aboveType": "TAKE_PROFIT", "belowType": "TAKE_PROFIT"}, -1198),
        ({"belowStopPrice": "65500"}, -2010),
        ({"abovePrice": "64500"}, -2010),
        ({"quantity": "11"}, -2010),
        ({"quantity": "0.000001"}, -1013),
        ({"belowStopPrice": None}, -1102),
        ({"abovePrice": None}, -1102),
        ({"aboveStopPrice": "66000"}, -1106),
        ({"aboveClientOrderId": "same", "belowClientOrderId": "same"}, -2010),
        ({"aboveIcebergQty": "0.001"}, -1013),
        ({"nonsense": "1"}, -1104),
    ],
)
async def test_a_wrong_oco_is_refused_whole(raw, free, changes: dict, code: int) -> None:
    sent = {name: value for name, value in (OCO | changes).items() if value is not None}
    status, body = await raw.call("POST", "/api/v3/orderList/oco", **sent)
    assert (status, body["code"]) == (400, code), body
    assert (await raw.call("GET", "/api/v3/openOrders"))[1] == []
    assert await free("BTC") == (10, 0)


@pytest.mark.conformance(Row.ORDER_LISTS, SPOT)
async def test_an_oto_begins_its_pending_order_when_the_working_one_has_filled(raw, user, move, free) -> None:
    entry = await place(raw, "oto", OTO)
    assert entry["contingencyType"] == "OTO"
    assert [report["status"] for report in entry["orderReports"]] == ["NEW", "PENDING_NEW"]
    events = await user.reports()
    assert [(event.get("x"), event.get("X")) for event in events] == [
        ("NEW", "NEW"),
        ("NEW", "PENDING_NEW"),
        (None, None),
    ]
    assert listed(events) == [("OTO", "EXEC_STARTED", "EXECUTING")]
    assert (await free("BTC"), await free("USDT")) == ((D("9.6"), D("0.4")), (D("968000"), D("32000")))
    await move("64000")
    assert await statuses(raw, entry) == ["FILLED", "NEW"]
    assert (await free("BTC"))[1] == D("0.4")
    assert await list_status(raw, entry) == ("EXEC_STARTED", "EXECUTING")
    await move("66010")
    assert await statuses(raw, entry) == ["FILLED", "FILLED"]
    assert listed(await user.told())[-1] == ("OTO", "ALL_DONE", "ALL_DONE")


@pytest.mark.conformance(Row.ORDER_LISTS, SPOT)
async def test_an_otoco_begins_a_pair(raw, move, free) -> None:
    entry = await place(raw, "otoco", OTOCO)
    assert await statuses(raw, entry) == ["NEW", "PENDING_NEW", "PENDING_NEW"]
    await move("64000")
    assert await statuses(raw, entry) == ["FILLED", "NEW", "NEW"]
    assert (await free("BTC"))[1] == D("0.4")
    await move("62990")
    assert await statuses(raw, entry) == ["FILLED", "FILLED", "EXPIRED"]
    assert await list_status(raw, entry) == ("ALL_DONE", "ALL_DONE")
    assert (await free("BTC"))[1] == 0


async def test_a_working_order_that_is_canceled_takes_the_pending_ones_along(raw, user, free) -> None:
    for kind, form in (("oto", OTO), ("otoco", OTOCO)):
        entry = await place(raw, kind, form)
        await user.told()
        status, _ = await raw.call("DELETE", ORDER, symbol="BTCUSDT", orderId=entry["orderReports"][0]["orderId"])
        assert status == 200
        assert set(await statuses(raw, entry)) == {"CANCELED"}
        assert listed(await user.told()) == [("OTO", "ALL_DONE", "ALL_DONE")]
    assert await free("USDT") == (1_000_000, 0)


async def test_a_working_order_that_expires_takes_the_pending_one_along(raw) -> None:
    entry = await place(raw, "oto", OTO, workingTimeInForce="FOK")
    assert set(await statuses(raw, entry)) == {"EXPIRED"}
    assert await list_status(raw, entry) == ("ALL_DONE", "ALL_DONE")


async def test_a_working_order_that_fills_at_once_begins_the_pending_one_at_once(raw) -> None:
    entry = await place(raw, "oto", OTO, workingPrice="65001")
    assert entry["orderReports"][0]["status"] == "FILLED"
    assert await statuses(raw, entry) == ["FILLED", "NEW"]


async def test_a_pending_order_that_cannot_be_expires_in_its_turn(raw, user, move, free) -> None:
    stop = {"pendingType": "STOP_LOSS", "pendingPrice": None, "pendingStopPrice": "64500"}
    entry = await place(raw, "oto", OTO, **stop)
    await user.told()
    await move("64000")
    assert await statuses(raw, entry) == ["FILLED", "EXPIRED"]
    expired = next(event for event in await user.reports() if event.get("X") == "EXPIRED")
    assert (expired["x"], expired["r"]) == ("EXPIRED", "STOP_PRICE_WOULD_TRIGGER_IMMEDIATELY")
    assert expired["eR"] == "REJECTED"
    assert await list_status(raw, entry) == ("ALL_DONE", "ALL_DONE")
    assert (await free("BTC"))[1] == 0


@pytest.mark.conformance(Row.BALANCES, SPOT)
async def test_pending_orders_hold_their_funds_from_the_beginning(raw, free) -> None:
    both = await place(raw, "oto", OTO, pendingSide="BUY", pendingPrice="60000", pendingQuantity="1")
    assert await free("USDT") == (D("908000"), D("92000"))
    await raw.call("DELETE", "/api/v3/orderList", symbol="BTCUSDT", orderListId=both["orderListId"])
    pair = await place(raw, "otoco", OTOCO)
    assert await free("BTC") == (D("9.6"), D("0.4"))
    last = pair["orders"][-1]["orderId"]
    amended = await raw.call("PUT", "/api/v3/order/amend/keepPriority", symbol="BTCUSDT", orderId=last, newQty="0.1")
    assert amended[0] == 200
    assert await free("BTC") == (D("9.9"), D("0.1"))
    await raw.call("DELETE", "/api/v3/openOrders", symbol="BTCUSDT")
    assert (await free("BTC"), await free("USDT")) == ((10, 0), (1_000_000, 0))
    for form in (OTO, OTOCO):
        sent = form | {"pendingQuantity": "10.1"}
        status, body = await raw.call("POST", f"/api/v3/orderList/{'oto' if form is OTO else 'otoco'}", **sent)
        assert (status, body["code"]) == (400, -2010)


async def test_what_an_opo_brings_in_pays_its_pending_order(raw, move, free) -> None:
    entry = await place(raw, "opo", OPO)
    assert "origQty" not in entry["orderReports"][1]
    await move("64000")
    assert await statuses(raw, entry) == ["FILLED", "NEW"]
    assert (await free("BTC"))[1] == D("0.5")
    orders = (await raw.call("GET", "/api/v3/openOrders"))[1]
    assert [order["origQty"] for order in orders] == ["0.50000000"]
    pair = await place(raw, "opoco", OPOCO, workingPrice="63500", pendingBelowStopPrice="62000")
    await move("63500")
    assert await statuses(raw, pair) == ["FILLED", "NEW", "NEW"]
    assert (await free("BTC"))[1] == D("1.0")


@pytest.mark.parametrize(
    ("kind", "form", "changes", "code"),
    [
        ("oto", OTO, {"workingType": "MARKET"}, -1116),
        ("oto", OTO, {"workingTimeInForce": None}, -1102),
        ("oto", OTO, {"pendingType": None}, -1102),
        ("oto", OTO, {"workingQuantity": "100"}, -2010),
        ("oto", OTO, {"workingIcebergQty": "0.1", "workingTimeInForce": "IOC"}, -1160),
        ("otoco", OTOCO, {"pendingAboveType": "STOP_LOSS"}, -1197),
        ("opo", OPO, {"workingSide": "SELL"}, -1222),
        ("opo", OPO, {"pendingSide": "BUY"}, -1223),
        ("opo", OPO, {"pendingQuantity": "1"}, -1106),
    ],
)
async def test_a_wrong_list_is_refused_whole(raw, kind: str, form: dict, changes: dict, code: int) -> None:
    sent = {name: value for name, value in (form | changes).items() if value is not None}
    status, body = await raw.call("POST", f"/api/v3/orderList/{kind}", **sent)
    assert (status, body["code"]) == (400, code), body
    assert (await raw.call("GET", "/api/v3/openOrders"))[1] == []


async def test_lists_are_found_by_their_ids_and_in_pages(raw) -> None:
    made = [await place(raw, "oco", OCO, quantity="0.1", listClientOrderId=f"list-{n}") for n in range(3)]
    by_name = (await raw.call("GET", "/api/v3/orderList", origClientOrderId="list-1"))[1]
    assert by_name["orderListId"] == made[1]["orderListId"]
    assert len((await raw.call("GET", "/api/v3/openOrderList"))[1]) == 3
    wanted = {"symbol": "BTCUSDT", "listClientOrderId": "list-0"}
    canceled = (await raw.call("DELETE", "/api/v3/orderList", **wanted))[1]
    assert (canceled["listOrderStatus"], len(canceled["orderReports"])) == ("ALL_DONE", 2)
    assert len((await raw.call("GET", "/api/v3/openOrderList"))[1]) == 2
    assert [row["listClientOrderId"] for row in (await raw.call("GET", "/api/v3/allOrderList"))[1]] == [
        "list-0",
        "list-1",
        "list-2",
    ]
    page = (await raw.call("GET", "/api/v3/allOrderList", fromId=made[1]["orderListId"], limit=1))[1]
    assert [row["listClientOrderId"] for row in page] == ["list-1"]
    both = await raw.call("GET", "/api/v3/allOrderList", fromId=1, startTime=raw.now() - 1000)
    assert (both[0], both[1]["code"]) == (400, -1128)
    assert (await raw.call("GET", "/api/v3/orderList", orderListId=99))[1]["code"] == -2018
    assert (await raw.call("GET", "/api/v3/orderList"))[1]["code"] == -1102
    limits = [await raw.call("POST", "/api/v3/orderList/oco", **OCO | {"quantity": "0.1"}) for _ in range(19)]
    refused = [body for status, body in limits if status != 200]
    assert [body["msg"] for body in refused] == ["Filter failure: MAX_NUM_ALGO_ORDERS"] * len(refused)


@pytest.mark.conformance(Row.AMEND, SPOT)
async def test_an_amendment_of_one_order_of_an_oco_amends_both(raw, user, free) -> None:
    entry = await place(raw, "oco", OCO)
    await user.told()
    path, first = "/api/v3/order/amend/keepPriority", entry["orders"][0]["orderId"]
    status, answer = await raw.call("PUT", path, symbol="BTCUSDT", orderId=first, newQty="0.4")
    assert status == 200
    assert answer["listStatus"]["orderListId"] == entry["orderListId"]
    orders = (await raw.call("GET", "/api/v3/openOrders"))[1]
    assert [order["origQty"] for order in orders] == ["0.40000000", "0.40000000"]
    assert await free("BTC") == (D("9.6"), D("0.4"))
    assert listed(await user.told()) == [("OCO", "UPDATED", "EXECUTING")]


async def test_lists_by_socket(user) -> None:
    placed = await user.call("orderList.place.oco", **OCO)
    list_id = placed["result"]["orderListId"]
    assert (await user.call("orderList.status", orderListId=list_id))["result"]["orderListId"] == list_id
    assert len((await user.call("openOrderLists.status"))["result"]) == 1
    canceled = await user.call("orderList.cancel", symbol="BTCUSDT", orderListId=list_id)
    assert canceled["result"]["listOrderStatus"] == "ALL_DONE"
    assert len((await user.call("allOrderLists"))["result"]) == 1
    for kind, form in (("oto", OTO), ("otoco", OTOCO), ("opo", OPO), ("opoco", OPOCO)):
        assert (await user.call(f"orderList.place.{kind}", **form))["status"] == 200
