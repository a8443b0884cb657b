"""What can be found: orders, history and executions, page by page and for how long."""

import pytest

from venuesim_bybit_helpers import API_KEY
from venuesim_conformance import Row

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
SPOT = {"category": "spot"}


async def pages(raw, path: str, **query: object) -> list[list[dict]]:
    """Return all pages of a list."""
    found, more = [], {}
    while True:
        result = (await raw.get(path, **SPOT, **query, **more))["result"]
        found.append(result["list"])
        if not result["nextPageCursor"]:
            return found
        more = {"cursor": result["nextPageCursor"]}


async def test_a_filled_order_shows_exact_figures(raw) -> None:
    shown = await raw.shown(await raw.placed(qty="1.5", price="65007.5", orderLinkId="figures"))
    wanted = {
        "symbol": "BTCUSDT",
        "orderLinkId": "figures",
        "side": "Buy",
        "orderType": "Limit",
        "timeInForce": "GTC",
        "price": "65007.5",
        "qty": "1.5",
        "orderStatus": "Filled",
        "cancelType": "UNKNOWN",
        "rejectReason": "EC_NoError",
        "avgPrice": "65003.166666666667",
        "leavesQty": "0",
        "leavesValue": "0",
        "cumExecQty": "1.5",
        "cumExecValue": "97504.75",
        "cumExecFee": "0.0015",
        "marketUnit": "",
    }
    assert {name: shown[name] for name in wanted} == wanted
    assert int(shown["createdTime"]) <= int(shown["updatedTime"])


async def test_a_market_buy_counts_quote_by_default_and_a_sell_base(raw) -> None:
    bought = await raw.shown(await raw.placed(orderType="Market", price=None, qty="650.01"))
    assert (bought["qty"], bought["marketUnit"], bought["timeInForce"]) == ("650.01", "quoteCoin", "IOC")
    assert (bought["cumExecQty"], bought["avgPrice"], bought["orderStatus"]) == ("0.01", "65001", "Filled")
    sold = await raw.shown(await raw.placed(orderType="Market", price=None, qty="0.01", side="Sell"))
    assert (sold["marketUnit"], sold["cumExecFee"], sold["cumFeeDetail"]) == (
        "baseCoin",
        "0.64999",
        {"USDT": "0.64999"},
    )
    spent = await raw.shown(
        await raw.placed(orderType="Market", price=None, qty="649.99", side="Sell", marketUnit="quoteCoin")
    )
    assert spent["cumExecQty"] == "0.01"


async def test_a_market_order_that_cannot_spend_its_whole_amount_ends_partly_filled(raw) -> None:
    socket = await raw.private("order")
    order_id = await raw.placed(orderType="Market", price=None, qty="1000")
    shown = await raw.shown(order_id)
    names = ("orderStatus", "cancelType", "rejectReason", "cumExecQty", "cumExecValue", "leavesQty", "leavesValue")
    wanted = ("PartiallyFilledCanceled", "UNKNOWN", "EC_CancelForNoFullFill", "0.015384", "999.975384", "0", "0.024616")
    assert tuple(shown[name] for name in names) == wanted
    told = (await socket.until("order", 2))[-1]
    assert tuple(told[name] for name in names) == wanted
    (found,) = await raw.listed("order/history", orderStatus="PartiallyFilledCanceled")
    assert found["orderId"] == order_id


async def test_open_orders_come_newest_first_in_pages(raw) -> None:
    placed = [await raw.placed(price=str(63000 + number)) for number in range(5)][::-1]
    await raw.placed(price="65001")
    found = await pages(raw, "order/realtime", limit=2)
    assert [[row["orderId"] for row in page] for page in found] == [placed[:2], placed[2:4], placed[4:]]
    assert await raw.listed("order/realtime", symbol="ETHUSDT") == []
    assert await raw.listed("order/realtime", baseCoin="ETH") == []
    assert len(await raw.listed("order/realtime", openOnly=1)) == 6
    for category in ("inverse", "option"):
        answer = await raw.get("order/realtime", category=category, settleCoin="USDT")
        assert (answer["retCode"], answer["result"]["list"]) == (0, [])


async def test_the_order_id_comes_before_the_order_link_id(raw) -> None:
    first, second = [await raw.placed(orderLinkId=name) for name in ("one", "two")]
    (found,) = await raw.listed("order/realtime", orderId=first, orderLinkId="two")
    assert found["orderId"] == first
    (found,) = await raw.listed("order/realtime", orderId="", orderLinkId="two")
    assert found["orderId"] == second
    assert await raw.listed("order/realtime", orderId="None") == []


@pytest.mark.conformance(Row.RETENTION, "bybit spot")
async def test_only_the_last_five_hundred_ended_orders_are_shown_in_real_time(raw, venues) -> None:
    await venues.control("POST", "limits", {"scale": 1000})
    ended = [await raw.placed(price="65001", qty="9", timeInForce="FOK", orderLinkId=f"k{n}") for n in range(501)]
    assert await raw.listed("order/realtime", orderLinkId="k0") == []
    assert [row["orderId"] for row in await raw.listed("order/realtime", orderLinkId="k1")] == [ended[1]]
    assert [row["orderId"] for row in await raw.listed("order/history", orderLinkId="k0")] == [ended[0]]


@pytest.mark.conformance(Row.RETENTION, "bybit spot")
async def test_an_order_that_ended_without_a_trade_leaves_the_history_after_a_day(timed) -> None:
    raw, _, clock = timed
    await raw.placed(timeInForce="FOK", qty="9", price="65001", orderLinkId="empty")
    partly = await raw.placed(timeInForce="IOC", qty="3.5", price="65001")
    resting = await raw.placed()
    clock.advance(DAY_MS + 1)
    assert await raw.listed("order/history", orderLinkId="empty") == []
    assert [row["orderId"] for row in await raw.listed("order/history")] == [partly]
    assert await raw.listed("order/history", orderId=resting) == []
    clock.advance(7 * DAY_MS)
    assert await raw.listed("order/history") == []
    assert len(await raw.listed("order/history", orderId=partly)) == 1
    assert await raw.listed("execution/list") == []
    assert [row["execQty"] for row in await raw.listed("execution/list", orderId=partly)] == ["1"]


async def test_history_is_filtered(raw) -> None:
    filled = await raw.placed(price="65001", qty="0.1")
    killed = await raw.placed(timeInForce="FOK", qty="9", price="65001")
    for query, wanted in (
        ({}, [killed, filled]),
        ({"orderStatus": "Filled"}, [filled]),
        ({"orderStatus": "Cancelled"}, [killed]),
        ({"symbol": "ETHUSDT"}, []),
        ({"endTime": 1_000_000_000}, []),
    ):
        assert [row["orderId"] for row in await raw.listed("order/history", **query)] == wanted, query


async def test_executions_come_page_by_page_even_within_an_order(raw) -> None:
    first = await raw.placed(qty="2.5", price="65014", orderLinkId="parts")
    second = await raw.placed(qty="0.1", price="65100")
    found = await pages(raw, "execution/list", limit=1, execType="Trade")
    rows = [row for page in found for row in page]
    assert [row["orderId"] for row in rows] == [second, first, first, first]
    assert [row["execQty"] for row in rows] == ["0.1", "0.5", "1", "1"]
    assert [row["leavesQty"] for row in rows] == ["0", "0", "0.5", "1.5"]
    assert len({row["execId"] for row in rows}) == 4
    own = await pages(raw, "execution/list", limit=2, orderLinkId="parts")
    assert own == [rows[1:3], rows[3:]]
    assert await raw.listed("execution/list", execType="Funding") == []
    assert await raw.listed("execution/list", orderId="7") == []
    newest = rows[0]
    assert (newest["execFee"], newest["feeCurrency"], newest["isMaker"], newest["feeRate"]) == (
        *("0.0001", "BTC", False, "0.001"),
    )
    assert (newest["execType"], newest["execValue"], newest["side"]) == ("Trade", "6501.4", "Buy")


async def test_executions_are_limited_to_a_time(timed) -> None:
    raw, _, clock = timed
    early = clock.now_ms()
    await raw.placed(price="65001")
    clock.advance(1000)
    await raw.placed(price="65001", qty="0.02")
    assert [row["execQty"] for row in await raw.listed("execution/list", startTime=early + 1)] == ["0.02"]
    both = await raw.listed("execution/list", startTime=early, endTime=clock.now_ms())
    assert [row["execQty"] for row in both] == ["0.02", "0.01"]


async def test_the_wallet_shows_what_is_there_and_what_is_locked(raw) -> None:
    await raw.placed(qty="0.1")
    (account,) = (await raw.get("account/wallet-balance", accountType="UNIFIED"))["result"]["list"]
    coins = {row["coin"]: row for row in account["coin"]}
    assert set(coins) == {"USDT", "BTC", "ETH"}
    usdt = coins["USDT"]
    assert (usdt["walletBalance"], usdt["locked"], usdt["equity"]) == ("1000000", "6300", "1000000")
    (one,) = (await raw.get("account/wallet-balance", accountType="UNIFIED", coin="BTC"))["result"]["list"]
    assert [row["coin"] for row in one["coin"]] == ["BTC"]


async def test_the_account_is_unified_and_has_no_positions(raw) -> None:
    assert (await raw.get("account/info"))["result"]["unifiedMarginStatus"] == 5
    assert await raw.listed("position/list") == []


async def test_public_data_needs_no_signature(raw) -> None:
    async with raw.session.get(f"{raw.base}/v5/market/time") as response:
        answer = await response.json()
    assert answer["retCode"] == 0
    assert answer["time"] // 1000 == int(answer["result"]["timeSecond"])
    book = (await raw.get("market/orderbook", **SPOT, symbol="BTCUSDT", limit=2))["result"]
    assert (book["b"], book["a"]) == ([["64999", "1"], ["64992.5", "1"]], [["65001", "1"], ["65007.5", "1"]])
    (ticker,) = await raw.listed("market/tickers", symbol="BTCUSDT")
    assert (ticker["bid1Price"], ticker["ask1Price"], ticker["lastPrice"]) == ("64999", "65001", "65000")
    for category in ("inverse", "option"):
        assert (await raw.get("market/instruments-info", category=category))["result"]["list"] == []


async def test_an_order_by_hand_says_how_long_it_is_good(raw, venues) -> None:
    order = {"api_key": API_KEY, "symbol": "BTC/USDT", "side": "buy", "quantity": "0.1"}
    await venues.control("POST", "orders", {**order, "type": "limit", "price": "64000"})
    await venues.control("POST", "orders", order)
    market, limit = await raw.listed("order/realtime", openOnly="1")
    assert {row["orderType"]: row["timeInForce"] for row in (limit, market)} == {"Limit": "GTC", "Market": "IOC"}
