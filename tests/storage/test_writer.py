"""The writer's thread: in order, to the end, and silent after the first failure."""

import asyncio
import threading
from functools import partial

import pytest

from tidegate.storage.errors import JournalClosedError, JournalFailedError
from tidegate.storage.writer import WriterThread


def nothing() -> None:
    """What a test without a connection has to close."""


def fill_the_disk() -> None:
    raise OSError("disk full")


async def test_calls_run_in_the_order_they_were_given() -> None:
    writer = WriterThread("test")
    seen: list[int] = []
    await asyncio.gather(*(writer.run(partial(seen.append, number)) for number in range(100)))
    assert seen == list(range(100))
    await writer.close(nothing)


async def test_results_and_the_thread_are_the_writers_own() -> None:
    writer = WriterThread("test-writer")
    assert await writer.run(lambda: threading.current_thread().name) == "test-writer"
    await writer.close(nothing)


async def test_the_first_failure_ends_it_and_names_the_cause() -> None:
    writer = WriterThread("test")
    with pytest.raises(JournalFailedError, match="disk full") as failure:
        await writer.run(fill_the_disk)
    assert isinstance(failure.value.__cause__, OSError)
    ran = False

    def run() -> None:
        nonlocal ran
        ran = True

    with pytest.raises(JournalFailedError, match="disk full"):
        await writer.run(run)
    assert not ran
    with pytest.raises(JournalFailedError):
        writer.check()
    await writer.close(nothing)


async def test_after_a_failure_it_still_closes_what_it_owns() -> None:
    writer = WriterThread("test")
    with pytest.raises(JournalFailedError):
        await writer.run(fill_the_disk)
    closed = threading.Event()
    await writer.close(closed.set)
    assert closed.is_set()


async def test_a_closed_writer_takes_nothing_more() -> None:
    writer = WriterThread("test")
    await writer.close(nothing)
    await writer.close(nothing)
    with pytest.raises(JournalClosedError):
        await writer.run(nothing)


async def test_a_cancelled_waiter_does_not_stop_the_call() -> None:
    writer = WriterThread("test")
    started, may_end, ended = threading.Event(), threading.Event(), threading.Event()

    def call() -> None:
        started.set()
        may_end.wait(10)
        ended.set()

    waiter = asyncio.create_task(writer.run(call))
    await asyncio.to_thread(started.wait, 10)
    waiter.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiter
    may_end.set()
    await writer.close(nothing)
    assert ended.is_set()


def test_a_loop_that_ended_before_the_answer_does_not_stop_the_writer() -> None:
    started, may_end = threading.Event(), threading.Event()

    def call() -> None:
        started.set()
        may_end.wait(10)

    async def leave_early() -> WriterThread:
        writer = WriterThread("test")
        waiter = asyncio.create_task(writer.run(call))
        await asyncio.to_thread(started.wait, 10)
        waiter.cancel()
        return writer

    async def come_back(writer: WriterThread) -> int:
        answer = await writer.run(lambda: 42)
        await writer.close(nothing)
        return answer

    writer = asyncio.run(leave_early())
    may_end.set()
    assert asyncio.run(come_back(writer)) == 42
