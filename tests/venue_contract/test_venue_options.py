"""What orders may say beside their type: times in force, post-only, reduce-only, quantities in quote, triggers."""

from decimal import Decimal

import pytest

from tidegate.core.messages.reports import OrderAccepted, OrderRefused, OrderReported
from tidegate.core.vocabulary import (
    Exchange,
    Liquidity,
    OffsetUnit,
    OrderType,
    RejectReason,
    Side,
    TimeInForce,
    TriggerBy,
    VenueOrderStatus,
)
from venue_contract_cells import (
    MARKETS,
    QUANTITY,
    TERMS,
    Terms,
    ended,
    executions_of,
    offers_of,
    set_off,
    state,
    terms_of,
    trade,
)
from venue_simulator import LADDER, LINEAR, SPOT, Bench, named

OPEN, FILLED, EXPIRED = VenueOrderStatus.OPEN, VenueOrderStatus.FILLED, VenueOrderStatus.EXPIRED


@MARKETS
async def test_vc46_an_immediate_order_takes_what_is_there_and_expires_with_the_rest(bench: Bench, symbol: str) -> None:
    await bench.move(symbol, "65000", levels=1, level_quantity="0.05")
    limit = {"symbol": symbol, "price": Decimal(65_500), "quantity": Decimal("0.2")}
    order, _ = await bench.place(**limit, time_in_force=TimeInForce.IOC)
    end = await bench.record.wait(OrderReported, ended(order))
    await bench.record.quiet()
    assert (end.status, end.reason) == (EXPIRED, RejectReason.EXPIRED_AT_VENUE)
    assert 0 < end.filled_quantity == bench.filled(order) < Decimal("0.2")


@MARKETS
async def test_vc47_a_fill_or_kill_order_is_filled_whole_or_not_at_all(bench: Bench, symbol: str) -> None:
    await bench.move(symbol, "65000", levels=1, level_quantity="0.05")
    limit = {"symbol": symbol, "price": Decimal(65_500), "time_in_force": TimeInForce.FOK}
    killed = bench.send(**limit, quantity=Decimal("0.2"))
    end = await bench.record.wait((OrderReported, OrderRefused), lambda told: _ends(told, killed))
    if isinstance(end, OrderReported):
        assert (end.status, end.reason, end.filled_quantity) == (EXPIRED, RejectReason.EXPIRED_AT_VENUE, 0)
    whole, _ = await bench.place(**limit, quantity=Decimal("0.02"))
    assert (await bench.record.wait(OrderReported, ended(whole))).status is FILLED
    assert not bench.executions(killed)


def _ends(told: object, order: object) -> bool:
    return isinstance(told, OrderRefused) or (isinstance(told, OrderReported) and bool(ended(order)(told)))


@MARKETS
async def test_vc48_a_post_only_order_rests_as_maker_and_is_rejected_where_it_would_take(
    bench: Bench, symbol: str
) -> None:
    rests, exchange_order_id = await bench.place(symbol=symbol, price=Decimal(64_500), post_only=True)
    takes = bench.send(symbol=symbol, price=Decimal(66_000), post_only=True)
    end = await bench.record.wait((OrderReported, OrderRefused), lambda told: _ends(told, takes))
    assert end.reason is RejectReason.IMMEDIATE_MATCH_REFUSED
    if isinstance(end, OrderReported):
        assert (end.status, end.filled_quantity) == (VenueOrderStatus.REJECTED, 0)
    await bench.move(symbol, "64000")
    await bench.record.wait(OrderReported, state(rests, FILLED))
    await bench.record.quiet()
    executions = executions_of(bench, rests, exchange_order_id)
    assert {told.liquidity for told in executions} == {Liquidity.MAKER}
    assert {told.price for told in executions} == {Decimal(64_500)}


async def test_vc49_reduce_only_closes_and_never_opens_a_position(bench: Bench) -> None:
    closing = {"symbol": LINEAR, "order_type": OrderType.MARKET, "side": Side.SELL, "price": None, "reduce_only": True}
    bench.send(**closing)
    refused = await bench.record.wait(OrderRefused)
    assert (refused.reason, refused.retryable) == (RejectReason.POSITION_CLOSED, False)
    await trade(bench, LINEAR, Side.BUY, "0.03")
    order, _ = await bench.place(**closing, quantity=Decimal("0.03"))
    assert (await bench.record.wait(OrderReported, ended(order))).status is FILLED
    assert bench.filled(order) == Decimal("0.03")


@pytest.mark.parametrize("side", list(Side))
async def test_vc50_a_spot_market_order_counts_in_quote_where_it_is_asked_to(bench: Bench, side: Side) -> None:
    order, exchange_order_id = await bench.place(
        symbol=SPOT, order_type=OrderType.MARKET, side=side, price=None, quantity=None, quote_quantity=Decimal(1_000)
    )
    await bench.record.wait(OrderReported, ended(order))
    await bench.record.quiet()
    spent = sum(told.quantity * told.price for told in executions_of(bench, order, exchange_order_id))
    assert Decimal(998) < spent <= Decimal(1_000)


@MARKETS
async def test_vc51_a_conditional_limit_order_has_the_time_in_force_that_the_table_says_once_it_is_set_off(
    bench: Bench, exchange: Exchange, symbol: str
) -> None:
    """One that would rest expires instead if it must trade at once. What the table leaves out is not sent at all."""
    rests = Terms(Side.SELL, "64000", "64800", ("63900",))
    for time_in_force in (TimeInForce.GTC, TimeInForce.IOC, TimeInForce.FOK):
        await bench.move(symbol, "65000")
        order = bench.send(**terms_of(OrderType.STOP_LIMIT, symbol, rests, time_in_force=time_in_force))
        told = await bench.record.wait((OrderAccepted, OrderRefused), lambda one, it=order: one.order_id == it.order_id)
        if time_in_force not in offers_of(exchange, symbol).conditional_times:
            assert isinstance(told, OrderRefused)
            assert await bench.control.orders(order) == []
            continue
        assert isinstance(told, OrderAccepted)
        await bench.move(symbol, rests.path[-1])
        await bench.record.wait(OrderReported, lambda one, it=order: set_off(it)(one) or ended(it)(one))
        await bench.record.quiet()
        found = await bench.found(order, conditional=True)
        expected = {OPEN} if time_in_force is TimeInForce.GTC else {EXPIRED, VenueOrderStatus.REJECTED}
        assert (found.status in expected, found.filled_quantity) == (True, 0), found


@MARKETS
async def test_vc52_each_price_that_the_table_names_sets_an_order_off_and_the_others_do_not(
    bench: Bench, exchange: Exchange, symbol: str
) -> None:
    prices = {TriggerBy.MARK: "mark_price", TriggerBy.INDEX: "index_price"}
    terms = TERMS[OrderType.STOP_LOSS][0]
    there = dict.fromkeys(prices.values(), terms.path[-1])
    for trigger_by in sorted(offers_of(exchange, symbol).trigger_by & prices.keys()):
        await bench.move(symbol, "65000", **dict.fromkeys(prices.values(), "65000"), **LADDER)
        order, _ = await bench.place(**terms_of(OrderType.STOP_LOSS, symbol, terms, trigger_by=trigger_by))
        await bench.move(symbol, terms.path[-1], **(there | {prices[trigger_by]: "65000"}))
        assert not (await bench.found(order, conditional=True)).triggered
        await bench.move(symbol, terms.path[-1], **there)
        await bench.record.wait(OrderReported, state(order, FILLED))
    if symbol == LINEAR:
        await bench.control.call("POST", "market", {"symbol": symbol, **dict.fromkeys(prices.values())})


@MARKETS
async def test_vc53_a_trailing_stop_trails_in_each_unit_of_the_table_and_begins_at_its_trigger(
    bench: Bench, exchange: Exchange, symbol: str
) -> None:
    offsets = {OffsetUnit.PERCENT: Decimal(1), OffsetUnit.PRICE: Decimal(650)}
    for unit in sorted(offers_of(exchange, symbol).trailing_units):
        await bench.move(symbol, "65000")
        trailing = {"trailing_offset": offsets[unit], "trailing_offset_unit": unit, "trigger_price": Decimal(66_000)}
        asked = terms_of(OrderType.TRAILING_STOP, symbol, TERMS[OrderType.TRAILING_STOP][0], **trailing)
        order, _ = await bench.place(**asked)
        await bench.move(symbol, "64000")
        assert not (await bench.found(order, conditional=True)).triggered
        await bench.move(symbol, "66200")
        await bench.move(symbol, "65500")
        end = await bench.record.wait(OrderReported, ended(order))
        assert (end.status, end.filled_quantity) == (FILLED, QUANTITY)
        assert all(named(order)(told) for told in bench.executions(order))
