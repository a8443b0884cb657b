"""What went wrong elsewhere with protective stops, named after where it did."""

from decimal import Decimal

import pytest

from support.protected_desk import ProtectedDesk, protected_desk
from tidegate.core.messages import commands
from tidegate.core.messages.effects import SendAmend, SendCancel
from tidegate.core.messages.values import Amendment, Fee, Protection
from tidegate.core.vocabulary import Exchange, Leg, OrderType, VenueOrderStatus


@pytest.fixture
def desk() -> ProtectedDesk:
    return protected_desk()


def move_stop(desk: ProtectedDesk, order_id: str, trigger: str) -> None:
    desk.put(
        commands.AmendOrder(
            command_id=desk.command_id(),
            at=desk.now,
            user_id=desk.desk.orders[order_id].user_id,  # type: ignore[index]
            order_id=order_id,  # type: ignore[arg-type]
            amendment=Amendment(trigger_price=Decimal(trigger)),
        )
    )


@pytest.mark.parametrize("exchange", Exchange)
def test_freqtrade_8374_a_part_filled_stop_that_is_replaced_is_for_what_is_left(
    desk: ProtectedDesk, exchange: Exchange
) -> None:
    limit = Protection(trigger_price=Decimal(45_000), price=Decimal(44_900))
    entry, stop = desk.protected("1", exchange=exchange, stop=limit)
    desk.trade(stop, "0.3", "44900")
    desk.gone(stop)
    [sent] = desk.sends()
    assert (sent.quantity, sent.price) == (Decimal("0.7"), Decimal(44_900))
    assert sent.order_type is OrderType.LIMIT, "it had been set off: it is what it had become"
    assert desk.stop_of(entry).leaves_quantity == Decimal("0.7")


def test_freqtrade_8526_a_stop_grows_by_what_more_has_filled_not_by_the_whole(desk: ProtectedDesk) -> None:
    entry = desk.entry("1")
    for quantity, whole in (("0.25", "0.25"), ("0.25", "0.5"), ("0.5", "1")):
        desk.trade(entry, quantity)
        stop = desk.stop_of(entry)
        if stop.replacing:
            desk.gone(stop)
        [sent] = [sent for sent in desk.sends() if sent.order_id == stop.order_id]
        assert sent.quantity == Decimal(whole)
        desk.take(stop)
        assert stop.leaves_quantity == Decimal(whole)


def test_freqtrade_5451_a_stop_is_moved_in_place_where_the_venue_can(desk: ProtectedDesk) -> None:
    _, stop = desk.protected("1", exchange=Exchange.OKX)
    move_stop(desk, stop.order_id, "47000")
    assert [type(effect) for effect in desk.sent] == [SendAmend], "at no time is it away"


def test_freqtrade_5451_elsewhere_the_new_stop_follows_the_end_of_the_old_one_at_once(desk: ProtectedDesk) -> None:
    _, stop = desk.protected("1")
    move_stop(desk, stop.order_id, "47000")
    assert [type(effect) for effect in desk.sent] == [SendCancel]
    desk.sent.clear()
    desk.gone(stop)
    [sent] = desk.sends()
    assert (sent.trigger_price, sent.quantity) == (Decimal(47_000), Decimal(1))
    desk.now += desk.desk.policy.back_off_min
    desk.take(stop)
    assert "unprotected for 250 ms" in desk.stories(stop), "and how long that took is told"


@pytest.mark.parametrize("status", [VenueOrderStatus.FILLED, VenueOrderStatus.CANCELED])
def test_freqtrade_2799_no_stop_is_made_for_what_has_been_sold(desk: ProtectedDesk, status: VenueOrderStatus) -> None:
    entry, stop = desk.protected("1")
    desk.trade(stop, "1", "45000")
    desk.gone(stop, status)
    desk.restart()
    desk.reconnect()
    desk.wait(600)
    assert not desk.sends(), "sold once"
    assert len(desk.all_legs(entry)) == 2


def test_octobot_3190_stop_and_target_are_there_after_a_restart(desk: ProtectedDesk) -> None:
    entry, stop = desk.protected("1")
    target = desk.target_of(entry)
    desk.restart()
    desk.reconnect()
    entry = desk.desk.orders[entry.order_id]
    assert desk.stop_of(entry).order_id == stop.order_id
    assert desk.target_of(entry).order_id == target.order_id
    assert not desk.sends(), "nothing is sent twice"
    desk.price("60000")
    desk.gone(desk.stop_of(entry))
    assert [sent.order_id for sent in desk.sends()] == [target.order_id], "and they still work"


def test_freqtrade_2478_a_stop_sells_no_more_than_the_fee_has_left(desk: ProtectedDesk) -> None:
    entry = desk.entry("1")
    desk.trade(entry, "1", fees=(Fee("BTC", Decimal("0.001")),))
    assert desk.stop_of(entry).quantity == Decimal("0.999")
    assert desk.target_of(entry).quantity == Decimal("0.999")


def test_freqtrade_3647_a_target_that_comes_while_the_stop_fills_sells_nothing_more(desk: ProtectedDesk) -> None:
    entry, stop = desk.protected("1")
    desk.price("60000")
    desk.sent.clear()
    desk.trade(stop, "1", "45000")
    desk.gone(stop, VenueOrderStatus.FILLED)
    assert not desk.sends()
    assert not desk.has_leg(entry, Leg.TAKE_PROFIT)
    assert entry.exited_quantity == 1
