"""What is looked at once a second."""

from decimal import Decimal

import pytest

from support.desk_driver import ALICE, RISK
from support.protected_desk import ProtectedDesk
from tidegate.core import identifiers as ids
from tidegate.core.messages import commands, reports
from tidegate.core.messages.events import LimitWarned
from tidegate.core.messages.risk_values import RiskLimit, Scope
from tidegate.core.policy import Policy
from tidegate.core.vocabulary import LimitKind


@pytest.fixture
def desk() -> ProtectedDesk:
    driver = ProtectedDesk(Policy(four_eyes=False))
    driver.open_shop()
    return driver


def set_limit(desk: ProtectedDesk, kind: LimitKind, value: str) -> None:
    limit = RiskLimit(limit_id="full", kind=kind, value=Decimal(value), scope=Scope(user_id=ALICE))
    command = commands.SetRiskLimits(
        command_id=desk.command_id(),
        at=desk.now,
        user_id=RISK,
        limits=(limit,),
        approval_id=ids.ApprovalId("01JAPPROVAL"),
    )
    desk.put(command)
    assert desk.desk.risk.limits == (limit,)


def levels(desk: ProtectedDesk) -> list[Decimal]:
    """What a tick warns of."""
    desk.wait(1)
    events = desk.put(reports.ClockTicked(at=desk.now)).events
    return [event.level for event in events if isinstance(event, LimitWarned)]


def test_each_level_is_told_once_and_that_the_limit_is_below_all_of_them(desk: ProtectedDesk) -> None:
    set_limit(desk, LimitKind.OPEN_ORDERS, "5")
    for _ in range(3):
        desk.working(desk.order_command(quantity="0.001"))
    assert levels(desk) == []
    desk.working(desk.order_command(quantity="0.001"))
    assert levels(desk) == [Decimal("0.8")]
    assert levels(desk) == []
    desk.working(desk.order_command(quantity="0.001"))
    assert levels(desk) == [Decimal("0.95")]
    set_limit(desk, LimitKind.OPEN_ORDERS, "6")
    assert levels(desk) == [], "not back and forth"
    set_limit(desk, LimitKind.OPEN_ORDERS, "50")
    assert levels(desk) == [Decimal(0)]
    assert levels(desk) == []


def test_a_desk_without_limits_warns_of_nothing(desk: ProtectedDesk) -> None:
    desk.working(desk.order_command(quantity="0.001"))
    assert levels(desk) == []
