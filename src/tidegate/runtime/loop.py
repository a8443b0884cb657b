"""The one writer: takes all inputs that wait, decides them, commits them together, and only then lets effects out.

The next batch is decided while the previous one commits. A commit that fails ends the loop, and with it the process:
recovery rebuilds from storage.
"""

import asyncio
import copy
from collections import deque
from collections.abc import Callable

import msgspec
import structlog

from tidegate.core.desk import Desk
from tidegate.core.engine import Input
from tidegate.core.identifiers import OrderId
from tidegate.core.messages.commands import AmendOrder, CancelOrder, Command, PlaceOrder
from tidegate.core.messages.effects import Effect, Reply, VenueEffect, WakeAt, WatchPrices
from tidegate.core.messages.events import Event, is_journaled
from tidegate.core.messages.reports import DeskStarted, Report
from tidegate.core.order import Order
from tidegate.core.projection import Projector
from tidegate.core.records import Batch
from tidegate.core.stepping import carry_out
from tidegate.core.vocabulary import PendingAction
from tidegate.ports import Answer, Clock, Journal, OrderKeys, WaitFor
from tidegate.runtime.inbox import Inbox
from tidegate.runtime.references import not_in_memory
from tidegate.runtime.timers import Timers
from tidegate.runtime.waiting import WaitingRoom, Watch

log = structlog.get_logger()


class LoopSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How much may wait, how much is decided at once, and how many closed orders stay in memory for late reports."""

    inbox_size_max: int = 10_000
    batch_size_max: int = 512
    closed_orders_kept: int = 1_000


class Outcome(msgspec.Struct):
    """One decided batch: what to write, then what to let out."""

    batch: Batch | None
    effects: list[Effect]
    snapshots: dict[OrderId, Order]


class DeskLoop:
    """Owns the desk. Commands come in by `submit`, reports by `report`; venue effects leave through `perform`."""

    def __init__(
        self,
        *,
        desk: Desk,
        epoch: int,
        journal: Journal,
        clock: Clock,
        perform: Callable[[VenueEffect], None],
        watch_prices: Callable[[WatchPrices], None] = lambda _: None,
        settings: LoopSettings | None = None,
    ) -> None:
        settings = settings or LoopSettings()
        self._desk = desk
        self._journal = journal
        self._clock = clock
        self._perform = perform
        self._watch_prices = watch_prices
        self._inbox = Inbox(settings.inbox_size_max, settings.batch_size_max)
        self._timers = Timers(clock, self._inbox.put_report)
        self._waiting = WaitingRoom()
        self._projector = Projector(epoch)
        self._closed: deque[OrderId] = deque()
        self._closed_kept = settings.closed_orders_kept
        self.on_release: list[Callable[[Batch], None]] = []

    # --- doors -------------------------------------------------------------------------------------------------

    def report(self, report: Report) -> None:
        """What sessions tell. Never blocks, never refuses."""
        self._inbox.put_report(report)

    async def submit(self, command: Command, wait_for: WaitFor | None = None) -> Answer:
        """The answer to a command, durable; for orders, after waiting as long as asked.

        Raises:
            DeskBusyError: the inbox is full, nothing was taken.
            DeskStoppedError: the loop has ended; ask again with the same idempotency key.
        """
        answered = self._waiting.expect(command.command_id)
        try:
            if wait_for is None or not isinstance(command, PlaceOrder | AmendOrder | CancelOrder):
                self._inbox.put_command(command)
                return await answered
            # Watched before the command is taken: the venue's answer may be released right behind ours.
            with self._waiting.watch(command.order_id) as watch:
                self._inbox.put_command(command)
                answer = await answered
                if answer.refusal is not None:
                    return answer
                if not answer.replayed:
                    return await _reached(answer, watch, command, wait_for)
            # The first request's order has another id. Its next release cannot run before this caller goes on.
            with self._waiting.watch(answer.orders[0].order_id) as watch:
                return await _reached(answer, watch, command, wait_for)
        finally:
            self._waiting.forget(command.command_id)

    def load(self) -> int:
        """How many inputs wait."""
        return len(self._inbox)

    # --- the loop ----------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Decide, commit, release, until canceled. Ends with the error when a commit fails."""
        # Decided before anything that sessions tell: what they report finds its orders in doubt already.
        inputs: list[Input] = [DeskStarted(at=self._clock.now())]
        committing = self._start(Outcome(None, [], {}))
        try:
            while True:
                if committing.done():
                    committing.result()  # A failed commit ends the loop at once.
                if keys := not_in_memory(self._desk, inputs):
                    await self._attach(keys)
                outcome = self._decide_all(inputs)
                await asyncio.wait([committing])  # Plainly awaited, it would be canceled together with us.
                committing.result()
                self._let_go(outcome)
                committing = self._start(outcome)
                # Give the commit its start before the next inputs are taken.
                await asyncio.sleep(0)
                inputs = await self._inbox.take()
        except asyncio.CancelledError:
            await _finish(committing)
            committing.result()  # That the last commit failed matters more than that we were told to stop.
            raise
        finally:
            await _finish(committing)
            self._timers.close()
            self._waiting.stop()

    def _start(self, outcome: Outcome) -> asyncio.Task[None]:
        """Commit and release in a task of its own; should that fail, the loop hears of it even if no input comes."""
        committing = asyncio.create_task(self._commit_and_release(outcome), name="commit")
        committing.add_done_callback(self._commit_ended)
        return committing

    def _commit_ended(self, committing: asyncio.Task[None]) -> None:
        if committing.cancelled() or committing.exception() is not None:
            self._inbox.wake()

    def _decide_all(self, inputs: list[Input]) -> Outcome:
        desk, projector = self._desk, self._projector
        effects: list[Effect] = []

        def record(event: Event) -> None:
            if is_journaled(event):
                projector.record(desk, event)

        for message in inputs:
            effects += carry_out(desk, message, record).effects
        batch = projector.take(desk) if projector else None
        return Outcome(batch, effects, self._snapshots(batch, effects))

    def _snapshots(self, batch: Batch | None, effects: list[Effect]) -> dict[OrderId, Order]:
        """The orders that answers speak of, as they are now: memory may be ahead when the answers leave."""
        snapshots = {} if batch is None else dict(batch.orders)
        for effect in effects:
            if isinstance(effect, Reply):
                for order_id in effect.order_ids:
                    if order_id not in snapshots:
                        snapshots[order_id] = copy.copy(self._desk.orders[order_id])
        return snapshots

    async def _commit_and_release(self, outcome: Outcome) -> None:
        if outcome.batch is not None:
            await self._journal.commit(outcome.batch)
            self._show(outcome.batch)
        for effect in outcome.effects:
            self._release(effect, outcome.snapshots)
        if outcome.batch is not None:
            self._retire(outcome.batch)

    def _show(self, batch: Batch) -> None:
        """What is durable may be seen: by those who watch one order, and by those who listen to all."""
        self._waiting.tell(batch.orders)
        for listener in self.on_release:
            listener(batch)

    def _retire(self, batch: Batch) -> None:
        """Nothing wakes a closed order any more, unless it is protected; and some time later it leaves memory."""
        for order_id, order in batch.orders.items():
            if order.is_closed:
                if not order.guarding:
                    self._timers.forget(order_id)
                self._closed.append(order_id)

    def _release(self, effect: Effect, snapshots: dict[OrderId, Order]) -> None:
        match effect:
            case Reply():
                orders = tuple(snapshots[order_id] for order_id in effect.order_ids)
                answer = Answer(
                    refusal=effect.refusal,
                    orders=orders,
                    replayed=effect.replayed,
                    approval_id=effect.approval_id,
                    preview=effect.preview,
                    risk=effect.risk,
                )
                self._waiting.answer(effect.command_id, answer)
            case WakeAt():
                self._timers.set(effect.order_id, effect.purpose, effect.at)
            case WatchPrices():
                self._watch_prices(effect)
            case _:
                self._perform(effect)

    # --- memory ------------------------------------------------------------------------------------------------

    async def _attach(self, keys: OrderKeys) -> None:
        found = await self._journal.find(keys)
        self._desk.attach(found)
        self._closed.extend(order.order_id for order in found.orders if order.is_closed)

    def _let_go(self, undecided: Outcome) -> None:
        """Closed orders leave memory once storage has them; those of the batch that is about to commit stay."""
        busy = undecided.snapshots
        for _ in range(len(self._closed) - self._closed_kept):
            order_id = self._closed.popleft()
            if order_id in busy:
                self._closed.append(order_id)
            else:
                self._desk.detach(order_id)


async def _finish(committing: asyncio.Task[None]) -> None:
    """A COMMIT is never abandoned half-way, however often we are told to stop."""
    while not committing.done():
        try:
            await asyncio.wait([committing])
        except asyncio.CancelledError:
            continue


async def _reached(
    answer: Answer, watch: Watch, command: PlaceOrder | AmendOrder | CancelOrder, wait_for: WaitFor
) -> Answer:
    """The answer, its order as it is when it got where the caller waits for, or when the waiting is over."""
    goal = _goal(command, wait_for)
    order = await watch.until(goal, since=answer.orders[0], timeout_seconds=wait_for.timeout_seconds)
    return msgspec.structs.replace(answer, orders=(order,))


def _goal(command: PlaceOrder | AmendOrder | CancelOrder, wait_for: WaitFor) -> Callable[[Order], bool]:
    """What the caller waits for."""
    if wait_for.closed:
        return lambda order: order.is_closed
    if not wait_for.acknowledged:
        return lambda _: True
    if isinstance(command, AmendOrder):
        return lambda order: order.is_closed or order.pending_action is not PendingAction.AMEND
    if isinstance(command, CancelOrder):
        return lambda order: order.is_closed or order.pending_action is PendingAction.NONE
    return lambda order: order.is_acknowledged
