"""Money adds up: fees to the last decimal, the same cash everywhere, ratios that say when a position goes."""

from decimal import Decimal

import pytest

from venuesim_okx_helpers import SWAP, Desk, picked

D = Decimal
PAIR = "BTC-USDT"


@pytest.mark.conformance("Maker and taker fees in their assets", "okx spot")
async def test_a_fee_has_every_decimal(raw) -> None:
    """As in the documentation's own example: 0.1 % of 0.00192834."""
    order_id = await raw.placed(ordType="ioc", px="65001", sz="0.00192834")
    shown = await raw.shown(order_id)
    assert picked(shown, "accFillSz", "fee", "feeCcy") == ("0.00192834", "-0.00000192834", "BTC")
    _, balance = await raw.get("account/balance", ccy="BTC")
    assert D(balance["data"][0]["details"][0]["cashBal"]) == 10 + D("0.00192834") - D("0.00000192834")


async def test_cash_is_the_same_in_every_answer_and_channel(desk: Desk) -> None:
    """Also when a position's average price has no end of decimals."""
    socket = await desk.raw.subscribed({"channel": "balance_and_position"})
    await socket.until("balance_and_position", 1)
    for price, size in (("65001", "3.01"), ("65010", "1.33"), ("64990", "2.71")):
        await desk.price(price)
        await desk.order(tdMode="isolated", sz=size)
        await socket.until("balance_and_position", 1)
    await desk.order(tdMode="isolated", side="sell", sz="1.93")
    (told,) = await socket.until("balance_and_position", 1)
    (balance,) = await desk.get("account/balance", ccy="USDT")
    (shown,) = balance["details"]
    assert told["balData"][0]["cashBal"] == shown["cashBal"]
    fills = await desk.get("trade/fills", instType="SWAP")
    paid = sum((D(fill["fee"]) + D(fill["fillPnl"]) for fill in fills), D(0))
    (position,) = await desk.positions()
    # The margin of a position is shown to ten decimals.
    assert abs(1_000_000 + paid - D(shown["cashBal"]) - D(position["margin"])) < D("1e-10")


@pytest.mark.conformance("Liquidation", "okx swap")
@pytest.mark.parametrize("side", ["buy", "sell"])
@pytest.mark.parametrize("mode", ["isolated", "cross"])
async def test_a_position_goes_at_its_liquidation_price_where_its_ratio_is_one(
    desk: Desk, mode: str, side: str
) -> None:
    account = {**desk.raw.account(), "balances": {"USDT": "4000"}}
    await desk.venues.control("POST", "accounts", account)
    await desk.post("account/set-leverage", {"instId": SWAP, "lever": "20", "mgnMode": mode})
    await desk.order(tdMode=mode, side=side, sz="80")
    price = D((await desk.position())["liqPx"])
    towards = 1 if side == "sell" else -1
    await _mark(desk, price - towards)
    position = await desk.position()
    assert 1 < D(position["mgnRatio"]) < D("1.01")
    if mode == "cross":
        (balance,) = await desk.get("account/balance", ccy="USDT")
        assert balance["details"][0]["mgnRatio"] == position["mgnRatio"]
    await _mark(desk, price + towards)
    assert await desk.positions() == []


async def test_a_target_of_a_pair_cannot_rest_as_a_limit_order(desk: Desk) -> None:
    attached = [{"tpOrdKind": "limit", "tpOrdPx": "66000"}]
    order = {"instId": PAIR, "tdMode": "cash", "side": "buy", "ordType": "limit", "px": "60000", "sz": "0.01"}
    code, message = await desk.refused("trade/order", {**order, "attachAlgoOrds": attached})
    assert (code, message) == ("51094", "You can't place TP limit orders in spot, margin, or options trading.")


@pytest.mark.conformance("Private stream: positions", "okx swap")
async def test_a_position_is_told_when_an_order_that_closes_it_is_placed_or_canceled(desk: Desk) -> None:
    await desk.hedge()
    await desk.order(posSide="long", sz="10")
    socket = await desk.raw.subscribed({"channel": "positions", "instType": "SWAP"})
    (first,) = await socket.until("positions", 1)
    assert first["availPos"] == "10"
    order_id = await desk.order(posSide="long", side="sell", ordType="limit", px="66000", sz="4")
    (held,) = await socket.until("positions", 1)
    await desk.post("trade/cancel-order", {"instId": SWAP, "ordId": order_id})
    (free,) = await socket.until("positions", 1)
    assert [row["availPos"] for row in (held, free)] == ["6", "10"]


async def _mark(desk: Desk, price: Decimal) -> None:
    """Move the swap's mark price alone."""
    await desk.venues.control("POST", "market", {"symbol": "BTC/USDT:USDT", "mark_price": str(price)})


async def test_a_bill_shows_the_index_of_its_trade_whatever_becomes_of_it(desk: Desk) -> None:
    await desk.order(sz="10")
    await desk.price("66000")
    (bill,) = await desk.get("account/bills", type="2")
    (fill,) = await desk.get("trade/fills", instType="SWAP")
    assert bill["fillIdxPx"] == fill["fillIdxPx"] == "65000"


async def test_margin_that_moves_to_an_isolated_position_is_told_as_cash(desk: Desk) -> None:
    await desk.order(tdMode="isolated", sz="10")
    socket = await desk.raw.subscribed({"channel": "balance_and_position"})
    await socket.until("balance_and_position", 1)
    margin = {"instId": SWAP, "posSide": "net", "type": "add", "amt": "100"}
    await desk.post("account/position/margin-balance", margin)
    (added,) = await socket.until("balance_and_position", 1)
    await desk.post("account/set-leverage", {"instId": SWAP, "lever": "2", "mgnMode": "isolated"})
    (levered,) = await socket.until("balance_and_position", 1)
    (balance,) = await desk.get("account/balance", ccy="USDT")
    assert (added["eventType"], levered["eventType"]) == ("adjust_margin", "set_leverage")
    cash = [D(told["balData"][0]["cashBal"]) for told in (added, levered)]
    assert cash[1] == D(balance["details"][0]["cashBal"]) != cash[0]


async def test_a_liquidation_keeps_the_leverage_that_it_had(desk: Desk) -> None:
    leverage = {"instId": SWAP, "lever": "50", "mgnMode": "isolated"}
    await desk.post("account/set-leverage", leverage)
    await desk.order(tdMode="isolated", sz="10")
    await desk.price("63800")
    await desk.post("account/set-leverage", {**leverage, "lever": "5"})
    (order,) = await desk.get("trade/orders-history", instType="SWAP", category="full_liquidation")
    assert order["lever"] == "50"
