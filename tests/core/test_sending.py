"""What became of a send: nothing is sent twice, and nothing stays unknown."""

from datetime import timedelta
from decimal import Decimal

import pytest

from support.desk_driver import ACCOUNT, DeskDriver
from tidegate.core.decision import Decision
from tidegate.core.messages import reports
from tidegate.core.messages.effects import Effect, QueryOrder, SendCancel, SendOrder, SynchronizeAccount
from tidegate.core.messages.events import BreakFound, OrderInDoubt
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


def breaks(decision: Decision) -> list[str]:
    return [event.kind for event in decision.events if isinstance(event, BreakFound)]


# --- accepted, refused -------------------------------------------------------------------------------------------


def test_an_acknowledged_order_is_submitted_under_the_venues_id(driver: DeskDriver) -> None:
    order = driver.working(exchange_order_id="77")
    assert (order.status, order.exchange_order_id, order.in_doubt) == (OrderStatus.SUBMITTED, "77", False)


def test_an_acknowledgement_seen_twice_counts_once(driver: DeskDriver) -> None:
    order = driver.working()
    assert driver.accept(order) == Decision([], [])


def test_a_definite_refusal_ends_the_order_and_frees_its_reservation(driver: DeskDriver) -> None:
    order = driver.place()
    assert driver.reserved("USDT") == 50_000
    driver.refuse(order, retryable=False)
    assert (order.status, order.reason) == (OrderStatus.REJECTED, RejectReason.INSUFFICIENT_FUNDS)
    assert order.is_closed
    assert driver.reserved("USDT") == 0


def test_what_may_help_is_tried_again_with_an_id_of_its_own(driver: DeskDriver) -> None:
    order = driver.place()
    first = order.exchange_client_order_id
    driver.refuse(order, retryable=True)
    assert order.waiting_to_retry
    assert driver.reserved("USDT") == 50_000, "the reservation stays"
    [send] = sends(driver.wake(order.order_id))
    assert (send.attempt, order.attempt) == (2, 2)
    assert send.exchange_client_order_id != first


def test_a_retry_waits_as_long_as_the_venue_asks(driver: DeskDriver) -> None:
    order = driver.place(driver.order_command(retry_seconds=60))
    driver.refuse(order, retryable=True, retry_after_seconds=30)
    assert driver.timer(order) == driver.now + timedelta(seconds=30)


def test_past_its_retry_window_an_order_is_not_sent_any_more(driver: DeskDriver) -> None:
    order = driver.place(driver.order_command(retry_seconds=0))
    driver.refuse(order, retryable=True)
    assert (order.status, order.reason) == (OrderStatus.CANCELED, RejectReason.NOT_SENT)


def test_attempts_are_bounded(driver: DeskDriver) -> None:
    order = driver.place(driver.order_command(retry_seconds=10_000))
    while not order.is_closed:
        driver.refuse(order, retryable=True)
        driver.wait(60)
    assert order.attempt == driver.desk.policy.attempts_max
    assert order.reason is RejectReason.NOT_SENT


def test_a_late_refusal_of_an_earlier_attempt_changes_nothing(driver: DeskDriver) -> None:
    order = driver.place()
    driver.refuse(order, retryable=True)
    driver.wake(order.order_id)
    assert driver.refuse(order, retryable=False, attempt=1) == Decision([], [])


def test_a_retry_waits_while_the_account_is_not_ready(driver: DeskDriver) -> None:
    order = driver.place()
    driver.refuse(order, retryable=True)
    driver.disconnect()
    assert sends(driver.wake(order.order_id)) == []
    assert driver.timer(order) is not None
    driver.wait(20)
    assert order.reason is RejectReason.NOT_SENT


def test_a_refusal_against_the_venues_own_stream_is_a_doubt(driver: DeskDriver) -> None:
    order = driver.working()
    decision = driver.refuse(order, retryable=False)
    assert QueryOrder in kinds(decision)
    assert order.in_doubt
    driver.report(order, VenueOrderStatus.OPEN)
    assert not order.in_doubt


# --- in doubt ----------------------------------------------------------------------------------------------------


def test_an_unknown_outcome_is_asked_about_and_never_sent_again(driver: DeskDriver) -> None:
    order = driver.place()
    decision = driver.unknown(order)
    assert order.in_doubt
    assert order.status is OrderStatus.PENDING
    assert QueryOrder in kinds(decision)
    assert SendOrder not in kinds(decision)
    assert driver.reserved("USDT") == 50_000


def test_no_answer_at_all_becomes_a_doubt(driver: DeskDriver) -> None:
    order = driver.place()
    driver.wait(driver.desk.policy.report_wait_max.total_seconds())
    assert order.in_doubt
    assert isinstance(driver.journal[-1], OrderInDoubt)


def test_an_acknowledgement_after_the_doubt_settles_it(driver: DeskDriver) -> None:
    order = driver.place()
    driver.unknown(order)
    driver.accept(order)
    assert (order.status, order.in_doubt) == (OrderStatus.SUBMITTED, False)
    assert driver.unknown(order) == Decision([], []), "the doubt came late"


def test_a_cancel_before_the_acknowledgement_leaves_with_it(driver: DeskDriver) -> None:
    order = driver.place()
    assert SendCancel not in kinds(driver.cancel(order))
    assert SendCancel in kinds(driver.accept(order))


def test_a_cancel_before_the_acknowledgement_leaves_with_the_first_fill_too(driver: DeskDriver) -> None:
    order = driver.place()
    driver.cancel(order)
    assert SendCancel in kinds(driver.fill(order, "0.5"))


# --- the account's recovery --------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["acknowledged", "reported", "filled", "refused", "absent"])
def test_the_last_unknown_send_to_be_known_makes_the_account_ready(driver: DeskDriver, how: str) -> None:
    order = driver.place(driver.order_command(retry_seconds=0))
    driver.disconnect()
    driver.connect({"BTC": Decimal(10), "USDT": Decimal(1_000_000), "BNB": Decimal(5)})
    assert not driver.is_ready
    match how:
        case "acknowledged":
            decision = driver.accept(order)
        case "reported":
            decision = driver.report(order, VenueOrderStatus.OPEN)
        case "filled":
            decision = driver.fill(order, "1")
        case "refused":
            decision = driver.refuse(order, retryable=False)
        case _:
            driver.unknown(order)
            driver.now += timedelta(seconds=10)
            driver.not_found(order)
            driver.now += timedelta(seconds=10)
            decision = driver.not_found(order)
    assert SynchronizeAccount in kinds(decision)
    listed = [] if order.is_closed else [order.exchange_client_order_id]
    driver.synchronized(*listed)
    assert driver.is_ready


def test_an_unknown_send_keeps_a_recovering_account_from_new_orders(driver: DeskDriver) -> None:
    first, second = driver.place(), driver.place()
    driver.disconnect()
    driver.connect({"BTC": Decimal(10), "USDT": Decimal(1_000_000)})
    assert SynchronizeAccount not in kinds(driver.accept(first, "1")), "another one is unknown"
    assert SynchronizeAccount in kinds(driver.accept(second, "2"))


def test_reports_about_orders_that_nobody_knows_change_nothing(driver: DeskDriver) -> None:
    order = driver.place()
    driver.refuse(order, retryable=False)
    driver.desk.detach(order.order_id)
    at = driver.now
    about = {"at": at, "account_id": ACCOUNT, "order_id": order.order_id}
    for report in (
        reports.OrderNotFound(**about, attempt=1, requested_at=at),
        reports.SendOutcomeUnknown(**about, attempt=1, message="?"),
        reports.QueryFailed(**about, message="?"),
        reports.CancelAccepted(**about),
        reports.Wake(at=at, order_id=order.order_id),
    ):
        assert driver.put(report) == Decision([], [])
