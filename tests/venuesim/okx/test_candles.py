"""Candlesticks over REST and on the business socket."""

import pytest

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
MINUTE_MS = 60_000


async def candles(raw, path: str = "market/candles", **query: object) -> list[list[str]]:
    status, body = await raw.get(path, **{"instId": "BTC-USDT", **query})
    assert (status, body["code"]) == (200, "0"), body
    return body["data"]


@pytest.mark.conformance("Candles", "okx spot")
async def test_candles_come_newest_first_and_only_the_running_one_is_unconfirmed(timed) -> None:
    raw, _, clock = timed
    rows = await candles(raw, limit=3)
    minute = clock.now_ms() // MINUTE_MS * MINUTE_MS
    assert [(int(row[0]), row[8]) for row in rows] == [
        (minute, "0"),
        (minute - MINUTE_MS, "1"),
        (minute - 2 * MINUTE_MS, "1"),
    ]
    assert all(len(row) == 9 for row in rows)
    # Of a pair the volume in currency is that in quote; the price a minute opens at is what the last one closed at.
    assert rows[1][6] == rows[1][7]


@pytest.mark.conformance("Candles", "okx swap")
async def test_a_swap_counts_contracts_and_base(timed) -> None:
    raw, _, _ = timed
    row = (await candles(raw, instId="BTC-USDT-SWAP", limit=2))[1]
    assert float(row[5]) * 0.01 == pytest.approx(float(row[6]))
    assert float(row[7]) == pytest.approx(float(row[6]) * float(row[4]), rel=0.05)


async def test_long_bars_open_by_the_clock_of_china_unless_they_say_utc(timed) -> None:
    raw, _, _ = timed
    local, utc = [int((await candles(raw, bar=bar, limit=2))[1][0]) for bar in ("1D", "1Dutc")]
    assert local % DAY_MS == 16 * HOUR_MS
    assert utc % DAY_MS == 0
    assert int((await candles(raw, bar="4H", limit=2))[1][0]) % (4 * HOUR_MS) == 0


async def test_after_and_before_leave_their_own_time_out(timed) -> None:
    raw, _, _ = timed
    times = [row[0] for row in await candles(raw, limit=5)]
    assert [row[0] for row in await candles(raw, after=times[1], limit=2)] == times[2:4]
    assert [row[0] for row in await candles(raw, before=times[3])] == times[:3]
    assert [row[0] for row in await candles(raw, after=times[0], before=times[3])] == times[1:3]
    assert [row[0] for row in await candles(raw, before=times[4], limit=2)] == times[:2]


async def test_only_history_goes_back_further_than_1440_candles(timed) -> None:
    raw, _, clock = timed
    long_ago = clock.now_ms() - 2000 * MINUTE_MS
    assert await candles(raw, after=long_ago) == []
    assert len(await candles(raw, "market/history-candles", after=long_ago, limit=300)) == 300
    assert len(await candles(raw, limit=1000)) == 300


async def test_trades_make_the_running_candle(timed) -> None:
    raw, sim, clock = timed
    clock.advance(MINUTE_MS)
    await sim.control("POST", "market", {"symbol": "BTC/USDT", "price": "65100"})
    await raw.placed(side="sell", ordType="market", px=None, sz="0.5")
    row = (await candles(raw, limit=1))[0]
    assert (row[1], row[2], row[3], row[4]) == ("65100", "65100", "65099", "65099")
    assert float(row[5]) >= 0.5


@pytest.mark.parametrize("path", ["market/mark-price-candles", "market/index-candles"])
async def test_candles_of_mark_and_index_have_no_volume(timed, path: str) -> None:
    raw, _, _ = timed
    rows = await candles(raw, path, limit=2)
    assert [len(row) for row in rows] == [6, 6]
    assert [row[5] for row in rows] == ["0", "1"]


async def test_a_bar_that_does_not_exist_is_refused(raw) -> None:
    status, body = await raw.get("market/candles", instId="BTC-USDT", bar="7m")
    assert (status, body["code"], body["msg"]) == (400, "51000", "Parameter bar error")


async def business(raw, *args: dict):
    socket = await raw.business()
    await socket.send("subscribe", *args)
    for arg in args:
        answer = await socket.receive()
        assert (answer["event"], answer["arg"]) == ("subscribe", arg)
    return socket


@pytest.mark.conformance("Candles", "okx spot")
async def test_the_channel_tells_the_running_candle_and_its_end(timed) -> None:
    raw, sim, clock = timed
    arg = {"channel": "candle1m", "instId": "BTC-USDT"}
    socket = await business(raw, arg)
    first = await socket.receive()
    assert first["arg"] == arg
    opened = first["data"][0][0]
    clock.advance(MINUTE_MS)
    await sim.control("POST", "market", {"symbol": "BTC/USDT", "price": "65100"})
    ended, running = [(await socket.receive())["data"][0] for _ in range(2)]
    assert (ended[0], ended[8]) == (opened, "1")
    assert (int(running[0]), running[8]) == (int(opened) + MINUTE_MS, "0")
    clock.advance(1000)  # Changes of the running one are told once a second.
    changed = (await socket.receive())["data"][0]
    assert (changed[0], changed[4], changed[8]) == (running[0], "65100", "0")


@pytest.mark.conformance("Candles", "okx swap", approximate="candles of mark and index are those of the trades")
@pytest.mark.parametrize(
    ("arg", "length"),
    [
        ({"channel": "candle1Dutc", "instId": "BTC-USDT-SWAP"}, 9),
        ({"channel": "mark-price-candle1H", "instId": "BTC-USDT-SWAP"}, 6),
        ({"channel": "index-candle3M", "instId": "BTC-USDT"}, 6),
    ],
)
async def test_every_kind_of_candle_has_its_channel(raw, arg: dict, length: int) -> None:
    frame = await (await business(raw, arg)).receive()
    assert (frame["arg"], len(frame["data"][0])) == (arg, length)
