"""Orders on their way to a venue: who waits for whom."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from tidegate.core.identifiers import ExchangeOrderId, OrderId
from tidegate.core.messages.reports import OrderAccepted, SendOutcomeUnknown
from tidegate.venues.budget import RateBudget, WindowGroup
from tidegate.venues.lanes import Lanes
from tidegate.venues.sending import Sending
from tidegate.venues.venue import Placed
from venue_unit_helpers import StandingClock, send_order

ORDERS = 1_000


class Account:
    """One account's way to its venue, which answers as soon as it is asked, or never."""

    def __init__(self, *, answers: bool) -> None:
        self.told: list[Any] = []
        self.all_told = asyncio.Event()
        self.lanes = Lanes()
        self._answers = answers
        client = SimpleNamespace(budget=RateBudget([WindowGroup({})]))
        self.sending = Sending(
            self,  # type: ignore[arg-type]  # A venue with only what is used.
            self.lanes,
            client,  # type: ignore[arg-type]
            clock=StandingClock(),
            tell=self._take,
            heed=pytest.fail,
            log_fault=pytest.fail,
        )

    async def place(self, _: Any) -> Placed:
        if not self._answers:
            await asyncio.Event().wait()
        return Placed(exchange_order_id=ExchangeOrderId("7"))

    def submit_many(self) -> None:
        for number in range(ORDERS):
            self.sending.submit(send_order(order_id=OrderId(f"order-{number}")))

    def _take(self, reports: Any) -> None:
        self.told += reports
        if len(self.told) == ORDERS:
            self.all_told.set()


async def test_a_venue_that_never_answers_delays_no_order_of_another_account() -> None:
    silent, other = Account(answers=False), Account(answers=True)
    silent.submit_many()
    other.submit_many()
    async with asyncio.timeout(10):
        await other.all_told.wait()
    assert {type(report) for report in other.told} == {OrderAccepted}
    assert silent.told == []
    await silent.lanes.close()
    silent.sending.give_up()
    assert {type(report) for report in silent.told} == {SendOutcomeUnknown}
    await other.lanes.close()


async def test_an_order_is_answered_once_however_often_it_is_given_up() -> None:
    account = Account(answers=False)
    account.submit_many()
    account.sending.give_up()
    account.sending.give_up()
    assert len(account.told) == len({report.order_id for report in account.told}) == ORDERS
    await account.lanes.close()
