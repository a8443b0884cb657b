"""What stands beside an order that fills: a stop at the venue, a target at the desk, and one cancels the other."""

from decimal import Decimal

import pytest

from support.protected_desk import LINEAR, SPOT, STOP, TARGET, ProtectedDesk, protected_desk
from tidegate.core.messages.effects import SendCancel, SendOrder
from tidegate.core.messages.values import Protection
from tidegate.core.vocabulary import (
    Exchange,
    HeldBy,
    Leg,
    OrderStatus,
    OrderType,
    PositionSide,
    RejectReason,
    Side,
    VenueOrderStatus,
)

LIMIT_TARGET = Protection(trigger_price=Decimal(60_000), price=Decimal(60_000))


@pytest.fixture
def desk() -> ProtectedDesk:
    return protected_desk()


# --- armed as it fills -------------------------------------------------------------------------------------------


def test_nothing_is_armed_before_anything_has_filled(desk: ProtectedDesk) -> None:
    entry = desk.entry()
    assert not desk.all_legs(entry)
    assert not entry.guarding


def test_a_stop_leaves_in_the_same_decision_as_the_fill(desk: ProtectedDesk) -> None:
    entry = desk.entry("1")
    desk.sent.clear()
    desk.trade(entry, "0.4")
    [sent] = desk.sends()
    stop, target = desk.stop_of(entry), desk.target_of(entry)
    assert (sent.order_id, sent.order_type, sent.side) == (stop.order_id, OrderType.STOP_LOSS, Side.SELL)
    assert (sent.quantity, sent.trigger_price) == (Decimal("0.4"), Decimal(45_000))
    assert sent.protective
    assert not sent.reduce_only, "spot venues know no such thing"
    assert (target.held_by, target.order_type) == (HeldBy.DESK, OrderType.TAKE_PROFIT)
    assert entry.guarding


def test_the_fill_and_its_stop_are_durable_together(desk: ProtectedDesk) -> None:
    entry = desk.entry("1")
    before = len(desk.batches)
    desk.trade(entry, "1")
    [batch] = desk.batches[before:]
    assert {order.leg for order in batch.orders.values()} == {None, Leg.STOP_LOSS, Leg.TAKE_PROFIT}


@pytest.mark.parametrize(
    ("stop", "order_type"),
    [
        (STOP, OrderType.STOP_LOSS),
        (Protection(trigger_price=Decimal(45_000), price=Decimal(44_900)), OrderType.STOP_LIMIT),
        (Protection(trailing_offset=Decimal(1_000)), OrderType.TRAILING_STOP),
    ],
)
def test_each_kind_of_stop_becomes_its_order_type(desk: ProtectedDesk, stop: Protection, order_type: OrderType) -> None:
    entry = desk.entry("1", stop=stop)
    desk.trade(entry, "1")
    leg = desk.stop_of(entry)
    assert leg.order_type is order_type
    assert (leg.price, leg.trailing_offset) == (stop.price, stop.trailing_offset)


def test_only_what_was_asked_for_is_armed(desk: ProtectedDesk) -> None:
    with_stop, with_target = desk.entry("1", target=None), desk.entry("1", stop=None)
    desk.trade(with_stop, "1")
    desk.trade(with_target, "1")
    assert not desk.has_leg(with_stop, Leg.TAKE_PROFIT)
    assert not desk.has_leg(with_target, Leg.STOP_LOSS)
    assert desk.target_of(with_target).reserved_quantity == 1, "without a stop the target reserves what it will sell"


@pytest.mark.parametrize("exchange", Exchange)
def test_a_short_entry_is_bought_back(desk: ProtectedDesk, exchange: Exchange) -> None:
    stop, target = Protection(trigger_price=Decimal(55_000)), Protection(trigger_price=Decimal(40_000))
    entry = desk.entry("1", exchange=exchange, symbol=LINEAR, side=Side.SELL, stop=stop, target=target)
    desk.sent.clear()
    desk.trade(entry, "1")
    [sent] = desk.sends()
    assert (sent.side, sent.reduce_only, sent.trigger_price) == (Side.BUY, True, Decimal(55_000))
    desk.take(desk.stop_of(entry))
    desk.price("40000", LINEAR, exchange=exchange)
    desk.gone(desk.stop_of(entry))
    [closing] = desk.sends()
    assert (closing.side, closing.order_type, closing.reduce_only) == (Side.BUY, OrderType.MARKET, True)
    desk.take(desk.target_of(entry))
    desk.trade(desk.target_of(entry), "1", "40000")
    assert desk.desk.positions[entry.account_id, entry.user_id, LINEAR, PositionSide.NET].quantity == 0
    assert not entry.guarding


def test_in_hedge_mode_the_legs_close_the_side_that_was_opened(desk: ProtectedDesk) -> None:
    entry = desk.entry("1", exchange=Exchange.OKX, symbol=LINEAR, position_side=PositionSide.LONG)
    desk.sent.clear()
    desk.trade(entry, "1")
    [sent] = desk.sends()
    assert (sent.side, sent.position_side) == (Side.SELL, PositionSide.LONG)
    assert desk.target_of(entry).position_side is PositionSide.LONG


def test_an_entry_canceled_after_a_part_stays_protected_for_that_part(desk: ProtectedDesk) -> None:
    entry = desk.entry("1")
    desk.trade(entry, "0.4")
    desk.take(desk.stop_of(entry))
    desk.cancel(entry)
    desk.gone(entry)
    assert entry.status is OrderStatus.CANCELED
    assert desk.stop_of(entry).leaves_quantity == Decimal("0.4")
    assert desk.target_of(entry).leaves_quantity == Decimal("0.4")


# --- one cancels the other ---------------------------------------------------------------------------------------


def test_a_stop_that_fills_ends_the_target_and_the_protection(desk: ProtectedDesk) -> None:
    entry, stop = desk.protected("1")
    target = desk.target_of(entry)
    desk.trade(stop, "1", "45000")
    assert (target.status, target.reason) == (OrderStatus.CANCELED, RejectReason.ONE_CANCELS_OTHER)
    assert not entry.guarding
    assert entry.exited_quantity == 1
    assert not desk.sends()
    assert desk.reserved("BTC") == 0


def test_a_stop_that_is_set_off_calls_the_entry_back_before_all_else(desk: ProtectedDesk) -> None:
    entry = desk.entry("1")
    desk.trade(entry, "0.4")
    stop, target = desk.stop_of(entry), desk.target_of(entry)
    desk.take(stop)
    desk.sent.clear()
    desk.set_off(stop)
    assert [type(effect) for effect in desk.sent] == [SendCancel]
    assert desk.sent[0].order_id == entry.order_id  # type: ignore[union-attr]
    assert target.is_closed
    desk.gone(entry)
    assert (entry.status, entry.reason) == (OrderStatus.CANCELED, RejectReason.STOP_TRIGGERED)
    desk.trade(stop, "0.4", "45000")
    assert not entry.guarding


def test_what_an_entry_fills_while_it_is_called_back_is_closed_too(desk: ProtectedDesk) -> None:
    entry = desk.entry("1")
    desk.trade(entry, "0.4")
    stop = desk.stop_of(entry)
    desk.take(stop)
    desk.trade(stop, "0.4", "45000")
    desk.sent.clear()
    desk.trade(entry, "0.1")
    [sent] = desk.sends()
    assert (sent.order_type, sent.quantity, sent.side) == (OrderType.MARKET, Decimal("0.1"), Side.SELL)
    assert not desk.has_leg(entry, Leg.TAKE_PROFIT)


def test_a_target_waits_for_the_proven_end_of_the_stop(desk: ProtectedDesk) -> None:
    entry, stop = desk.protected("1")
    target = desk.target_of(entry)
    desk.price("60000")
    [effect] = desk.sent
    assert isinstance(effect, SendCancel)
    assert effect.order_id == stop.order_id
    assert target.is_held
    desk.sent.clear()
    desk.gone(stop)
    [sent] = desk.sends()
    assert (sent.order_id, sent.order_type, sent.quantity) == (target.order_id, OrderType.MARKET, Decimal(1))
    desk.take(target)
    desk.trade(target, "1", "60000")
    assert not entry.guarding
    assert stop.reason is RejectReason.ONE_CANCELS_OTHER
    assert len(desk.all_legs(entry)) == 2


def test_a_stop_that_fills_while_the_target_waits_for_its_end_wins(desk: ProtectedDesk) -> None:
    entry, stop = desk.protected("1")
    target = desk.target_of(entry)
    desk.price("60000")
    desk.sent.clear()
    desk.trade(stop, "1", "45000")
    assert not desk.sends(), "nothing is closed twice"
    assert target.reason is RejectReason.ONE_CANCELS_OTHER
    assert not entry.guarding


def test_a_target_leaves_for_what_a_stop_has_left(desk: ProtectedDesk) -> None:
    entry, stop = desk.protected("1")
    desk.price("60000")
    desk.sent.clear()
    desk.trade(stop, "0.3", "45000")
    assert desk.leg(entry, Leg.TAKE_PROFIT) is None, "a stop that trades has won"
    desk.gone(stop)
    [sent] = desk.sends()
    assert (sent.order_type, sent.quantity) == (OrderType.MARKET, Decimal("0.7")), "the rest is closed at once"


def test_an_entry_that_still_works_goes_on_after_its_target(desk: ProtectedDesk) -> None:
    entry = desk.entry("1")
    desk.trade(entry, "0.4")
    stop = desk.stop_of(entry)
    desk.take(stop)
    desk.price("60000")
    desk.gone(stop)
    target = desk.target_of(entry)
    desk.take(target)
    desk.trade(target, "0.4", "60000")
    assert entry.status is OrderStatus.PARTIALLY_FILLED
    assert not desk.desk.legs_of(entry.order_id)
    desk.price("50000")
    desk.trade(entry, "0.6")
    assert desk.stop_of(entry).quantity == Decimal("0.6")
    assert desk.target_of(entry).quantity == Decimal("0.6")


def test_while_a_target_rests_at_the_venue_the_desk_holds_the_stop(desk: ProtectedDesk) -> None:
    entry, stop = desk.protected("1", target=LIMIT_TARGET)
    target = desk.target_of(entry)
    desk.price("60000")
    desk.sent.clear()
    desk.gone(stop)
    [sent] = desk.sends()
    assert (sent.order_type, sent.price) == (OrderType.LIMIT, Decimal(60_000))
    held = desk.stop_of(entry)
    assert held.is_held
    assert (held.reserved_quantity, target.reserved_quantity) == (0, 1), "reserved once"
    desk.take(target)
    desk.trade(target, "0.25", "60000")
    assert held.leaves_quantity == Decimal("0.75")
    desk.sent.clear()
    desk.price("45000")
    [canceled] = desk.sent
    assert isinstance(canceled, SendCancel)
    assert canceled.order_id == target.order_id
    desk.sent.clear()
    desk.gone(target)
    [closing] = desk.sends()
    assert (closing.order_id, closing.order_type) == (held.order_id, OrderType.MARKET)
    assert closing.quantity == Decimal("0.75")
    desk.take(held)
    desk.trade(held, "0.75", "45000")
    assert not entry.guarding
    assert desk.reserved("BTC") == 0


def test_a_resting_target_that_the_venue_drops_brings_the_stop_back(desk: ProtectedDesk) -> None:
    entry, stop = desk.protected("1", target=LIMIT_TARGET)
    target = desk.target_of(entry)
    desk.price("60000")
    desk.gone(stop)
    desk.take(target)
    desk.price("59000")
    held = desk.stop_of(entry)
    desk.sent.clear()
    desk.gone(target)
    sent = desk.sends()
    assert [leaving.order_id for leaving in sent] == [held.order_id]
    assert (sent[0].order_type, sent[0].trigger_price) == (OrderType.STOP_LOSS, Decimal(45_000))
    assert desk.target_of(entry).is_held, "the target is made again at the desk"


def test_two_held_legs_of_a_venue_without_trailing_stops_change_places_at_once(desk: ProtectedDesk) -> None:
    trailing = Protection(trailing_offset=Decimal(1_000))
    entry = desk.entry("1", exchange=Exchange.BYBIT, symbol=LINEAR, stop=trailing)
    desk.trade(entry, "1")
    stop, target = desk.stop_of(entry), desk.target_of(entry)
    assert stop.is_held
    desk.sent.clear()
    desk.price("60000", LINEAR, exchange=Exchange.BYBIT)
    [sent] = desk.sends()
    assert (sent.order_id, sent.order_type) == (target.order_id, OrderType.MARKET)
    assert stop.reason is RejectReason.ONE_CANCELS_OTHER


def test_a_held_stop_goes_off_at_the_desk(desk: ProtectedDesk) -> None:
    trailing = Protection(trailing_offset=Decimal(1_000))
    entry = desk.entry("1", exchange=Exchange.BYBIT, symbol=LINEAR, stop=trailing)
    desk.trade(entry, "1")
    stop, target = desk.stop_of(entry), desk.target_of(entry)
    desk.price("52000", LINEAR, exchange=Exchange.BYBIT)
    desk.sent.clear()
    desk.price("51000", LINEAR, exchange=Exchange.BYBIT)
    [sent] = desk.sends()
    assert (sent.order_id, sent.order_type, sent.quantity) == (stop.order_id, OrderType.MARKET, Decimal(1))
    assert target.is_closed


def test_a_target_whose_stop_is_still_under_way_waits_for_both_answers(desk: ProtectedDesk) -> None:
    entry = desk.entry("1")
    desk.trade(entry, "1")
    stop, target = desk.stop_of(entry), desk.target_of(entry)
    desk.sent.clear()
    desk.price("60000")
    assert not desk.sent, "what is not known to be there cannot be canceled yet"
    desk.take(stop)
    [canceled] = desk.sent
    assert isinstance(canceled, SendCancel)
    desk.sent.clear()
    desk.gone(stop)
    assert [sent.order_id for sent in desk.sends()] == [target.order_id]


def test_a_target_with_nothing_at_the_venue_beside_it_leaves_at_once(desk: ProtectedDesk) -> None:
    entry = desk.entry("1", stop=None)
    desk.trade(entry, "1")
    desk.sent.clear()
    desk.price("60000")
    [sent] = desk.sends()
    assert sent.order_id == desk.target_of(entry).order_id


def test_a_target_whose_stop_cannot_be_canceled_asks_again_later(desk: ProtectedDesk) -> None:
    entry, stop = desk.protected("1")
    desk.price("60000")
    desk.refuse_cancel(stop, RejectReason.PERMISSION_DENIED)
    desk.sent.clear()
    assert desk.target_of(entry).is_held
    desk.wait(61)
    [canceled] = desk.sent
    assert isinstance(canceled, SendCancel)
    desk.gone(stop)
    assert isinstance(desk.sent[-1], SendOrder)


def test_a_venue_that_cannot_be_reached_is_sent_nothing_until_it_can(desk: ProtectedDesk) -> None:
    entry = desk.entry("1")
    desk.disconnect()
    desk.sent.clear()
    desk.trade(entry, "1")
    assert not desk.sent
    desk.reconnect()
    assert [sent.order_type for sent in desk.sends()] == [OrderType.STOP_LOSS]


def test_an_expired_market_stop_is_closed_for_what_it_left(desk: ProtectedDesk) -> None:
    _, stop = desk.protected("1")
    desk.set_off(stop)
    desk.trade(stop, "0.4", "45000")
    desk.sent.clear()
    desk.gone(stop, VenueOrderStatus.EXPIRED)
    [sent] = desk.sends()
    assert (sent.order_type, sent.quantity) == (OrderType.MARKET, Decimal("0.6"))


@pytest.mark.parametrize("symbol", [SPOT, LINEAR])
def test_both_kinds_of_market_take_the_same_steps(desk: ProtectedDesk, symbol: str) -> None:
    entry, stop = desk.protected("1", exchange=Exchange.OKX, symbol=symbol, target=TARGET)
    desk.price("60000", symbol, exchange=Exchange.OKX)
    assert [type(effect) for effect in desk.sent] == [SendCancel]
    desk.gone(stop)
    assert isinstance(desk.sent[-1], SendOrder)
    assert desk.target_of(entry).held_by is HeldBy.VENUE
