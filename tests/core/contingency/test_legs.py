"""The legs as orders: they grow and shrink with what is to be closed, reserve once, trail, and have their own ids."""

from decimal import Decimal

import msgspec
import pytest

from support.kept_desk import replayed, state_of
from support.protected_desk import LINEAR, SPOT, ProtectedDesk, protected_desk
from tidegate.core import identifiers as ids
from tidegate.core.messages.effects import SendAmend, SendCancel
from tidegate.core.messages.events import ExecutionBooked, OrderHeld
from tidegate.core.messages.values import Protection
from tidegate.core.vocabulary import Exchange, Leg, OffsetUnit, OrderType, PendingAction, RejectReason, Side


@pytest.fixture
def desk() -> ProtectedDesk:
    return protected_desk()


# --- rules that changed ------------------------------------------------------------------------------------------


def coarser(desk: ProtectedDesk, tick: str, step: str) -> None:
    rules = desk.desk.instruments[Exchange.BINANCE, SPOT]
    desk.list_markets(msgspec.structs.replace(rules, price_tick=Decimal(tick), quantity_step=Decimal(step)))


def test_legs_are_made_by_the_rules_of_now_and_go_off_sooner_rather_than_later(desk: ProtectedDesk) -> None:
    stop = Protection(trigger_price=Decimal(48_001), price=Decimal(47_999))
    entry = desk.entry("1", stop=stop, target=Protection(trigger_price=Decimal(55_003)))
    coarser(desk, "10", "0.5")
    desk.trade(entry, "0.7")
    made = desk.stop_of(entry)
    assert (made.trigger_price, made.price, made.quantity) == (Decimal(48_010), Decimal(47_990), Decimal("0.5"))
    assert desk.target_of(entry).trigger_price == 55_000


def test_a_leg_that_the_desk_held_leaves_by_the_rules_of_now(desk: ProtectedDesk) -> None:
    target = Protection(trigger_price=Decimal(55_003), price=Decimal(55_003))
    entry = desk.entry("1", target=target)
    desk.trade(entry, "1")
    desk.take(desk.stop_of(entry))
    coarser(desk, "10", "0.5")
    held = desk.target_of(entry)
    desk.sent.clear()
    desk.price("55010")
    desk.gone(desk.stop_of(entry))
    assert [(sent.order_id, sent.price) for sent in desk.sends()] == [(held.order_id, Decimal(55_000))]


# --- quantities --------------------------------------------------------------------------------------------------


def test_where_the_venue_can_the_stop_grows_in_place(desk: ProtectedDesk) -> None:
    entry = desk.entry("1", exchange=Exchange.OKX)
    desk.trade(entry, "0.4")
    stop = desk.stop_of(entry)
    desk.take(stop)
    desk.sent.clear()
    desk.trade(entry, "0.6")
    [sent] = desk.sent
    assert isinstance(sent, SendAmend)
    assert (sent.order_id, sent.quantity, sent.protective) == (stop.order_id, Decimal(1), True)
    assert desk.target_of(entry).quantity == 1
    desk.amended(stop)
    assert stop.quantity == 1


def test_elsewhere_it_is_canceled_and_sent_again_at_once(desk: ProtectedDesk) -> None:
    entry = desk.entry("1")
    desk.trade(entry, "0.4")
    stop = desk.stop_of(entry)
    desk.take(stop)
    desk.sent.clear()
    desk.trade(entry, "0.6")
    assert [type(effect) for effect in desk.sent] == [SendCancel]
    desk.sent.clear()
    desk.gone(stop)
    [sent] = desk.sends()
    assert (sent.order_id, sent.attempt, sent.quantity) == (stop.order_id, 2, Decimal(1))
    desk.take(stop)
    assert stop.quantity == 1
    assert "unprotected for" in desk.stories(stop), "the gap is told"


def test_fills_that_come_while_the_stop_is_under_way_are_added_once_it_is_there(desk: ProtectedDesk) -> None:
    entry = desk.entry("1", exchange=Exchange.OKX)
    desk.trade(entry, "0.4")
    stop = desk.stop_of(entry)
    desk.sent.clear()
    desk.trade(entry, "0.1")
    desk.trade(entry, "0.1")
    assert not desk.sent
    desk.take(stop)
    [sent] = desk.sent
    assert isinstance(sent, SendAmend)
    assert sent.quantity == Decimal("0.6")
    desk.sent.clear()
    desk.trade(entry, "0.2")
    assert not desk.sent, "one change at a time"
    desk.amended(stop)
    [sent] = desk.sent
    assert isinstance(sent, SendAmend)
    assert sent.quantity == Decimal("0.8")


def test_a_stop_whose_growth_is_refused_in_place_grows_by_being_sent_again(desk: ProtectedDesk) -> None:
    entry = desk.entry("1", exchange=Exchange.OKX)
    desk.trade(entry, "0.4")
    stop = desk.stop_of(entry)
    desk.take(stop)
    desk.trade(entry, "0.6")
    desk.sent.clear()
    desk.refuse_amend(stop)
    assert [type(effect) for effect in desk.sent] == [SendCancel]
    desk.sent.clear()
    desk.gone(stop)
    [sent] = desk.sends()
    assert (sent.order_id, sent.attempt, sent.quantity) == (stop.order_id, 2, Decimal(1))


def test_a_stop_that_can_be_sent_again_no_more_is_made_anew(desk: ProtectedDesk) -> None:
    entry = desk.entry("1")
    desk.trade(entry, "0.4")
    stop = desk.stop_of(entry)
    stop.attempt = ids.ATTEMPTS_MAX
    desk.take(stop)
    desk.sent.clear()
    desk.trade(entry, "0.6")
    assert [type(effect) for effect in desk.sent] == [SendCancel]
    desk.sent.clear()
    desk.gone(stop)
    assert stop.reason is RejectReason.REPLACED
    [sent] = desk.sends()
    assert (sent.quantity, sent.order_id) == (Decimal(1), desk.stop_of(entry).order_id)
    assert entry.stop_loss is not None
    assert entry.stop_loss.failures == 0, "its end was half of a change"


def test_a_change_that_cannot_be_made_any_other_way_is_made_by_a_new_leg(desk: ProtectedDesk) -> None:
    entry = desk.entry("1", exchange=Exchange.OKX)
    desk.trade(entry, "0.4")
    stop = desk.stop_of(entry)
    stop.attempt = ids.ATTEMPTS_MAX
    desk.take(stop)
    desk.trade(entry, "0.6")
    desk.sent.clear()
    desk.refuse_amend(stop)
    assert [type(effect) for effect in desk.sent] == [SendCancel]
    assert stop.cancel_reason is RejectReason.REPLACED


def test_a_busted_fill_shrinks_both_legs(desk: ProtectedDesk) -> None:
    entry = desk.entry("1", exchange=Exchange.OKX)
    desk.trade(entry, "0.4")
    [second] = [event for event in desk.trade(entry, "0.6").events if isinstance(event, ExecutionBooked)]
    stop = desk.stop_of(entry)
    desk.take(stop)
    desk.amended(stop)
    assert entry.is_closed
    desk.sent.clear()
    desk.bust(entry, second.trade_id)
    [sent] = desk.sent
    assert isinstance(sent, SendAmend)
    assert sent.quantity == Decimal("0.4")
    assert desk.target_of(entry).quantity == Decimal("0.4")


def test_a_bust_of_everything_lets_the_legs_go(desk: ProtectedDesk) -> None:
    entry = desk.entry("1")
    [only] = [event for event in desk.trade(entry, "1").events if isinstance(event, ExecutionBooked)]
    stop = desk.stop_of(entry)
    desk.take(stop)
    desk.bust(entry, only.trade_id)
    assert stop.pending_action is PendingAction.CANCEL
    desk.gone(stop)
    assert not entry.guarding


def test_a_busted_exit_arms_what_it_had_closed_again(desk: ProtectedDesk) -> None:
    entry, stop = desk.protected("1")
    [exit_] = [event for event in desk.trade(stop, "1", "45000").events if isinstance(event, ExecutionBooked)]
    assert not entry.guarding
    desk.sent.clear()
    desk.bust(stop, exit_.trade_id)
    assert entry.exited_quantity == 0
    assert entry.guarding
    [sent] = desk.sends()
    assert (sent.order_type, sent.quantity) == (OrderType.STOP_LOSS, Decimal(1))
    assert desk.has_leg(entry, Leg.TAKE_PROFIT)


# --- reservations ------------------------------------------------------------------------------------------------


def test_two_legs_reserve_once(desk: ProtectedDesk) -> None:
    entry = desk.entry("1")
    desk.trade(entry, "1")
    assert desk.reserved("BTC") == 1
    stop, target = desk.stop_of(entry), desk.target_of(entry)
    assert (stop.reserved_quantity, target.reserved_quantity) == (1, 0)


def test_a_target_that_leaves_reserves_for_itself(desk: ProtectedDesk) -> None:
    entry, stop = desk.protected("1")
    desk.price("60000")
    assert desk.reserved("BTC") == 1, "the stop's, until it is proven gone"
    desk.gone(stop)
    assert desk.target_of(entry).reserved_quantity == 1
    assert desk.reserved("BTC") == 1


def test_what_protection_needs_is_reserved_in_the_decision_that_books_the_fill(desk: ProtectedDesk) -> None:
    entry = desk.entry("1")
    decision = desk.trade(entry, "1")
    held = [event for event in decision.events if isinstance(event, OrderHeld)]
    assert [event.reserved_quantity for event in held] == [0]
    command = desk.order_command(side=Side.SELL, quantity="11", price="60000")
    answer = desk.put(command).effects[0]
    assert answer.refusal is not None, "the base belongs to the stop"  # type: ignore[union-attr]


def test_legs_of_derivatives_reserve_nothing(desk: ProtectedDesk) -> None:
    entry = desk.entry("1", exchange=Exchange.BYBIT, symbol=LINEAR)
    desk.trade(entry, "1")
    assert {leg.reserved_quantity for leg in desk.desk.legs_of(entry.order_id)} == {0}


# --- trailing ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("unit", "offset", "first", "after"),
    [(OffsetUnit.PRICE, "1000", "49000", "54000"), (OffsetUnit.PERCENT, "2", "49000", "53900")],
)
def test_a_stop_that_the_desk_trails_begins_at_the_entrys_price(
    desk: ProtectedDesk, unit: OffsetUnit, offset: str, first: str, after: str
) -> None:
    trailing = Protection(trailing_offset=Decimal(offset), trailing_offset_unit=unit)
    entry = desk.entry("1", exchange=Exchange.BYBIT, stop=trailing, target=None)
    desk.price("50500", exchange=Exchange.BYBIT)
    desk.trade(entry, "1", "50000")
    stop = desk.stop_of(entry)
    assert stop.trigger_price == Decimal(first)
    assert stop.trailing_extreme == 50_000
    desk.price("55000", exchange=Exchange.BYBIT)
    assert stop.trigger_price == Decimal(after)
    desk.price("54500", exchange=Exchange.BYBIT)
    assert stop.trigger_price == Decimal(after), "it never moves back"
    desk.sent.clear()
    desk.price(after, exchange=Exchange.BYBIT)
    [sent] = desk.sends()
    assert (sent.order_type, sent.quantity) == (OrderType.MARKET, Decimal(1))


def test_a_trailing_stop_goes_on_where_it_was_after_a_restart(desk: ProtectedDesk) -> None:
    trailing = Protection(trailing_offset=Decimal(1_000))
    entry = desk.entry("1", exchange=Exchange.BYBIT, stop=trailing, target=None)
    desk.trade(entry, "1")
    desk.price("55000", exchange=Exchange.BYBIT)
    desk.restart()
    desk.reconnect(entry.account_id)
    stop = desk.stop_of(desk.desk.orders[entry.order_id])
    assert (stop.trailing_extreme, stop.trigger_price) == (55_000, 54_000)


@pytest.mark.parametrize(
    ("side", "unit", "offset"), [(Side.BUY, OffsetUnit.PRICE, "1000"), (Side.SELL, OffsetUnit.PERCENT, "2")]
)
def test_a_trailing_stop_that_is_made_again_goes_on_where_the_one_before_was(
    desk: ProtectedDesk, side: Side, unit: OffsetUnit, offset: str
) -> None:
    trailing = Protection(trailing_offset=Decimal(offset), trailing_offset_unit=unit)
    target = Protection(trigger_price=Decimal(55_000 if side is Side.BUY else 45_000))
    entry = desk.entry("1", exchange=Exchange.BYBIT, symbol=LINEAR, side=side, stop=trailing, target=target)
    desk.trade(entry, "1")
    stop = desk.stop_of(entry)
    desk.price("54000" if side is Side.BUY else "46000", LINEAR, exchange=Exchange.BYBIT)
    desk.price(str(target.trigger_price), LINEAR, exchange=Exchange.BYBIT)
    desk.reject(desk.target_of(entry))
    again = desk.stop_of(entry)
    assert again.order_id != stop.order_id
    assert again.trigger_price == stop.trigger_price
    assert again.trailing_extreme == stop.trailing_extreme


def test_more_fills_leave_a_trailing_stop_where_it_is(desk: ProtectedDesk) -> None:
    trailing = Protection(trailing_offset=Decimal(1_000))
    entry = desk.entry("1", exchange=Exchange.BYBIT, stop=trailing, target=None)
    desk.trade(entry, "0.4")
    stop = desk.stop_of(entry)
    desk.price("55000", exchange=Exchange.BYBIT)
    desk.price("54500", exchange=Exchange.BYBIT)
    desk.trade(entry, "0.6")
    assert desk.stop_of(entry) is stop
    assert (stop.quantity, stop.trigger_price) == (1, 54_000)


# --- ids ---------------------------------------------------------------------------------------------------------


def test_legs_have_ids_of_their_own_that_a_replay_gives_again() -> None:
    def live() -> ProtectedDesk:
        desk = protected_desk()
        for _ in range(3):
            entry = desk.entry("1", exchange=Exchange.OKX)
            desk.trade(entry, "1")
            for _ in range(3):
                desk.reject(desk.stop_of(entry))
                desk.wait(1)
        return desk

    one, other = live(), live()
    legs = [order for order in one.orders.values() if order.leg is not None]
    assert len({leg.order_id for leg in legs}) == len(legs) == 3 * (1 + 4)
    assert one.orders == other.orders
    assert state_of(replayed(one.journal, one.desk.policy))["orders"] == one.desk.orders


@pytest.mark.parametrize(
    ("exchange", "symbol"), [(exchange, symbol) for exchange in Exchange for symbol in (SPOT, LINEAR)]
)
def test_every_market_takes_legs_of_its_own_kind(desk: ProtectedDesk, exchange: Exchange, symbol: str) -> None:
    entry, stop = desk.protected("1", exchange=exchange, symbol=symbol)
    assert stop.reduce_only is (symbol == LINEAR)
    assert stop.account_id == entry.account_id
    assert desk.target_of(entry).leg is Leg.TAKE_PROFIT
