"""After trades and cancels the venue is asked what it holds: soon, and not for each of them."""

from datetime import timedelta

import pytest

from support.compared_desk import ComparedDesk
from support.desk_driver import ACCOUNT
from tidegate.core.messages import reports
from tidegate.core.messages.effects import CompareBalances
from tidegate.core.vocabulary import VenueOrderStatus

ASKED = [CompareBalances(account_id=ACCOUNT)]


class ComparingDesk(ComparedDesk):
    """A desk with a clock."""

    def tick(self, seconds: float = 1) -> list[CompareBalances]:
        self.now += timedelta(seconds=seconds)
        decision = self.put(reports.ClockTicked(at=self.now))
        return [effect for effect in decision.effects if isinstance(effect, CompareBalances)]


@pytest.fixture
def desk() -> ComparingDesk:
    desk = ComparingDesk()
    desk.open_shop()
    return desk


def test_five_seconds_after_a_trade_the_venue_is_asked_once(desk: ComparingDesk) -> None:
    order = desk.working()
    desk.fill(order, "0.1")
    assert [desk.tick() for _ in range(4)] == [[]] * 4
    assert desk.tick() == ASKED
    assert desk.tick(60) == []


def test_while_trades_come_it_is_asked_every_five_seconds_at_most(desk: ComparingDesk) -> None:
    order = desk.working()
    asked = 0
    for number in range(60):
        desk.fill(order, "0.01", trade_id=f"t{number}")
        asked += len(desk.tick())
    assert 10 <= asked <= 12


def test_after_a_cancel_and_after_a_bust_too(desk: ComparingDesk) -> None:
    order = desk.working()
    desk.report(order, VenueOrderStatus.CANCELED)
    assert desk.tick(5) == ASKED
    other = desk.working()
    desk.fill(other, "1", trade_id="t")
    assert desk.tick(5) == ASKED
    desk.bust(other, "t")
    assert desk.tick(5) == ASKED


def test_nothing_is_asked_where_nothing_happened_or_nobody_answers(desk: ComparingDesk) -> None:
    assert desk.tick(60) == []
    desk.working()
    assert desk.tick(60) == [], "an order that rests has moved nothing"
    desk.fill(desk.working(exchange_order_id="9002"), "0.1", exchange_order_id="9002")
    desk.disconnect()
    assert desk.tick(60) == []
    desk.put(reports.AccountConnected(at=desk.now, account_id=ACCOUNT))
    assert desk.tick() == ASKED, "it waits until the account is back"
