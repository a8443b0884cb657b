"""The control API's orders by hand, forced closes and busts."""

from decimal import Decimal

import pytest

D = Decimal
KEY = "k" * 64
SWAP = "BTC/USDT:USDT"


@pytest.fixture
async def okx(start_venues):
    async with start_venues(venues=["okx"], walking=False) as venues:
        for symbol in ("BTC/USDT", SWAP):
            await venues.freeze(symbol, "65000", levels=3, level_quantity="1", half_spread="10")
        yield venues


async def by_hand(venues, symbol: str, side: str, quantity: str, **body: object) -> dict:
    order = {"api_key": KEY, "symbol": symbol, "side": side, "quantity": quantity, **body}
    return (await venues.control("POST", "orders", order))["order"]


async def balances(venues) -> dict[str, Decimal]:
    rows = (await venues.control("GET", "ledger"))["balances"]
    return {row["asset"]: D(row["total"]) for row in rows}


async def positions(venues) -> list[tuple[str, Decimal]]:
    return [(row["symbol"], D(row["quantity"])) for row in (await venues.control("GET", "ledger"))["positions"]]


async def test_an_order_by_hand_is_an_order_like_any_other(okx) -> None:
    filled = await by_hand(okx, "BTC/USDT", "buy", "0.1")
    assert (filled["status"], filled["client_order_id"], filled["origin"]) == ("filled", "", "user")
    resting = await by_hand(okx, "BTC/USDT", "sell", "0.1", type="limit", price="66000", client_order_id="mine")
    assert (resting["status"], resting["client_order_id"], resting["price"]) == ("new", "mine", "66000")
    await by_hand(okx, SWAP, "sell", "0.5")
    assert await positions(okx) == [(SWAP, D("-0.5"))]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"api_key": "nobody"}, "no account"),
        ({"symbol": "BTC/GBP"}, "no venue lists"),
        ({"type": "limit"}, "a limit order has a price"),
        ({"price": "65000"}, "a market order has none"),
        ({"quantity": "0"}, "above 0"),
        ({"quantity": "0.000000001"}, "quantity below min"),
        ({"side": "sell", "quantity": "11"}, "insufficient balance"),
        ({"reduce_only": True}, "not a contract"),
        ({"time_in_force": "gtd"}, "gtc, ioc or fok"),
        ({"side": "hold"}, "side"),
    ],
)
async def test_an_order_by_hand_that_cannot_be_is_refused(okx, body: dict, words: str) -> None:
    order = {"api_key": KEY, "symbol": "BTC/USDT", "side": "buy", "quantity": "0.1", **body}
    answer = await okx.control("POST", "orders", order, expect=400)
    assert words in answer["error"]
    assert (await okx.control("GET", "ledger"))["orders"] == []


async def test_the_exchange_is_named_where_several_are_meant(start_venues) -> None:
    async with start_venues(venues=["okx", "bybit"], walking=False) as venues:
        order = {"api_key": KEY, "symbol": "BTC/USDT", "side": "buy", "quantity": "0.01"}
        answer = await venues.control("POST", "orders", order, expect=400)
        assert answer["error"] == "say which exchange: okx, bybit"
        placed = await venues.control("POST", "orders", {**order, "exchange": "bybit"})
        assert placed["order"]["exchange"] == "bybit"


@pytest.mark.parametrize(("call", "origin"), [("liquidations", "liquidation"), ("deleveraging", "auto_deleveraging")])
async def test_the_venue_closes_a_position_whole_or_in_part(okx, call: str, origin: str) -> None:
    await by_hand(okx, SWAP, "buy", "0.5")
    body = {"api_key": KEY, "symbol": SWAP}
    part = (await okx.control("POST", call, {**body, "quantity": "0.2"}))["order"]
    assert (part["origin"], part["filled_quantity"], part["side"]) == (origin, "0.2", "sell")
    assert await positions(okx) == [(SWAP, D("0.3"))]
    await okx.control("POST", call, body)
    assert await positions(okx) == []
    answer = await okx.control("POST", call, body, expect=400)
    assert "no such position" in answer["error"]


async def test_a_close_that_cannot_be_is_refused(okx) -> None:
    await by_hand(okx, SWAP, "buy", "0.5")
    for body, words in (
        ({"quantity": "0.6"}, "the position is 0.5"),
        ({"symbol": "BTC/USDT"}, "not a contract"),
        ({"position_side": "short"}, "no such position"),
    ):
        answer = await okx.control("POST", "liquidations", {"api_key": KEY, "symbol": SWAP, **body}, expect=400)
        assert words in answer["error"]


async def test_a_busted_trade_gives_everything_back(okx) -> None:
    before = await balances(okx)
    await by_hand(okx, "BTC/USDT", "buy", "0.1")
    (execution,) = (await okx.control("GET", "ledger"))["executions"]
    assert execution["busted"] is False
    answer = await okx.control("POST", "busts", {"trade_id": execution["trade_id"], "symbol": "BTC/USDT"})
    assert [row["busted"] for row in answer["executions"]] == [True]
    assert await balances(okx) == before
    ledger = await okx.control("GET", "ledger")
    assert [row["busted"] for row in ledger["executions"]] == [True]
    assert {row["kind"] for row in ledger["flows"]} == {"bust"}
    again = await okx.control("POST", "busts", {"trade_id": execution["trade_id"]}, expect=400)
    assert "busted already" in again["error"]


async def test_a_busted_contract_trade_takes_its_position_along(okx) -> None:
    before = await balances(okx)
    await by_hand(okx, SWAP, "buy", "0.1")
    (execution,) = (await okx.control("GET", "ledger"))["executions"]
    await okx.control("POST", "busts", {"trade_id": execution["trade_id"], "exchange": "okx"})
    assert (await positions(okx), await balances(okx)) == ([], before)
    exchange = okx.simulator.venues["okx"].exchanges[0]
    await okx.control("POST", "funding", {"symbol": SWAP})
    assert not [flow for flow in exchange.flows.newest_first(exchange.accounts[KEY]) if flow.kind.value == "funding"]


async def test_a_trade_of_nobody_is_not_busted(okx) -> None:
    answer = await okx.control("POST", "busts", {"trade_id": "1"}, expect=400)
    assert answer["error"] == "no trade 1 of an account"
