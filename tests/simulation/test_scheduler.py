"""The scheduler: one seed one order, time that passes by itself, processes that die and freeze."""

import asyncio
from random import Random

from simulation.scheduler import PROCESS, SeededLoop


def _run(seed: int) -> list[tuple[str, int]]:
    loop, seen = SeededLoop(Random(seed)), []  # type: ignore[var-annotated]

    async def count(name: str) -> None:
        for number in range(3):
            seen.append((name, number))
            await asyncio.sleep(0)

    async def all_of_them() -> None:
        await asyncio.gather(*(count(name) for name in "abc"))

    loop.run_until_complete(all_of_them())
    loop.close()
    return seen


def test_a_seed_gives_one_order_and_another_seed_another() -> None:
    assert _run(1) == _run(1)
    assert len({tuple(_run(seed)) for seed in range(10)}) > 5


def test_time_passes_only_when_nothing_is_ready() -> None:
    loop = SeededLoop(Random(1))

    async def sleep_for_a_day() -> float:
        await asyncio.sleep(86_400)
        return asyncio.get_running_loop().time()

    assert loop.run_until_complete(sleep_for_a_day()) == 86_400
    loop.close()


def _in_process(loop: SeededLoop, number: int, seen: list[float]) -> "asyncio.Task[None]":
    async def tick() -> None:
        PROCESS.set(number)
        while True:
            await asyncio.sleep(1)
            seen.append(asyncio.get_running_loop().time())

    return loop.create_task(tick())


def test_a_killed_process_does_nothing_more_not_even_clean_up() -> None:
    loop, seen = SeededLoop(Random(1)), []  # type: ignore[var-annotated]
    task = _in_process(loop, 1, seen)
    loop.run_until_complete(asyncio.sleep(3.5))
    loop.kill(1)
    loop.run_until_complete(asyncio.sleep(10))
    assert seen == [1, 2, 3]
    assert not task.done()
    loop.bury(1)
    task.cancel()
    loop.run_until_complete(asyncio.wait([task]))
    loop.close()


def test_a_frozen_process_goes_on_where_it_was() -> None:
    loop, seen = SeededLoop(Random(1)), []  # type: ignore[var-annotated]
    task = _in_process(loop, 1, seen)
    loop.run_until_complete(asyncio.sleep(2.5))
    loop.freeze(1)
    loop.run_until_complete(asyncio.sleep(10))
    assert seen == [1, 2]
    loop.thaw(1)
    loop.run_until_complete(asyncio.sleep(1.2))
    assert seen[2] == 12.5
    task.cancel()
    loop.run_until_complete(asyncio.wait([task]))
    loop.close()
