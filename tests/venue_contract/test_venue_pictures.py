"""An account's picture after a gap: waiting orders, those of others, and what happened unheard."""

from decimal import Decimal
from typing import Any

from tidegate.core.messages.reports import AccountConnected, OrderAccepted, OrderReported, PositionsReported
from tidegate.core.vocabulary import Exchange, OrderType, Side, VenueOrderStatus
from venue_contract_cells import (
    MARKETS,
    QUANTITY,
    TERMS,
    Terms,
    executions_of,
    filled_by,
    set_off,
    terms_of,
    trade,
    waiting_types,
)
from venue_simulator import LINEAR, SPOT, Bench, named


@MARKETS
async def test_vc69_an_order_made_by_hand_is_told_with_its_figures_and_no_id_of_ours(bench: Bench, symbol: str) -> None:
    by_hand: dict[str, Any] = {"symbol": symbol, "side": "buy", "quantity": "0.03", "type": "limit", "price": "64000"}
    await bench.control.call("POST", "orders", {"api_key": bench.api_key, **by_hand})
    told = await bench.record.wait(OrderReported)
    picture = await bench.synchronized(SPOT, LINEAR)
    (listed,) = bench.record.of(OrderReported)
    for report in (told, listed):
        assert (report.status, report.symbol, report.side) == (VenueOrderStatus.OPEN, symbol, Side.BUY)
        assert (report.quantity, report.price, report.order_type) == (Decimal("0.03"), Decimal(64_000), OrderType.LIMIT)
        assert not str(report.exchange_client_order_id or "").startswith("tg")
    assert listed.exchange_order_id == told.exchange_order_id
    assert picture.open_exchange_client_order_ids == frozenset()
    assert picture.open_exchange_order_ids == {(symbol, listed.exchange_order_id)}
    assert not bench.record.of(OrderAccepted)


async def test_vc70_the_picture_lists_resting_waiting_and_set_off_orders_of_both_markets(
    bench: Bench, exchange: Exchange
) -> None:
    orders = {}
    rests = Terms(Side.SELL, "64000", "64800", ("63900",))
    for symbol in (SPOT, LINEAR):
        orders["resting", symbol], _ = await bench.place(symbol=symbol, price=Decimal(60_000))
        orders["became", symbol], _ = await bench.place(**terms_of(OrderType.STOP_LIMIT, symbol, rests))
        await bench.move(symbol, rests.path[-1])
        await bench.record.wait(OrderReported, set_off(orders["became", symbol]))
        far = Terms(Side.SELL, "60000", "59000", ())
        for order_type in waiting_types(exchange, symbol):
            if order_type in (OrderType.STOP_LOSS, OrderType.STOP_LIMIT):
                terms = far if order_type is OrderType.STOP_LIMIT else far._replace(price=None)
                orders[order_type, symbol], _ = await bench.place(**terms_of(order_type, symbol, terms))
    picture = await bench.synchronized(SPOT, LINEAR)
    assert picture.open_exchange_client_order_ids == {order.exchange_client_order_id for order in orders.values()}
    ids = picture.open_exchange_order_ids
    assert ids is None or len(ids) == len(orders)
    for (what, symbol), order in orders.items():
        (listed,) = bench.record.of(OrderReported, named(order))
        assert (listed.symbol, listed.status) == (symbol, VenueOrderStatus.OPEN)
        assert listed.triggered is (what == "became")


@MARKETS
async def test_vc71_what_happens_while_the_stream_is_down_is_in_the_executions_since_then(
    bench: Bench, exchange: Exchange, symbol: str
) -> None:
    """A resting order and one that waits: both fill unheard."""
    assert OrderType.STOP_LOSS in waiting_types(exchange, symbol)
    resting, resting_id = await bench.place(symbol=symbol, price=Decimal(64_000), quantity=QUANTITY)
    stop, _ = await bench.place(**terms_of(OrderType.STOP_LOSS, symbol, TERMS[OrderType.STOP_LOSS][0]))
    await bench.control.fault("drop_stream", "stream", None)
    await bench.move(symbol, "63900")
    await bench.control.call("DELETE", "faults")
    await bench.record.wait(AccountConnected, count=2)
    picture = await bench.synchronized(symbol)
    assert picture.open_exchange_client_order_ids == frozenset()
    assert filled_by(executions_of(bench, resting, resting_id)) == QUANTITY
    since = list(bench.record.reports)
    found = await bench.found(stop, conditional=True)
    assert (found.status, found.triggered) == (VenueOrderStatus.FILLED, True)
    bench.record.reports[:] = since
    assert filled_by(executions_of(bench, stop, found.exchange_order_id)) == QUANTITY


async def test_vc72_a_position_that_was_made_by_hand_is_in_the_picture(bench: Bench) -> None:
    body = {"symbol": LINEAR, "side": "sell", "quantity": "0.03", "type": "market"}
    await bench.control.call("POST", "orders", {"api_key": bench.api_key, **body})
    await bench.synchronized(LINEAR)
    (told,) = bench.record.of(PositionsReported)[-1].positions
    assert (told.symbol, told.quantity) == (LINEAR, Decimal("-0.03"))
    await trade(bench, LINEAR, Side.BUY, "0.03", reduce_only=True)
    await bench.synchronized(LINEAR)
    assert bench.record.of(PositionsReported)[-1].positions == ()
