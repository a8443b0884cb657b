"""What came with an idempotency key is carried out once, and says so when it comes again."""

from decimal import Decimal

import pytest

from support.desk_driver import ALICE, RISK, DeskDriver
from support.kept_desk import replayed
from tidegate.core import identifiers as ids
from tidegate.core.decision import Decision
from tidegate.core.messages import commands
from tidegate.core.messages.effects import Reply
from tidegate.core.messages.risk_records import KeptRiskRequest
from tidegate.core.messages.risk_values import RiskLimit, Scope
from tidegate.core.policy import Policy
from tidegate.core.vocabulary import LimitKind, RefusalCode, TradingState

KEY = ids.ApprovalId("7KEY")


@pytest.fixture
def desk() -> DeskDriver:
    driver = DeskDriver(Policy(four_eyes=False))
    driver.open_shop()
    return driver


def put(
    desk: DeskDriver, value: str, request_id: str = KEY, request_hash: str = "", user_id: ids.UserId = RISK
) -> Reply:
    size = RiskLimit(limit_id="size", kind=LimitKind.ORDER_NOTIONAL, value=Decimal(value))
    return reply_of(
        desk.put(
            commands.SetRiskLimits(
                command_id=desk.command_id(),
                at=desk.now,
                user_id=user_id,
                limits=(size,),
                approval_id=ids.ApprovalId(request_id),
                request_hash=request_hash,
            )
        )
    )


def release(desk: DeskDriver) -> Reply:
    return reply_of(
        desk.put(
            commands.ReleaseKillSwitch(
                command_id=desk.command_id(),
                at=desk.now,
                user_id=RISK,
                scope=Scope(),
                approval_id=KEY,
                request_hash="release",
            )
        )
    )


def throw(desk: DeskDriver) -> None:
    desk.put(commands.SetKillSwitch(command_id=desk.command_id(), at=desk.now, user_id=RISK, scope=Scope()))


def reply_of(decision: Decision) -> Reply:
    [reply] = [effect for effect in decision.effects if isinstance(effect, Reply)]
    return reply


def test_a_set_that_comes_again_after_another_changes_nothing(desk: DeskDriver) -> None:
    assert not put(desk, "1000", request_hash="a").replayed
    put(desk, "500", "7OTHER", "b")
    assert put(desk, "1000", request_hash="a").replayed
    assert (desk.desk.risk.version, desk.desk.risk.limits[0].value) == (2, Decimal(500))


def test_another_request_with_its_id_is_refused(desk: DeskDriver) -> None:
    put(desk, "1000", request_hash="a")
    refusal = put(desk, "1", request_hash="b").refusal
    assert refusal is not None
    assert refusal.code is RefusalCode.IDEMPOTENCY_KEY_CONFLICT


def test_what_was_refused_and_what_has_no_key_is_not_kept(desk: DeskDriver) -> None:
    put(desk, "1000", request_hash="a", user_id=ALICE)
    put(desk, "1000")
    assert not desk.desk.risk.kept_requests


def test_a_release_that_comes_again_does_not_release_what_was_stopped_anew(desk: DeskDriver) -> None:
    throw(desk)
    release(desk)
    throw(desk)
    assert release(desk).replayed
    assert desk.desk.risk.states["desk"].state is TradingState.HALTED


def test_what_was_kept_names_the_set_that_it_left_in_force_and_is_written(desk: DeskDriver) -> None:
    put(desk, "1000", request_hash="a")
    kept = KeptRiskRequest(request_id=KEY, request_hash="a", limits_version=1, kept_at=desk.now)
    assert [row for batch in desk.batches for row in batch.risk_requests] == [kept]
    assert replayed(desk.journal, desk.desk.policy).risk.kept_requests == {KEY: kept}
