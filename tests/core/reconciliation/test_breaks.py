"""A person ends a break: in words, or by letting our books follow the venue's figure."""

from datetime import timedelta
from decimal import Decimal

import pytest

from support.compared_desk import ComparedDesk
from support.desk_driver import ACCOUNT, ALICE, BALANCES, BOB, RISK
from support.markets import PERPETUAL
from tidegate.core import identifiers as ids
from tidegate.core.messages import commands
from tidegate.core.messages.values import VenuePosition
from tidegate.core.records import UNALLOCATED
from tidegate.core.vocabulary import PositionSide, RefusalCode, Role, Side

ADMIN = ids.UserId("admin")


@pytest.fixture
def desk() -> ComparedDesk:
    desk = ComparedDesk()
    desk.open_shop()
    desk.put(
        commands.RegisterUser(command_id=desk.command_id(), at=desk.now, user_id=ADMIN, name="Admin", role=Role.ADMIN)
    )
    return desk


def omnibus() -> ComparedDesk:
    desk = ComparedDesk()
    desk.open_shop(user_ids=(ALICE, BOB))
    return desk


def broken_position(desk: ComparedDesk, quantity: str) -> str:
    held = (
        ()
        if quantity == "0"
        else (VenuePosition(symbol=PERPETUAL, position_side=PositionSide.NET, quantity=Decimal(quantity)),)
    )
    for _ in range(2):
        desk.positions(*held)
        desk.now += timedelta(seconds=6)
    [found] = desk.open_breaks("position")
    return found.break_id


# --- who -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("user_id", [RISK, ADMIN, ALICE])
def test_risk_officers_administrators_and_the_only_user_end_breaks(desk: ComparedDesk, user_id: ids.UserId) -> None:
    desk.unreadable()
    [found] = desk.open_breaks()
    assert desk.resolve(found.break_id, user_id=user_id) is None
    row = desk.breaks[found.break_id]
    assert (row.resolved_at, row.resolved_by, row.resolution) == (desk.now, user_id, "looked into")
    assert row.message == found.message


@pytest.mark.parametrize("user_id", [BOB, ids.UserId("nobody")])
def test_others_do_not(desk: ComparedDesk, user_id: ids.UserId) -> None:
    desk.unreadable()
    [found] = desk.open_breaks()
    assert desk.resolve(found.break_id, user_id=user_id) is RefusalCode.NOT_PERMITTED
    assert desk.open_breaks() == [found]


def test_a_user_of_an_omnibus_account_does_not() -> None:
    desk = omnibus()
    desk.unreadable()
    [found] = desk.open_breaks()
    assert desk.resolve(found.break_id, user_id=ALICE) is RefusalCode.NOT_PERMITTED


def test_what_is_not_open_cannot_be_ended(desk: ComparedDesk) -> None:
    assert desk.resolve("none") is RefusalCode.BREAK_NOT_FOUND
    desk.unreadable()
    [found] = desk.open_breaks()
    desk.resolve(found.break_id)
    assert desk.resolve(found.break_id) is RefusalCode.BREAK_NOT_FOUND


# --- balances ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("difference", ["2.5", "-2.5"])
def test_an_accepted_balance_is_booked_as_an_adjustment(desk: ComparedDesk, difference: str) -> None:
    desk.broken_balance(BTC=difference)
    [found] = desk.open_breaks()
    assert desk.resolve(found.break_id, accept=True) is None
    held = desk.desk.holding(ACCOUNT, ALICE, "BTC")
    assert (held.quantity, held.average_price, held.realized_pnl) == (10 + Decimal(difference), 50_000, 0)
    assert [(row.ledger_account, row.amount) for row in desk.ledger()[-2:]] == [
        ("adjustments", -Decimal(difference)),
        (f"user:{ALICE}", Decimal(difference)),
    ]
    assert desk.open_breaks() == []
    desk.balances({**BALANCES, "BTC": 10 + Decimal(difference)})
    assert not desk.desk.differences
    desk.check_books()


def test_a_balance_that_is_not_accepted_stays_as_it_is_and_comes_up_again(desk: ComparedDesk) -> None:
    desk.broken_balance(BTC="1")
    [found] = desk.open_breaks()
    desk.resolve(found.break_id)
    assert desk.held("BTC") == 10
    desk.now += timedelta(seconds=6)
    desk.balances({**BALANCES, "BTC": Decimal(11)})
    assert len(desk.open_breaks()) == 1, "the books still differ"


@pytest.mark.parametrize(("named", "owner"), [(None, UNALLOCATED), (BOB, BOB)])
def test_in_an_omnibus_account_it_belongs_to_nobody_or_to_whom_the_person_names(
    named: ids.UserId | None, owner: ids.UserId
) -> None:
    desk = omnibus()
    before = desk.held("BTC", owner)
    desk.broken_balance(BTC="1")
    [found] = desk.open_breaks()
    assert desk.resolve(found.break_id, accept=True, owner_id=named) is None
    assert desk.held("BTC", owner) == before + 1
    desk.check_books()


def test_nobody_outside_the_account_is_given_anything(desk: ComparedDesk) -> None:
    desk.broken_balance(BTC="1")
    [found] = desk.open_breaks()
    assert desk.resolve(found.break_id, accept=True, owner_id=BOB) is RefusalCode.USER_NOT_FOUND
    assert desk.open_breaks() == [found]


def test_after_a_restart_nothing_is_accepted_before_the_books_are_compared(desk: ComparedDesk) -> None:
    desk.broken_balance(BTC="1")
    [found] = desk.open_breaks()
    desk.restart()
    assert desk.resolve(found.break_id, accept=True) is RefusalCode.VENUE_UNAVAILABLE
    desk.balances({**BALANCES, "BTC": Decimal(11)})
    assert desk.resolve(found.break_id, accept=True) is RefusalCode.VENUE_UNAVAILABLE, "it may be passing"
    desk.wait(5)
    assert desk.resolve(found.break_id, accept=True) is None
    assert desk.held("BTC") == 11


def test_a_difference_that_has_just_changed_is_not_accepted(desk: ComparedDesk) -> None:
    """A person has been told of one more bitcoin; the venue has told a trade by its balance first."""
    desk.broken_balance(BTC="1")
    [found] = desk.open_breaks()
    desk.balances({**BALANCES, "BTC": Decimal(7)})
    assert desk.resolve(found.break_id, accept=True) is RefusalCode.VENUE_UNAVAILABLE
    assert desk.held("BTC") == 10
    desk.balances({**BALANCES, "BTC": Decimal(11)})
    desk.wait(5)
    assert desk.resolve(found.break_id, accept=True) is None
    assert desk.held("BTC") == 11


# --- positions -----------------------------------------------------------------------------------------------------


def test_an_accepted_position_follows_the_venues_at_the_price_of_the_moment(desk: ComparedDesk) -> None:
    desk.trade(Side.BUY, "2", "50000")
    broken = broken_position(desk, "3")
    desk.price("53000", PERPETUAL, mark="53000")
    assert desk.resolve(broken, accept=True) is None
    position = desk.position()
    assert (position.quantity, position.average_price, position.realized_pnl) == (3, 51_000, 0)
    desk.check_books()


def test_one_that_was_closed_at_the_venue_realizes_what_it_was_worth(desk: ComparedDesk) -> None:
    desk.trade(Side.BUY, "2", "50000")
    broken = broken_position(desk, "0")
    desk.price("53000", PERPETUAL)
    assert desk.resolve(broken, accept=True) is None
    position = desk.position()
    assert (position.quantity, position.average_price, position.realized_pnl) == (0, None, 6_000)
    assert desk.open_breaks() == []
    desk.positions()
    assert not desk.desk.position_differences
    desk.check_books()


def test_a_position_that_has_just_changed_is_not_accepted(desk: ComparedDesk) -> None:
    broken = broken_position(desk, "3")
    desk.positions(VenuePosition(symbol=PERPETUAL, position_side=PositionSide.NET, quantity=Decimal(1)))
    assert desk.resolve(broken, accept=True) is RefusalCode.VENUE_UNAVAILABLE
    desk.wait(5)
    assert desk.resolve(broken, accept=True) is None
    assert desk.position().quantity == 1


def test_without_a_price_a_position_is_not_accepted(desk: ComparedDesk) -> None:
    broken = broken_position(desk, "3")
    desk.desk.prices.clear()
    assert desk.resolve(broken, accept=True) is RefusalCode.NO_REFERENCE_PRICE
    desk.restart()
    assert desk.resolve(broken, accept=True) is RefusalCode.VENUE_UNAVAILABLE


def test_accepting_what_has_no_figure_only_ends_it(desk: ComparedDesk) -> None:
    desk.strange_order()
    [found] = desk.open_breaks()
    assert desk.resolve(found.break_id, accept=True) is None
    assert desk.open_breaks() == []
    assert desk.ledger()[-1].kind == "opening"
