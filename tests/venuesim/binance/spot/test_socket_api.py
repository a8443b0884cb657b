"""The WebSocket API, frame by frame."""

import pytest

from venuesim_conformance import Row

SUBSCRIBE = "userDataStream.subscribe.signature"


ORDER = {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "0.01"}


@pytest.mark.conformance(Row.SOCKET_ENTRY, "binance spot")
async def test_answers_carry_the_rate_limits_unless_they_are_not_wanted(api) -> None:
    answer = await api.call("order.place", **ORDER, price="60000", newOrderRespType="ACK")
    assert set(answer["result"]) == {"symbol", "orderId", "orderListId", "clientOrderId", "transactTime"}
    assert [(row["rateLimitType"], row["limit"]) for row in answer["rateLimits"]] == [
        ("ORDERS", 100),
        ("ORDERS", 200000),
        ("REQUEST_WEIGHT", 6000),
    ]
    assert answer["rateLimits"][2]["count"] >= 1
    quiet = await api.call("account.status", returnRateLimits=False)
    assert (quiet["status"], "rateLimits" in quiet) == (200, False)


async def test_public_methods_need_no_key(api) -> None:
    assert (await api.call("ping", signed=False))["result"] == {}
    assert (await api.call("time", signed=False))["result"]["serverTime"] > 10**12
    ticker = await api.call("ticker.book", signed=False, symbol="BTCUSDT")
    assert ticker["result"]["bidPrice"] == "64999.00000000"


@pytest.mark.conformance(Row.SOCKET_ENTRY, "binance spot")
@pytest.mark.conformance(Row.ERRORS, "binance spot")
@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"price": "60000.001"}, 400, -1013),
        ({"price": "60000", "quantity": "20"}, 400, -2010),
        ({"price": "60000", "symbol": "NOPE"}, 400, -1121),
        ({}, 400, -1102),
    ],
)
async def test_refusals_have_the_same_codes_as_by_rest(api, changes: dict, status: int, code: int) -> None:
    answer = await api.call("order.place", **{**ORDER, **changes})
    assert (answer["status"], answer["error"]["code"]) == (status, code)


async def test_keys_and_signatures_are_checked(api) -> None:
    assert (await api.call("account.status", signed=False))["error"]["code"] == -2014
    api.raw.secret = "wrong"
    assert (await api.call("account.status"))["error"]["code"] == -1022


@pytest.mark.parametrize(
    ("frame", "code"),
    [("{", -1135), ("[]", -1135), ('{"id": 1}', -1135), ('{"id": 1, "method": "order.dance"}', -1020)],
)
async def test_nonsense_is_answered_and_the_socket_lives(api, frame: str, code: int) -> None:
    await api.socket.send_str(frame)
    assert (await api.receive())["error"]["code"] == code
    assert (await api.call("ping", signed=False))["status"] == 200


@pytest.mark.conformance(Row.KEEP_ALIVE, "binance spot")
async def test_a_user_stream_can_be_held_once_and_ended(api, raw) -> None:
    assert (await api.call(SUBSCRIBE))["result"] == {"subscriptionId": 0}
    assert (await api.call(SUBSCRIBE))["error"]["code"] == -2035
    assert (await api.call("userDataStream.unsubscribe", signed=False, subscriptionId=0))["result"] == {}
    assert (await api.call("userDataStream.unsubscribe", signed=False, subscriptionId=0))["error"]["code"] == -2036
    await raw.order()
    assert (await api.call("ping", signed=False))["status"] == 200  # Nothing was pushed in between: see call().
    assert (await api.call(SUBSCRIBE))["result"] == {"subscriptionId": 1}


@pytest.mark.conformance(Row.PRIVATE_ORDERS, "binance spot")
@pytest.mark.conformance(Row.PRIVATE_EXECUTIONS, "binance spot")
@pytest.mark.conformance(Row.PRIVATE_BALANCES, "binance spot")
async def test_an_order_is_told_field_by_field(api, raw, venues) -> None:
    await api.call(SUBSCRIBE)
    placed = (await raw.order(quantity="1.5", price="65001", newClientOrderId="whole"))[1]
    frames = [await api.receive() for _ in range(4)]
    new, _, trade, position = (frame["event"] for frame in frames)
    assert {frame["subscriptionId"] for frame in frames} == {0}
    shared = {"e": "executionReport", "s": "BTCUSDT", "c": "whole", "C": "", "S": "BUY", "o": "LIMIT", "f": "GTC"}
    shared |= {"i": placed["orderId"], "q": "1.50000000", "p": "65001.00000000", "r": "NONE", "g": -1}
    nothing = {"l": "0.00000000", "L": "0.00000000", "n": "0", "N": None, "t": -1, "z": "0.00000000"}
    assert new.items() >= (shared | nothing | {"x": "NEW", "X": "NEW", "w": True}).items()
    fill = {"x": "TRADE", "X": "PARTIALLY_FILLED", "l": "1.00000000", "L": "65001.00000000", "z": "1.00000000"}
    money = {"n": "0.00100000", "N": "BTC", "Y": "65001.00000000", "Z": "65001.00000000", "m": False}
    identity = {"t": placed["fills"][0]["tradeId"], "T": placed["transactTime"], "E": placed["transactTime"]}
    assert trade.items() >= (shared | fill | money | identity).items()
    assert position["e"] == "outboundAccountPosition"
    assert position["B"] == [
        {"a": "BTC", "f": "10.99900000", "l": "0.00000000"},
        {"a": "USDT", "f": "902498.50000000", "l": "32500.50000000"},
    ]

    await venues.control("POST", "market", {"symbol": "BTC/USDT", "price": "65000"})
    rest = (await api.receive())["event"]
    assert (rest["x"], rest["X"], rest["m"], rest["l"], rest["z"]) == (
        "TRADE",
        "FILLED",
        True,
        "0.50000000",
        "1.50000000",
    )
    assert rest["I"] > trade["I"]


@pytest.mark.conformance(Row.PRIVATE_ORDERS, "binance spot")
async def test_a_cancel_names_the_canceled_order_in_its_original_id(api, raw) -> None:
    await api.call(SUBSCRIBE)
    await raw.order(newClientOrderId="first")
    await raw.call("DELETE", "/api/v3/order", symbol="BTCUSDT", origClientOrderId="first", newClientOrderId="stop")
    events = [(await api.receive())["event"] for _ in range(4)]
    canceled = events[2]
    assert (canceled["x"], canceled["X"], canceled["c"], canceled["C"]) == ("CANCELED", "CANCELED", "stop", "first")
    assert events[3]["B"] == [{"a": "USDT", "f": "1000000.00000000", "l": "0.00000000"}]


@pytest.mark.conformance(Row.PRIVATE_ORDERS, "binance spot")
async def test_an_ioc_remainder_expires(api, raw) -> None:
    await api.call(SUBSCRIBE)
    await raw.order(quantity="1.5", price="65001", timeInForce="IOC")
    events = [(await api.receive())["event"] for _ in range(6)]
    assert [event["x"] for event in events[::2]] == ["NEW", "TRADE", "EXPIRED"]
    assert (events[4]["X"], events[4]["z"], events[4]["l"]) == ("EXPIRED", "1.00000000", "0.00000000")
