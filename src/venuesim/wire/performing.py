"""Runs a call through the faults that are switched on, the same way for REST and for sockets."""

import asyncio
from collections.abc import Callable, Collection
from enum import StrEnum
from typing import NamedTuple, Protocol

from venuesim.exchange.clock import Clock
from venuesim.faults import PLACING, STALE_ENDPOINTS, Endpoint, Fault, FaultKind, FaultSet
from venuesim.subjects import NOBODY, Naming, Subject
from venuesim.wire.calls import Reply
from venuesim.wire.distortion import Distortion
from venuesim.wire.sockets import Goodbye, Socket

BAN_SECONDS_DEFAULT = 120
STALE_SECONDS_DEFAULT = 5


class Ending(StrEnum):
    """Why the venue closes a socket."""

    TIME_LIMIT = "time_limit"
    MAINTENANCE = "maintenance"
    REVOKED = "revoked"


class FaultAnswers(Protocol):
    """How a venue words the answers that faults make it give, and how its requests name things."""

    @property
    def naming(self) -> Naming:
        """How requests name keys, symbols and client order ids."""
        ...

    @property
    def status_fields(self) -> Collection[str]:
        """The fields that tell the status of an order, in answers and events."""
        ...

    def at(self, path: str) -> "FaultAnswers":
        """Return who words the answers to requests at a path, for a venue whose markets speak differently."""
        ...

    def is_public_socket(self, path: str) -> bool:
        """Whether a socket at this path carries market data alone."""
        ...

    def rate_limited(self) -> Reply:
        """Return the answer to a caller who asks too often."""
        ...

    def banned(self, until_ms: int, now_ms: int) -> Reply:
        """Return the answer to a caller who asked too often for too long, and is let in again at `until_ms`."""
        ...

    def maintenance(self) -> Reply:
        """Return the answer of a venue that is closed for maintenance."""
        ...

    def overloaded(self) -> Reply:
        """Return an HTTP 503 whose outcome is unknown to the caller."""
        ...

    def status_unknown(self) -> Reply:
        """Return the venue's own "I do not know whether it happened"."""
        ...

    def goodbye(self, ending: Ending, path: str, now_ms: int) -> Goodbye:
        """Return what the venue says on the socket at a path before it closes it."""
        ...


class Caller(NamedTuple):
    """Who asks for something: what it is about (read when a fault asks), by which socket it came, and to which path."""

    subject: Callable[[], Subject] = lambda: NOBODY
    socket: Socket | None = None
    path: str = ""


NO_CALLER = Caller()


class Performer:
    """Performs calls of one venue."""

    def __init__(self, *, exchange: str, clock: Clock, faults: FaultSet, answers: FaultAnswers) -> None:
        self.exchange = exchange
        self.clock = clock
        self.faults = faults
        self.answers = answers
        self.distortion = Distortion(exchange=exchange, faults=faults, status_fields=answers.status_fields)

    async def perform(
        self, endpoint: Endpoint, run: Callable[[int | None], Reply], caller: Caller = NO_CALLER
    ) -> Reply | None:
        """Return the answer of `run(as_of_ms)`, or None when the connection must be closed without one.

        `run` is called once the request has "arrived": never for a lost or refused one.
        """
        if not self.faults:
            return run(None)
        refusal = self.refusal(endpoint, caller)
        if refusal is not None:
            return refusal
        delay = self._draw(FaultKind.DELAY, endpoint, caller)
        if delay is not None:
            await asyncio.sleep(delay.delay_ms / 1000)
        if self._draw(FaultKind.LOSE_REQUEST, endpoint, caller) is not None:
            return None
        if self._draw(FaultKind.RATE_LIMIT, endpoint, caller) is not None:
            return self.answers.at(caller.path).rate_limited()
        reply = await self._after(endpoint, self._run(endpoint, run, caller), caller)
        return None if reply is None else self._distorted(endpoint, reply, caller)

    def refusal(self, endpoint: Endpoint, caller: Caller) -> Reply | None:
        """Return the answer of a venue that is closed, or that has banned the caller."""
        if self._draw(FaultKind.MAINTENANCE, endpoint, caller) is not None:
            return self.answers.at(caller.path).maintenance()
        now_ms = self.clock.now_ms()
        for fault in self.faults.striking(FaultKind.BAN, self.exchange, endpoint, caller.subject):
            if fault.until_ms is None:
                seconds = BAN_SECONDS_DEFAULT if fault.request.seconds is None else fault.request.seconds
                fault.until_ms = now_ms + int(seconds * 1000)
            if now_ms < fault.until_ms:
                fault.fire()
                return self.answers.at(caller.path).banned(fault.until_ms, now_ms)
        return None

    def _run(self, endpoint: Endpoint, run: Callable[[int | None], Reply], caller: Caller) -> Reply:
        self.faults.present = endpoint
        try:
            return run(self._as_of_ms(endpoint, caller))
        finally:
            self.faults.present = None

    async def _after(self, endpoint: Endpoint, reply: Reply, caller: Caller) -> Reply | None:
        """Apply what can happen to an answer on its way back."""
        if reply.accepted and endpoint in PLACING:
            hold = self._draw(FaultKind.FILL_BEFORE_ACK, endpoint, caller)
            if hold is not None:
                await asyncio.sleep(hold.delay_ms / 1000)
        if self._draw(FaultKind.LOSE_REPLY, endpoint, caller) is not None:
            return None
        if reply.accepted and self._draw(FaultKind.HTTP_503_AFTER_ACCEPT, endpoint, caller) is not None:
            return self.answers.at(caller.path).overloaded()
        if reply.accepted and self._draw(FaultKind.STATUS_UNKNOWN_AFTER_ACCEPT, endpoint, caller) is not None:
            return self.answers.at(caller.path).status_unknown()
        return reply

    def _distorted(self, endpoint: Endpoint, reply: Reply, caller: Caller) -> Reply:
        """Break the answer itself, or on a socket the frame that will carry it."""
        if caller.socket is not None:
            caller.socket.alter_next(
                lambda text: self.distortion.of(text.encode(errors="surrogateescape"), endpoint, caller.subject)
            )
            return reply
        text = self.distortion.of(reply.encoded(), endpoint, caller.subject)
        if text is None:
            return reply
        is_page = text.startswith(b"<html")
        return Reply(
            payload=text,
            status=502 if is_page else reply.status,
            headers=reply.headers,
            content_type="text/html" if is_page else reply.content_type,
        )

    def _as_of_ms(self, endpoint: Endpoint, caller: Caller) -> int | None:
        if endpoint not in STALE_ENDPOINTS:
            return None
        fault = self._draw(FaultKind.STALE_QUERY, endpoint, caller)
        if fault is None:
            return None
        seconds = STALE_SECONDS_DEFAULT if fault.request.seconds is None else fault.request.seconds
        return self.clock.now_ms() - int(seconds * 1000)

    def _draw(self, kind: FaultKind, endpoint: Endpoint, caller: Caller) -> Fault | None:
        return self.faults.draw(kind, self.exchange, endpoint, caller.subject)
