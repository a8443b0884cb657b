"""Points of the equity curve: when they are taken, of whom, and what losses are measured against."""

from datetime import timedelta
from decimal import Decimal

import pytest

from support.compared_desk import MARGIN, ComparedDesk
from support.desk_driver import ACCOUNT, ALICE, BOB, RISK
from support.markets import PERPETUAL
from tidegate.core import identifiers as ids
from tidegate.core.messages import reports
from tidegate.core.messages.risk_records import EquityPoint, LossMark
from tidegate.core.messages.risk_values import Scope
from tidegate.core.records import UNALLOCATED
from tidegate.core.vocabulary import CashFlowKind, Side, Wallet

START_VALUE = MARGIN + 500_000
OWNER_KEY = Scope(user_id=ALICE, account_id=ACCOUNT).key


class MarkedDesk(ComparedDesk):
    """A desk with a clock; prices are told again before each tick, as a venue's feed does."""

    last, mark = "50000", "50000"

    def tick(self, seconds: float = 60, *, told: bool = True) -> list[EquityPoint]:
        self.now += timedelta(seconds=seconds)
        if told:
            self.price(self.last)
            self.price(self.mark, PERPETUAL, mark=self.mark)
        before = len(self.batches)
        self.put(reports.ClockTicked(at=self.now))
        return [point for batch in self.batches[before:] for point in batch.equity]

    def loss_mark(self, key: str = OWNER_KEY) -> LossMark:
        return self.desk.risk.loss_marks[key]


@pytest.fixture
def desk() -> MarkedDesk:
    desk = MarkedDesk()
    desk.open_shop({"BTC": Decimal(10)}, user_ids=(ALICE,))
    desk.tick(1)
    return desk


def test_the_first_point_is_what_was_brought_in() -> None:
    desk = MarkedDesk()
    desk.open_shop({"BTC": Decimal(10)})
    [point] = desk.tick(1)
    assert (point.account_id, point.user_id, point.equity) == (ACCOUNT, ALICE, START_VALUE)
    assert (point.net_deposits, point.gross_exposure, point.unrealized_pnl) == (START_VALUE, 500_000, 0)
    assert not point.stale
    mark = desk.loss_mark()
    assert (mark.day_start, mark.high, mark.day.hour) == (0, 0, 0)
    assert desk.batches[-1].loss_marks[OWNER_KEY] == mark


def test_a_minute_lies_between_two_points(desk: MarkedDesk) -> None:
    desk.last = "51000"
    assert desk.tick(59) == []
    [point] = desk.tick(1)
    assert point.equity - point.net_deposits == 10_000


def test_a_profit_that_moves_far_is_not_kept_waiting(desk: MarkedDesk) -> None:
    desk.last = "49300"
    assert desk.tick(5) == [], "7,000 of 1,500,000 is little"
    desk.last = "49200"
    assert [len(desk.tick(1)) for _ in range(5)] == [0, 0, 0, 0, 1]
    assert desk.loss_mark().high == 0
    assert [len(desk.tick(1)) for _ in range(10)] == [0] * 10, "once"


def test_who_is_worth_the_same_is_marked_once_an_hour_only(desk: MarkedDesk) -> None:
    assert [len(desk.tick(60)) for _ in range(59)] == [0] * 59
    assert len(desk.tick(60)) == 1


def test_a_day_begins_with_a_point_even_if_the_last_was_just_before(desk: MarkedDesk) -> None:
    desk.now = desk.now.replace(hour=23, minute=59, second=30)
    desk.last = "52000"
    assert len(desk.tick(0)) == 1
    desk.last = "51000"
    [point] = desk.tick(30)
    assert point.at.hour == 0
    assert (desk.loss_mark().day_start, desk.loss_mark().high) == (10_000, 20_000)


def test_the_high_stays_and_what_comes_and_goes_is_no_profit(desk: MarkedDesk) -> None:
    desk.last = "53000"
    desk.tick()
    desk.flow("-5", kind=CashFlowKind.WITHDRAWAL, asset="BTC", wallet=Wallet.MAIN)
    desk.flow("999", kind=CashFlowKind.DEPOSIT, flow_id="d")
    [point] = desk.tick()
    assert point.equity - point.net_deposits == 30_000
    desk.last = "52000"
    [point] = desk.tick()
    assert point.equity - point.net_deposits == 25_000
    assert (desk.loss_mark().high, desk.loss_mark().day_start) == (30_000, 0)


def test_unrealized_profit_counts_at_the_mark_price(desk: MarkedDesk) -> None:
    desk.trade(Side.SELL, "2", "50000")
    desk.mark = "49000"
    [point] = desk.tick()
    assert (point.unrealized_pnl, point.equity) == (2_000, START_VALUE + 2_000)
    assert point.gross_exposure == 500_000 + 98_000


def test_by_old_prices_a_point_is_stale_and_measures_nothing(desk: MarkedDesk) -> None:
    desk.last = "40000"
    desk.tick()
    before = desk.loss_mark()
    desk.last = "60000"
    desk.price("60000")
    [point] = desk.tick(61, told=False)
    assert point.stale
    assert (point.equity, desk.loss_mark()) == (START_VALUE + 100_000, before)
    [point] = desk.tick()
    assert (point.stale, desk.loss_mark().high) == (False, 100_000)


def test_after_a_start_nobody_is_marked_before_their_prices_are_known(desk: MarkedDesk) -> None:
    desk.recover()
    before = desk.desk.risk.loss_marks.copy()
    assert desk.tick(told=False) == []
    desk.put(reports.InstrumentsReported(at=desk.now, exchange=desk.exchange, instruments=()))
    assert desk.tick(told=False) == [], "nor while the listing names a market for it"
    assert desk.desk.risk.loss_marks == before
    [point] = desk.tick()
    assert point.equity == START_VALUE


def test_what_no_market_prices_counts_nothing_and_does_not_make_the_rest_stale() -> None:
    desk = MarkedDesk()
    desk.open_shop({"BTC": Decimal(10), "DUST": Decimal(7)})
    [point] = desk.tick()
    assert (point.equity, point.net_deposits, point.stale) == (START_VALUE, START_VALUE, False)
    desk.price("100", "DUST/USDT")
    [point] = desk.tick()
    assert (point.equity, point.net_deposits) == (START_VALUE + 700, START_VALUE + 700), "found, not earned"
    assert desk.loss_mark().high == 0


def test_a_scope_sums_up_its_owners_also_those_that_are_worth_what_they_were() -> None:
    desk = MarkedDesk()
    desk.open_shop({"BTC": Decimal(10), "USDT": Decimal(100)}, user_ids=(ALICE, BOB))
    desk.give("BTC", "4", UNALLOCATED, ALICE, by=RISK)
    desk.give("USDT", "100", UNALLOCATED, BOB, by=RISK)
    assert {point.user_id for point in desk.tick()} == {ALICE, BOB, UNALLOCATED}
    desk.last = "51000"
    assert {point.user_id for point in desk.tick()} == {ALICE, UNALLOCATED}
    assert desk.loss_mark(Scope(user_id=ALICE).key).high == 4_000
    assert desk.loss_mark(Scope(user_id=BOB).key).high == 0
    assert desk.loss_mark(Scope().key).high == 10_000
    assert desk.loss_mark(Scope(account_id=ACCOUNT).key).high == 10_000


def test_who_was_never_marked_is_not_kept_waiting() -> None:
    desk = MarkedDesk()
    desk.open_shop({"BTC": Decimal(10)}, user_ids=(ALICE, BOB))
    desk.tick(1)
    desk.give("BTC", "4", UNALLOCATED, BOB, by=RISK)
    marked = {point.user_id for _ in range(5) for point in desk.tick(1)}
    assert marked == {BOB, UNALLOCATED}, "what Bob loses counts from here on"
    assert desk.loss_mark(Scope(user_id=BOB).key).day_start == 0


def test_who_has_nothing_left_still_has_lost_it(desk: MarkedDesk) -> None:
    order = desk.working(desk.order_command(side=Side.SELL, quantity="10", price="40000"))
    desk.last = desk.mark = "40000"
    desk.fill(order, "10", price="40000")
    desk.flow("-400000", kind=CashFlowKind.WITHDRAWAL, wallet=Wallet.MAIN)
    desk.flow(str(-MARGIN), kind=CashFlowKind.WITHDRAWAL, flow_id="w")
    [point] = desk.tick()
    assert (point.equity, point.net_deposits) == (0, 100_000)
    desk.tick(3_600)
    assert desk.desk.risk.marks[ACCOUNT, ids.UserId("alice")].net_deposits == 100_000
