"""One life of the desk's process: recovered from storage, with sessions of its own, until it ends or is killed."""

import asyncio
import contextvars
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from simulation.account_venue import ModelWire
from simulation.exchange import ModelAccount
from simulation.faults import Faults
from simulation.journal import InlineJournal
from simulation.restraint import CALLED_BACK
from simulation.rules import listing
from simulation.scheduler import PROCESS
from support.virtual_time import LoopClock
from tidegate.core.desk import Desk
from tidegate.core.identifiers import AccountId
from tidegate.core.messages.effects import SendOrder
from tidegate.core.messages.reports import InstrumentsReported, PriceReported
from tidegate.core.policy import Policy
from tidegate.core.vocabulary import Exchange, RejectReason
from tidegate.runtime.loop import DeskLoop, LoopSettings
from tidegate.runtime.sessions import Sessions
from tidegate.runtime.ticking import tick
from tidegate.venues.budget import (
    BudgetExceededError,
    Cost,
    Lane,
    Limit,
    RateBudget,
    WindowGroup,
    WithdrawnError,
)
from tidegate.venues.outcomes import CallFailed, Verdict
from tidegate.venues.session import CcxtVenueSession
from tidegate.venues.transport import Taps

COMPARE_SECONDS = 15.0
TICK_SECONDS = 5.0  # Rarer than it really is: every tick is a step.
ORDERS_MAX = Limit(2, 2.5)  # So few that orders wait now and then, and not so long that resends come too late.
SETTINGS = LoopSettings(batch_size_max=64, closed_orders_kept=3)


class ModelClient:
    """What a session needs of its `VenueClient` beside the calls."""

    def __init__(self) -> None:
        self.exchange = SimpleNamespace(taps=Taps(), close_ws_clients=self.close, ws_dial_backoff={})
        self.budget = RateBudget([WindowGroup({"orders": ORDERS_MAX})], monotonic=asyncio.get_running_loop().time)

    async def take_budget(self, order: SendOrder, clock: LoopClock) -> None:
        """Wait for room within the order's validity, as the real client does before a call."""
        lane = Lane.PROTECTIVE if order.protective else Lane.ORDER
        left_seconds = (order.expires_at - clock.now()).total_seconds()
        try:
            await self.budget.acquire(lane, (Cost("orders"),), timeout_seconds=max(left_seconds, 0.001))
        except WithdrawnError:
            raise CallFailed(Verdict.NOT_SENT, RejectReason.KILLED, CALLED_BACK) from None
        except BudgetExceededError as full:
            pause = full.retry_after_seconds
            raise CallFailed(
                Verdict.NOT_SENT, RejectReason.RATE_LIMITED, str(full), retry_after_seconds=pause
            ) from None

    async def measure_clock(self) -> None:
        """Both clocks are the loop's."""

    def redact(self, text: str) -> str:
        return text

    async def close(self) -> None:
        """No connection is open."""
        self.budget.close()


class DeskProcess:
    """Started in a context of its own, so that the scheduler can kill or freeze it."""

    def __init__(
        self,
        number: int,
        path: Path,
        faults: Faults,
        policy: Policy,
        venues: dict[AccountId, ModelAccount],
        *,
        committed: Callable[[Any], None],
        released: Callable[[Any], None],
        kill: Callable[[], None],
        prepare: Callable[[ModelWire], None],
        world: contextvars.Context,
    ) -> None:
        self.number = number
        self.clock = LoopClock()
        self.wires: dict[AccountId, ModelWire] = {}
        self.loop: DeskLoop | None = None
        self.desk: Desk | None = None
        self.ended = False
        self._faults = faults
        self._policy = policy
        self._venues = venues
        self._prepare = prepare
        self._released = released
        self._world = world
        self.context = contextvars.copy_context()
        self.context.run(PROCESS.set, number)
        random = next(iter(venues.values())).exchange.random
        self.journal = InlineJournal(path, random, faults, committed, kill)
        self.root = asyncio.get_running_loop().create_task(self._run(), context=self.context.copy())

    async def _run(self) -> None:
        snapshot = await self.journal.load()
        self.desk = desk = Desk.restore(snapshot, self._policy)
        sessions = Sessions(self.clock, COMPARE_SECONDS)
        self.loop = loop = DeskLoop(
            desk=desk,
            epoch=snapshot.epoch,
            journal=self.journal,
            clock=self.clock,
            perform=sessions.perform,
            settings=SETTINGS,
        )
        engine = asyncio.create_task(loop.run())
        ticking = asyncio.create_task(tick(self.clock, loop.report, TICK_SECONDS))
        sessions.start(loop.report)
        for market in {venue.exchange.rules.exchange: venue.exchange for venue in self._venues.values()}.values():
            exchange = market.rules.exchange
            loop.report(InstrumentsReported(at=self.clock.now(), exchange=exchange, instruments=listing(exchange)))
            self.tell_prices(exchange, market.price)
        loop.on_release += [self._released, lambda _: self._open_sessions(desk, sessions)]
        self._open_sessions(desk, sessions)
        try:
            await engine
        finally:
            self.ended = True
            ticking.cancel()
            await sessions.close()

    def _open_sessions(self, desk: Desk, sessions: Sessions) -> None:
        for account_id in desk.accounts:
            if account_id not in sessions:
                sessions.add(self._session(account_id))

    def _session(self, account_id: AccountId) -> CcxtVenueSession:
        assert self.loop is not None
        venue, client = self._venues[account_id], ModelClient()
        wire = ModelWire(
            account_id, venue, self._faults, self.clock, client.exchange.taps, self._world, self.context.copy()
        )
        wire.take_budget = lambda order: client.take_budget(order, self.clock)
        self._prepare(wire)
        self.wires[account_id] = wire
        return CcxtVenueSession(
            account_id,
            venue.exchange.rules.exchange,
            wire,
            client,  # type: ignore[arg-type]  # Only what a session uses.
            self.loop.report,
            self.clock,
            _listed,
        )

    def tell_prices(self, exchange: Exchange, prices: dict[str, Any]) -> None:
        """What the market data would report."""
        if self.loop is None or self.ended:
            return
        for symbol, price in prices.items():
            self.loop.report(
                PriceReported(
                    at=self.clock.now(), exchange=exchange, symbol=symbol, last=price, bid=price, ask=price, mark=price
                )
            )


async def _listed() -> None:
    """The listing is told at the start."""
