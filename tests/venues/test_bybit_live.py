"""Bybit's session against its simulator: each order on spot and linear placed, found, amended, canceled and ended."""

from decimal import Decimal
from typing import Any

import pytest

from tidegate.core.messages.reports import (
    AccountSynchronized,
    AmendAccepted,
    AmendOutcomeUnknown,
    AmendRefused,
    BalancesReported,
    CancelAccepted,
    CancelFailed,
    ExecutionReported,
    OrderNotFound,
    OrderRefused,
    OrderReported,
    SendOutcomeUnknown,
)
from tidegate.core.vocabulary import Exchange, Liquidity, OrderType, RejectReason, Side, TimeInForce, VenueOrderStatus
from venue_simulator import LINEAR, SPOT, Bench, named

MARKETS = pytest.mark.parametrize("symbol", [SPOT, LINEAR])
FAR = Decimal(64_000)  # Buys here rest: the market is at 65,000, and takes no price far from that.
NOTHING = Decimal(0)


@pytest.fixture(scope="module")
def exchange() -> Exchange:
    return Exchange.BYBIT


def ends(order: Any) -> Any:
    """A filter for reports of an order's end."""
    return lambda told: named(order)(told) and told.status is not VenueOrderStatus.OPEN


@MARKETS
@pytest.mark.parametrize("side", list(Side))
async def test_a_market_order_fills_at_once(bench: Bench, symbol: str, side: Side) -> None:
    order, exchange_order_id = await bench.place(
        symbol=symbol, order_type=OrderType.MARKET, price=None, side=side, quantity=Decimal("0.5")
    )
    end = await bench.record.wait(OrderReported, ends(order))
    await bench.record.quiet()
    assert (end.status, end.filled_quantity, end.symbol) == (VenueOrderStatus.FILLED, Decimal("0.5"), symbol)
    assert (end.exchange_order_id, end.order_type, end.quantity) == (
        exchange_order_id,
        OrderType.MARKET,
        Decimal("0.5"),
    )
    assert bench.filled(order) == Decimal("0.5")
    paid_in = {fee.asset for told in bench.executions(order) for fee in told.fees}
    assert paid_in == {"BTC" if symbol == SPOT and side is Side.BUY else "USDT"}
    assert {told.liquidity for told in bench.executions(order)} == {Liquidity.TAKER}


@MARKETS
async def test_a_limit_order_rests_and_is_told_with_its_figures(bench: Bench, symbol: str) -> None:
    order, exchange_order_id = await bench.place(symbol=symbol, price=FAR)
    told = await bench.record.wait(OrderReported, named(order))
    assert (told.status, told.exchange_order_id) == (VenueOrderStatus.OPEN, exchange_order_id)
    assert (told.side, told.order_type, told.quantity, told.price) == (
        Side.BUY,
        OrderType.LIMIT,
        Decimal("0.01"),
        FAR,
    )
    assert (told.trigger_price, told.triggered) == (None, False)
    await bench.move(symbol, "63900")
    await bench.record.wait(OrderReported, ends(order))
    await bench.record.quiet()
    assert {execution.liquidity for execution in bench.executions(order)} == {Liquidity.MAKER}


@MARKETS
@pytest.mark.parametrize("time_in_force", [TimeInForce.IOC, TimeInForce.FOK])
async def test_an_immediate_order_that_finds_nothing_expires(
    bench: Bench, symbol: str, time_in_force: TimeInForce
) -> None:
    order, _ = await bench.place(symbol=symbol, price=FAR, time_in_force=time_in_force)
    end = await bench.record.wait(OrderReported, ends(order))
    assert (end.status, end.reason) == (VenueOrderStatus.EXPIRED, RejectReason.EXPIRED_AT_VENUE)


@MARKETS
async def test_what_an_immediate_order_leaves_expires(bench: Bench, symbol: str) -> None:
    await bench.move(symbol, "65000", levels=2, level_quantity="0.1")
    order, _ = await bench.place(
        symbol=symbol, price=Decimal(65_100), quantity=Decimal("0.5"), time_in_force=TimeInForce.IOC
    )
    end = await bench.record.wait(OrderReported, ends(order))
    await bench.record.quiet()
    assert (end.status, end.filled_quantity) == (VenueOrderStatus.EXPIRED, bench.filled(order))
    assert NOTHING < end.filled_quantity < Decimal("0.5")


@MARKETS
async def test_a_post_only_order_that_would_take_is_refused_late_with_that_reason(bench: Bench, symbol: str) -> None:
    order, _ = await bench.place(symbol=symbol, price=Decimal(65_500), post_only=True)
    end = await bench.record.wait(OrderReported, ends(order))
    assert (end.status, end.reason) == (VenueOrderStatus.REJECTED, RejectReason.IMMEDIATE_MATCH_REFUSED)


async def test_a_refusal_that_follows_the_acknowledgement_is_told(bench: Bench) -> None:
    await bench.control.fault("async_reject", "place")
    order, _ = await bench.place(price=FAR)
    end = await bench.record.wait(OrderReported, ends(order))
    assert (end.status, end.reason) == (VenueOrderStatus.REJECTED, RejectReason.VENUE_ERROR)


@MARKETS
async def test_what_cannot_be_paid_for_is_refused(bench: Bench, symbol: str) -> None:
    bench.send(symbol=symbol, price=FAR, quantity=Decimal(50 if symbol == SPOT else 400))
    refused = await bench.record.wait(OrderRefused)
    assert (refused.reason, refused.retryable) == (RejectReason.INSUFFICIENT_FUNDS, False)


@pytest.mark.parametrize("amount", ["100", "1234.5", "99999"])
async def test_a_buy_for_an_amount_of_quote_that_leaves_less_than_a_lot_is_filled(bench: Bench, amount: str) -> None:
    await bench.move(SPOT, "65000", levels=20, level_quantity="0.3")
    order, _ = await bench.place(order_type=OrderType.MARKET, price=None, quantity=None, quote_quantity=Decimal(amount))
    end = await bench.record.wait(OrderReported, ends(order))
    await bench.record.quiet()
    assert (end.status, end.quantity) == (VenueOrderStatus.FILLED, None)
    spent = sum(told.quantity * told.price for told in bench.executions(order))
    assert Decimal(0) <= Decimal(amount) - spent < Decimal("0.1")
    assert (await bench.found(order)).status is VenueOrderStatus.FILLED


async def test_a_buy_for_an_amount_of_quote_in_a_thin_book_expires(bench: Bench) -> None:
    await bench.move(SPOT, "65000", levels=1, level_quantity="0.01")
    order, _ = await bench.place(
        order_type=OrderType.MARKET, price=None, quantity=None, quote_quantity=Decimal(100_000)
    )
    end = await bench.record.wait(OrderReported, ends(order))
    assert end.status is VenueOrderStatus.EXPIRED
    assert end.filled_quantity > 0


@MARKETS
async def test_a_resting_order_is_amended_in_place(bench: Bench, symbol: str) -> None:
    order, exchange_order_id = await bench.place(symbol=symbol, price=FAR)
    await bench.record.forget()
    bench.amend(order, price=Decimal("64100.5"), quantity=Decimal("0.02"))
    accepted = await bench.record.wait((AmendAccepted, AmendRefused, AmendOutcomeUnknown))
    assert isinstance(accepted, AmendAccepted)
    told = await bench.record.wait(OrderReported, named(order))
    assert (told.exchange_order_id, told.price, told.quantity) == (
        exchange_order_id,
        Decimal("64100.5"),
        Decimal("0.02"),
    )


async def test_an_amendment_to_what_the_order_is_already_is_accepted(bench: Bench) -> None:
    order, exchange_order_id = await bench.place(price=FAR)
    bench.amend(order, exchange_order_id)
    await bench.record.wait(AmendAccepted)


@MARKETS
async def test_an_amendment_of_what_has_ended_is_refused_for_good(bench: Bench, symbol: str) -> None:
    order, exchange_order_id = await bench.place(
        symbol=symbol, order_type=OrderType.MARKET, price=None, quantity=Decimal("0.01")
    )
    await bench.record.wait(OrderReported, ends(order))
    bench.amend(order, exchange_order_id, price=FAR)
    refused = await bench.record.wait(AmendRefused)
    assert (refused.final, refused.retryable) == (True, False)


@MARKETS
async def test_an_amendment_that_cannot_be_paid_for_leaves_the_order_as_it_is(bench: Bench, symbol: str) -> None:
    order, exchange_order_id = await bench.place(symbol=symbol, price=FAR)
    bench.amend(order, exchange_order_id, quantity=Decimal(50 if symbol == SPOT else 400))
    refused = await bench.record.wait(AmendRefused)
    assert (refused.reason, refused.final) == (RejectReason.INSUFFICIENT_FUNDS, False)
    assert (await bench.found(order)).quantity == Decimal("0.01")


@MARKETS
async def test_an_amendment_whose_reply_is_lost_is_in_doubt_and_the_look_up_tells(bench: Bench, symbol: str) -> None:
    order, exchange_order_id = await bench.place(symbol=symbol, price=FAR)
    await bench.control.fault("lose_reply", "amend")
    bench.amend(order, exchange_order_id, price=Decimal(64_100))
    await bench.record.wait(AmendOutcomeUnknown)
    assert (await bench.found(order)).price == Decimal(64_100)


async def test_an_amendment_that_is_not_seen_yet_is_in_doubt(bench: Bench) -> None:
    order, exchange_order_id = await bench.place(price=FAR)
    await bench.record.quiet()
    await bench.control.fault("stale_query", "query", None, seconds=30)
    bench.amend(order, exchange_order_id, price=Decimal(64_100))
    await bench.record.wait(AmendOutcomeUnknown)


@MARKETS
async def test_a_cancel_is_accepted_and_the_end_told(bench: Bench, symbol: str) -> None:
    order, _ = await bench.place(symbol=symbol, price=FAR)
    bench.cancel(order)
    await bench.record.wait(CancelAccepted)
    end = await bench.record.wait(OrderReported, ends(order))
    assert (end.status, end.reason) == (VenueOrderStatus.CANCELED, RejectReason.USER_REQUEST)
    await bench.record.forget()
    bench.cancel(order)
    failed = await bench.record.wait(CancelFailed)
    assert failed.final


@MARKETS
async def test_a_cancel_that_nobody_asked_for_is_told_as_the_venues(bench: Bench, symbol: str) -> None:
    order, _ = await bench.place(symbol=symbol, price=FAR)
    match = {"client_order_id": order.exchange_client_order_id, "count": 1}
    await bench.control.call("POST", "faults", {"kind": "unsolicited_cancel", "match": match})
    end = await bench.record.wait(OrderReported, ends(order))
    assert (end.status, end.reason) == (VenueOrderStatus.CANCELED, RejectReason.CANCELED_AT_VENUE)


@MARKETS
async def test_an_order_whose_reply_is_lost_is_found_by_our_id(bench: Bench, symbol: str) -> None:
    await bench.control.fault("lose_reply", "place")
    order = bench.send(symbol=symbol, price=FAR)
    await bench.record.wait(SendOutcomeUnknown)
    found = await bench.found(order)
    assert (found.status, found.price) == (VenueOrderStatus.OPEN, FAR)


@MARKETS
async def test_an_order_is_found_by_our_id_once_it_has_ended(bench: Bench, symbol: str) -> None:
    filled, _ = await bench.place(symbol=symbol, order_type=OrderType.MARKET, price=None, quantity=Decimal("0.01"))
    canceled, canceled_id = await bench.place(symbol=symbol, price=FAR)
    bench.cancel(canceled, canceled_id)
    await bench.record.wait(OrderReported, ends(canceled))
    await bench.record.forget()
    assert (await bench.found(filled)).status is VenueOrderStatus.FILLED
    assert bench.filled(filled) == Decimal("0.01")
    assert (await bench.found(canceled)).status is VenueOrderStatus.CANCELED


@MARKETS
async def test_an_order_that_never_arrived_is_not_found(bench: Bench, symbol: str) -> None:
    await bench.control.fault("lose_request", "place")
    order = bench.send(symbol=symbol, price=FAR)
    await bench.record.wait(SendOutcomeUnknown)
    bench.query(order)
    absent = await bench.record.wait(OrderNotFound)
    assert absent.order_id == order.order_id


async def test_the_picture_of_an_account_holds_both_markets(bench: Bench) -> None:
    spot, _ = await bench.place(symbol=SPOT, price=FAR)
    linear, _ = await bench.place(symbol=LINEAR, price=FAR)
    bought, _ = await bench.place(symbol=SPOT, order_type=OrderType.MARKET, price=None)
    traded, _ = await bench.place(symbol=LINEAR, order_type=OrderType.MARKET, price=None)
    picture = await bench.synchronized(SPOT, LINEAR)
    assert picture.open_exchange_client_order_ids == {
        spot.exchange_client_order_id,
        linear.exchange_client_order_id,
    }
    assert {told.symbol for told in bench.record.of(OrderReported)} == {SPOT, LINEAR}
    executed = {told.exchange_client_order_id for told in bench.record.of(ExecutionReported)}
    assert executed == {bought.exchange_client_order_id, traded.exchange_client_order_id}
    (held,) = bench.record.of(BalancesReported)
    ledger = await bench.control.call("GET", "ledger")
    truth = {row["asset"]: Decimal(row["free"]) + Decimal(row["locked"]) for row in ledger["balances"]}
    assert {told.asset: told.free + told.locked for told in held.balances}["BTC"] in truth.values()
    assert len(bench.record.of(AccountSynchronized)) == 1


@MARKETS
async def test_what_the_venue_says_is_left_of_a_limit_is_heeded_in_its_category(bench: Bench, symbol: str) -> None:
    """Half of Bybit's limit: one order leaves less than our own count would."""
    await bench.control.call("POST", "limits", {"scale": 0.5})
    await bench.place(symbol=symbol, price=FAR)
    budget = bench.session.health().budget
    if symbol == SPOT:
        assert (budget["spot_orders"], "linear_orders" in budget) == ("391/400", False)
    else:
        assert (budget["linear_orders"], "spot_orders" in budget) == ("196/200", False)
