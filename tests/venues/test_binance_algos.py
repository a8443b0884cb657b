"""Binance USD-M futures' conditional orders: what is sent, how they are found, and how trades find back to them."""

import asyncio
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from tidegate.core.identifiers import ExchangeOrderId
from tidegate.core.messages.effects import SendCancel
from tidegate.core.messages.reports import ExecutionReported, OrderReported
from tidegate.core.vocabulary import (
    ForcedTrade,
    OffsetUnit,
    OrderType,
    RejectReason,
    Side,
    TriggerBy,
    VenueOrderStatus,
)
from tidegate.venues.binance import algos, linear_stream
from tidegate.venues.binance.linear_orders import algo_params
from tidegate.venues.binance.order_links import NOT_OURS, ORIGINS_MAX, OrderLinks, Origin
from tidegate.venues.outcomes import CallFailed, Verdict
from tidegate.venues.values import MalformedError
from venue_binance_rows import (
    ALGO_ID,
    LINEAR,
    ORDER_ID,
    absent,
    account,
    algo_event,
    algo_row,
    order_event,
    order_row,
    trade_row,
)
from venue_unit_helpers import ACCOUNT, CLIENT_ORDER_ID, NOW, send_order
from venue_unit_helpers import ORDER_ID as OUR_ORDER_ID

OPEN, FILLED, CANCELED = VenueOrderStatus.OPEN, VenueOrderStatus.FILLED, VenueOrderStatus.CANCELED
OTHER_NAME = "the-venues-own-name"
COMMON = {
    "symbol": "BTCUSDT",
    "side": "SELL",
    "quantity": "0.02",
    "algoType": "CONDITIONAL",
    "clientAlgoId": CLIENT_ORDER_ID,
    "workingType": "CONTRACT_PRICE",
}


def stop(order_type: OrderType = OrderType.STOP_LOSS, **changes: Any) -> Any:
    """A conditional sale of the perpetual, changed as told."""
    terms = {"side": Side.SELL, "quantity": Decimal("0.02"), "price": None, "trigger_price": Decimal(64_000)}
    return send_order(**{"symbol": LINEAR, "order_type": order_type, **terms, **changes})


def trailing(offset: str, **changes: Any) -> Any:
    """A trailing stop by so many percent."""
    terms = {"trailing_offset": Decimal(offset), "trailing_offset_unit": OffsetUnit.PERCENT, "trigger_price": None}
    return stop(OrderType.TRAILING_STOP, **{**terms, **changes})


def cancel(**changes: Any) -> SendCancel:
    """A cancel of that order while it waits."""
    return SendCancel(
        **{
            "account_id": ACCOUNT,
            "order_id": OUR_ORDER_ID,
            "symbol": LINEAR,
            "exchange_client_order_id": CLIENT_ORDER_ID,
            "exchange_order_id": ExchangeOrderId(ALGO_ID),
            "conditional": True,
            **changes,
        }
    )


@pytest.mark.parametrize(
    ("order", "params"),
    [
        (stop(), {"type": "STOP_MARKET", "triggerPrice": "64000"}),
        (stop(OrderType.TAKE_PROFIT), {"type": "TAKE_PROFIT_MARKET", "triggerPrice": "64000"}),
        (
            stop(OrderType.STOP_LIMIT, price=Decimal(63_900)),
            {"type": "STOP", "triggerPrice": "64000", "price": "63900", "timeInForce": "GTC"},
        ),
        (
            stop(OrderType.TAKE_PROFIT_LIMIT, price=Decimal(64_100), post_only=True),
            {"type": "TAKE_PROFIT", "triggerPrice": "64000", "price": "64100", "timeInForce": "GTX"},
        ),
        (
            stop(trigger_by=TriggerBy.MARK),
            {"type": "STOP_MARKET", "triggerPrice": "64000", "workingType": "MARK_PRICE"},
        ),
        (stop(reduce_only=True), {"type": "STOP_MARKET", "triggerPrice": "64000", "reduceOnly": "true"}),
        (trailing("1.5"), {"type": "TRAILING_STOP_MARKET", "callbackRate": "1.5"}),
        (
            trailing("10", trigger_price=Decimal(66_000)),
            {"type": "TRAILING_STOP_MARKET", "callbackRate": "10", "activatePrice": "66000"},
        ),
    ],
)
def test_conditional_orders_are_written_in_binances_words(order: Any, params: dict[str, str]) -> None:
    assert algo_params(order, "BTCUSDT") == COMMON | params


@pytest.mark.parametrize(
    "order",
    [
        trailing("0.05"),
        trailing("1.55"),
        trailing("10.1"),
        trailing("500", trailing_offset_unit=OffsetUnit.PRICE),
        stop(trigger_by=TriggerBy.INDEX),
    ],
)
async def test_what_binance_cannot_express_is_refused_before_it_is_sent(order: Any) -> None:
    venue, client = account()
    with pytest.raises(CallFailed) as refused:
        await venue.place(order)
    assert refused.value.verdict is Verdict.REFUSED
    assert client.asked == []


async def test_a_conditional_order_is_known_by_its_own_id_until_it_is_set_off() -> None:
    venue, client = account({"algoId": int(ALGO_ID), "clientAlgoId": CLIENT_ORDER_ID, "algoStatus": "NEW"})
    placed = await venue.place(stop())
    assert (placed.exchange_order_id, placed.reports) == (ALGO_ID, [])
    assert client.asked[0][:2] == ("POST", "algoOrder")


# --- what the stream says --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "status", "order_id", "triggered", "reason"),
    [
        ({}, OPEN, ALGO_ID, False, None),
        ({"X": "TRIGGERED", "ai": ORDER_ID}, OPEN, ORDER_ID, True, None),
        ({"X": "CANCELED"}, CANCELED, ALGO_ID, False, RejectReason.CANCELED_AT_VENUE),
        ({"X": "EXPIRED"}, VenueOrderStatus.EXPIRED, ALGO_ID, False, RejectReason.EXPIRED_AT_VENUE),
        (
            {"X": "REJECTED", "rm": "Margin is insufficient."},
            VenueOrderStatus.REJECTED,
            ALGO_ID,
            False,
            RejectReason.INSUFFICIENT_FUNDS,
        ),
        (
            {"X": "REJECTED", "rm": "ReduceOnly Order is rejected."},
            VenueOrderStatus.REJECTED,
            ALGO_ID,
            False,
            RejectReason.POSITION_CLOSED,
        ),
        ({"X": "REJECTED"}, VenueOrderStatus.REJECTED, ALGO_ID, False, RejectReason.VENUE_ERROR),
    ],
)
def test_an_algo_orders_events_are_told_under_our_id(
    changes: dict[str, Any], status: VenueOrderStatus, order_id: str, triggered: bool, reason: RejectReason | None
) -> None:
    venue, _ = account()
    (told,) = venue.read_frame(None, algo_event(**changes)) or ()
    assert isinstance(told, OrderReported)
    assert (told.status, told.exchange_order_id, told.triggered, told.reason) == (status, order_id, triggered, reason)
    assert (told.exchange_client_order_id, told.symbol) == (CLIENT_ORDER_ID, LINEAR)
    assert (told.order_type, told.trigger_price, told.price) == (
        OrderType.STOP_LIMIT,
        Decimal(64_000),
        Decimal(63_900),
    )


@pytest.mark.parametrize("changes", [{"X": "TRIGGERING"}, {"X": "FINISHED", "ai": ORDER_ID, "aq": "0.010"}])
def test_what_the_order_in_the_book_tells_better_is_left_to_it(changes: dict[str, Any]) -> None:
    venue, _ = account()
    assert venue.read_frame(None, algo_event(**changes)) == []


def test_an_algo_status_never_seen_before_is_malformed() -> None:
    venue, _ = account()
    with pytest.raises(MalformedError, match="DREAMING"):
        venue.read_frame(None, algo_event(X="DREAMING"))


def test_a_trade_of_what_was_set_off_is_ours_by_its_name() -> None:
    venue, _ = account()
    execution, order = venue.read_frame(None, order_event(ot="STOP", sp="64000")) or ()
    assert isinstance(execution, ExecutionReported)
    assert isinstance(order, OrderReported)
    assert execution.exchange_client_order_id == CLIENT_ORDER_ID
    assert (order.triggered, order.order_type, order.trigger_price) == (True, OrderType.STOP_LIMIT, Decimal(64_000))


def test_a_trade_of_what_was_set_off_is_ours_by_the_venues_id_once_that_is_told() -> None:
    venue, client = account()
    venue.read_frame(None, algo_event())
    venue.read_frame(None, algo_event(X="TRIGGERED", ai=ORDER_ID))
    execution, order = venue.read_frame(None, order_event(c=OTHER_NAME, ot="MARKET")) or ()
    assert isinstance(execution, ExecutionReported)
    assert isinstance(order, OrderReported)
    assert execution.exchange_client_order_id == order.exchange_client_order_id == CLIENT_ORDER_ID
    assert order.triggered
    assert client.asked == []


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look origins up without waiting for the stream to tell them."""
    monkeypatch.setattr(linear_stream, "LINK_SECONDS", 0.0)


async def test_a_link_that_the_stream_tells_late_needs_no_look_up() -> None:
    venue, client = account()
    heard: list[Any] = []
    client.exchange.handle_message = lambda stream, event: heard.extend(venue.read_frame(stream, event) or ())
    venue.read_frame(None, algo_event())
    assert venue.read_frame(None, order_event(c=OTHER_NAME)) == []
    venue.read_frame(None, algo_event(X="TRIGGERED", ai=ORDER_ID))
    await asyncio.gather(*venue._linear.stream._tasks)
    assert {told.exchange_client_order_id for told in heard} == {CLIENT_ORDER_ID}
    assert client.asked == []


def test_an_order_that_bears_the_name_of_one_that_waits_is_what_that_became() -> None:
    venue, _ = account()
    venue.read_frame(None, algo_event())
    _, order = venue.read_frame(None, order_event(ot="MARKET")) or ()
    assert isinstance(order, OrderReported)
    assert (order.triggered, order.exchange_order_id) == (True, ORDER_ID)


async def test_a_trade_that_comes_before_the_link_is_looked_up_and_then_heard_in_order() -> None:
    history = algo_row(algoStatus="TRIGGERED", actualOrderId=ORDER_ID)
    venue, client = account(order_row(clientOrderId=OTHER_NAME), [history])
    heard: list[Any] = []
    client.exchange.handle_message = lambda stream, event: heard.extend(venue.read_frame(stream, event) or ())
    venue.read_frame(None, algo_event())
    assert venue.read_frame(None, order_event(c=OTHER_NAME, l="0.010", z="0.010", t=1)) == []
    assert venue.read_frame(None, order_event(c=OTHER_NAME, l="0.010", z="0.020", t=2, X="FILLED")) == []
    await asyncio.gather(*venue._linear.stream._tasks)
    executions = [told for told in heard if isinstance(told, ExecutionReported)]
    assert [told.trade_id for told in executions] == ["1", "2"]
    assert {told.exchange_client_order_id for told in heard} == {CLIENT_ORDER_ID}
    assert heard[-1].status is FILLED
    assert [path for _, path, _ in client.asked] == ["order", "allAlgoOrders"]


async def test_a_trade_whose_origin_nobody_tells_is_put_aside_for_the_comparison() -> None:
    venue, client = account(CallFailed(Verdict.UNKNOWN, RejectReason.VENUE_ERROR, "no"))
    venue.read_frame(None, algo_event())
    assert venue.read_frame(None, order_event(c=OTHER_NAME)) == []
    await asyncio.gather(*venue._linear.stream._tasks)
    assert [type(fault) for fault in client.faults] == [MalformedError]


def test_orders_of_others_are_not_looked_up_while_nothing_of_ours_waits() -> None:
    venue, client = account()
    execution, _ = venue.read_frame(None, order_event(c="web_1")) or ()
    assert isinstance(execution, ExecutionReported)
    assert execution.exchange_client_order_id == "web_1"
    venue.read_frame(None, algo_event())
    venue.read_frame(None, algo_event(X="CANCELED"))
    assert venue.read_frame(None, order_event(c="web_1"))
    assert client.asked == []


# --- questions -------------------------------------------------------------------------------------------------------


async def find(venue: Any, order_id: str | None = None) -> Any:
    """Look the conditional order up."""
    named = None if order_id is None else ExchangeOrderId(order_id)
    return await venue.find_order(LINEAR, CLIENT_ORDER_ID, named, conditional=True)


async def test_a_waiting_order_is_found_under_its_own_id() -> None:
    venue, client = account(algo_row())
    found = await find(venue)
    assert (found.status, found.exchange_order_id, found.triggered) == (OPEN, ALGO_ID, False)
    assert client.asked == [("GET", "algoOrder", {"clientAlgoId": CLIENT_ORDER_ID})]


async def test_what_was_set_off_is_found_as_the_order_that_it_became() -> None:
    became = order_row(clientOrderId=OTHER_NAME, status="FILLED", executedQty="0.020", origType="STOP")
    venue, _ = account(algo_row(algoStatus="FINISHED", actualOrderId=ORDER_ID), became)
    found = await find(venue, ALGO_ID)
    assert (found.status, found.exchange_order_id, found.triggered) == (FILLED, ORDER_ID, True)
    assert (found.exchange_client_order_id, found.filled_quantity) == (CLIENT_ORDER_ID, Decimal("0.02"))


@pytest.mark.parametrize(("filled", "status"), [("0.020", FILLED), ("0.005", CANCELED)])
async def test_what_the_algo_order_says_counts_where_its_order_is_forgotten(
    filled: str, status: VenueOrderStatus
) -> None:
    venue, _ = account(algo_row(algoStatus="FINISHED", actualOrderId=ORDER_ID, actualQty=filled), absent())
    found = await find(venue)
    assert (found.status, found.filled_quantity, found.triggered) == (status, Decimal(filled), True)


async def test_absence_is_proven_by_the_algo_orders_and_by_the_book() -> None:
    venue, client = account(absent(), [], absent(), [])
    assert await find(venue) is None
    assert [path for _, path, _ in client.asked] == ["algoOrder", "openAlgoOrders", "order", "openOrders"]


async def test_an_algo_order_that_one_copy_of_the_books_misses_is_found_among_the_open_ones() -> None:
    venue, _ = account(absent(), [algo_row(clientAlgoId="x"), algo_row()])
    assert (await find(venue)).exchange_order_id == ALGO_ID


@pytest.mark.parametrize("failing", range(4))
async def test_one_failed_question_is_enough_to_prove_nothing(failing: int) -> None:
    answers: list[Any] = [absent(), [], absent(), []]
    answers[failing] = CallFailed(Verdict.UNKNOWN, RejectReason.VENUE_ERROR, "no")
    venue, _ = account(*answers)
    with pytest.raises(CallFailed):
        await find(venue)


async def test_a_waiting_order_is_canceled_as_such_and_told_so() -> None:
    venue, client = account({"algoId": int(ALGO_ID), "clientAlgoId": CLIENT_ORDER_ID, "code": "200", "msg": "success"})
    (told,) = await venue.cancel(cancel())
    assert isinstance(told, OrderReported)
    assert (told.status, told.exchange_order_id, told.exchange_client_order_id) == (CANCELED, ALGO_ID, CLIENT_ORDER_ID)
    assert client.asked == [("DELETE", "algoOrder", {"clientAlgoId": CLIENT_ORDER_ID})]


async def test_a_cancel_follows_an_order_that_was_set_off() -> None:
    became = algo_row(algoStatus="TRIGGERED", actualOrderId=ORDER_ID)
    venue, client = account(absent("Unknown order sent."), became, order_row(status="CANCELED", origType="STOP"))
    (told,) = await venue.cancel(cancel())
    assert isinstance(told, OrderReported)
    assert (told.status, told.exchange_order_id, told.triggered) == (CANCELED, ORDER_ID, True)
    assert client.asked[-1] == ("DELETE", "order", {"symbol": "BTCUSDT", "orderId": ORDER_ID})


async def test_a_cancel_of_what_has_ended_or_never_was_says_so() -> None:
    for known in ([algo_row(algoStatus="CANCELED")], [absent(), []]):
        venue, _ = account(absent("Unknown order sent."), *known)
        with pytest.raises(CallFailed) as failed:
            await venue.cancel(cancel())
        assert failed.value.verdict is Verdict.ABSENT


async def test_the_executions_of_a_waiting_order_are_none_and_of_what_it_became_its_own() -> None:
    waiting, _ = account(algo_row())
    assert await waiting.executions_of(LINEAR, ExchangeOrderId(ALGO_ID), None, **NAMED) == []
    became = algo_row(algoStatus="FINISHED", actualOrderId=ORDER_ID)
    venue, client = account(became, order_row(), [trade_row(1)])
    (told,) = await venue.executions_of(LINEAR, ExchangeOrderId(ALGO_ID), None, **NAMED)
    assert (told.exchange_order_id, told.exchange_client_order_id) == (ORDER_ID, CLIENT_ORDER_ID)
    assert client.asked[-1][2]["orderId"] == ORDER_ID


NAMED: dict[str, Any] = {"exchange_client_order_id": CLIENT_ORDER_ID, "conditional": True}


async def test_trades_since_a_time_are_named_by_what_became_their_orders() -> None:
    foreign = trade_row(2, orderId=77)
    venue, client = account([trade_row(1), foreign], order_row(origType="STOP"), absent(), [])
    first, second = await venue.executions_since(LINEAR, NOW - timedelta(minutes=1))
    assert (first.exchange_client_order_id, second.exchange_client_order_id) == (CLIENT_ORDER_ID, None)
    client.answers.extend([[trade_row(1)]])
    (again,) = await venue.executions_since(LINEAR, NOW - timedelta(minutes=1))
    assert again.exchange_client_order_id == CLIENT_ORDER_ID


async def test_trades_of_our_plain_orders_are_named_too() -> None:
    venue, _ = account([trade_row(1)], order_row(), order_row())
    (told,) = await venue.executions_since(LINEAR, NOW - timedelta(minutes=1))
    assert told.exchange_client_order_id == CLIENT_ORDER_ID
    found = await venue.find_order(LINEAR, CLIENT_ORDER_ID, None)
    assert found is not None
    assert not found.triggered


async def test_many_unknown_orders_are_not_asked_for_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(algos, "LOOK_UPS_MAX", 1)
    trades = [trade_row(number, orderId=number) for number in (1, 2, 3)]
    history = [algo_row(algoStatus="FINISHED", actualOrderId="3")]
    venue, client = account(trades, history, [], order_row())
    told = await venue.executions_since(LINEAR, NOW - timedelta(minutes=1))
    assert [report.exchange_client_order_id for report in told] == [CLIENT_ORDER_ID, None, CLIENT_ORDER_ID]
    assert [path for _, path, _ in client.asked] == ["userTrades", "allAlgoOrders", "forceOrders", "order"]


@pytest.mark.parametrize("where", ["order", "forceOrders"])
async def test_trades_of_what_binance_itself_ordered_are_told_as_such(where: str) -> None:
    ordered = order_row(orderId=77, clientOrderId="autoclose-1772366400000")
    answers = [ordered] if where == "order" else [absent(), [ordered]]
    venue, client = account([trade_row(2, orderId=77)], *answers)
    (told,) = await venue.executions_since(LINEAR, NOW - timedelta(minutes=1))
    assert (told.forced, told.exchange_client_order_id) == (ForcedTrade.LIQUIDATION, None)
    assert client.asked[-1][1] == where


async def test_a_refused_order_does_not_wait_and_one_without_an_answer_may() -> None:
    refused = CallFailed(Verdict.REFUSED, RejectReason.IMMEDIATE_MATCH_REFUSED, "would trigger")
    unknown = CallFailed(Verdict.UNKNOWN, RejectReason.VENUE_UNREACHABLE, "no answer in time")
    venue, _ = account(refused, unknown, [])
    with pytest.raises(CallFailed):
        await venue.place(stop())
    assert venue._linear._links.waiting() == set()
    with pytest.raises(CallFailed):
        await venue.place(stop())
    assert venue._linear._links.waiting() == {(LINEAR, CLIENT_ORDER_ID)}
    assert await venue._linear._algos.waiting() == []
    assert venue._linear._links.waiting() == set()


async def test_open_orders_are_those_that_wait_and_those_in_the_book() -> None:
    venue, _ = account(
        [], [algo_row()], [order_row(orderId=9, clientOrderId="web_1")], order_row(clientOrderId="x"), []
    )
    waiting, foreign = await venue.open_orders()
    assert (waiting.exchange_order_id, waiting.triggered) == (ALGO_ID, False)
    assert (foreign.exchange_order_id, foreign.exchange_client_order_id) == ("9", "web_1")


# --- links -----------------------------------------------------------------------------------------------------------


def test_links_are_kept_per_symbol_and_not_without_bound() -> None:
    links = OrderLinks()
    links.link(LINEAR, "1", CLIENT_ORDER_ID)
    assert links.origin(LINEAR, "1") == Origin(CLIENT_ORDER_ID, was_set_off=True)
    assert links.origin("ETH/USDT:USDT", "1") == NOT_OURS
    for number in range(2, ORIGINS_MAX + 2):
        links.settle(LINEAR, str(number), NOT_OURS)
    assert not links.knows(LINEAR, "1")
    assert links.knows(LINEAR, str(ORIGINS_MAX + 1))


def test_an_order_is_an_open_question_only_while_one_of_ours_may_have_become_it() -> None:
    links = OrderLinks()
    assert not links.is_open_question(LINEAR, "1", OTHER_NAME)
    links.wait(LINEAR, CLIENT_ORDER_ID)
    assert links.is_open_question(LINEAR, "1", OTHER_NAME)
    assert not links.is_open_question("ETH/USDT:USDT", "1", OTHER_NAME)
    assert not links.is_open_question(LINEAR, "1", str(CLIENT_ORDER_ID))
    assert not links.is_open_question(LINEAR, "1", "autoclose-1")
    links.settle(LINEAR, "1", NOT_OURS)
    assert not links.is_open_question(LINEAR, "1", OTHER_NAME)
    links.link(LINEAR, "2", CLIENT_ORDER_ID)
    assert not links.is_open_question(LINEAR, "3", OTHER_NAME)
