"""Public data by REST: the listing, the book, trades, candles, prices, funding."""

from itertools import pairwise

import pytest

from venuesim_conformance import Row
from venuesim_futures import RawFutures

COLUMN = "binance linear"
FAPI = "/fapi/v1/"


@pytest.mark.conformance(Row.SERVER_TIME, COLUMN)
async def test_ping_and_time_answer_anybody(raw: RawFutures) -> None:
    raw.api_key = None
    assert await raw.public(FAPI + "ping") == {}
    now_ms = (await raw.public(FAPI + "time"))["serverTime"]
    assert abs(now_ms - raw.clock.now_ms()) < 5000


@pytest.mark.conformance(
    Row.INSTRUMENTS, COLUMN, approximate="figures of smaller contracts were not checked against a recording"
)
async def test_the_listing_has_every_filter_and_the_limits(raw: RawFutures) -> None:
    info = await raw.public(FAPI + "exchangeInfo")
    assert info["rateLimits"] == [
        {"rateLimitType": "REQUEST_WEIGHT", "interval": "MINUTE", "intervalNum": 1, "limit": 2400},
        {"rateLimitType": "ORDERS", "interval": "MINUTE", "intervalNum": 1, "limit": 1200},
        {"rateLimitType": "ORDERS", "interval": "SECOND", "intervalNum": 10, "limit": 300},
    ]
    symbols = {symbol["symbol"]: symbol for symbol in info["symbols"]}
    assert len(symbols) >= 20
    bitcoin = symbols["BTCUSDT"]
    assert (bitcoin["contractType"], bitcoin["marginAsset"], bitcoin["status"]) == ("PERPETUAL", "USDT", "TRADING")
    assert (bitcoin["pricePrecision"], bitcoin["quantityPrecision"], bitcoin["triggerProtect"]) == (2, 3, "0.0500")
    filters = {entry.pop("filterType"): entry for entry in bitcoin["filters"]}
    assert filters["PRICE_FILTER"] == {"minPrice": "556.8", "maxPrice": "4529764", "tickSize": "0.10"}
    assert filters["LOT_SIZE"] == {"minQty": "0.001", "maxQty": "1000", "stepSize": "0.001"}
    assert filters["MARKET_LOT_SIZE"]["maxQty"] == "120"
    assert filters["MAX_NUM_ORDERS"] == {"limit": 200}
    assert filters["MAX_NUM_ALGO_ORDERS"] == {"limit": 10}
    assert filters["MIN_NOTIONAL"] == {"notional": "100"}
    assert filters["PERCENT_PRICE"] == {"multiplierUp": "1.0500", "multiplierDown": "0.9500", "multiplierDecimal": "4"}


async def test_the_book_has_the_levels_that_it_is_shown_with(raw: RawFutures) -> None:
    book = await raw.public(FAPI + "depth", symbol="BTCUSDT", limit=5)
    assert (book["bids"][0], book["asks"][0], len(book["bids"])) == (["64999.00", "1.000"], ["65001.00", "1.000"], 3)
    assert set(book) == {"lastUpdateId", "E", "T", "bids", "asks"}
    status, body = await raw.send("GET", FAPI + "depth", "symbol=BTCUSDT&limit=7")
    assert (status, body["code"]) == (400, -4021)


async def test_trades_are_listed_alone_and_aggregated(raw: RawFutures) -> None:
    await raw.trade("BUY", "1.5")
    *_, first, second = await raw.public(FAPI + "trades", symbol="BTCUSDT")
    assert (first["qty"], first["isBuyerMaker"], second["price"]) == ("1.000", False, "65007.50")
    older = await raw.public(FAPI + "historicalTrades", symbol="BTCUSDT", fromId=first["id"])
    assert [trade["id"] for trade in older] == [first["id"], second["id"]]
    *_, last = await raw.public(FAPI + "aggTrades", symbol="BTCUSDT")
    assert (last["p"], last["q"], last["f"], last["l"]) == ("65007.50", "0.500", second["id"], second["id"])


@pytest.mark.parametrize(
    ("name", "key", "extra"),
    [
        ("klines", "symbol", {}),
        ("continuousKlines", "pair", {"contractType": "PERPETUAL"}),
        ("indexPriceKlines", "pair", {}),
        ("markPriceKlines", "symbol", {}),
        ("premiumIndexKlines", "symbol", {}),
    ],
)
@pytest.mark.parametrize("interval", ["1m", "4h", "1d", "1w", "1M"])
async def test_candles_of_all_kinds_and_intervals(
    raw: RawFutures, name: str, key: str, extra: dict[str, str], interval: str
) -> None:
    rows = await raw.public(FAPI + name, **{key: "BTCUSDT"}, interval=interval, limit=3, **extra)
    assert (len(rows), {len(row) for row in rows}) == (3, {12})
    for row, following in pairwise(rows):
        assert row[6] + 1 == following[0]
        if name != "premiumIndexKlines":
            assert float(row[3]) <= float(row[1]) <= float(row[2])


async def test_candles_refuse_what_they_do_not_know(raw: RawFutures) -> None:
    for text, code in (
        ("symbol=BTCUSDT&interval=7m", -1120),
        ("symbol=BTCUSDT", -1102),
        ("symbol=NOSUCH&interval=1m", -1121),
        ("interval=1m", -1102),
    ):
        status, body = await raw.send("GET", FAPI + "klines", text)
        assert (status, body["code"]) == (400, code)
    text = "pair=BTCUSDT&interval=1m&contractType=CURRENT_QUARTER"
    assert (await raw.send("GET", FAPI + "continuousKlines", text))[1]["code"] == -4104
    assert (await raw.send("GET", FAPI + "indexPriceKlines", "pair=NOSUCH&interval=1m"))[1]["code"] == -4144


async def test_tickers_are_of_one_contract_or_of_all(raw: RawFutures) -> None:
    for name in ("ticker/24hr", "ticker/price", "ticker/bookTicker", "premiumIndex"):
        one = await raw.public(FAPI + name, symbol="BTCUSDT")
        everything = await raw.public(FAPI + name)
        assert one["symbol"] == "BTCUSDT"
        assert set(one) == set(everything[0])
        assert len(everything) > 20
    assert (await raw.public("/fapi/v2/ticker/price", symbol="BTCUSDT"))["price"] == "65000.00"


@pytest.mark.conformance(
    Row.MARK_AND_FUNDING_DATA, COLUMN, approximate="mark and index price are the middle of the book unless set by hand"
)
async def test_mark_price_index_and_funding_are_shown(raw: RawFutures) -> None:
    shown = await raw.public(FAPI + "premiumIndex", symbol="BTCUSDT")
    assert (shown["markPrice"], shown["indexPrice"], shown["lastFundingRate"]) == (
        "65000.00000000", "65000.00000000", "0.00010000",
    )  # fmt: skip
    assert shown["nextFundingTime"] > shown["time"]
    assert await raw.public(FAPI + "fundingRate", symbol="BTCUSDT") == []
    (info,) = await raw.public(FAPI + "fundingInfo")
    assert (info["symbol"], info["fundingIntervalHours"]) == ("HYPEUSDT", 4)


async def test_open_interest_counts_what_accounts_hold(raw: RawFutures) -> None:
    before = float((await raw.public(FAPI + "openInterest", symbol="BTCUSDT"))["openInterest"])
    await raw.trade("BUY", "1.5")
    after = float((await raw.public(FAPI + "openInterest", symbol="BTCUSDT"))["openInterest"])
    assert after - before == pytest.approx(1.5 + 1.5 * 0.02, abs=0.002)


@pytest.mark.parametrize(
    "path",
    [
        "/fapi/v1/constituents?symbol=BTCUSDT", "/fapi/v1/indexInfo", "/fapi/v1/assetIndex",
        "/fapi/v1/assetIndex?symbol=BTCUSD", "/fapi/v1/symbolAdlRisk", "/fapi/v1/insuranceBalance",
        "/fapi/v1/rpiDepth?symbol=BTCUSDT", "/futures/data/openInterestHist?symbol=BTCUSDT&period=5m",
        "/futures/data/topLongShortPositionRatio?symbol=BTCUSDT&period=5m",
        "/futures/data/topLongShortAccountRatio?symbol=BTCUSDT&period=5m",
        "/futures/data/globalLongShortAccountRatio?symbol=BTCUSDT&period=5m",
        "/futures/data/takerlongshortRatio?symbol=BTCUSDT&period=1d",
        "/futures/data/basis?pair=BTCUSDT&contractType=PERPETUAL&period=1h",
        "/futures/data/delivery-price?pair=BTCUSDT",
    ],
)  # fmt: skip
async def test_what_is_asked_now_and_then_is_answered(raw: RawFutures, path: str) -> None:
    target, _, query = path.partition("?")
    status, _ = await raw.send("GET", target, query)
    assert status == 200
