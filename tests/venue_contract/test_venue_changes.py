"""Changes in place where the capability tables claim them, and honest refusals where they do not."""

from decimal import Decimal
from typing import Any

from tidegate.core.messages.reports import (
    AmendAccepted,
    AmendOutcomeUnknown,
    AmendRefused,
    OrderReported,
)
from tidegate.core.vocabulary import Exchange, OrderType, RejectReason, Side, VenueOrderStatus
from venue_contract_cells import (
    MARKETS,
    TERMS,
    Terms,
    ended,
    filled_by,
    offers_of,
    set_off,
    terms_of,
    trade,
)
from venue_simulator import LINEAR, Bench

CHANGED = {"price": Decimal(64_100), "quantity": Decimal("0.03")}


def resting(symbol: str) -> dict[str, Any]:
    """A limit buy below the market."""
    return {"symbol": symbol, "price": Decimal(64_000), "quantity": Decimal("0.02")}


def figures(told: OrderReported) -> dict[str, Any]:
    """What was changed, as a report tells it."""
    return {"price": told.price, "quantity": told.quantity}


@MARKETS
async def test_vc54_a_resting_order_is_amended_in_place_or_refused_unchanged_as_the_table_says(
    bench: Bench, exchange: Exchange, symbol: str
) -> None:
    order, exchange_order_id = await bench.place(**resting(symbol))
    await bench.record.forget()
    bench.amend(order, exchange_order_id, **CHANGED)
    if not offers_of(exchange, symbol).amends:
        refused = await bench.record.wait(AmendRefused)
        assert (refused.retryable, refused.final) == (False, False)
        assert figures(await bench.found(order)) == {"price": order.price, "quantity": order.quantity}
        return
    accepted = await bench.record.wait(AmendAccepted)
    assert (accepted.order_id, accepted.attempt, accepted.amendment) == (order.order_id, 1, 1)
    found = await bench.found(order)
    assert (figures(found), found.exchange_order_id) == (CHANGED, exchange_order_id)
    await bench.move(symbol, "64000")
    end = await bench.record.wait(OrderReported, ended(order))
    await bench.record.quiet()
    assert (end.status, end.filled_quantity) == (VenueOrderStatus.FILLED, Decimal("0.03"))
    assert filled_by(bench.executions(order)) == Decimal("0.03")
    assert {told.price for told in bench.executions(order)} == {Decimal(64_100)}


@MARKETS
async def test_vc55_a_waiting_order_is_amended_in_place_or_refused_unchanged_as_the_table_says(
    bench: Bench, exchange: Exchange, symbol: str
) -> None:
    changed = {"trigger_price": Decimal(64_500), "price": Decimal(64_400), "quantity": Decimal("0.03")}
    order, waiting_id = await bench.place(**terms_of(OrderType.STOP_LIMIT, symbol, TERMS[OrderType.STOP_LIMIT][0]))
    await bench.record.forget()
    bench.amend(order, waiting_id, **changed)
    before = {"trigger_price": order.trigger_price, "price": order.price, "quantity": order.quantity}
    in_place = offers_of(exchange, symbol).amends_conditional
    told = await bench.record.wait(AmendAccepted if in_place else AmendRefused)
    assert isinstance(told, AmendAccepted) or not (told.retryable or told.final)
    found = await bench.found(order, conditional=True)
    assert figures(found) | {"trigger_price": found.trigger_price} == (changed if in_place else before)
    assert (found.status, found.triggered, found.exchange_order_id) == (VenueOrderStatus.OPEN, False, waiting_id)


@MARKETS
async def test_vc56_a_trigger_is_not_amended_to_what_the_market_has_passed(
    bench: Bench, exchange: Exchange, symbol: str
) -> None:
    order, waiting_id = await bench.place(**terms_of(OrderType.STOP_LOSS, symbol, TERMS[OrderType.STOP_LOSS][0]))
    bench.amend(order, waiting_id, trigger_price=Decimal(65_500))
    refused = await bench.record.wait(AmendRefused)
    assert not refused.final
    if offers_of(exchange, symbol).amends_conditional:
        assert refused.reason in (RejectReason.IMMEDIATE_MATCH_REFUSED, RejectReason.OUTSIDE_VENUE_RULES)
    assert (await bench.found(order, conditional=True)).trigger_price == Decimal(64_000)


@MARKETS
async def test_vc57_an_amendment_of_what_has_ended_is_refused_for_good(
    bench: Bench, exchange: Exchange, symbol: str
) -> None:
    order, exchange_order_id = await bench.place(symbol=symbol, price=Decimal(66_000))
    await bench.record.wait(OrderReported, ended(order))
    bench.amend(order, exchange_order_id, **CHANGED)
    refused = await bench.record.wait(AmendRefused)
    assert not refused.retryable
    assert refused.final is offers_of(exchange, symbol).amends


@MARKETS
async def test_vc58_an_amendment_whose_reply_is_lost_is_unknown_and_the_look_up_tells_the_figures(
    bench: Bench, exchange: Exchange, symbol: str
) -> None:
    if not offers_of(exchange, symbol).amends:
        return  # Nothing is sent: see the first case.
    for kind, expected in (
        ("lose_reply", CHANGED),
        ("lose_request", {"price": Decimal(64_000), "quantity": Decimal("0.02")}),
    ):
        order, exchange_order_id = await bench.place(**resting(symbol))
        await bench.record.forget()
        await bench.control.fault(kind, "amend")
        bench.amend(order, exchange_order_id, **CHANGED)
        unknown = await bench.record.wait(AmendOutcomeUnknown)
        assert (unknown.order_id, unknown.attempt, unknown.amendment) == (order.order_id, 1, 1)
        await bench.record.forget()
        assert figures(await bench.found(order)) == expected


@MARKETS
async def test_vc59_a_quantity_counts_from_the_attempts_beginning_when_part_of_it_has_filled(
    bench: Bench, exchange: Exchange, symbol: str
) -> None:
    if not offers_of(exchange, symbol).amends:
        return
    await bench.move(symbol, "65000", levels=1, level_quantity="0.05")
    order, exchange_order_id = await bench.place(symbol=symbol, price=Decimal(65_100), quantity=Decimal("0.2"))
    await bench.record.quiet()
    filled = bench.filled(order)
    assert 0 < filled < Decimal("0.2")
    bench.amend(order, exchange_order_id, quantity=filled + Decimal("0.03"))
    await bench.record.wait(AmendAccepted)
    found = await bench.found(order)
    assert (found.quantity, found.filled_quantity) == (filled + Decimal("0.03"), filled)


@MARKETS
async def test_vc60_an_amendment_that_meets_what_a_waiting_order_became_does_not_end_it(
    bench: Bench, exchange: Exchange, symbol: str
) -> None:
    offers = offers_of(exchange, symbol)
    rests = Terms(Side.SELL, "64000", "64800", ("63900",))
    order, _ = await bench.place(**terms_of(OrderType.STOP_LIMIT, symbol, rests))
    await bench.move(symbol, rests.path[-1])
    became = await bench.record.wait(OrderReported, set_off(order))
    await bench.record.quiet()
    bench.amend(order, became.exchange_order_id, conditional=False, trigger_price=None, price=Decimal(64_900))
    told = await bench.record.wait(AmendAccepted if offers.amends else AmendRefused)
    assert isinstance(told, AmendAccepted) or not told.final
    found = await bench.found(order, conditional=True)
    assert (found.status, found.price) == (VenueOrderStatus.OPEN, Decimal(64_900 if offers.amends else 64_800))


async def test_vc61_a_protective_stop_that_reduces_only_is_amended_where_waiting_orders_are(
    bench: Bench, exchange: Exchange
) -> None:
    await trade(bench, LINEAR, Side.BUY, "0.03")
    asked = terms_of(OrderType.STOP_LOSS, LINEAR, TERMS[OrderType.STOP_LOSS][0], reduce_only=True, protective=True)
    order, waiting_id = await bench.place(**asked)
    bench.amend(order, waiting_id, quantity=Decimal("0.03"), trigger_price=Decimal(64_200), protective=True)
    in_place = offers_of(exchange, LINEAR).amends_conditional
    await bench.record.wait(AmendAccepted if in_place else AmendRefused)
    await bench.move(LINEAR, "63900")
    end = await bench.record.wait(OrderReported, ended(order))
    assert (end.status, end.filled_quantity) == (VenueOrderStatus.FILLED, Decimal("0.03" if in_place else "0.02"))
