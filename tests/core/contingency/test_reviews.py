"""Reviews: whenever something that matters has changed, also after a restart; and none for plain orders."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from support.kept_desk import KeptDesk
from support.protected_desk import LINEAR, ProtectedDesk, protected_desk
from tidegate.core.contingency import reviews_after
from tidegate.core.messages import reports
from tidegate.core.messages.effects import SendCancel, SendOrder
from tidegate.core.order import Order
from tidegate.core.vocabulary import Exchange, Leg, OrderType, VenueOrderStatus


@pytest.fixture
def desk() -> ProtectedDesk:
    return protected_desk()


def test_plain_orders_are_never_reviewed(desk: ProtectedDesk) -> None:
    order = desk.place(desk.order_command(quantity="1"))
    for decision in (desk.accept(order), desk.trade(order, "0.4"), desk.trade(order, "0.6")):
        assert reviews_after(desk.desk, decision.events) == []


def test_a_review_of_what_is_in_order_changes_nothing(desk: ProtectedDesk) -> None:
    entry, stop = desk.protected("1")
    decision = desk.put(reports.ReviewOrder(at=desk.now, order_id=entry.order_id))
    assert (decision.events, decision.effects) == ([], [])
    assert desk.put(reports.ReviewOrder(at=desk.now, order_id=stop.order_id)).events == []


def test_a_review_of_an_order_that_is_not_in_memory_is_nothing(desk: ProtectedDesk) -> None:
    assert desk.put(reports.ReviewOrder(at=desk.now, order_id="01J")).events == []  # type: ignore[arg-type]


# --- a restart in every state in between -------------------------------------------------------------------------


def filled_in_part(desk: ProtectedDesk, entry: Order) -> None:
    desk.trade(entry, "0.4")


def stop_taken(desk: ProtectedDesk, entry: Order) -> None:
    filled_in_part(desk, entry)
    desk.take(desk.stop_of(entry))


def stop_growing(desk: ProtectedDesk, entry: Order) -> None:
    stop_taken(desk, entry)
    desk.trade(entry, "0.6")


def stop_making_way(desk: ProtectedDesk, entry: Order) -> None:
    stop_growing(desk, entry)
    desk.gone(desk.stop_of(entry))


def stop_grown(desk: ProtectedDesk, entry: Order) -> None:
    stop_making_way(desk, entry)
    desk.take(desk.stop_of(entry))


def target_waiting(desk: ProtectedDesk, entry: Order) -> None:
    stop_grown(desk, entry)
    desk.price("60000")


def target_leaving(desk: ProtectedDesk, entry: Order) -> None:
    target_waiting(desk, entry)
    desk.gone(desk.stop_of(entry))


def stop_refused(desk: ProtectedDesk, entry: Order) -> None:
    filled_in_part(desk, entry)
    desk.reject(desk.stop_of(entry))
    desk.reject(desk.stop_of(entry))


STATES = (
    filled_in_part,
    stop_taken,
    stop_growing,
    stop_making_way,
    stop_grown,
    target_waiting,
    target_leaving,
    stop_refused,
)


def carry_on(desk: ProtectedDesk, entry_id: str) -> tuple[Decimal, Decimal, bool]:
    """The venue answers everything that is open until all has been closed; how much was sold, and what is left."""
    sold = Decimal(0)
    for _ in range(40):
        entry = desk.desk.orders.get(entry_id)  # type: ignore[call-overload]
        if entry is None or not entry.guarding:
            break
        if not entry.is_closed:
            desk.trade(entry, str(entry.leaves_quantity))
        for leg in desk.desk.legs_of(entry.order_id):
            sold += answer(desk, leg)
        desk.wait(1)
        desk.price("60000")
    return sold, desk.reserved("BTC"), desk.orders[entry_id].guarding  # type: ignore[index]


def answer(desk: ProtectedDesk, leg: Order) -> Decimal:
    """What the venue would say of a leg now: taken, gone if that was asked for, traded at the market."""
    if leg.is_held or leg.is_closed:
        return Decimal(0)
    if leg.in_doubt and leg.exchange_order_id is None:
        desk.report(leg, VenueOrderStatus.OPEN, exchange_order_id=f"Y{leg.attempt}{leg.order_id[-4:]}")
    elif leg.exchange_order_id is None:
        desk.take(leg)
    elif leg.in_doubt:
        desk.report(leg, VenueOrderStatus.OPEN, exchange_order_id=leg.exchange_order_id)
    elif leg.pending_action != "none":
        desk.gone(leg)
    elif not leg.is_conditional:
        quantity = leg.leaves_quantity or Decimal(0)
        desk.trade(leg, str(quantity), "60000")
        return quantity
    return Decimal(0)


@pytest.mark.parametrize("reach", STATES)
def test_a_restart_in_any_state_ends_as_without_one(reach: Callable[[ProtectedDesk, Order], None]) -> None:
    outcomes = []
    for restarts in (False, True):
        desk = protected_desk()
        entry = desk.entry("1")
        reach(desk, entry)
        if restarts:
            desk.restart()
            desk.reconnect()
        outcomes.append(carry_on(desk, entry.order_id))
    assert outcomes[0] == outcomes[1] == (Decimal(1), Decimal(0), False)


def test_a_fill_that_is_learned_while_the_books_are_compared_is_protected_at_once(desk: ProtectedDesk) -> None:
    entry = desk.entry("1")
    desk.restart()
    desk.begin_to_compare(entry.account_id)
    desk.sent.clear()
    entry = desk.desk.orders[entry.order_id]
    desk.trade(entry, "1")
    assert [sent.order_type for sent in desk.sends()] == [OrderType.STOP_LOSS]


def test_legs_that_were_lost_while_the_desk_was_away_are_made_when_the_venue_is_back(desk: ProtectedDesk) -> None:
    entry, stop = desk.protected("1")
    desk.lose(entry.account_id)
    desk.gone(stop)
    desk.sent.clear()
    assert not desk.has_leg(entry, Leg.STOP_LOSS)
    desk.begin_to_compare(entry.account_id)
    assert len(desk.sends()) == 1


def test_a_target_set_off_while_the_venue_is_away_leaves_when_it_is_back(desk: ProtectedDesk) -> None:
    entry, stop = desk.protected("1")
    desk.lose(entry.account_id)
    desk.price("60000")
    assert not desk.sent
    desk.reconnect()
    assert [type(effect) for effect in desk.sent] == [SendCancel]
    desk.gone(stop)
    assert isinstance(desk.sent[-1], SendOrder)
    assert desk.target_of(entry).triggered_at is not None


def test_a_position_that_a_person_lets_follow_the_venue_takes_its_legs_along(desk: ProtectedDesk) -> None:
    entry, stop = desk.protected("1", exchange=Exchange.OKX, symbol=LINEAR)
    desk.accept_flat_position(entry.account_id)
    assert stop.pending_action == "cancel"


def test_the_desk_of_the_tests_writes_what_it_wakes() -> None:
    """Timers of protected orders outlive their end, or nobody would send a refused stop again."""
    desk = protected_desk()
    entry = desk.entry("1")
    desk.trade(entry, "1")
    desk.reject(desk.stop_of(entry))
    desk.reject(desk.stop_of(entry))
    assert entry.is_closed
    assert any(order_id == entry.order_id for order_id, _ in desk.timers)
    assert isinstance(desk, KeptDesk)
