"""The topics of the public and the private socket, frame by frame."""

from decimal import Decimal

import pytest

from venuesim_conformance import Row

SYMBOL = "BTC/USDT"


def picked(frames: list[dict], *names: str) -> list[tuple]:
    return [tuple(frame[name] for name in names) for frame in frames]


@pytest.mark.conformance(Row.PRIVATE_ORDERS, "bybit spot")
async def test_an_order_that_fills_in_parts_is_told_step_by_step(raw) -> None:
    socket = await raw.private("order")
    order_id = await raw.placed(qty="2.5", price="65007.5", orderLinkId="parts")
    frames = await socket.until("order", 3)
    assert {(frame["orderId"], frame["orderLinkId"], frame["category"]) for frame in frames} == {
        (order_id, "parts", "spot")
    }
    assert picked(frames, "orderStatus", "cumExecQty", "cumExecValue", "avgPrice", "leavesQty", "cumExecFee") == [
        ("New", "0", "0", "", "2.5", "0"),
        ("PartiallyFilled", "1", "65001", "65001", "1.5", "0.001"),
        ("PartiallyFilled", "2", "130008.5", "65004.25", "0.5", "0.002"),
    ]


@pytest.mark.conformance(Row.PRIVATE_EXECUTIONS, "bybit spot")
async def test_a_resting_order_is_filled_by_the_market_as_a_maker(raw, venues) -> None:
    socket = await raw.private("execution")
    order_id = await raw.placed(side="Sell", price="65500", qty="0.25", orderLinkId="maker")
    await venues.control("POST", "market", {"symbol": SYMBOL, "price": "65600"})
    (told,) = await socket.until("execution", 1)
    assert picked([told], "execType", "isMaker", "execPrice", "execQty", "execFee", "feeCurrency", "leavesQty") == [
        ("Trade", True, "65500", "0.25", "16.375", "USDT", "0")
    ]
    assert (told["orderId"], told["orderLinkId"], told["category"], told["side"]) == (
        *(order_id, "maker", "spot", "Sell"),
    )
    (listed,) = await raw.listed("execution/list")
    assert {name: told[name] for name in listed} == listed


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        (
            {"timeInForce": "PostOnly", "price": "65100"},
            [("New", "UNKNOWN", "EC_NoError"), ("Rejected", "UNKNOWN", "EC_PostOnlyWillTakeLiquidity")],
        ),
        (
            {"timeInForce": "FOK", "price": "65001", "qty": "9"},
            [("New", "UNKNOWN", "EC_NoError"), ("Cancelled", "UNKNOWN", "EC_CancelForNoFullFill")],
        ),
        (
            {"timeInForce": "IOC", "price": "64000"},
            [("New", "UNKNOWN", "EC_NoError"), ("Cancelled", "UNKNOWN", "EC_NoImmediateQtyToFill")],
        ),
        (
            {"timeInForce": "IOC", "price": "65001", "qty": "2"},
            [
                ("New", "UNKNOWN", "EC_NoError"),
                ("PartiallyFilled", "UNKNOWN", "EC_NoError"),
                ("PartiallyFilledCanceled", "UNKNOWN", "EC_NoImmediateQtyToFill"),
            ],
        ),
        (
            {"orderType": "Market", "price": None, "qty": "3.5", "marketUnit": "baseCoin"},
            [
                ("New", "UNKNOWN", "EC_NoError"),
                *[("PartiallyFilled", "UNKNOWN", "EC_NoError")] * 3,
                ("PartiallyFilledCanceled", "UNKNOWN", "EC_NoImmediateQtyToFill"),
            ],
        ),
    ],
)
async def test_what_is_accepted_may_still_end_at_once(raw, settings: dict, told: list) -> None:
    socket = await raw.private("order")
    order_id = await raw.placed(**settings)
    frames = await socket.until("order", len(told))
    assert picked(frames, "orderStatus", "cancelType", "rejectReason") == told
    assert (frames[-1]["leavesQty"], frames[-1]["leavesValue"]) == ("0", "0")
    assert (await raw.shown(order_id))["orderStatus"] == told[-1][0]


async def test_a_cancel_is_told_after_its_acknowledgement(raw) -> None:
    socket = await raw.private("order")
    order_id = await raw.placed(orderLinkId="cid")
    assert (await raw.cancel(orderLinkId="cid"))["result"] == {"orderId": order_id, "orderLinkId": "cid"}
    frames = await socket.until("order", 2)
    assert picked(frames, "orderStatus", "cancelType", "rejectReason")[1] == (
        *("Cancelled", "CancelByUser", "EC_PerCancelRequest"),
    )


@pytest.mark.conformance(Row.PRIVATE_BALANCES, "bybit spot")
async def test_the_wallet_topic_tells_the_coins_that_changed(raw) -> None:
    socket = await raw.private("wallet")
    await raw.placed(price="65001")
    held, traded = await socket.until("wallet", 2)
    assert picked(held["coin"], "coin", "walletBalance", "locked") == [("USDT", "1000000", "650.01")]
    assert picked(traded["coin"], "coin", "walletBalance", "locked") == [
        ("BTC", "10.00999", "0"),
        ("USDT", "999349.99", "0"),
    ]


async def test_frames_are_numbered_and_topics_are_as_subscribed(raw) -> None:
    socket = await raw.private("order.spot", "execution.spot", "order.linear", "position")
    await raw.placed(price="65001")
    frames = [await socket.receive() for _ in range(3)]
    assert [frame["topic"] for frame in frames] == ["order.spot", "order.spot", "execution.spot"]
    assert len({frame["id"] for frame in frames}) == 3
    assert all(isinstance(frame["creationTime"], int) for frame in frames)


async def test_a_topic_that_does_not_exist_subscribes_nothing(raw) -> None:
    socket = await raw.private("wallet")
    await socket.send("subscribe", "order", "weather", req_id="9")
    answer = await socket.receive()
    assert (answer["success"], answer["req_id"]) == (False, "9")
    assert "weather" in answer["ret_msg"]
    await raw.placed()
    assert (await socket.receive())["topic"] == "wallet"
    await socket.send("dance")
    assert (await socket.receive())["success"] is False


async def test_subscribing_twice_tells_once_and_unsubscribing_ends_it(raw) -> None:
    socket = await raw.private("order", "wallet")
    await socket.send("subscribe", "order")
    assert (await socket.receive())["success"]
    await raw.placed()
    assert [(await socket.receive())["topic"] for _ in range(2)] == ["order", "wallet"]
    await socket.send("unsubscribe", "order")
    assert (await socket.receive())["op"] == "unsubscribe"
    await raw.placed()
    assert (await socket.receive())["topic"] == "wallet"


# The public socket


@pytest.mark.conformance(Row.TICKERS, "bybit spot")
async def test_tickers_carry_the_dollar_index_price_and_no_best_prices(raw, venues) -> None:
    socket = await raw.public("tickers.BTCUSDT")
    frame = await socket.receive()
    assert (frame["topic"], frame["type"]) == ("tickers.BTCUSDT", "snapshot")
    assert (frame["data"]["lastPrice"], frame["data"]["usdIndexPrice"]) == ("65000", "65000")
    assert "bid1Price" not in frame["data"]
    await venues.control("POST", "market", {"symbol": SYMBOL, "price": "65100"})
    assert (await socket.receive())["data"]["usdIndexPrice"] == "65100"


@pytest.mark.parametrize("depth", [50, 200, 1000])
async def test_a_book_is_a_snapshot_and_deltas_without_a_gap(raw, venues, depth: int) -> None:
    socket = await raw.public(f"orderbook.{depth}.BTCUSDT")
    frame = await socket.receive()
    assert frame["type"] == "snapshot"
    book = {side: dict(frame["data"][side]) for side in ("b", "a")}
    update, sequence = frame["data"]["u"], frame["data"]["seq"]
    for price in ("65100", "64000", "66000.5"):
        await venues.control("POST", "market", {"symbol": SYMBOL, "price": price})
        frame = await socket.receive()
        data = frame["data"]
        assert (frame["type"], data["s"], data["u"]) == ("delta", "BTCUSDT", update + 1)
        assert data["seq"] > sequence
        update, sequence = data["u"], data["seq"]
        for side in ("b", "a"):
            for level, quantity in data[side]:
                book[side].pop(level, None)
                if quantity != "0":
                    book[side][level] = quantity
        real = (await raw.get("market/orderbook", category="spot", symbol="BTCUSDT", limit=depth))["result"]
        assert book == {side: dict(real[side]) for side in ("b", "a")}
    assert max(book["b"], key=Decimal) == "65999.5"


async def test_a_second_subscriber_joins_the_same_chain(timed) -> None:
    raw, sim, _ = timed
    first = await raw.public("orderbook.50.BTCUSDT")
    before = (await first.receive())["data"]
    await raw.placed(price="64990")  # The book has changed, and nobody was told yet.
    second = await raw.public("orderbook.50.BTCUSDT")
    assert (await second.receive())["data"] == before
    await sim.control("POST", "market", {"symbol": SYMBOL, "price": "65100"})
    told = [(await socket.receive())["data"] for socket in (first, second)]
    assert told[0] == told[1]
    assert told[0]["u"] == before["u"] + 1


@pytest.mark.conformance(Row.PUBLIC_TRADES, "bybit spot")
async def test_trades_are_told_with_the_takers_side(raw) -> None:
    socket = await raw.public("publicTrade.BTCUSDT")
    await raw.placed(price="65001", qty="0.25")
    (execution,) = await raw.listed("execution/list")
    (trade,) = (await socket.receive())["data"]
    assert (trade["S"], trade["v"], trade["p"], trade["s"]) == ("Buy", "0.25", "65001", "BTCUSDT")
    assert trade["i"] == execution["execId"]


async def test_the_public_socket_answers_pings_and_refuses_nonsense(raw, venues) -> None:
    socket = await raw.public("tickers.BTCUSDT")
    await socket.receive()
    await socket.send("unsubscribe", "tickers.BTCUSDT")
    assert (await socket.receive())["success"]
    await venues.control("POST", "market", {"symbol": SYMBOL, "price": "65100"})
    await socket.send("ping", req_id="5")
    pong = await socket.receive()
    assert (pong["success"], pong["ret_msg"], pong["op"], pong["req_id"]) == (True, "pong", "ping", "5")
    for args in (["tickers.NOPE"], ["orderbook.7.BTCUSDT"], ["tickers"], [7], ["tickers.BTCUSDT"] * 11):
        await socket.send("subscribe", *args)
        assert (await socket.receive())["success"] is False
    for text in ("nonsense", "[" * 20_000, '{"op": 1}', "[]"):
        await socket.socket.send_str(text)
        assert (await socket.receive())["success"] is False
