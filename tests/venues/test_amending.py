"""Changes of orders on their way to a venue: called back before they leave, and never told as unmade after."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from tidegate.core.messages.effects import RecallAmend, SendAmend
from tidegate.core.messages.reports import AmendAccepted, AmendRefused
from tidegate.core.vocabulary import OrderType, RejectReason, Side
from tidegate.venues.amending import Amending
from tidegate.venues.budget import Cost, Lane, Limit, RateBudget, WindowGroup, WithdrawnError
from tidegate.venues.lanes import ROOM, Lanes
from tidegate.venues.outcomes import called_back
from venue_unit_helpers import ACCOUNT, CLIENT_ORDER_ID, NOW, ORDER_ID, StandingClock

CHANGES = (Cost("changes"),)


class Account:
    """A venue that takes one change a minute, and answers when it is told to."""

    def __init__(self) -> None:
        self.budget = RateBudget([WindowGroup({"changes": Limit(1, 60)})])
        self.lanes = Lanes({**ROOM, Lane.ORDER: 1})
        self.told: list[Any] = []
        self.left: list[int] = []
        self.answers = asyncio.Event()
        self.answered = asyncio.Event()
        self.amending = Amending(
            self,  # type: ignore[arg-type]  # A venue with only what is used.
            self.lanes,
            SimpleNamespace(budget=self.budget),  # type: ignore[arg-type]
            clock=StandingClock(),
            tell=self._take,
            heed=lambda _: None,
            log_fault=pytest.fail,
        )

    async def amend(self, amend: SendAmend) -> list[Any]:
        try:
            await self.budget.acquire(Lane.ORDER, CHANGES)
        except WithdrawnError:  # As the client says it.
            raise called_back() from None
        self.left.append(amend.amendment)
        await self.answers.wait()
        return []

    async def submitted(self, *amendments: int) -> None:
        for amendment in amendments:
            self.amending.submit(change(amendment))
        await asyncio.sleep(0)

    def recall(self, amendment: int) -> None:
        self.amending.recall(RecallAmend(account_id=ACCOUNT, order_id=ORDER_ID, amendment=amendment))

    async def next_told(self) -> Any:
        async with asyncio.timeout(10):
            await self.answered.wait()
        self.answered.clear()
        return self.told.pop(0)

    def _take(self, reports: Any) -> None:
        self.told += reports
        self.answered.set()


def change(amendment: int) -> SendAmend:
    return SendAmend(
        account_id=ACCOUNT,
        order_id=ORDER_ID,
        attempt=1,
        amendment=amendment,
        symbol="BTC/USDT",
        side=Side.BUY,
        order_type=OrderType.LIMIT,
        exchange_client_order_id=CLIENT_ORDER_ID,
        exchange_order_id=None,
        conditional=False,
        quantity=Decimal(1),
        intended_at=NOW,
        expires_at=NOW + timedelta(seconds=3),
    )


@pytest.fixture
async def account() -> AsyncIterator[Account]:
    one = Account()
    yield one
    await one.lanes.close()
    one.budget.close()


async def test_a_change_that_is_called_back_while_it_stands_in_line_does_not_leave(account: Account) -> None:
    await account.submitted(1, 2)
    account.recall(2)
    account.answers.set()
    assert isinstance(await account.next_told(), AmendAccepted)
    refused = await account.next_told()
    assert isinstance(refused, AmendRefused)
    assert (refused.amendment, refused.reason, refused.final) == (2, RejectReason.KILLED, False)
    assert account.left == [1]


async def test_a_change_that_is_called_back_while_it_waits_for_the_budget_does_not_leave(account: Account) -> None:
    await account.budget.acquire(Lane.ORDER, CHANGES)
    await account.submitted(1)
    account.recall(1)
    refused = await account.next_told()
    assert isinstance(refused, AmendRefused)
    assert refused.reason is RejectReason.KILLED
    assert account.left == []


async def test_a_change_that_has_left_is_told_by_its_own_answer(account: Account) -> None:
    await account.submitted(1)
    assert account.left == [1]
    account.recall(1)
    account.answers.set()
    assert isinstance(await account.next_told(), AmendAccepted)


async def test_another_change_is_not_called_back(account: Account) -> None:
    account.answers.set()
    account.recall(2)
    await account.submitted(2)
    assert isinstance(await account.next_told(), AmendAccepted)
