"""Questions about Bybit's orders and executions: where is asked, page by page and week by week."""

from datetime import timedelta

import pytest

from tidegate.core.identifiers import ExchangeOrderId
from tidegate.core.vocabulary import VenueOrderStatus
from tidegate.venues.values import MalformedError
from venue_bybit_rows import account, execution, listing, order, stop
from venue_unit_helpers import CLIENT_ORDER_ID, NOW

SYMBOL, CONTRACT = "BTC/USDT", "BTC/USDT:USDT"
WEEK_MS = 7 * 86_400_000


async def test_an_order_is_looked_for_everywhere_before_it_is_not_found() -> None:
    venue, client = account(listing(), listing(), listing())
    assert await venue.find_order(SYMBOL, CLIENT_ORDER_ID, None) is None
    assert [path for _, path, _ in client.asked] == ["v5/order/realtime", "v5/order/history", "v5/execution/list"]
    assert {asked["orderLinkId"] for _, _, asked in client.asked} == {CLIENT_ORDER_ID}
    assert {asked["category"] for _, _, asked in client.asked} == {"spot"}


@pytest.mark.parametrize("symbol", [SYMBOL, CONTRACT])
async def test_a_conditional_order_is_looked_for_among_its_kind_too(symbol: str) -> None:
    venue, client = account(*[listing()] * 5)
    assert await venue.find_order(symbol, CLIENT_ORDER_ID, None, conditional=True) is None
    asked = [(path.rpartition("/")[2], where.get("orderFilter")) for _, path, where in client.asked]
    assert asked == [
        ("realtime", None),
        ("realtime", "StopOrder"),
        ("history", None),
        ("history", "StopOrder"),
        ("list", None),
    ]


async def test_an_order_is_found_by_the_venues_id_where_it_is_known() -> None:
    venue, client = account(listing(), listing(stop(orderStatus="Filled", cumExecQty="0.02")))
    found = await venue.find_order(CONTRACT, CLIENT_ORDER_ID, ExchangeOrderId("1523"))
    assert found is not None
    assert (found.status, found.symbol, found.triggered) == (VenueOrderStatus.FILLED, CONTRACT, True)
    assert {asked["orderId"] for _, _, asked in client.asked} == {"1523"}


async def test_an_execution_of_an_unknown_order_is_no_clean_answer() -> None:
    venue, _ = account(listing(), listing(), listing(execution()))
    with pytest.raises(MalformedError):
        await venue.find_order(SYMBOL, CLIENT_ORDER_ID, None)


async def test_an_answer_without_a_result_is_no_absence() -> None:
    venue, _ = account({"retCode": 0})
    with pytest.raises(MalformedError):
        await venue.find_order(SYMBOL, CLIENT_ORDER_ID, None)


async def test_executions_are_read_by_cursor_and_in_spans_of_a_week() -> None:
    venue, client = account(
        listing(execution(execId="2"), execution(execId="1"), cursor="next"), listing(execution(execId="0")), listing()
    )
    found = await venue.executions_since(SYMBOL, NOW - timedelta(days=10))
    assert [told.trade_id for told in found] == ["0", "1", "2"]
    assert [asked.get("cursor") for _, _, asked in client.asked] == [None, "next", None]
    spans = [(asked["startTime"], asked["endTime"]) for _, _, asked in client.asked]
    assert spans[0] == spans[1]
    assert spans[0][1] - spans[0][0] == WEEK_MS - 1
    assert spans[2][0] == spans[0][1] + 1


async def test_a_cursor_that_comes_again_is_a_fault() -> None:
    page = listing(execution(), cursor="again")
    venue, _ = account(page, page, page)
    with pytest.raises(MalformedError):
        await venue.executions_since(SYMBOL, NOW - timedelta(days=1))


async def test_funding_is_left_out_and_what_cannot_be_read_hides_nothing_in_a_listing() -> None:
    rows = [execution(execId="1"), execution(execType="Funding", orderId=""), execution(execType="Gift")]
    venue, _ = account(listing(*rows))
    found = await venue.executions_since(CONTRACT, NOW - timedelta(days=1))
    assert [told.trade_id for told in found] == ["1"]


async def test_what_cannot_be_read_of_an_order_is_no_clean_answer() -> None:
    venue, _ = account(listing(execution(execType="Gift")))
    with pytest.raises(MalformedError):
        await venue.executions_of(SYMBOL, ExchangeOrderId("1523"), None)


async def test_an_orders_executions_are_asked_for_by_its_id_as_far_back_as_need_be() -> None:
    venue, client = account(listing(execution()), listing(execution()), listing(), listing())
    await venue.executions_of(CONTRACT, ExchangeOrderId("1523"), None, conditional=True)
    await venue.executions_of(CONTRACT, ExchangeOrderId("1523"), NOW - timedelta(days=8))
    assert {asked["orderId"] for _, _, asked in client.asked} == {"1523"}
    assert ["startTime" in asked for _, _, asked in client.asked] == [False, True, True]


async def test_open_orders_are_of_both_markets_conditional_ones_included_each_once() -> None:
    waiting = order(orderId="2", stopOrderType="Stop", orderStatus="Untriggered", triggerPrice="66000")
    venue, client = account(
        listing(order(orderId="1"), waiting), listing(waiting), listing(stop(orderId="3"), cursor="next"), listing(),
        listing(),
    )  # fmt: skip
    found = await venue.open_orders()
    assert [(told.exchange_order_id, told.symbol) for told in found] == [
        ("1", SYMBOL),
        ("2", SYMBOL),
        ("3", CONTRACT),
    ]
    asked = [(where["category"], where.get("settleCoin"), where.get("orderFilter")) for _, _, where in client.asked]
    assert asked == [
        ("spot", None, None),
        ("spot", None, "StopOrder"),
        ("linear", "USDT", None),
        ("linear", "USDT", None),
        ("linear", "USDC", None),
    ]


async def test_what_has_ended_is_no_open_order() -> None:
    venue, _ = account(listing(order(orderStatus="Filled", cumExecQty="0.02")), *[listing()] * 3)
    assert await venue.open_orders() == []


async def test_a_listed_order_of_an_unknown_status_is_open() -> None:
    venue, _ = account(listing(order(orderStatus="Dreaming"), order(orderId="2")), *[listing()] * 3)
    assert [told.exchange_order_id for told in await venue.open_orders()] == ["1523", "2"]


async def test_an_open_order_in_what_is_not_listed_is_passed_over() -> None:
    venue, _ = account(listing(), listing(), listing(stop(symbol="BTC-26DEC25", orderLinkId="")), listing())
    assert await venue.open_orders() == []
