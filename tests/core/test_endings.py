"""How orders end: in the venue's words put into ours, as a cancel asked, or because nothing could be sent."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from support.records import full_order
from tidegate.core import endings
from tidegate.core.messages.events import AmendFailed, Event, OrderClosed, OrderEnded
from tidegate.core.messages.values import Amendment
from tidegate.core.order import Order
from tidegate.core.vocabulary import OrderStatus, PendingAction, RejectReason, Side, TimeInForce, VenueOrderStatus

AT = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def order() -> Order:
    """A working limit order that nothing is asked of, with nothing filled."""
    order = full_order(1)
    order.side, order.time_in_force = Side.BUY, TimeInForce.GTC
    order.status, order.filled_quantity, order.filled_before = OrderStatus.SUBMITTED, Decimal(0), Decimal(0)
    order.pending_action, order.cancel_reason, order.asked, order.replacing = PendingAction.NONE, None, None, False
    return order


def outcome(events: list[Event]) -> tuple[OrderStatus, str | None]:
    assert isinstance(events[-1], OrderClosed)
    [ended] = [event for event in events if isinstance(event, OrderEnded)]
    return ended.status, ended.reason


@pytest.mark.parametrize(
    ("status", "filled", "ends"),
    [
        (VenueOrderStatus.FILLED, 1, (OrderStatus.FILLED, None)),
        (VenueOrderStatus.REJECTED, 0, (OrderStatus.REJECTED, RejectReason.VENUE_ERROR)),
        (VenueOrderStatus.REJECTED, 1, (OrderStatus.CANCELED, RejectReason.CANCELED_AT_VENUE)),
        (VenueOrderStatus.EXPIRED, 0, (OrderStatus.EXPIRED, RejectReason.EXPIRED_AT_VENUE)),
        (VenueOrderStatus.CANCELED, 0, (OrderStatus.CANCELED, RejectReason.CANCELED_AT_VENUE)),
    ],
)
def test_the_venues_word_in_ours(order: Order, status: VenueOrderStatus, filled: int, ends: object) -> None:
    order.filled_quantity = Decimal(filled)
    assert outcome(endings.end_by_venue(order, AT, status, None)) == ends


def test_what_an_immediate_order_leaves_is_canceled_whatever_the_venue_calls_it(order: Order) -> None:
    order.time_in_force = TimeInForce.IOC
    assert outcome(endings.end_by_venue(order, AT, VenueOrderStatus.EXPIRED, None))[0] is OrderStatus.CANCELED


@pytest.mark.parametrize("reason", [RejectReason.USER_REQUEST, RejectReason.KILLED, RejectReason.EXPIRED_BY_DESK])
def test_a_cancel_that_was_asked_for_names_its_reason_not_the_venues(order: Order, reason: RejectReason) -> None:
    order.pending_action, order.cancel_reason = PendingAction.CANCEL, reason
    events = endings.end_by_venue(order, AT, VenueOrderStatus.CANCELED, RejectReason.CANCELED_AT_VENUE)
    status = OrderStatus.EXPIRED if reason is RejectReason.EXPIRED_BY_DESK else OrderStatus.CANCELED
    assert outcome(events) == (status, reason)
    assert outcome(endings.give_up_sending(order, AT, "never sent")) == (status, reason)


def test_every_reason_reads_as_a_sentence(order: Order) -> None:
    order.pending_action = PendingAction.CANCEL
    for reason in RejectReason:
        order.cancel_reason = reason
        [ended] = [event for event in endings.end_as_asked(order, AT) if isinstance(event, OrderEnded)]
        assert ended.message
        assert "_" not in ended.message


def test_what_was_never_sent_says_so(order: Order) -> None:
    assert outcome(endings.give_up_sending(order, AT, "too late")) == (OrderStatus.CANCELED, RejectReason.NOT_SENT)


def test_a_change_under_way_ends_before_its_order(order: Order) -> None:
    order.asked = Amendment(price=Decimal(70_000))
    failed, _, _ = endings.end_by_venue(order, AT, VenueOrderStatus.FILLED, None)
    assert isinstance(failed, AmendFailed)
    assert (failed.reason, failed.message) == (RejectReason.TOO_LATE, "the order was filled first")


def test_a_rest_that_could_not_be_sent_says_what_became_of_the_order(order: Order) -> None:
    order.asked = Amendment(price=Decimal(70_000))
    events = endings.end_replacement(order, AT, RejectReason.INSUFFICIENT_FUNDS, "no funds", "-2010")
    assert outcome(events) == (OrderStatus.CANCELED, RejectReason.REPLACE_FAILED)
    [failed] = [event for event in events if isinstance(event, AmendFailed)]
    assert (failed.reason, failed.venue_code) == (RejectReason.INSUFFICIENT_FUNDS, "-2010")
    assert outcome(endings.give_up_sending(order, AT, "no funds"))[1] is RejectReason.REPLACE_FAILED
