"""What is not found at the venue: absence is proven late enough and twice, and never of what has been there."""

from datetime import timedelta

import pytest

from support.desk_driver import DeskDriver
from support.markets import PERPETUAL, MarketsDriver
from tidegate.core.decision import Decision
from tidegate.core.messages.effects import Effect, QueryOrder, SendOrder
from tidegate.core.vocabulary import OrderStatus, RejectReason, VenueOrderStatus


@pytest.fixture
def driver() -> DeskDriver:
    driver = DeskDriver()
    driver.open_shop()
    return driver


def kinds(decision: Decision) -> list[type[Effect]]:
    return [type(effect) for effect in decision.effects]


def sends(decision: Decision) -> list[SendOrder]:
    return [effect for effect in decision.effects if isinstance(effect, SendOrder)]


def test_absence_is_proven_by_two_clean_answers_two_seconds_apart_after_the_expiry(driver: DeskDriver) -> None:
    order = driver.place()
    driver.unknown(order)
    driver.not_found(order)
    assert order.absent_since is None, "the request may still arrive"
    driver.now = order.request_expires_at + driver.desk.policy.processing_margin  # type: ignore[operator]
    driver.not_found(order)
    assert order.absent_since == driver.now
    driver.not_found(order)
    assert not order.waiting_to_retry, "the same answer again proves nothing more"
    driver.now += timedelta(seconds=2)
    driver.not_found(order)
    assert order.waiting_to_retry
    [send] = sends(driver.wake(order.order_id))
    assert send.attempt == 2


def test_an_answer_to_an_old_question_proves_nothing(driver: DeskDriver) -> None:
    order = driver.place()
    driver.unknown(order)
    asked = driver.now
    driver.now += timedelta(seconds=30)
    driver.not_found(order, requested_at=asked)
    assert order.absent_since is None
    assert driver.timer(order) is not None


def test_a_failed_look_up_proves_nothing_and_is_repeated(driver: DeskDriver) -> None:
    order = driver.place()
    driver.unknown(order)
    for _ in range(20):
        driver.query_failed(order)
        assert QueryOrder in kinds(driver.wake(order.order_id))
        driver.now += timedelta(seconds=10)
    assert order.in_doubt
    assert driver.reserved("USDT") == 50_000


def test_proven_absent_past_the_window_is_not_sent(driver: DeskDriver) -> None:
    order = driver.place(driver.order_command(retry_seconds=5))
    driver.unknown(order)
    for _ in range(2):
        driver.now += timedelta(seconds=10)
        driver.not_found(order)
    assert (order.status, order.reason) == (OrderStatus.CANCELED, RejectReason.NOT_SENT)
    assert driver.reserved("USDT") == 0


def test_a_cancel_during_the_doubt_ends_what_proves_absent(driver: DeskDriver) -> None:
    order = driver.place(driver.order_command(retry_seconds=600))
    driver.unknown(order)
    driver.cancel(order)
    assert not order.is_closed
    for _ in range(2):
        driver.now += timedelta(seconds=10)
        driver.not_found(order)
    assert (order.status, order.reason) == (OrderStatus.CANCELED, RejectReason.USER_REQUEST)


def test_what_has_traded_is_not_absent_whatever_a_look_up_says(driver: DeskDriver) -> None:
    """A trade told without the venue's id of the order proves that it was there."""
    order = driver.place(driver.order_command(retry_seconds=600))
    driver.unknown(order)
    driver.fill(order, "0.4", exchange_order_id=None)
    for _ in range(4):
        driver.now += timedelta(seconds=5)
        driver.not_found(order)
    assert not order.is_closed
    assert not order.waiting_to_retry


def test_past_the_venues_memory_not_found_proves_only_that_it_did_not_trade(driver: DeskDriver) -> None:
    order = driver.place(driver.order_command(retry_seconds=10_000_000))
    driver.unknown(order)
    driver.now += timedelta(days=100)
    for _ in range(2):
        driver.not_found(order)
        driver.now += timedelta(seconds=5)
    assert (order.status, order.reason) == (OrderStatus.CANCELED, RejectReason.UNRESOLVED_UNFILLED)


# --- was there, and is not found any more ---------------------------------------------------------------------------


def test_a_known_order_that_one_look_up_misses_is_asked_for_again(driver: DeskDriver) -> None:
    """One stale replica once ended working orders."""
    order = driver.working()
    driver.now += timedelta(days=100)
    driver.not_found(order)
    assert not order.is_closed
    assert QueryOrder in kinds(driver.wake(order.order_id))
    driver.report(order, VenueOrderStatus.OPEN)
    assert order.absent_since is None


def test_past_the_venues_memory_a_minute_of_clean_answers_ends_a_known_order(driver: DeskDriver) -> None:
    """It may still rest: seconds of a bad replica once made an old order that lived on look canceled."""
    order = driver.working()
    driver.now += timedelta(days=100)
    for _ in range(10):
        driver.not_found(order)
        assert not order.is_closed
        assert driver.timer(order) is not None
        driver.now += timedelta(seconds=6)
    driver.not_found(order)
    assert not driver.breaks
    assert (order.status, order.reason) == (OrderStatus.CANCELED, RejectReason.UNRESOLVED_UNFILLED)


@pytest.mark.parametrize(("symbol", "is_forgotten"), [("BTC/USDT", False), (PERPETUAL, True)])
def test_binance_forgets_a_perpetuals_order_sooner_than_a_spot_one(symbol: str, *, is_forgotten: bool) -> None:
    driver = MarketsDriver()
    order = driver.working(driver.order_command(symbol=symbol))
    driver.now += timedelta(days=4)
    driver.not_found(order)
    driver.now += driver.desk.policy.executions_wait_max
    driver.not_found(order)
    assert order.is_closed is is_forgotten


def test_within_the_venues_memory_a_vanished_order_is_a_break_and_stays_open(driver: DeskDriver) -> None:
    order = driver.working()
    for _ in range(10):
        driver.not_found(order)
        assert not driver.breaks, "replicas lag"
        driver.now += timedelta(seconds=6)
    driver.not_found(order)
    assert not order.is_closed
    assert [found.kind for found in driver.breaks.values()] == ["vanished_order"]
    assert driver.timer(order) is not None
    driver.report(order, VenueOrderStatus.OPEN)
    assert not driver.desk.open_breaks, "and found again it is over"
