"""Orders of pairs: what spot has that other tests do not show."""

import pytest

from venuesim_conformance import Row

SPOT = "bybit spot"
DAY_MS = 86_400_000


@pytest.mark.conformance(Row.SELF_TRADE, SPOT)
@pytest.mark.parametrize(
    ("smp_type", "statuses"),
    [
        ("CancelMaker", ("Cancelled", "New")),
        ("CancelTaker", ("New", "Cancelled")),
        ("CancelBoth", ("Cancelled", "Cancelled")),
    ],
)
async def test_orders_of_one_account_are_kept_from_trading(raw, smp_type: str, statuses: tuple) -> None:
    maker = await raw.placed(price="65000", qty="0.1")
    taker = await raw.placed(side="Sell", price="65000", qty="0.1", smpType=smp_type)
    shown = [await raw.shown(order) for order in (maker, taker)]
    assert tuple(order["orderStatus"] for order in shown) == statuses
    for order, other in zip(shown, (taker, maker), strict=True):
        if order["orderStatus"] == "Cancelled":
            assert (order["cancelType"], order["smpOrderId"]) == ("CancelBySmp", other)


async def test_a_slippage_tolerance_bounds_a_market_order(raw) -> None:
    market = {"orderType": "Market", "price": None, "qty": "3", "marketUnit": "baseCoin"}
    order_id = await raw.placed(**market, slippageToleranceType="Percent", slippageTolerance="0.01")
    shown = await raw.shown(order_id)
    assert (shown["orderStatus"], shown["cumExecQty"], shown["price"]) == ("PartiallyFilledCanceled", "2", "0")
    assert (shown["slippageToleranceType"], shown["slippageTolerance"]) == ("Percent", "0.01")


async def test_what_belongs_to_contracts_is_ignored(raw) -> None:
    order_id = await raw.placed(reduceOnly=True, closeOnTrigger=True, positionIdx=1, triggerDirection=1)
    shown = await raw.shown(order_id)
    assert (shown["reduceOnly"], shown["closeOnTrigger"], shown["positionIdx"]) == (False, False, 0)


@pytest.mark.conformance(Row.RETENTION, "bybit linear")
async def test_a_contracts_order_without_a_trade_leaves_the_history_after_a_day(timed, contracts) -> None:
    _, _, clock = timed
    killed = await contracts.placed(timeInForce="FOK", qty="9", price="65001")
    filled = await contracts.market()
    assert {row["orderId"] for row in await contracts.listed("order/history")} == {killed, filled}
    clock.advance(DAY_MS + 1)
    assert [row["orderId"] for row in await contracts.listed("order/history")] == [filled]
    assert await contracts.listed("order/history", orderId=killed) == []
    clock.advance(730 * DAY_MS)
    assert await contracts.listed("order/history", orderId=filled) == []


@pytest.mark.conformance(Row.BALANCES, "bybit linear")
async def test_pairs_and_contracts_share_one_wallet(contracts) -> None:
    await contracts.placed(qty="100", price="64000")  # Ties up 640,000 of the million USDT.
    answer = await contracts.raw.order(qty="6", price="64000")
    assert answer["retCode"] == 170131
    await contracts.raw.placed(qty="5", price="64000")
    assert (await contracts.order(qty="10"))["retCode"] == 110007
    await contracts.done("order/cancel-all")
    await contracts.placed(qty="10")
