"""Rate budgets, on a clock that the test moves."""

import asyncio
from collections.abc import Iterator

import pytest

from tidegate.venues.budget import BudgetExceededError, Cost, Lane, Limit, RateBudget, WindowGroup, WithdrawnError

ORDER = (Cost("orders"),)


class Time:
    """Seconds that pass when told."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
async def budget(time: Time) -> Iterator[RateBudget]:
    made = RateBudget([WindowGroup({"orders": Limit(10, 10), "weight": Limit(100, 60)})], monotonic=time)
    yield made
    made.close()


async def started(budget: RateBudget, lane: Lane, costs: tuple[Cost, ...] = ORDER) -> asyncio.Task[None]:
    """An acquisition that has begun."""
    task = asyncio.create_task(budget.acquire(lane, costs))
    await asyncio.sleep(0)
    return task


async def test_a_lane_may_fill_its_share_at_once_and_cancels_the_rest(budget: RateBudget) -> None:
    for _ in range(9):
        await budget.acquire(Lane.ORDER, ORDER)
    waiting = await started(budget, Lane.ORDER)
    await budget.acquire(Lane.CANCEL, ORDER)
    assert not waiting.done()
    assert budget.describe() == {"orders": "10/10"}
    waiting.cancel()


async def test_a_window_slides(budget: RateBudget, time: Time) -> None:
    for _ in range(9):
        await budget.acquire(Lane.ORDER, ORDER)
        time.seconds += 1
    waiting = await started(budget, Lane.ORDER)
    time.seconds = 109.9
    budget.pump()
    await asyncio.sleep(0)
    assert not waiting.done()
    time.seconds = 110.1
    budget.pump()
    await asyncio.wait_for(waiting, 1)


async def test_the_urgent_go_first_whoever_came_first(budget: RateBudget, time: Time) -> None:
    for _ in range(10):
        await budget.acquire(Lane.CANCEL, ORDER)
    order, query, cancel = [await started(budget, lane) for lane in (Lane.ORDER, Lane.QUERY, Lane.CANCEL)]
    time.seconds += 10.1
    for _ in range(9):
        budget.observe("orders", 9)
    budget.pump()
    await asyncio.sleep(0)
    assert [task.done() for task in (cancel, order, query)] == [True, False, False]
    order.cancel()
    query.cancel()


async def test_nobody_overtakes_on_a_window_but_other_instruments_go_on(time: Time) -> None:
    budget = RateBudget([WindowGroup({"orders": Limit(1, 10), "all": Limit(100, 10)})], monotonic=time)
    first = (Cost("orders:BTC"), Cost("all"))
    await budget.acquire(Lane.CANCEL, first)
    blocked = await started(budget, Lane.ORDER, first)
    behind = await started(budget, Lane.ORDER, first)
    other = await started(budget, Lane.ORDER, (Cost("orders:ETH"), Cost("all")))
    await asyncio.wait_for(other, 1)
    time.seconds += 10.1
    budget.pump()
    await asyncio.wait_for(blocked, 1)
    assert not behind.done()
    behind.cancel()
    budget.close()


async def test_the_venues_own_count_is_believed_when_it_is_higher(budget: RateBudget) -> None:
    await budget.acquire(Lane.QUERY, (Cost("weight", 5),))
    budget.observe("weight", 3)
    assert budget.describe()["weight"] == "5/100"
    budget.observe("weight", 98)
    assert budget.describe()["weight"] == "98/100"
    budget.observe_left("orders", 2)
    assert budget.describe()["orders"] == "8/10"


async def test_a_deadline_that_cannot_be_met_refuses_with_the_time_to_wait(budget: RateBudget, time: Time) -> None:
    for _ in range(10):
        await budget.acquire(Lane.CANCEL, ORDER)
    with pytest.raises(BudgetExceededError) as refused:
        await budget.acquire(Lane.ORDER, ORDER, timeout_seconds=0.01)
    assert 0 < refused.value.retry_after_seconds <= 10


async def test_a_pause_stops_everybody_and_may_spare_cancels(budget: RateBudget, time: Time) -> None:
    budget.pause(5, spare_cancels=True)
    await budget.acquire(Lane.CANCEL, ORDER)
    with pytest.raises(BudgetExceededError) as refused:
        await budget.acquire(Lane.ORDER, ORDER, timeout_seconds=1)
    assert refused.value.retry_after_seconds == pytest.approx(5)
    budget.pause(7)
    waiting = await started(budget, Lane.CANCEL)
    assert not waiting.done()
    time.seconds += 7.1
    budget.pump()
    await asyncio.wait_for(waiting, 1)


async def test_a_pause_of_some_windows_leaves_the_others_open(time: Time) -> None:
    budget = RateBudget([WindowGroup({"spot_weight": Limit(9, 60), "linear_weight": Limit(9, 60)})], monotonic=time)
    budget.pause(5, windows="linear_")
    await budget.acquire(Lane.QUERY, (Cost("spot_weight"),), timeout_seconds=1)
    with pytest.raises(BudgetExceededError, match="pause"):
        await budget.acquire(Lane.CANCEL, (Cost("linear_weight"),), timeout_seconds=1)
    assert budget.describe() == {"spot_weight": "1/9", "paused_seconds": "5.0"}


async def test_a_pause_of_windows_of_its_own_leaves_who_shares_the_others_alone(time: Time) -> None:
    shared = WindowGroup({"requests": Limit(9, 5)})
    one, other = (RateBudget([WindowGroup({"orders": Limit(9, 1)}), shared], monotonic=time) for _ in range(2))
    one.pause(5, windows="orders")
    costs = (Cost("orders"), Cost("requests"))
    with pytest.raises(BudgetExceededError, match="pause"):
        await one.acquire(Lane.ORDER, costs, timeout_seconds=1)
    await other.acquire(Lane.ORDER, costs, timeout_seconds=1)
    other.pause(7)
    with pytest.raises(BudgetExceededError, match="pause"):
        await one.acquire(Lane.CANCEL, (Cost("requests"),), timeout_seconds=1)


async def test_windows_per_address_are_shared_and_so_is_their_pause(time: Time) -> None:
    shared = WindowGroup({"weight": Limit(10, 60)})
    one = RateBudget([WindowGroup({"orders": Limit(10, 10)}), shared], monotonic=time)
    other = RateBudget([WindowGroup({"orders": Limit(10, 10)}), shared], monotonic=time)
    await one.acquire(Lane.CANCEL, (Cost("weight", 10),))
    with pytest.raises(BudgetExceededError):
        await other.acquire(Lane.CANCEL, (Cost("weight"),), timeout_seconds=0.01)
    time.seconds += 61
    one.pause(3)
    with pytest.raises(BudgetExceededError, match="pause"):
        await other.acquire(Lane.CANCEL, (Cost("weight"),), timeout_seconds=0.01)


async def test_the_timer_grants_without_anybody_asking() -> None:
    budget = RateBudget([WindowGroup({"orders": Limit(1, 0.05)})])
    await budget.acquire(Lane.CANCEL, ORDER)
    async with asyncio.timeout(2):
        await budget.acquire(Lane.CANCEL, ORDER)
    budget.close()


async def test_what_is_withdrawn_is_granted_nothing_and_stands_in_nobodys_way(budget: RateBudget, time: Time) -> None:
    for _ in range(9):
        await budget.acquire(Lane.ORDER, ORDER)
    withdrawn, waiting = await started(budget, Lane.ORDER), await started(budget, Lane.ORDER)
    budget.withdraw(withdrawn)
    with pytest.raises(WithdrawnError):
        await withdrawn
    time.seconds += 10
    budget.pump()
    await waiting
    assert budget.describe() == {"orders": "1/10"}


async def test_a_task_that_was_withdrawn_is_refused_what_it_asks_for_later(budget: RateBudget) -> None:
    async def call_twice() -> None:
        await budget.acquire(Lane.ORDER, ORDER)
        await asyncio.sleep(0)
        await budget.acquire(Lane.ORDER, ORDER)

    calling = asyncio.create_task(call_twice())
    await asyncio.sleep(0)
    budget.withdraw(calling)
    with pytest.raises(WithdrawnError):
        await calling
    assert budget.describe() == {"orders": "1/10"}
