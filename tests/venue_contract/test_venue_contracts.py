"""Derivatives: leverage, position sides, positions, funding, and what each trade settles."""

from decimal import Decimal
from pathlib import Path
from typing import Any

from tidegate.core.messages.reports import (
    BalancesReported,
    CashFlowReported,
    ExecutionReported,
    LeverageReported,
    OrderRefused,
    OrderReported,
    PositionsReported,
)
from tidegate.core.messages.values import VenuePosition
from tidegate.core.vocabulary import CashFlowKind, Exchange, OrderType, PositionSide, Side, VenueOrderStatus, Wallet
from venue_contract_cells import TERMS, executions_of, state, terms_of, trade
from venue_contract_helpers import Control
from venue_simulator import LINEAR, SPOT, Bench, calm, connected

BUY, SELL = Side.BUY, Side.SELL


async def positions(bench: Bench) -> dict[PositionSide, VenuePosition]:
    """The account's positions, as a comparison of the books tells them."""
    await bench.synchronized(LINEAR)
    told = bench.record.of(PositionsReported)[-1].positions
    assert {position.symbol for position in told} <= {LINEAR}
    return {position.position_side: position for position in told}


async def settled_cash(bench: Bench) -> Decimal:
    """The USDT that contracts are settled in: the futures wallet where there is one, else all of the account's."""
    await bench.synchronized(LINEAR)
    held = [one for one in bench.record.of(BalancesReported)[-1].balances if one.asset == "USDT"]
    wallet = Wallet.FUTURES if any(one.wallet is Wallet.FUTURES for one in held) else Wallet.MAIN
    return sum((one.free + one.locked for one in held if one.wallet is wallet), Decimal(0))


async def test_vc62_leverage_is_set_before_the_order_and_told(bench: Bench) -> None:
    await trade(bench, LINEAR, BUY, leverage=Decimal(7))
    told = await bench.record.wait(LeverageReported, lambda report: report.leverage == Decimal(7))
    assert told.symbol == LINEAR
    before = next(index for index, report in enumerate(bench.record.reports) if report is told)
    first = next(index for index, one in enumerate(bench.record.reports) if isinstance(one, ExecutionReported))
    assert before < first
    assert (await positions(bench))[PositionSide.NET].leverage in (Decimal(7), None)


async def test_vc76_the_leverage_of_a_contract_without_a_position_is_known_before_the_first_order(
    exchange: Exchange, simulators: dict[str, Any], control: Control, tmp_path: Path
) -> None:
    await calm(control)
    async with connected(exchange, simulators, control, tmp_path, leverage=4) as bench:
        assert bench.leverage_at_first == Decimal(4)


async def test_vc63_a_leverage_that_cannot_be_set_proves_that_nothing_was_sent(bench: Bench) -> None:
    order = bench.send(symbol=LINEAR, price=Decimal(64_000), leverage=Decimal(5_000))
    assert not (await bench.record.wait(OrderRefused)).retryable
    assert await bench.control.orders(order) == []
    await bench.control.fault("lose_reply", "other", None)
    order = bench.send(symbol=LINEAR, price=Decimal(64_000), leverage=Decimal(9))
    assert (await bench.record.wait(OrderRefused, count=2)).retryable
    await bench.control.call("DELETE", "faults")
    assert await bench.control.orders(order) == []


async def test_vc64_hedge_mode_keeps_a_long_and_a_short_position_apart(hedged: Bench) -> None:
    opened = await trade(hedged, LINEAR, BUY, "0.03", position_side=PositionSide.LONG)
    short = await trade(hedged, LINEAR, SELL, "0.02", position_side=PositionSide.SHORT)
    held = await positions(hedged)
    assert {side: position.quantity for side, position in held.items()} == {
        PositionSide.LONG: Decimal("0.03"),
        PositionSide.SHORT: Decimal("-0.02"),
    }
    terms = {"position_side": PositionSide.LONG, "reduce_only": True, "quantity": Decimal("0.03")}
    stop, _ = await hedged.place(**terms_of(OrderType.STOP_LOSS, LINEAR, TERMS[OrderType.STOP_LOSS][0], **terms))
    await hedged.move(LINEAR, "63900")
    await hedged.record.wait(OrderReported, state(stop, VenueOrderStatus.FILLED))
    await hedged.record.quiet()
    assert {told.position_side for told in hedged.executions(stop)} == {PositionSide.LONG}
    assert set(await positions(hedged)) == {PositionSide.SHORT}
    for order, exchange_order_id in (opened, short):
        expected = order.position_side
        listed = executions_of(hedged, order, exchange_order_id)
        assert {told.position_side for told in listed} == {expected}


async def test_vc65_a_position_is_told_in_base_with_its_sign_and_average_price(bench: Bench) -> None:
    for side, sign in ((SELL, -1), (BUY, 1)):
        order, exchange_order_id = await trade(bench, LINEAR, side, "0.03")
        executions = executions_of(bench, order, exchange_order_id)
        held = (await positions(bench))[PositionSide.NET]
        assert held.quantity == Decimal("0.03") * sign
        value = sum(told.quantity * told.price for told in executions)
        assert held.average_price is not None
        assert abs(held.average_price * Decimal("0.03") - value) < Decimal("0.001")
        assert held.mark_price is not None
        other = BUY if side is SELL else SELL
        await trade(bench, LINEAR, other, "0.03", reduce_only=True)
        assert await positions(bench) == {}


async def test_vc66_funding_is_a_cash_flow_told_by_its_id_and_never_a_fill(bench: Bench) -> None:
    await trade(bench, LINEAR, BUY, "1")
    before = await settled_cash(bench)
    await bench.record.forget()
    await bench.control.call("POST", "funding", {"symbol": LINEAR, "rate": "0.0001"})
    await bench.record.quiet()
    assert not bench.record.of(ExecutionReported)
    after = await settled_cash(bench)
    (paid,) = bench.record.of(CashFlowReported, lambda flow: flow.kind is CashFlowKind.FUNDING)
    assert (paid.asset, paid.symbol) == ("USDT", LINEAR)
    assert Decimal("-6.6") < paid.amount == after - before < Decimal("-6.4")
    await bench.synchronized(LINEAR)
    (again,) = bench.record.of(CashFlowReported, lambda flow: flow.kind is CashFlowKind.FUNDING)
    assert again.flow_id == paid.flow_id
    assert len({told.trade_id for told in bench.record.of(ExecutionReported)}) <= 2


async def test_vc67_the_balance_moves_by_what_each_trade_settles_less_its_fees(bench: Bench) -> None:
    """Opened in two parts, turned round at another price, and closed: at each trade what is told is what moved."""
    begin = await settled_cash(bench)
    for price, side, quantity in (
        ("65000", BUY, "0.03"),
        ("65111.1", BUY, "0.01"),
        ("65333.3", SELL, "0.07"),
        ("64999.9", BUY, "0.03"),
    ):
        await bench.move(LINEAR, price, levels=20, level_quantity="0.013")
        before = await settled_cash(bench)
        await bench.record.forget()
        order, exchange_order_id = await trade(bench, LINEAR, side, quantity)
        pushed = _settled(executions_of(bench, order, exchange_order_id))
        assert await settled_cash(bench) - before == pushed
    assert pushed != 0
    told = {one.trade_id: one for one in bench.record.of(ExecutionReported)}  # The listing's come last.
    assert await settled_cash(bench) - begin == _settled(list(told.values()))


def _settled(executions: list[ExecutionReported]) -> Decimal:
    total = Decimal(0)
    for told in executions:
        assert told.realized_pnl is not None
        assert {fee.asset for fee in told.fees} == {"USDT"}
        total += told.realized_pnl - sum((fee.amount for fee in told.fees), Decimal(0))
    return total


async def test_vc68_a_trade_of_spot_settles_nothing(bench: Bench) -> None:
    for side in Side:
        order, exchange_order_id = await trade(bench, SPOT, side)
        await bench.synchronized(SPOT)
        executions: list[Any] = executions_of(bench, order, exchange_order_id)
        assert executions
        assert [told.realized_pnl for told in executions] == [None] * len(executions)
