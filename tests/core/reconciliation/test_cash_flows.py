"""What comes and goes without a trade is booked once, and never as one."""

from datetime import timedelta
from decimal import Decimal

import pytest

from support.compared_desk import MARGIN, ComparedDesk
from support.desk_driver import ACCOUNT, ALICE, BALANCES, BOB, RISK
from support.markets import PERPETUAL
from tidegate.core import identifiers as ids
from tidegate.core import memory
from tidegate.core.decision import Decision
from tidegate.core.messages import commands, reports
from tidegate.core.messages.values import Hearing, VenueBalance
from tidegate.core.records import UNALLOCATED
from tidegate.core.vocabulary import CashFlowKind, Environment, Exchange, Side, Wallet


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


# --- heard on a stream, named by a list ----------------------------------------------------------------------------


def heard(desk: ComparedDesk, amount: str = "50", flow_id: str = "balanceUpdate:1") -> Decision:
    """A stream tells of USDT that came to spot, without an id of the venue's."""
    return desk.flow(amount, flow_id=flow_id, kind=CashFlowKind.TRANSFER, wallet=Wallet.MAIN, nameless=True)


def listed(desk: ComparedDesk, flow_id: str, *amounts: str, minutes: int = 10, asset: str = "USDT") -> Decision:
    """A list tells of the same, or of the like, under the venue's id: in the time of so many minutes around now."""
    around = timedelta(minutes=minutes)
    hearing = Hearing(
        amounts=tuple(Decimal(amount) for amount in amounts), since=desk.now - around, until=desk.now + around
    )
    return desk.flow(
        amounts[0], flow_id=flow_id, kind=CashFlowKind.DEPOSIT, wallet=Wallet.MAIN, asset=asset, hearing=hearing
    )


@pytest.mark.parametrize("restarts", [False, True])
def test_what_a_list_names_later_is_booked_once_with_or_without_a_restart_between(
    desk: ComparedDesk, *, restarts: bool
) -> None:
    heard(desk)
    if restarts:
        desk.restart()
    desk.now += timedelta(minutes=5)
    listed(desk, "deposit:7", "50")
    assert desk.held("USDT") == BALANCES["USDT"] + 50
    if restarts:
        desk.restart()
    assert listed(desk, "deposit:7", "50") == Decision([], []), "it is known by both ids"
    assert heard(desk) == Decision([], [])
    assert [row.heard_as for batch in desk.batches for row in batch.cash_flows] == ["balanceUpdate:1"] * 2
    desk.check_books()


def test_one_that_was_named_explains_no_other(desk: ComparedDesk) -> None:
    heard(desk)
    listed(desk, "deposit:7", "50")
    desk.restart()
    listed(desk, "deposit:8", "50")
    assert desk.held("USDT") == BALANCES["USDT"] + 100
    desk.check_books()


def test_two_that_were_heard_are_named_by_two(desk: ComparedDesk) -> None:
    heard(desk)
    heard(desk, flow_id="balanceUpdate:2")
    desk.restart()
    for name in ("deposit:7", "deposit:8", "deposit:9"):
        listed(desk, name, "50")
    assert desk.held("USDT") == BALANCES["USDT"] + 150


def test_a_withdrawal_is_known_by_any_amount_that_the_stream_may_have_told(desk: ComparedDesk) -> None:
    heard(desk, "-8.91")
    desk.restart()
    listed(desk, "withdrawal:7", "-9", "-8.91")
    assert desk.held("USDT") == BALANCES["USDT"] - Decimal("8.91")


def test_another_asset_amount_or_time_is_another_flow(desk: ComparedDesk) -> None:
    heard(desk)
    desk.restart()
    listed(desk, "deposit:7", "51")
    listed(desk, "deposit:8", "50", asset="BTC")
    desk.now += timedelta(hours=1)
    listed(desk, "deposit:9", "50")
    assert desk.held("USDT") == BALANCES["USDT"] + 50 + 51 + 50


def test_a_side_of_a_transfer_that_was_heard_is_named_too(desk: ComparedDesk) -> None:
    other = ids.AccountId("binance-other")
    desk.put(
        commands.RegisterAccount(
            command_id=desk.command_id(),
            at=desk.now,
            account_id=other,
            exchange=Exchange.BINANCE,
            environment=Environment.SIMULATED,
            user_ids=(ALICE,),
        )
    )
    held = VenueBalance(asset="USDT", free=Decimal(100), locked=Decimal(0))
    desk.put(reports.BalancesReported(at=desk.now, account_id=other, requested_at=desk.now, balances=(held,)))
    assert desk.give("USDT", "50", ALICE, ALICE, by=RISK, to_account=other).refusal is None
    heard(desk, "-50")
    desk.restart()
    listed(desk, "transfer:7", "-50")
    assert desk.held("USDT") == BALANCES["USDT"] - 50
    desk.check_books()
