"""Take-profit, stop-loss and trailing stop of positions: attached to orders, or set for what is open."""

import pytest

from venuesim_conformance import Row

LINEAR = "bybit linear"
PAIR = {"takeProfit": "67000", "stopLoss": "63000", "tpslMode": "Partial"}


@pytest.mark.conformance(Row.ATTACHED, LINEAR)
async def test_attached_stops_arm_the_position_as_its_order_fills(contracts) -> None:
    order_id = await contracts.placed(
        qty="1.5", price="65001", takeProfit="67000", stopLoss="63000", slTriggerBy="MarkPrice", orderLinkId="entry"
    )
    shown = await contracts.shown(order_id)
    assert [shown[name] for name in ("takeProfit", "stopLoss", "tpTriggerBy", "slTriggerBy", "tpslMode")] == [
        *("67000", "63000", "LastPrice", "MarkPrice", "Full"),
    ]
    stops = await contracts.stops()
    assert set(stops) == {"TakeProfit", "StopLoss"}
    wanted = {
        "orderStatus": "Untriggered",
        "createType": "CreateByStopLoss",
        "side": "Sell",
        "qty": "1",
        "triggerPrice": "63000",
        "triggerDirection": 2,
        "triggerBy": "MarkPrice",
        "reduceOnly": True,
        "closeOnTrigger": True,
        "tpslMode": "Full",
        "orderType": "Market",
        "timeInForce": "IOC",
        "parentOrderLinkId": "entry",
        "orderLinkId": "",
    }
    assert {name: stops["StopLoss"][name] for name in wanted} == wanted
    assert (stops["TakeProfit"]["triggerDirection"], stops["TakeProfit"]["createType"]) == (1, "CreateByTakeProfit")
    position = await contracts.position()
    assert (position["takeProfit"], position["stopLoss"]) == ("67000", "63000")
    await contracts.move("64990")  # The rest of the entry fills.
    assert {row["qty"] for row in (await contracts.stops()).values()} == {"1.5"}


@pytest.mark.conformance(Row.ATTACHED, LINEAR)
async def test_a_stop_loss_closes_the_position_and_takes_its_sibling_along(contracts) -> None:
    await contracts.market(qty="1", takeProfit="67000", stopLoss="63000")
    stops = await contracts.stops()
    await contracts.move("62990", levels=3, level_quantity="5")
    assert (await contracts.position())["size"] == "0"
    ended = {name: (await contracts.listed("order/history", orderId=row["orderId"]))[0] for name, row in stops.items()}
    stop, take = ended["StopLoss"], ended["TakeProfit"]
    assert (stop["orderStatus"], stop["cumExecQty"]) == ("Filled", "1")
    assert (take["orderStatus"], take["cancelType"]) == ("Deactivated", "CancelByTpSlTsClear")
    closing = (await contracts.listed("execution/list"))[0]
    assert (closing["createType"], closing["stopOrderType"], closing["closedSize"]) == (
        *("CreateByStopLoss", "StopLoss", "1"),
    )


async def test_stops_follow_the_size_of_a_position_and_go_with_it(contracts) -> None:
    await contracts.market(qty="1", stopLoss="63000")
    await contracts.market("Sell", qty="0.4")
    assert (await contracts.stops())["StopLoss"]["qty"] == "0.6"
    await contracts.market("Sell", qty="1", takeProfit="60000")  # It turns into a short one.
    stops = await contracts.stops()
    assert {name: (row["side"], row["qty"]) for name, row in stops.items()} == {"TakeProfit": ("Buy", "0.4")}
    assert (await contracts.position())["stopLoss"] == ""


@pytest.mark.conformance(Row.ATTACHED, LINEAR)
@pytest.mark.conformance(Row.OCO, LINEAR)
async def test_partial_stops_are_pairs_that_end_each_other(contracts) -> None:
    limits = {"tpOrderType": "Limit", "tpLimitPrice": "66990"}
    await contracts.market(qty="1", orderLinkId="first", **PAIR, **limits)
    await contracts.market(qty="0.5", orderLinkId="second", **{**PAIR, "takeProfit": "68000"})
    rows = await contracts.listed("order/realtime", orderFilter="StopOrder")
    assert sorted((row["stopOrderType"], row["qty"], row["parentOrderLinkId"], row["orderType"]) for row in rows) == [
        ("PartialStopLoss", "0.5", "second", "Market"),
        ("PartialStopLoss", "1", "first", "Market"),
        ("PartialTakeProfit", "0.5", "second", "Market"),
        ("PartialTakeProfit", "1", "first", "Limit"),
    ]
    assert {row["tpslMode"] for row in rows} == {"Partial"}
    assert (await contracts.position())["takeProfit"] == ""
    await contracts.move("67010")  # Triggers the first pair's take-profit, whose limit is marketable.
    assert (await contracts.position())["size"] == "0.5"
    left = await contracts.listed("order/realtime", orderFilter="StopOrder")
    assert {row["parentOrderLinkId"] for row in left} == {"second"}
    await contracts.done("order/cancel", orderId=left[0]["orderId"])
    assert await contracts.listed("order/realtime") == []


async def test_amending_one_of_a_pair_gives_the_other_its_size(contracts) -> None:
    await contracts.market(qty="1", **PAIR)
    stops = await contracts.stops()
    stop_id = stops["PartialStopLoss"]["orderId"]
    await contracts.done("order/amend", orderId=stop_id, qty="0.4", triggerPrice="63500")
    changed = await contracts.stops()
    assert {name: (row["orderId"], row["qty"], row["triggerPrice"]) for name, row in changed.items()} == {
        "PartialStopLoss": (stop_id, "0.4", "63500"),
        "PartialTakeProfit": (stops["PartialTakeProfit"]["orderId"], "0.4", "67000"),
    }


async def test_a_pair_grows_with_the_fills_of_its_entry(contracts) -> None:
    await contracts.placed(qty="1.5", price="65001", **PAIR)
    assert {row["qty"] for row in (await contracts.stops()).values()} == {"1"}
    await contracts.move("64990")
    assert {row["qty"] for row in (await contracts.stops()).values()} == {"1.5"}


@pytest.mark.conformance(Row.ATTACHED, LINEAR)
async def test_trading_stop_sets_moves_and_removes_the_stops_of_a_position(contracts) -> None:
    answer = await contracts.post("position/trading-stop", stopLoss="63000", positionIdx=0)
    assert (answer["retCode"], answer["retMsg"]) == (10001, "can not set tp/sl/ts for zero position")
    await contracts.market("Sell", qty="1")
    await contracts.done("position/trading-stop", takeProfit="63000", stopLoss="67000", tpslMode="Full", positionIdx=0)
    stops = await contracts.stops()
    assert {name: (row["side"], row["triggerDirection"]) for name, row in stops.items()} == {
        "TakeProfit": ("Buy", 2),
        "StopLoss": ("Buy", 1),
    }
    await contracts.done("position/trading-stop", stopLoss="66500", positionIdx=0)
    assert (await contracts.stops())["StopLoss"]["orderId"] == stops["StopLoss"]["orderId"]
    assert (await contracts.position())["stopLoss"] == "66500"
    await contracts.done("position/trading-stop", stopLoss="66500", slTriggerBy="MarkPrice", positionIdx=0)
    assert (await contracts.stops())["StopLoss"]["triggerBy"] == "MarkPrice"
    await contracts.done("position/trading-stop", takeProfit="0", positionIdx=0)
    assert set(await contracts.stops()) == {"StopLoss"}


@pytest.mark.parametrize(
    ("body", "code", "message"),
    [
        ({}, 34040, "not modified"),
        ({"stopLoss": "63000"}, 34040, "not modified"),
        ({"takeProfit": "0"}, 34040, "not modified"),
        ({"takeProfit": "64000"}, 10001, "TakeProfit:6400000000000 set for Buy position should be higher"),
        ({"stopLoss": "66000"}, 10001, "StopLoss:6600000000000 set for Buy position should lower"),
        ({"stopLoss": "63000.05"}, 10001, "price invalid"),
        ({"stopLoss": "62000", "slOrderType": "Limit"}, 10001, "Full mode"),
        ({"stopLoss": "62000", "tpslMode": "Partial"}, 10001, "slSize"),
        ({"stopLoss": "62000", "tpslMode": "Partial", "slSize": "1.1"}, 110058, "insufficient size"),
        (
            {"stopLoss": "62000", "takeProfit": "68000", "tpslMode": "Partial", "slSize": "1", "tpSize": "0.5"},
            *(10001, "must be equal"),
        ),
        ({"trailingStop": "100", "activePrice": "64000"}, 10001, "TrailingProfit:64000 set for Buy"),
        ({"positionIdx": 1, "stopLoss": "62000"}, 10001, "position idx not match"),
        ({"category": "spot", "stopLoss": "62000"}, 10001, "category"),
    ],
)
async def test_a_wrong_trading_stop_is_refused(contracts, body: dict, code: int, message: str) -> None:
    await contracts.market(qty="1", stopLoss="63000")
    answer = await contracts.post("position/trading-stop", **body)
    assert answer["retCode"] == code
    assert message in answer["retMsg"]
    assert len(await contracts.stops()) == 1


async def test_trading_stop_adds_partial_stops_twenty_times(contracts) -> None:
    await contracts.market(qty="1")
    partial = {"tpslMode": "Partial", "slSize": "0.1", "stopLoss": "63000", "slOrderType": "Limit"}
    for _ in range(20):
        await contracts.done("position/trading-stop", **partial, slLimitPrice="62900")
    answer = await contracts.post("position/trading-stop", **partial, slLimitPrice="62900")
    assert answer["retCode"] == 110061
    (row, *_) = await contracts.listed("order/realtime", orderFilter="StopOrder")
    assert (row["stopOrderType"], row["qty"], row["price"], row["orderType"], row["timeInForce"]) == (
        *("PartialStopLoss", "0.1", "62900", "Limit", "GTC"),
    )


@pytest.mark.conformance(Row.TRAILING_STOP, LINEAR)
async def test_a_trailing_stop_follows_the_price_from_its_activation_on(contracts) -> None:
    await contracts.market(qty="1")
    await contracts.done("position/trading-stop", trailingStop="500", activePrice="66000", positionIdx=0)
    assert (await contracts.position())["trailingStop"] == "500"
    (row,) = (await contracts.stops()).values()
    wanted = {
        "stopOrderType": "TrailingStop",
        "createType": "CreateByTrailingStop",
        "triggerPrice": "66000",
        "triggerDirection": 2,
        "qty": "1",
    }
    assert {name: row[name] for name in wanted} == wanted
    await contracts.move("64000")  # Not active yet.
    assert (await contracts.position())["size"] == "1"
    for price in ("66100", "67000", "66600"):
        await contracts.move(price)
    assert (await contracts.shown(row["orderId"]))["triggerPrice"] == "66000"  # Documented: the activation's.
    await contracts.move("66501")
    assert (await contracts.position())["size"] == "1"
    await contracts.move("66490")
    shown = await contracts.shown(row["orderId"])
    assert (shown["orderStatus"], shown["cumExecQty"]) == ("Filled", "1")
    assert (await contracts.position())["trailingStop"] == "0"


async def test_a_trailing_stop_can_be_active_at_once_and_be_taken_away(contracts) -> None:
    await contracts.market("Sell", qty="1")
    await contracts.done("position/trading-stop", trailingStop="500", positionIdx=0)
    (row,) = (await contracts.stops()).values()
    assert (row["side"], row["triggerPrice"], row["triggerDirection"]) == ("Buy", "65499", 1)
    await contracts.done("position/trading-stop", trailingStop="0", positionIdx=0)
    assert await contracts.stops() == {}


@pytest.mark.parametrize(
    "refused",
    [
        {"trailingStop": "500", "takeProfit": "70000", "tpOrderType": "Limit"},
        {"takeProfit": "70000", "stopLoss": "60000", "slOrderType": "Limit"},
        {"takeProfit": "70000", "trailingStop": "66000"},
        {"trailingStop": "500", "tpslMode": "Partial", "takeProfit": "70000", "tpSize": "2"},
    ],
)
async def test_stops_of_which_one_is_refused_change_nothing(contracts, refused: dict) -> None:
    await contracts.market(qty="1")
    assert (await contracts.post("position/trading-stop", positionIdx=0, **refused))["retCode"] != 0
    assert await contracts.stops() == {}


async def test_both_sides_of_a_hedged_contract_have_stops_of_their_own(contracts) -> None:
    await contracts.done("position/switch-mode", mode=3)
    await contracts.market(qty="1", positionIdx=1, stopLoss="63000")
    await contracts.market("Sell", qty="0.5", positionIdx=2, stopLoss="67000")
    rows = await contracts.listed("order/realtime", orderFilter="StopOrder")
    assert {row["positionIdx"]: (row["side"], row["qty"]) for row in rows} == {1: ("Sell", "1"), 2: ("Buy", "0.5")}
    await contracts.move("67100")
    assert [(await contracts.position(index))["size"] for index in (1, 2)] == ["1", "0"]


async def test_the_order_topic_tells_a_fill_before_the_stops_that_it_arms(contracts) -> None:
    socket = await contracts.raw.private("order")
    await contracts.market(qty="1", takeProfit="67000")
    told = await socket.until("order", 3)
    assert [(row["orderStatus"], row["stopOrderType"], row["tpslMode"]) for row in told] == [
        ("New", "", "Full"),
        ("Filled", "", "Full"),
        ("Untriggered", "TakeProfit", "Full"),
    ]


async def test_a_cross_liquidation_ends_both_of_a_pair_once(contracts) -> None:
    account = {"api_key": "k" * 64, "secret": "s" * 64, "balances": {"USDT": "10000", "BTC": "0", "ETH": "0"}}
    await contracts.sim.control("POST", "accounts", account)
    await contracts.market(qty="1", takeProfit="70000", stopLoss="50000", tpslMode="Partial")
    ids = [row["orderId"] for row in (await contracts.stops()).values()]
    await contracts.move("55100")
    assert (await contracts.position())["size"] == "0"
    shown = [await contracts.shown(order_id) for order_id in ids]
    assert {row["orderStatus"] for row in shown} == {"Deactivated"}


async def test_a_fault_that_refuses_orders_leaves_the_venues_own_alone(contracts) -> None:
    order_id = await contracts.placed(price="64500", qty="1", stopLoss="60000")
    await contracts.sim.fault("refuse_item")
    await contracts.move("64000")
    assert (await contracts.shown(order_id))["orderStatus"] == "Filled"
    assert set(await contracts.stops()) == {"StopLoss"}
    assert (await contracts.order())["retCode"] == 110007


@pytest.mark.parametrize("mode", ["Full", "Partial"])
async def test_a_stop_that_the_market_has_passed_when_its_entry_fills_fires_at_once(contracts, mode: str) -> None:
    await contracts.move("65000", mark_price="65600")
    stops = {"takeProfit": "65500", "tpTriggerBy": "MarkPrice", "stopLoss": "60000", "tpslMode": mode}
    await contracts.market(qty="0.5", **stops)
    assert (await contracts.position())["size"] == "0"
    assert await contracts.listed("order/realtime") == []
    assert (await contracts.listed("position/closed-pnl"))[0]["closedSize"] == "0.5"


async def test_a_stop_of_the_whole_position_keeps_its_size(contracts) -> None:
    await contracts.market(qty="1", stopLoss="63000")
    stop = (await contracts.stops())["StopLoss"]
    assert (await contracts.post("order/amend", orderId=stop["orderId"], qty="0.5"))["retCode"] == 110060
    await contracts.done("order/amend", orderId=stop["orderId"], triggerPrice="63500")
    assert (await contracts.position())["stopLoss"] == "63500"


async def test_what_a_sweep_of_the_market_wakes_finds_its_liquidity_again(contracts) -> None:
    stop = {"orderType": "Market", "price": None, "side": "Sell", "triggerPrice": "64100", "triggerDirection": 2}
    waiting = await contracts.placed(**stop, qty="0.2")
    entry = await contracts.placed(price="64000", qty="1", takeProfit="66000", stopLoss="60000")
    await contracts.move("63990")  # Fills the entry, whose stops are placed while the book is being swept.
    assert [(await contracts.shown(order))["orderStatus"] for order in (waiting, entry)] == ["Filled", "Filled"]
    assert {row["qty"] for row in (await contracts.stops()).values()} == {"0.8"}


async def test_a_stop_that_is_met_while_the_market_is_swept_fires_after_it(contracts) -> None:
    stops = {"takeProfit": "64500", "tpTriggerBy": "MarkPrice", "stopLoss": "60000"}
    await contracts.placed(price="64000", qty="1", **stops)
    await contracts.move("63990", mark_price="64550")
    assert (await contracts.position())["size"] == "0"
