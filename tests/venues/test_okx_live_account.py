"""OKX, live against its simulator: leverage, position modes, and what an account holds."""

from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tidegate.core.messages.reports import (
    AccountConnected,
    BalancesReported,
    CashFlowReported,
    ExecutionReported,
    LeverageReported,
    MessageQuarantined,
    OrderRefused,
    OrderReported,
    PositionsReported,
)
from tidegate.core.messages.values import VenueBalance, VenuePosition
from tidegate.core.vocabulary import (
    CashFlowKind,
    Exchange,
    ForcedTrade,
    MarginMode,
    OrderType,
    PositionSide,
    RejectReason,
    Side,
    VenueOrderStatus,
)
from venue_contract_helpers import Control
from venue_okx_helpers import state, stop, trade
from venue_simulator import LINEAR, PASSPHRASE, SECRET, SPOT, Bench, connected, named

BUY, SELL = Side.BUY, Side.SELL
QUANTITY = Decimal("0.02")
BOTH = pytest.mark.parametrize("symbol", [SPOT, LINEAR])


@pytest.fixture(scope="module")
def exchange() -> Exchange:
    return Exchange.OKX


@pytest.fixture
async def hedged(
    exchange: Exchange, simulator: dict[str, Any], control: Control, tmp_path: Path
) -> AsyncIterator[Bench]:
    """A session of an account in long/short mode."""
    async with connected(exchange, simulator, control, tmp_path, position_mode="hedge") as made:
        yield made


async def positions(bench: Bench) -> tuple[VenuePosition, ...]:
    """The positions as the venue's listing shows them."""
    await bench.synchronized()
    return bench.record.of(PositionsReported)[-1].positions


# --- leverage and modes ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", list(MarginMode))
async def test_leverage_is_set_before_the_order_and_told(bench: Bench, mode: MarginMode) -> None:
    order = await trade(bench, BUY, leverage=Decimal(7), margin_mode=mode)
    told = await bench.record.wait(LeverageReported)
    assert (told.symbol, told.leverage, told.margin_mode) == (LINEAR, Decimal(7), mode)
    (position,) = await positions(bench)
    assert (position.leverage, position.margin_mode, position.quantity) == (Decimal(7), mode, QUANTITY)
    assert order.leverage == Decimal(7)


async def test_an_order_whose_leverage_cannot_be_set_is_not_sent(bench: Bench) -> None:
    order = bench.market("0.02", BUY, symbol=LINEAR, leverage=Decimal(5_000))
    refused = await bench.record.wait(OrderRefused)
    assert (refused.venue_code, refused.retryable) == ("59102", False)
    assert not await bench.control.orders(order)


async def test_leverage_that_stands_is_not_set_again_while_an_order_waits(bench: Bench) -> None:
    first = await trade(bench, BUY, leverage=Decimal(7))
    await bench.place(**stop(LINEAR, OrderType.STOP_LOSS, SELL, "60000"))
    second = await trade(bench, BUY, leverage=Decimal(7))  # OKX takes no leverage while algo orders wait.
    assert bench.filled(first) + bench.filled(second) == Decimal("0.04")


async def test_long_and_short_positions_stand_beside_each_other(hedged: Bench) -> None:
    await trade(hedged, BUY, "0.03", position_side=PositionSide.LONG)
    await trade(hedged, SELL, "0.02", position_side=PositionSide.SHORT)
    held = {position.position_side: position.quantity for position in await positions(hedged)}
    assert held == {PositionSide.LONG: Decimal("0.03"), PositionSide.SHORT: Decimal("-0.02")}
    closed = await trade(hedged, SELL, "0.03", position_side=PositionSide.LONG, reduce_only=True)
    assert {told.position_side for told in hedged.executions(closed)} == {PositionSide.LONG}
    (short,) = await positions(hedged)
    assert short.position_side is PositionSide.SHORT


async def test_isolated_sides_have_a_leverage_each(hedged: Bench) -> None:
    for side, position_side, leverage in ((BUY, PositionSide.LONG, 4), (SELL, PositionSide.SHORT, 9)):
        isolated = {"margin_mode": MarginMode.ISOLATED, "leverage": Decimal(leverage)}
        await trade(hedged, side, position_side=position_side, **isolated)
    held = {position.position_side: position.leverage for position in await positions(hedged)}
    assert held == {PositionSide.LONG: Decimal(4), PositionSide.SHORT: Decimal(9)}


async def test_a_stop_closes_one_side(hedged: Bench) -> None:
    await trade(hedged, BUY, "0.03", position_side=PositionSide.LONG)
    await trade(hedged, SELL, "0.02", position_side=PositionSide.SHORT)
    terms = {"reduce_only": True, "position_side": PositionSide.LONG, "quantity": Decimal("0.03")}
    order, _ = await hedged.place(**stop(LINEAR, OrderType.STOP_LOSS, SELL, "64000", **terms))
    await hedged.move(LINEAR, "63900")
    await hedged.record.wait(OrderReported, state(order, VenueOrderStatus.FILLED))
    (short,) = await positions(hedged)
    assert short.quantity == Decimal("-0.02")


@pytest.mark.parametrize(
    ("side", "position_side", "reduce_only"),
    [(BUY, PositionSide.NET, False), (BUY, PositionSide.LONG, True), (SELL, PositionSide.SHORT, True)],
)
async def test_what_means_nothing_in_long_short_mode_is_not_sent(
    hedged: Bench, side: Side, position_side: PositionSide, reduce_only: bool
) -> None:
    order = hedged.market("0.02", side, symbol=LINEAR, position_side=position_side, reduce_only=reduce_only)
    assert (await hedged.record.wait(OrderRefused)).reason is RejectReason.INVALID_PARAMETERS
    assert not await hedged.control.orders(order)


async def test_a_mode_that_was_switched_by_hand_is_learned_from_the_refusal(bench: Bench) -> None:
    await trade(bench, BUY)
    await trade(bench, SELL, reduce_only=True)
    keys = {"api_key": bench.api_key, "secret": SECRET, "passphrase": PASSPHRASE}
    await bench.control.call("POST", "accounts", keys | {"position_mode": "hedge"})
    bench.market("0.02", BUY, symbol=LINEAR)
    assert (await bench.record.wait(OrderRefused)).venue_code == "51000"
    await trade(bench, BUY, position_side=PositionSide.LONG)


# --- books -----------------------------------------------------------------------------------------------------------


async def test_a_short_position_of_net_mode_is_negative_and_reduced_without_turning(bench: Bench) -> None:
    await trade(bench, SELL, "0.03")
    (position,) = await positions(bench)
    assert (position.symbol, position.position_side, position.quantity) == (LINEAR, PositionSide.NET, Decimal("-0.03"))
    assert position.average_price is not None
    assert position.mark_price == Decimal(65_000)
    await trade(bench, BUY, "0.03", reduce_only=True)
    assert await positions(bench) == ()


def total(bench: Bench, asset: str) -> Decimal:
    """What the last listing says there is of an asset."""
    held: dict[str, VenueBalance] = {one.asset: one for one in bench.record.of(BalancesReported)[-1].balances}
    return held[asset].free + held[asset].locked


@pytest.mark.parametrize("mode", list(MarginMode))
async def test_the_balance_is_cash_and_margin_whatever_a_position_is_worth(bench: Bench, mode: MarginMode) -> None:
    order = await trade(bench, BUY, "0.1", margin_mode=mode)
    fees = sum((fee.amount for told in bench.executions(order) for fee in told.fees), Decimal(0))
    await bench.move(LINEAR, "66000")
    await bench.synchronized(LINEAR)
    assert total(bench, "USDT") == Decimal(1_000_000) - fees


async def test_locked_funds_are_part_of_the_balance(bench: Bench) -> None:
    await bench.place(quantity=Decimal(1), price=Decimal(60_000))
    await bench.synchronized(SPOT)
    held = {one.asset: one for one in bench.record.of(BalancesReported)[-1].balances}
    assert (held["USDT"].locked, total(bench, "USDT")) == (Decimal(60_000), Decimal(1_000_000))


async def test_funding_and_transfers_are_cash_flows_and_trades_are_not(bench: Bench) -> None:
    await trade(bench, BUY, "0.1")
    bench.market("0.02", BUY, symbol=SPOT)
    await bench.control.call("POST", "funding", {"symbol": LINEAR, "rate": "0.001"})
    moved = {"api_key": bench.api_key, "asset": "USDT", "amount": "100", "direction": "withdrawal"}
    await bench.control.call("POST", "transfers", moved)
    await bench.synchronized(SPOT, LINEAR)
    funding, transfer = bench.record.of(CashFlowReported)
    assert (funding.kind, funding.symbol, funding.asset) == (CashFlowKind.FUNDING, LINEAR, "USDT")
    assert funding.amount == Decimal("-6.5")
    assert (transfer.kind, transfer.amount, transfer.symbol) == (CashFlowKind.TRANSFER, Decimal(-100), None)
    assert funding.flow_id != transfer.flow_id


async def test_funding_asks_for_a_comparison(bench: Bench) -> None:
    await trade(bench, BUY, "0.1")
    await bench.control.call("POST", "funding", {"symbol": LINEAR, "rate": "0.001"})
    await bench.record.wait(AccountConnected, count=2)


async def test_a_liquidation_is_told_as_the_venues_own_order(bench: Bench) -> None:
    order = await trade(bench, BUY, "0.1")
    await bench.control.call("POST", "liquidations", {"api_key": bench.api_key, "symbol": LINEAR})
    told = await bench.record.wait(ExecutionReported, lambda told: not named(order)(told))
    assert (told.exchange_client_order_id, told.side, told.quantity) == (None, SELL, Decimal("0.1"))
    assert told.forced is ForcedTrade.LIQUIDATION
    assert await positions(bench) == ()
    await bench.record.forget()
    await bench.synchronized(LINEAR)
    [listed] = bench.record.of(ExecutionReported, lambda report: report.side is SELL)
    assert (listed.trade_id, listed.forced) == (told.trade_id, ForcedTrade.LIQUIDATION)


async def test_open_orders_of_both_markets_are_listed_with_those_made_by_hand(bench: Bench) -> None:
    spot, _ = await bench.place(symbol=SPOT, quantity=QUANTITY)
    swap, _ = await bench.place(symbol=LINEAR, quantity=QUANTITY)
    by_hand = {"side": "sell", "quantity": "0.01", "type": "limit", "price": "66000"}
    await bench.control.call("POST", "orders", {"api_key": bench.api_key, "symbol": LINEAR, **by_hand})
    told = await bench.synchronized(SPOT, LINEAR)
    ours = {order.exchange_client_order_id for order in (spot, swap)}
    assert told.open_exchange_client_order_ids == ours
    strange = bench.record.of(OrderReported, lambda one: one.exchange_client_order_id not in ours)
    assert [(one.symbol, one.side, one.quantity) for one in strange] == [(LINEAR, SELL, Decimal("0.01"))]


async def test_executions_of_a_swap_are_paged_and_in_base(bench: Bench) -> None:
    await bench.move(LINEAR, "65000", levels=200, level_quantity="0.01")
    order = await trade(bench, BUY, "1.5")
    await bench.record.forget()
    await bench.synchronized(LINEAR)
    assert len(bench.executions(order)) > 100
    assert bench.filled(order) == Decimal("1.5")


@pytest.mark.parametrize("symbol", [SPOT, LINEAR])
async def test_a_state_never_seen_before_is_put_aside(bench: Bench, symbol: str) -> None:
    await bench.control.fault("unknown_enum", "stream", count=1)
    await bench.place(symbol=symbol, quantity=QUANTITY)
    told = await bench.record.wait(MessageQuarantined)
    assert "PENDING_REVIEW" in told.message
