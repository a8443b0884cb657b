"""Orders in swaps: sizes in contracts, trade modes and position sides, closing, margins."""

from decimal import Decimal

import pytest

from venuesim_okx_helpers import SWAP, Desk, picked, swap_order

D = Decimal


@pytest.mark.conformance("Market order by base quantity", "okx swap")
@pytest.mark.conformance("Maker and taker fees in their assets", "okx swap")
async def test_a_market_order_counts_contracts_and_pays_in_the_settlement_asset(desk: Desk) -> None:
    order = await desk.shown(await desk.order(sz="10"))
    assert picked(order, "instType", "instId", "tdMode", "posSide", "lever", "sz", "accFillSz", "avgPx", "state") == (
        *("SWAP", SWAP, "cross", "net", "3", "10", "10", "65001", "filled"),
    )
    assert picked(order, "fee", "feeCcy", "pnl", "reduceOnly", "category") == (
        *("-3.25005", "USDT", "0", "false", "normal"),
    )
    (fill,) = await desk.get("trade/fills", instType="SWAP", instId=SWAP)
    assert picked(fill, "fillSz", "fillPx", "fee", "feeCcy", "feeRate", "execType", "posSide", "subType") == (
        *("10", "65001", "-3.25005", "USDT", "-0.0005", "T", "net", "1"),
    )
    assert await desk.get("trade/fills", instType="SPOT") == []


@pytest.mark.conformance("Limit order", "okx swap")
@pytest.mark.conformance("Cancel one", "okx swap")
async def test_a_limit_order_rests_in_contracts_and_is_canceled(desk: Desk) -> None:
    order_id = await desk.order(ordType="limit", px="64000", sz="2.5", clOrdId="rest1")
    (pending,) = await desk.get("trade/orders-pending", instType="SWAP")
    assert picked(pending, "ordId", "sz", "px", "accFillSz", "state") == (order_id, "2.5", "64000", "0", "live")
    await desk.post("trade/cancel-order", {"instId": SWAP, "clOrdId": "rest1"})
    assert (await desk.shown(order_id))["state"] == "canceled"
    assert await desk.get("trade/orders-pending") == []


@pytest.mark.conformance("Immediate or cancel", "okx swap")
@pytest.mark.conformance("Fill or kill", "okx swap")
@pytest.mark.conformance("Post-only", "okx swap")
@pytest.mark.parametrize(
    ("changes", "state", "filled", "source"),
    [
        ({"ordType": "ioc", "px": "65001", "sz": "150"}, "canceled", "100", "14"),
        ({"ordType": "fok", "px": "65001", "sz": "150"}, "canceled", "0", "13"),
        ({"ordType": "post_only", "px": "65100"}, "canceled", "0", "31"),
        ({"ordType": "optimal_limit_ioc", "sz": "400"}, "canceled", "300", "14"),
        ({"ordType": "optimal_limit_ioc", "sz": "4"}, "filled", "4", ""),
    ],
)
async def test_what_may_not_rest_or_take_ends(desk: Desk, changes: dict, state: str, filled: str, source: str) -> None:
    order = await desk.shown(await desk.order(**changes))
    assert picked(order, "ordType", "state", "accFillSz", "cancelSource") == (changes["ordType"], state, filled, source)


@pytest.mark.conformance("Price, quantity and notional rules", "okx swap")
@pytest.mark.conformance("Error codes and HTTP statuses", "okx swap")
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"tdMode": "cash"}, "51000"),
        ({"tdMode": None}, "50014"),
        ({"posSide": "long"}, "51000"),
        ({"sz": "0.001"}, "51020"),
        ({"sz": "1.005"}, "51121"),
        ({"sz": "200000000"}, "51101"),
        ({"sz": "40000"}, "51202"),
        ({"ordType": "limit", "px": "70000"}, "51006"),
        ({"ordType": "limit", "px": "64000.05"}, "51000"),
        ({"ordType": "limit"}, "50014"),
        ({"ordType": "limit", "px": "64000", "sz": "9000"}, "51008"),
        ({"ordType": "mmp", "px": "64000"}, "51000"),
        ({"reduceOnly": True}, "51169"),
        ({"reduceOnly": "maybe"}, "51000"),
        ({"stpMode": "cancel_both", "ordType": "fok", "px": "65001"}, "54036"),
        ({"ordType": "limit", "px": "64000", "pxAmendType": "2"}, "51000"),
        ({"instId": "DOGE-USD-SWAP"}, "51001"),
        ({"tpTriggerPx": "70000", "tpOrdPx": "-1"}, "54070"),
    ],
)
async def test_a_wrong_order_is_refused(desk: Desk, changes: dict, code: str) -> None:
    assert (await desk.refused("trade/order", swap_order(**changes)))[0] == code


async def test_a_missing_margin_has_its_sub_code_and_words(desk: Desk) -> None:
    _, body = await desk.raw.post("trade/order", swap_order(ordType="limit", px="64000", sz="9000"))
    assert picked(body["data"][0], "sMsg", "subCode") == ("Order failed. Insufficient USDT margin in account", "1001")


async def test_a_position_may_not_outgrow_its_leverage(desk: Desk) -> None:
    await desk.post("account/set-leverage", {"instId": SWAP, "lever": "100", "mgnMode": "cross"})
    _, body = await desk.raw.post("trade/order", swap_order(ordType="limit", px="64000", sz="90000"))
    assert picked(body["data"][0], "sCode", "subCode") == ("51004", "1104")


@pytest.mark.conformance("Price, quantity and notional rules", "okx swap")
async def test_a_price_beyond_the_limit_is_amended_to_it_when_asked_for(desk: Desk) -> None:
    order = await desk.shown(await desk.order(ordType="limit", side="sell", px="1", sz="1", pxAmendType="1"))
    assert picked(order, "px", "avgPx", "state") == ("63700", "64999", "filled")


@pytest.mark.conformance("Positions", "okx swap")
async def test_a_position_shows_what_it_is_and_what_it_ties_up(desk: Desk) -> None:
    await desk.order(sz="10")
    position = await desk.position()
    assert picked(position, "instId", "mgnMode", "posSide", "pos", "avgPx", "lever", "ccy", "markPx") == (
        *(SWAP, "cross", "net", "10", "65001", "3", "USDT", "65000"),
    )
    assert picked(position, "upl", "fee", "realizedPnl", "notionalUsd", "margin") == (
        *("-0.1", "-3.25005", "-3.25005", "6500", ""),
    )
    assert float(position["imr"]) == pytest.approx(6500 / 3)
    assert D(position["mmr"]) == 26
    assert position["posId"]
    assert position["tradeId"]


@pytest.mark.conformance("Positions", "okx swap")
async def test_a_net_position_turns_with_the_sign_of_pos(desk: Desk) -> None:
    await desk.order(sz="10")
    await desk.order(side="sell", sz="25")
    position = await desk.position()
    assert picked(position, "pos", "avgPx") == ("-15", "64999")
    (closed,) = await desk.get("account/positions-history")
    assert picked(closed, "type", "direction", "openMaxPos", "closeTotalPos", "openAvgPx", "closeAvgPx", "pnl") == (
        *("2", "long", "10", "10", "65001", "64999", "-0.2"),
    )
    assert closed["posId"] == position["posId"]


@pytest.mark.conformance("Reduce-only", "okx swap")
async def test_reduce_only_closes_no_more_than_there_is(desk: Desk) -> None:
    await desk.order(sz="10")
    assert (await desk.refused("trade/order", swap_order(side="sell", sz="11", reduceOnly=True)))[0] == "51112"
    assert (await desk.refused("trade/order", swap_order(side="buy", sz="1", reduceOnly=True)))[0] == "51170"
    order = await desk.shown(await desk.order(side="sell", sz="4", reduceOnly="true"))
    assert picked(order, "reduceOnly", "accFillSz", "pnl") == ("true", "4", "-0.08")
    assert (await desk.position())["pos"] == "6"


@pytest.mark.conformance("Reduce-only", "okx swap")
async def test_what_pends_to_reduce_goes_with_the_position(desk: Desk) -> None:
    await desk.order(sz="10")
    resting = await desk.order(side="sell", ordType="limit", px="66000", sz="5", reduceOnly=True)
    await desk.order(side="sell", sz="10")
    assert picked(await desk.shown(resting), "state", "cancelSource") == ("canceled", "17")


@pytest.mark.conformance("Reduce-only", "okx swap")
async def test_reduce_only_orders_share_the_position_by_price(desk: Desk) -> None:
    await desk.order(sz="10")
    reduce = {"side": "sell", "ordType": "limit", "reduceOnly": True}
    far = await desk.order(**reduce, px="66000", sz="6")
    assert (await desk.refused("trade/order", swap_order(**reduce, px="66100", sz="5")))[0] == "51112"
    near = await desk.order(**reduce, px="65900", sz="4")
    assert (await desk.shown(far))["state"] == "live"
    nearest = await desk.order(**reduce, px="65800", sz="3")
    assert picked(await desk.shown(far), "state", "cancelSource") == ("canceled", "23")
    assert [(await desk.shown(order_id))["state"] for order_id in (near, nearest)] == ["live", "live"]


@pytest.mark.conformance("One-way and hedge mode", "okx swap")
async def test_long_and_short_positions_live_side_by_side(desk: Desk) -> None:
    await desk.hedge()
    assert (await desk.get("account/config"))[0]["posMode"] == "long_short_mode"
    assert (await desk.refused("trade/order", swap_order()))[1] == "Parameter posSide error"
    assert (await desk.refused("trade/order", swap_order(posSide="net")))[0] == "51000"
    await desk.order(posSide="long", sz="10")
    await desk.order(side="sell", posSide="short", sz="4")
    assert {(row["posSide"], row["pos"]) for row in await desk.positions()} == {("long", "10"), ("short", "4")}
    await desk.order(side="sell", posSide="long", sz="3")
    fills = await desk.get("trade/fills", instType="SWAP")
    assert [(fill["posSide"], fill["subType"]) for fill in fills] == [("long", "5"), ("short", "4"), ("long", "3")]
    assert {(row["posSide"], row["pos"]) for row in await desk.positions()} == {("long", "7"), ("short", "4")}


@pytest.mark.conformance("One-way and hedge mode", "okx swap")
async def test_in_long_short_mode_a_closing_order_needs_something_to_close(desk: Desk) -> None:
    await desk.hedge()
    sell = swap_order(side="sell", posSide="long", sz="1")
    assert (await desk.refused("trade/order", sell))[0] == "51169"
    await desk.order(posSide="long", sz="10")
    await desk.order(side="sell", posSide="long", ordType="limit", px="66000", sz="8")
    assert (await desk.refused("trade/order", {**sell, "sz": "3"}))[0] == "51112"


@pytest.mark.conformance("One-way and hedge mode", "okx swap")
async def test_the_position_mode_changes_only_without_positions_and_orders(desk: Desk) -> None:
    order_id = await desk.order(ordType="limit", px="64000")
    change = {"posMode": "long_short_mode"}
    assert (await desk.refused("account/set-position-mode", change))[0] == "59000"
    await desk.post("trade/cancel-order", {"instId": SWAP, "ordId": order_id})
    assert await desk.post("account/set-position-mode", change) == [change]


@pytest.mark.conformance("Cross and isolated margin", "okx swap")
async def test_cross_and_isolated_positions_are_kept_apart(desk: Desk) -> None:
    await desk.order(sz="10")
    await desk.order(tdMode="isolated", side="sell", sz="3")
    positions = {row["mgnMode"]: row for row in await desk.positions()}
    assert (positions["cross"]["pos"], positions["isolated"]["pos"]) == ("10", "-3")
    assert float(positions["isolated"]["margin"]) == pytest.approx(0.03 * 64_999 / 3)
    assert positions["cross"]["posId"] != positions["isolated"]["posId"]


@pytest.mark.conformance("Cross and isolated margin", "okx swap")
async def test_margin_is_moved_to_and_from_an_isolated_position(desk: Desk) -> None:
    change = {"instId": SWAP, "posSide": "net", "type": "add", "amt": "100"}
    assert (await desk.refused("account/position/margin-balance", change))[0] == "59300"
    await desk.order(tdMode="isolated", sz="3")
    before = D((await desk.position())["margin"])
    (answer,) = await desk.post("account/position/margin-balance", change)
    assert picked(answer, "amt", "ccy", "type", "posSide") == ("100", "USDT", "add", "net")
    assert D((await desk.position())["margin"]) == before + 100
    reduce = {**change, "type": "reduce", "amt": "101"}
    assert (await desk.refused("account/position/margin-balance", reduce))[0] == "59301"


@pytest.mark.conformance("Close a position", "okx swap")
async def test_a_position_is_closed_at_the_market(desk: Desk) -> None:
    close = {"instId": SWAP, "mgnMode": "cross", "clOrdId": "bye", "tag": "t1"}
    assert (await desk.refused("trade/close-position", close))[0] == "51023"
    await desk.order(sz="10")
    await desk.order(side="sell", ordType="limit", px="66000", sz="5", reduceOnly=True)
    status, body = await desk.raw.post("trade/close-position", close)
    assert (status, body["code"]) == (429, "51115")
    (answer,) = await desk.post("trade/close-position", {**close, "autoCxl": True})
    assert answer == {"clOrdId": "bye", "instId": SWAP, "posSide": "net", "tag": "t1"}
    assert await desk.positions() == []
    (zero,) = await desk.positions(instId=SWAP)
    assert picked(zero, "pos", "avgPx", "upl") == ("0", "", "")
    order = (await desk.get("trade/order", instId=SWAP, clOrdId="bye"))[0]
    assert picked(order, "reduceOnly", "state", "accFillSz", "tag") == ("true", "filled", "10", "t1")


@pytest.mark.conformance("Liquidation", "okx swap")
async def test_a_position_without_margin_is_liquidated(desk: Desk) -> None:
    await desk.post("account/set-leverage", {"instId": SWAP, "lever": "50", "mgnMode": "isolated"})
    await desk.order(tdMode="isolated", sz="10")
    await desk.price("63800")
    assert await desk.positions() == []
    (order,) = await desk.get("trade/orders-history", instType="SWAP", category="full_liquidation")
    assert picked(order, "side", "tdMode", "state", "accFillSz") == ("sell", "isolated", "filled", "10")
    assert picked(order, "lever", "ccy", "ordType", "px") == ("50", "USDT", "market", "")
    (closed,) = await desk.get("account/positions-history", type="3")
    assert picked(closed, "mgnMode", "triggerPx", "closeTotalPos") == ("isolated", "63800", "10")
    (fill,) = await desk.get("trade/fills", instType="SWAP", ordId=order["ordId"])
    assert fill["subType"] == "107"


@pytest.mark.conformance("Liquidation", "okx swap")
@pytest.mark.parametrize("mode", ["isolated", "cross"])
async def test_a_large_position_is_made_two_tiers_smaller_first(desk: Desk, mode: str) -> None:
    symbol = "BTC/USDT:USDT"
    await desk.venues.freeze(symbol, "65000", levels=3, level_quantity="100", half_spread="1")
    await desk.post("account/set-leverage", {"instId": SWAP, "lever": "50", "mgnMode": mode})
    if mode == "cross":
        account = {
            "api_key": "k" * 64,
            "secret": "s" * 64,
            "passphrase": "correct horse",
            "balances": {"USDT": "130000"},
        }
        await desk.venues.control("POST", "accounts", account)
    await desk.order(tdMode=mode, sz="9000")
    await desk.venues.freeze(symbol, "64200", levels=3, level_quantity="100", half_spread="1")
    position = await desk.position()
    assert 0 < D(position["pos"]) < 2000
    (order,) = await desk.get("trade/orders-history", instType="SWAP", category="partial_liquidation")
    assert D(order["accFillSz"]) == 9000 - D(position["pos"])
    (partly,) = await desk.get("account/positions-history", type="4")
    assert partly["triggerPx"] == "64200"
    fills = await desk.get("trade/fills", instType="SWAP", ordId=order["ordId"])
    assert {fill["subType"] for fill in fills} == {"103"}


@pytest.mark.conformance("Liquidation", "okx swap")
async def test_cross_positions_are_liquidated_when_the_wallet_is_spent(desk: Desk) -> None:
    await desk.post("account/set-leverage", {"instId": SWAP, "lever": "100", "mgnMode": "cross"})
    account = {"api_key": "k" * 64, "secret": "s" * 64, "passphrase": "correct horse", "balances": {"USDT": "200"}}
    await desk.venues.control("POST", "accounts", account)
    await desk.order(sz="20")
    resting = await desk.order(ordType="limit", px="64000", sz="1")
    position = await desk.position()
    assert 64_000 < D(position["liqPx"]) < 64_800
    assert 1 < D(position["mgnRatio"]) < 4
    await desk.price("64100")
    assert await desk.positions() == []
    assert picked(await desk.shown(resting), "state", "cancelSource") == ("canceled", "3")
    assert len(await desk.get("trade/orders-history", instType="SWAP", category="full_liquidation")) == 1


@pytest.mark.conformance("Funding", "okx swap")
async def test_funding_is_seen_in_the_position(timed) -> None:
    raw, sim, clock = timed
    desk = Desk(raw, sim)
    await desk.freeze()
    await desk.order(sz="10")
    clock.advance(8 * 3_600_000)
    sim.simulator.venues["okx"].exchange.pass_time()
    position = await desk.position()
    assert D(position["fundingFee"]) == D("-0.65")
    assert D(position["realizedPnl"]) == D("-3.25005") - D("0.65")


@pytest.mark.conformance("Self-trade prevention", "okx swap", "okx spot")
@pytest.mark.parametrize(
    ("mode", "maker_state", "taker_state", "filled"),
    [
        (None, "canceled", "filled", "10"),
        ("cancel_maker", "canceled", "filled", "10"),
        ("cancel_taker", "live", "canceled", "0"),
        ("cancel_both", "canceled", "canceled", "0"),
    ],
)
@pytest.mark.parametrize("settings", [{}, {"instId": "BTC-USDT", "tdMode": "cash"}])
async def test_an_account_does_not_trade_with_itself(
    desk: Desk, settings: dict, mode: str | None, maker_state: str, taker_state: str, filled: str
) -> None:
    size = "10" if not settings else "0.1"
    inst_id = settings.get("instId", SWAP)
    maker = await desk.order(ordType="limit", px="65000", side="sell", sz=size, **settings)
    taker = await desk.order(ordType="limit", px="65001", sz=size, stpMode=mode, **settings)
    shown = await desk.shown(maker, inst_id)
    assert shown["state"] == maker_state
    assert shown["cancelSource"] == ("32" if maker_state == "canceled" else "")
    order = await desk.shown(taker, inst_id)
    assert picked(order, "state", "stpMode") == (taker_state, mode or "cancel_maker")
    assert D(order["accFillSz"]) == D(filled) * D(size) / 10


async def test_an_order_by_hand_belongs_to_the_cross_position(desk: Desk) -> None:
    by_hand = {"api_key": desk.raw.key, "symbol": "BTC/USDT:USDT", "side": "buy", "quantity": "0.1"}
    await desk.venues.control("POST", "orders", by_hand)
    await desk.order(sz="5")
    position = await desk.position()
    assert picked(position, "mgnMode", "pos") == ("cross", "15")
    orders = await desk.get("trade/orders-history", instType="SWAP")
    assert [order["tdMode"] for order in orders] == ["cross", "cross"]
    await desk.post("trade/close-position", {"instId": SWAP, "mgnMode": "cross"})
    assert await desk.positions() == []
    (closed,) = await desk.get("account/positions-history")
    assert picked(closed, "mgnMode", "closeTotalPos") == ("cross", "15")


async def test_an_isolated_order_names_its_margin_currency(desk: Desk) -> None:
    isolated, cross = await desk.order(tdMode="isolated", sz="1"), await desk.order(sz="1")
    assert [(await desk.shown(order_id))["ccy"] for order_id in (isolated, cross)] == ["USDT", ""]
