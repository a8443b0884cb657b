"""Two people: what one asks for happens when another agrees, is let be when the other does not, and never lasts."""

from datetime import timedelta
from decimal import Decimal

import pytest

from support.desk_driver import ALICE, RISK, DeskDriver
from support.kept_desk import replayed, state_of
from tidegate.core import identifiers as ids
from tidegate.core.controls.approvals import lapsed
from tidegate.core.messages import commands
from tidegate.core.messages.effects import Reply
from tidegate.core.messages.events import ApprovalDecided, RiskLimitsSet, TradingStateSet
from tidegate.core.messages.risk_values import RiskLimit, Scope
from tidegate.core.vocabulary import ApprovalState, LimitKind, RefusalCode, Role, TradingState

ROSA = ids.UserId("rosa")
SIZE = RiskLimit(limit_id="size", kind=LimitKind.ORDER_NOTIONAL, value=Decimal(1000))
LARGER = RiskLimit(limit_id="size", kind=LimitKind.ORDER_NOTIONAL, value=Decimal(2000))
LIMITS, RELEASE = ids.ApprovalId("01JLIMITS"), ids.ApprovalId("01JRELEASE")


@pytest.fixture
def desk() -> DeskDriver:
    """One officer has asked for a larger limit."""
    driver = DeskDriver()
    driver.open_shop()
    register(driver, ROSA, Role.RISK)
    put(driver, SIZE)
    put(driver, LARGER)
    return driver


def register(desk: DeskDriver, user_id: ids.UserId, role: Role) -> None:
    desk.put(commands.RegisterUser(command_id=desk.command_id(), at=desk.now, user_id=user_id, name=user_id, role=role))


def put(desk: DeskDriver, *limits: RiskLimit) -> None:
    desk.put(
        commands.SetRiskLimits(
            command_id=desk.command_id(), at=desk.now, user_id=RISK, limits=limits, approval_id=LIMITS, message="why"
        )
    )


def ask_release(desk: DeskDriver) -> None:
    """The desk is stopped, and an officer asks for its release."""
    desk.put(commands.SetKillSwitch(command_id=desk.command_id(), at=desk.now, user_id=RISK, scope=Scope()))
    desk.put(
        commands.ReleaseKillSwitch(
            command_id=desk.command_id(), at=desk.now, user_id=RISK, scope=Scope(), approval_id=RELEASE
        )
    )


def decide(
    desk: DeskDriver, user_id: ids.UserId = ROSA, approval_id: ids.ApprovalId = LIMITS, *, approve: bool = True
) -> RefusalCode | None:
    command = commands.DecideApproval(
        command_id=desk.command_id(),
        at=desk.now,
        user_id=user_id,
        approval_id=approval_id,
        approve=approve,
        message="seen",
    )
    [reply] = [effect for effect in desk.put(command).effects if isinstance(effect, Reply)]
    return None if reply.refusal is None else reply.refusal.code


def decided(desk: DeskDriver) -> ApprovalDecided:
    return [event for event in desk.journal if isinstance(event, ApprovalDecided)][-1]


def test_what_a_second_person_approves_is_in_force(desk: DeskDriver) -> None:
    assert decide(desk) is None
    assert (desk.desk.risk.version, desk.desk.risk.limits) == (2, (LARGER,))
    set_ = [event for event in desk.journal if isinstance(event, RiskLimitsSet)][-1]
    assert (set_.by, set_.approved_by, set_.message) == (RISK, ROSA, "why")
    ended = decided(desk).approval
    assert (ended.state, ended.decided_by, ended.decision) == (ApprovalState.APPROVED, ROSA, "seen")
    assert desk.desk.risk.approvals == {}


def test_what_a_second_person_rejects_never_happens(desk: DeskDriver) -> None:
    assert decide(desk, approve=False) is None
    assert desk.desk.risk.limits == (SIZE,)
    assert decided(desk).approval.state is ApprovalState.REJECTED
    assert decide(desk) is RefusalCode.APPROVAL_ENDED
    assert desk.desk.risk.limits == (SIZE,)


@pytest.mark.parametrize("approve", [True, False])
def test_who_asked_is_no_second_person(desk: DeskDriver, approve: bool) -> None:
    assert decide(desk, RISK, approve=approve) is RefusalCode.APPROVAL_NOT_ALLOWED
    assert LIMITS in desk.desk.risk.approvals


def test_only_risk_officers_decide(desk: DeskDriver) -> None:
    assert decide(desk, ALICE) is RefusalCode.NOT_PERMITTED
    assert LIMITS in desk.desk.risk.approvals


def test_a_set_that_was_asked_for_against_another_version_ends_with_the_attempt(desk: DeskDriver) -> None:
    desk.put(
        commands.SetRiskLimits(
            command_id=desk.command_id(),
            at=desk.now,
            user_id=ROSA,
            limits=(RiskLimit(limit_id="size", kind=LimitKind.ORDER_NOTIONAL, value=Decimal(10)),),
            approval_id=ids.ApprovalId("01JOTHER"),
        )
    )
    assert decide(desk) is RefusalCode.LIMITS_VERSION_CONFLICT
    assert desk.desk.risk.limits[0].value == Decimal(10)
    ended = decided(desk).approval
    assert (ended.state, ended.decided_by) == (ApprovalState.REJECTED, None)
    assert decide(desk) is RefusalCode.APPROVAL_ENDED


@pytest.mark.parametrize("approval_id", [LIMITS, RELEASE])
def test_the_word_of_who_is_no_officer_any_more_is_not_carried_out(
    desk: DeskDriver, approval_id: ids.ApprovalId
) -> None:
    ask_release(desk)
    desk.desk.users[RISK].role = Role.VIEWER
    assert decide(desk, approval_id=approval_id) is RefusalCode.NOT_PERMITTED
    assert desk.desk.risk.limits == (SIZE,)
    assert "desk" in desk.desk.risk.states


def test_a_release_takes_two(desk: DeskDriver) -> None:
    ask_release(desk)
    assert "desk" in desk.desk.risk.states
    assert decide(desk, approval_id=RELEASE) is None
    assert desk.desk.risk.states == {}
    released = [event for event in desk.journal if isinstance(event, TradingStateSet)][-1]
    assert (released.state, released.by, released.approved_by) == (TradingState.ACTIVE, RISK, ROSA)


def test_a_release_that_was_asked_for_before_the_switch_was_thrown_anew_releases_nothing(desk: DeskDriver) -> None:
    ask_release(desk)
    desk.wait(1)
    desk.put(
        commands.SetKillSwitch(
            command_id=desk.command_id(), at=desk.now, user_id=ROSA, scope=Scope(), close_positions=True
        )
    )
    assert decide(desk, approval_id=RELEASE) is RefusalCode.APPROVAL_ENDED
    assert "desk" in desk.desk.risk.states
    assert decided(desk).approval.state is ApprovalState.REJECTED


@pytest.mark.parametrize("approval_id", [LIMITS, RELEASE])
def test_what_waits_under_one_id_is_no_answer_to_another_release(desk: DeskDriver, approval_id: ids.ApprovalId) -> None:
    ask_release(desk)
    scope = Scope(user_id=ALICE)
    desk.put(commands.SetKillSwitch(command_id=desk.command_id(), at=desk.now, user_id=RISK, scope=scope))
    asked = commands.ReleaseKillSwitch(
        command_id=desk.command_id(), at=desk.now, user_id=RISK, scope=scope, approval_id=approval_id
    )
    [reply] = desk.put(asked).effects
    assert isinstance(reply, Reply)
    assert reply.refusal is not None
    assert reply.refusal.code is RefusalCode.IDEMPOTENCY_KEY_CONFLICT


def test_the_same_release_twice_asks_once(desk: DeskDriver) -> None:
    ask_release(desk)
    waiting = dict(desk.desk.risk.approvals)
    ask_release(desk)
    assert desk.desk.risk.approvals == waiting


def test_what_waits_survives_a_restart(desk: DeskDriver) -> None:
    desk.restart()
    assert decide(desk) is None
    assert desk.desk.risk.limits == (LARGER,)
    assert state_of(replayed(desk.journal, desk.desk.policy))["risk"] == state_of(desk.desk)["risk"]


def test_what_nobody_decides_about_lapses(desk: DeskDriver) -> None:
    lifetime = desk.desk.policy.approval_lifetime
    assert lapsed(desk.desk, desk.now + lifetime - timedelta(seconds=1)) == []
    [event] = lapsed(desk.desk, desk.now + lifetime)
    assert isinstance(event, ApprovalDecided)
    assert (event.approval.state, event.approval.decided_by) == (ApprovalState.REJECTED, None)
    assert "lapsed" in event.approval.decision
