"""Who waits for what: callers for their answers, and for an order to get somewhere."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tidegate.core.identifiers import CommandId, OrderId
from tidegate.core.order import Order
from tidegate.ports import Answer, DeskStoppedError


class Watch:
    """The newest released state of one order, and a way to wait for more."""

    def __init__(self) -> None:
        self._order: Order | None = None
        self._changed = asyncio.Event()
        self._stopped = False

    def tell(self, order: Order) -> None:
        self._order = order
        self._changed.set()

    def stop(self) -> None:
        """No more changes are released."""
        self._stopped = True
        self._changed.set()

    async def until(self, reached: Callable[[Order], bool], *, since: Order, timeout_seconds: float) -> Order:
        """The order once it got there, or as it is when the time is over or the desk has stopped.

        `since` is its released state for as long as no change was seen.
        """
        try:
            async with asyncio.timeout(timeout_seconds):
                while not reached(self._order or since) and not self._stopped:
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            pass  # The caller sees by the order's status that it did not get there.
        return self._order or since


class WaitingRoom:
    """Answers find their callers here."""

    def __init__(self) -> None:
        self._answers: dict[CommandId, asyncio.Future[Answer]] = {}
        self._watches: dict[OrderId, list[Watch]] = {}
        self._stopped = False

    def expect(self, command_id: CommandId) -> asyncio.Future[Answer]:
        """Raises `DeskStoppedError` when no answers come any more."""
        if self._stopped:
            raise DeskStoppedError
        future = asyncio.get_running_loop().create_future()
        self._answers[command_id] = future
        return future

    def forget(self, command_id: CommandId) -> None:
        self._answers.pop(command_id, None)

    def answer(self, command_id: CommandId, answer: Answer) -> None:
        future = self._answers.pop(command_id, None)
        if future is not None and not future.done():
            future.set_result(answer)

    @contextmanager
    def watch(self, order_id: OrderId) -> Iterator[Watch]:
        """See every released change of an order while inside."""
        watch = Watch()
        self._watches.setdefault(order_id, []).append(watch)
        try:
            yield watch
        finally:
            watches = self._watches[order_id]
            watches.remove(watch)
            if not watches:
                del self._watches[order_id]

    def tell(self, orders: dict[OrderId, Order]) -> None:
        """Released changes; cheap when nobody watches."""
        if not self._watches:
            return
        for order_id in self._watches.keys() & orders.keys():
            for watch in self._watches[order_id]:
                watch.tell(orders[order_id])

    def stop(self) -> None:
        """Nobody gets an answer any more: callers must ask again with the same key.

        Who has the durable answer and waits for more gets what was released so far.
        """
        self._stopped = True
        for future in self._answers.values():
            if not future.done():
                future.set_exception(DeskStoppedError())
                future.exception()  # Whoever awaits it still sees it; nobody is warned of one that none awaits.
        self._answers.clear()
        for watches in self._watches.values():
            for watch in watches:
                watch.stop()
