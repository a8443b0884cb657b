"""Faults that the control API switches on: which call they hit, how often, and how often they fired."""

import random
from collections.abc import Callable, Iterator
from decimal import Decimal
from enum import StrEnum
from fnmatch import fnmatchcase

import msgspec

from venuesim.subjects import NOBODY, Subject


class FaultKind(StrEnum):
    """What goes wrong."""

    LOSE_REQUEST = "lose_request"
    LOSE_REPLY = "lose_reply"
    HTTP_503_AFTER_ACCEPT = "http_503_after_accept"
    STATUS_UNKNOWN_AFTER_ACCEPT = "status_unknown_after_accept"
    ASYNC_REJECT = "async_reject"
    DROP_STREAM = "drop_stream"
    CLOSE_STREAM = "close_stream"
    DUPLICATE_EVENTS = "duplicate_events"
    REORDER_EVENTS = "reorder_events"
    NO_NEW_EVENT = "no_new_event"
    FILL_BEFORE_ACK = "fill_before_ack"
    FILL_AFTER_CANCEL_ACK = "fill_after_cancel_ack"
    STALE_QUERY = "stale_query"
    RATE_LIMIT = "rate_limit"
    BAN = "ban"
    MAINTENANCE = "maintenance"
    DELAY = "delay"
    MALFORMED = "malformed"
    MISSING_FIELD = "missing_field"
    UNKNOWN_ENUM = "unknown_enum"
    CLOCK_SKEW = "clock_skew"
    REVOKE_KEY = "revoke_key"
    STRIP_PERMISSION = "strip_permission"
    UNSOLICITED_CANCEL = "unsolicited_cancel"
    REFUSE_ITEM = "refuse_item"
    CANCEL_REPLACE_HALF = "cancel_replace_half"
    EXPIRE_LISTEN_KEY = "expire_listen_key"


class Endpoint(StrEnum):
    """What a call is for, whatever the venue calls it. `stream` are the user streams, `public_stream` market data."""

    PLACE = "place"
    CANCEL = "cancel"
    AMEND = "amend"
    CANCEL_REPLACE = "cancel_replace"
    QUERY = "query"
    OPEN_ORDERS = "open_orders"
    EXECUTIONS = "executions"
    BALANCES = "balances"
    POSITIONS = "positions"
    INSTRUMENTS = "instruments"
    TICKER = "ticker"
    STREAM = "stream"
    PUBLIC_STREAM = "public_stream"
    OTHER = "other"


STREAMS = frozenset({Endpoint.STREAM, Endpoint.PUBLIC_STREAM})
"""What a bare wildcard leaves out: faults that can strike calls and events alike strike events only by name."""

STALE_ENDPOINTS = frozenset({Endpoint.QUERY, Endpoint.OPEN_ORDERS, Endpoint.EXECUTIONS})

PLACING = frozenset({Endpoint.PLACE, Endpoint.CANCEL_REPLACE, Endpoint.AMEND})
"""Calls that can fill an order before they are answered."""


class MalformedForm(StrEnum):
    """How an answer is broken: cut in half, a page of HTML, empty, or text that is no JSON."""

    TRUNCATED = "truncated"
    HTML = "html"
    EMPTY = "empty"
    TEXT = "text"


class FaultMatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a fault hits: each field that is given must fit, with a probability, at most `count` times (None: no end).

    `endpoint`, `client_order_id` and `api_key` are globs; `symbol` is a unified symbol or the venue's own.
    """

    endpoint: str = "*"
    probability: float = 1.0
    count: int | None = None
    symbol: str | None = None
    client_order_id: str | None = None
    api_key: str | None = None


class FaultRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A fault as the control API takes it; `exchange` None means every venue.

    The other fields belong to some kinds only, see `fault_rules`; None means the kind's own default.
    """

    kind: FaultKind
    match: FaultMatch = FaultMatch()
    exchange: str | None = None
    delay_ms: int | None = None
    seconds: Decimal | None = None
    milliseconds: int | None = None
    form: MalformedForm | None = None
    field: str | None = None
    value: str | None = None
    permission: str | None = None
    reason: str | None = None


class Fault:
    """A fault that is switched on. `until_ms` is the end that a ban has once it struck."""

    def __init__(self, fault_id: int, request: FaultRequest) -> None:
        self.fault_id = fault_id
        self.request = request
        self.fired = 0
        self.until_ms: int | None = None

    @property
    def kind(self) -> FaultKind:
        """What goes wrong."""
        return self.request.kind

    @property
    def delay_ms(self) -> int:
        """How long something waits, in milliseconds."""
        return DELAY_MS_DEFAULT if self.request.delay_ms is None else self.request.delay_ms

    @property
    def is_spent(self) -> bool:
        """Whether it has fired as often as it may."""
        return self.request.match.count is not None and self.fired >= self.request.match.count

    def fire(self) -> None:
        """Count that it struck."""
        self.fired += 1

    def hits(self, kind: FaultKind, exchange: str, endpoint: Endpoint | None, subject: Callable[[], Subject]) -> bool:
        """Whether a call or an event is one that this fault concerns; `endpoint` None asks for the rest alone."""
        request = self.request
        if request.kind is not kind or request.exchange not in {None, exchange} or self.is_spent:
            return False
        return (endpoint is None or self.fits(endpoint)) and self._concerns(subject)

    def fits(self, endpoint: Endpoint) -> bool:
        """Whether an endpoint is one that it means."""
        wanted = self.request.match.endpoint
        if wanted != "*":
            return fnmatchcase(endpoint, wanted)
        if self.kind in EVERYWHERE:
            return True
        return endpoint is Endpoint.STREAM if self.kind in STREAM_KINDS else endpoint not in STREAMS

    def _concerns(self, subject: Callable[[], Subject]) -> bool:
        match = self.request.match
        if match.symbol is None and match.client_order_id is None and match.api_key is None:
            return True
        return subject().fits(symbol=match.symbol, client_order_id=match.client_order_id, api_key=match.api_key)


DELAY_MS_DEFAULT = 250

STREAM_KINDS = frozenset(
    {
        FaultKind.DROP_STREAM,
        FaultKind.CLOSE_STREAM,
        FaultKind.DUPLICATE_EVENTS,
        FaultKind.REORDER_EVENTS,
        FaultKind.NO_NEW_EVENT,
    }
)
"""These concern streams only, so that a wildcard reaches them."""


EVERYWHERE = frozenset({FaultKind.MAINTENANCE, FaultKind.BAN})
"""What is closed or banned opens no sockets either."""


class FaultSet:
    """Every fault that is on, in the order in which they came; chance comes from a seed.

    `added` is told each new fault, `changed` of every change of the set. `present` is what the call that is being
    carried out is for. `late` holds, by wallet and order id, how many milliseconds events of an order wait.
    """

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(f"{seed}/faults")  # noqa: S311 - Repeatable chance, not a secret.
        self._faults: list[Fault] = []
        self._next_id = 1
        self.added: list[Callable[[Fault], None]] = []
        self.changed: list[Callable[[], None]] = []
        self.present: Endpoint | None = None
        self.late: dict[tuple[str, int], int] = {}

    def add(self, request: FaultRequest) -> Fault:
        """Switch a fault on and tell whoever listens."""
        fault = Fault(self._next_id, request)
        self._next_id += 1
        self._faults.append(fault)
        for listener in self.added:
            listener(fault)
        self._tell()
        return fault

    def clear(self, *, exchange: str | None = None) -> None:
        """Switch faults off: all, or those of one venue."""
        self._faults = [fault for fault in self._faults if exchange is not None and fault.request.exchange != exchange]
        self._tell()

    def _tell(self) -> None:
        for listener in self.changed:
            listener()

    def __len__(self) -> int:
        return len(self._faults)

    def __iter__(self) -> Iterator[Fault]:
        return iter(self._faults)

    def striking(
        self,
        kind: FaultKind,
        exchange: str,
        endpoint: Endpoint | None = None,
        subject: Callable[[], Subject] = lambda: NOBODY,
    ) -> Iterator[Fault]:
        """Yield the faults of `kind` that strike this call or event; whoever lets one act calls its `fire`."""
        for fault in self._faults:
            if fault.hits(kind, exchange, endpoint, subject) and self._strikes(fault):
                yield fault

    def draw(
        self,
        kind: FaultKind,
        exchange: str,
        endpoint: Endpoint | None = None,
        subject: Callable[[], Subject] = lambda: NOBODY,
    ) -> Fault | None:
        """Return the first fault of `kind` that strikes this call or event, counted as fired; or None."""
        fault = next(self.striking(kind, exchange, endpoint, subject), None)
        if fault is not None:
            fault.fire()
        return fault

    def _strikes(self, fault: Fault) -> bool:
        probability = fault.request.match.probability
        return probability >= 1 or self._chance.random() < probability
