"""Protection goes ahead, is tried without end, and is moved at once; how long it was away is told."""

from datetime import timedelta
from decimal import Decimal

import pytest

from support.protected_desk import ProtectedDesk, protected_desk
from tidegate.core.messages import commands, reports
from tidegate.core.messages.effects import SendAmend, SendCancel, SendOrder
from tidegate.core.messages.values import Amendment
from tidegate.core.order import Order
from tidegate.core.vocabulary import (
    AccountState,
    Exchange,
    OrderStatus,
    PendingAction,
    RejectReason,
    VenueOrderStatus,
)

CANCELED = VenueOrderStatus.CANCELED


@pytest.fixture
def desk() -> ProtectedDesk:
    return protected_desk()


def move(desk: ProtectedDesk, stop: Order, trigger_price: str) -> None:
    """Its user moves a stop."""
    desk.sent.clear()
    desk.put(
        commands.AmendOrder(
            command_id=desk.command_id(),
            at=desk.now,
            user_id=stop.user_id,
            order_id=stop.order_id,
            amendment=Amendment(trigger_price=Decimal(trigger_price)),
        )
    )


def unprotected_stop(desk: ProtectedDesk) -> Order:
    """A stop that is on its way for the first time."""
    entry = desk.entry()
    desk.trade(entry, "1")
    stop = desk.stop_of(entry)
    desk.sent.clear()
    return stop


def failing(desk: ProtectedDesk) -> list[str]:
    return [found.message for found in desk.desk.open_breaks.values() if found.kind == "protection_failing"]


# --- sending -----------------------------------------------------------------------------------------------------


def test_a_stop_is_sent_again_for_as_long_as_it_takes(desk: ProtectedDesk) -> None:
    stop = unprotected_stop(desk)
    for tries in range(1, 40):
        assert stop.attempt == tries
        desk.refuse(stop, retryable=True)
        at = desk.timer(stop)
        assert at is not None
        assert at - desk.now <= desk.desk.policy.back_off_max * 1.25
        desk.now = at
        desk.wake(stop.order_id)
    assert not stop.is_closed
    desk.take(stop)
    assert stop.status is OrderStatus.SUBMITTED


def test_a_stop_that_does_not_get_there_try_after_try_is_told_until_it_does(desk: ProtectedDesk) -> None:
    stop = unprotected_stop(desk)
    for _ in range(desk.desk.policy.attempts_max - 1):
        desk.refuse(stop, retryable=True)
        desk.wake(stop.order_id)
    assert failing(desk) == []
    desk.refuse(stop, retryable=True)
    [message] = failing(desk)
    assert message == f"the stop_loss of order {stop.parent_order_id} does not get to binance: no"
    desk.wake(stop.order_id)
    desk.take(stop)
    assert failing(desk) == []


def test_a_stop_that_proves_absent_is_sent_again_whenever_that_is(desk: ProtectedDesk) -> None:
    stop = unprotected_stop(desk)
    desk.unknown(stop)
    for _ in range(2):
        desk.now += timedelta(hours=1)
        desk.not_found(stop)
    desk.wake(stop.order_id)
    [sent] = desk.sends()
    assert (sent.order_id, sent.attempt, sent.protective) == (stop.order_id, 2, True)


def test_a_stop_does_not_wait_for_the_books_to_be_compared(desk: ProtectedDesk) -> None:
    stop = unprotected_stop(desk)
    desk.refuse(stop, retryable=True)
    desk.lose(stop.account_id)
    desk.wake(stop.order_id)
    assert desk.sends() == [], "nobody is there"
    desk.begin_to_compare(stop.account_id)
    assert desk.desk.accounts[stop.account_id].state is AccountState.RECOVERING
    desk.wake(stop.order_id)
    [sent] = desk.sends()
    assert sent.order_id == stop.order_id


def test_a_stop_that_is_not_wanted_any_more_is_not_tried_again(desk: ProtectedDesk) -> None:
    stop = unprotected_stop(desk)
    desk.refuse(stop, retryable=True)
    desk.cancel(stop)
    assert stop.is_closed
    assert [sent for sent in desk.sends() if sent.order_id == stop.order_id] == []


# --- moving ------------------------------------------------------------------------------------------------------


def test_a_stop_is_moved_in_place_where_the_venue_can(desk: ProtectedDesk) -> None:
    _, stop = desk.protected(exchange=Exchange.OKX)
    move(desk, stop, "46000")
    [sent] = desk.sent
    assert isinstance(sent, SendAmend)
    assert (sent.trigger_price, sent.conditional, sent.protective) == (46_000, True, True)
    desk.amended(stop)
    assert (stop.trigger_price, stop.attempt) == (46_000, 1)


def test_a_stop_that_the_venue_will_not_change_is_canceled_and_sent_again_at_once(desk: ProtectedDesk) -> None:
    _, stop = desk.protected(exchange=Exchange.OKX)
    move(desk, stop, "46000")
    desk.sent.clear()
    desk.refuse_amend(stop)
    [sent] = desk.sent
    assert isinstance(sent, SendCancel)
    assert stop.pending_action is PendingAction.AMEND
    desk.gone(stop)
    again = desk.sent[-1]
    assert isinstance(again, SendOrder)
    assert (again.order_id, again.trigger_price, again.protective) == (stop.order_id, 46_000, True)
    desk.take(stop)
    assert (stop.trigger_price, stop.pending_action) == (46_000, PendingAction.NONE)


def test_how_long_a_stop_was_away_is_told(desk: ProtectedDesk) -> None:
    _, stop = desk.protected()
    move(desk, stop, "46000")
    desk.now += timedelta(milliseconds=30)
    desk.gone(stop)
    desk.now += timedelta(milliseconds=12)
    desk.take(stop)
    assert desk.history(stop)[-1].message == "replaced; unprotected for 12 ms"


def test_the_gap_is_counted_over_all_tries(desk: ProtectedDesk) -> None:
    _, stop = desk.protected()
    move(desk, stop, "46000")
    desk.gone(stop)
    desk.refuse(stop, retryable=True)
    at = desk.timer(stop)
    assert at is not None
    waited = at - desk.now
    desk.now = at
    desk.wake(stop.order_id)
    desk.take(stop)
    assert desk.history(stop)[-1].message == f"replaced; unprotected for {round(waited / timedelta(milliseconds=1))} ms"


def test_a_stop_whose_old_attempt_takes_long_to_end_is_sent_again_all_the_same(desk: ProtectedDesk) -> None:
    _, stop = desk.protected()
    move(desk, stop, "46000")
    desk.now += timedelta(minutes=10)
    desk.gone(stop)
    assert isinstance(desk.sent[-1], SendOrder)


def test_a_change_of_a_stop_that_was_never_made_is_made_the_other_way(desk: ProtectedDesk) -> None:
    _, stop = desk.protected(exchange=Exchange.OKX)
    move(desk, stop, "46000")
    desk.now += timedelta(minutes=1)
    desk.sent.clear()
    desk.put(
        reports.OrderReported(
            at=desk.now,
            account_id=stop.account_id,
            symbol=stop.symbol,
            status=VenueOrderStatus.OPEN,
            filled_quantity=Decimal(0),
            exchange_order_id=stop.exchange_order_id,
            exchange_client_order_id=stop.exchange_client_order_id,
            trigger_price=Decimal(45_000),
            requested_at=desk.now,
        )
    )
    assert [type(sent) for sent in desk.sent] == [SendCancel]


def test_a_stop_that_could_not_be_sent_again_is_replaced_by_a_new_one(desk: ProtectedDesk) -> None:
    entry, stop = desk.protected()
    move(desk, stop, "46000")
    desk.gone(stop)
    desk.sent.clear()
    desk.reject(stop)
    assert (stop.status, stop.reason) == (OrderStatus.CANCELED, RejectReason.REPLACE_FAILED)
    desk.wait(60)
    assert desk.stop_of(entry).order_id != stop.order_id
