"""Warnings: each level once, and that a limit has room again, also where nothing is left to be measured."""

from decimal import Decimal

import pytest

from support.desk_driver import ALICE, RISK
from support.protected_desk import LINEAR, OKX, ProtectedDesk
from tidegate.core import identifiers as ids
from tidegate.core.messages import commands, reports
from tidegate.core.messages.events import LimitWarned
from tidegate.core.messages.risk_values import RiskLimit, Scope
from tidegate.core.policy import Policy
from tidegate.core.vocabulary import LimitKind, Side

POSITION = RiskLimit(
    limit_id="full", kind=LimitKind.POSITION_QUANTITY, value=Decimal("0.5"), scope=Scope(user_id=ALICE, symbol=LINEAR)
)
OPEN = RiskLimit(limit_id="open", kind=LimitKind.OPEN_ORDERS, value=Decimal(5))


@pytest.fixture
def desk() -> ProtectedDesk:
    driver = ProtectedDesk(Policy(four_eyes=False))
    driver.open_shop()
    return driver


def put(desk: ProtectedDesk, *limits: RiskLimit) -> None:
    command = commands.SetRiskLimits(
        command_id=desk.command_id(),
        at=desk.now,
        user_id=RISK,
        limits=limits,
        approval_id=ids.ApprovalId("01JAPPROVAL"),
    )
    desk.put(command)
    assert desk.desk.risk.limits == limits


def told(desk: ProtectedDesk) -> list[LimitWarned]:
    """What a tick warns of."""
    desk.wait(1)
    events = desk.put(reports.ClockTicked(at=desk.now)).events
    return [event for event in events if isinstance(event, LimitWarned)]


def trade(desk: ProtectedDesk, side: Side, quantity: str, exchange_order_id: str) -> None:
    command = desk.order_command(account_id=OKX, symbol=LINEAR, side=side, quantity=quantity)
    order = desk.place(command)
    desk.accept(order, exchange_order_id)
    desk.fill(order, quantity, exchange_order_id=exchange_order_id)


def test_a_position_that_is_closed_has_room_again_although_it_is_in_no_list_any_more(desk: ProtectedDesk) -> None:
    put(desk, POSITION)
    trade(desk, Side.BUY, "0.4", "8001")
    [full] = told(desk)
    assert (full.level, full.actual) == (Decimal("0.8"), Decimal("0.4"))
    trade(desk, Side.SELL, "0.4", "8002")
    [empty] = told(desk)
    assert (empty.limit_id, empty.scope) == (full.limit_id, full.scope)
    assert (empty.level, empty.actual, empty.limit) == (0, 0, Decimal("0.5"))
    assert told(desk) == [], "once"


def test_a_position_that_fills_up_again_is_warned_of_again(desk: ProtectedDesk) -> None:
    put(desk, POSITION)
    for number, side in enumerate((Side.BUY, Side.SELL, Side.BUY)):
        trade(desk, side, "0.4", f"800{number}")
        assert [warning.level for warning in told(desk)] == [Decimal(0) if side is Side.SELL else Decimal("0.8")]


def test_a_limit_that_was_left_out_for_a_while_warns_as_a_new_one(desk: ProtectedDesk) -> None:
    put(desk, OPEN)
    for _ in range(4):
        desk.working(desk.order_command(quantity="0.001"))
    assert [warning.level for warning in told(desk)] == [Decimal("0.8")]
    put(desk, POSITION)
    [over] = [event for event in desk.journal if isinstance(event, LimitWarned) and not event.level]
    assert (over.limit_id, over.actual, over.limit) == ("open", 4, 5)
    assert told(desk) == []
    put(desk, OPEN)
    desk.restart()
    assert [warning.level for warning in told(desk)] == [Decimal("0.8")]


def test_a_limit_that_is_to_warn_of_nothing_warns_of_nothing(desk: ProtectedDesk) -> None:
    put(desk, RiskLimit(limit_id="open", kind=LimitKind.OPEN_ORDERS, value=Decimal(5), warn_at=()))
    for _ in range(5):
        desk.working(desk.order_command(quantity="0.001"))
    assert told(desk) == []
