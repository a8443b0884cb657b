"""What needs a second person is asked for once, whoever repeats it."""

from datetime import UTC, datetime

import msgspec
import pytest

from support.desk_driver import ALICE, RISK
from tidegate.core import identifiers as ids
from tidegate.core.controls.asking import Asked, ask, asked_before
from tidegate.core.messages.commands import ReleaseKillSwitch, SetRiskLimits
from tidegate.core.messages.effects import Reply
from tidegate.core.messages.events import ApprovalRequested
from tidegate.core.messages.risk_records import Approval
from tidegate.core.messages.risk_values import Scope
from tidegate.core.vocabulary import ApprovalKind, ApprovalState, RefusalCode

WHO = {
    "command_id": ids.CommandId("1"),
    "at": datetime(2026, 3, 1, tzinfo=UTC),
    "user_id": RISK,
    "approval_id": ids.ApprovalId("A1"),
    "message": "please",
}
REQUESTS = {
    ApprovalKind.RISK_LIMITS: SetRiskLimits(**WHO, limits=()),  # type: ignore[arg-type]
    ApprovalKind.KILL_SWITCH_RELEASE: ReleaseKillSwitch(**WHO, scope=Scope()),  # type: ignore[arg-type]
}


def asked_for(request: Asked, kind: ApprovalKind) -> Approval:
    [requested] = ask(request, kind).events
    assert isinstance(requested, ApprovalRequested)
    return requested.approval


@pytest.mark.parametrize("kind", ApprovalKind)
def test_a_request_waits_as_it_was_made(kind: ApprovalKind) -> None:
    request = REQUESTS[kind]
    approval = asked_for(request, kind)
    assert (approval.kind, approval.state, approval.request) == (kind, ApprovalState.PENDING, request)
    assert (approval.requested_by, approval.requested_at, approval.message) == (RISK, request.at, "please")


@pytest.mark.parametrize("kind", ApprovalKind)
def test_the_same_of_the_same_person_is_answered_alike_and_all_else_refused(kind: ApprovalKind) -> None:
    request = REQUESTS[kind]
    known = asked_for(request, kind)
    [again] = asked_before(known, request, is_same=True).effects
    assert again == Reply(command_id=request.command_id, approval_id=known.approval_id, replayed=True)
    of_another = msgspec.structs.replace(request, user_id=ALICE)
    for decision in (asked_before(known, request, is_same=False), asked_before(known, of_another, is_same=True)):
        [reply] = decision.effects
        assert isinstance(reply, Reply)
        assert reply.refusal is not None
        assert reply.refusal.code is RefusalCode.IDEMPOTENCY_KEY_CONFLICT
        assert decision.events == []
