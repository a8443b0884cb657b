"""The rows that single events write."""

from decimal import Decimal

import pytest

from support.compared_desk import ComparedDesk
from support.desk_driver import ACCOUNT, ALICE, RISK
from support.kept_desk import START
from tidegate.core.messages.events import BreakResolved, ExecutionBooked
from tidegate.core.messages.values import Fee
from tidegate.core.projection_rows import execution_row, holdings_moved, ledger_rows, resolved_break_row
from tidegate.core.vocabulary import Side, Wallet


@pytest.fixture
def desk() -> ComparedDesk:
    desk = ComparedDesk()
    desk.open_shop()
    return desk


def booked(desk: ComparedDesk) -> ExecutionBooked:
    return next(event for event in reversed(desk.journal) if isinstance(event, ExecutionBooked))


def test_an_execution_row_has_the_figures_of_its_event(desk: ComparedDesk) -> None:
    desk.trade(Side.SELL, "1", "50000", fees=(Fee("BNB", Decimal("0.01")),))
    event = booked(desk)
    row = execution_row(event, 7)
    assert (row.sequence, row.booked_at) == (7, event.at)
    shared = set(row.__struct_fields__) & set(event.__struct_fields__)
    assert {name: getattr(row, name) for name in shared} == {name: getattr(event, name) for name in shared}
    assert set(row.__struct_fields__) - shared == {"sequence", "booked_at"}


def test_a_derivative_moves_cash_and_fees_in_its_wallet_alone(desk: ComparedDesk) -> None:
    desk.trade(Side.SELL, "1", "50000", fees=(Fee("BNB", Decimal("0.01")),))
    assert holdings_moved(booked(desk)) == {(ACCOUNT, ALICE, asset, Wallet.FUTURES) for asset in ("USDT", "BNB")}
    order = desk.working()
    desk.fill(order, "1")
    assert holdings_moved(booked(desk)) == {(ACCOUNT, ALICE, asset, Wallet.MAIN) for asset in ("USDT", "BTC")}


def test_ledger_rows_name_the_trade_that_moved_them_and_others_none(desk: ComparedDesk) -> None:
    order = desk.working()
    desk.fill(order, "1")
    event = booked(desk)
    rows = ledger_rows(event, 9)
    assert [row.line for row in rows] == [1, 2, 3, 4]
    assert {(row.sequence, row.order_id, row.execution_id) for row in rows} == {(9, order.order_id, event.execution_id)}
    desk.flow("1")
    flow = desk.journal[-1]
    assert {(row.order_id, row.execution_id) for row in ledger_rows(flow, 10)} == {(None, None)}  # type: ignore[arg-type]


def test_a_resolved_break_still_says_what_was_found() -> None:
    event = BreakResolved(
        at=START,
        account_id=ACCOUNT,
        kind="balance",
        subject="BTC",
        message="booked by hand",
        found_at=START,
        by=RISK,
        found_message="the venue holds 1 BTC more",
    )
    row = resolved_break_row(event)
    assert (row.message, row.resolution, row.resolved_by) == ("the venue holds 1 BTC more", "booked by hand", RISK)
    assert row.break_id == f"{ACCOUNT}|balance|BTC"
