"""What the end of a leg means: made again, at once or later; closed at the market; or in a person's hands."""

from decimal import Decimal

import msgspec
import pytest

from support.desk_driver import ALICE, RISK
from support.protected_desk import LINEAR, STOP, ProtectedDesk, protected_desk
from tidegate.core.messages import commands
from tidegate.core.messages.effects import Reply, SendCancel
from tidegate.core.messages.values import Amendment, Protection, Refusal
from tidegate.core.order import Order
from tidegate.core.vocabulary import (
    Exchange,
    HeldBy,
    Leg,
    OrderStatus,
    OrderType,
    RefusalCode,
    RejectReason,
    VenueOrderStatus,
)


@pytest.fixture
def desk() -> ProtectedDesk:
    return protected_desk()


def test_a_stop_canceled_by_hand_at_the_venue_is_made_again_at_once(desk: ProtectedDesk) -> None:
    entry, stop = desk.protected("1")
    desk.gone(stop)
    [sent] = desk.sends()
    again = desk.stop_of(entry)
    assert again.order_id != stop.order_id
    assert (sent.order_id, sent.quantity, sent.trigger_price) == (again.order_id, Decimal(1), Decimal(45_000))
    assert "has failed (canceled at venue): it is made again at once" in desk.stories(entry)


@pytest.mark.parametrize("reason", [RejectReason.RATE_LIMITED, RejectReason.INVALID_PARAMETERS])
def test_a_refused_stop_is_made_again_with_growing_pauses_while_the_desk_holds_one(
    desk: ProtectedDesk, reason: RejectReason
) -> None:
    entry = desk.entry("1")
    desk.trade(entry, "1")
    desk.reject(desk.stop_of(entry), reason)
    second = desk.stop_of(entry)
    assert second.held_by is HeldBy.VENUE, "the first failure costs no time"
    desk.reject(second, reason)
    third = desk.stop_of(entry)
    assert third.is_held
    assert third.reserved_quantity == 1
    desk.sent.clear()
    desk.wait(0.5)
    assert [sent.order_id for sent in desk.sends()] == [third.order_id]
    desk.reject(third, reason)
    desk.wait(0.4)
    assert not desk.sends(), "the pauses grow"
    desk.wait(0.4)
    assert desk.sends()


def test_a_stop_that_the_desk_holds_meanwhile_goes_off(desk: ProtectedDesk) -> None:
    entry = desk.entry("1")
    desk.trade(entry, "1")
    desk.reject(desk.stop_of(entry))
    desk.reject(desk.stop_of(entry))
    held = desk.stop_of(entry)
    desk.sent.clear()
    desk.price("45000")
    assert not desk.sends(), "it would be refused again: its pause goes on"
    desk.wait(1)
    [sent] = desk.sends()
    assert (sent.order_id, sent.order_type) == (held.order_id, OrderType.MARKET)


def test_a_stop_crowded_out_by_the_venues_limit_is_held_says_so_and_goes_off_without_delay(desk: ProtectedDesk) -> None:
    entry = desk.entry("1")
    desk.trade(entry, "1")
    for _ in range(4):
        desk.reject(desk.stop_of(entry), RejectReason.ORDER_LIMIT_REACHED)
        desk.wait(0 if not desk.stop_of(entry).is_held else 1)
    desk.reject(desk.stop_of(entry), RejectReason.ORDER_LIMIT_REACHED)
    held = desk.stop_of(entry)
    assert held.is_held
    assert held.message is not None
    assert "binance keeps no more conditional orders here (order_limit_reached): the desk holds it" in held.message
    assert held.message in desk.stories(held)
    assert "position_unprotected" in {found.kind for found in desk.desk.open_breaks.values()}
    desk.sent.clear()
    desk.price("45000")
    [sent] = desk.sends()
    assert (sent.order_id, sent.order_type, sent.quantity) == (held.order_id, OrderType.MARKET, Decimal(1))


def test_a_closing_order_that_the_venues_limit_keeps_out_is_not_sent_again_at_once(desk: ProtectedDesk) -> None:
    entry = desk.entry("1", stop=msgspec.structs.replace(STOP, price=Decimal(44_900)))
    desk.trade(entry, "1")
    for _ in range(2):
        desk.reject(desk.stop_of(entry), RejectReason.ORDER_LIMIT_REACHED)
    desk.price("45000")
    desk.sent.clear()
    desk.reject(desk.stop_of(entry), RejectReason.ORDER_LIMIT_REACHED)
    assert not desk.sends(), "it would be refused again"
    desk.wait(2)
    assert desk.sends()


def test_a_stop_that_stood_long_starts_counting_anew(desk: ProtectedDesk) -> None:
    entry, stop = desk.protected("1")
    desk.gone(stop)
    desk.take(desk.stop_of(entry))
    desk.wait(120)
    desk.gone(desk.stop_of(entry))
    assert entry.stop_loss is not None
    assert entry.stop_loss.failures == 1
    assert not desk.stop_of(entry).is_held


@pytest.mark.parametrize(("price", "order_type"), [(None, OrderType.MARKET), ("44900", OrderType.LIMIT)])
def test_a_stop_refused_because_it_would_go_off_at_once_is_closed_at_once(
    desk: ProtectedDesk, price: str | None, order_type: OrderType
) -> None:
    asked = msgspec.structs.replace(STOP, price=None if price is None else Decimal(price))
    entry = desk.entry("1", stop=asked)
    desk.trade(entry, "0.4")
    desk.sent.clear()
    desk.reject(desk.stop_of(entry), RejectReason.IMMEDIATE_MATCH_REFUSED)
    canceled, sent = desk.sent
    assert isinstance(canceled, SendCancel)
    assert canceled.order_id == entry.order_id, "the entry's rest first"
    assert (sent.order_type, sent.quantity, sent.price) == (order_type, Decimal("0.4"), asked.price)  # type: ignore[union-attr]
    assert sent.trigger_price is None  # type: ignore[union-attr]
    assert not desk.has_leg(entry, Leg.TAKE_PROFIT)
    closing = desk.stop_of(entry)
    desk.take(closing)
    desk.trade(closing, "0.4", "44900")
    desk.gone(entry)
    assert not entry.guarding


def test_a_closing_order_that_is_refused_is_sent_again_as_a_closing_order(desk: ProtectedDesk) -> None:
    entry = desk.entry("1")
    desk.trade(entry, "1")
    desk.reject(desk.stop_of(entry), RejectReason.IMMEDIATE_MATCH_REFUSED)
    desk.reject(desk.stop_of(entry))
    desk.sent.clear()
    desk.wait(2)
    [sent] = desk.sends()
    assert (sent.order_type, sent.quantity) == (OrderType.MARKET, Decimal(1))


@pytest.mark.parametrize("by", [ALICE, RISK])
def test_a_person_who_cancels_a_leg_takes_over(desk: ProtectedDesk, by: str) -> None:
    entry, stop = desk.protected("1")
    desk.cancel(stop, by)  # type: ignore[arg-type]
    desk.gone(stop)
    assert stop.reason is RejectReason.USER_REQUEST
    assert not desk.has_leg(entry, Leg.STOP_LOSS)
    assert entry.stop_loss is None
    assert "the stop-loss was canceled (canceled as requested): it is not made again" in desk.stories(entry)
    target = desk.target_of(entry)
    assert target.reserved_quantity == 1, "it reserves for itself now"
    desk.cancel(target)
    assert not entry.guarding
    assert "no leg protects it any more" in desk.stories(entry)
    assert desk.reserved("BTC") == 0


def test_a_person_who_cancels_the_target_leaves_the_stop(desk: ProtectedDesk) -> None:
    entry, stop = desk.protected("1")
    desk.cancel(desk.target_of(entry))
    assert not desk.has_leg(entry, Leg.TAKE_PROFIT)
    assert desk.stop_of(entry) is stop
    assert entry.guarding


def test_a_mass_cancel_takes_over_everything(desk: ProtectedDesk) -> None:
    entry, stop = desk.protected("1")
    desk.put(commands.CancelOrders(command_id=desk.command_id(), at=desk.now, user_id=ALICE))
    desk.gone(stop)
    assert not desk.desk.legs_of(entry.order_id)
    assert not entry.guarding


def test_a_leg_that_fills_although_its_cancel_was_asked_for_needs_nobody(desk: ProtectedDesk) -> None:
    entry, stop = desk.protected("1")
    desk.cancel(stop)
    desk.trade(stop, "1", "45000")
    assert stop.status is OrderStatus.FILLED
    assert not entry.guarding


def say_filled(desk: ProtectedDesk, leg: Order) -> None:
    """The venue says that a leg has filled, and does not list its trades."""
    desk.report(leg, VenueOrderStatus.FILLED, str(leg.quantity), exchange_order_id=leg.exchange_order_id)


def test_while_the_trades_of_a_leg_are_missing_nothing_is_closed_beside_it(desk: ProtectedDesk) -> None:
    entry, stop = desk.protected("1")
    say_filled(desk, stop)
    desk.wait(600)
    assert not desk.sends(), "it may have closed everything"
    assert [found.kind for found in desk.desk.open_breaks.values()] == ["missing_executions"]
    assert desk.stop_of(entry) is stop
    desk.trade(stop, "1", "45000")
    assert stop.status is OrderStatus.FILLED
    assert not entry.guarding
    assert not desk.desk.open_breaks


def test_a_person_ends_the_wait_for_trades_that_never_come(desk: ProtectedDesk) -> None:
    entry, stop = desk.protected("1")
    say_filled(desk, stop)
    desk.wait(120)
    desk.cancel(stop)
    desk.wait(120)
    assert stop.is_closed
    assert not desk.has_leg(entry, Leg.STOP_LOSS)
    assert entry.stop_loss is None
    assert [found.kind for found in desk.desk.open_breaks.values()] == ["missing_executions"]


def change(desk: ProtectedDesk, leg: Order, **figures: Decimal) -> Refusal | None:
    """A PATCH of its user's."""
    decision = desk.put(
        commands.AmendOrder(
            command_id=desk.command_id(),
            at=desk.now,
            user_id=ALICE,
            order_id=leg.order_id,
            amendment=Amendment(**figures),
        )
    )
    [answer] = [effect for effect in decision.effects if isinstance(effect, Reply)]
    return answer.refusal


def move_trigger(desk: ProtectedDesk, leg: Order, trigger: str) -> None:
    assert change(desk, leg, trigger_price=Decimal(trigger)) is None


def test_the_quantity_of_a_leg_is_not_for_its_user_to_change(desk: ProtectedDesk) -> None:
    entry, stop = desk.protected("1", exchange=Exchange.OKX)
    for leg in (stop, desk.target_of(entry)):
        refusal = change(desk, leg, quantity=Decimal("0.5"))
        assert refusal is not None
        assert refusal.code is RefusalCode.UNSUPPORTED_COMBINATION
        assert leg.quantity == 1


def test_a_stop_that_its_user_moved_stays_where_it_is(desk: ProtectedDesk) -> None:
    entry, stop = desk.protected("1", exchange=Exchange.OKX)
    move_trigger(desk, stop, "47000")
    desk.amended(stop)
    assert stop.trigger_price == 47_000
    assert len(desk.sent) == 1, "no review takes it back"
    desk.gone(stop)
    assert desk.stop_of(entry).trigger_price == 47_000, "and what is made again is there, too"
    assert entry.stop_loss is not None
    assert entry.stop_loss.trigger_price == 47_000


def test_a_held_target_that_its_user_moved_goes_off_there(desk: ProtectedDesk) -> None:
    entry, stop = desk.protected("1")
    target = desk.target_of(entry)
    move_trigger(desk, target, "65000")
    assert target.trigger_price == 65_000
    assert target.reserved_quantity == 0
    desk.sent.clear()
    desk.price("60000")
    assert not desk.sent
    desk.price("65000")
    assert isinstance(desk.sent[0], SendCancel)
    assert desk.stop_of(entry) is stop


def test_a_replacement_that_the_venue_refuses_is_made_again_at_once(desk: ProtectedDesk) -> None:
    entry = desk.entry("1")
    desk.trade(entry, "0.4")
    stop = desk.stop_of(entry)
    desk.take(stop)
    desk.trade(entry, "0.6")
    desk.gone(stop)
    desk.sent.clear()
    desk.reject(stop)
    assert (stop.status, stop.reason) == (OrderStatus.CANCELED, RejectReason.REPLACE_FAILED)
    [sent] = desk.sends()
    assert (sent.quantity, sent.order_type) == (Decimal(1), OrderType.STOP_LOSS)


def test_a_target_that_is_refused_gives_the_stop_back_first(desk: ProtectedDesk) -> None:
    entry, stop = desk.protected("1")
    desk.price("60000")
    desk.gone(stop)
    desk.sent.clear()
    desk.reject(desk.target_of(entry))
    [sent] = desk.sends()
    assert sent.order_type is OrderType.STOP_LOSS
    assert desk.target_of(entry).is_held
    assert entry.take_profit is not None
    assert entry.take_profit.failures == 1


def test_a_trailing_stop_of_the_venue_is_made_again_as_one(desk: ProtectedDesk) -> None:
    trailing = Protection(trailing_offset=Decimal(1_000))
    entry, stop = desk.protected("1", exchange=Exchange.OKX, symbol=LINEAR, stop=trailing)
    desk.gone(stop)
    [sent] = desk.sends()
    assert (sent.order_type, sent.trailing_offset) == (OrderType.TRAILING_STOP, Decimal(1_000))
    assert desk.stop_of(entry).held_by is HeldBy.VENUE
