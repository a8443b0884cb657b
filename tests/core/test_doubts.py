"""What stays unknown for long is told once, and told again when it is known."""

from datetime import timedelta

import pytest

from support.changing import ChangingDriver, InPlaceDriver
from tidegate.core.messages.events import BreakFound, BreakResolved
from tidegate.core.order import Order
from tidegate.core.vocabulary import RejectReason, VenueOrderStatus

CANCELED = VenueOrderStatus.CANCELED


@pytest.fixture
def driver() -> InPlaceDriver:
    driver = InPlaceDriver()
    driver.open_shop()
    return driver


def open_kinds(driver: ChangingDriver) -> list[str]:
    return [found.kind for found in driver.desk.open_breaks.values()]


def count(driver: ChangingDriver, kind: type) -> int:
    return sum(isinstance(event, kind) and event.kind == "outcome_unknown" for event in driver.journal)


def last_resolution(driver: ChangingDriver) -> str:
    resolved = [event for event in driver.journal if isinstance(event, BreakResolved)]
    return resolved[-1].message


def ask_on(driver: ChangingDriver, order: Order, seconds: int) -> None:
    """Look-ups that get no clean answer, for so long."""
    until = driver.now + timedelta(seconds=seconds)
    while driver.now < until:
        driver.query_failed(order)
        at = driver.timer(order)
        assert at is not None
        driver.now = at
        driver.wake(order.order_id)


def test_a_send_in_doubt_is_told_after_half_a_minute_once(driver: InPlaceDriver) -> None:
    order = driver.place()
    driver.unknown(order)
    ask_on(driver, order, 28)
    assert open_kinds(driver) == []
    ask_on(driver, order, 200)
    assert open_kinds(driver) == ["outcome_unknown"]
    assert count(driver, BreakFound) == 1
    [found] = driver.desk.open_breaks.values()
    assert (found.subject, "nobody knows what became of order" in found.message) == (order.order_id, True)


@pytest.mark.parametrize("how", ["acknowledged", "found", "ended", "absent", "filled"])
def test_it_is_over_when_it_is_known(driver: InPlaceDriver, how: str) -> None:
    order = driver.place(driver.order_command(retry_seconds=600))
    driver.unknown(order)
    ask_on(driver, order, 40)
    assert open_kinds(driver) == ["outcome_unknown"]
    match how:
        case "acknowledged":
            driver.accept(order)
        case "found":
            driver.shows(order, exchange_order_id="9001")
        case "ended":
            driver.report(order, CANCELED)
        case "filled":
            driver.fill(order, "1")
        case _:
            for _ in range(2):
                driver.now += timedelta(seconds=5)
                driver.not_found(order)
    assert open_kinds(driver) == []
    assert count(driver, BreakResolved) == 1
    expected = {"absent": "the venue does not have that attempt"}.get(how, "the venue has the order")
    assert last_resolution(driver) == expected


def test_an_order_that_gets_no_answer_at_all_is_told_of(driver: InPlaceDriver) -> None:
    order = driver.place()
    driver.wait(60)
    assert order.in_doubt
    assert open_kinds(driver) == ["outcome_unknown"]


def test_a_cancel_in_doubt_is_told(driver: InPlaceDriver) -> None:
    order = driver.working()
    driver.cancel(order)
    driver.wait(45)
    [found] = driver.desk.open_breaks.values()
    assert "the cancel of order" in found.message
    driver.report(order, CANCELED)
    assert open_kinds(driver) == []
    assert last_resolution(driver) == "the order has ended"


def test_a_refused_cancel_ends_its_doubt(driver: InPlaceDriver) -> None:
    order = driver.working()
    driver.cancel(order)
    driver.wait(45)
    driver.cancel_failed(order, RejectReason.PERMISSION_DENIED)
    assert open_kinds(driver) == []
    assert last_resolution(driver) == "the order was not canceled: no"


@pytest.mark.parametrize("made", [True, False])
def test_a_change_in_doubt_is_told_and_how_it_came_out(driver: InPlaceDriver, made: bool) -> None:
    order = driver.working()
    driver.amend(order, price="49000")
    driver.amend_unknown(order)
    driver.wait(45)
    [found] = driver.desk.open_breaks.values()
    assert "the change of order" in found.message
    driver.shows(order, price="49000" if made else "50000")
    assert open_kinds(driver) == []
    assert last_resolution(driver).startswith("the order was changed" if made else "the order was not changed:")


def test_a_replace_whose_cancel_gets_no_answer_is_told() -> None:
    driver = ChangingDriver()
    driver.open_shop()
    order = driver.working()
    driver.amend(order, price="49000")
    driver.wait(45)
    assert open_kinds(driver) == ["outcome_unknown"]
    driver.cancel_failed(order, RejectReason.PERMISSION_DENIED)
    assert open_kinds(driver) == []


def test_each_question_has_its_own_time(driver: InPlaceDriver) -> None:
    order = driver.place()
    driver.unknown(order)
    driver.cancel(order)
    ask_on(driver, order, 25)
    driver.accept(order)
    driver.now += timedelta(seconds=20)
    driver.wake(order.order_id)
    assert open_kinds(driver) == [], "the cancel has been on its way for 20 s only"
    driver.now += timedelta(seconds=20)
    driver.wake(order.order_id)
    assert open_kinds(driver) == ["outcome_unknown"]


def test_a_resting_order_is_no_doubt(driver: InPlaceDriver) -> None:
    order = driver.working()
    driver.now += timedelta(hours=5)
    driver.wake(order.order_id)
    assert open_kinds(driver) == []
    assert order.awaited_since is None


def test_a_doubt_survives_a_restart(driver: InPlaceDriver) -> None:
    placed = driver.place()
    driver.unknown(placed)
    driver.wait(20)
    driver.restart()
    driver.wait(20)
    assert open_kinds(driver) == ["outcome_unknown"]
