"""How breaks begin and end: told once, and ended with what ended them."""

from datetime import timedelta

import pytest

from support.desk_driver import ACCOUNT, DeskDriver
from tidegate.core import identifiers as ids
from tidegate.core.apply import apply, break_id
from tidegate.core.messages.events import BreakResolved
from tidegate.core.reconciliation.telling import end_all, end_if_open, tell_once
from tidegate.core.records import FOREIGN_EXECUTION


@pytest.fixture
def driver() -> DeskDriver:
    driver = DeskDriver()
    driver.open_shop()
    return driver


def tell(driver: DeskDriver, kind: str, subject: str = "s", account_id: ids.AccountId = ACCOUNT) -> int:
    """How many breaks that told."""
    events = tell_once(driver.desk, account_id, driver.now, kind, subject, f"{kind} {subject}")
    for event in events:
        apply(driver.desk, event)
    return len(events)


def test_what_is_open_is_not_told_again(driver: DeskDriver) -> None:
    assert (tell(driver, "kind"), tell(driver, "kind"), tell(driver, "kind", "other")) == (1, 0, 1)


@pytest.mark.parametrize(("kind", "again"), [("kind", 1), (FOREIGN_EXECUTION, 0)])
def test_what_has_ended_is_told_again_unless_it_is_told_but_once(driver: DeskDriver, kind: str, again: int) -> None:
    tell(driver, kind)
    [ended] = end_if_open(driver.desk, ACCOUNT, driver.now, kind, "s", "over")
    apply(driver.desk, ended)  # type: ignore[arg-type]
    assert tell(driver, kind) == again


def test_an_end_says_when_and_how_it_began(driver: DeskDriver) -> None:
    tell(driver, "kind")
    began = driver.now
    driver.now += timedelta(minutes=1)
    [ended] = end_if_open(driver.desk, ACCOUNT, driver.now, "kind", "s", "over")
    assert isinstance(ended, BreakResolved)
    assert (ended.at, ended.found_at, ended.message, ended.found_message) == (driver.now, began, "over", "kind s")


def test_what_is_not_open_does_not_end(driver: DeskDriver) -> None:
    assert end_if_open(driver.desk, ACCOUNT, driver.now, "kind", "s", "over") == []


def test_of_one_account_those_end_that_are_over(driver: DeskDriver) -> None:
    other = ids.AccountId("other")
    for subject in ("a", "b"):
        tell(driver, "kind", subject)
    tell(driver, "kind", "a", other)
    ended = end_all(driver.desk, ACCOUNT, driver.now, "over", lambda found: found.subject == "a")
    assert [(event.account_id, event.subject) for event in ended if isinstance(event, BreakResolved)] == [
        (ACCOUNT, "a")
    ]
    assert break_id(other, "kind", "a") in driver.desk.open_breaks
