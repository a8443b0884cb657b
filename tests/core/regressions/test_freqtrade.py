"""What went wrong in Freqtrade and must not here: one test each, with the number of its report."""

from datetime import timedelta
from decimal import Decimal

import pytest

from support.changing import ChangingDriver, refusal_of
from support.protected_desk import ProtectedDesk, protected_desk
from tidegate.core.messages import commands
from tidegate.core.messages.effects import SendCancel, SendOrder
from tidegate.core.messages.values import Amendment
from tidegate.core.order import Order
from tidegate.core.vocabulary import OrderStatus, RejectReason, VenueOrderStatus

FILLED, CANCELED = VenueOrderStatus.FILLED, VenueOrderStatus.CANCELED


@pytest.fixture
def driver() -> ChangingDriver:
    driver = ChangingDriver()
    driver.open_shop()
    return driver


@pytest.fixture
def desk() -> ProtectedDesk:
    return protected_desk()


def move(desk: ProtectedDesk, stop: Order, trigger_price: str) -> None:
    desk.put(
        commands.AmendOrder(
            command_id=desk.command_id(),
            at=desk.now,
            user_id=stop.user_id,
            order_id=stop.order_id,
            amendment=Amendment(trigger_price=Decimal(trigger_price)),
        )
    )


def test_an_order_that_is_invisible_just_after_placing_is_not_lost(driver: ChangingDriver) -> None:
    """Freqtrade #4403: an order was invisible just after it was placed, and treated as lost."""
    order = driver.place()
    driver.unknown(order)
    for _ in range(5):
        driver.not_found(order)
        driver.now += timedelta(milliseconds=500)
    assert order.in_doubt
    driver.shows(order, exchange_order_id="9001")
    assert (order.status, order.in_doubt) == (OrderStatus.SUBMITTED, False)


def test_an_acknowledged_order_that_a_query_does_not_find_yet_is_not_lost(driver: ChangingDriver) -> None:
    """Freqtrade #4403, after the acknowledgement."""
    order = driver.working()
    for _ in range(10):
        driver.not_found(order)
        driver.now += timedelta(seconds=3)
    assert order.status is OrderStatus.SUBMITTED


def test_an_order_that_had_filled_is_not_canceled_on_a_time_out(driver: ChangingDriver) -> None:
    """Freqtrade #3647: canceled on a time-out although it had filled."""
    order = driver.working()
    driver.cancel(order)
    driver.cancel_failed(order, RejectReason.VENUE_UNREACHABLE, final=False)
    driver.report(order, FILLED, "1")
    assert not order.is_closed
    driver.fill(order, "1")
    assert (order.status, driver.held("BTC")) == (OrderStatus.FILLED, 11)
    driver.check_books()


def test_a_part_filled_stop_is_replaced_by_one_for_what_is_left(desk: ProtectedDesk) -> None:
    """Freqtrade #8374, #8526: a part-filled stop was replaced by one with the wrong quantity."""
    _, stop = desk.protected(target=None)
    move(desk, stop, "46000")
    desk.trade(stop, "0.4", price="45000")
    desk.sent.clear()
    desk.gone(stop)
    [sent] = desk.sends()
    assert sent.order_id == stop.order_id
    assert sent.quantity == Decimal("0.6")
    desk.take(stop)
    assert (stop.quantity, stop.leaves_quantity) == (1, Decimal("0.6"))
    desk.check_books()


def test_a_part_filled_order_cannot_be_made_smaller_than_it_is(driver: ChangingDriver) -> None:
    """Freqtrade #8526, asked for by hand."""
    order = driver.working()
    driver.fill(order, "0.4")
    refusal = refusal_of(driver.amend(order, quantity="0.3"))
    assert refusal is not None
    assert refusal.code == "quantity_below_filled"


def test_a_stop_is_moved_with_the_gap_of_one_call_which_is_measured(desk: ProtectedDesk) -> None:
    """Freqtrade #5451: a stop was moved by cancel-then-create and forgotten in between."""
    _, stop = desk.protected(target=None)
    desk.sent.clear()
    move(desk, stop, "46000")
    desk.restart()
    again = desk.desk.orders[stop.order_id]
    assert again.replacing
    desk.gone(again)
    assert [type(effect) for effect in desk.sent] == [SendCancel, SendOrder], "the very decision that knows of its end"
    desk.now += timedelta(milliseconds=80)
    desk.take(again)
    assert desk.history(again)[-1].message == "replaced; unprotected for 80 ms"
    assert again.trigger_price == 46_000
