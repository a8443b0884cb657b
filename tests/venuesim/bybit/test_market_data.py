"""Public data by request: listings, tickers, books, trades, candles and what is told of contracts."""

from decimal import Decimal

import pytest

from venuesim.bybit.listing import INSTRUMENTS
from venuesim.bybit.listing_linear import INSTRUMENTS_LINEAR
from venuesim_conformance import Row

SPOT, LINEAR = "bybit spot", "bybit linear"
BTC = {"category": "linear", "symbol": "BTCUSDT"}
HOUR_MS = 3_600_000


@pytest.fixture
async def still(venues) -> None:
    """Let the contract stand still, too, with the book of the pair."""
    await venues.freeze("BTC/USDT:USDT", "65000", levels=3, level_quantity="1", half_spread="1")


async def result(raw, path: str, **query: object) -> dict:
    answer = await raw.get(f"market/{path}", **query)
    assert (answer["retCode"], answer["retMsg"], answer["retExtInfo"]) == (0, "OK", {}), answer
    return answer["result"]


@pytest.mark.conformance(Row.SERVER_TIME, SPOT, LINEAR)
async def test_the_time_is_told_in_seconds_and_nanoseconds(timed) -> None:
    raw, _, clock = timed
    clock.advance(123)
    told = await result(raw, "time")
    assert told == {"timeSecond": "1750000000", "timeNano": "1750000000123000000"}


# The listing


@pytest.mark.conformance(Row.INSTRUMENTS, LINEAR)
async def test_a_contract_shows_its_figures_as_the_venue_writes_them(raw) -> None:
    shown = await result(raw, "instruments-info", **BTC)
    (btc,) = shown["list"]
    assert (btc["contractType"], btc["status"], btc["settleCoin"]) == ("LinearPerpetual", "Trading", "USDT")
    assert (btc["fundingInterval"], btc["priceScale"], btc["deliveryTime"]) == (480, "2", "0")
    assert btc["leverageFilter"] == {"minLeverage": "1", "maxLeverage": "150.00", "leverageStep": "0.01"}
    assert btc["priceFilter"] == {"minPrice": "0.10", "maxPrice": "1999999.80", "tickSize": "0.10"}
    assert btc["lotSizeFilter"] == {
        "maxOrderQty": "1190.000",
        "minOrderQty": "0.001",
        "qtyStep": "0.001",
        "postOnlyMaxOrderQty": "1190.000",
        "maxMktOrderQty": "119.000",
        "minNotionalValue": "5",
    }
    assert btc["riskParameters"] == {"priceLimitRatioX": "0.01", "priceLimitRatioY": "0.02"}
    assert (btc["isPreListing"], btc["preListingInfo"]) == (False, None)


@pytest.mark.conformance(Row.INSTRUMENTS, LINEAR)
async def test_contracts_are_listed_page_by_page(raw) -> None:
    seen: list[str] = []
    cursor = ""
    while True:
        page = await result(
            raw, "instruments-info", category="linear", limit=7, **({"cursor": cursor} if cursor else {})
        )
        seen += [row["symbol"] for row in page["list"]]
        cursor = page["nextPageCursor"]
        if not cursor:
            break
        assert cursor == f"first%3D{page['list'][0]['symbol']}%26last%3D{page['list'][-1]['symbol']}"
    assert seen == sorted(entry.venue_id for entry in INSTRUMENTS_LINEAR)


@pytest.mark.conformance(Row.INSTRUMENTS, SPOT)
async def test_pairs_are_listed_at_once_whatever_the_limit(raw) -> None:
    shown = await result(raw, "instruments-info", category="spot", limit=3)
    assert len(shown["list"]) == len(INSTRUMENTS)
    assert "nextPageCursor" not in shown


@pytest.mark.parametrize(
    ("category", "status"), [("linear", "PreLaunch"), ("spot", "Closed"), ("linear", "Delivering")]
)
async def test_there_is_nothing_in_another_state(raw, category: str, status: str) -> None:
    assert (await result(raw, "instruments-info", category=category, status=status))["list"] == []


async def test_contracts_are_filtered_by_base(raw) -> None:
    shown = await result(raw, "instruments-info", category="linear", baseCoin="ETH")
    assert [row["symbol"] for row in shown["list"]] == ["ETHUSDT"]


# Tickers and books


@pytest.mark.conformance(Row.TICKERS, LINEAR)
@pytest.mark.conformance(
    Row.MARK_AND_FUNDING_DATA, LINEAR, approximate="mark and index price are the middle of the market unless set"
)
async def test_a_contracts_ticker_has_mark_index_funding_and_open_interest(raw, venues, still) -> None:
    (ticker,) = (await result(raw, "tickers", **BTC))["list"]
    assert (ticker["lastPrice"], ticker["markPrice"], ticker["indexPrice"]) == ("65000.00",) * 3
    assert (ticker["bid1Price"], ticker["bid1Size"], ticker["ask1Price"]) == ("64999.00", "1.000", "65001.00")
    assert (ticker["fundingRate"], ticker["fundingIntervalHour"], ticker["fundingCap"]) == ("0.0001", "8", "0.005")
    market = venues.simulator.venues["bybit"].exchange.markets["BTC/USDT:USDT"]
    assert ticker["nextFundingTime"] == str(market.next_funding_ms)
    assert Decimal(ticker["openInterestValue"]) == Decimal(ticker["openInterest"]) * 65000
    assert (ticker["deliveryTime"], ticker["basisRate"]) == ("0", "")
    assert "usdIndexPrice" not in ticker


@pytest.mark.conformance(Row.TICKERS, SPOT)
async def test_tickers_of_a_category_are_all_shown(raw) -> None:
    for category, listed in (("spot", INSTRUMENTS), ("linear", INSTRUMENTS_LINEAR), ("inverse", [])):
        assert len((await result(raw, "tickers", category=category))["list"]) == len(listed)


@pytest.mark.conformance(Row.DEPTH, SPOT, LINEAR)
@pytest.mark.parametrize(("category", "bid"), [("spot", ["64999", "1"]), ("linear", ["64999.00", "1.000"])])
async def test_a_book_has_one_row_or_twenty_five_by_default_and_counts_its_changes(
    raw, venues, still, category: str, bid: list[str]
) -> None:
    await venues.control("POST", "market", {"symbol": "BTC/USDT:USDT", "levels": 40})
    await venues.control("POST", "market", {"symbol": "BTC/USDT", "levels": 40})
    first = await result(raw, "orderbook", category=category, symbol="BTCUSDT")
    assert (first["s"], first["b"][0], len(first["b"])) == ("BTCUSDT", bid, 25 if category == "linear" else 1)
    again = await result(raw, "orderbook", category=category, symbol="BTCUSDT", limit=1000)
    assert (again["u"], len(again["a"])) == (first["u"], 40)
    symbol = "BTC/USDT:USDT" if category == "linear" else "BTC/USDT"
    await venues.control("POST", "market", {"symbol": symbol, "price": "65100"})
    moved = await result(raw, "orderbook", category=category, symbol="BTCUSDT")
    assert (moved["u"], moved["seq"] > first["seq"], moved["cts"] <= moved["ts"]) == (first["u"] + 1, True, True)
    rpi = await result(raw, "rpi_orderbook", category=category, symbol="BTCUSDT", limit=2)
    assert [len(row) for row in rpi["b"]] == [3, 3]


@pytest.mark.conformance(Row.PUBLIC_TRADES, SPOT, LINEAR)
@pytest.mark.parametrize(("category", "size", "price"), [("spot", "0.25", "65001"), ("linear", "0.250", "65001.00")])
async def test_recent_trades_are_the_takers_newest_first(raw, still, category: str, size: str, price: str) -> None:
    for side in ("Sell", "Buy"):
        await raw.placed(
            category=category,
            side=side,
            orderType="Market",
            price=None,
            qty="0.25",
            **({"marketUnit": "baseCoin"} if category == "spot" else {}),
        )
    trades = (await result(raw, "recent-trade", category=category, symbol="BTCUSDT", limit=2))["list"]
    assert [trade["side"] for trade in trades] == ["Buy", "Sell"]
    assert (trades[0]["size"], trades[0]["price"], trades[0]["isBlockTrade"]) == (size, price, False)
    (execution, _) = (await raw.get("execution/list", category=category))["result"]["list"]
    assert execution["execId"] == trades[0]["execId"]


@pytest.mark.parametrize(("category", "count"), [("spot", 60), ("linear", 500)])
async def test_there_were_trades_before_the_simulator_started(raw, category: str, count: int) -> None:
    rows = (await result(raw, "recent-trade", category=category, symbol="ETHUSDT"))["list"]
    assert len(rows) == count
    times = [int(row["time"]) for row in rows]
    assert times == sorted(times, reverse=True)
    assert len({row["execId"] for row in rows}) == count


@pytest.mark.conformance(Row.FILTERS, SPOT, LINEAR, approximate="of the price limit the outer ratio alone is enforced")
async def test_the_price_limits_are_those_that_orders_meet(raw, still) -> None:
    linear = await result(raw, "price-limit", symbol="BTCUSDT")
    assert (linear["buyLmt"], linear["sellLmt"]) == ("66300.00", "63700.00")
    spot = await result(raw, "price-limit", category="spot", symbol="BTCUSDT")
    assert (spot["buyLmt"], spot["sellLmt"]) == ("66300", "63700")


# Candles


@pytest.mark.conformance(Row.CANDLES, SPOT, LINEAR)
@pytest.mark.parametrize("category", ["spot", "linear"])
async def test_candles_come_newest_first_within_their_bounds(raw, category: str) -> None:
    now_ms = raw.clock.now_ms()
    query = {"category": category, "symbol": "BTCUSDT", "interval": "60"}
    hours = (await result(raw, "kline", **query, start=now_ms - 5 * HOUR_MS, end=now_ms, limit=3))["list"]
    opens = [int(row[0]) for row in hours]
    assert opens == [now_ms // HOUR_MS * HOUR_MS - number * HOUR_MS for number in range(3)]
    assert all(len(row) == 7 and all(isinstance(cell, str) for cell in row) for row in hours)
    for _, opened, high, low, close, volume, turnover in hours[1:]:
        assert Decimal(low) <= min(Decimal(opened), Decimal(close)) <= Decimal(high)
        assert Decimal(turnover) > Decimal(volume)
    assert len((await result(raw, "kline", **query))["list"]) == 200
    assert len((await result(raw, "kline", **query, limit=1000))["list"]) == 1000


@pytest.mark.conformance(
    Row.CANDLES, LINEAR, approximate="mark and index price have the candles of the trades, the premium index is zero"
)
async def test_contracts_have_candles_of_mark_index_and_premium(raw) -> None:
    traded = (await result(raw, "kline", **BTC, interval="D", limit=2))["list"]
    for path in ("mark-price-kline", "index-price-kline"):
        assert (await result(raw, path, **BTC, interval="D", limit=2))["list"][1] == traded[1][:5]
    assert (await result(raw, "premium-index-price-kline", **BTC, interval="D", limit=1))["list"][0][1:] == ["0"] * 4


# Contracts


async def test_funding_rates_are_those_of_past_intervals(timed) -> None:
    raw, sim, clock = timed
    exchange = sim.simulator.venues["bybit"].exchange
    market = exchange.markets["BTC/USDT:USDT"]
    market.funding_rate = Decimal("-0.0003")
    paid_ms = market.next_funding_ms
    clock.advance(paid_ms - clock.now_ms())
    exchange.pass_time()
    rows = (await result(raw, "funding/history", **BTC))["list"]
    assert len(rows) == 200
    assert rows[0] == {"symbol": "BTCUSDT", "fundingRate": "-0.0003", "fundingRateTimestamp": str(paid_ms)}
    assert int(rows[1]["fundingRateTimestamp"]) == paid_ms - 8 * HOUR_MS
    assert rows == (await result(raw, "funding/history", **BTC))["list"]
    some = (await result(raw, "funding/history", **BTC, endTime=paid_ms - 1, limit=2))["list"]
    assert some == rows[1:3]
    assert (await raw.get("market/funding/history", **BTC, startTime=1))["retCode"] == 10001


@pytest.mark.parametrize("path", ["open-interest", "account-ratio"])
async def test_past_figures_are_the_same_whenever_asked(raw, path: str) -> None:
    name = "intervalTime" if path == "open-interest" else "period"
    rows = (await result(raw, path, **BTC, **{name: "1h"}, limit=5))["list"]
    assert [int(row["timestamp"]) % HOUR_MS for row in rows] == [0] * 5
    assert rows[1:] == (await result(raw, path, **BTC, **{name: "1h"}, limit=5))["list"][1:]
    if path == "account-ratio":
        assert all(Decimal(row["buyRatio"]) + Decimal(row["sellRatio"]) == 1 for row in rows)


async def test_risk_limits_are_shown_for_one_contract_or_fifteen_at_a_time(raw) -> None:
    rows = (await result(raw, "risk-limit", **BTC))["list"]
    assert rows[0] == {
        "id": 1,
        "symbol": "BTCUSDT",
        "riskLimitValue": "300000",
        "maintenanceMargin": "0.0033",
        "initialMargin": "0.0067",
        "isLowestRisk": 1,
        "maxLeverage": "150.00",
        "mmDeduction": "0",
    }
    first = await result(raw, "risk-limit", category="linear")
    second = await result(raw, "risk-limit", category="linear", cursor=first["nextPageCursor"])
    symbols = [{row["symbol"] for row in page["list"]} for page in (first, second)]
    assert [len(names) for names in symbols] == [15, 15]
    assert (symbols[0] & symbols[1], second["nextPageCursor"]) == (set(), "")


async def test_the_insurance_pool_is_full_and_nobody_is_deleveraged(raw) -> None:
    (pool,) = (await result(raw, "insurance", coin="USDT"))["list"]
    assert Decimal(pool["balance"]) > 0
    (alert,) = (await result(raw, "adlAlert", symbol="BTCUSDT"))["list"]
    assert (alert["coin"], alert["pnlRatio"]) == ("USDT", "0")


@pytest.mark.conformance(Row.ERRORS, SPOT, LINEAR)
@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("kline", {"symbol": "BTCUSDT", "interval": "7"}),
        ("kline", {"symbol": "NOPEUSDT", "interval": "1"}),
        ("kline", {"category": "linear", "interval": "1"}),
        ("mark-price-kline", {"category": "spot", "symbol": "BTCUSDT", "interval": "1"}),
        ("instruments-info", {}),
        ("instruments-info", {"category": "futures"}),
        ("instruments-info", {"category": "linear", "status": "Sleeping"}),
        ("instruments-info", {"category": "linear", "cursor": "next"}),
        ("orderbook", {"category": "linear", "symbol": "BTC-USDT"}),
        ("recent-trade", {"category": "linear"}),
        ("funding/history", {"category": "spot", "symbol": "BTCUSDT"}),
        ("open-interest", {**BTC, "intervalTime": "2h"}),
        ("account-ratio", BTC),
        ("risk-limit", {"category": "linear", "symbol": "NOPE"}),
    ],
)
async def test_nonsense_is_a_parameter_error(raw, path: str, query: dict) -> None:
    answer = await raw.get(f"market/{path}", **query)
    assert (answer["retCode"], answer["result"]) == (10001, {})


async def test_of_options_and_dated_futures_there_are_none(raw) -> None:
    for path in ("historical-volatility", "delivery-price", "new-delivery-price"):
        assert (await result(raw, path, category="option"))["list"] == []


@pytest.mark.parametrize(
    ("path", "category", "message"),
    [
        ("kline", "option2", "params error: Category is invalid"),
        ("tickers", "", "params error: Category is invalid"),
        ("funding/history", "futures", "Illegal category"),
        ("instruments-info", "", "Illegal category"),
    ],
)
async def test_a_wrong_category_is_refused_in_the_words_of_the_endpoint(
    raw, path: str, category: str, message: str
) -> None:
    answer = await raw.get(f"market/{path}", category=category, symbol="BTCUSDT", interval="1")
    assert (answer["retCode"], answer["retMsg"]) == (10001, message)


@pytest.mark.parametrize(
    ("contract", "pair", "multiplier"),
    [
        ("BTCUSDT", "BTCUSDT", "1"),
        ("1000PEPEUSDT", "PEPEUSDT", "1000"),
        ("SHIB1000USDT", "SHIBUSDT", "1000"),
    ],
)
async def test_an_index_follows_one_pair(raw, contract: str, pair: str, multiplier: str) -> None:
    answer = await raw.get("market/index-price-components", indexName=contract)
    assert (answer["retCode"], answer["retMsg"]) == (0, "")
    index = answer["result"]
    assert list(index) == ["indexName", "lastPrice", "updateTime", "components"]
    (component,) = index["components"]
    price = index["lastPrice"]
    assert component == {
        "exchange": "Bybit",
        "spotPair": pair,
        "equivalentPrice": price,
        "multiplier": multiplier,
        "price": price,
        "weight": "1",
    }


async def test_the_fees_of_professionals_are_told_by_group(raw) -> None:
    (group,) = (await result(raw, "fee-group-info", productType="contract"))["list"]
    assert (group["groupName"], group["weightingFactor"], group["symbolsNumbers"]) == ("G1(Major Coins)", 1, 4)
    assert set(group["symbols"]) == {"BTCUSDT", "ETHUSDT", "SOLUSDT", "XRPUSDT"}
    first, last = group["feeRates"]["pro"][0], group["feeRates"]["marketMaker"][-1]
    assert first == {"level": "Pro 1", "takerFeeRate": "0.00028", "makerFeeRate": "0.0001", "makerRebate": ""}
    assert last == {"level": "MM 3", "takerFeeRate": "", "makerFeeRate": "", "makerRebate": "-0.000025"}
    assert (await result(raw, "fee-group-info", productType="contract", groupId="2"))["list"] == []


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("index-price-components", {}),
        ("index-price-components", {"indexName": "NOPE"}),
        ("fee-group-info", {}),
        ("fee-group-info", {"productType": "spot"}),
        ("fee-group-info", {"productType": "contract", "groupId": "9"}),
    ],
)
async def test_indices_and_groups_that_do_not_exist_are_refused(raw, path: str, query: dict[str, str]) -> None:
    assert (await raw.get(f"market/{path}", **query))["retCode"] == 10001
