"""Bybit's contracts against its simulator: leverage and modes, positions, funding, and what the venue itself closes."""

import asyncio
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tidegate.core.messages.effects import SendOrder
from tidegate.core.messages.reports import (
    AccountConnected,
    BalancesReported,
    CashFlowReported,
    ExecutionReported,
    LeverageReported,
    OrderAccepted,
    OrderRefused,
    OrderReported,
    PositionsReported,
)
from tidegate.core.messages.values import VenuePosition
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
from tidegate.venues import hearing
from tidegate.venues.bybit import wallet_watch
from venue_contract_helpers import Control
from venue_simulator import LINEAR, Bench, connected, named


@pytest.fixture(scope="module")
def exchange() -> Exchange:
    return Exchange.BYBIT


@pytest.fixture
async def hedged(exchange: Exchange, simulator: dict[str, Any], control: Control, tmp_path: Path) -> Any:
    """A session of an account in hedge mode."""
    async with connected(exchange, simulator, control, tmp_path, position_mode="hedge") as made:
        yield made


def market(side: Side, quantity: str = "0.5", **changes: Any) -> dict[str, Any]:
    """A market order of the contract."""
    return {
        "symbol": LINEAR,
        "order_type": OrderType.MARKET,
        "price": None,
        "side": side,
        "quantity": Decimal(quantity),
        **changes,
    }


async def trade(bench: Bench, side: Side, quantity: str = "0.5", **changes: Any) -> SendOrder:
    """Trade at the market; returns the order."""
    order, _ = await bench.place(**market(side, quantity, **changes))
    await bench.record.wait(OrderReported, lambda told: named(order)(told) and told.status is VenueOrderStatus.FILLED)
    await bench.record.quiet()
    return order


async def positions(bench: Bench) -> dict[PositionSide, VenuePosition]:
    """The account's positions in the contract, as a comparison of the books tells them."""
    await bench.synchronized(LINEAR)
    (told,) = bench.record.of(PositionsReported)
    return {position.position_side: position for position in told.positions if position.symbol == LINEAR}


async def test_a_leverage_is_set_before_the_order_and_told_with_it(bench: Bench) -> None:
    await bench.place(symbol=LINEAR, price=Decimal(64_000), leverage=Decimal(7))
    told = await bench.record.wait(LeverageReported)
    assert (told.symbol, told.leverage) == (LINEAR, Decimal(7))
    await bench.place(symbol=LINEAR, price=Decimal(64_000), leverage=Decimal(7))
    await trade(bench, Side.BUY, leverage=Decimal(3))
    held = (await positions(bench))[PositionSide.NET]
    assert (held.leverage, held.margin_mode) == (Decimal(3), MarginMode.CROSS)


async def test_a_leverage_that_the_venue_refuses_proves_that_nothing_was_placed(bench: Bench) -> None:
    order = bench.send(symbol=LINEAR, price=Decimal(64_000), leverage=Decimal(500))
    refused = await bench.record.wait(OrderRefused)
    assert (refused.reason, refused.retryable, refused.venue_code) == (
        RejectReason.OUTSIDE_VENUE_RULES,
        False,
        "110013",
    )
    assert await bench.control.orders(order) == []


async def test_a_leverage_whose_reply_is_lost_may_be_tried_again(bench: Bench) -> None:
    await bench.control.fault("lose_reply", "other")
    order = bench.send(symbol=LINEAR, price=Decimal(64_000), leverage=Decimal(9))
    refused = await bench.record.wait(OrderRefused)
    assert refused.retryable
    assert await bench.control.orders(order) == []


async def test_the_accounts_own_margin_mode_fits_and_another_is_refused(bench: Bench) -> None:
    await bench.place(symbol=LINEAR, price=Decimal(64_000), margin_mode=MarginMode.CROSS)
    order = bench.send(symbol=LINEAR, price=Decimal(64_000), margin_mode=MarginMode.ISOLATED)
    refused = await bench.record.wait(OrderRefused)
    assert not refused.retryable
    assert "whole account" in refused.message
    assert await bench.control.orders(order) == []


async def test_a_position_is_told_signed_with_its_prices(bench: Bench) -> None:
    order = await trade(bench, Side.SELL, "0.4")
    value = sum(told.quantity * told.price for told in bench.executions(order))
    held = (await positions(bench))[PositionSide.NET]
    assert held.quantity == Decimal("-0.4")
    assert held.average_price is not None
    assert abs(held.average_price * Decimal("0.4") - value) < Decimal("0.01")
    assert held.mark_price is not None
    assert abs(held.mark_price - 65_000) < 100
    await trade(bench, Side.BUY, "0.4", reduce_only=True)
    assert await positions(bench) == {}


async def test_reduce_only_never_opens_a_position(bench: Bench) -> None:
    bench.send(**market(Side.SELL, reduce_only=True))
    refused = await bench.record.wait(OrderRefused)
    assert (refused.reason, refused.retryable) == (RejectReason.POSITION_CLOSED, False)


async def test_a_reduce_only_order_whose_position_is_gone_is_canceled_for_that(bench: Bench) -> None:
    await trade(bench, Side.BUY)
    order, _ = await bench.place(
        symbol=LINEAR, side=Side.SELL, price=Decimal(66_000), quantity=Decimal("0.5"), reduce_only=True
    )
    await trade(bench, Side.SELL)
    end = await bench.record.wait(
        OrderReported, lambda told: named(order)(told) and told.status is not VenueOrderStatus.OPEN
    )
    assert (end.status, end.reason) == (VenueOrderStatus.CANCELED, RejectReason.POSITION_CLOSED)


async def test_hedge_mode_holds_both_sides_apart(hedged: Bench) -> None:
    long = await trade(hedged, Side.BUY, "0.5", position_side=PositionSide.LONG)
    short = await trade(hedged, Side.SELL, "0.3", position_side=PositionSide.SHORT)
    assert {told.position_side for told in hedged.executions(long)} == {PositionSide.LONG}
    assert {told.position_side for told in hedged.executions(short)} == {PositionSide.SHORT}
    held = await positions(hedged)
    assert held[PositionSide.LONG].quantity == Decimal("0.5")
    assert held[PositionSide.SHORT].quantity == Decimal("-0.3")
    closing = await trade(hedged, Side.SELL, "0.5", position_side=PositionSide.LONG, reduce_only=True)
    assert {told.position_side for told in hedged.executions(closing)} == {PositionSide.LONG}
    assert set(await positions(hedged)) == {PositionSide.SHORT}


async def test_an_order_for_the_wrong_position_mode_is_refused(hedged: Bench) -> None:
    hedged.send(symbol=LINEAR, price=Decimal(64_000))
    refused = await hedged.record.wait(OrderRefused)
    assert (refused.reason, refused.retryable) == (RejectReason.INVALID_PARAMETERS, False)


async def test_funding_is_a_cash_flow_and_never_a_fill(bench: Bench) -> None:
    await trade(bench, Side.BUY, "1")
    await bench.record.forget()
    await bench.control.call("POST", "funding", {"symbol": LINEAR, "rate": "0.0001"})
    await bench.record.quiet()
    assert not bench.record.of(ExecutionReported)
    await bench.synchronized(LINEAR)
    (paid,) = bench.record.of(CashFlowReported, lambda flow: flow.kind is CashFlowKind.FUNDING)
    assert (paid.asset, paid.symbol) == ("USDT", LINEAR)
    assert Decimal("-6.6") < paid.amount < Decimal("-6.4")
    first = paid.flow_id
    await bench.synchronized(LINEAR)
    (again,) = bench.record.of(CashFlowReported, lambda flow: flow.kind is CashFlowKind.FUNDING)
    assert again.flow_id == first


async def test_deposits_and_withdrawals_are_cash_flows(bench: Bench) -> None:
    for amount, direction in (("250", "deposit"), ("100", "withdrawal")):
        body = {"api_key": bench.api_key, "asset": "USDT", "amount": amount, "direction": direction}
        await bench.control.call("POST", "transfers", body)
    await bench.synchronized()
    moved = [flow.amount for flow in bench.record.of(CashFlowReported) if flow.kind is CashFlowKind.TRANSFER]
    assert moved[-2:] == [Decimal(250), Decimal(-100)]
    (held,) = bench.record.of(BalancesReported)
    assert {told.asset: told.free + told.locked for told in held.balances}["USDT"] == Decimal(1_000_150)


@pytest.mark.parametrize("how", ["funding", "transfer"])
async def test_what_moves_the_balance_without_a_trade_calls_for_a_comparison(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    monkeypatch.setattr(hearing, "COMPARE_SECONDS_MIN", 0.1)
    monkeypatch.setattr(wallet_watch, "NEAR_SECONDS", 0.1)
    await trade(bench, Side.BUY)
    await bench.synchronized()
    await asyncio.sleep(1.0)  # What comes right behind a trade is taken for that trade's.
    await bench.record.forget()
    if how == "funding":
        await bench.control.call("POST", "funding", {"symbol": LINEAR, "rate": "0.0001"})
    else:
        body = {"api_key": bench.api_key, "asset": "USDT", "amount": "250", "direction": "deposit"}
        await bench.control.call("POST", "transfers", body)
    await bench.record.wait(AccountConnected)


async def test_every_change_of_the_balance_is_an_execution_or_a_cash_flow(bench: Bench) -> None:
    """What the desk would keep of the account's USDT is what the venue says it holds."""
    bought = await trade(bench, Side.BUY, "1")
    await bench.control.call("POST", "funding", {"symbol": LINEAR, "rate": "0.0003"})
    await bench.move(LINEAR, "65200")
    sold = await trade(bench, Side.SELL, "1", reduce_only=True)
    executions = [*bench.executions(bought), *bench.executions(sold)]
    earned = sum(
        told.quantity * told.price * (1 if told.side is Side.SELL else -1) - sum(fee.amount for fee in told.fees)
        for told in executions
    )
    await bench.synchronized(LINEAR, since=timedelta(minutes=1))
    flows = [flow for flow in bench.record.of(CashFlowReported) if flow.kind is CashFlowKind.FUNDING]
    (held,) = bench.record.of(BalancesReported)
    usdt = {told.asset: told.free + told.locked for told in held.balances}["USDT"]
    assert usdt == 1_000_000 + earned + sum(flow.amount for flow in flows)


@pytest.mark.parametrize("how", ["liquidations", "deleveraging"])
async def test_what_the_venue_itself_closes_is_told_as_its_own(bench: Bench, how: str) -> None:
    why = ForcedTrade.LIQUIDATION if how == "liquidations" else ForcedTrade.AUTO_DELEVERAGING
    await trade(bench, Side.BUY, "0.5")
    await bench.record.forget()
    await bench.control.call("POST", how, {"api_key": bench.api_key, "symbol": LINEAR})
    told = await bench.record.wait(ExecutionReported)
    assert (told.side, told.exchange_client_order_id, told.forced) == (Side.SELL, None, why)
    await bench.synchronized(LINEAR)
    assert {report.forced for report in bench.record.of(ExecutionReported) if report.side is Side.SELL} == {why}
    closed = {report.trade_id: report for report in bench.record.of(ExecutionReported, lambda it: it.side is Side.SELL)}
    assert sum(report.quantity for report in closed.values()) == Decimal("0.5")
    (held,) = bench.record.of(PositionsReported)
    assert held.positions == ()


async def test_an_order_made_by_hand_is_told_without_an_id_of_ours(bench: Bench) -> None:
    body = {"api_key": bench.api_key, "symbol": LINEAR, "side": "buy", "quantity": "0.2", "type": "limit"}
    await bench.control.call("POST", "orders", body | {"price": "64000"})
    told = await bench.record.wait(OrderReported)
    assert (told.exchange_client_order_id, told.symbol, told.quantity) == (None, LINEAR, Decimal("0.2"))
    assert not bench.record.of(OrderAccepted)
    await bench.synchronized()
    (listed,) = bench.record.of(OrderReported)
    assert (listed.exchange_order_id, listed.status) == (told.exchange_order_id, VenueOrderStatus.OPEN)
