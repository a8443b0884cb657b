"""The account: modes, leverage, what could be traded, fees, the past of positions."""

from decimal import Decimal

import pytest

from venuesim_okx_helpers import SWAP, Desk, picked, swap_order

D = Decimal


@pytest.mark.conformance("Leverage", "okx swap")
async def test_leverage_is_set_for_each_margin_mode(desk: Desk) -> None:
    (before,) = await desk.get("account/leverage-info", instId=SWAP, mgnMode="cross")
    assert picked(before, "instId", "mgnMode", "posSide", "lever") == (SWAP, "cross", "net", "3")
    (answer,) = await desk.post("account/set-leverage", {"instId": SWAP, "lever": "10", "mgnMode": "cross"})
    assert answer == {"instId": SWAP, "lever": "10", "mgnMode": "cross", "posSide": ""}
    assert (await desk.get("account/leverage-info", instId=SWAP, mgnMode="isolated"))[0]["lever"] == "3"
    await desk.order()
    assert (await desk.position())["lever"] == "10"


@pytest.mark.conformance("Leverage", "okx swap")
async def test_isolated_sides_have_a_leverage_each(desk: Desk) -> None:
    await desk.hedge()
    change = {"instId": SWAP, "lever": 7, "mgnMode": "isolated"}
    assert (await desk.refused("account/set-leverage", change))[0] == "51000"
    await desk.post("account/set-leverage", {**change, "posSide": "short"})
    rows = await desk.get("account/leverage-info", instId=SWAP, mgnMode="isolated")
    assert {(row["posSide"], row["lever"]) for row in rows} == {("long", "3"), ("short", "7")}


@pytest.mark.conformance("Leverage", "okx swap")
@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"lever": "101"}, 200, "59102"),
        ({"lever": "0.5"}, 400, "59105"),
        ({"lever": "x"}, 400, "51000"),
        ({"lever": None}, 400, "50014"),
        ({"mgnMode": "cash"}, 400, "51000"),
        ({"instId": "BTC-USDT"}, 200, "54000"),
        ({"instId": None, "ccy": "BTC"}, 200, "54000"),
        ({"instId": "NO-SWAP"}, 200, "51001"),
    ],
)
async def test_a_wrong_leverage_is_refused(desk: Desk, change: dict, status: int, code: str) -> None:
    body = {
        name: value for name, value in {"instId": SWAP, "lever": "5", "mgnMode": "cross", **change}.items() if value
    }
    answered, answer = await desk.raw.post("account/set-leverage", body)
    assert (answered, answer["code"]) == (status, code)


async def test_leverage_stays_while_algo_orders_wait_or_margin_lacks(desk: Desk) -> None:
    await desk.post("account/set-leverage", {"instId": SWAP, "lever": "50", "mgnMode": "cross"})
    algo_id = await desk.algo(slTriggerPx="64000", slOrdPx="-1")
    change = {"instId": SWAP, "lever": "5", "mgnMode": "cross"}
    assert (await desk.refused("account/set-leverage", change))[0] == "59669"
    await desk.post("trade/cancel-algos", [{"algoId": algo_id, "instId": SWAP}])
    for _ in range(4):
        await desk.order(ordType="limit", px="64000", sz="900")
    assert (await desk.refused("account/set-leverage", {**change, "lever": "1"}))[0] == "59103"


async def test_the_account_mode_decides_what_may_be_traded(desk: Desk) -> None:
    await desk.venues.control("POST", "limits", {"scale": 100})
    assert await desk.post("account/set-account-level", {"acctLv": "1"}) == [{"acctLv": "1"}]
    assert (await desk.get("account/config"))[0]["acctLv"] == "1"
    assert (await desk.refused("trade/order", swap_order()))[0] == "51010"
    pair = swap_order(instId="BTC-USDT", tdMode="cash", side="sell", sz="0.1", reduceOnly=True)
    assert (await desk.refused("trade/order", pair))[0] == "51139"
    assert (await desk.refused("account/set-leverage", {"instId": SWAP, "lever": "5", "mgnMode": "cross"}))[
        0
    ] == "51010"
    for level in ("3", "4"):
        assert (await desk.refused("account/set-account-level", {"acctLv": level}))[0] == "51070"
    await desk.post("account/set-account-level", {"acctLv": "2"})
    order_id = await desk.order(ordType="limit", px="64000")
    assert (await desk.refused("account/set-account-level", {"acctLv": "1"}))[0] == "59132"
    await desk.post("trade/cancel-order", {"instId": SWAP, "ordId": order_id})
    await desk.order()
    assert (await desk.refused("account/set-account-level", {"acctLv": "1"}))[0] == "59134"


async def test_a_blocked_account_and_a_suspended_contract_take_no_orders(desk: Desk) -> None:
    exchange = desk.venues.simulator.venues["okx"].exchange
    (account,) = exchange.accounts.values()
    account.settings["blocked"] = "true"
    assert await desk.refused("trade/order", swap_order()) == ("51024", "Trading account is blocked.")
    del account.settings["blocked"]
    await desk.venues.control("POST", "market", {"symbol": "BTC/USDT:USDT", "rules": {"is_trading": False}})
    assert await desk.refused("trade/order", swap_order()) == ("51022", "Contract suspended.")


async def test_the_largest_orders_follow_balance_and_leverage(desk: Desk) -> None:
    (size,) = await desk.get("account/max-size", instId=SWAP, tdMode="cross", px="65000", leverage="10")
    assert D(size["maxBuy"]) == (D(1_000_000) / (D(650) * D("0.1005"))).quantize(D("0.01"), "ROUND_DOWN")
    (refused,) = [await desk.refused("trade/order", swap_order(ordType="limit", px="65000", sz="5000"))]
    assert refused[0] == "51008"
    (pair,) = await desk.get("account/max-size", instId="BTC-USDT", tdMode="cash", px="50000")
    assert picked(pair, "ccy", "maxBuy", "maxSell") == ("BTC", "20", "10")
    rows = await desk.get("account/max-avail-size", instId="BTC-USDT,ETH-USDT", tdMode="cash")
    assert [picked(row, "instId", "availBuy", "availSell") for row in rows] == [
        ("BTC-USDT", "1000000", "10"),
        ("ETH-USDT", "1000000", "100"),
    ]
    (swap,) = await desk.get("account/max-avail-size", instId=SWAP, tdMode="isolated")
    assert picked(swap, "availBuy", "availSell") == ("1000000", "1000000")


@pytest.mark.parametrize("path", ["max-size", "max-avail-size"])
@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"instId": SWAP, "tdMode": "cash"}, "51000"),
        ({"instId": "BTC-USDT", "tdMode": "cross"}, "51010"),
        ({"instId": f"BTC-USDT,{SWAP}", "tdMode": "cross"}, "59004"),
        ({"instId": ",".join(["BTC-USDT"] * 6), "tdMode": "cash"}, "50025"),
        ({"tdMode": "cross"}, "50014"),
    ],
)
async def test_limits_of_nonsense_are_refused(desk: Desk, path: str, query: dict, code: str) -> None:
    assert (await desk.raw.get(f"account/{path}", **query))[1]["code"] == code


async def test_fee_rates_are_written_as_charges(desk: Desk) -> None:
    (spot,) = await desk.get("account/trade-fee", instType="SPOT", instId="BTC-USDT")
    assert picked(spot, "instType", "maker", "taker", "level") == ("SPOT", "-0.0008", "-0.001", "Lv1")
    (swap,) = await desk.get("account/trade-fee", instType="SWAP", instId=SWAP)
    assert picked(swap, "makerU", "takerU") == ("-0.0002", "-0.0005")
    assert (await desk.raw.get("account/trade-fee", instType="SPOT", instId=SWAP))[1]["code"] == "51015"


@pytest.mark.conformance("Positions", "okx swap")
async def test_closed_positions_are_listed_the_latest_first(desk: Desk) -> None:
    await desk.order(sz="10")
    await desk.order(side="sell", sz="4")
    (partly,) = await desk.get("account/positions-history", instType="SWAP")
    assert picked(partly, "type", "closeTotalPos", "openMaxPos") == ("1", "4", "10")
    await desk.order(side="sell", sz="6")
    await desk.order(tdMode="isolated", sz="1")
    await desk.order(tdMode="isolated", side="sell", sz="1")
    rows = await desk.get("account/positions-history")
    assert {(row["mgnMode"], row["type"], row["closeTotalPos"]) for row in rows} == {
        ("isolated", "2", "1"),
        ("cross", "2", "10"),
    }
    (isolated,) = await desk.get("account/positions-history", mgnMode="isolated")
    assert D(isolated["realizedPnl"]) == D(isolated["pnl"]) + D(isolated["fee"])
    assert await desk.get("account/positions-history", posId="7") == []
    assert await desk.get("account/positions-history", instType="MARGIN") == []


async def test_balances_and_positions_of_one_moment_are_shown_together(desk: Desk) -> None:
    await desk.order(sz="10")
    (risk,) = await desk.get("account/account-position-risk")
    assert [picked(row, "instId", "pos", "mgnMode") for row in risk["posData"]] == [(SWAP, "10", "cross")]
    assert {row["ccy"] for row in risk["balData"]} == {"USDT", "BTC", "ETH"}


async def test_positions_are_asked_for_by_type_id_and_instrument(desk: Desk) -> None:
    await desk.order(sz="10")
    position = await desk.position()
    assert [row["posId"] for row in await desk.positions(posId=position["posId"])] == [position["posId"]]
    assert await desk.positions(instType="MARGIN") == []
    assert await desk.positions(instId="ETH-USDT-SWAP") == []
    assert (await desk.raw.get("account/positions", instType="SWAP", instId="BTC-USDT"))[1]["code"] == "51015"


async def test_what_belongs_to_other_modes_is_refused(desk: Desk) -> None:
    for path in ("account/set-auto-loan", "account/spot-manual-borrow-repay", "trade/order-precheck"):
        assert (await desk.refused(path, {}))[0] == "51010"
    assert (await desk.raw.get("account/max-loan"))[1]["code"] == "51010"
    assert await desk.get("account/interest-accrued") == []
    automatic = {"isoMode": "automatic", "type": "CONTRACTS"}
    assert await desk.post("account/set-isolated-mode", automatic) == [{"isoMode": "automatic"}]
    assert (await desk.refused("account/set-isolated-mode", {**automatic, "isoMode": "autonomy"}))[0] == "59006"


async def test_another_leverage_can_be_estimated(desk: Desk) -> None:
    query = {"instType": "SWAP", "mgnMode": "cross", "lever": "10", "instId": SWAP}
    (estimate,) = await desk.get("account/adjust-leverage-info", **query)
    assert picked(estimate, "maxLever", "minLever", "existOrd") == ("100", "0.01", False)
    assert D(estimate["estMaxAmt"]) > 0


async def test_the_largest_order_in_a_cheap_coin_is_in_whole_lots(desk: Desk) -> None:
    account = {**desk.raw.account(), "balances": {"USDT": "100000000"}}
    await desk.venues.control("POST", "accounts", account)
    await desk.price("0.00001", "PEPE/USDT")
    (size,) = await desk.get("account/max-size", instId="PEPE-USDT", tdMode="cash", px="0.00001")
    assert size["maxBuy"] == "10000000000000"


async def test_positions_that_changed_in_one_moment_come_on_one_page(timed) -> None:
    """The venue pages by `uTime`: otherwise one of them would be lost."""
    raw, sim, clock = timed
    desk = Desk(raw, sim)
    await desk.freeze()
    await desk.hedge()
    clock.advance(1000)
    for side, opens in (("long", "buy"), ("short", "sell")):
        await desk.order(posSide=side, side=opens, sz="1")
    clock.advance(1000)
    for side in ("long", "short"):
        await desk.post("trade/close-position", {"instId": SWAP, "mgnMode": "cross", "posSide": side})
    page = await desk.get("account/positions-history", limit=1)
    assert sorted(row["posSide"] for row in page) == ["long", "short"]
    assert await desk.get("account/positions-history", limit=1, after=page[-1]["uTime"]) == []
