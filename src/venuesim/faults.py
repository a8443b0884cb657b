"""Faults that the control API switches on: which call they hit, how often, and how often they fired."""

import random
from collections.abc import Callable, Iterator
from decimal import Decimal
from enum import StrEnum
from fnmatch import fnmatchcase

import msgspec


class FaultKind(StrEnum):
    """What goes wrong."""

    LOSE_REQUEST = "lose_request"
    LOSE_REPLY = "lose_reply"
    HTTP_503_AFTER_ACCEPT = "http_503_after_accept"
    STATUS_UNKNOWN_AFTER_ACCEPT = "status_unknown_after_accept"
    DROP_STREAM = "drop_stream"
    DUPLICATE_EVENTS = "duplicate_events"
    FILL_BEFORE_ACK = "fill_before_ack"
    STALE_QUERY = "stale_query"
    RATE_LIMIT = "rate_limit"
    DELAY = "delay"


class Endpoint(StrEnum):
    """What a call is for, whatever the venue calls it."""

    PLACE = "place"
    CANCEL = "cancel"
    QUERY = "query"
    OPEN_ORDERS = "open_orders"
    EXECUTIONS = "executions"
    BALANCES = "balances"
    INSTRUMENTS = "instruments"
    TICKER = "ticker"
    STREAM = "stream"
    OTHER = "other"


STREAM_KINDS = frozenset({FaultKind.DROP_STREAM, FaultKind.DUPLICATE_EVENTS})
"""These concern the user streams only, whatever endpoint they are asked to match."""

STALE_ENDPOINTS = frozenset({Endpoint.QUERY, Endpoint.OPEN_ORDERS, Endpoint.EXECUTIONS})


class FaultMatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which calls a fault hits: a glob over Endpoint, with a probability, at most `count` times (None: no end)."""

    endpoint: str = "*"
    probability: float = 1.0
    count: int | None = None


class FaultRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A fault as the control API takes it.

    `exchange` None means every venue. `delay_ms` belongs to `delay` and `fill_before_ack`, `seconds` to `stale_query`:
    look-ups answer as of that many seconds ago.
    """

    kind: FaultKind
    match: FaultMatch = FaultMatch()
    exchange: str | None = None
    delay_ms: int = 250
    seconds: Decimal = Decimal(5)


class Fault:
    """A fault that is switched on."""

    def __init__(self, fault_id: int, request: FaultRequest) -> None:
        self.fault_id = fault_id
        self.request = request
        self.fired = 0

    @property
    def is_spent(self) -> bool:
        """Whether it has fired as often as it may."""
        return self.request.match.count is not None and self.fired >= self.request.match.count

    def hits(self, kind: FaultKind, exchange: str, endpoint: Endpoint) -> bool:
        """Whether a call is one that this fault concerns."""
        request = self.request
        if request.kind is not kind or request.exchange not in {None, exchange} or self.is_spent:
            return False
        if kind in STREAM_KINDS:
            return True
        if kind is FaultKind.DELAY and endpoint is Endpoint.STREAM:
            return request.match.endpoint == Endpoint.STREAM  # A wildcard delays calls, not events.
        return fnmatchcase(endpoint, request.match.endpoint)


class FaultSet:
    """Every fault that is on, in the order in which they came; chance comes from a seed."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(f"{seed}/faults")  # noqa: S311 - Repeatable chance, not a secret.
        self._faults: list[Fault] = []
        self._next_id = 1
        self.added: list[Callable[[Fault], None]] = []

    def add(self, request: FaultRequest) -> Fault:
        """Switch a fault on and tell whoever listens."""
        fault = Fault(self._next_id, request)
        self._next_id += 1
        self._faults.append(fault)
        for listener in self.added:
            listener(fault)
        return fault

    def clear(self, *, exchange: str | None = None) -> None:
        """Switch faults off: all, or those of one venue."""
        self._faults = [fault for fault in self._faults if exchange is not None and fault.request.exchange != exchange]

    def __len__(self) -> int:
        return len(self._faults)

    def __iter__(self) -> Iterator[Fault]:
        return iter(self._faults)

    def draw(self, kind: FaultKind, exchange: str, endpoint: Endpoint) -> Fault | None:
        """Return the first fault of `kind` that strikes this call, counted as fired; or None."""
        for fault in self._faults:
            if fault.hits(kind, exchange, endpoint) and self._strikes(fault):
                fault.fired += 1
                return fault
        return None

    def _strikes(self, fault: Fault) -> bool:
        probability = fault.request.match.probability
        return probability >= 1 or self._chance.random() < probability
