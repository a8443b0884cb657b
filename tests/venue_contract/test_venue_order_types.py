"""Every order type that the capability tables call the venue's own, on both markets, numbered on from the faults."""

from typing import Any

from tidegate.core.identifiers import ExchangeOrderId
from tidegate.core.messages.effects import SendOrder
from tidegate.core.messages.reports import (
    CancelAccepted,
    CancelFailed,
    ExecutionReported,
    MessageQuarantined,
    OrderRefused,
    OrderReported,
    SendOutcomeUnknown,
)
from tidegate.core.vocabulary import Exchange, Liquidity, OrderType, RejectReason, Side, VenueOrderStatus
from venue_contract_cells import (
    DESK_TYPES,
    MARKETS,
    PLAIN_TYPES,
    QUANTITY,
    TERMS,
    WAITING_TYPES,
    Terms,
    ended,
    executions_of,
    filled_by,
    set_off,
    state,
    terms_of,
    waiting_types,
)
from venue_simulator import Bench, named

OPEN, FILLED, CANCELED = VenueOrderStatus.OPEN, VenueOrderStatus.FILLED, VenueOrderStatus.CANCELED


@PLAIN_TYPES
async def test_vc39_an_order_that_crosses_trades_at_once_and_ends(
    bench: Bench, symbol: str, order_type: OrderType
) -> None:
    price = None if order_type is OrderType.MARKET else "66000"
    terms = terms_of(order_type, symbol, Terms(Side.BUY, None, price, ()))
    order, exchange_order_id = await bench.place(**terms)
    end = await bench.record.wait(OrderReported, ended(order))
    await bench.record.quiet()
    assert (end.status, end.filled_quantity, end.triggered) == (FILLED, QUANTITY, False)
    assert bench.filled(order) == QUANTITY
    for told in bench.executions(order):
        assert (told.symbol, told.side, told.liquidity) == (symbol, Side.BUY, Liquidity.TAKER)
        assert told.exchange_order_id == exchange_order_id
        assert [fee.amount > 0 for fee in told.fees] == [True]
    found = await bench.found(order)
    assert (found.status, found.filled_quantity, found.order_type) == (FILLED, QUANTITY, order_type)


@WAITING_TYPES
async def test_vc40_a_conditional_order_waits_at_the_venue_and_trades_under_our_id_once_it_is_set_off(
    bench: Bench, symbol: str, order_type: OrderType
) -> None:
    for terms in TERMS[order_type]:
        await bench.move(symbol, "65000")
        await bench.record.forget()
        await _waits_and_trades(bench, terms, terms_of(order_type, symbol, terms))


async def _waits_and_trades(bench: Bench, terms: Terms, asked: dict[str, Any]) -> None:
    symbol = asked["symbol"]
    order, waiting_id = await bench.place(**asked)
    waiting = await bench.record.wait(OrderReported, state(order, OPEN))
    assert (waiting.exchange_order_id, waiting.side, waiting.triggered) == (waiting_id, terms.side, False)
    found = await bench.found(order, conditional=True)
    _is_as_asked(found, asked)
    assert found.exchange_order_id == waiting_id
    picture = await bench.synchronized(symbol)
    assert picture.open_exchange_client_order_ids == {order.exchange_client_order_id}
    (listed,) = bench.record.of(OrderReported, named(order))
    _is_as_asked(listed, asked)

    for price in terms.path:
        assert not bench.executions(order)
        await bench.move(symbol, price)
    filled = await bench.record.wait(OrderReported, state(order, FILLED))
    await bench.record.quiet()
    assert (filled.triggered, filled.filled_quantity) == (True, QUANTITY)
    assert bench.filled(order) == QUANTITY
    assert {told.exchange_order_id for told in bench.executions(order)} == {filled.exchange_order_id}
    await _is_found_filled(bench, order, waiting_id)
    assert not bench.record.of(MessageQuarantined)


def _is_as_asked(told: OrderReported, asked: dict[str, Any]) -> None:
    assert (told.status, told.triggered, told.filled_quantity) == (OPEN, False, 0)
    assert (told.symbol, told.side, told.quantity) == (asked["symbol"], asked["side"], asked["quantity"])
    assert told.price == asked["price"]
    if asked["order_type"] is not OrderType.TRAILING_STOP:  # What it trails at meanwhile may be told as its trigger.
        assert told.trigger_price == asked["trigger_price"]


async def _is_found_filled(bench: Bench, order: SendOrder, waiting_id: ExchangeOrderId) -> None:
    """By our id, and its executions by the id that it waited under, without the stream."""
    await bench.record.forget()
    found = await bench.found(order, conditional=True)
    assert (found.status, found.triggered, found.filled_quantity) == (FILLED, True, QUANTITY)
    await bench.record.forget()
    bench.fetch(order, waiting_id, conditional=True)
    await bench.record.wait(ExecutionReported)
    await bench.record.quiet()
    assert filled_by(executions_of(bench, order, found.exchange_order_id)) == QUANTITY


@MARKETS
async def test_vc41_conditional_orders_are_canceled_while_they_wait_and_found_as_such(
    bench: Bench, exchange: Exchange, symbol: str
) -> None:
    for order_type in waiting_types(exchange, symbol):
        for by_our_id_alone in (False, True):
            await bench.record.forget()
            order, waiting_id = await bench.place(**terms_of(order_type, symbol, TERMS[order_type][0]))
            bench.cancel(order, None if by_our_id_alone else waiting_id, conditional=True)
            await bench.record.wait(CancelAccepted)
            end = await bench.record.wait(OrderReported, ended(order))
            assert (end.status, end.filled_quantity, end.triggered) == (CANCELED, 0, False)
            found = await bench.found(order, conditional=True)
            assert (found.status, found.filled_quantity, found.triggered) == (CANCELED, 0, False)
        bench.cancel(order, waiting_id, conditional=True)
        assert (await bench.record.wait(CancelFailed)).final


@MARKETS
async def test_vc42_a_trigger_that_the_market_has_passed_is_refused_at_once(
    bench: Bench, exchange: Exchange, symbol: str
) -> None:
    triggered = [one for one in waiting_types(exchange, symbol) if one is not OrderType.TRAILING_STOP]
    for order_type in triggered:
        sell, buy = TERMS[order_type]
        for terms in (sell._replace(trigger=buy.trigger), buy._replace(trigger=sell.trigger)):
            order = bench.send(**terms_of(order_type, symbol, terms))
            refused = await bench.record.wait(OrderRefused, _about(order))
            assert (refused.reason, refused.retryable) == (RejectReason.IMMEDIATE_MATCH_REFUSED, False)
    picture = await bench.synchronized(symbol)
    assert not picture.open_exchange_client_order_ids
    assert not bench.record.of(ExecutionReported)


def _about(order: SendOrder) -> Any:
    return lambda told: told.order_id == order.order_id


@MARKETS
async def test_vc43_a_conditional_order_whose_reply_is_lost_is_unknown_and_found_before_and_after_it_is_set_off(
    bench: Bench, exchange: Exchange, symbol: str
) -> None:
    for order_type in waiting_types(exchange, symbol):
        terms = TERMS[order_type][0]
        await bench.move(symbol, "65000")
        await bench.control.fault("lose_reply", "place")
        order = bench.send(**terms_of(order_type, symbol, terms))
        await bench.record.wait(SendOutcomeUnknown, _about(order))
        await bench.record.forget()
        found = await bench.found(order, conditional=True)
        assert (found.status, found.triggered) == (OPEN, False)
        for price in terms.path:
            await bench.move(symbol, price)
        await bench.record.forget()
        found = await bench.found(order, conditional=True)
        assert (found.status, found.triggered, found.filled_quantity) == (FILLED, True, QUANTITY)
        await bench.record.quiet()
        assert filled_by(executions_of(bench, order, found.exchange_order_id)) == QUANTITY


@MARKETS
async def test_vc44_a_cancel_reaches_what_a_conditional_order_became_meanwhile(bench: Bench, symbol: str) -> None:
    """One with a limit rests, and is canceled; one that traded at the market has ended, and the cancel is too late."""
    rests = Terms(Side.SELL, "64000", "64800", ("63900",))
    for order_type, terms in ((OrderType.STOP_LIMIT, rests), (OrderType.STOP_LOSS, TERMS[OrderType.STOP_LOSS][0])):
        await bench.move(symbol, "65000")
        order, waiting_id = await bench.place(**terms_of(order_type, symbol, terms))
        await bench.move(symbol, terms.path[-1])
        await bench.record.wait(OrderReported, set_off(order))
        await bench.record.quiet()
        bench.cancel(order, waiting_id, conditional=True)
        if terms.price is None:
            assert (await bench.record.wait(CancelFailed)).final
            assert bench.filled(order) == QUANTITY
            continue
        await bench.record.wait(CancelAccepted)
        end = await bench.record.wait(OrderReported, ended(order))
        assert (end.status, end.filled_quantity) == (CANCELED, 0)
        found = await bench.found(order, conditional=True)
        assert (found.status, found.filled_quantity) == (CANCELED, 0)


@DESK_TYPES
async def test_vc45_what_is_left_to_the_desk_is_refused_by_the_session_and_not_sent(
    bench: Bench, symbol: str, order_type: OrderType
) -> None:
    order = bench.send(**terms_of(order_type, symbol, TERMS[order_type][0]))
    refused = await bench.record.wait(OrderRefused)
    assert (refused.reason, refused.retryable) == (RejectReason.INVALID_PARAMETERS, False)
    assert await bench.control.orders(order) == []
