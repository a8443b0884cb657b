"""Self-trade prevention: what becomes of two orders of one account that would trade with each other."""

from itertools import count

import pytest

from venuesim_conformance import Row

SPOT = "binance spot"
ORDER = "/api/v3/order"


async def look_up(raw, order: dict) -> dict:
    return (await raw.call("GET", ORDER, symbol="BTCUSDT", orderId=order["orderId"]))[1]


@pytest.mark.conformance(Row.SELF_TRADE, SPOT, approximate="NONE is allowed, TRANSFER does what DECREMENT does")
@pytest.mark.parametrize(
    ("mode", "taker", "maker", "prevented"),
    [
        ("EXPIRE_TAKER", "EXPIRED_IN_MATCH", "NEW", ("0.30000000", None)),
        ("EXPIRE_MAKER", "NEW", "EXPIRED_IN_MATCH", (None, "0.10000000")),
        ("EXPIRE_BOTH", "EXPIRED_IN_MATCH", "EXPIRED_IN_MATCH", ("0.30000000", "0.10000000")),
        ("DECREMENT", "NEW", "EXPIRED_IN_MATCH", ("0.10000000", "0.10000000")),
        ("NONE", "PARTIALLY_FILLED", "FILLED", (None, None)),
    ],
)
async def test_every_mode(raw, user, mode: str, taker: str, maker: str, prevented: tuple) -> None:
    resting = (await raw.order(price="64999.5", quantity="0.1"))[1]
    await user.told()
    status, placed = await raw.order(side="SELL", price="64999.5", quantity="0.3", selfTradePreventionMode=mode)
    assert status == 200
    assert placed["selfTradePreventionMode"] == mode
    found = [await look_up(raw, placed), await look_up(raw, resting)]
    assert [order["status"] for order in found] == [taker, maker]
    assert tuple(order.get("preventedQuantity") for order in found) == prevented
    events = [event for event in await user.reports() if event["x"] == "TRADE_PREVENTION"]
    quantities = {event["i"]: event["B"] for event in events}
    assert tuple(quantities.get(order["orderId"]) for order in found) == prevented
    matches = (await raw.call("GET", "/api/v3/myPreventedMatches", symbol="BTCUSDT", orderId=placed["orderId"]))[1]
    assert len(matches) == (mode != "NONE")
    if matches:
        assert (matches[0]["takerOrderId"], matches[0]["makerOrderId"]) == (placed["orderId"], resting["orderId"])
        assert matches[0]["selfTradePreventionMode"] == mode
        assert (matches[0].get("takerPreventedQuantity"), matches[0].get("makerPreventedQuantity")) == prevented
        assert [match["preventedMatchId"] for match in placed["preventedMatches"]] == [matches[0]["preventedMatchId"]]


@pytest.mark.conformance(Row.SELF_TRADE, SPOT)
async def test_the_report_says_with_whom_and_for_how_much(raw, user) -> None:
    resting = (await raw.order(price="64999.5", quantity="0.1"))[1]
    await user.told()
    placed = (await raw.order(side="SELL", price="64999.5", quantity="0.3", selfTradePreventionMode="EXPIRE_BOTH"))[1]
    events = [event for event in await user.reports() if event["x"] == "TRADE_PREVENTION"]
    told = next(event for event in events if event["i"] == placed["orderId"])
    assert (told["X"], told["A"], told["B"]) == ("EXPIRED_IN_MATCH", "0.30000000", "0.30000000")
    assert (told["u"], told["U"], told["Cs"]) == (-1, resting["orderId"], "BTCUSDT")
    assert (told["pl"], told["pL"], told["pY"]) == ("0.10000000", "64999.50000000", "6499.95000000")
    assert told["v"] == (await look_up(raw, placed))["preventedMatchId"]


@pytest.mark.conformance(Row.SELF_TRADE, SPOT)
async def test_the_taker_decides_and_the_default_is_that_the_maker_expires(raw, free) -> None:
    resting = (await raw.order(price="64999.5", quantity="0.1", selfTradePreventionMode="EXPIRE_TAKER"))[1]
    placed = (await raw.order(side="SELL", price="64999.5", quantity="0.3"))[1]
    assert placed["selfTradePreventionMode"] == "EXPIRE_MAKER"
    assert (await look_up(raw, resting))["status"] == "EXPIRED_IN_MATCH"
    assert (await look_up(raw, placed))["status"] == "NEW"
    assert await free("USDT") == (1_000_000, 0)


async def test_prevented_matches_are_asked_by_match_or_by_order(raw) -> None:
    for _ in range(3):
        await raw.order(price="64999.5", quantity="0.1")
        await raw.order(side="SELL", price="64999.5", quantity="0.1", selfTradePreventionMode="EXPIRE_BOTH")
    path, wanted = "/api/v3/myPreventedMatches", {"symbol": "BTCUSDT"}
    assert (await raw.call("GET", path, **wanted))[1]["code"] == -1128
    first = (await raw.call("GET", path, **wanted, preventedMatchId=1))[1]
    assert [match["preventedMatchId"] for match in first] == [1]
    order_id = first[0]["takerOrderId"]
    by_order = (await raw.call("GET", path, **wanted, orderId=order_id))[1]
    assert by_order == first
    assert (await raw.call("GET", path, **wanted, orderId=order_id, fromPreventedMatchId=2))[1] == []


async def test_a_prevented_order_ended_when_its_report_says(raw, user, spot, monkeypatch) -> None:
    resting = (await raw.order(price="64999.5", quantity="0.1"))[1]
    await user.told()
    moments = count(spot.clock.now_ms())
    with monkeypatch.context() as patch:
        patch.setattr(spot.clock, "now_ms", lambda: next(moments))
        await raw.order(side="SELL", price="64999.5", quantity="0.1", selfTradePreventionMode="EXPIRE_BOTH")
    told = {event["i"]: event["T"] for event in await user.reports()}
    assert (await look_up(raw, resting))["updateTime"] == told[resting["orderId"]]


async def test_no_side_of_a_trade_with_oneself_is_lost_between_pages(raw) -> None:
    for _ in range(3):
        await raw.order(price="64999.5", quantity="0.1")
        await raw.order(side="SELL", price="64999.5", quantity="0.1", selfTradePreventionMode="NONE")
    rows, from_id = [], 0
    while page := (await raw.call("GET", "/api/v3/myTrades", symbol="BTCUSDT", fromId=from_id, limit=1))[1]:
        rows += page
        from_id = page[-1]["id"] + 1
    assert [row["isMaker"] for row in rows].count(True) == 3
    assert len({(row["id"], row["orderId"]) for row in rows}) == len(rows) == 6
