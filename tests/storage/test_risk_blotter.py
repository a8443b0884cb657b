"""Queries of limits, trading states, approvals and transfers, on both databases."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from support import records as made
from tidegate.core import identifiers as ids
from tidegate.core.messages.commands import ReleaseKillSwitch
from tidegate.core.messages.risk_records import Approval, KeptRiskRequest, RiskLimitSet, TradingRestriction, Transfer
from tidegate.core.messages.risk_values import RiskLimit, Scope
from tidegate.core.records import Batch
from tidegate.core.vocabulary import ApprovalKind, ApprovalState, LimitKind, TradingState, Wallet
from tidegate.ports import InvalidCursorError
from tidegate.storage.open import Storage

ALICE, BOB, RITA = ids.UserId("alice"), ids.UserId("bob"), ids.UserId("rita")
LIMIT = RiskLimit(
    limit_id="small",
    kind=LimitKind.ORDER_NOTIONAL,
    scope=Scope(user_id=BOB, symbol="BTC/USDT"),
    value=Decimal("5000.50"),
)


async def keep(storage: Storage, **rows: Any) -> None:
    snapshot = await storage.journal.load()
    sequence = snapshot.sequence + 1
    entry = made.journal_entry(sequence, sequence)
    await storage.journal.commit(Batch(epoch=snapshot.epoch, journal=[entry], **rows))


def limit_set(version: int) -> RiskLimitSet:
    return RiskLimitSet(version=version, limits=(LIMIT,) * version, set_at=made.START, set_by=RITA)


def restriction(scope: Scope, state: TradingState) -> TradingRestriction:
    return TradingRestriction(
        scope_key=scope.key, scope=scope, state=state, set_at=made.START, set_by="rita", automatic=False
    )


def approval(number: int, state: ApprovalState = ApprovalState.PENDING, by: ids.UserId = RITA) -> Approval:
    name = ids.ApprovalId(f"A{number}")
    at = made.START + timedelta(seconds=number)
    request = ReleaseKillSwitch(
        command_id=ids.CommandId("c"), at=at, user_id=by, scope=Scope(user_id=BOB), approval_id=name
    )
    return Approval(
        approval_id=name,
        kind=ApprovalKind.KILL_SWITCH_RELEASE,
        state=state,
        request=request,
        requested_at=at,
        requested_by=by,
        decided_at=None if state is ApprovalState.PENDING else at,
    )


def transfer(number: int, giver: ids.UserId, taker: ids.UserId) -> Transfer:
    return Transfer(
        transfer_id=ids.TransferId(f"T{number}"),
        sequence=number,
        from_account_id=ids.AccountId("main"),
        from_user_id=giver,
        to_account_id=ids.AccountId("main"),
        to_user_id=taker,
        asset="USDT",
        quantity=Decimal(100),
        wallet=Wallet.MAIN,
        transferred_at=made.START + timedelta(seconds=number),
        transferred_by=RITA,
    )


async def test_the_highest_version_is_in_force_and_older_ones_are_kept(storage: Storage) -> None:
    assert await storage.blotter.risk_limits() is None
    await keep(storage, risk_limits=[limit_set(1), limit_set(2)])
    await keep(storage, risk_limits=[limit_set(10)])
    assert await storage.blotter.risk_limits() == limit_set(10)
    assert await storage.blotter.risk_limits(2) == limit_set(2)
    assert await storage.blotter.risk_limits(3) is None


async def test_states_that_are_over_are_found_by_name_only(storage: Storage) -> None:
    bob, desk = Scope(user_id=BOB), Scope()
    states = [restriction(bob, TradingState.HALTED), restriction(desk, TradingState.REDUCING)]
    await keep(storage, trading_states={state.scope_key: state for state in states})
    assert await storage.blotter.trading_states() == states[::-1]  # By their names.
    over = restriction(bob, TradingState.ACTIVE)
    await keep(storage, trading_states={bob.key: over})
    assert await storage.blotter.trading_states() == states[1:]
    assert await storage.blotter.trading_state(bob.key) == over
    assert await storage.blotter.trading_state("user:nobody") is None


async def test_approvals_are_listed_newest_first_by_state_and_asker(storage: Storage) -> None:
    asked = [approval(1, ApprovalState.APPROVED), approval(2), approval(3, by=ALICE)]
    await keep(storage, approvals={one.approval_id: one for one in asked})
    first, second, third = asked
    blotter = storage.blotter
    assert await blotter.approvals(limit=10) == ([third, second, first], None)
    assert await blotter.approvals(state=ApprovalState.PENDING, limit=10) == ([third, second], None)
    assert await blotter.approvals(requested_by=ALICE, limit=10) == ([third], None)
    page, cursor = await blotter.approvals(limit=2)
    assert (page, await blotter.approvals(limit=2, cursor=cursor)) == ([third, second], ([first], None))
    assert await blotter.approval(second.approval_id) == second
    assert await blotter.approval(ids.ApprovalId("A9")) is None
    with pytest.raises(InvalidCursorError):
        await blotter.approvals(limit=2, cursor="nonsense")


async def test_transfers_are_those_that_a_user_gave_or_got(storage: Storage) -> None:
    made_so_far = [transfer(1, ALICE, BOB), transfer(2, RITA, ALICE), transfer(3, RITA, BOB)]
    await keep(storage, transfers={one.transfer_id: one for one in made_so_far})
    first, second, third = made_so_far
    blotter = storage.blotter
    assert await blotter.transfers(limit=10) == ([third, second, first], None)
    assert await blotter.transfers(ALICE, limit=10) == ([second, first], None)
    page, cursor = await blotter.transfers(BOB, limit=1)
    assert (page, await blotter.transfers(BOB, limit=1, cursor=cursor)) == ([third], ([first], None))
    assert await blotter.transfer(first.transfer_id) == first
    assert await blotter.transfer(ids.TransferId("T9")) is None


async def test_what_was_carried_out_under_a_key_is_found_by_its_id(storage: Storage) -> None:
    name = ids.ApprovalId("7A")
    kept = KeptRiskRequest(request_id=name, request_hash="a", limits_version=3, kept_at=made.START)
    await keep(storage, risk_requests=[kept])
    assert await storage.blotter.risk_request(name) == kept
    assert await storage.blotter.risk_request(ids.ApprovalId("7B")) is None
