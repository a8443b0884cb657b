"""Take-profit and stop-loss that come with spot limit orders."""

from decimal import Decimal

import pytest

from venuesim_conformance import Row

SPOT = "bybit spot"
STOPS = {"takeProfit": "67000", "stopLoss": "63000"}


async def waiting(raw) -> dict[str, dict]:
    rows = await raw.listed("order/realtime", orderFilter="BidirectionalTpslOrder")
    return {row["triggerPrice"]: row for row in rows}


@pytest.mark.conformance(
    Row.ATTACHED, SPOT, approximate="the two legs are orders of their own, made when the entry ends"
)
async def test_stops_wait_once_the_order_is_filled_and_hold_the_assets_once(raw, venues) -> None:
    order_id = await raw.placed(qty="1", price="65001", **STOPS, tpOrderType="Limit", tpLimitPrice="66900")
    shown = await raw.shown(order_id)
    assert [shown[name] for name in ("orderStatus", "takeProfit", "stopLoss", "tpLimitPrice", "slLimitPrice")] == [
        *("Filled", "67000", "63000", "66900", "0"),
    ]
    legs = await waiting(raw)
    assert {price: (row["side"], row["qty"], row["orderType"]) for price, row in legs.items()} == {
        "67000": ("Sell", "0.999", "Limit"),  # What was bought, less its fee.
        "63000": ("Sell", "0.999", "Market"),
    }
    assert {row["ocoTriggerBy"] for row in legs.values()} == {"OcoTriggerByUnknown"}
    ledger = await venues.control("GET", "ledger")
    assert [row["locked"] for row in ledger["balances"] if row["asset"] == "BTC"] == ["0.999000"]


@pytest.mark.conformance(Row.OCO, SPOT)
@pytest.mark.parametrize(
    ("price", "fired", "cancel_type"),
    [
        ("67010", "OcoTriggerByTp", "CancelByOCOSlCanceledByTpTriggered"),
        ("62990", "OcoTriggerBySl", "CancelByOCOTpCanceledBySlTriggered"),
    ],
)
async def test_the_leg_that_is_triggered_ends_the_other(raw, venues, price: str, fired: str, cancel_type: str) -> None:
    await raw.placed(qty="1", price="65001", **STOPS)
    ids = [row["orderId"] for row in (await waiting(raw)).values()]
    await venues.control("POST", "market", {"symbol": "BTC/USDT", "price": price})
    shown = [await raw.shown(order_id) for order_id in ids]
    assert sorted((row["orderStatus"], row["ocoTriggerBy"]) for row in shown) == [
        ("Deactivated", "OcoTriggerByUnknown"),
        ("Filled", fired),
    ]
    assert {row["cancelType"] for row in shown if row["orderStatus"] == "Deactivated"} == {cancel_type}
    ledger = await venues.control("GET", "ledger")
    assert all(not Decimal(row["locked"]) for row in ledger["balances"])


async def test_a_canceled_leg_takes_the_other_along(raw) -> None:
    await raw.placed(qty="1", price="65001", **STOPS)
    (first, second) = (await waiting(raw)).values()
    assert (await raw.cancel(orderId=first["orderId"]))["retCode"] == 0
    assert (await raw.shown(second["orderId"]))["orderStatus"] == "Deactivated"


async def test_one_stop_alone_is_a_plain_tpsl_order(raw) -> None:
    await raw.placed(side="Sell", qty="1", price="64999", stopLoss="66000")
    (row,) = await raw.listed("order/realtime", orderFilter="tpslOrder")
    assert (row["side"], row["qty"], row["triggerPrice"], row["marketUnit"]) == ("Buy", "1", "66000", "baseCoin")


async def test_stops_come_only_for_what_was_filled(raw) -> None:
    order_id = await raw.placed(qty="1.5", price="65001", stopLoss="63000")
    assert await raw.listed("order/realtime", orderFilter="tpslOrder") == []
    await raw.cancel(orderId=order_id)
    (row,) = await raw.listed("order/realtime", orderFilter="tpslOrder")
    assert row["qty"] == "0.999"
    await raw.cancel(orderId=await raw.placed(stopLoss="60000"))
    assert len(await raw.listed("order/realtime", orderFilter="tpslOrder")) == 1


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"takeProfit": "62000"}, 10001),
        ({"stopLoss": "64000"}, 10001),
        ({"takeProfit": "70000.01"}, 170134),
        ({"takeProfit": "70000", "tpOrderType": "Limit"}, 10001),
        ({"orderType": "Market", "price": None, "takeProfit": "70000"}, 10001),
        ({"orderFilter": "StopOrder", "triggerPrice": "66000", "takeProfit": "70000"}, 10001),
    ],
)
async def test_wrong_stops_are_refused(raw, changes: dict, code: int) -> None:
    assert (await raw.order(**changes))["retCode"] == code
