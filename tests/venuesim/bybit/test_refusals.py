"""What is refused, by Bybit's own codes."""

import pytest

from venuesim_conformance import Row

SPOT = {"category": "spot"}
MARKET = {"orderType": "Market", "price": None}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"category": None}, 10001),
        ({"category": "inverse"}, 10001),
        ({"category": "option"}, 10001),
        ({"category": "moon"}, 10001),
        ({"symbol": None}, 10001),
        ({"symbol": "BTCEUR"}, 170121),
        ({"side": "buy"}, 10001),
        ({"orderType": "Stop"}, 10001),
        ({"timeInForce": "GTX"}, 10001),
        ({"qty": None}, 10001),
        ({"qty": "0"}, 10001),
        ({"qty": "-1"}, 10001),
        ({"qty": "1e-2"}, 10001),
        ({"qty": 0.01}, 10001),
        ({"price": None}, 10001),
        ({"orderLinkId": "x" * 37}, 10001),
        ({"orderLinkId": "a.b"}, 10001),
        ({"timeInForce": "RPI"}, 170355),
        ({"orderFilter": "StopOrder"}, 170202),
        ({"orderFilter": "OcoOrder"}, 170201),
        ({"isLeverage": 1}, 170036),
        ({"qty": "0.0000001"}, 170136),
        ({"qty": "167"}, 170135),
        ({"qty": "0.0100001"}, 170137),
        ({"price": "63000.001"}, 170134),
        ({"price": "66300.1"}, 170193),
        ({"side": "Sell", "price": "63699.9"}, 170194),
        ({"qty": "0.000079"}, 170140),
        ({"side": "Sell", "price": "100000", "qty": "81"}, 170124),
        ({"qty": "16"}, 170131),
        ({"side": "Sell", "price": "66000", "qty": "10.000001"}, 170131),
        ({**MARKET, "qty": "4.99"}, 170140),
        ({**MARKET, "qty": "10.000000001"}, 170137),
        ({**MARKET, "qty": "1000001"}, 170131),
        ({**MARKET, "qty": "0.1", "marketUnit": "lots"}, 10001),
    ],
)
@pytest.mark.conformance(Row.FILTERS, "bybit spot")
@pytest.mark.conformance(Row.ERRORS, "bybit spot")
async def test_a_wrong_order_is_refused_and_changes_nothing(raw, venues, changes: dict, code: int) -> None:
    answer = await raw.order(**changes)
    assert (answer["retCode"], answer["result"]) == (code, {})
    assert answer["retMsg"]
    ledger = await venues.control("GET", "ledger")
    assert ledger["orders"] == []
    assert all(balance["locked"] == "0" for balance in ledger["balances"])


@pytest.mark.parametrize(
    "changes", [{"price": "66300"}, {"price": "1"}, {"side": "Sell", "price": "900000", "qty": "0.1"}]
)
async def test_the_price_limit_is_one_sided(raw, changes: dict) -> None:
    await raw.placed(**{"qty": "5", **changes})


@pytest.mark.conformance(Row.CLIENT_ORDER_IDS, "bybit spot")
async def test_an_order_link_id_is_taken_for_ever(raw, venues) -> None:
    await raw.placed(orderLinkId="once-Only_1")
    assert (await raw.order(orderLinkId="once-Only_1"))["retCode"] == 170141
    assert (await raw.cancel(orderLinkId="once-Only_1"))["retCode"] == 0
    assert (await raw.order(orderLinkId="once-Only_1"))["retCode"] == 170141
    (arrival,) = (await venues.control("GET", "ledger"))["arrivals"]
    assert (arrival["client_order_id"], arrival["count"]) == ("once-Only_1", 3)


async def test_orders_without_an_id_of_the_clients_do_not_collide(raw) -> None:
    ids = {await raw.placed() for _ in range(3)}
    assert len(ids) == 3
    assert {row["orderLinkId"] for row in await raw.listed("order/realtime")} == {""}


async def test_a_cancel_tells_why_it_comes_too_late(raw) -> None:
    filled = await raw.placed(price="65001")
    canceled = await raw.placed()
    killed = await raw.placed(price="65001", qty="9", timeInForce="FOK")
    answer = await raw.cancel(orderId=canceled)
    assert (answer["retCode"], answer["result"]) == (0, {"orderId": canceled, "orderLinkId": ""})
    for named, code in (
        ({"orderId": filled}, 170139),
        ({"orderId": canceled}, 170142),
        ({"orderId": killed}, 170143),
        ({"orderId": "1"}, 170213),
        ({"orderId": "None"}, 170213),
        ({"orderLinkId": "nothing"}, 170213),
        ({}, 10001),
        ({"orderId": canceled, "symbol": "ETHUSDT"}, 170213),
        ({"orderId": canceled, "symbol": "NOPE"}, 170121),
    ):
        assert (await raw.cancel(**named))["retCode"] == code, named


async def test_everything_of_one_pair_is_canceled(raw) -> None:
    ours = [await raw.placed(orderLinkId=f"all{n}") for n in range(2)]
    other = await raw.placed(symbol="ETHUSDT", price="2000", qty="0.1")
    answer = await raw.post("order/cancel-all", {**SPOT, "symbol": "BTCUSDT"})
    assert [row["orderId"] for row in answer["result"]["list"]] == ours
    assert [row["orderId"] for row in await raw.listed("order/realtime")] == [other]
    assert (await raw.post("order/cancel-all", SPOT))["result"]["list"] == [{"orderId": other, "orderLinkId": ""}]


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("order/realtime", {}),
        ("order/realtime", {**SPOT, "limit": 0}),
        ("order/realtime", {**SPOT, "cursor": "next"}),
        ("order/realtime", {**SPOT, "symbol": "NOPE"}),
        ("order/history", {**SPOT, "orderStatus": "Sleeping"}),
        ("execution/list", {**SPOT, "startTime": "yesterday"}),
        ("execution/list", {**SPOT, "startTime": 1, "endTime": 604_800_002}),
        ("execution/list", {**SPOT, "startTime": 2, "endTime": 1}),
        ("account/wallet-balance", {}),
        ("account/wallet-balance", {"accountType": "SPOT"}),
        ("market/tickers", {**SPOT, "symbol": "NOPE"}),
        ("market/orderbook", SPOT),
        ("market/orderbook", {"category": "inverse", "symbol": "BTCUSDT"}),
    ],
)
async def test_a_wrong_look_up_is_refused(raw, path: str, query: dict) -> None:
    assert (await raw.get(path, **query))["retCode"] == 10001


async def test_other_paths_and_methods_are_not_there(raw) -> None:
    for method, path in (("GET", "/v5/order/create"), ("POST", "/v5/order/realtime"), ("GET", "/")):
        assert await raw.send(method, path) == (404, "404 page not found")
    async with raw.session.get(f"{raw.base}/v5/public/option", headers={"Upgrade": "websocket"}) as response:
        assert response.status == 404


async def test_a_body_that_is_no_object_is_refused(raw) -> None:
    for body in ("", "[]", "{", '{"qty": ' + "[" * 20_000, "7"):
        status, answer = await raw.send("POST", "/v5/order/create", body=body)
        assert (status, answer["retCode"]) == (200, 10001)


@pytest.mark.conformance(Row.FILTERS, "bybit spot", "bybit linear")
@pytest.mark.parametrize(
    ("symbol", "category", "code"), [("BTC/USDT", "spot", 170157), ("BTC/USDT:USDT", "linear", 110074)]
)
async def test_a_market_that_does_not_trade_takes_no_orders_but_lets_them_go(
    raw, venues, symbol: str, category: str, code: int
) -> None:
    await venues.freeze(symbol, "65000")
    order_id = await raw.placed(category=category, price="64000")
    await venues.control("POST", "market", {"symbol": symbol, "rules": {"is_trading": False}})
    assert (await raw.order(category=category, price="64000"))["retCode"] == code
    named = {"category": category, "symbol": "BTCUSDT", "orderId": order_id}
    assert (await raw.post("order/amend", {**named, "qty": "0.02"}))["retCode"] == code
    assert (await raw.post("order/cancel", named))["retCode"] == 0
