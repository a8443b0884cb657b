"""The inbox: lanes, bounds, conflation."""

import asyncio
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from support.running_desk import ALICE, command_id, limit_order, price
from support.virtual_time import LoopClock, on_virtual_time
from tidegate.core.identifiers import OrderId
from tidegate.core.messages.commands import CancelOrder, CancelOrders
from tidegate.core.messages.reports import PriceReported, Wake
from tidegate.ports import DeskBusyError
from tidegate.runtime.inbox import Inbox

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def wake(number: int) -> Wake:
    return Wake(at=NOW, order_id=OrderId(f"order-{number}"))


def cancel(number: int) -> CancelOrder:
    return CancelOrder(command_id=command_id(), at=NOW, user_id=ALICE, order_id=OrderId(f"order-{number}"))


@on_virtual_time
async def test_reports_and_cancels_go_before_new_orders_and_keep_their_order() -> None:
    inbox = Inbox(commands_max=10, batch_max=10)
    order = limit_order(LoopClock())
    everything = CancelOrders(command_id=command_id(), at=NOW, user_id=ALICE)
    first, second, third = wake(1), cancel(2), wake(3)
    inbox.put_command(order)
    inbox.put_report(first)
    inbox.put_command(second)
    inbox.put_report(third)
    inbox.put_command(everything)
    assert await inbox.take() == [first, second, third, everything, order]


@on_virtual_time
async def test_of_prices_only_the_newest_counts() -> None:
    inbox = Inbox(commands_max=10, batch_max=10)
    for number in range(1_000):
        inbox.put_report(price(str(1 + number)))
        inbox.put_report(price(str(2 + number), symbol="ETH/USDT"))
    assert len(inbox) == 0, "prices are not counted as waiting"
    assert [(taken.symbol, taken.last) for taken in await inbox.take() if isinstance(taken, PriceReported)] == [
        ("BTC/USDT", Decimal(1_000)),
        ("ETH/USDT", Decimal(1_001)),
    ]


@on_virtual_time
async def test_many_markets_do_not_keep_orders_waiting() -> None:
    inbox = Inbox(commands_max=10, batch_max=2)
    for number in range(100):
        inbox.put_report(price(symbol=f"X{number}/USDT"))
    order = limit_order(LoopClock())
    inbox.put_command(order)
    assert (await inbox.take())[-1] is order


@on_virtual_time
async def test_a_batch_is_bounded_and_the_rest_comes_at_once() -> None:
    inbox = Inbox(commands_max=100, batch_max=4)
    for number in range(10):
        inbox.put_report(wake(number))
    assert [len(await inbox.take()) for _ in range(3)] == [4, 4, 2]
    taking = asyncio.create_task(inbox.take())
    await asyncio.sleep(0)
    assert not taking.done(), "nothing is left"
    inbox.put_report(wake(11))
    assert await taking == [wake(11)]


@on_virtual_time
async def test_when_full_only_new_orders_are_refused() -> None:
    inbox = Inbox(commands_max=2, batch_max=1_000)
    clock = LoopClock()
    inbox.put_command(limit_order(clock))
    inbox.put_command(limit_order(clock))
    with pytest.raises(DeskBusyError):
        inbox.put_command(limit_order(clock))
    for number in range(50):
        inbox.put_report(wake(number))
        inbox.put_command(cancel(number))
    assert len(inbox) == 102
    await inbox.take()
    inbox.put_command(limit_order(clock))


@on_virtual_time
async def test_a_wake_without_anything_to_take_returns_nothing() -> None:
    inbox = Inbox(commands_max=1, batch_max=1)
    inbox.wake()
    assert await inbox.take() == []
