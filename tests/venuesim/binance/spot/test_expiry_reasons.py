"""Every answer and event of an order that expired says why ("Order Expiry Reason")."""

import pytest

BTC = "BTCUSDT"
IOC = {"type": "LIMIT", "timeInForce": "IOC", "price": "65001", "quantity": "1.5"}
OTO = {
    "symbol": BTC,
    "workingType": "LIMIT",
    "workingSide": "BUY",
    "workingPrice": "64000",
    "workingQuantity": "0.5",
    "workingTimeInForce": "FOK",
    "pendingType": "LIMIT_MAKER",
    "pendingSide": "SELL",
    "pendingPrice": "66000",
    "pendingQuantity": "0.4",
}
OCO = {
    "symbol": BTC,
    "side": "SELL",
    "quantity": "1",
    "aboveType": "LIMIT_MAKER",
    "abovePrice": "66000",
    "belowType": "STOP_LOSS",
    "belowStopPrice": "64000",
}


async def look_up(raw, order_id: int) -> dict:
    return (await raw.call("GET", "/api/v3/order", symbol=BTC, orderId=order_id))[1]


@pytest.mark.parametrize(
    ("form", "reason"),
    [
        (IOC, "UNFILLED_IOC_QUANTITY_EXPIRED"),
        (IOC | {"timeInForce": "FOK"}, "UNFILLED_FOK_ORDER_EXPIRED"),
        ({"type": "MARKET", "quantity": "100", "timeInForce": None, "price": None}, "INSUFFICIENT_LIQUIDITY"),
    ],
)
async def test_an_order_that_expires_at_once_says_why(raw, user, venues, form: dict, reason: str) -> None:
    await venues.freeze("BTC/USDT", "65000", levels=3)
    answer = (await raw.order(**form, newOrderRespType="FULL"))[1]
    assert (answer["status"], answer["expiryReason"]) == ("EXPIRED", reason)
    assert (await look_up(raw, answer["orderId"]))["expiryReason"] == reason
    reports = await user.reports()
    assert (reports[-1]["x"], reports[-1]["X"], reports[-1]["eR"]) == ("EXPIRED", "EXPIRED", reason)
    assert not any("eR" in report for report in reports[:-1])


async def test_orders_of_a_list_say_which_other_order_ended_them(raw, move) -> None:
    otos = (await raw.call("POST", "/api/v3/orderList/oto", **OTO))[1]["orders"]
    told = [(await look_up(raw, order["orderId"]))["expiryReason"] for order in otos]
    assert sorted(told) == ["OTO_PHASE_ONE_EXPIRED", "UNFILLED_FOK_ORDER_EXPIRED"]
    pair = (await raw.call("POST", "/api/v3/orderList/oco", **OCO))[1]["orders"]
    await move("66100")
    seen = [await look_up(raw, order["orderId"]) for order in pair]
    assert {order["status"]: order.get("expiryReason") for order in seen} == {"FILLED": None, "EXPIRED": "OCO_TRIGGER"}


async def test_an_order_that_has_not_expired_gives_no_reason(raw) -> None:
    form = {"type": "STOP_LOSS_LIMIT", "price": "66500", "stopPrice": "66000", "quantity": "0.1"}
    stop = (await raw.order(**form))[1]
    assert "expiryReason" not in await look_up(raw, stop["orderId"])
    await raw.call("DELETE", "/api/v3/order", symbol=BTC, orderId=stop["orderId"])
    canceled = await look_up(raw, stop["orderId"])
    assert (canceled["status"], "expiryReason" in canceled) == ("CANCELED", False)


async def test_an_order_that_the_venue_cancels_expires_as_canceled_by_it(raw, user, venues) -> None:
    order = (await raw.order(price="60000"))[1]
    await venues.fault("unsolicited_cancel")
    assert (await look_up(raw, order["orderId"]))["expiryReason"] == "EXCHANGE_CANCELED"
    assert (await user.reports())[-1]["eR"] == "EXCHANGE_CANCELED"
