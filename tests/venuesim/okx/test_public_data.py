"""Public data over REST: listings, tickers, books, trades, and the figures of swaps."""

from itertools import pairwise

import pytest

SWAP = "BTC-USDT-SWAP"
HOUR_MS = 3_600_000


async def data(raw, path: str, **query: object) -> list:
    status, body = await raw.get(path, **query)
    assert (status, body["code"]) == (200, "0"), body
    return body["data"]


@pytest.mark.conformance("Instrument listing", "okx spot")
@pytest.mark.conformance("Instrument listing", "okx swap")
async def test_each_type_lists_its_own_instruments(raw) -> None:
    pairs = await data(raw, "public/instruments", instType="SPOT")
    swaps = await data(raw, "public/instruments", instType="SWAP")
    assert min(len(pairs), len(swaps)) >= 20
    assert {row["instType"] for row in pairs} == {"SPOT"}
    assert all(row["instId"].endswith("-USDT-SWAP") for row in swaps)
    codes = [row["instIdCode"] for row in pairs + swaps]
    assert len(set(codes)) == len(codes)
    assert await data(raw, "public/instruments", instType="FUTURES") == []
    assert await data(raw, "public/instruments", instType="OPTION", uly="BTC-USD") == []


async def test_a_swap_shows_its_contract(raw) -> None:
    (row,) = await data(raw, "public/instruments", instType="SWAP", instId=SWAP)
    shown = {name: row[name] for name in ("ctVal", "ctMult", "ctType", "ctValCcy", "settleCcy", "uly", "instFamily")}
    assert shown == {
        "ctVal": "0.01", "ctMult": "1", "ctType": "linear", "ctValCcy": "BTC", "settleCcy": "USDT", "uly": "BTC-USDT",
        "instFamily": "BTC-USDT",
    }  # fmt: skip
    assert (row["lotSz"], row["minSz"], row["tickSz"], row["lever"]) == ("0.01", "0.01", "0.1", "100")
    assert (row["maxLmtSz"], row["maxMktSz"], row["baseCcy"], row["state"]) == ("100000000", "35000", "", "live")
    assert [row["instId"] for row in await data(raw, "public/instruments", instType="SWAP", instFamily="ETH-USDT")] == [
        "ETH-USDT-SWAP"
    ]


async def test_an_option_listing_must_name_its_family(raw) -> None:
    status, body = await raw.get("public/instruments", instType="OPTION")
    assert (status, body["code"]) == (400, "50015")
    status, body = await raw.get("public/instruments", instType="SPOT", instId=SWAP)
    assert (status, body["code"]) == (200, "51001")


@pytest.mark.conformance("Tickers", "okx spot", approximate="the first day's figures stay in the 24 hours")
@pytest.mark.conformance("Tickers", "okx swap", approximate="the first day's figures stay in the 24 hours")
async def test_a_swaps_ticker_counts_contracts_and_a_pairs_base(raw) -> None:
    (pair,) = await data(raw, "market/ticker", instId="BTC-USDT")
    (swap,) = await data(raw, "market/ticker", instId=SWAP)
    assert float(swap["vol24h"]) == pytest.approx(float(swap["volCcy24h"]) * 100)
    assert float(pair["volCcy24h"]) == pytest.approx(float(pair["vol24h"]) * float(pair["open24h"]), rel=0.2)
    assert (pair["instType"], swap["instType"]) == ("SPOT", "SWAP")
    assert [row["instId"] for row in await data(raw, "market/tickers", instType="SWAP", instFamily="BTC-USDT")] == [
        SWAP
    ]


@pytest.mark.conformance("Depth snapshots and updates", "okx swap")
async def test_a_swaps_book_counts_contracts(raw, venues) -> None:
    await venues.freeze("BTC/USDT:USDT", "65000", levels=3, level_quantity="1", half_spread="1")
    (book,) = await data(raw, "market/books", instId=SWAP, sz=2)
    assert book["asks"] == [["65001", "100", "0", "1"], ["65007.5", "100", "0", "1"]]
    (whole,) = await data(raw, "market/books-full", instId=SWAP, sz=10)
    assert (len(whole["bids"]), whole["bids"][0]) == (3, ["64999", "100", "1"])
    assert len((await data(raw, "market/books", instId=SWAP))[0]["bids"]) == 1


@pytest.mark.conformance("Trades", "okx spot", approximate="the newest 1,500 are kept")
@pytest.mark.conformance("Trades", "okx swap", approximate="the newest 1,500 are kept")
async def test_trades_are_paged_by_number_and_by_time(timed) -> None:
    raw, sim, clock = timed
    await sim.freeze("BTC/USDT:USDT", "65000", levels=3, level_quantity="1", half_spread="1")
    start = clock.now_ms()
    for price in ("65100", "65200", "65300"):
        clock.advance(1000)
        await sim.control("POST", "market", {"symbol": "BTC/USDT:USDT", "price": price})
    newest = await data(raw, "market/trades", instId=SWAP, limit=2)
    assert [row["px"] for row in newest] == ["65300", "65200"]
    older = await data(raw, "market/history-trades", instId=SWAP, after=newest[1]["tradeId"], limit=1)
    assert older[0]["px"] == "65100"
    newer = await data(raw, "market/history-trades", instId=SWAP, before=older[0]["tradeId"])
    assert [row["px"] for row in newer] == ["65300", "65200"]
    by_time = await data(raw, "market/history-trades", instId=SWAP, type=2, after=start + 2001)
    assert by_time[0]["px"] == "65200"
    _, body = await raw.get("market/history-trades", instId=SWAP, type=2, before=start)
    assert body["code"] == "50039"


async def test_there_were_trades_before_the_start_that_agree_with_the_candles(timed) -> None:
    raw, sim, _ = timed
    rows = await data(raw, "market/trades", instId="ETH-USDT", limit=500)
    assert len(rows) == 500
    assert all(int(newer["tradeId"]) == int(older["tradeId"]) + 1 for newer, older in pairwise(rows))
    second = await data(raw, "market/history-candles", instId="ETH-USDT", bar="1s", limit=2)
    assert rows[0]["px"] == second[1][4]
    await sim.control("POST", "market", {"symbol": "ETH/USDT", "price": "3000"})
    newest = await data(raw, "market/trades", instId="ETH-USDT", limit=2)
    assert (newest[0]["px"], newest[1]) == ("3000", rows[0])
    assert int(newest[0]["tradeId"]) == int(rows[0]["tradeId"]) + 1


async def test_the_running_funding_ends_with_its_interval(timed) -> None:
    raw, _, clock = timed
    (rate,) = await data(raw, "public/funding-rate", instId=SWAP)
    due = clock.now_ms() // (8 * HOUR_MS) * 8 * HOUR_MS + 8 * HOUR_MS
    assert (int(rate["fundingTime"]), int(rate["nextFundingTime"])) == (due, due + 8 * HOUR_MS)
    assert (rate["fundingRate"], rate["method"], rate["settState"]) == ("0.0001", "current_period", "settled")
    assert len(await data(raw, "public/funding-rate", instId="ANY")) >= 20
    status, body = await raw.get("public/funding-rate", instId="BTC-USDT")
    assert (status, body["code"]) == (400, "51000")


async def test_past_funding_is_the_same_whenever_one_asks(timed) -> None:
    raw, _, clock = timed
    first = await data(raw, "public/funding-rate-history", instId=SWAP, limit=100)
    assert [int(a["fundingTime"]) - int(b["fundingTime"]) for a, b in pairwise(first)] == ([8 * HOUR_MS] * 99)
    assert all(abs(float(row["realizedRate"])) <= 0.001 for row in first)
    clock.advance(HOUR_MS)
    assert await data(raw, "public/funding-rate-history", instId=SWAP, limit=100) == first
    page = await data(raw, "public/funding-rate-history", instId=SWAP, after=first[1]["fundingTime"], limit=2)
    assert page == first[2:4]


async def test_mark_and_index_follow_what_is_set_by_hand(raw, venues) -> None:
    await venues.freeze("BTC/USDT:USDT", "65000")
    market = venues.simulator.venues["okx"].exchange.markets["BTC/USDT:USDT"]
    market.mark_price, market.index_price = market.mid + 100, market.mid - 100
    assert (await data(raw, "public/mark-price", instType="SWAP", instId=SWAP))[0]["markPx"] == "65100"
    assert (await data(raw, "public/mark-price", instId=SWAP))[0]["markPx"] == "65100"
    assert (await data(raw, "market/index-tickers", instId="BTC-USDT"))[0]["idxPx"] == "64900"
    assert (await data(raw, "public/mark-price", instType="MARGIN", instId="BTC-USDT"))[0]["instType"] == "MARGIN"
    assert len(await data(raw, "market/index-tickers", quoteCcy="USDT")) >= 20


async def test_price_limits_open_interest_and_tiers_are_shown(raw, venues) -> None:
    await venues.freeze("BTC/USDT:USDT", "65000")
    (limit,) = await data(raw, "public/price-limit", instId=SWAP)
    assert (limit["buyLmt"], limit["sellLmt"], limit["enabled"]) == ("66300", "63700", True)
    (interest,) = await data(raw, "public/open-interest", instType="SWAP", instId=SWAP)
    assert float(interest["oi"]) == pytest.approx(float(interest["oiCcy"]) * 100)
    tiers = await data(raw, "public/position-tiers", instType="SWAP", tdMode="cross", instFamily="BTC-USDT")
    assert (tiers[0]["minSz"], tiers[0]["maxSz"], tiers[0]["maxLever"], tiers[0]["mmr"]) == (
        "0",
        "1000",
        "100",
        "0.004",
    )
    assert tiers[1]["minSz"] == "1001"
    status, body = await raw.get("public/position-tiers", instType="SWAP", instFamily="BTC-USDT")
    assert (status, body["code"], body["msg"]) == (400, "50014", "Parameter tdMode can not be empty.")


@pytest.mark.conformance("Server time", "okx spot")
@pytest.mark.conformance("Server time", "okx swap")
async def test_the_venue_tells_its_time_in_milliseconds(timed) -> None:
    raw, _, clock = timed
    assert await data(raw, "public/time") == [{"ts": str(clock.now_ms())}]
    assert await data(raw, "system/status") == []


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "users/subaccount/list", 200, "50030"),
        ("POST", "asset/withdrawal", 200, "50030"),
        ("GET", "tradingBot/grid/orders-algo-pending", 200, "50030"),
        ("GET", "rubik/stat/taker-volume", 200, "50062"),
        ("POST", "market/ticker", 405, "50115"),
        ("GET", "trade/gossip", 404, "404"),
    ],
)
@pytest.mark.conformance("Error codes and HTTP statuses", "okx spot")
@pytest.mark.conformance("Error codes and HTTP statuses", "okx swap")
async def test_what_is_not_served_is_refused(raw, method: str, path: str, status: int, code: str) -> None:
    body = "{}" if method == "POST" else ""
    found, answer = await raw.send(method, f"/api/v5/{path}", body)
    assert (found, answer["code"]) == (status, code)


@pytest.mark.conformance("Rate limits: windows, weights, headers", "okx spot")
@pytest.mark.conformance("Rate limits: windows, weights, headers", "okx swap")
async def test_some_limits_count_each_instrument_or_type_for_itself(timed) -> None:
    raw, _, clock = timed
    statuses = [(await raw.get("public/funding-rate", instId=SWAP))[0] for _ in range(11)]
    assert statuses == [200] * 10 + [429]
    assert (await raw.get("public/funding-rate", instId="ETH-USDT-SWAP"))[0] == 200
    statuses = [(await raw.get("public/instruments", instType="SPOT"))[0] for _ in range(21)]
    assert statuses == [200] * 20 + [429]
    assert (await raw.get("public/instruments", instType="SWAP"))[0] == 200
    clock.advance(2000)
    assert (await raw.get("public/funding-rate", instId=SWAP))[0] == 200
    assert [(await raw.get("system/status"))[0] for _ in range(2)] == [200, 429]
