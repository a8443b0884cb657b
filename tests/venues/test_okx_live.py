"""OKX, live against its simulator: orders and their changes, on pairs and swaps."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tidegate.core.messages.reports import (
    AmendAccepted,
    AmendOutcomeUnknown,
    AmendRefused,
    OrderNotFound,
    OrderRefused,
    OrderReported,
    SendOutcomeUnknown,
)
from tidegate.core.vocabulary import (
    Exchange,
    Liquidity,
    OrderType,
    RejectReason,
    Side,
    TimeInForce,
    VenueOrderStatus,
)
from venue_contract_helpers import Control
from venue_okx_helpers import state, trade
from venue_simulator import LINEAR, SPOT, Bench, connected

BUY, SELL = Side.BUY, Side.SELL
QUANTITY = Decimal("0.02")
BOTH = pytest.mark.parametrize("symbol", [SPOT, LINEAR])


@pytest.fixture(scope="module")
def exchange() -> Exchange:
    return Exchange.OKX


# --- orders ----------------------------------------------------------------------------------------------------------


@BOTH
@pytest.mark.parametrize("side", [BUY, SELL])
async def test_a_market_order_fills_in_base(bench: Bench, symbol: str, side: Side) -> None:
    order = bench.market(str(QUANTITY), side, symbol=symbol)
    filled = await bench.record.wait(OrderReported, state(order, VenueOrderStatus.FILLED))
    assert bench.filled(order) == filled.filled_quantity == filled.quantity == QUANTITY
    assert {told.liquidity for told in bench.executions(order)} == {Liquidity.TAKER}
    assert all(fee.amount > 0 for told in bench.executions(order) for fee in told.fees)


@BOTH
@pytest.mark.parametrize(
    ("terms", "price", "status"),
    [
        ({}, "60000", VenueOrderStatus.OPEN),
        ({"post_only": True}, "60000", VenueOrderStatus.OPEN),
        ({"post_only": True}, "66000", VenueOrderStatus.REJECTED),
        ({"time_in_force": TimeInForce.IOC}, "66000", VenueOrderStatus.FILLED),
        ({"time_in_force": TimeInForce.IOC}, "60000", VenueOrderStatus.EXPIRED),
        ({"time_in_force": TimeInForce.FOK}, "66000", VenueOrderStatus.FILLED),
        ({"time_in_force": TimeInForce.FOK}, "60000", VenueOrderStatus.EXPIRED),
    ],
)
async def test_limit_orders_of_every_kind(
    bench: Bench, symbol: str, terms: dict[str, Any], price: str, status: VenueOrderStatus
) -> None:
    order = bench.send(symbol=symbol, quantity=QUANTITY, price=Decimal(price), **terms)
    told = await bench.record.wait(OrderReported, state(order, status))
    assert (told.price, told.quantity, told.order_type) == (Decimal(price), QUANTITY, OrderType.LIMIT)
    assert (await bench.found(order)).status is status


async def test_a_pairs_market_order_is_refused_not_made_smaller_unless_it_says_so(
    exchange: Exchange, simulator: dict[str, Any], control: Control, tmp_path: Path
) -> None:
    async with connected(exchange, simulator, control, tmp_path, balances={"USDT": "100"}) as poor:
        poor.market("0.01", BUY)
        assert (await poor.record.wait(OrderRefused)).reason is RejectReason.INSUFFICIENT_FUNDS
        order = poor.market("0.01", BUY, params={"banAmend": "false"})
        smaller = await poor.record.wait(OrderReported, state(order, VenueOrderStatus.FILLED))
        assert smaller.quantity == smaller.filled_quantity < Decimal("0.01")


async def test_a_swap_order_that_is_no_multiple_of_the_lot_is_not_sent(bench: Bench) -> None:
    order = bench.send(symbol=LINEAR, quantity=Decimal("0.00005"))
    refused = await bench.record.wait(OrderRefused)
    assert (refused.retryable, refused.reason) == (False, RejectReason.INVALID_PARAMETERS)
    assert not await bench.control.orders(order)


@BOTH
async def test_an_order_is_canceled_by_either_id(bench: Bench, symbol: str) -> None:
    for by_our_own in (True, False):
        order, exchange_order_id = await bench.place(symbol=symbol, quantity=QUANTITY)
        bench.cancel(order, None if by_our_own else exchange_order_id)
        ended = await bench.record.wait(OrderReported, state(order, VenueOrderStatus.CANCELED))
        assert ended.reason is RejectReason.USER_REQUEST


@BOTH
@pytest.mark.parametrize("fault", ["lose_reply", "status_unknown_after_accept"])
async def test_an_order_whose_answer_is_lost_is_found_and_one_that_never_arrived_is_not(
    bench: Bench, symbol: str, fault: str
) -> None:
    await bench.control.fault(fault, "place")
    order = bench.send(symbol=symbol, quantity=QUANTITY)
    await bench.record.wait(SendOutcomeUnknown)
    assert (await bench.found(order)).status is VenueOrderStatus.OPEN
    await bench.control.fault("lose_request", "place")
    lost = bench.send(symbol=symbol, quantity=QUANTITY)
    await bench.record.wait(SendOutcomeUnknown, count=2)
    bench.query(lost)
    assert (await bench.record.wait(OrderNotFound)).order_id == lost.order_id


# --- changes ---------------------------------------------------------------------------------------------------------


@BOTH
async def test_an_order_changes_in_place_and_counts_from_its_beginning(bench: Bench, symbol: str) -> None:
    order, exchange_order_id = await bench.place(symbol=symbol, quantity=QUANTITY, price=Decimal(64_000))
    bench.amend(order, exchange_order_id, quantity=Decimal("0.05"), price=Decimal(63_000))
    await bench.record.wait(AmendAccepted)
    found = await bench.found(order)
    assert (found.quantity, found.price, found.status) == (Decimal("0.05"), Decimal(63_000), VenueOrderStatus.OPEN)
    await bench.move(symbol, "62900")
    filled = await bench.record.wait(OrderReported, state(order, VenueOrderStatus.FILLED))
    assert bench.filled(order) == filled.filled_quantity == Decimal("0.05")


async def test_a_change_of_what_has_ended_is_final(bench: Bench) -> None:
    order = await trade(bench, BUY)
    bench.amend(order, quantity=Decimal("0.05"), price=Decimal(63_000))
    refused = await bench.record.wait(AmendRefused)
    assert (refused.final, refused.venue_code) == (True, "51503")


async def test_a_change_that_cannot_be_paid_leaves_the_order(bench: Bench) -> None:
    order, exchange_order_id = await bench.place(quantity=QUANTITY, price=Decimal(60_000))
    bench.amend(order, exchange_order_id, quantity=Decimal(1_000))
    refused = await bench.record.wait(AmendRefused)
    assert (refused.final, refused.reason) == (False, RejectReason.INSUFFICIENT_FUNDS)
    assert (await bench.found(order)).quantity == QUANTITY


async def test_a_change_is_looked_up_where_the_stream_says_nothing(bench: Bench) -> None:
    order, exchange_order_id = await bench.place(quantity=QUANTITY, price=Decimal(60_000))
    await bench.control.fault("drop_stream", "stream", None)
    bench.amend(order, exchange_order_id, price=Decimal(61_000))
    await bench.record.wait(AmendAccepted)


async def test_a_change_whose_answer_is_lost_is_in_doubt(bench: Bench) -> None:
    order, exchange_order_id = await bench.place(quantity=QUANTITY, price=Decimal(60_000))
    await bench.control.fault("lose_reply", "amend")
    bench.amend(order, exchange_order_id, price=Decimal(61_000))
    await bench.record.wait(AmendOutcomeUnknown)
    assert (await bench.found(order)).price == Decimal(61_000)
