"""What today's loss and the drawdown are measured against: profits, so that money that comes and goes is none."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from support.compared_desk import ComparedDesk
from support.desk_driver import ACCOUNT, ALICE, BOB
from tidegate.core.apply import apply
from tidegate.core.identifiers import AccountId
from tidegate.core.loss_marks import scopes_of
from tidegate.core.messages.commands import RegisterAccount
from tidegate.core.messages.events import EquityMarked
from tidegate.core.messages.reports import BalancesReported
from tidegate.core.messages.risk_records import LossMark
from tidegate.core.messages.risk_values import OwnerEquity, Scope
from tidegate.core.messages.values import VenueBalance
from tidegate.core.vocabulary import Environment, Exchange

MORNING = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def desk() -> ComparedDesk:
    desk = ComparedDesk()
    desk.open_shop()
    return desk


def mark(
    desk: ComparedDesk, equity: int, *, at: datetime = MORNING, deposits: int = 0, stale: bool = False
) -> LossMark:
    owner = OwnerEquity(
        account_id=ACCOUNT,
        user_id=ALICE,
        equity=Decimal(equity),
        unrealized_pnl=Decimal(0),
        net_deposits=Decimal(deposits),
        gross_exposure=Decimal(0),
        stale=stale,
    )
    apply(desk.desk, EquityMarked(at=at, marks=(owner,)))
    return desk.desk.risk.loss_marks[Scope().key]


def test_the_first_mark_is_both_the_days_start_and_the_high(desk: ComparedDesk) -> None:
    found = mark(desk, 110, deposits=100)
    assert (found.day_start, found.high, found.day) == (10, 10, MORNING.replace(hour=0))


def test_the_high_only_rises_and_a_day_starts_where_the_last_ended(desk: ComparedDesk) -> None:
    mark(desk, 110)
    assert mark(desk, 130).high == 130
    later = mark(desk, 90)
    assert (later.day_start, later.high) == (110, 130)
    tomorrow = mark(desk, 95, at=MORNING + timedelta(days=1))
    assert (tomorrow.day_start, tomorrow.high) == (95, 130)


def test_a_drawdown_goes_on_over_deposits_and_withdrawals(desk: ComparedDesk) -> None:
    mark(desk, 130, deposits=100)
    assert mark(desk, 1_020, deposits=1_000).high == 30
    assert mark(desk, 25, deposits=0).high == 30


def test_what_is_not_known_for_certain_measures_nothing(desk: ComparedDesk) -> None:
    before = mark(desk, 110)
    assert mark(desk, 999, stale=True) == before
    assert mark(desk, 5, at=MORNING + timedelta(days=1), stale=True) == before, "not even a new day"
    assert mark(desk, 120, at=MORNING + timedelta(days=1)).day_start == 120


def test_the_scopes_of_an_owner(desk: ComparedDesk) -> None:
    assert [scope.key for scope in scopes_of(desk.desk, ACCOUNT, ALICE)] == [
        "desk",
        f"exchange:{Exchange.BINANCE}",
        f"account:{ACCOUNT}",
        f"user:{ALICE}",
        f"user:{ALICE}|account:{ACCOUNT}",
    ]


def test_a_scope_with_an_owner_whose_equity_is_not_known_is_not_measured(desk: ComparedDesk) -> None:
    mark(desk, 110)
    assert Scope().key in desk.desk.risk.measuring()
    shared = AccountId("okx-main")
    desk.put(
        RegisterAccount(
            command_id=desk.command_id(),
            at=desk.now,
            account_id=shared,
            exchange=Exchange.OKX,
            environment=Environment.SIMULATED,
            user_ids=(BOB,),
        )
    )
    held = (VenueBalance(asset="USDT", free=Decimal(5), locked=Decimal(0)),)
    desk.put(BalancesReported(at=desk.now, account_id=shared, requested_at=desk.now, balances=held))
    mark(desk, 50)
    assert desk.desk.risk.unmarked == {scope.key for scope in scopes_of(desk.desk, shared, BOB)}
    assert Scope(user_id=ALICE).key in desk.desk.risk.measuring()
    assert Scope().key not in desk.desk.risk.measuring(), "without Bob's part the sum says nothing"
