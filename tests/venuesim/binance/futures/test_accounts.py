"""Wallet, positions, leverage, margin, modes, funding, liquidation."""

from decimal import Decimal

import pytest

from venuesim.exchange.vocabulary import Origin
from venuesim_conformance import Row
from venuesim_futures import SYMBOL, RawFutures, stream

COLUMN = "binance linear"
DUAL = "/fapi/v1/positionSide/dual"
MARGIN_TYPE = "/fapi/v1/marginType"


def by_asset(rows: list[dict], asset: str = "USDT") -> dict:
    return next(row for row in rows if row["asset"] == asset)


@pytest.mark.conformance(Row.BALANCES, COLUMN)
async def test_a_futures_wallet_holds_only_what_futures_can_hold(raw: RawFutures) -> None:
    await raw.venues.control(
        "POST", "accounts", {"api_key": "other", "secret": "other", "balances": {"USDT": "5", "SOL": "7"}}
    )
    other = RawFutures(raw.venues, api_key="other", secret="other")
    rows = await other.get("/fapi/v3/balance")
    assert (by_asset(rows)["balance"], [row for row in rows if row["asset"] == "SOL"]) == ("5.00000000", [])


async def test_orders_and_positions_tie_up_margin_at_the_leverage_set(raw: RawFutures) -> None:
    await raw.call("POST", "/fapi/v1/leverage", symbol="BTCUSDT", leverage=10)
    await raw.trade("BUY", "0.1")
    await raw.placed(price="60000", quantity="0.1")
    account = await raw.get("/fapi/v3/account")
    assert account["totalPositionInitialMargin"] == "650.00000000"
    assert account["totalOpenOrderInitialMargin"] == "600.00000000"
    assert account["totalInitialMargin"] == "1250.00000000"
    assert account["totalWalletBalance"] == "999996.74995000"  # Less the fee on 6,500.10.
    assert account["totalUnrealizedProfit"] == "-0.10000000"
    assert account["availableBalance"] == "998746.64995000"
    assert by_asset(account["assets"])["availableBalance"] == account["availableBalance"]
    (position,) = account["positions"]
    assert (position["symbol"], position["positionAmt"], position["notional"]) == ("BTCUSDT", "0.100", "6500.00000000")


async def test_the_older_versions_show_every_contract(raw: RawFutures) -> None:
    await raw.trade("SELL", "0.1")
    account = await raw.get("/fapi/v2/account")
    rows = {row["symbol"]: row for row in account["positions"]}
    assert (len(rows) > 20, rows["BTCUSDT"]["positionAmt"], rows["ETHUSDT"]["positionAmt"]) == (True, "-0.100", "0.000")
    assert (rows["BTCUSDT"]["leverage"], rows["BTCUSDT"]["isolated"]) == ("20", False)
    risks = {row["symbol"]: row for row in await raw.get("/fapi/v2/positionRisk")}
    assert risks["BTCUSDT"]["marginType"] == "cross"
    assert (risks["ETHUSDT"]["entryPrice"], risks["ETHUSDT"]["liquidationPrice"]) == ("0.0", "0")


@pytest.mark.conformance(Row.POSITIONS, COLUMN)
async def test_a_position_shows_entry_break_even_and_profit(raw: RawFutures) -> None:
    await raw.trade("BUY", "0.1")
    await raw.move("66000")
    position = await raw.position()
    assert position is not None
    assert (position["entryPrice"], position["markPrice"]) == ("65001.0", "66000.00000000")
    assert position["breakEvenPrice"] == "65033.5005"  # Half a thousandth above.
    assert position["unRealizedProfit"] == "99.90000000"
    assert (position["marginAsset"], position["adl"]) == ("USDT", 2)
    (quantile,) = await raw.get("/fapi/v1/adlQuantile")
    assert quantile == {"symbol": "BTCUSDT", "adlQuantile": {"LONG": 2, "SHORT": 0, "BOTH": 2}}


@pytest.mark.conformance(Row.LEVERAGE, COLUMN)
async def test_leverage_has_bounds_and_positions_have_brackets(raw: RawFutures) -> None:
    path = "/fapi/v1/leverage"
    status, body = await raw.call("POST", path, symbol="BTCUSDT", leverage=150)
    assert (status, body) == (200, {"leverage": 150, "maxNotionalValue": "300000", "symbol": "BTCUSDT"})
    for leverage in (0, 151):
        assert (await raw.call("POST", path, symbol="BTCUSDT", leverage=leverage))[1]["code"] == -4028
    status, body = await raw.order(quantity="6")
    assert (status, body["code"]) == (400, -2027)  # 360,000 is above the bracket of 150x.
    await raw.call("POST", path, symbol="BTCUSDT", leverage=1)
    status, body = await raw.order(quantity="20")
    assert (status, body) == (400, {"code": -2019, "msg": "Margin is insufficient."})
    (bracket, *_) = (await raw.get("/fapi/v1/leverageBracket", symbol="BTCUSDT"))[0]["brackets"]
    assert bracket == {
        "bracket": 1, "initialLeverage": 150, "notionalCap": 300_000, "notionalFloor": 0, "maintMarginRatio": 0.004,
        "cum": 0,
    }  # fmt: skip
    config = await raw.get("/fapi/v1/symbolConfig", symbol="BTCUSDT")
    assert (config[0]["leverage"], config[0]["marginType"]) == (1, "CROSSED")


@pytest.mark.conformance(Row.MARGIN_MODES, COLUMN)
async def test_the_margin_type_changes_only_without_orders_and_positions(raw: RawFutures) -> None:
    isolated = {"symbol": "BTCUSDT", "marginType": "ISOLATED"}
    assert (await raw.call("POST", MARGIN_TYPE, symbol="BTCUSDT", marginType="CROSSED"))[1]["code"] == -4046
    order = await raw.placed()
    assert (await raw.call("POST", MARGIN_TYPE, **isolated))[1]["code"] == -4047
    await raw.call("DELETE", "/fapi/v1/order", symbol="BTCUSDT", orderId=order["orderId"])
    await raw.trade("BUY", "0.1")
    assert (await raw.call("POST", MARGIN_TYPE, **isolated))[1]["code"] == -4048
    await raw.trade("SELL", "0.1")
    assert await raw.call("POST", MARGIN_TYPE, **isolated) == (200, {"code": 200, "msg": "success"})
    assert (await raw.call("POST", MARGIN_TYPE, symbol="BTCUSDT", marginType="NONE"))[1]["code"] == -1102


async def test_an_isolated_position_takes_and_gives_back_margin(raw: RawFutures) -> None:
    path = "/fapi/v1/positionMargin"
    assert (await raw.call("POST", path, symbol="BTCUSDT", amount="10", type=1))[1]["code"] == -4049
    await raw.call("POST", MARGIN_TYPE, symbol="BTCUSDT", marginType="ISOLATED")
    assert (await raw.call("POST", path, symbol="BTCUSDT", amount="10", type=1))[1]["code"] == -4054
    await raw.trade("BUY", "0.1")
    before = await raw.position()
    status, body = await raw.call("POST", path, symbol="BTCUSDT", amount="100", type=1)
    assert (status, body["code"], body["amount"], body["type"]) == (200, 200, 100.0, 1)
    after = await raw.position()
    assert before is not None
    assert after is not None
    assert float(after["isolatedWallet"]) - float(before["isolatedWallet"]) == 100
    assert float(after["liquidationPrice"]) < float(before["liquidationPrice"])
    for amount, change, code in (("-1", 1, -4055), ("1000000", 1, -4050), ("1000000", 2, -4051), ("1", 3, -1130)):
        assert (await raw.call("POST", path, symbol="BTCUSDT", amount=amount, type=change))[1]["code"] == code
    (noted,) = await raw.get(f"{path}/history", symbol="BTCUSDT")
    assert (noted["amount"], noted["type"], noted["deltaType"]) == ("100", 1, "USER_ADJUST")
    assert (await raw.call("POST", "/fapi/v1/leverage", symbol="BTCUSDT", leverage=5))[1]["code"] == -4161


@pytest.mark.conformance(Row.HEDGE_MODE, COLUMN)
async def test_hedge_mode_holds_long_and_short_apart(raw: RawFutures) -> None:
    assert (await raw.call("POST", DUAL, dualSidePosition="false"))[1]["code"] == -4059
    assert await raw.call("POST", DUAL, dualSidePosition="true") == (200, {"code": 200, "msg": "success"})
    assert (await raw.order())[1] == {"code": -4061, "msg": "Order's position side does not match user's setting."}
    assert (await raw.order(positionSide="LONG", reduceOnly="true"))[1]["code"] == -1106
    await raw.trade("BUY", "0.2", positionSide="LONG")
    await raw.trade("SELL", "0.1", positionSide="SHORT")
    rows = {row["positionSide"]: row["positionAmt"] for row in await raw.get("/fapi/v3/positionRisk")}
    assert rows == {"LONG": "0.200", "SHORT": "-0.100"}
    assert (await raw.order(side="SELL", positionSide="LONG", quantity="0.3", price="66000"))[1]["code"] == -2022
    await raw.trade("SELL", "0.2", positionSide="LONG")
    assert (await raw.call("POST", DUAL, dualSidePosition="false"))[1]["code"] == -4068
    await raw.trade("BUY", "0.1", positionSide="SHORT")
    order = await raw.placed(positionSide="LONG")
    assert (await raw.call("POST", DUAL, dualSidePosition="false"))[1]["code"] == -4067
    await raw.call("DELETE", "/fapi/v1/order", symbol="BTCUSDT", orderId=order["orderId"])
    assert (await raw.call("POST", DUAL, dualSidePosition="false"))[0] == 200
    assert (await raw.get(DUAL)) == {"dualSidePosition": False}


async def test_multi_assets_mode_and_isolated_margin_exclude_each_other(raw: RawFutures) -> None:
    path = "/fapi/v1/multiAssetsMargin"
    assert (await raw.call("POST", path, multiAssetsMargin="false"))[1]["code"] == -4171
    await raw.call("POST", MARGIN_TYPE, symbol="BTCUSDT", marginType="ISOLATED")
    assert (await raw.call("POST", path, multiAssetsMargin="true"))[1]["code"] == -4167
    await raw.call("POST", MARGIN_TYPE, symbol="BTCUSDT", marginType="CROSSED")
    assert (await raw.call("POST", path, multiAssetsMargin="true"))[0] == 200
    assert (await raw.call("POST", MARGIN_TYPE, symbol="BTCUSDT", marginType="ISOLATED"))[1]["code"] == -4168
    assert (await raw.get("/fapi/v1/accountConfig"))["multiAssetsMargin"] is True


@pytest.mark.conformance(Row.FEE_ASSET, COLUMN)
async def test_fees_are_paid_in_bnb_a_tenth_cheaper_while_there_is_enough(raw: RawFutures) -> None:
    await raw.venues.control(
        "POST", "accounts", {"api_key": "bnb", "secret": "bnb", "balances": {"USDT": "100000", "BNB": "1"}}
    )
    client = RawFutures(raw.venues, api_key="bnb", secret="bnb")
    assert (await client.get("/fapi/v1/feeBurn")) == {"feeBurn": False}
    await client.call("POST", "/fapi/v1/feeBurn", feeBurn="true")
    await client.trade("BUY", "0.1")
    (trade,) = await client.get("/fapi/v1/userTrades", symbol="BTCUSDT")
    price = float((await raw.public("/fapi/v1/premiumIndex", symbol="BNBUSDT"))["markPrice"])
    assert trade["commissionAsset"] == "BNB"
    assert float(trade["commission"]) == pytest.approx(6500.1 * 0.00045 / price, abs=2e-8)
    rates = await client.get("/fapi/v1/commissionRate", symbol="BTCUSDT")
    assert (rates["makerCommissionRate"], rates["takerCommissionRate"]) == ("0.000200", "0.000500")


@pytest.mark.conformance(Row.FUNDING, COLUMN)
@pytest.mark.conformance(Row.FLOWS, COLUMN)
async def test_funding_is_paid_at_its_hours_and_listed_as_income(timed) -> None:
    raw, clock = timed
    await raw.trade("BUY", "0.1")
    due_ms = (await raw.public("/fapi/v1/premiumIndex", symbol="BTCUSDT"))["nextFundingTime"]
    assert due_ms % (8 * 3_600_000) == 0
    async with stream(raw.venues, f"/private/ws?listenKey={await raw.listen_key()}") as user:
        clock.advance(due_ms - clock.now_ms())
        raw.venues.simulator.venues["binance"].futures.exchange.pass_time()
        update = (await user.event("ACCOUNT_UPDATE"))["a"]
    assert (update["m"], update["B"][0]["bc"], update["P"]) == ("FUNDING_FEE", "-0.65", [])
    assert update["S"] == "BTCUSDT"
    (paid,) = await raw.get("/fapi/v1/income", incomeType="FUNDING_FEE")
    assert (paid["symbol"], paid["income"], paid["asset"]) == ("BTCUSDT", "-0.65000000", "USDT")
    (rate,) = await raw.public("/fapi/v1/fundingRate", symbol="BTCUSDT")
    assert rate["rateType"] == "Regular"
    assert (rate["fundingRate"], rate["fundingTime"], rate["markPrice"]) == ("0.00010000", due_ms, "65000.00000000")


async def test_income_tells_profit_and_commission_of_trades_apart(raw: RawFutures) -> None:
    await raw.trade("BUY", "0.1")
    await raw.move("66000")
    await raw.trade("SELL", "0.1")
    rows = await raw.get("/fapi/v1/income")
    assert [(row["incomeType"], row["income"]) for row in rows] == [
        ("COMMISSION", "-3.25005000"), ("REALIZED_PNL", "99.80000000"), ("COMMISSION", "-3.29995000"),
    ]  # fmt: skip
    assert rows[1]["tradeId"] == rows[2]["tradeId"]
    assert [row["income"] for row in await raw.get("/fapi/v1/income", incomeType="REALIZED_PNL")] == ["99.80000000"]
    assert (await raw.call("GET", "/fapi/v1/income", incomeType="TIPS"))[1]["code"] == -1130


@pytest.mark.conformance(Row.LIQUIDATION, COLUMN, approximate="the whole position at once, not bracket by bracket")
async def test_a_position_without_margin_is_liquidated_and_everybody_hears_of_it(raw: RawFutures) -> None:
    await raw.venues.control("POST", "accounts", {"api_key": "poor", "secret": "poor", "balances": {"USDT": "400"}})
    poor = RawFutures(raw.venues, api_key="poor", secret="poor")
    await poor.trade("BUY", "0.1")
    position = await poor.position()
    assert position is not None
    assert 60_000 < float(position["liquidationPrice"]) < 65_000
    resting = await poor.placed(price="60000", quantity="0.002")
    async with (
        stream(raw.venues, f"/private/ws?listenKey={await poor.listen_key()}") as user,
        stream(raw.venues, "/market/ws/btcusdt@forceOrder") as public,
    ):
        await raw.move("61000")
        new = (await user.event("ORDER_TRADE_UPDATE"))["o"]
        while not new["c"].startswith("autoclose-"):
            new = (await user.event("ORDER_TRADE_UPDATE"))["o"]
        filled = (await user.event("ORDER_TRADE_UPDATE"))["o"]
        forced = await public.event("forceOrder")
    assert (new["x"], new["o"], filled["x"], filled["X"]) == ("NEW", "LIQUIDATION", "CALCULATED", "FILLED")
    assert (forced["o"]["s"], forced["o"]["S"], forced["o"]["z"]) == ("BTCUSDT", "SELL", "0.100")
    assert await poor.position() is None
    (order,) = await poor.get("/fapi/v1/forceOrders", autoCloseType="LIQUIDATION")
    assert (order["type"], order["timeInForce"], order["status"], order["executedQty"]) == (
        "LIMIT", "IOC", "FILLED", "0.100",
    )  # fmt: skip
    assert await poor.get("/fapi/v1/forceOrders", autoCloseType="ADL") == []
    assert await poor.get("/fapi/v1/income", incomeType="INSURANCE_CLEAR") != []
    gone = await poor.get("/fapi/v1/order", symbol="BTCUSDT", orderId=resting["orderId"])
    assert gone["status"] == "EXPIRED"


@pytest.mark.conformance(Row.AUTO_DELEVERAGING, COLUMN, approximate="only when the control API asks for it")
async def test_a_deleveraged_position_is_closed_by_an_order_that_says_so(raw: RawFutures) -> None:
    await raw.trade("BUY", "0.1")
    futures = raw.venues.simulator.venues["binance"].futures.exchange
    account = futures.accounts[raw.api_key]
    (position,) = account.holding(futures.markets[SYMBOL].instrument).open_positions()
    futures.clearing.close_position(account, position, Origin.AUTO_DELEVERAGING)
    (order,) = await raw.get("/fapi/v1/forceOrders", autoCloseType="ADL")
    assert order["clientOrderId"] == "adl_autoclose"
    assert await raw.position() is None


async def test_a_portfolio_margin_account_is_nobodys_here(raw: RawFutures) -> None:
    status, body = await raw.call("GET", "/fapi/v1/pmAccountInfo", asset="USDT")
    assert (status, body["code"]) == (400, -1109)


async def test_no_quantitative_rule_is_violated(raw: RawFutures) -> None:
    assert (await raw.get("/fapi/v1/apiTradingStatus"))["indicators"] == {}


async def test_a_wallet_is_the_sum_of_its_income_to_the_last_decimal(raw: RawFutures) -> None:
    await raw.trade("BUY", "2.1")  # Over three levels: the entry price has no end.
    for _ in range(7):
        await raw.trade("SELL", "0.1")
    income = await raw.get("/fapi/v1/income", limit=1000)
    assert len(income) == 3 + 2 * 7
    balances = {row["asset"]: Decimal(row["balance"]) for row in await raw.get("/fapi/v3/balance")}
    assert balances["USDT"] == 1_000_000 + sum(Decimal(entry["income"]) for entry in income)


async def test_what_a_busted_trade_returns_is_income(raw: RawFutures) -> None:
    await raw.trade("BUY", "0.1")
    (trade,) = await raw.get("/fapi/v1/userTrades", symbol="BTCUSDT")
    await raw.venues.control("POST", "busts", {"trade_id": str(trade["id"]), "symbol": SYMBOL, "exchange": "binance"})
    income = await raw.get("/fapi/v1/income")
    assert [(row["incomeType"], row["income"]) for row in income] == [
        ("COMMISSION", "-3.25005000"), ("TRANSFER", "3.25005000"),
    ]  # fmt: skip


@pytest.mark.parametrize("begins", [True, False])
async def test_pages_of_income_neither_lose_nor_repeat_a_row(raw: RawFutures, begins: bool) -> None:
    start = {"startTime": raw.clock.now_ms()} if begins else {}
    for side in ("BUY", "SELL", "BUY", "SELL"):
        await raw.trade(side, "0.01")
    pages = [await raw.get("/fapi/v1/income", limit=4, page=number, **start) for number in (1, 2)]
    rows = [(row["tranId"], row["incomeType"]) for page in (pages if begins else pages[::-1]) for row in page]
    whole = await raw.get("/fapi/v1/income")
    assert rows == [(row["tranId"], row["incomeType"]) for row in whole]
    assert len(set(rows)) == 6
