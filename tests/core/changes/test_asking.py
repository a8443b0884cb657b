"""How a change begins: which orders can, how, and what leaves for the venue."""

from decimal import Decimal

import pytest

from support.changing import ChangingDriver, InPlaceDriver, leaving
from support.protected_desk import LINEAR, ProtectedDesk, protected_desk
from tidegate.core.changes.asking import can_change_in_place, change, why_busy
from tidegate.core.messages.effects import SendAmend, SendCancel
from tidegate.core.messages.values import Amendment
from tidegate.core.vocabulary import Exchange, OffsetUnit, OrderType, RejectReason, Side, VenueOrderStatus


@pytest.fixture
def driver() -> InPlaceDriver:
    driver = InPlaceDriver()
    driver.open_shop()
    return driver


@pytest.fixture
def desk() -> ProtectedDesk:
    return protected_desk()


@pytest.mark.parametrize(
    ("exchange", "symbol", "working", "waiting"),
    [
        (Exchange.BINANCE, "BTC/USDT", False, False),
        (Exchange.BINANCE, LINEAR, True, False),
        (Exchange.OKX, "BTC/USDT", True, True),
        (Exchange.OKX, LINEAR, True, True),
        (Exchange.BYBIT, "BTC/USDT", True, True),
        (Exchange.BYBIT, LINEAR, True, True),
    ],
)
def test_each_venue_changes_in_place_what_it_can(
    desk: ProtectedDesk, exchange: Exchange, symbol: str, working: bool, waiting: bool
) -> None:
    entry, stop = desk.protected(exchange=exchange, symbol=symbol, target=None)
    assert can_change_in_place(entry) is working
    assert can_change_in_place(stop) is waiting


def test_a_trailing_stop_does_not_change_in_place(driver: InPlaceDriver) -> None:
    command = driver.order_command(
        side=Side.SELL,
        order_type=OrderType.TRAILING_STOP,
        price=None,
        trailing_offset=Decimal(1),
        trailing_offset_unit=OffsetUnit.PERCENT,
    )
    order = driver.working(command, "7001")
    assert not can_change_in_place(order)
    [sent] = leaving(driver.amend(order, quantity="0.5"))
    assert isinstance(sent, SendCancel)


def test_an_order_that_was_sent_not_to_change_is_sent_again(driver: InPlaceDriver) -> None:
    order = driver.working(driver.order_command(params={"banAmend": "true"}))
    [sent] = leaving(driver.amend(order, price="49000"))
    assert isinstance(sent, SendCancel)


def test_all_figures_of_the_attempt_leave_changed_or_not(driver: InPlaceDriver) -> None:
    order = driver.working()
    [sent] = leaving(driver.amend(order, price="49000"))
    assert isinstance(sent, SendAmend)
    assert (sent.quantity, sent.price, sent.trigger_price) == (1, 49_000, None)
    assert (sent.attempt, sent.amendment, sent.exchange_order_id) == (1, 1, "9001")
    assert sent.exchange_client_order_id == order.exchange_client_order_id
    assert (sent.intended_at, sent.expires_at) == (driver.now, driver.now + driver.desk.policy.request_lifetime)
    stop = driver.stop()
    [sent] = leaving(driver.amend(stop, quantity="0.5"))
    assert isinstance(sent, SendAmend)
    assert (sent.quantity, sent.price, sent.trigger_price) == (Decimal("0.5"), None, 49_000)
    assert (sent.order_type, sent.conditional) == (OrderType.STOP_LOSS, True)


def test_the_quantity_of_what_was_sent_again_counts_from_its_beginning(driver: InPlaceDriver) -> None:
    order = driver.working(driver.order_command(params={"banAmend": "true"}))
    driver.fill(order, "0.4")
    driver.amend(order, price="49000")
    driver.report(order, VenueOrderStatus.CANCELED, "0.4")
    driver.accept(order, "9002")
    order.params = None
    [sent] = leaving(driver.amend(order, quantity="2"))
    assert isinstance(sent, SendAmend)
    assert sent.quantity == Decimal("1.6")


def test_a_busy_order_is_not_asked_to_change(driver: InPlaceDriver) -> None:
    order = driver.working()
    assert why_busy(order) is None
    driver.cancel(order)
    assert why_busy(order) is not None
    with pytest.raises(AssertionError):
        change(driver.desk, order, Amendment(price=Decimal(49_000)), driver.now, "the test")


def test_a_stop_that_buys_reserves_by_its_new_trigger() -> None:
    driver = ChangingDriver()
    driver.open_shop()
    command = driver.order_command(order_type=OrderType.STOP_LOSS, price=None, trigger_price=Decimal(52_000))
    order = driver.working(command, "7001")
    assert driver.reserved("USDT") == 54_600
    driver.amend(order, trigger_price="54000")
    assert driver.reserved("USDT") == 56_700
    driver.report(order, VenueOrderStatus.CANCELED, exchange_order_id="7001")
    driver.accept(order, "7002")
    assert (driver.reserved("USDT"), order.reserve_price) == (56_700, 56_700)
    driver.amend(order, trigger_price="51000")
    assert driver.reserved("USDT") == 56_700, "the worse of the two"
    driver.cancel_failed(order, RejectReason.PERMISSION_DENIED)
    assert driver.reserved("USDT") == 56_700, "and as before when it fails"
    driver.check_books()
