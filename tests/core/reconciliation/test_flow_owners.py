"""What positions earn or cost is theirs who held them, to the last cent; all else belongs to the account's owner."""

from datetime import timedelta
from decimal import Decimal

import pytest

from support.desk_driver import ALICE, BOB
from support.forced_desk import BOTH, ForcedDesk
from support.markets import PERPETUAL
from tidegate.core.records import UNALLOCATED
from tidegate.core.vocabulary import CashFlowKind, PositionSide


@pytest.fixture
def desk() -> ForcedDesk:
    return ForcedDesk()


def gained(desk: ForcedDesk, amount: str, **options: object) -> list[Decimal]:
    """What a flow of so much brings Alice, Bob and nobody."""
    users = (*BOTH, UNALLOCATED)
    before = [desk.cash(user) for user in users]
    desk.flow(amount, **options)  # type: ignore[arg-type]
    desk.check_books()
    return [desk.cash(user) - cash for user, cash in zip(users, before, strict=True)]


def test_funding_is_shared_among_those_who_hold_the_position(desk: ForcedDesk) -> None:
    desk.open_omnibus(alice="2", bob="1")
    assert gained(desk, "-30") == [-20, -10, 0]
    assert gained(desk, "-30") == [0, 0, 0], "it is booked once"
    desk.restart()
    assert gained(desk, "-30") == [0, 0, 0]


def test_the_shares_add_up_and_the_largest_takes_the_rest(desk: ForcedDesk) -> None:
    desk.open_omnibus(alice="1", bob="2")
    assert gained(desk, "-0.00000001") == [0, Decimal("-0.00000001"), 0]
    assert gained(desk, "0.0000000100001", flow_id="f2") == [0, Decimal("0.0000000100001"), 0]
    assert gained(desk, "-1", flow_id="f3") == [Decimal("-0.33333333"), Decimal("-0.66666667"), 0]


def test_who_holds_the_other_way_earns_what_it_costs_others(desk: ForcedDesk) -> None:
    desk.open_omnibus(alice="-3", bob="1")
    assert gained(desk, "20") == [30, -10, 0]


def test_in_hedge_mode_both_sides_count(desk: ForcedDesk) -> None:
    desk.open_omnibus()
    sides = (PositionSide.LONG, PositionSide.SHORT)
    desk.assign(ALICE, Decimal(3), Decimal(0), sides=sides)
    desk.assign(BOB, Decimal(3), Decimal(-1), sides=sides)
    assert gained(desk, "-30") == [-45, 15, 0]
    assert gained(desk, "10", flow_id="f2") == [15, -5, 0]


def test_what_nobody_has_been_given_is_nobodys(desk: ForcedDesk) -> None:
    desk.open_omnibus(alice="2", unallocated="1")
    assert gained(desk, "-30") == [-20, 0, -10]


@pytest.mark.parametrize("held", [{}, {"alice": "1", "bob": "-1"}])
def test_without_a_position_it_is_the_owners(desk: ForcedDesk, held: dict[str, str]) -> None:
    desk.open_omnibus(**held)
    assert gained(desk, "-30") == [0, 0, -30]


def test_it_is_theirs_who_held_then_whoever_holds_now(desk: ForcedDesk) -> None:
    desk.open_omnibus(alice="2", bob="1")
    funded_at = desk.now
    desk.force("1.5")
    desk.force("1.5", trade_id="forced-2")
    assert desk.held_by(*BOTH) == [0, 0]
    assert gained(desk, "-30", happened_at=funded_at) == [-20, -10, 0]
    assert gained(desk, "-30", flow_id="f2", happened_at=funded_at + timedelta(seconds=1)) == [-20, -10, 0]
    assert gained(desk, "-30", flow_id="f3") == [0, 0, -30]


def test_in_an_account_of_one_user_a_part_that_was_left_to_nobody_pays_its_own(desk: ForcedDesk) -> None:
    desk.open_shop()
    desk.assign(ALICE, Decimal(2))
    desk.assign(UNALLOCATED, Decimal(3))
    assert gained(desk, "-30") == [-20, 0, -10]


def test_other_flows_with_a_symbol_are_the_owners(desk: ForcedDesk) -> None:
    desk.open_omnibus(alice="2", bob="1")
    assert gained(desk, "-30", kind=CashFlowKind.OTHER, symbol=PERPETUAL) == [0, 0, -30]
