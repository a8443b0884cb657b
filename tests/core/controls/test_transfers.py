"""What one user owns becomes another's: who may do that, with what, once, at its average cost."""

from datetime import timedelta
from decimal import Decimal

import pytest

from support.compared_desk import ComparedDesk
from support.desk_driver import ACCOUNT, ALICE, BALANCES, BOB, RISK
from tidegate.core import identifiers as ids
from tidegate.core.decision import Decision
from tidegate.core.messages import commands, reports
from tidegate.core.messages.effects import Reply
from tidegate.core.messages.values import VenueBalance
from tidegate.core.records import UNALLOCATED
from tidegate.core.vocabulary import CashFlowKind, Environment, Exchange, RefusalCode, Role, Side, Wallet

ADMIN, VIEWER = ids.UserId("admin"), ids.UserId("viewer")
OKX_ACCOUNT = ids.AccountId("okx-main")


@pytest.fixture
def desk() -> ComparedDesk:
    """An omnibus account: all in it belongs to nobody yet."""
    desk = ComparedDesk()
    desk.open_shop(user_ids=(ALICE, BOB))
    for user_id, role in ((ADMIN, Role.ADMIN), (VIEWER, Role.VIEWER)):
        desk.put(
            commands.RegisterUser(command_id=desk.command_id(), at=desk.now, user_id=user_id, name=user_id, role=role)
        )
    return desk


def add_okx(desk: ComparedDesk, user_ids: tuple[ids.UserId, ...] = (BOB,)) -> None:
    """A second account, at another venue."""
    desk.put(
        commands.RegisterAccount(
            command_id=desk.command_id(),
            at=desk.now,
            account_id=OKX_ACCOUNT,
            exchange=Exchange.OKX,
            environment=Environment.SIMULATED,
            user_ids=user_ids,
        )
    )
    okx_holds(desk, "1000")


def okx_holds(desk: ComparedDesk, usdt: str) -> Decision:
    held = (VenueBalance(asset="USDT", free=Decimal(usdt), locked=Decimal(0)),)
    return desk.put(reports.BalancesReported(at=desk.now, account_id=OKX_ACCOUNT, requested_at=desk.now, balances=held))


def code(answer: Reply) -> RefusalCode | None:
    return None if answer.refusal is None else answer.refusal.code


# --- who -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("by", [RISK, ADMIN])
def test_who_oversees_the_desk_gives_out_what_belongs_to_nobody(desk: ComparedDesk, by: ids.UserId) -> None:
    assert code(desk.give("USDT", "5000", UNALLOCATED, ALICE, by=by)) is None
    assert (desk.held("USDT"), desk.held("USDT", UNALLOCATED)) == (5_000, BALANCES["USDT"] - 5_000)
    assert code(desk.give("USDT", "2000", ALICE, BOB, by=by)) is None
    assert code(desk.give("USDT", "1000", BOB, UNALLOCATED, by=by)) is None
    assert (desk.held("USDT"), desk.held("USDT", BOB)) == (3_000, 1_000)
    desk.check_books()


def test_a_trader_gives_away_what_is_theirs_and_nothing_else(desk: ComparedDesk) -> None:
    desk.give("USDT", "5000", UNALLOCATED, ALICE, by=RISK)
    assert code(desk.give("USDT", "100", ALICE, BOB)) is None
    assert code(desk.give("USDT", "100", ALICE, BOB, by=BOB)) is RefusalCode.NOT_PERMITTED
    assert code(desk.give("USDT", "100", UNALLOCATED, BOB, by=BOB)) is RefusalCode.NOT_PERMITTED
    add_okx(desk, (ALICE, BOB))
    assert code(desk.give("USDT", "100", ALICE, BOB, to_account=OKX_ACCOUNT)) is RefusalCode.NOT_PERMITTED


def test_an_account_of_others_does_not_exist_for_a_trader(desk: ComparedDesk) -> None:
    add_okx(desk, (BOB,))
    within = desk.give("USDT", "1", ALICE, UNALLOCATED, from_account=OKX_ACCOUNT, to_account=OKX_ACCOUNT)
    between = desk.give("USDT", "1", ALICE, BOB, to_account=OKX_ACCOUNT)
    for answer in (within, between):
        assert answer.refusal is not None
        assert answer.refusal.code is RefusalCode.ACCOUNT_NOT_FOUND
        assert "bob" not in answer.refusal.message, "whose it is, is nobody else's business"


@pytest.mark.parametrize("by", [VIEWER, ids.UserId("nobody")])
def test_others_transfer_nothing(desk: ComparedDesk, by: ids.UserId) -> None:
    assert code(desk.give("USDT", "1", UNALLOCATED, ALICE, by=by)) is RefusalCode.NOT_PERMITTED


# --- what ----------------------------------------------------------------------------------------------------------


def test_what_is_given_goes_at_its_average_cost_so_that_nobody_earns_by_it(desk: ComparedDesk) -> None:
    desk.give("USDT", "200000", UNALLOCATED, ALICE, by=RISK)
    bought = desk.working(desk.order_command(price="60000"))
    desk.fill(bought, "1", price="60000")
    desk.price("70000")
    desk.give("BTC", "0.4", ALICE, BOB)
    given, left = desk.desk.holding(ACCOUNT, BOB, "BTC"), desk.desk.holding(ACCOUNT, ALICE, "BTC")
    assert (given.quantity, given.average_price, given.realized_pnl) == (Decimal("0.4"), 60_000, 0)
    assert (left.quantity, left.average_price, left.realized_pnl) == (Decimal("0.6"), 60_000, 0)
    assert [(row.ledger_account, row.amount, row.kind) for row in desk.ledger()[-2:]] == [
        (f"user:{ALICE}", Decimal("-0.4"), "transfer"),
        (f"user:{BOB}", Decimal("0.4"), "transfer"),
    ]
    desk.check_books()


def test_only_what_is_free_may_go(desk: ComparedDesk) -> None:
    desk.give("USDT", "60000", UNALLOCATED, ALICE, by=RISK)
    desk.working()  # Reserves 50,000.
    answer = desk.give("USDT", "10001", ALICE, BOB)
    assert answer.refusal is not None
    assert (answer.refusal.code, answer.refusal.limit, answer.refusal.actual) == (
        RefusalCode.INSUFFICIENT_BALANCE,
        "10000",
        "10001",
    )
    assert "60000 USDT" in answer.refusal.message
    assert code(desk.give("USDT", "10000", ALICE, BOB)) is None
    assert code(desk.give("XYZ", "1", ALICE, BOB)) is RefusalCode.INSUFFICIENT_BALANCE


def test_what_stands_behind_a_position_stays() -> None:
    desk = ComparedDesk()
    desk.open_shop()
    desk.trade(Side.BUY, "19", "50000")
    answer = desk.give("USDT", "60000", ALICE, UNALLOCATED, by=RISK, wallet=Wallet.FUTURES)
    assert answer.refusal is not None
    assert (answer.refusal.code, answer.refusal.limit) == (RefusalCode.INSUFFICIENT_BALANCE, "50000")


@pytest.mark.parametrize("quantity", ["0", "-1", "1E-30"])
def test_a_quantity_is_above_zero_and_no_finer_than_amounts_are(desk: ComparedDesk, quantity: str) -> None:
    assert code(desk.give("USDT", quantity, UNALLOCATED, ALICE, by=RISK)) is RefusalCode.TRANSFER_NOT_ALLOWED


def test_what_leads_nowhere_is_refused_with_what_to_do(desk: ComparedDesk) -> None:
    strange = ids.AccountId("nowhere")
    assert code(desk.give("USDT", "1", UNALLOCATED, ALICE, by=RISK, to_account=strange)) is (
        RefusalCode.ACCOUNT_NOT_FOUND
    )
    for giver, taker in ((UNALLOCATED, UNALLOCATED), (UNALLOCATED, RISK), (RISK, ALICE)):
        answer = desk.give("USDT", "1", giver, taker, by=RISK)
        assert answer.refusal is not None
        assert answer.refusal.code is RefusalCode.TRANSFER_NOT_ALLOWED
        assert ": name " in answer.refusal.message
    futures = desk.give("USDT", "1", UNALLOCATED, ALICE, by=RISK, wallet=Wallet.FUTURES)
    assert code(futures) is RefusalCode.TRANSFER_NOT_ALLOWED, "several users share spot assets only"
    add_okx(desk)
    okx = {"from_account": OKX_ACCOUNT, "to_account": OKX_ACCOUNT}
    assert code(desk.give("USDT", "1", BOB, UNALLOCATED, by=RISK, wallet=Wallet.FUTURES, **okx)) is (
        RefusalCode.TRANSFER_NOT_ALLOWED
    ), "it has no such wallet"


def test_nothing_moves_before_the_books_are_open(desk: ComparedDesk) -> None:
    desk.put(
        commands.RegisterAccount(
            command_id=desk.command_id(),
            at=desk.now,
            account_id=OKX_ACCOUNT,
            exchange=Exchange.OKX,
            environment=Environment.SIMULATED,
            user_ids=(BOB,),
        )
    )
    answer = desk.give("USDT", "1", UNALLOCATED, BOB, by=RISK, to_account=OKX_ACCOUNT)
    assert code(answer) is RefusalCode.TRANSFER_NOT_ALLOWED


# --- once ----------------------------------------------------------------------------------------------------------


def test_a_transfer_is_made_once_by_its_id(desk: ComparedDesk) -> None:
    assert not desk.give("USDT", "5000", UNALLOCATED, ALICE, by=RISK, transfer_id="T").replayed
    again = desk.give("USDT", "5000", UNALLOCATED, ALICE, by=RISK, transfer_id="T")
    assert (again.replayed, again.refusal) == (True, None)
    other = desk.give("USDT", "5001", UNALLOCATED, ALICE, by=RISK, transfer_id="T")
    assert code(other) is RefusalCode.IDEMPOTENCY_KEY_CONFLICT
    assert desk.held("USDT") == 5_000


# --- between accounts ----------------------------------------------------------------------------------------------


def test_between_accounts_the_books_move_at_once_and_the_venues_word_moves_nothing(desk: ComparedDesk) -> None:
    add_okx(desk)
    desk.give("USDT", "5000", UNALLOCATED, ALICE, by=RISK)
    assert code(desk.give("USDT", "300", ALICE, BOB, by=RISK, to_account=OKX_ACCOUNT)) is None
    taken = desk.desk.holding(OKX_ACCOUNT, BOB, "USDT")
    assert (desk.held("USDT"), taken.quantity) == (4_700, 1_300)
    [transfer] = desk.desk.risk.transfers.values()
    assert (transfer.from_seen, transfer.to_seen) == (False, False)
    assert [row.account_id for row in desk.ledger()[-2:]] == [ACCOUNT, OKX_ACCOUNT]
    desk.check_books()
    desk.flow("-300", kind=CashFlowKind.WITHDRAWAL, wallet=Wallet.MAIN)
    assert [(one.from_seen, one.to_seen) for one in desk.desk.risk.transfers.values()] == [(True, False)]
    desk.put(
        reports.CashFlowReported(
            at=desk.now,
            account_id=OKX_ACCOUNT,
            flow_id="in",
            kind=CashFlowKind.DEPOSIT,
            asset="USDT",
            amount=Decimal(300),
            happened_at=desk.now + timedelta(hours=2),
        )
    )
    assert desk.desk.risk.transfers == {}
    assert (desk.held("USDT"), taken.quantity) == (4_700, 1_300)
    written = desk.batches[-1].transfers[transfer.transfer_id]
    assert (written.from_seen, written.to_seen) == (True, True)
    desk.check_books()


def test_what_the_venue_told_of_a_transfer_is_not_booked_when_it_is_told_again(desk: ComparedDesk) -> None:
    add_okx(desk)
    desk.give("USDT", "300", UNALLOCATED, BOB, by=RISK, to_account=OKX_ACCOUNT)
    for _ in range(2):
        desk.flow("-300", kind=CashFlowKind.TRANSFER, wallet=Wallet.MAIN)
    desk.desk.cash_flows.clear()  # As memory does after many others.
    desk.flow("-300", kind=CashFlowKind.TRANSFER, wallet=Wallet.MAIN)
    assert desk.held("USDT", UNALLOCATED) == BALANCES["USDT"] - 300
    desk.flow("-300", kind=CashFlowKind.TRANSFER, wallet=Wallet.MAIN, flow_id="another")
    assert desk.held("USDT", UNALLOCATED) == BALANCES["USDT"] - 600, "another is none of this transfer's"


@pytest.mark.parametrize(
    ("amount", "kind", "hours"),
    [
        ("-301", CashFlowKind.TRANSFER, 0),
        ("300", CashFlowKind.TRANSFER, 0),
        ("-300", CashFlowKind.FUNDING, 0),
        ("-300", CashFlowKind.TRANSFER, 25),
    ],
)
def test_another_amount_direction_kind_or_day_is_another_flow(
    desk: ComparedDesk, amount: str, kind: CashFlowKind, hours: int
) -> None:
    add_okx(desk)
    desk.give("USDT", "300", UNALLOCATED, BOB, by=RISK, to_account=OKX_ACCOUNT)
    happened_at = desk.now + timedelta(hours=hours)
    desk.flow(amount, kind=kind, wallet=Wallet.MAIN, happened_at=happened_at)
    assert desk.held("USDT", UNALLOCATED) == BALANCES["USDT"] - 300 + Decimal(amount)


def test_while_it_is_under_way_the_venues_balance_may_differ_by_just_that(desk: ComparedDesk) -> None:
    add_okx(desk)
    desk.give("USDT", "300", UNALLOCATED, BOB, by=RISK, to_account=OKX_ACCOUNT)
    for _ in range(3):
        desk.now += timedelta(seconds=6)
        desk.balances(BALANCES)
        okx_holds(desk, "1000")
    assert desk.open_breaks("balance") == []
    for _ in range(3):
        desk.now += timedelta(seconds=6)
        okx_holds(desk, "999")
    [found] = desk.open_breaks("balance")
    assert found.account_id == OKX_ACCOUNT
    desk.now += timedelta(hours=25)
    desk.balances(BALANCES)
    assert {found.account_id for found in desk.open_breaks("balance")} == {ACCOUNT, OKX_ACCOUNT}, "it never went"
