"""What became of a change in place: made once, refused as before, asked for again within its time, or looked up."""

from datetime import timedelta
from decimal import Decimal

import pytest

from support.changing import InPlaceDriver, leaving, names
from tidegate.core.decision import Decision
from tidegate.core.messages.effects import Effect, QueryOrder, SendAmend, SendCancel
from tidegate.core.order import Order
from tidegate.core.vocabulary import OrderStatus, PendingAction, RejectReason, TradingState, VenueOrderStatus

CANCELED, FILLED = VenueOrderStatus.CANCELED, VenueOrderStatus.FILLED


@pytest.fixture
def driver() -> InPlaceDriver:
    driver = InPlaceDriver()
    driver.open_shop()
    return driver


def kinds(decision: Decision) -> list[type[Effect]]:
    return [type(effect) for effect in decision.effects]


def changing(driver: InPlaceDriver, **asked: str) -> Order:
    order = driver.working()
    driver.amend(order, **(asked or {"price": "49000"}))  # type: ignore[arg-type]
    return order


def as_before(driver: InPlaceDriver, order: Order) -> None:
    assert (order.price, order.quantity, order.asked) == (50_000, 1, None)
    assert (order.pending_action, driver.reserved("USDT")) == (PendingAction.NONE, 50_000)
    driver.check_books()


def test_a_change_that_was_made_is_told_once(driver: InPlaceDriver) -> None:
    order = changing(driver)
    driver.amend_accepted(order)
    assert (order.price, driver.reserved("USDT")) == (49_000, 49_000)
    assert driver.amend_accepted(order) == Decision([], [])
    driver.check_books()


def test_while_it_is_under_way_the_worse_of_both_is_reserved(driver: InPlaceDriver) -> None:
    order = driver.working()
    driver.amend(order, price="49000")
    assert driver.reserved("USDT") == 50_000
    driver.amend_accepted(order)
    driver.amend(order, price="49500", quantity="2")
    assert driver.reserved("USDT") == 99_000
    driver.fill(order, "0.5", price="49000")
    assert driver.reserved("USDT") == Decimal(74250), "1.5 may still be bought at 49500"
    driver.amend_refused(order)
    assert driver.reserved("USDT") == 24_500
    driver.check_books()


def test_a_refusal_leaves_the_order_as_before(driver: InPlaceDriver) -> None:
    order = changing(driver, price="51000")
    driver.amend_refused(order)
    as_before(driver, order)
    row = driver.history(order)[-1]
    assert (row.error_code, row.detail) == ("outside_venue_rules", {"venue_code": "51000"})


def test_a_refusal_that_may_pass_is_asked_for_again_with_growing_pauses(driver: InPlaceDriver) -> None:
    order = changing(driver)
    pauses = []
    while order.asked is not None:
        assert driver.amend_refused(order, retryable=True).effects or order.asked is None
        if order.asked is None:
            break
        at = driver.timer(order)
        assert at is not None
        pauses.append(at - driver.now)
        driver.now = at
        [sent] = leaving(driver.wake(order.order_id))
        assert isinstance(sent, SendAmend)
        assert sent.amendment == order.amendment
    assert pauses == sorted(pauses)
    assert 4 < len(pauses) < 20
    assert sum(pauses, timedelta()) <= driver.desk.policy.change_window
    as_before(driver, order)


def test_a_refused_change_is_asked_for_again_no_sooner_than_the_venue_says(driver: InPlaceDriver) -> None:
    order = changing(driver)
    driver.amend_refused(order, retryable=True, retry_after_seconds=7)
    assert driver.timer(order) == driver.now + timedelta(seconds=7)
    driver.now += timedelta(seconds=7)
    driver.wake(order.order_id)
    driver.amend_accepted(order)
    assert order.price == 49_000


def test_answers_to_an_earlier_request_of_the_same_change_count_for_nothing(driver: InPlaceDriver) -> None:
    order = changing(driver)
    driver.amend_refused(order, retryable=True)
    driver.wake(order.order_id)
    assert driver.amend_refused(order, amendment=1) == Decision([], [])
    assert driver.amend_accepted(order, amendment=1) == Decision([], [])
    assert driver.amend_unknown(order, amendment=1) == Decision([], [])


def test_past_its_window_a_postponed_change_is_given_up(driver: InPlaceDriver) -> None:
    order = changing(driver)
    driver.amend_refused(order, retryable=True)
    driver.now += timedelta(minutes=5)
    decision = driver.wake(order.order_id)
    assert (names(decision), leaving(decision)) == (["AmendFailed"], [])
    as_before(driver, order)


def test_a_change_that_was_put_off_is_not_made_where_trading_was_stopped_meanwhile(driver: InPlaceDriver) -> None:
    order = changing(driver)
    driver.amend_refused(order, retryable=True)
    driver.restrict(TradingState.HALTED)
    decision = driver.wake(order.order_id)
    assert (names(decision), leaving(decision)) == (["AmendFailed"], [])
    assert driver.history(order)[-1].error_code == RejectReason.KILLED
    as_before(driver, order)


def test_a_change_that_was_put_off_is_made_after_the_release(driver: InPlaceDriver) -> None:
    order = changing(driver)
    driver.amend_refused(order, retryable=True)
    driver.restrict(TradingState.HALTED)
    driver.restrict(TradingState.ACTIVE)
    [sent] = leaving(driver.wake(order.order_id))
    assert isinstance(sent, SendAmend)


def test_a_change_of_what_has_ended_has_the_order_looked_up(driver: InPlaceDriver) -> None:
    order = changing(driver)
    decision = driver.amend_refused(order, final=True)
    assert names(decision) == ["AmendFailed", "OrderInDoubt"]
    assert QueryOrder in kinds(decision)
    driver.shows(order, CANCELED)
    assert (order.status, order.reason) == (OrderStatus.CANCELED, RejectReason.CANCELED_AT_VENUE)


def test_an_unknown_outcome_is_asked_about_and_not_sent_again(driver: InPlaceDriver) -> None:
    order = changing(driver)
    decision = driver.amend_unknown(order)
    assert kinds(decision)[0] is QueryOrder
    for _ in range(10):
        driver.query_failed(order)
        driver.now += timedelta(seconds=10)
        assert SendAmend not in kinds(driver.wake(order.order_id))
    assert order.pending_action is PendingAction.AMEND
    assert driver.reserved("USDT") == 50_000


def test_no_answer_at_all_is_asked_about(driver: InPlaceDriver) -> None:
    order = changing(driver)
    driver.now += driver.desk.policy.report_wait_max
    assert QueryOrder in kinds(driver.wake(order.order_id))


def test_a_cancel_while_a_change_is_under_way_goes_out_at_once(driver: InPlaceDriver) -> None:
    order = changing(driver, quantity="2")
    [sent] = leaving(driver.cancel(order))
    assert isinstance(sent, SendCancel)
    assert driver.reserved("USDT") == 100_000, "the change may still be made first"
    driver.amend_accepted(order)
    assert (order.quantity, order.pending_action) == (2, PendingAction.CANCEL)
    driver.report(order, CANCELED)
    assert (order.status, order.reason) == (OrderStatus.CANCELED, RejectReason.USER_REQUEST)
    driver.check_books()


def test_a_cancel_that_the_venue_refuses_leaves_the_change_to_be_resolved(driver: InPlaceDriver) -> None:
    order = changing(driver)
    driver.cancel(order)
    driver.cancel_failed(order, RejectReason.PERMISSION_DENIED)
    assert order.pending_action is PendingAction.AMEND
    driver.shows(order, price="49000")
    assert (order.price, order.pending_action) == (49_000, PendingAction.NONE)


def test_the_end_of_the_order_ends_the_change(driver: InPlaceDriver) -> None:
    order = changing(driver, quantity="2")
    decision = driver.report(order, CANCELED)
    assert names(decision) == ["AmendFailed", "OrderEnded", "OrderClosed"]
    assert driver.history(order)[-3].error_code == "too_late"
    assert driver.amend_accepted(order) == Decision([], [])


def test_a_refusal_after_the_order_has_filled_all_there_was_ends_it(driver: InPlaceDriver) -> None:
    order = changing(driver, quantity="2")
    driver.fill(order, "1")
    driver.amend_refused(order, retryable=True)
    assert order.status is OrderStatus.FILLED
    driver.check_books()


def test_an_answer_about_an_order_that_nobody_knows_changes_nothing(driver: InPlaceDriver) -> None:
    order = changing(driver)
    driver.report(order, CANCELED)
    driver.desk.detach(order.order_id)
    for answer in (driver.amend_accepted, driver.amend_refused, driver.amend_unknown):
        assert answer(order) == Decision([], [])  # type: ignore[operator]


def test_while_it_is_not_known_what_became_of_the_order_a_postponed_change_waits(driver: InPlaceDriver) -> None:
    order = changing(driver)
    driver.amend_refused(order, retryable=True)
    driver.now += timedelta(seconds=1)
    driver.synchronized()
    assert order.in_doubt, "it is missing from the listing"
    assert SendAmend not in kinds(driver.wake(order.order_id))
    driver.shows(order)
    assert SendAmend in kinds(driver.wake(order.order_id))
