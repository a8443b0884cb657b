"""The private topics about contracts: orders, executions, positions and the wallet."""

from decimal import Decimal

import pytest

from venuesim_conformance import Row

LINEAR = "bybit linear"
BOTH = ("bybit spot", LINEAR)
CONTRACT = "BTC/USDT:USDT"
MARKET = {"category": "linear", "orderType": "Market", "price": None}


@pytest.fixture
async def still(venues) -> None:
    """Let the contract stand still, too, with the book of the pair."""
    await venues.freeze(CONTRACT, "65000", levels=3, level_quantity="1", half_spread="1")


@pytest.mark.conformance(Row.PRIVATE_ORDERS, *BOTH)
@pytest.mark.conformance(Row.PRIVATE_EXECUTIONS, *BOTH)
async def test_topics_of_one_category_leave_the_other_out(raw, still) -> None:
    names = ("order.spot", "execution.spot", "order.linear", "execution.linear")
    socket = await raw.private(*names)
    await raw.placed(orderLinkId="pair")
    await raw.placed(**MARKET, qty="0.01", orderLinkId="contract")
    told = [await socket.receive() for _ in range(4)]
    seen = [(frame["topic"], frame["data"][0]["orderLinkId"], frame["data"][0]["category"]) for frame in told]
    assert seen == [
        ("order.spot", "pair", "spot"),
        ("order.linear", "contract", "linear"),
        ("order.linear", "contract", "linear"),
        ("execution.linear", "contract", "linear"),
    ]
    (listed,) = (await raw.get("execution/list", category="linear"))["result"]["list"]
    pushed = told[3]["data"][0]
    assert {name: pushed[name] for name in listed} == listed


@pytest.mark.conformance(Row.PRIVATE_POSITIONS, LINEAR)
async def test_a_position_is_told_with_every_change_of_an_order(raw, still) -> None:
    socket = await raw.private("position")
    await raw.placed(**MARKET, qty="0.5")
    rows = await socket.until("position", 2)
    assert [(row["side"], row["size"], row["symbol"]) for row in rows] == [
        ("", "0", "BTCUSDT"),
        ("Buy", "0.5", "BTCUSDT"),
    ]
    (listed,) = (await raw.get("position/list", category="linear", symbol="BTCUSDT"))["result"]["list"]
    shared = {name: listed[name] for name in ("size", "side", "positionIdx", "leverage", "markPrice", "positionValue")}
    assert {name: rows[1][name] for name in shared} == shared
    await raw.placed(category="linear", price="64000", qty="0.1")
    (again,) = await socket.until("position", 1)
    assert again["size"] == "0.5"


@pytest.mark.conformance(Row.PRIVATE_BALANCES, *BOTH)
async def test_the_wallet_is_told_with_margins(raw, still) -> None:
    socket = await raw.private("wallet")
    await raw.placed(**MARKET, qty="0.5")
    *_, told = await socket.until("wallet", 2)
    (coin,) = told["coin"]
    assert (coin["coin"], Decimal(coin["totalPositionIM"]) > 3000) == ("USDT", True)
    (account,) = (await raw.get("account/wallet-balance", accountType="UNIFIED", coin="USDT"))["result"]["list"]
    assert told == account


async def test_the_fast_topic_tells_less_and_the_own_id_only_to_who_took(raw, venues, still) -> None:
    socket = await raw.private("execution.fast")
    await raw.placed(**MARKET, qty="0.01", orderLinkId="taker")
    frame = await socket.receive()
    (taken,) = frame["data"]
    assert "id" not in frame
    assert (taken["orderLinkId"], taken["isMaker"], taken["side"], taken["execPrice"]) == (
        "taker",
        False,
        "Buy",
        "65001",
    )
    await raw.placed(category="linear", side="Sell", price="65500", qty="0.01", orderLinkId="maker")
    await venues.control("POST", "market", {"symbol": CONTRACT, "price": "65600"})
    (made,) = (await socket.receive())["data"]
    assert (made["orderLinkId"], made["isMaker"], made["category"]) == ("", True, "linear")


@pytest.mark.conformance(Row.FUNDING, LINEAR)
async def test_funding_is_told_as_an_execution_and_in_the_wallet(timed) -> None:
    raw, sim, clock = timed
    await sim.freeze(CONTRACT, "65000", levels=3, level_quantity="1", half_spread="1")
    await raw.placed(**MARKET, qty="1")
    socket = await raw.private("execution", "wallet")
    exchange = sim.simulator.venues["bybit"].exchange
    clock.advance(exchange.markets[CONTRACT].next_funding_ms - clock.now_ms())
    exchange.pass_time()
    first, second = await socket.receive(), await socket.receive()
    (paid,) = first["data"]
    assert (paid["execType"], paid["execFee"], paid["execQty"]) == ("Funding", "6.5", "1")
    (coin,) = second["data"][0]["coin"]
    assert coin["cumRealisedPnl"] == f"{-(Decimal(65001) * Decimal('0.00055') + Decimal('6.5')):f}"


async def test_topics_of_what_is_not_simulated_are_accepted_and_silent(raw) -> None:
    socket = await raw.private("greeks", "order.option", "position.inverse", "spread.order", "execution.fast.linear")
    await raw.placed()
    await socket.send("ping", req_id="1")
    assert (await socket.receive())["op"] == "pong"


async def test_a_transfer_is_told_in_the_wallet(raw) -> None:
    socket = await raw.private("wallet")
    move = {"transferId": "t", "coin": "BTC", "amount": "1", "fromAccountType": "UNIFIED", "toAccountType": "FUND"}
    assert (await raw.post("asset/transfer/inter-transfer", move))["retCode"] == 0
    (told,) = await socket.until("wallet", 1)
    assert [(coin["coin"], coin["walletBalance"]) for coin in told["coin"]] == [("BTC", "9")]


async def test_amended_stops_of_an_order_are_told(raw, still) -> None:
    order = {"category": "linear", "symbol": "BTCUSDT"}
    order_id = await raw.placed(**order, price="64000", stopLoss="63000")
    socket = await raw.private("order")
    answer = await raw.post("order/amend", {**order, "orderId": order_id, "stopLoss": "62000"})
    assert answer["retCode"] == 0, answer
    (told,) = await socket.until("order", 1)
    assert (told["orderId"], told["orderStatus"], told["stopLoss"]) == (order_id, "New", "62000")


async def test_an_order_that_is_amended_into_a_trade_brings_its_new_stops(raw, still) -> None:
    order = {"category": "linear", "symbol": "BTCUSDT"}
    order_id = await raw.placed(**order, price="64000", stopLoss="63000")
    changes = {"orderId": order_id, "price": "65001", "stopLoss": "62000"}
    assert (await raw.post("order/amend", {**order, **changes}))["retCode"] == 0
    (position,) = (await raw.get("position/list", **order))["result"]["list"]
    assert (position["size"], position["stopLoss"]) == ("0.01", "62000")


async def test_what_an_order_earned_is_still_told_when_its_rest_is_cancelled(raw, still) -> None:
    await raw.placed(**MARKET, qty="2")
    socket = await raw.private("order")
    # Sells 1 BTC at 64,999, and its rest ends at once.
    changes = {"category": "linear", "side": "Sell", "timeInForce": "IOC"}
    order_id = await raw.placed(**changes, qty="1.5", price="64999")
    told = [row for row in await socket.until("order", 3) if row["orderId"] == order_id]
    (row,) = (await raw.get("position/closed-pnl", category="linear"))["result"]["list"]
    assert (told[-1]["orderStatus"], row["closedSize"]) == ("Cancelled", "1")
    assert told[-1]["closedPnl"] == row["closedPnl"] != "0"


async def test_a_position_is_told_with_the_stops_that_it_was_given_and_without_those_that_went(raw, still) -> None:
    await raw.placed(**MARKET, qty="1")
    contract = {"category": "linear", "symbol": "BTCUSDT", "positionIdx": 0, "tpslMode": "Full"}
    socket = await raw.private("position")
    stops = {"takeProfit": "70000", "stopLoss": "60000", "trailingStop": "500"}
    for sent, shown in ((stops, ("70000", "60000", "500")), (dict.fromkeys(stops, "0"), ("", "", "0"))):
        assert (await raw.post("position/trading-stop", {**contract, **sent}))["retCode"] == 0
        told = (await socket.until("position", 3))[-1]
        assert tuple(told[name] for name in stops) == shown


async def test_a_position_is_told_with_its_settings(raw, still) -> None:
    await raw.placed(**MARKET, qty="1")
    assert (await raw.post("account/set-margin-mode", {"setMarginMode": "ISOLATED_MARGIN"}))["retCode"] == 0
    socket = await raw.private("position")
    contract = {"category": "linear", "symbol": "BTCUSDT", "positionIdx": 0}
    assert (await raw.post("position/set-auto-add-margin", {**contract, "autoAddMargin": 1}))["retCode"] == 0
    assert (await raw.post("position/set-leverage", {**contract, "buyLeverage": "7", "sellLeverage": "7"}))[
        "retCode"
    ] == 0
    told = await socket.until("position", 2)
    assert [(row["autoAddMargin"], row["leverage"]) for row in told] == [(1, "10"), (1, "7")]
