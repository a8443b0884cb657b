"""Runs a call through the faults that are switched on, the same way for REST and for sockets."""

import asyncio
from collections.abc import Callable
from typing import Protocol

from venuesim.exchange.clock import Clock
from venuesim.faults import STALE_ENDPOINTS, Endpoint, FaultKind, FaultSet
from venuesim.wire.calls import Reply


class FaultAnswers(Protocol):
    """How a venue words the answers that faults make it give."""

    def rate_limited(self) -> Reply:
        """Return the answer to a caller who asks too often."""
        ...

    def overloaded(self) -> Reply:
        """Return an HTTP 503 whose outcome is unknown to the caller."""
        ...

    def status_unknown(self) -> Reply:
        """Return the venue's own "I do not know whether it happened"."""
        ...


class Performer:
    """Performs calls of one venue."""

    def __init__(self, *, exchange: str, clock: Clock, faults: FaultSet, answers: FaultAnswers) -> None:
        self._exchange = exchange
        self._clock = clock
        self._faults = faults
        self._answers = answers

    async def perform(self, endpoint: Endpoint, run: Callable[[int | None], Reply]) -> Reply | None:
        """Return the answer of `run(as_of_ms)`, or None when the connection must be closed without one.

        `run` is called once the request has "arrived": never for a lost or rate limited one.
        """
        faults = self._faults
        if not faults:
            return run(None)
        delay = self._draw(FaultKind.DELAY, endpoint)
        if delay is not None:
            await asyncio.sleep(delay / 1000)
        if self._draw(FaultKind.LOSE_REQUEST, endpoint) is not None:
            return None
        if self._draw(FaultKind.RATE_LIMIT, endpoint) is not None:
            return self._answers.rate_limited()
        return await self._after(endpoint, run(self._as_of_ms(endpoint)))

    async def _after(self, endpoint: Endpoint, reply: Reply) -> Reply | None:
        """Apply what can happen to an answer on its way back."""
        if reply.accepted and endpoint is Endpoint.PLACE:
            hold = self._draw(FaultKind.FILL_BEFORE_ACK, endpoint)
            if hold is not None:
                await asyncio.sleep(hold / 1000)
        if self._draw(FaultKind.LOSE_REPLY, endpoint) is not None:
            return None
        if reply.accepted and self._draw(FaultKind.HTTP_503_AFTER_ACCEPT, endpoint) is not None:
            return self._answers.overloaded()
        if reply.accepted and self._draw(FaultKind.STATUS_UNKNOWN_AFTER_ACCEPT, endpoint) is not None:
            return self._answers.status_unknown()
        return reply

    def _as_of_ms(self, endpoint: Endpoint) -> int | None:
        if endpoint not in STALE_ENDPOINTS:
            return None
        fault = self._faults.draw(FaultKind.STALE_QUERY, self._exchange, endpoint)
        return None if fault is None else self._clock.now_ms() - int(fault.request.seconds * 1000)

    def _draw(self, kind: FaultKind, endpoint: Endpoint) -> int | None:
        """Return the delay of the fault that strikes, in milliseconds, or None."""
        fault = self._faults.draw(kind, self._exchange, endpoint)
        return None if fault is None else fault.request.delay_ms
