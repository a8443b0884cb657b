"""Positions of contracts: their figures, leverage, modes, funding, closed profit and loss, liquidation."""

from decimal import Decimal

import pytest

from venuesim_conformance import Row

LINEAR = "bybit linear"
HOUR_MS = 3_600_000


@pytest.mark.conformance(Row.POSITIONS, LINEAR)
async def test_an_open_position_shows_exact_figures(contracts) -> None:
    await contracts.market(qty="1")
    await contracts.move("66000")
    position = await contracts.position()
    assert int(position.pop("createdTime")) <= int(position.pop("updatedTime"))
    assert position.pop("seq") > 0
    assert position == {
        "symbol": "BTCUSDT",
        "positionIdx": 0,
        "riskId": 1,
        "riskLimitValue": "300000",
        "side": "Buy",
        "size": "1",
        "avgPrice": "65001",
        "positionValue": "65001",
        "tradeMode": 0,
        "positionStatus": "Normal",
        "autoAddMargin": 0,
        "adlRankIndicator": 2,
        "leverage": "10",
        "markPrice": "66000",
        "liqPrice": "",
        "bustPrice": "",
        "positionIM": "6632.175495",  # 66,000 / 10, and the fee of closing at 58,500.9.
        "positionIMByMp": "6632.175495",
        "positionMM": "249.975495",
        "positionMMByMp": "249.975495",
        "positionBalance": "0",
        "tpslMode": "Full",
        "takeProfit": "",
        "stopLoss": "",
        "trailingStop": "0",
        "sessionAvgPrice": "",
        "unrealisedPnl": "999",
        "curRealisedPnl": "-35.75055",
        "cumRealisedPnl": "-35.75055",
        "breakEvenPrice": "65072.54044725",
        "isReduceOnly": False,
        "mmrSysUpdatedTime": "",
        "leverageSysUpdatedTime": "",
        "delta": "",
        "gamma": "",
        "vega": "",
        "theta": "",
    }


@pytest.mark.conformance(Row.POSITIONS, LINEAR)
async def test_positions_are_listed_by_symbol_or_by_coin(contracts) -> None:
    (empty,) = await contracts.listed("position/list")
    assert (empty["side"], empty["size"], empty["avgPrice"], empty["positionValue"], empty["seq"]) == (
        "",
        "0",
        "0",
        "",
        -1,
    )
    assert await contracts.listed("position/list", symbol="", settleCoin="USDT") == []
    await contracts.market(qty="0.1")
    await contracts.market("Sell", symbol="ETHUSDT", qty="1")
    answer = await contracts.raw.get("position/list", category="linear", settleCoin="USDT", limit=1)
    assert [row["symbol"] for row in answer["result"]["list"]] == ["ETHUSDT"]
    cursor = answer["result"]["nextPageCursor"]
    rows = await contracts.listed("position/list", symbol="", settleCoin="USDT", limit=1, cursor=cursor)
    assert [(row["symbol"], row["side"]) for row in rows] == [("BTCUSDT", "Buy")]
    assert (await contracts.raw.get("position/list", category="linear"))["retCode"] == 10001
    for category in ("spot", "inverse", "option"):
        assert await contracts.listed("position/list", category=category, symbol="") == []


@pytest.mark.conformance(Row.LEVERAGE, LINEAR)
async def test_leverage_changes_what_a_position_ties_up(contracts) -> None:
    def both(leverage: str) -> dict[str, str]:
        return {"buyLeverage": leverage, "sellLeverage": leverage}

    assert await contracts.done("position/set-leverage", **both("50")) == {}
    await contracts.market(qty="1")
    position = await contracts.position()
    assert (position["leverage"], position["positionIM"].partition(".")[0]) == ("50", "1335")
    for body, code in (
        (both("50"), 110043),
        (both("151"), 110013),
        (both("0.5"), 10001),
        (both("5.001"), 10001),
        ({"buyLeverage": "5", "sellLeverage": "6"}, 10001),
        ({"buyLeverage": "5"}, 10001),
        ({"category": "spot", **both("5")}, 10001),
    ):
        assert (await contracts.post("position/set-leverage", **body))["retCode"] == code, body
    await contracts.done("position/set-leverage", **both("12.5"))
    assert (await contracts.position())["leverage"] == "12.5"


@pytest.mark.conformance(Row.LEVERAGE, LINEAR)
async def test_a_high_leverage_limits_the_size_of_a_position(contracts) -> None:
    await contracts.done("position/set-leverage", buyLeverage="100", sellLeverage="100")
    answer = await contracts.order(qty="40")
    assert (answer["retCode"], "adjust your leverage to 90 or below" in answer["retMsg"]) == (110090, True)
    await contracts.placed(qty="31")
    assert (await contracts.order(qty="1"))["retCode"] == 110090
    (row,) = await contracts.listed("order/realtime")
    assert (await contracts.post("order/amend", orderId=row["orderId"], qty="32"))["retCode"] == 110090
    await contracts.done("position/set-leverage", buyLeverage="25", sellLeverage="25")
    await contracts.placed(qty="1")


@pytest.mark.conformance(Row.HEDGE_MODE, LINEAR)
async def test_a_hedged_contract_has_both_sides_at_once(contracts) -> None:
    assert await contracts.done("position/switch-mode", mode=3) == {}
    assert (await contracts.post("position/switch-mode", mode=3))["retCode"] == 110025
    for changes in ({}, {"positionIdx": 0}):
        answer = await contracts.order(**changes)
        assert (answer["retCode"], answer["retMsg"]) == (10001, "position idx not match position mode")
    await contracts.market(qty="1", positionIdx=1)
    await contracts.market("Sell", qty="0.4", positionIdx=2)
    rows = await contracts.listed("position/list")
    assert [(row["positionIdx"], row["side"], row["size"]) for row in rows] == [(1, "Buy", "1"), (2, "Sell", "0.4")]
    await contracts.market("Sell", qty="0.3", positionIdx=1, reduceOnly=True)
    assert (await contracts.position(1))["size"] == "0.7"
    assert (await contracts.order(side="Buy", positionIdx=1, reduceOnly=True))["retCode"] == 110017
    assert (await contracts.post("position/switch-mode", mode=0))["retCode"] == 110024
    shown = await contracts.shown(await contracts.placed(positionIdx=1))
    assert shown["positionIdx"] == 1


@pytest.mark.conformance(Row.HEDGE_MODE, LINEAR)
async def test_a_coin_switches_every_contract_that_is_not_busy(contracts) -> None:
    await contracts.placed()
    assert (await contracts.post("position/switch-mode", mode=3))["retCode"] == 110028
    await contracts.done("position/switch-mode", symbol=None, coin="USDT", mode=3)
    assert len(await contracts.listed("position/list", symbol="ETHUSDT")) == 2
    assert len(await contracts.listed("position/list")) == 1
    await contracts.done("order/cancel-all")
    await contracts.done("position/switch-mode", mode=3)
    for body, code in (
        ({"symbol": None, "coin": "USDT", "mode": 3}, 110025),
        ({"symbol": None, "coin": "USDC", "mode": 3}, 110050),
        ({"symbol": None, "mode": 3}, 10001),
        ({"mode": 1}, 10001),
    ):
        assert (await contracts.post("position/switch-mode", **body))["retCode"] == code, body


@pytest.mark.conformance(Row.MARGIN_MODES, LINEAR)
async def test_isolated_positions_have_margin_of_their_own(contracts) -> None:
    await contracts.market(qty="1")
    for path, body, code in (
        ("position/add-margin", {"margin": "10"}, 110015),
        ("position/set-auto-add-margin", {"autoAddMargin": 1}, 110076),
        ("position/switch-isolated", {"tradeMode": 1, "buyLeverage": "10", "sellLeverage": "10"}, 100028),
        ("account/set-margin-mode", {"setMarginMode": "PORTFOLIO_MARGIN"}, 3400045),
        ("account/set-margin-mode", {"setMarginMode": "MOON"}, 10001),
    ):
        assert (await contracts.post(path, **body))["retCode"] == code, path
    answer = await contracts.raw.post("account/set-margin-mode", {"setMarginMode": "ISOLATED_MARGIN"})
    assert (answer["retCode"], answer["retMsg"], answer["result"]) == (0, "Request accepted", {"reasons": []})
    assert (await contracts.raw.get("account/info"))["result"]["marginMode"] == "ISOLATED_MARGIN"
    position = await contracts.position()
    assert (position["liqPrice"], position["bustPrice"]) == ("58694.5", "58500.9")
    assert position["positionBalance"] == position["positionIM"] == "6532.275495"
    result = await contracts.done("position/add-margin", margin="1000")
    assert (result["category"], result["positionIM"], result["bustPrice"]) == ("linear", "7532.275495", "57500.9")
    for margin, code in (("2000000", 110014), ("-2000", 110078), ("0", 10001), ("0.00001", 10001)):
        assert (await contracts.post("position/add-margin", margin=margin))["retCode"] == code
    await contracts.done("position/add-margin", margin="-999")
    await contracts.done("position/set-auto-add-margin", autoAddMargin=1)
    assert (await contracts.position())["autoAddMargin"] == 1
    assert (await contracts.post("position/set-auto-add-margin", autoAddMargin=1))["retCode"] == 110027
    assert (await contracts.post("position/add-margin", symbol="ETHUSDT", margin="1"))["retCode"] == 110033


async def test_old_settings_are_taken_without_effect(contracts) -> None:
    assert await contracts.done("position/set-tpsl-mode", tpSlMode="Partial") == {"tpSlMode": "Partial"}
    assert await contracts.done("position/set-risk-limit", riskId=2) == {
        "category": "linear",
        "riskId": 2,
        "riskLimitValue": "2000000",
    }
    for path, body, code in (
        ("position/set-tpsl-mode", {"tpSlMode": "Some"}, 10001),
        ("position/set-risk-limit", {"riskId": 99}, 110031),
        ("position/confirm-pending-mmr", {}, 110082),
        ("position/move-positions", {}, 10005),
    ):
        assert (await contracts.post(path, **body))["retCode"] == code, path


@pytest.mark.conformance(Row.POSITIONS, LINEAR)
async def test_closed_pnl_is_told_by_order_with_the_fees_of_both_ends(contracts) -> None:
    await contracts.market(qty="1")
    await contracts.move("66000")
    socket = await contracts.raw.private("order", "execution")
    closing = await contracts.market("Sell", qty="0.5")
    executions = await socket.until("execution", 1)
    assert executions[0]["execPnl"] == "499"
    (row,) = await contracts.listed("position/closed-pnl")
    assert int(row.pop("createdTime")) <= int(row.pop("updatedTime"))
    assert row == {
        "symbol": "BTCUSDT",
        "orderId": closing,
        "side": "Sell",
        "qty": "0.5",
        "orderPrice": "65340",
        "orderType": "Market",
        "execType": "Trade",
        "closedSize": "0.5",
        "cumEntryValue": "32500.5",
        "avgEntryPrice": "65001",
        "cumExitValue": "32999.5",
        "avgExitPrice": "65999",
        "closedPnl": "462.975",
        "openFee": "17.875275",
        "closeFee": "18.149725",
        "fillCount": "1",
        "leverage": "10",
    }
    assert (await contracts.position())["cumRealisedPnl"] == "445.099725"
    await contracts.market("Sell", qty="1")  # Closes the rest and opens a short position.
    rows = await contracts.listed("position/closed-pnl", limit=1)
    assert (rows[0]["closedSize"], rows[0]["qty"]) == ("0.5", "1")
    assert await contracts.listed("position/closed-pnl", symbol="ETHUSDT") == []


@pytest.mark.conformance(Row.FUNDING, LINEAR)
async def test_funding_is_an_execution_of_its_own_kind(timed, contracts) -> None:
    raw, sim, clock = timed
    await contracts.market("Sell", qty="1")
    socket = await raw.private("execution.linear")
    exchange = sim.simulator.venues["bybit"].exchange
    clock.advance(8 * HOUR_MS)
    exchange.pass_time()
    (told,) = await socket.until("execution.linear", 1)
    (row,) = await contracts.listed("execution/list", execType="Funding")
    wanted = {
        "symbol": "BTCUSDT",
        "execType": "Funding",
        "side": "Sell",
        "execQty": "1",
        "execPrice": "65000",
        "execValue": "65000",
        "execFee": "-6.5",  # A short position receives.
        "feeRate": "0.0001",
        "feeCurrency": "USDT",
        "orderType": "UNKNOWN",
        "orderId": "",
        "orderLinkId": "",
        "closedSize": "0",
    }
    assert {name: row[name] for name in wanted} == wanted
    assert {name: told[name] for name in wanted} == wanted
    assert told["execId"] == row["execId"]
    assert [entry["execType"] for entry in await contracts.listed("execution/list")] == ["Funding", "Trade"]
    position = await contracts.position()
    assert Decimal(position["cumRealisedPnl"]) == Decimal("6.5") - Decimal("35.74945")
    assert position["curRealisedPnl"] == position["cumRealisedPnl"]


async def test_executions_and_funding_share_their_pages(timed, contracts) -> None:
    _, sim, clock = timed
    exchange = sim.simulator.venues["bybit"].exchange
    for _ in range(3):
        await contracts.market(qty="0.1")
        clock.advance(8 * HOUR_MS)
        exchange.pass_time()
    found: list[str] = []
    query: dict[str, object] = {"category": "linear", "limit": 2}
    while True:
        result = (await contracts.raw.get("execution/list", **query))["result"]
        found += [row["execId"] for row in result["list"]]
        if not result["nextPageCursor"]:
            break
        query["cursor"] = result["nextPageCursor"]
    whole = [row["execId"] for row in await contracts.listed("execution/list")]
    assert (len(whole), found) == (6, whole)


@pytest.mark.conformance(
    Row.LIQUIDATION, LINEAR, approximate="one step at the market, what the book lacks at the mark price; no laddering"
)
async def test_a_position_without_its_margin_is_liquidated(contracts) -> None:
    await contracts.raw.post("account/set-margin-mode", {"setMarginMode": "ISOLATED_MARGIN"})
    await contracts.market(qty="1")
    await contracts.move("58600")
    assert (await contracts.position())["size"] == "0"
    execution = (await contracts.listed("execution/list", execType="BustTrade"))[0]
    assert (execution["createType"], execution["side"], execution["closedSize"]) == ("CreateByLiq", "Sell", "1")
    shown = await contracts.shown(execution["orderId"])
    assert (shown["createType"], shown["orderLinkId"], shown["orderStatus"]) == ("CreateByLiq", "", "Filled")
    (row,) = await contracts.listed("position/closed-pnl")
    assert row["execType"] == "BustTrade"


@pytest.mark.conformance(Row.LIQUIDATION, LINEAR)
async def test_a_cross_liquidation_cancels_orders_first(contracts) -> None:
    await contracts.sim.control(
        *("POST", "accounts"),
        {"api_key": "k" * 64, "secret": "s" * 64, "balances": {"USDT": "10000", "BTC": "0", "ETH": "0"}},
    )
    await contracts.market(qty="1")
    resting = await contracts.placed(price="50000", qty="0.1")
    await contracts.move("55200")
    shown = await contracts.shown(resting)
    assert (shown["orderStatus"], shown["cancelType"]) == ("Cancelled", "CancelAllBeforeLiq")
    assert (await contracts.position())["size"] == "0"


@pytest.mark.conformance(Row.AUTO_DELEVERAGING, LINEAR, approximate="only by hand: nothing ranks accounts")
async def test_a_deleveraged_position_is_told_so(contracts) -> None:
    from venuesim.exchange.vocabulary import Origin

    await contracts.market(qty="1")
    exchange = contracts.sim.simulator.venues["bybit"].exchange
    (account,) = exchange.accounts.values()
    (position,) = account.holdings["BTC/USDT:USDT"].open_positions()
    exchange.clearing.close_position(account, position, Origin.AUTO_DELEVERAGING, Decimal("0.4"))
    (execution,) = await contracts.listed("execution/list", execType="AdlTrade")
    assert (execution["createType"], execution["execQty"]) == ("CreateByAdl_PassThrough", "0.4")


@pytest.mark.conformance(Row.PRIVATE_POSITIONS, LINEAR)
async def test_the_position_topic_tells_entry_and_size(contracts) -> None:
    socket = await contracts.raw.private("position")
    await contracts.market(qty="1")
    told = await socket.until("position", 2)
    assert (told[-1]["category"], told[-1]["entryPrice"], told[-1]["size"]) == ("linear", "65001", "1")
    assert "avgPrice" not in told[-1]
    await contracts.done("position/set-leverage", buyLeverage="20", sellLeverage="20")
    (told,) = await socket.until("position", 1)
    assert told["leverage"] == "20"


async def test_an_execution_keeps_the_price_and_size_that_its_order_had(contracts) -> None:
    order_id = await contracts.placed(qty="1.5", price="65001")  # 1 BTC is filled at once.
    await contracts.done("order/amend", orderId=order_id, qty="1.2", price="64500")
    (execution,) = await contracts.listed("execution/list", orderId=order_id)
    assert (execution["orderPrice"], execution["orderQty"], execution["leavesQty"]) == ("65001", "1.5", "0.5")


async def test_closed_pnl_adds_up_to_the_last_decimal(contracts) -> None:
    for qty in ("0.3", "0.4", "0.7"):
        await contracts.market(qty=qty)
    for qty in ("0.3", "0.333", "0.767"):
        await contracts.market("Sell", qty=qty)
    rows = await contracts.listed("position/closed-pnl")
    for row in rows:
        figures = (row[name] for name in ("cumExitValue", "cumEntryValue", "openFee", "closeFee"))
        exit_value, entry_value, open_fee, close_fee = map(Decimal, figures)
        assert Decimal(row["closedPnl"]) == exit_value - entry_value - open_fee - close_fee
    log = (await contracts.raw.get("account/transaction-log", category="linear"))["result"]["list"]
    assert sum(Decimal(row["closedPnl"]) for row in rows) == sum(Decimal(row["change"]) for row in log)


async def test_the_wallet_shows_no_more_than_eight_decimals_of_margins(contracts) -> None:
    await contracts.done("position/set-leverage", buyLeverage="7", sellLeverage="7")
    for qty in ("0.3", "0.7", "0.3"):
        await contracts.market(qty=qty)
        await contracts.move("65002.3")
    (wallet,) = (await contracts.raw.get("account/wallet-balance", accountType="UNIFIED", coin="USDT"))["result"][
        "list"
    ]
    (coin,) = wallet["coin"]
    position = await contracts.position()
    shown = {"totalPositionIM": "positionIM", "totalPositionMM": "positionMM", "unrealisedPnl": "unrealisedPnl"}
    assert {name: coin[name] for name in shown} == {name: position[own] for name, own in shown.items()}
    assert Decimal(coin["equity"]) == Decimal(coin["walletBalance"]) + Decimal(coin["unrealisedPnl"])
