"""What the legs are for: what was filled, net of fees taken from it, on the venue's grid, above its smallest order."""

from decimal import Decimal

import msgspec
import pytest

from support.desk_driver import BTC_USDT
from support.protected_desk import LINEAR, STOP, ProtectedDesk, market_of, protected_desk
from tidegate.core.messages import reports
from tidegate.core.messages.events import ExecutionBooked
from tidegate.core.messages.values import Fee, Protection
from tidegate.core.vocabulary import Exchange, HeldBy, OrderType, PendingAction, RejectReason, Side


@pytest.fixture
def desk() -> ProtectedDesk:
    return protected_desk()


def list_with(desk: ProtectedDesk, **rules: Decimal) -> None:
    """Binance lists its spot market with other rules."""
    instrument = msgspec.structs.replace(BTC_USDT, **rules)
    desk.put(reports.InstrumentsReported(at=desk.now, exchange=Exchange.BINANCE, instruments=(instrument,)))


def test_a_fee_taken_from_what_was_bought_is_not_there_to_be_sold(desk: ProtectedDesk) -> None:
    entry = desk.entry("1")
    desk.trade(entry, "1", fees=(Fee("BTC", Decimal("0.001")),))
    assert desk.stop_of(entry).quantity == Decimal("0.999")
    assert desk.reserved("BTC") == Decimal("0.999")
    assert desk.held("BTC") - desk.reserved("BTC") == 10, "what was there before stays free"


@pytest.mark.parametrize("asset", ["BNB", "USDT"])
def test_a_fee_paid_otherwise_changes_nothing(desk: ProtectedDesk, asset: str) -> None:
    entry = desk.entry("1")
    desk.trade(entry, "1", fees=(Fee(asset, Decimal("0.001")),))
    assert desk.stop_of(entry).quantity == 1


def test_the_quantity_is_rounded_down_to_the_grid(desk: ProtectedDesk) -> None:
    list_with(desk, quantity_step=Decimal("0.01"))
    entry = desk.entry("1")
    desk.trade(entry, "1", fees=(Fee("BTC", Decimal("0.001")),))
    stop = desk.stop_of(entry)
    assert stop.quantity == Decimal("0.99")
    desk.take(stop)
    desk.trade(stop, "0.99", "45000")
    assert not entry.guarding
    assert "the 0.009 BTC that are left are less than can be ordered" in desk.stories(entry)


def test_a_derivative_is_protected_for_all_that_filled(desk: ProtectedDesk) -> None:
    entry = desk.entry("1", exchange=Exchange.OKX, symbol=LINEAR)
    desk.trade(entry, "1", fees=(Fee("BTC", Decimal("0.001")),))
    assert desk.stop_of(entry).quantity == 1


def test_below_the_smallest_order_the_desk_holds_the_stop_until_more_has_filled(desk: ProtectedDesk) -> None:
    list_with(desk, quantity_min=Decimal("0.1"))
    entry = desk.entry("1")
    desk.sent.clear()
    desk.trade(entry, "0.05")
    stop = desk.stop_of(entry)
    assert stop.is_held
    assert not desk.sends()
    assert "0.05 BTC is less than the 0.1 that binance takes: the desk holds it" in desk.stories(stop)
    desk.trade(entry, "0.15")
    [sent] = desk.sends()
    assert (sent.order_id, sent.quantity, sent.order_type) == (stop.order_id, Decimal("0.2"), OrderType.STOP_LOSS)
    assert stop.held_by is HeldBy.VENUE
    assert (stop.reserved_quantity, desk.target_of(entry).reserved_quantity) == (Decimal("0.2"), 0)


def test_what_is_worth_less_than_the_smallest_order_at_its_stop_is_held_by_the_desk(desk: ProtectedDesk) -> None:
    entry = desk.entry("1")
    desk.trade(entry, "0.0001")
    assert "4.5 USDT is less than the 5 that binance takes" in desk.stories(desk.stop_of(entry))


def test_what_only_reduces_a_position_may_be_worth_little(desk: ProtectedDesk) -> None:
    rules = msgspec.structs.replace(market_of(Exchange.OKX, LINEAR), notional_min=Decimal(100_000))
    entry = desk.entry("3", exchange=Exchange.OKX, symbol=LINEAR)
    desk.put(reports.InstrumentsReported(at=desk.now, exchange=Exchange.OKX, instruments=(rules,)))
    desk.sent.clear()
    desk.trade(entry, "0.5")
    assert len(desk.sends()) == 1


def test_a_remainder_too_small_to_be_sold_is_told_and_waits_for_a_person(desk: ProtectedDesk) -> None:
    list_with(desk, quantity_min=Decimal("0.1"))
    entry = desk.entry("1")
    desk.trade(entry, "0.05")
    desk.cancel(entry)
    desk.gone(entry)
    desk.sent.clear()
    desk.price("45000")
    assert not desk.sends(), "the venue would refuse it"
    found = desk.failing(entry)
    assert found is not None
    assert "0.05 BTC is less than the 0.1 that binance takes" in found.message
    desk.wait(600)
    assert not desk.sends()
    desk.cancel(desk.stop_of(entry))
    desk.cancel(desk.target_of(entry))
    assert not entry.guarding
    assert desk.failing(entry) is None


def test_a_stop_at_the_venue_that_has_become_too_small_comes_back_to_the_desk(desk: ProtectedDesk) -> None:
    list_with(desk, quantity_min=Decimal("0.1"))
    entry = desk.entry("1")
    [large] = [event for event in desk.trade(entry, "0.12").events if isinstance(event, ExecutionBooked)]
    stop = desk.stop_of(entry)
    desk.take(stop)
    desk.trade(entry, "0.05")
    desk.gone(stop)
    desk.take(stop)
    desk.bust(entry, large.trade_id)
    assert stop.pending_action is PendingAction.CANCEL
    desk.gone(stop)
    assert stop.reason is RejectReason.REPLACED
    held = desk.stop_of(entry)
    assert (held.is_held, held.quantity) == (True, Decimal("0.05"))


def test_a_spot_entry_that_sells_is_bought_back_from_what_it_brought(desk: ProtectedDesk) -> None:
    stop = msgspec.structs.replace(STOP, trigger_price=Decimal(55_000))
    target = Protection(trigger_price=Decimal(40_000))
    entry = desk.entry("1", side=Side.SELL, stop=stop, target=target)
    desk.trade(entry, "1")
    leg = desk.stop_of(entry)
    assert (leg.side, leg.reserved_asset) == (Side.BUY, "USDT")
    assert leg.reserved_quantity == Decimal(55_000) * (1 + desk.desk.policy.price_collar_ratio)
    assert desk.target_of(entry).reserved_quantity == 0


def test_nothing_is_made_while_the_market_is_not_listed(desk: ProtectedDesk) -> None:
    entry = desk.entry("1")
    desk.recover()
    desk.reconnect()
    desk.sent.clear()
    entry = desk.desk.orders[entry.order_id]
    desk.trade(entry, "1")
    assert not desk.sends()
    desk.list_markets()
    assert len(desk.sends()) == 1


def test_no_more_is_sent_to_close_than_its_user_has_left_of_a_position(desk: ProtectedDesk) -> None:
    entry = desk.entry("1", exchange=Exchange.OKX, symbol=LINEAR)
    desk.trade(entry, "1")
    stop, target = desk.stop_of(entry), desk.target_of(entry)
    desk.take(stop)
    closing = desk.entry_command("0.4", exchange=Exchange.OKX, symbol=LINEAR, side=Side.SELL, stop=None, target=None)
    order = desk.place(msgspec.structs.replace(closing, reduce_only=True))
    desk.take(order)
    desk.trade(order, "0.4")
    assert stop.pending_action is PendingAction.NONE, "the venue cuts its own stop when it sets it off"
    desk.sends()
    desk.price("60000", LINEAR, exchange=Exchange.OKX)
    desk.gone(stop)
    [sent] = desk.sends()
    assert (sent.order_id, sent.quantity) == (target.order_id, Decimal("0.6"))
    desk.take(target)
    desk.trade(target, "0.6", "60000")
    assert not entry.guarding
