"""What anybody may ask: the listing, prices, trades, candles."""

from collections.abc import Awaitable, Callable
from decimal import Decimal
from itertools import pairwise

import pytest

from venuesim_conformance import Row

D = Decimal
SPOT = "binance spot"
MINUTE_MS, HOUR_MS, DAY_MS = 60_000, 3_600_000, 86_400_000
Ask = Callable[..., Awaitable[object]]


@pytest.fixture
def ask(raw) -> Ask:
    """Give a function that asks without a key and returns the answer's body."""

    async def asked(path: str, text: str = "", *, status: int = 200) -> object:
        got, body, _ = await raw.request("GET", f"/api/v3/{path}", text, signed=False)
        assert got == status, body
        return body

    return asked


@pytest.mark.conformance(Row.SERVER_TIME, SPOT)
async def test_the_venue_tells_its_time(timed) -> None:
    raw, _, clock = timed
    for _ in range(2):
        _, body, _ = await raw.request("GET", "/api/v3/time", "", signed=False)
        assert body == {"serverTime": clock.now_ms()}
        clock.advance(1234)


@pytest.mark.conformance(Row.INSTRUMENTS, SPOT)
async def test_the_listing_has_every_filter_and_says_what_is_allowed(ask) -> None:
    info = await ask("exchangeInfo", "symbol=BTCUSDT")
    (symbol,) = info["symbols"]
    filters = {entry["filterType"]: entry for entry in symbol["filters"]}
    assert set(filters) >= {
        *("PRICE_FILTER", "LOT_SIZE", "ICEBERG_PARTS", "MARKET_LOT_SIZE", "TRAILING_DELTA", "PERCENT_PRICE_BY_SIDE"),
        *("NOTIONAL", "MAX_NUM_ORDERS", "MAX_NUM_ORDER_LISTS", "MAX_NUM_ALGO_ORDERS", "MAX_NUM_ORDER_AMENDS"),
    }
    assert filters["PRICE_FILTER"]["tickSize"] == "0.01000000"
    assert set(symbol["orderTypes"]) >= {"LIMIT", "MARKET", "STOP_LOSS", "TAKE_PROFIT_LIMIT", "LIMIT_MAKER"}
    assert symbol["defaultSelfTradePreventionMode"] in symbol["allowedSelfTradePreventionModes"]
    assert symbol["permissionSets"] == [["SPOT"]]
    limits = [(row["rateLimitType"], row["interval"], row["intervalNum"], row["limit"]) for row in info["rateLimits"]]
    assert limits == [
        ("REQUEST_WEIGHT", "MINUTE", 1, 6000),
        ("ORDERS", "SECOND", 10, 100),
        ("ORDERS", "DAY", 1, 200000),
        ("RAW_REQUESTS", "MINUTE", 5, 61000),
    ]


@pytest.mark.conformance(Row.INSTRUMENTS, SPOT)
async def test_the_listing_is_narrowed_down(ask) -> None:
    async def named(text: str) -> set[str]:
        return {row["symbol"] for row in (await ask("exchangeInfo", text))["symbols"]}

    every = await named("")
    assert every >= {"BTCUSDT", "ETHBTC"}
    assert await named('symbols=["BTCUSDT","ETHBTC"]') == {"BTCUSDT", "ETHBTC"}
    assert await named("permissions=SPOT") == await named("symbolStatus=TRADING") == every
    assert await named("permissions=MARGIN") == await named("symbolStatus=HALT") == set()
    hidden = await ask("exchangeInfo", "symbol=BTCUSDT&showPermissionSets=false")
    assert hidden["symbols"][0]["permissionSets"] == []
    for text, code in (
        ("symbol=NOPE", -1121),
        ("symbol=nope", -1100),
        ('symbols=["btcusdt"]', -1100),
        ('symbols=["BTCUSDT","NOPE"]', -1121),
        ("symbols=BTCUSDT", -1100),
        ("symbol=BTCUSDT&permissions=SPOT", -1128),
        ('symbol=BTCUSDT&symbols=["BTCUSDT"]', -1128),
    ):
        assert (await ask("exchangeInfo", text, status=400))["code"] == code, text


@pytest.mark.conformance(Row.TICKERS, SPOT)
async def test_every_ticker_shows_one_some_or_all(ask) -> None:
    fields = {
        "ticker/24hr": {"prevClosePrice", "bidPrice", "askQty", "lastQty", "weightedAvgPrice", "firstId", "count"},
        "ticker/price": {"symbol", "price"},
        "ticker/bookTicker": {"symbol", "bidPrice", "bidQty", "askPrice", "askQty"},
        "ticker/tradingDay": {"priceChange", "openPrice", "volume", "openTime", "lastId"},
        "ticker": {"priceChangePercent", "weightedAvgPrice", "quoteVolume", "closeTime", "count"},
    }
    for path, names in fields.items():
        one = await ask(path, "symbol=BTCUSDT")
        assert set(one) >= names, path
        some = await ask(path, 'symbols=["ETHBTC","BTCUSDT"]')
        assert {row["symbol"] for row in some} == {"ETHBTC", "BTCUSDT"}
        if path in {"ticker", "ticker/tradingDay"}:
            assert (await ask(path, status=400))["code"] == -1102
        else:
            assert len(await ask(path)) >= 10
    for path in ("ticker/24hr", "ticker/tradingDay", "ticker"):
        mini = await ask(path, "symbol=BTCUSDT&type=MINI")
        assert (set(mini) & {"priceChange", "weightedAvgPrice", "bidPrice"}) == set()
        assert (await ask(path, "symbol=BTCUSDT&type=TINY", status=400))["code"] == -1139


async def test_a_window_has_the_length_that_is_asked_for(ask) -> None:
    for text, length in (("1m", MINUTE_MS), ("59m", 59 * MINUTE_MS), ("23h", 23 * HOUR_MS), ("7d", 7 * DAY_MS)):
        shown = await ask("ticker", f"symbol=BTCUSDT&windowSize={text}")
        assert length <= shown["closeTime"] - shown["openTime"] < length + MINUTE_MS
        assert D(shown["lowPrice"]) <= D(shown["openPrice"]) <= D(shown["highPrice"])
    for text in ("60m", "24h", "8d", "0m", "x"):
        assert (await ask("ticker", f"symbol=BTCUSDT&windowSize={text}", status=400))["code"] == -1100
    day = await ask("ticker/tradingDay", "symbol=BTCUSDT")
    assert day["openTime"] % DAY_MS == 0
    assert day["closeTime"] == day["openTime"] + DAY_MS - 1
    shifted = await ask("ticker/tradingDay", "symbol=BTCUSDT&timeZone=3:30")
    assert (shifted["openTime"] + 3 * HOUR_MS + 30 * MINUTE_MS) % DAY_MS == 0


@pytest.mark.conformance(Row.DEPTH, SPOT)
async def test_the_book_is_cut_to_the_limit(ask) -> None:
    book = await ask("depth", "symbol=BTCUSDT&limit=2")
    assert [len(book[side]) for side in ("bids", "asks")] == [2, 2]
    assert book["bids"][0] == ["64999.00000000", "1.00000000"]
    assert len((await ask("depth", "symbol=BTCUSDT"))["asks"]) == 3
    assert (await ask("depth", "symbol=BTCUSDT&limit=x", status=400))["code"] == -1100
    assert (await ask("depth", status=400))["code"] == -1102


@pytest.mark.conformance(Row.PUBLIC_TRADES, SPOT, approximate="only the newest thousand trades are remembered")
async def test_trades_are_listed_one_by_one_and_put_together(ask, raw) -> None:
    placed = (await raw.order(price="65100", quantity="2"))[1]
    ids = [fill["tradeId"] for fill in placed["fills"]]
    trades = (await ask("trades", "symbol=BTCUSDT"))[-2:]
    assert [trade["id"] for trade in trades] == ids
    assert [(trade["isBuyerMaker"], trade["isBestMatch"]) for trade in trades] == [(False, True)] * 2
    assert [trade["id"] for trade in await ask("historicalTrades", f"symbol=BTCUSDT&fromId={ids[0]}&limit=1")] == ids[
        :1
    ]
    sums = (await ask("aggTrades", "symbol=BTCUSDT"))[-2:]
    assert [(row["f"], row["l"], row["p"]) for row in sums] == [
        (ids[n], ids[n], placed["fills"][n]["price"]) for n in (0, 1)
    ]
    later = await ask("aggTrades", f"symbol=BTCUSDT&fromId={sums[1]['a']}")
    assert [row["a"] for row in later] == [sums[1]["a"]]
    in_time = await ask("aggTrades", f"symbol=BTCUSDT&startTime={sums[0]['T']}&endTime={sums[0]['T'] + HOUR_MS}")
    assert [row["a"] for row in in_time] == [row["a"] for row in sums]
    both = await ask("aggTrades", "symbol=BTCUSDT&fromId=1&startTime=1", status=400)
    assert both["code"] == -1128


@pytest.mark.conformance(Row.CANDLES, SPOT, approximate="what lies before the start of the simulation is invented")
@pytest.mark.parametrize(
    ("interval", "length"),
    [("1s", 1000), ("1m", MINUTE_MS), ("3m", 3 * MINUTE_MS), ("2h", 2 * HOUR_MS), ("1d", DAY_MS), ("1w", 7 * DAY_MS)],
)
async def test_candles_follow_each_other(ask, interval: str, length: int) -> None:
    candles = await ask("klines", f"symbol=BTCUSDT&interval={interval}&limit=20")
    assert len(candles) == 20
    assert all(later[0] - earlier[0] == length for earlier, later in pairwise(candles))
    for row in candles:
        assert len(row) == 12
        assert row[6] == row[0] + length - 1
        assert D(row[3]) <= min(D(row[1]), D(row[4])) <= max(D(row[1]), D(row[4])) <= D(row[2])
    within = f"symbol=BTCUSDT&interval={interval}&startTime={candles[3][0]}&endTime={candles[7][0]}"
    assert await ask("klines", within) == candles[3:8]
    assert await ask("uiKlines", within) == candles[3:8]


@pytest.mark.conformance(Row.CANDLES, SPOT)
async def test_candles_of_months_and_of_other_time_zones(ask) -> None:
    months = await ask("klines", "symbol=BTCUSDT&interval=1M&limit=3")
    assert all(27 * DAY_MS < later[0] - earlier[0] <= 31 * DAY_MS for earlier, later in pairwise(months))
    days = await ask("klines", "symbol=BTCUSDT&interval=1d&limit=2&timeZone=%2B8")
    assert [(row[0] + 8 * HOUR_MS) % DAY_MS for row in days] == [0, 0]
    for text, code in (
        ("interval=7m", -1120),
        ("", -1102),
        ("interval=1d&timeZone=15", -1130),
        ("interval=1d&timeZone=x", -1130),
    ):
        assert (await ask("klines", f"symbol=BTCUSDT&{text}", status=400))["code"] == code


@pytest.mark.conformance(Row.TICKERS, SPOT)
async def test_the_average_price_is_that_of_the_trades(ask, raw) -> None:
    await raw.order(price="65001", quantity="0.5")
    average = await ask("avgPrice", "symbol=BTCUSDT")
    assert average["mins"] == 5
    assert abs(D(average["price"]) - 65001) < 1  # The market has traded a little itself.


async def test_what_is_not_there_is_said_so(ask) -> None:
    assert (await ask("referencePrice", "symbol=BTCUSDT", status=400))["code"] == -2043
    assert await ask("executionRules", "symbol=BTCUSDT") == {"symbolRules": []}
    assert await ask("historicalBlockTrades", "symbol=BTCUSDT&fromId=1") == []
