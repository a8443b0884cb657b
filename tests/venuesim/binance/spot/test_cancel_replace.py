"""Cancel-replace: either half may fail, and the answer says which (REST API, "Cancel an existing order and send a new
order")."""

import pytest

from venuesim_conformance import Row

PATH = "/api/v3/order/cancelReplace"
SPOT = "binance spot"
GOOD = {"quantity": "0.02", "price": "61000"}
UNPAYABLE = {"quantity": "100", "price": "61000"}


async def replace(raw, order_id: int, mode: str, **changes: object) -> tuple[int, dict]:
    form = {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "cancelReplaceMode": mode}
    return await raw.call("POST", PATH, **form, cancelOrderId=order_id, **changes)


def results(body: dict) -> tuple[str, str]:
    data = body.get("data", body)
    return data["cancelResult"], data["newOrderResult"]


@pytest.mark.conformance(Row.CANCEL_REPLACE, SPOT)
@pytest.mark.parametrize(
    ("mode", "is_known", "new", "status", "code", "halves"),
    [
        ("STOP_ON_FAILURE", True, GOOD, 200, None, ("SUCCESS", "SUCCESS")),
        ("STOP_ON_FAILURE", False, GOOD, 400, -2022, ("FAILURE", "NOT_ATTEMPTED")),
        ("STOP_ON_FAILURE", True, UNPAYABLE, 409, -2021, ("SUCCESS", "FAILURE")),
        ("ALLOW_FAILURE", True, GOOD, 200, None, ("SUCCESS", "SUCCESS")),
        ("ALLOW_FAILURE", False, UNPAYABLE, 400, -2022, ("FAILURE", "FAILURE")),
        ("ALLOW_FAILURE", False, GOOD, 409, -2021, ("FAILURE", "SUCCESS")),
        ("ALLOW_FAILURE", True, UNPAYABLE, 409, -2021, ("SUCCESS", "FAILURE")),
    ],
)
async def test_each_half_is_answered(
    raw, mode: str, is_known: bool, new: dict, status: int, code: int | None, halves: tuple[str, str]
) -> None:
    old = (await raw.order(newClientOrderId="old"))[1]["orderId"]
    answer = await replace(raw, old if is_known else 1, mode, **new)
    assert (answer[0], answer[1].get("code"), results(answer[1])) == (status, code, halves), answer
    data = answer[1].get("data", answer[1])
    responses = {"SUCCESS": dict, "FAILURE": dict, "NOT_ATTEMPTED": type(None)}
    assert isinstance(data["cancelResponse"], responses[halves[0]])
    assert isinstance(data["newOrderResponse"], responses[halves[1]])
    if halves[0] == "FAILURE":
        assert data["cancelResponse"] == {"code": -2011, "msg": "Unknown order sent."}
    if halves[1] == "FAILURE":
        assert data["newOrderResponse"]["code"] == -2010
    still_open = [order["clientOrderId"] for order in (await raw.call("GET", "/api/v3/openOrders"))[1]]
    assert ("old" in still_open) is (halves[0] == "FAILURE")
    assert len(still_open) == (halves[0] == "FAILURE") + (halves[1] == "SUCCESS")


@pytest.mark.conformance(Row.CANCEL_REPLACE, SPOT)
async def test_filters_are_looked_at_before_anything_happens(raw) -> None:
    old = (await raw.order())[1]["orderId"]
    status, body = await replace(raw, old, "ALLOW_FAILURE", quantity="0.02", price="61000.001")
    assert (status, body) == (400, {"code": -1013, "msg": "Filter failure: PRICE_FILTER"})
    assert len((await raw.call("GET", "/api/v3/openOrders"))[1]) == 1


@pytest.mark.conformance(Row.CANCEL_REPLACE, SPOT)
async def test_the_replaced_order_frees_its_funds_for_the_new_one(raw) -> None:
    old = (await raw.order(quantity="16", price="60000"))[1]["orderId"]
    status, body = await replace(
        raw, old, "STOP_ON_FAILURE", quantity="15", price="61000", newClientOrderId="n", cancelNewClientOrderId="c"
    )
    assert status == 200, body
    assert (body["cancelResponse"]["clientOrderId"], body["newOrderResponse"]["clientOrderId"]) == ("c", "n")


@pytest.mark.conformance(Row.CANCEL_REPLACE, SPOT)
@pytest.mark.parametrize(
    ("exceeded", "mode", "halves"),
    [
        ("DO_NOTHING", "ALLOW_FAILURE", None),
        ("CANCEL_ONLY", "STOP_ON_FAILURE", ("SUCCESS", "FAILURE")),
        ("CANCEL_ONLY", "ALLOW_FAILURE", ("SUCCESS", "FAILURE")),
    ],
)
async def test_above_the_order_count_it_cancels_only_when_told_to(timed, exceeded: str, mode: str, halves) -> None:
    raw, venues, _ = timed
    old = (await raw.order())[1]["orderId"]
    await venues.control("POST", "limits", {"scale": 0.01})
    status, body = await replace(raw, old, mode, **GOOD, orderRateLimitExceededMode=exceeded)
    if halves is None:
        assert (status, body["code"]) == (429, -1015)
    else:
        assert (status, body["code"], results(body)) == (429, -2021, halves)
        assert body["data"]["newOrderResponse"]["code"] == -1015


async def test_what_is_missing_or_wrong_is_named(raw) -> None:
    form = {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", **GOOD}
    assert (await raw.call("POST", PATH, **form, cancelOrderId=1))[1]["code"] == -1102
    assert (await raw.call("POST", PATH, **form, cancelReplaceMode="STOP_ON_FAILURE"))[1]["code"] == -1102
    wrong = await raw.call("POST", PATH, **form, cancelReplaceMode="MAYBE", cancelOrderId=1)
    assert (wrong[0], wrong[1]["code"]) == (400, -1130)


@pytest.mark.conformance(Row.CANCEL_REPLACE, SPOT)
async def test_a_restricted_cancel_is_a_failed_half(raw) -> None:
    old = (await raw.order())[1]["orderId"]
    status, body = await replace(raw, old, "STOP_ON_FAILURE", **GOOD, cancelRestrictions="ONLY_PARTIALLY_FILLED")
    assert (status, body["code"], results(body)) == (400, -2022, ("FAILURE", "NOT_ATTEMPTED"))


@pytest.mark.conformance(Row.CANCEL_REPLACE, SPOT)
async def test_the_socket_answers_the_same(api, raw) -> None:
    old = (await raw.order())[1]["orderId"]
    form = {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", **UNPAYABLE}
    answer = await api.call("order.cancelReplace", **form, cancelReplaceMode="STOP_ON_FAILURE", cancelOrderId=old)
    assert (answer["status"], answer["error"]["code"]) == (409, -2021)
    assert answer["error"]["data"]["cancelResult"] == "SUCCESS"
