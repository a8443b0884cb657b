"""The control API: accounts, markets, faults, limits and the ledger."""

from decimal import Decimal

import pytest

from venuesim.exchange.orders import OrderRequest
from venuesim.exchange.vocabulary import OrderStatus, OrderType, Side

D = Decimal


@pytest.fixture
async def binance(start_venues):
    async with start_venues(venues=["binance"], walking=False) as venues:
        await venues.freeze("BTC/USDT", "65000")
        yield venues


def place(venues, quantity: str = "0.1", price: str = "64000", client_order_id: str = "one"):
    exchange = venues.simulator.venues["binance"].exchanges[0]
    request = OrderRequest(
        instrument=exchange.markets["BTC/USDT"].instrument,
        side=Side.BUY,
        order_type=OrderType.LIMIT,
        client_order_id=client_order_id,
        price=D(price),
        quantity=D(quantity),
    )
    account = exchange.accounts["k" * 64]
    exchange.records.arrived(account, client_order_id)
    return exchange.place(account, request)


async def test_an_account_is_created_at_every_venue_or_at_one(binance) -> None:
    body = {"api_key": "new", "secret": "s", "balances": {"USDT": "12.5"}, "permissions": ["read"]}
    assert (await binance.control("POST", "accounts", body))["exchanges"] == ["binance"]
    account = binance.simulator.venues["binance"].exchanges[0].accounts["new"]
    assert account.balances["USDT"].free == D("12.5")
    assert account.permissions == {"read"}
    await binance.control("POST", "accounts", {**body, "exchange": "binance", "permissions": ["read", "trade"]})
    assert account.permissions == {"read", "trade"}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("accounts", {"api_key": "a"}),
        ("accounts", {"api_key": "a", "secret": "s", "balances": {"USDT": "-1"}}),
        ("accounts", {"api_key": "a", "secret": "s", "balances": {"USDT": "1e5"}}),
        ("accounts", {"api_key": "a", "secret": "s", "exchange": "nowhere"}),
        ("accounts", {"api_key": "a", "secret": "s", "colour": "red"}),
        ("market", {"symbol": "BTC/GBP", "price": "1"}),
        ("market", {"symbol": "BTC/USDT", "price": "0"}),
        ("market", {"symbol": "BTC/USDT", "price": "65000.001"}),
        ("market", {"symbol": "BTC/USDT", "price": 65000}),
        ("faults", {"kind": "earthquake"}),
        ("faults", {"kind": "delay", "match": {"probability": 2}}),
        ("limits", {"scale": 0}),
    ],
)
async def test_nonsense_is_refused_with_a_sentence(binance, path: str, body: dict) -> None:
    answer = await binance.control("POST", path, body, expect=400)
    assert len(answer["error"]) > 5


async def test_unknown_calls_are_not_found(binance) -> None:
    assert "error" in await binance.control("GET", "weather", expect=404)


async def test_moving_the_market_fills_what_it_crosses_and_quotes_around_the_price(binance) -> None:
    order = place(binance)
    answer = await binance.control("POST", "market", {"symbol": "BTC/USDT", "price": "63000"})
    row = answer["markets"][0]
    assert order.status is OrderStatus.FILLED
    assert (row["price"], row["frozen"]) == ("63000", True)
    assert D(row["bid"]) < 63000 < D(row["ask"])
    listed = await binance.control("GET", "market?symbol=BTC/USDT")
    assert listed["markets"] == [row]


async def test_the_ladder_can_be_shaped(binance) -> None:
    await binance.freeze("BTC/USDT", "65000", levels=2, level_quantity="0.5", half_spread="10")
    book = binance.simulator.venues["binance"].exchanges[0].markets["BTC/USDT"].book
    assert book.bids.levels(9) == [(D("64990.00"), D("0.5")), (D("64983.50"), D("0.5"))]
    assert book.asks.levels(9) == [(D("65010.00"), D("0.5")), (D("65016.50"), D("0.5"))]


async def test_faults_are_listed_with_how_often_they_fired_and_cleared(binance) -> None:
    await binance.fault("rate_limit", endpoint="ticker", count=3)
    async with binance.session.get(binance.url("binance", "rest") + "/api/v3/ticker/price") as response:
        assert response.status == 429
    faults = (await binance.control("GET", "faults"))["faults"]
    assert [(fault["kind"], fault["fired"]) for fault in faults] == [("rate_limit", 1)]
    assert len((await binance.control("DELETE", "faults", {"exchange": "binance"}))["faults"]) == 1  # It is for all.
    assert (await binance.control("DELETE", "faults"))["faults"] == []


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff\xfe", b"[" * 100_000, b'{"kind": null}'])
async def test_broken_bodies_are_refused(binance, body: bytes) -> None:
    url = f"{binance.simulator.urls['control']}/_sim/faults"
    async with binance.session.post(url, data=body) as response:
        assert response.status == 400
        assert "error" in await response.json()


async def test_limits_are_scaled(binance) -> None:
    await binance.control("POST", "limits", {"exchange": "binance", "scale": 10})
    async with binance.session.get(binance.url("binance", "rest") + "/api/v3/exchangeInfo") as response:
        limits = {
            (row["rateLimitType"], row["interval"]): row["limit"] for row in (await response.json())["rateLimits"]
        }
    wanted = {("REQUEST_WEIGHT", "MINUTE"): 60000, ("ORDERS", "SECOND"): 1000, ("ORDERS", "DAY"): 2000000}
    assert limits.items() >= wanted.items()


async def test_the_ledger_tells_orders_executions_balances_and_arrivals(binance) -> None:
    place(binance)
    await binance.control("POST", "market", {"symbol": "BTC/USDT", "price": "63000"})
    exchange = binance.simulator.venues["binance"].exchanges[0]
    exchange.records.arrived(exchange.accounts["k" * 64], "one")
    ledger = await binance.control("GET", "ledger?exchange=binance")
    (order,), (execution,) = ledger["orders"], ledger["executions"]
    assert order | {"created_at": "", "updated_at": ""} == {
        "exchange": "binance",
        "wallet": "spot",
        "api_key": "k" * 64,
        "exchange_order_id": "28000000001",
        "client_order_id": "one",
        "arrivals": 2,
        "symbol": "BTC/USDT",
        "side": "buy",
        "order_type": "limit",
        "time_in_force": "gtc",
        "post_only": False,
        "reduce_only": False,
        "position_side": "net",
        "trigger_price": None,
        "origin": "user",
        "price": "64000",
        "quantity": "0.1",
        "quote_quantity": None,
        "filled_quantity": "0.1",
        "filled_quote": "6400.0",
        "status": "filled",
        "end_reason": "none",
        "created_at": "",
        "updated_at": "",
    }
    assert (execution["fee"], execution["fee_asset"], execution["liquidity"]) == ("0.00010000", "BTC", "maker")
    assert order["created_at"].endswith("000+00:00")
    balances = {row["asset"]: D(row["total"]) for row in ledger["balances"]}
    assert balances == {"USDT": D("993600"), "BTC": D("10.0999"), "ETH": D("100")}
    assert [(row["client_order_id"], row["count"]) for row in ledger["arrivals"]] == [("one", 2)]
    assert ledger["next_cursor"] == "1.0.0.0.0"  # The futures wallet comes next.


async def test_the_ledger_pages_by_cursor_without_losing_or_repeating_rows(binance) -> None:
    placed = [str(place(binance, "0.001", client_order_id=f"c{number}").order_id) for number in range(7)]
    seen, cursor, pages = [], "", 0
    while cursor is not None:
        page = await binance.control("GET", f"ledger?limit=3&cursor={cursor}")
        seen += [row["exchange_order_id"] for row in page["orders"]]
        cursor, pages = page["next_cursor"], pages + 1
    assert seen == placed
    assert pages == 4  # The last one is that of the futures wallet.


@pytest.mark.parametrize(
    "query", ["cursor=x", "cursor=1.2", "cursor=9.0.0.0", "limit=0", "limit=many", "exchange=nowhere"]
)
async def test_a_wrong_ledger_query_is_refused(binance, query: str) -> None:
    await binance.control("GET", f"ledger?{query}", expect=400)
