"""Market streams by every address, depth with its chain of ids, candles, subscriptions."""

import asyncio

import pytest

from venuesim_conformance import Row
from venuesim_futures import RawFutures, Stream, stream

COLUMN = "binance linear"


async def subscribed(public: Stream, *names: str) -> None:
    answer = await public.ask(method="SUBSCRIBE", params=list(names), id=1)
    assert answer == {"result": None, "id": 1}


@pytest.mark.parametrize("kind", ["fws", "bare"])
@pytest.mark.parametrize(
    ("path", "is_combined"),
    [
        ("/ws/btcusdt@bookTicker", False),
        ("/stream?streams=btcusdt@bookTicker/btcusdt@trade", True),
        ("/public/ws/btcusdt@bookTicker", False),
        ("/public/stream?streams=btcusdt@bookTicker", True),
        ("/market/ws/btcusdt@bookTicker", False),
        ("/market/stream?streams=btcusdt@bookTicker", True),
    ],
)
async def test_streams_come_by_every_address(raw: RawFutures, kind: str, path: str, is_combined: bool) -> None:
    if kind == "bare" and path.startswith(("/ws", "/stream")):
        return  # There it is Spot that answers.
    prefix = "" if kind == "fws" else "/.."
    url = (
        raw.venues.url("binance", "fws") if kind == "fws" else raw.venues.url("binance", "fws").removesuffix("/fstream")
    )
    async with raw.venues.session.ws_connect(url + path.removeprefix(prefix)) as socket:
        public = Stream(socket)
        message = await public.until(lambda message: message.get("data", message).get("e") == "bookTicker")
    assert ("stream" in message) is is_combined
    event = message.get("data", message)
    assert (event["s"], event["b"], event["B"], event["a"]) == ("BTCUSDT", "64999.00", "1.000", "65001.00")


async def test_an_address_that_ends_in_stream_is_a_combined_one(raw: RawFutures) -> None:
    async with stream(raw.venues, "") as public:  # As the venue's own client opens it.
        await subscribed(public, "btcusdt@bookTicker")
        message = await public.until(lambda message: "stream" in message)
    assert message["stream"] == "btcusdt@bookTicker"


@pytest.mark.conformance(Row.TICKERS, COLUMN)
async def test_tickers_mark_prices_and_best_prices_are_pushed(raw: RawFutures) -> None:
    names = [
        "btcusdt@ticker", "btcusdt@miniTicker", "btcusdt@markPrice@1s", "!ticker@arr", "!miniTicker@arr",
        "!markPrice@arr@1s", "!bookTicker",
    ]  # fmt: skip
    async with stream(raw.venues, "/market/stream") as public:
        await subscribed(public, *names)
        seen: dict[str, object] = {}
        while len(seen) < len(names):
            message = await public.until(lambda message: "stream" in message)
            seen.setdefault(message["stream"], message["data"])
    ticker = seen["btcusdt@ticker"]
    assert isinstance(ticker, dict)
    assert (ticker["e"], ticker["c"], ticker["s"], ticker["st"]) == ("24hrTicker", "65000.00", "BTCUSDT", 1)
    mark = seen["btcusdt@markPrice@1s"]
    assert isinstance(mark, dict)
    assert (mark["e"], mark["p"], mark["r"]) == ("markPriceUpdate", "65000.00000000", "0.00010000")
    everything = seen["!markPrice@arr@1s"]
    assert isinstance(everything, list)
    assert len(everything) > 20


@pytest.mark.conformance(Row.PUBLIC_TRADES, COLUMN)
async def test_trades_come_one_by_one_and_aggregated(raw: RawFutures) -> None:
    async with stream(raw.venues, "/market/ws") as public:
        await subscribed(public, "btcusdt@trade", "btcusdt@aggTrade")
        await raw.trade("BUY", "1.5")
        first, second = await public.event("trade"), await public.event("trade")
        together = await public.event("aggTrade")
    assert [(event["p"], event["q"], event["m"]) for event in (first, second)] == [
        ("65001.00", "1.000", False), ("65007.50", "0.500", False),
    ]  # fmt: skip
    assert second["t"] == first["t"] + 1
    assert (together["p"], together["f"], together["l"]) == ("65001.00", first["t"], first["t"])


@pytest.mark.conformance(Row.CANDLES, COLUMN, approximate="candles of mark and index price are those of trades")
async def test_a_candle_is_told_while_it_changes_and_when_it_is_complete(timed) -> None:
    raw, clock = timed
    clock.advance(60_000 - clock.now_ms() % 60_000)
    async with stream(raw.venues, "/market/ws") as public:
        await subscribed(public, "btcusdt@kline_1m", "btcusdt_perpetual@continuousKline_1m")
        clock.advance(1_000)
        await raw.trade("BUY", "0.1")
        clock.advance(1_000)
        running = await public.until(lambda event: event.get("e") == "kline" and event["k"]["c"] == "65001.00")
        clock.advance(60_000)
        await raw.trade("BUY", "0.1")
        clock.advance(1_000)
        closed = await public.until(lambda event: event.get("e") == "kline" and event["k"]["x"])
        following = await public.event("kline")
    assert (running["k"]["i"], running["k"]["x"], running["k"]["n"] >= 1) == ("1m", False, True)
    assert closed["k"]["t"] == running["k"]["t"]
    assert (following["k"]["t"], following["k"]["x"]) == (closed["k"]["t"] + 60_000, False)


@pytest.mark.conformance(Row.DEPTH, COLUMN)
async def test_a_local_book_kept_by_the_documented_steps_equals_the_venues(raw: RawFutures) -> None:
    async with stream(raw.venues, "/public/ws") as public:
        await subscribed(public, "btcusdt@depth@100ms")
        await raw.placed(price="64000")
        first = await public.event("depthUpdate")
        snapshot = await raw.public("/fapi/v1/depth", symbol="BTCUSDT", limit=1000)
        bids, asks = dict(snapshot["bids"]), dict(snapshot["asks"])
        previous = first["u"]
        for price in ("63000", "62000"):
            await raw.placed(price=price)
            await raw.trade("BUY", "0.1")
            event = await public.event("depthUpdate")
            assert event["pu"] == previous
            assert event["U"] <= event["u"]
            if previous == first["u"]:
                assert event["U"] <= snapshot["lastUpdateId"] <= event["u"]
            previous = event["u"]
            for side, changes in ((bids, event["b"]), (asks, event["a"])):
                for level, quantity in changes:
                    side[level] = quantity
    after = await raw.public("/fapi/v1/depth", symbol="BTCUSDT", limit=1000)
    for side, levels in ((bids, after["bids"]), (asks, after["asks"])):
        assert {level: quantity for level, quantity in side.items() if float(quantity)} == dict(map(tuple, levels))


async def test_the_top_of_the_book_comes_whole(raw: RawFutures) -> None:
    async with stream(raw.venues, "/public/stream") as public:
        await subscribed(public, "btcusdt@depth5@500ms", "btcusdt@depth20")
        top = await public.until(lambda message: message.get("stream") == "btcusdt@depth5@500ms")
    assert (top["data"]["b"][0], len(top["data"]["a"])) == (["64999.00", "1.000"], 3)


async def test_subscriptions_are_listed_ended_and_may_be_nonsense(raw: RawFutures) -> None:
    async with stream(raw.venues, "/ws") as public:
        await subscribed(public, "btcusdt@bookTicker", "nosuch@bookTicker", "!nosuch")
        listed = await public.ask(method="LIST_SUBSCRIPTIONS", id="two")
        assert listed == {"result": ["btcusdt@bookTicker", "nosuch@bookTicker", "!nosuch"], "id": "two"}
        assert (await public.ask(method="GET_PROPERTY", params=["combined"], id=3))["result"] is False
        assert (await public.ask(method="SET_PROPERTY", params=["combined", True], id=4))["result"] is None
        assert (await public.ask(method="SET_PROPERTY", params=["combined", 1], id=5))["error"]["code"] == 1
        assert (await public.ask(method="SET_PROPERTY", params=["other"], id=6))["error"]["code"] == 0
        assert (await public.ask(method="HELLO", id=7))["error"]["code"] == 2
        assert (await public.ask(method="SUBSCRIBE", params=[1], id=8))["error"]["code"] == 2
        await public.ask(method="UNSUBSCRIBE", params=["btcusdt@bookTicker"], id=9)
        await asyncio.sleep(0.3)
        public.events.clear()
        assert await public.is_silent(0.5)


async def test_broken_json_is_answered_and_harms_nobody(raw: RawFutures) -> None:
    async with raw.venues.session.ws_connect(raw.venues.url("binance", "fws") + "/ws") as socket:
        await socket.send_str("{")
        answer = await socket.receive_json()
        assert answer["error"]["code"] == 3
        await socket.send_json({"method": "LIST_SUBSCRIPTIONS", "id": 1})
        assert (await socket.receive_json())["result"] == []
