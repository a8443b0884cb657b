"""What comes and goes without a trade is booked once, and never as one."""

from datetime import timedelta
from decimal import Decimal

import pytest

from support.compared_desk import MARGIN, ComparedDesk
from support.desk_driver import ACCOUNT, ALICE, BALANCES, BOB
from support.markets import PERPETUAL
from tidegate.core import memory
from tidegate.core.decision import Decision
from tidegate.core.records import UNALLOCATED
from tidegate.core.vocabulary import CashFlowKind, Side, Wallet


@pytest.fixture
def desk() -> ComparedDesk:
    desk = ComparedDesk()
    desk.open_shop()
    desk.now += timedelta(hours=8)
    return desk


def test_funding_moves_the_balance_the_ledger_and_nothing_else(desk: ComparedDesk) -> None:
    desk.trade(Side.BUY, "1", "50000")
    position = desk.position()
    before = (position.quantity, position.average_price, position.realized_pnl)
    desk.flow("-12.5")
    assert desk.margin == MARGIN - Decimal("12.5")
    assert (position.quantity, position.average_price, position.realized_pnl) == before
    assert [(row.ledger_account, row.amount) for row in desk.ledger()[-2:]] == [
        ("funding", Decimal("12.5")),
        (f"user:{ALICE}", Decimal("-12.5")),
    ]
    [row] = desk.batches[-1].cash_flows
    assert (row.kind, row.flow_id, row.amount, row.symbol) == (CashFlowKind.FUNDING, "f1", Decimal("-12.5"), PERPETUAL)
    desk.check_books()


def test_it_is_booked_once_however_often_it_is_told(desk: ComparedDesk) -> None:
    desk.flow("-12.5")
    assert desk.flow("-12.5") == Decision([], [])
    desk.restart()
    assert desk.flow("-12.5") == Decision([], [])
    assert desk.margin == MARGIN - Decimal("12.5")


def test_one_that_memory_has_forgotten_is_looked_up(desk: ComparedDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "REMEMBERED_MAX", 2)
    for name in ("a", "b", "c"):
        desk.flow("1", flow_id=name)
    assert len(desk.desk.cash_flows) == 2
    for name in ("a", "b", "c"):
        assert desk.flow("1", flow_id=name) == Decision([], [])
    assert desk.margin == MARGIN + 3


def test_the_same_number_of_another_kind_is_another_flow(desk: ComparedDesk) -> None:
    desk.flow("-12.5")
    desk.flow("100", kind=CashFlowKind.TRANSFER)
    assert desk.margin == MARGIN + Decimal("87.5")
    assert desk.ledger()[-2].ledger_account == "transfers"


def test_what_happened_before_the_books_were_opened_is_in_their_balances(desk: ComparedDesk) -> None:
    assert desk.account.opened_at is not None
    before = desk.account.opened_at - timedelta(seconds=1)
    assert desk.flow("-12.5", happened_at=before) == Decision([], [])
    assert desk.margin == MARGIN


def test_in_an_omnibus_account_it_belongs_to_nobody_until_it_is_given_out() -> None:
    desk = ComparedDesk()
    desk.open_shop(user_ids=(ALICE, BOB))
    desk.flow("100", kind=CashFlowKind.DEPOSIT, wallet=Wallet.MAIN)
    assert desk.held("USDT", UNALLOCATED) == BALANCES["USDT"] + 100


def test_what_is_withdrawn_leaves_at_average_cost_and_realizes_nothing(desk: ComparedDesk) -> None:
    desk.price("60000")
    desk.flow("-4", kind=CashFlowKind.WITHDRAWAL, asset="BTC", wallet=Wallet.MAIN)
    held = desk.desk.holding(ACCOUNT, ALICE, "BTC")
    assert (held.quantity, held.average_price, held.realized_pnl) == (6, 50_000, 0)
    desk.flow("6", kind=CashFlowKind.DEPOSIT, asset="BTC", wallet=Wallet.MAIN, flow_id="d1")
    assert held.average_price == 55_000


def test_a_flow_of_nothing_is_none(desk: ComparedDesk) -> None:
    assert desk.flow("0") == Decision([], [])
