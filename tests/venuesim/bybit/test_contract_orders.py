"""Orders of contracts: how they fill, what they show, and what is refused by Bybit's own codes."""

import pytest

from venuesim_conformance import Row

MARKET = {"orderType": "Market", "price": None}
COLUMN = "bybit linear"


@pytest.mark.conformance(Row.LIMIT, COLUMN)
async def test_a_resting_order_shows_exact_fields(contracts) -> None:
    order_id = await contracts.placed(orderLinkId="resting")
    shown = await contracts.shown(order_id)
    assert int(shown.pop("createdTime")) <= int(shown.pop("updatedTime"))
    assert shown == {
        "orderId": order_id,
        "orderLinkId": "resting",
        "blockTradeId": "",
        "symbol": "BTCUSDT",
        "price": "64000",
        "qty": "0.01",
        "marketUnit": "",
        "side": "Buy",
        "isLeverage": "",
        "positionIdx": 0,
        "orderStatus": "New",
        "createType": "CreateByUser",
        "cancelType": "UNKNOWN",
        "rejectReason": "EC_NoError",
        "avgPrice": "",
        "leavesQty": "0.01",
        "leavesValue": "640",
        "cumExecQty": "0",
        "cumExecValue": "0",
        "cumExecFee": "0",
        "cumFeeDetail": {},
        "timeInForce": "GTC",
        "orderType": "Limit",
        "stopOrderType": "",
        "orderIv": "",
        "triggerPrice": "",
        "triggerDirection": 0,
        "triggerBy": "",
        "takeProfit": "",
        "stopLoss": "",
        "tpTriggerBy": "",
        "slTriggerBy": "",
        "tpLimitPrice": "0",
        "slLimitPrice": "0",
        "tpslMode": "",
        "lastPriceOnCreated": "65000",
        "reduceOnly": False,
        "closeOnTrigger": False,
        "placeType": "",
        "smpType": "None",
        "smpGroup": 0,
        "smpOrderId": "",
        "slippageToleranceType": "UNKNOWN",
        "slippageTolerance": "0",
        "parentOrderLinkId": "",
    }


@pytest.mark.conformance(Row.MARKET_BASE, COLUMN)
@pytest.mark.conformance(Row.FEES, COLUMN)
async def test_a_market_order_is_bounded_and_pays_the_taker_fee_in_usdt(contracts) -> None:
    order_id = await contracts.market(qty="1")
    shown = await contracts.shown(order_id)
    wanted = {
        "orderStatus": "Filled",
        "price": "65650",  # 1 % above the mark price.
        "avgPrice": "65001",
        "timeInForce": "IOC",
        "cumExecFee": "35.75055",
        "cumFeeDetail": {"USDT": "35.75055"},
    }
    assert {name: shown[name] for name in wanted} == wanted
    (execution,) = await contracts.listed("execution/list")
    wanted = {
        "execType": "Trade",
        "createType": "CreateByUser",
        "stopOrderType": "UNKNOWN",
        "feeRate": "0.00055",
        "feeCurrency": "USDT",
        "execFee": "35.75055",
        "isMaker": False,
        "markPrice": "65000",
        "closedSize": "0",
        "orderPrice": "65650",
        "orderQty": "1",
        "leavesQty": "0",
    }
    assert {name: execution[name] for name in wanted} == wanted


async def test_what_a_market_order_does_not_find_is_canceled(contracts) -> None:
    shown = await contracts.shown(await contracts.market(qty="5"))
    assert (shown["orderStatus"], shown["cumExecQty"]) == ("Cancelled", "3")
    assert (shown["cancelType"], shown["rejectReason"]) == ("UNKNOWN", "EC_NoImmediateQtyToFill")


@pytest.mark.conformance(Row.FEES, COLUMN)
async def test_a_maker_pays_less(contracts) -> None:
    await contracts.placed(price="64500", qty="1")
    await contracts.move("64000")
    (execution,) = await contracts.listed("execution/list")
    assert (execution["isMaker"], execution["feeRate"], execution["execFee"]) == (True, "0.0002", "12.9")


@pytest.mark.parametrize(
    ("changes", "status", "reason", "filled"),
    [
        pytest.param(
            *({"timeInForce": "IOC", "qty": "1.5", "price": "65001"}, "Cancelled", "EC_NoImmediateQtyToFill", "1"),
            marks=pytest.mark.conformance(Row.IOC, COLUMN),
        ),
        pytest.param(
            *({"timeInForce": "FOK", "qty": "1.5", "price": "65001"}, "Cancelled", "EC_CancelForNoFullFill", "0"),
            marks=pytest.mark.conformance(Row.FOK, COLUMN),
        ),
        pytest.param(
            *({"timeInForce": "FOK", "qty": "1", "price": "65001"}, "Filled", "EC_NoError", "1"),
            marks=pytest.mark.conformance(Row.FOK, COLUMN),
        ),
        pytest.param(
            *({"timeInForce": "PostOnly", "price": "65001"}, "Cancelled", "EC_PostOnlyWillTakeLiquidity", "0"),
            marks=pytest.mark.conformance(Row.POST_ONLY, COLUMN),
        ),
        ({"timeInForce": "PostOnly", "price": "65000"}, "New", "EC_NoError", "0"),
    ],
)
async def test_an_accepted_order_may_still_end_at_once(
    contracts, changes: dict, status: str, reason: str, filled: str
) -> None:
    shown = await contracts.shown(await contracts.placed(**changes))
    assert (shown["orderStatus"], shown["rejectReason"], shown["cumExecQty"]) == (status, reason, filled)


@pytest.mark.conformance(Row.FILTERS, COLUMN)
@pytest.mark.conformance(Row.ERRORS, COLUMN)
@pytest.mark.parametrize(
    ("changes", "code", "message"),
    [
        ({"symbol": "NOPE"}, 10001, "symbol invalid"),
        ({"side": "buy"}, 10001, "side invalid"),
        ({"qty": "0"}, 10001, "Qty invalid"),
        ({"qty": "0.0105"}, 10001, "Qty invalid"),
        ({"qty": "0.0001"}, 10001, "exceeds minimum limit"),
        ({"qty": "1191", "price": "1"}, 10001, "exceeds maximum limit allowed: too large, order_qty:119100000000"),
        ({**MARKET, "qty": "120"}, 10001, "max_qty:11900000000"),
        ({"price": "64000.05"}, 10001, "Price invalid"),
        ({"price": None}, 10001, "price"),
        ({"price": "66300.1"}, 110003, "exceeds the allowable range"),
        ({"side": "Sell", "price": "63699.9"}, 110003, "exceeds the allowable range"),
        ({"qty": "0.001", "price": "4999.9"}, 110094, "minimum order value 5USDT"),
        ({"qty": "170", "price": "64000"}, 110007, "ab not enough"),
        ({"timeInForce": "RPI"}, 110119, "market makers"),
        ({"positionIdx": 1}, 10001, "position idx not match position mode"),
        ({"positionIdx": 3}, 10001, "positionIdx invalid"),
        ({"reduceOnly": True, "side": "Sell"}, 110017, "position is zero"),
        ({"reduceOnly": True, "takeProfit": "66000"}, 110057, "TP/SL"),
        ({"takeProfit": "64000"}, 10001, "TakeProfit:6400000000000 set for Buy position should be higher"),
        ({"stopLoss": "64000"}, 10001, "StopLoss:6400000000000 set for Buy position should lower than base_price"),
        ({"takeProfit": "70000", "tpOrderType": "Limit", "tpLimitPrice": "70000"}, 10001, "Full mode"),
        ({"triggerPrice": "66000"}, 10001, "TriggerDirection invalid"),
        ({"triggerPrice": "64000", "triggerDirection": 1}, 110092, "expect Rising, but trigger_price[640000000] <="),
        ({"triggerPrice": "66000", "triggerDirection": 2}, 110093, "expect Falling, but trigger_price[660000000] >="),
        ({**MARKET, "slippageToleranceType": "Percent", "slippageTolerance": "11"}, 110109, "0.01% to 10%"),
        ({**MARKET, "slippageToleranceType": "TickSize", "slippageTolerance": "1.5"}, 110108, "tick size"),
        ({"category": "inverse"}, 10001, "symbol invalid"),
        ({"orderLinkId": "x" * 37}, 10001, "orderLinkId"),
    ],
)
async def test_a_wrong_order_is_refused_and_changes_nothing(contracts, changes: dict, code: int, message: str) -> None:
    answer = await contracts.order(**changes)
    assert (answer["retCode"], answer["result"]) == (code, {})
    assert message in answer["retMsg"]
    assert (await contracts.sim.control("GET", "ledger"))["orders"] == []


@pytest.mark.conformance(Row.CLIENT_ORDER_IDS, COLUMN)
async def test_an_order_link_id_is_taken_for_ever(contracts) -> None:
    await contracts.placed(orderLinkId="once")
    await contracts.done("order/cancel", orderLinkId="once")
    answer = await contracts.order(orderLinkId="once")
    assert (answer["retCode"], answer["retMsg"]) == (110072, "OrderLinkedID is duplicate")


@pytest.mark.conformance(Row.CANCEL, COLUMN)
async def test_a_canceled_order_is_told_so_and_cannot_be_canceled_twice(contracts) -> None:
    order_id = await contracts.placed()
    assert await contracts.done("order/cancel", orderId=order_id) == {"orderId": order_id, "orderLinkId": ""}
    shown = await contracts.shown(order_id)
    assert (shown["orderStatus"], shown["cancelType"], shown["rejectReason"]) == (
        *("Cancelled", "CancelByUser", "EC_PerCancelRequest"),
    )
    for named in ({"orderId": order_id}, {"orderId": "1"}, {"orderLinkId": "nobody"}):
        answer = await contracts.post("order/cancel", **named)
        assert (answer["retCode"], answer["retMsg"]) == (110001, "order not exists or too late to cancel")


async def test_an_order_of_the_pair_is_none_of_the_contract(contracts) -> None:
    pair = await contracts.raw.placed(orderLinkId="pair")
    assert (await contracts.post("order/cancel", orderId=pair))["retCode"] == 110001
    assert await contracts.listed("order/realtime", orderLinkId="pair") == []
    assert await contracts.listed("order/realtime") == []


@pytest.mark.conformance(Row.REDUCE_ONLY, COLUMN)
async def test_a_reduce_only_order_is_cut_to_what_there_is_to_reduce(contracts) -> None:
    await contracts.market(qty="1")
    first = await contracts.placed(side="Sell", price="66000", qty="0.6", reduceOnly=True)
    second = await contracts.placed(side="Sell", price="66000", qty="0.6", reduceOnly=True)
    assert [(await contracts.shown(order))["qty"] for order in (first, second)] == ["0.6", "0.4"]
    assert (await contracts.shown(first))["reduceOnly"] is True
    answer = await contracts.order(side="Sell", price="66000", reduceOnly=True)
    assert (answer["retCode"], answer["retMsg"]) == (110017, "orderQty will be truncated to zero")
    assert (await contracts.order(side="Buy", reduceOnly=True))["retMsg"] == "Reduce-only rule not satisfied"


@pytest.mark.conformance(Row.REDUCE_ONLY, COLUMN)
async def test_a_reduce_only_order_ends_when_its_position_does(contracts) -> None:
    await contracts.market(qty="1")
    order_id = await contracts.placed(side="Sell", price="66000", reduceOnly=True)
    later = await contracts.placed(
        side="Sell", price="66100", triggerPrice="66050", triggerDirection=1, reduceOnly=True
    )
    opening = await contracts.placed(side="Sell", price="66200")
    await contracts.market("Sell", qty="0.5")
    assert (await contracts.shown(order_id))["orderStatus"] == "New"
    await contracts.market("Sell", qty="0.5")
    assert (await contracts.shown(later))["orderStatus"] == "Untriggered"
    assert (await contracts.shown(opening))["orderStatus"] == "New"
    shown = await contracts.shown(order_id)
    assert (shown["orderStatus"], shown["cancelType"]) == ("Cancelled", "CancelByReduceOnly")


@pytest.mark.conformance(Row.CLOSE_POSITION, COLUMN)
async def test_a_quantity_of_zero_closes_the_position(contracts) -> None:
    nothing = {"qty": "0", "reduceOnly": True, "closeOnTrigger": True}
    assert (await contracts.order(side="Sell", **MARKET, **nothing))["retCode"] == 110017
    await contracts.market(qty="0.7")
    shown = await contracts.shown(await contracts.market("Sell", **nothing))
    assert (shown["cumExecQty"], shown["closeOnTrigger"]) == ("0.7", True)
    assert (await contracts.position())["size"] == "0"


async def test_a_slippage_tolerance_bounds_a_market_order(contracts) -> None:
    tolerance = {"slippageToleranceType": "TickSize", "slippageTolerance": "65"}
    shown = await contracts.shown(await contracts.market(qty="3", **tolerance))
    assert (shown["cumExecQty"], shown["price"]) == ("2", "65007.5")
    assert (shown["slippageToleranceType"], shown["slippageTolerance"]) == ("TickSize", "65")


async def test_an_order_can_take_its_price_from_the_book(contracts) -> None:
    queued = await contracts.placed(price=None, bboSideType="Queue", bboLevel="2")
    taking = await contracts.placed(price=None, bboSideType="Counterparty", bboLevel="1")
    shown = await contracts.shown(queued)
    assert (shown["price"], shown["createType"], shown["orderStatus"]) == ("64992.5", "CreateByBboOrder", "New")
    assert (await contracts.shown(taking))["avgPrice"] == "65001"


@pytest.mark.conformance(Row.SELF_TRADE, COLUMN)
@pytest.mark.parametrize(
    ("smp_type", "statuses"),
    [
        ("CancelMaker", ("Cancelled", "New")),
        ("CancelTaker", ("New", "Cancelled")),
        ("CancelBoth", ("Cancelled", "Cancelled")),
        ("None", ("Filled", "Filled")),
    ],
)
async def test_orders_of_one_account_are_kept_from_trading(contracts, smp_type: str, statuses: tuple) -> None:
    maker = await contracts.placed(price="65000", qty="0.1")
    taker = await contracts.placed(side="Sell", price="65000", qty="0.1", smpType=smp_type)
    shown = [await contracts.shown(order) for order in (maker, taker)]
    assert tuple(order["orderStatus"] for order in shown) == statuses
    for order, other in zip(shown, (taker, maker), strict=True):
        if order["orderStatus"] == "Cancelled":
            assert (order["cancelType"], order["smpOrderId"]) == ("CancelBySmp", other)
    assert shown[1]["smpType"] == smp_type


async def test_the_number_of_orders_is_limited_per_contract(contracts) -> None:
    await contracts.sim.control("POST", "limits", {"scale": 1})
    clock = contracts.raw.clock
    for _ in range(10):
        await contracts.placed(triggerPrice="66000", triggerDirection=1)
    clock.advance(1000)
    answer = await contracts.order(triggerPrice="66000", triggerDirection=1)
    assert answer["retCode"] == 110009
    await contracts.placed()
