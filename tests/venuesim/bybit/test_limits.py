"""The rate limits, at their real figures."""

import pytest

from venuesim_conformance import Row

SECOND_MS = 1000


@pytest.mark.conformance(Row.RATE_LIMITS, "bybit spot", "bybit linear")
async def test_twenty_orders_a_second(timed) -> None:
    raw, _, clock = timed
    for number in range(20):
        await raw.placed(qty="0.001")
        assert raw.headers_seen["X-Bapi-Limit"] == "20"
        assert raw.headers_seen["X-Bapi-Limit-Status"] == str(19 - number)
        assert raw.headers_seen["X-Bapi-Limit-Reset-Timestamp"] == str(clock.now_ms())
    answer = await raw.order(orderLinkId="late")
    assert (answer["retCode"], answer["retMsg"]) == (10006, "Too many visits. Exceeded the API Rate Limit.")
    reset_ms = int(raw.headers_seen["X-Bapi-Limit-Reset-Timestamp"])
    assert 0 < reset_ms - clock.now_ms() <= SECOND_MS
    assert (await raw.cancel(orderId="1"))["retCode"] == 170213  # Cancels have a limit of their own.
    clock.advance(reset_ms - clock.now_ms())
    await raw.placed(orderLinkId="late")


async def test_the_second_rolls_and_refusals_cost_nothing(timed) -> None:
    raw, _, clock = timed
    for half in range(2):
        for _ in range(10):
            await raw.placed(qty="0.001")
        clock.advance(500 if half == 0 else 400)
    assert (await raw.order(qty="0.001"))["retCode"] == 10006
    assert raw.headers_seen["X-Bapi-Limit-Reset-Timestamp"] == str(clock.now_ms() + 100)
    clock.advance(100)
    codes = [(await raw.order(qty="0.001"))["retCode"] for _ in range(11)]
    assert codes == [0] * 10 + [10006]


async def test_contracts_have_a_smaller_limit_of_their_own(timed) -> None:
    raw, _, _ = timed
    codes = [(await raw.order(category="linear", price="100", qty="0.001"))["retCode"] for _ in range(11)]
    assert codes[-1] == 10006
    assert raw.headers_seen["X-Bapi-Limit"] == "10"
    assert (await raw.order())["retCode"] == 0


async def test_fifty_look_ups_a_second(timed) -> None:
    raw, _, _ = timed
    codes = [(await raw.get("execution/list", category="spot"))["retCode"] for _ in range(51)]
    assert codes == [0] * 50 + [10006]


@pytest.mark.conformance(Row.BANS, "bybit spot", "bybit linear")
async def test_six_hundred_requests_of_an_address_in_five_seconds_and_then_ten_minutes_out(timed) -> None:
    raw, _, clock = timed
    clock.advance(5000 - clock.now_ms() % 5000)
    statuses = [(await raw.send("GET", "/v5/market/time"))[0] for _ in range(601)]
    assert statuses == [200] * 600 + [403]
    assert await raw.send("GET", "/v5/order/realtime", "category=spot") == (403, "access too frequent")
    clock.advance(599_999)  # The address stays out for ten minutes, whatever it does.
    assert (await raw.send("GET", "/v5/market/time"))[0] == 403
    clock.advance(1)
    assert (await raw.send("GET", "/v5/market/time"))[0] == 200


async def test_the_control_api_scales_the_limits(timed) -> None:
    raw, sim, clock = timed
    await sim.control("POST", "limits", {"scale": 0.1})
    assert [(await raw.order())["retCode"] for _ in range(3)] == [0, 0, 10006]
    clock.advance(SECOND_MS)
    await sim.control("POST", "limits", {"scale": 10})
    for _ in range(21):
        await raw.placed(qty="0.001")


async def test_an_account_may_have_so_many_open_orders(timed) -> None:
    raw, sim, clock = timed
    for _ in range(24):
        clock.advance(SECOND_MS)
        await raw.placed(qty="0.001")
    await sim.control("POST", "limits", {"scale": 0.05})  # One request a second, 25 open orders instead of 500.
    for symbol, price, code in (("ETHUSDT", "2000", 0), ("BTCUSDT", "63000", 170810), ("ETHUSDT", "2000", 170810)):
        clock.advance(SECOND_MS)
        assert (await raw.order(symbol=symbol, price=price, qty="0.01"))["retCode"] == code
