"""The channels of the public and the private socket, frame by frame."""

import asyncio
from decimal import Decimal

import pytest
from aiohttp import WSMsgType

SYMBOL = "BTC/USDT"
ORDERS = {"channel": "orders", "instType": "SPOT"}
ACCOUNT = {"channel": "account"}


def picked(frames: list[dict], *names: str) -> list[tuple]:
    return [tuple(frame[name] for name in names) for frame in frames]


async def test_an_order_that_fills_in_parts_is_told_execution_by_execution(raw) -> None:
    socket = await raw.subscribed(ORDERS)
    order_id = await raw.placed(sz="2.5", px="65007.5", clOrdId="parts")
    frames = await socket.until("orders", 3)
    assert {frame["ordId"] for frame in frames} == {order_id}
    assert picked(frames, "state", "accFillSz", "fillSz", "fillPx", "fillFee", "fillFeeCcy", "execType") == [
        ("live", "0", "0", "", "0", "", ""),
        ("partially_filled", "1", "1", "65001", "-0.001", "BTC", "T"),
        ("partially_filled", "2", "1", "65007.5", "-0.001", "BTC", "T"),
    ]
    assert picked(frames, "avgPx", "fee", "clOrdId", "side", "ordType", "sz", "px", "instId", "instType")[2] == (
        *("65004.25", "-0.002", "parts", "buy", "limit", "2.5", "65007.5", "BTC-USDT", "SPOT"),
    )
    assert frames[1]["tradeId"] != frames[2]["tradeId"]
    assert frames[0]["tradeId"] == frames[0]["fillTime"] == ""
    assert int(frames[1]["fillTime"]) >= int(frames[1]["cTime"])


async def test_a_resting_order_is_filled_by_the_market_as_a_maker(raw, venues) -> None:
    socket = await raw.subscribed(ORDERS)
    await raw.placed(side="sell", px="65500", sz="0.25")
    await venues.control("POST", "market", {"symbol": SYMBOL, "price": "65600"})
    frames = await socket.until("orders", 2)
    assert picked(frames, "state", "execType", "fillPx", "fillFee", "fillFeeCcy") == [
        ("live", "", "", "0", ""),
        ("filled", "M", "65500", "-13.1", "USDT"),
    ]


@pytest.mark.conformance("Immediate or cancel", "okx spot")
@pytest.mark.conformance("Fill or kill", "okx spot")
@pytest.mark.conformance("Post-only", "okx spot")
@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"ordType": "post_only", "px": "65100"}, [("live", "", "0"), ("canceled", "31", "0")]),
        ({"ordType": "fok", "px": "65001", "sz": "9"}, [("live", "", "0"), ("canceled", "13", "0")]),
        (
            {"ordType": "ioc", "px": "65001", "sz": "2"},
            [("live", "", "0"), ("partially_filled", "", "1"), ("canceled", "14", "1")],
        ),
        (
            {"ordType": "market", "px": None, "sz": "4", "tgtCcy": "base_ccy"},
            [("live", "", "0"), *(("partially_filled", "", str(n)) for n in (1, 2, 3)), ("canceled", "0", "3")],
        ),
    ],
)
async def test_what_is_refused_after_acceptance_ends_on_the_stream(raw, settings: dict, told: list) -> None:
    socket = await raw.subscribed(ORDERS)
    await raw.placed(**settings)
    assert picked(await socket.until("orders", len(told)), "state", "cancelSource", "accFillSz") == told


async def test_a_cancel_is_told_with_its_source(raw) -> None:
    socket = await raw.subscribed(ORDERS)
    order_id = await raw.placed(clOrdId="cid")
    _, answer = await raw.post("trade/cancel-order", {"instId": "BTC-USDT", "clOrdId": "cid"})
    assert (answer["data"][0]["ordId"], answer["data"][0]["sCode"]) == (order_id, "0")
    frames = await socket.until("orders", 2)
    assert picked(frames, "state", "cancelSource", "cancelSourceReason")[1] == (
        *("canceled", "1", "Order canceled by user"),
    )


@pytest.mark.parametrize(
    ("arg", "count"),
    [
        ({"channel": "orders", "instType": "ANY"}, 2),
        ({"channel": "orders", "instType": "SPOT", "instId": "ETH-USDT"}, 1),
        ({"channel": "orders", "instType": "SWAP"}, 0),
    ],
)
async def test_the_orders_channel_tells_what_was_subscribed_to(raw, arg: dict, count: int) -> None:
    socket = await raw.subscribed(arg, ACCOUNT)
    assert [row["ccy"] for row in (await socket.until("account", 1))[0]["details"]] == ["USDT", "BTC", "ETH"]
    await raw.placed()
    await raw.placed(instId="ETH-USDT", px="2000")
    orders = accounts = 0
    while accounts < 2:
        frame = await socket.receive()
        assert frame["arg"]["uid"]
        orders += frame["arg"]["channel"] == "orders"
        accounts += frame["arg"]["channel"] == "account"
    assert orders == count


async def test_the_account_channel_tells_the_balances_that_changed(raw) -> None:
    socket = await raw.subscribed(ACCOUNT)
    await raw.placed(sz="0.01", px="65001")
    _, held, traded = await socket.until("account", 3)
    assert picked(held["details"], "ccy", "eq", "availBal", "frozenBal") == [
        ("USDT", "1000000", "999349.99", "650.01"),
    ]
    assert picked(traded["details"], "ccy", "eq", "availBal") == [
        ("BTC", "10.00999", "10.00999"),
        ("USDT", "999349.99", "999349.99"),
    ]


async def test_the_fills_channel_is_for_higher_fee_tiers(raw) -> None:
    socket = await raw.private()
    await socket.receive()
    await socket.send("subscribe", {"channel": "fills"}, id="f")
    answer = await socket.receive()
    assert (answer["event"], answer["code"], answer["id"]) == ("error", "64003", "f")


@pytest.mark.conformance("Private stream: executions", "okx spot", "okx swap")
@pytest.mark.usefixtures("vip")
async def test_the_fills_channel_tells_executions_only(raw) -> None:
    socket = await raw.subscribed({"channel": "fills"})
    order_id = await raw.placed(sz="1.5", px="65007.5", clOrdId="77")
    frames = await socket.until("fills", 2)
    assert picked(frames, "ordId", "clOrdId", "fillSz", "fillPx", "execType", "side") == [
        (order_id, "77", "1", "65001", "T", "buy"),
        (order_id, "77", "0.5", "65007.5", "T", "buy"),
    ]


async def test_subscribing_twice_tells_once_and_unsubscribing_ends_it(raw) -> None:
    socket = await raw.subscribed(ORDERS)
    await socket.send("subscribe", ORDERS)
    assert (await socket.receive())["event"] == "subscribe"
    await raw.placed(clOrdId="one")
    assert len(await socket.until("orders", 1)) == 1
    await socket.send("unsubscribe", ORDERS)
    assert (await socket.receive())["event"] == "unsubscribe"
    await raw.placed(clOrdId="two")
    await socket.socket.send_str("ping")
    assert (await socket.socket.receive(5)).data == "pong"


@pytest.mark.parametrize(
    "arg",
    [
        {"channel": "orders"},
        {"channel": "orders", "instType": "BONDS"},
        {"channel": "orders", "instType": "SPOT", "instId": "NOPE-USDT"},
        {"channel": "gossip"},
        {"channel": "tickers", "instId": "BTC-USDT"},
        {},
    ],
)
async def test_a_channel_that_does_not_exist_is_refused(raw, arg: dict) -> None:
    socket = await raw.private()
    await socket.receive()
    await socket.send("subscribe", arg)
    answer = await socket.receive()
    assert (answer["event"], answer["code"]) == ("error", "60018")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"op": 1}', '{"op": "dance"}', '{"op":"subscribe","args":[1]}'])
@pytest.mark.parametrize("kind", ["public", "private"])
async def test_nonsense_is_refused_and_the_socket_lives(raw, kind: str, text: str) -> None:
    socket = await getattr(raw, kind)()
    if kind == "private":
        await socket.receive()
    await socket.socket.send_str(text)
    answer = await socket.receive()
    code = "60019" if "dance" in text else "60012"
    assert (answer["event"], answer["code"]) == ("error", code)
    await socket.socket.send_str("ping")
    assert (await socket.socket.receive(5)).data == "pong"


async def test_a_silent_socket_is_closed_and_a_ping_keeps_it(raw, venues) -> None:
    venues.simulator.venues["okx"].connections.idle_seconds_max = 1.5
    kept, silent = await raw.public(), await raw.public()

    async def keep() -> None:
        while True:
            await kept.socket.send_str("ping")
            await asyncio.sleep(0.1)

    pings = asyncio.create_task(keep())
    farewell = await silent.socket.receive(5)
    assert (farewell.type, farewell.data, farewell.extra) == (WSMsgType.CLOSE, 4004, "No data received in 2s")
    assert (await kept.socket.receive(5)).data == "pong"
    pings.cancel()
    assert not kept.socket.closed


# Public channels


async def public(raw, arg: dict):
    socket = await raw.public()
    await socket.send("subscribe", arg)
    answer = await socket.receive()
    assert (answer["event"], answer["arg"]) == ("subscribe", arg)
    return socket


async def test_tickers_come_at_once_and_when_the_market_moves(raw, venues) -> None:
    socket = await public(raw, {"channel": "tickers", "instId": "BTC-USDT"})
    first = await socket.receive()
    assert picked(first["data"], "instId", "bidPx", "bidSz", "askPx") == [("BTC-USDT", "64999", "1", "65001")]
    await venues.control("POST", "market", {"symbol": SYMBOL, "price": "65100"})
    while picked((await socket.receive())["data"], "last", "bidPx", "askPx") != [("65100", "65099", "65101")]:
        pass


@pytest.mark.parametrize(("channel", "levels"), [("bbo-tbt", 1), ("books5", 3)])
async def test_the_best_of_the_book_comes_as_a_whole(raw, channel: str, levels: int) -> None:
    socket = await public(raw, {"channel": channel, "instId": "BTC-USDT"})
    data = (await socket.receive())["data"][0]
    assert data["bids"][0] == ["64999", "1", "0", "1"]
    assert (len(data["bids"]), len(data["asks"])) == (levels, levels)


async def test_trades_are_told_with_the_takers_side(raw) -> None:
    socket = await public(raw, {"channel": "trades", "instId": "BTC-USDT"})
    await raw.placed(side="sell", ordType="market", px=None, sz="0.5")
    trade = (await socket.receive())["data"][0]
    assert (trade["px"], Decimal(trade["sz"]), trade["side"]) == ("64999", Decimal("0.5"), "sell")


async def test_updates_of_a_book_continue_its_snapshot(raw, venues) -> None:
    socket = await public(raw, {"channel": "books", "instId": "BTC-USDT"})
    snapshot = await socket.receive()
    assert snapshot["action"] == "snapshot"
    data = snapshot["data"][0]
    assert data["prevSeqId"] == -1
    book = {side: {row[0]: row[1] for row in data[side]} for side in ("bids", "asks")}
    assert data["checksum"] == 0
    sequence = data["seqId"]
    for price in ("65100", "64000", "66000.5"):
        await venues.control("POST", "market", {"symbol": SYMBOL, "price": price})
        update = await socket.receive()
        data = update["data"][0]
        assert (update["action"], data["prevSeqId"]) == ("update", sequence)
        sequence = data["seqId"]
        for side in ("bids", "asks"):
            for level, quantity, *_ in data[side]:
                book[side].pop(level, None)
                if quantity != "0":
                    book[side][level] = quantity
        assert data["checksum"] == 0  # OKX deprecated it: sequence numbers show the continuity.
    assert max(book["bids"], key=Decimal) == "65999.5"


async def test_a_second_subscriber_joins_the_same_chain(timed) -> None:
    raw, sim, _ = timed
    arg = {"channel": "books", "instId": "BTC-USDT"}
    first = await public(raw, arg)
    await first.receive()
    await raw.placed(px="64990")
    changed = (await first.receive())["data"][0]
    assert changed["bids"] == [["64990", "0.01", "0", "1"]]
    second = await public(raw, arg)
    snapshot = (await second.receive())["data"][0]
    assert snapshot["seqId"] == changed["seqId"]
    assert changed["bids"][0] in snapshot["bids"]
    await sim.control("POST", "market", {"symbol": SYMBOL, "price": "65100"})
    told = [(await socket.receive())["data"][0] for socket in (first, second)]
    assert told[0] == told[1]
    assert told[1]["prevSeqId"] == snapshot["seqId"]


async def test_an_unsubscribed_channel_is_silent(raw, venues) -> None:
    arg = {"channel": "bbo-tbt", "instId": "BTC-USDT"}
    socket = await public(raw, arg)
    await socket.receive()
    await socket.send("unsubscribe", arg)
    assert (await socket.receive())["event"] == "unsubscribe"
    await venues.control("POST", "market", {"symbol": SYMBOL, "price": "65100"})
    await socket.send("subscribe", {"channel": "bbo-tbt", "instId": "NOPE-USDT"})
    assert (await socket.receive())["code"] == "60018"


async def test_other_paths_have_no_socket(raw) -> None:
    async with raw.session.get(f"{raw.base}/ws/v5/gossip", headers={"Upgrade": "websocket"}) as response:
        assert response.status == 404
