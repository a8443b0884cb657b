"""The thread that owns a journal's write connection. Jobs run one after another, each to its end.

A job is never cancelled: a task that stops waiting for a COMMIT does not stop the COMMIT. The first job that fails
ends the journal, because nobody knows what the database holds then.
"""

import asyncio
import queue
import threading
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from tidegate.storage.errors import JournalClosedError, JournalFailedError

ResultT = TypeVar("ResultT")


class _Job(Generic[ResultT]):
    """One call, and the coroutine that waits for it."""

    __slots__ = ("call", "future", "is_last", "loop")

    def __init__(self, call: Callable[[], ResultT], *, is_last: bool = False) -> None:
        self.call = call
        self.is_last = is_last
        self.loop = asyncio.get_running_loop()
        self.future: asyncio.Future[ResultT] = self.loop.create_future()

    def answer(self, result: ResultT | None, error: BaseException | None) -> None:
        """Wake the waiting coroutine, from the writer's thread: one wake-up of the loop per job."""
        try:
            self.loop.call_soon_threadsafe(self._resolve, result, error)
        except RuntimeError:
            return  # The loop has ended, so nobody waits for this answer any more.

    def _resolve(self, result: Any, error: BaseException | None) -> None:
        if self.future.done():  # Its waiter was cancelled.
            return
        if error is None:
            self.future.set_result(result)
        else:
            self.future.set_exception(error)


class WriterThread:
    """Runs jobs for coroutines. After the first failure every job raises `JournalFailedError`."""

    def __init__(self, name: str) -> None:
        self._jobs: queue.SimpleQueue[_Job[Any]] = queue.SimpleQueue()
        self._failure: JournalFailedError | None = None
        self._closing = False
        # A daemon: a process that must end does not wait for it, and what it was writing is whole or absent.
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    def check(self) -> None:
        """Raises `JournalFailedError` after a failure, `JournalClosedError` after closing."""
        if self._failure is not None:
            raise self._failure
        if self._closing:
            raise JournalClosedError("the journal is closed")

    async def run(self, call: Callable[[], ResultT]) -> ResultT:
        """Run a call in the thread and wait for its result; the call goes on if the waiting is cancelled."""
        self.check()
        job = _Job(call)
        self._jobs.put(job)
        return await job.future

    async def close(self, finish: Callable[[], None]) -> None:
        """Let the queued jobs finish, then run `finish` in the thread and end it. Closing twice is harmless."""
        if self._closing:
            return
        self._closing = True
        job = _Job(finish, is_last=True)
        self._jobs.put(job)
        await job.future
        self._thread.join()

    def _work(self) -> None:
        while True:
            job = self._jobs.get()
            if self._failure is not None and not job.is_last:
                job.answer(None, self._failure)
                continue
            try:
                result = job.call()
            except BaseException as error:  # noqa: BLE001 (whatever it was, the waiting coroutine must hear of it)
                job.answer(None, self._fail(error))
            else:
                job.answer(result, None)
            if job.is_last:
                return

    def _fail(self, error: BaseException) -> JournalFailedError:
        if isinstance(error, JournalFailedError):
            self._failure = error
        else:
            self._failure = JournalFailedError(f"the journal failed: {error}")
            self._failure.__cause__ = error
        return self._failure
