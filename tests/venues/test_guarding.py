"""A session's dead-man switch: one wish at a time, the newest, and every one answered."""

import asyncio
from typing import Any

import pytest

from tidegate.core.messages.effects import RenewDeadMan
from tidegate.core.messages.reports import DeadManFailed, DeadManRenewed
from tidegate.core.vocabulary import RejectReason
from tidegate.venues.guarding import Guarding
from tidegate.venues.lanes import Lanes
from tidegate.venues.outcomes import CallFailed, Verdict
from venue_unit_helpers import ACCOUNT, NOW, StandingClock


class Switch:
    """A venue that answers when the test lets it."""

    def __init__(self) -> None:
        self.asked: list[int] = []
        self.let = asyncio.Event()
        self.answers: list[Exception] = []

    async def renew_dead_man(self, seconds: int, _: frozenset[str]) -> None:
        self.asked.append(seconds)
        await self.let.wait()
        if self.answers:
            raise self.answers.pop(0)


class Bench:
    """The switch's keeper, its venue, and what it told."""

    def __init__(self) -> None:
        self.venue, self.lanes = Switch(), Lanes()
        self.reports: list[Any] = []
        self.heeded: list[CallFailed] = []
        self.logged: list[str] = []
        self.guarding = Guarding(
            ACCOUNT,
            self.venue,  # A fake with only what is used.
            self.lanes,
            report=self.reports.append,
            clock=StandingClock(),
            heed=self.heeded.append,
            log_fault=lambda event, _: self.logged.append(event),
        )

    def renew(self, *seconds: int) -> None:
        for each in seconds:
            self.guarding.renew(RenewDeadMan(account_id=ACCOUNT, seconds=each))

    async def settle(self) -> None:
        self.venue.let.set()
        async with asyncio.timeout(5):
            while any(self.lanes.waiting().values()):
                await asyncio.sleep(0)


@pytest.fixture
def bench() -> Bench:
    return Bench()


async def test_a_wish_is_granted_and_answered_with_its_seconds(bench: Bench) -> None:
    bench.renew(30)
    assert bench.lanes.waiting()["cancel"] == 1, "behind no order and no question"
    await bench.settle()
    assert bench.reports == [DeadManRenewed(at=NOW, account_id=ACCOUNT, seconds=30)]


async def test_a_newer_wish_waits_for_the_one_under_way_and_takes_the_place_of_others(bench: Bench) -> None:
    bench.renew(30)
    await asyncio.sleep(0)
    bench.renew(60, 0)
    await asyncio.sleep(0)
    assert bench.venue.asked == [30]
    await bench.settle()
    assert bench.venue.asked == [30, 0]
    assert [report.seconds for report in bench.reports] == [30, 0]
    bench.renew(10)
    await bench.settle()
    assert bench.venue.asked[-1] == 10


@pytest.mark.parametrize(
    ("failure", "retryable", "message"),
    [
        (CallFailed(Verdict.UNKNOWN, RejectReason.VENUE_OVERLOADED, "busy"), True, "busy"),
        (CallFailed(Verdict.REFUSED, RejectReason.PERMISSION_DENIED, "spot only"), False, "spot only"),
        (ValueError("secret"), False, "the venue's answer could not be read"),
    ],
)
async def test_a_failure_is_told_with_whether_to_try_again(
    bench: Bench, failure: Exception, retryable: bool, message: str
) -> None:
    bench.venue.answers = [failure]
    bench.renew(30)
    await bench.settle()
    told = DeadManFailed(at=NOW, account_id=ACCOUNT, seconds=30, message=message, retryable=retryable)
    assert bench.reports == [told]
    assert bench.logged == ["the venue's dead-man switch could not be set"]
    assert bench.heeded == ([failure] if isinstance(failure, CallFailed) else [])
