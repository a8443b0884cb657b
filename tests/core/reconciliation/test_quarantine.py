"""Messages that cannot be read are told, once per kind, and stop nothing."""

import pytest

from support.compared_desk import ComparedDesk
from support.desk_driver import RISK
from tidegate.core.messages.reports import MessageQuarantined
from tidegate.core.vocabulary import OrderStatus


@pytest.fixture
def desk() -> ComparedDesk:
    desk = ComparedDesk()
    desk.open_shop()
    return desk


def test_each_kind_is_told_once(desk: ComparedDesk) -> None:
    for number in range(3):
        desk.unreadable(message=f"no price in message {number}")
    desk.unreadable(kind="balanceUpdate")
    assert [(found.kind, found.subject) for found in desk.open_breaks()] == [
        ("unreadable_message", "executionReport"),
        ("unreadable_message", "balanceUpdate"),
    ]
    assert "no price in message 0" in desk.open_breaks()[0].message


def test_after_a_person_has_looked_the_next_one_is_told_again(desk: ComparedDesk) -> None:
    desk.unreadable()
    [found] = desk.open_breaks()
    assert desk.resolve(found.break_id) is None
    assert desk.open_breaks() == []
    desk.unreadable()
    assert len(desk.open_breaks()) == 1
    assert desk.breaks[found.break_id].resolved_by is None


def test_it_stops_nothing(desk: ComparedDesk) -> None:
    desk.unreadable()
    assert desk.is_ready
    order = desk.working()
    desk.fill(order, "1")
    assert order.status is OrderStatus.FILLED
    assert [found.resolved_by for found in desk.breaks.values()] == [None]
    assert RISK in desk.desk.users


def test_of_an_account_that_nobody_knows_it_is_nothing(desk: ComparedDesk) -> None:
    assert desk.put(MessageQuarantined(at=desk.now, account_id="nobody", kind="x", message="y")).events == []
