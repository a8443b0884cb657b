"""Which fields each kind of fault takes, and what a request to switch one on must keep."""

from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import NamedTuple

from venuesim.exchange.vocabulary import EndReason
from venuesim.faults import PLACING, STALE_ENDPOINTS, STREAM_KINDS, Endpoint, FaultKind, FaultRequest

CANCEL_REASONS = {
    "system": EndReason.SYSTEM,
    "self_trade": EndReason.SELF_TRADE,
    "dead_man_switch": EndReason.DEAD_MAN_SWITCH,
    "liquidation": EndReason.LIQUIDATION,
}
"""Why a venue cancels what nobody asked it to cancel."""

PERMISSIONS = ("read", "trade", "withdraw", "transfer")
WAIT_MS_MAX = 60_000
SKEW_MS_MAX = 3_600_000
SECONDS_MAX = 86_400

_EVERY_CALL = frozenset(Endpoint) - {Endpoint.STREAM, Endpoint.PUBLIC_STREAM}
_ALL = frozenset(Endpoint)
_STREAMS = frozenset({Endpoint.STREAM, Endpoint.PUBLIC_STREAM})
_USER_STREAM = frozenset({Endpoint.STREAM})
_CHANGES = frozenset({Endpoint.PLACE, Endpoint.CANCEL, Endpoint.AMEND, Endpoint.CANCEL_REPLACE})
_NEW_ORDERS = frozenset({Endpoint.PLACE, Endpoint.CANCEL_REPLACE})
_CANCELS = frozenset({Endpoint.CANCEL, Endpoint.CANCEL_REPLACE})
_CHANCE = frozenset({"probability", "count"})
_ABOUT = frozenset({"symbol", "client_order_id", "api_key"})
_OPTIONS = ("delay_ms", "seconds", "milliseconds", "form", "field", "value", "permission", "reason")


class Rule(NamedTuple):
    """What a kind takes: the endpoints it can strike (none: it strikes no calls), match fields, and fields of its own.

    `required` are those that have no default. `exchanges` None means any.
    """

    endpoints: frozenset[Endpoint]
    match: frozenset[str] = _CHANCE | _ABOUT
    options: frozenset[str] = frozenset()
    required: frozenset[str] = frozenset()
    exchanges: frozenset[str] | None = None


_NONE: frozenset[Endpoint] = frozenset()

RULES = {
    FaultKind.LOSE_REQUEST: Rule(_EVERY_CALL),
    FaultKind.LOSE_REPLY: Rule(_EVERY_CALL),
    FaultKind.HTTP_503_AFTER_ACCEPT: Rule(_CHANGES),
    FaultKind.STATUS_UNKNOWN_AFTER_ACCEPT: Rule(_CHANGES),
    FaultKind.ASYNC_REJECT: Rule(_NEW_ORDERS),
    FaultKind.DROP_STREAM: Rule(_STREAMS),
    FaultKind.CLOSE_STREAM: Rule(_STREAMS),
    FaultKind.DUPLICATE_EVENTS: Rule(_USER_STREAM),
    FaultKind.REORDER_EVENTS: Rule(_USER_STREAM, options=frozenset({"delay_ms"})),
    FaultKind.NO_NEW_EVENT: Rule(_USER_STREAM),
    FaultKind.FILL_BEFORE_ACK: Rule(PLACING, options=frozenset({"delay_ms"})),
    FaultKind.FILL_AFTER_CANCEL_ACK: Rule(_CANCELS, options=frozenset({"delay_ms"})),
    FaultKind.STALE_QUERY: Rule(STALE_ENDPOINTS, options=frozenset({"seconds"})),
    FaultKind.RATE_LIMIT: Rule(_EVERY_CALL),
    FaultKind.BAN: Rule(_ALL, options=frozenset({"seconds"})),
    FaultKind.MAINTENANCE: Rule(_ALL),
    FaultKind.DELAY: Rule(_EVERY_CALL | _USER_STREAM, options=frozenset({"delay_ms"})),
    FaultKind.MALFORMED: Rule(_ALL, options=frozenset({"form"})),
    FaultKind.MISSING_FIELD: Rule(_ALL, options=frozenset({"field"}), required=frozenset({"field"})),
    FaultKind.UNKNOWN_ENUM: Rule(_ALL, options=frozenset({"field", "value"})),
    FaultKind.CLOCK_SKEW: Rule(
        _NONE, match=frozenset(), options=frozenset({"milliseconds"}), required=frozenset({"milliseconds"})
    ),
    FaultKind.REVOKE_KEY: Rule(_NONE, match=frozenset({"api_key"})),
    FaultKind.STRIP_PERMISSION: Rule(
        _NONE,
        match=frozenset({"api_key"}),
        options=frozenset({"permission"}),
        required=frozenset({"permission"}),
    ),
    FaultKind.UNSOLICITED_CANCEL: Rule(_NONE, match=_ABOUT | {"count"}, options=frozenset({"reason"})),
    FaultKind.REFUSE_ITEM: Rule(_NEW_ORDERS),
    FaultKind.CANCEL_REPLACE_HALF: Rule(frozenset({Endpoint.CANCEL_REPLACE}), exchanges=frozenset({"binance"})),
    FaultKind.EXPIRE_LISTEN_KEY: Rule(_NONE, match=frozenset({"api_key"}), exchanges=frozenset({"binance"})),
}


def check_fault(request: FaultRequest, exchanges: Iterable[str]) -> None:
    """Raise ValueError with a sentence for a fault that would mean nothing; `exchanges` are those that run."""
    rule, kind = RULES[request.kind], request.kind.value
    if rule.exchanges is not None and not _runs_where_it_can(request, rule.exchanges, exchanges):
        raise ValueError(f"{kind} exists on {' and '.join(sorted(rule.exchanges))} only")
    _check_match(request, rule)
    for name in _OPTIONS:
        is_given = getattr(request, name) is not None
        if is_given and name not in rule.options:
            raise ValueError(f"{kind} takes no {name}")
        if not is_given and name in rule.required:
            raise ValueError(f"{kind} needs {name}")
    _check_values(request)


def _runs_where_it_can(request: FaultRequest, possible: frozenset[str], running: Iterable[str]) -> bool:
    return request.exchange in possible if request.exchange is not None else not possible.isdisjoint(running)


def _check_match(request: FaultRequest, rule: Rule) -> None:
    match, kind = request.match, request.kind.value
    given = {
        "probability": match.probability != 1,
        "count": match.count is not None,
        "symbol": match.symbol is not None,
        "client_order_id": match.client_order_id is not None,
        "api_key": match.api_key is not None,
    }
    for name, is_given in given.items():
        if is_given and name not in rule.match:
            raise ValueError(f"{kind} is not matched by {name}")
    if not 0 <= match.probability <= 1:
        raise ValueError("a probability lies between 0 and 1")
    if match.count is not None and match.count < 1:
        raise ValueError("a count is 1 or more")
    if match.endpoint == "*":
        return
    if not rule.endpoints:
        raise ValueError(f"{kind} is not matched by endpoint")
    if not any(fnmatchcase(endpoint, match.endpoint) for endpoint in rule.endpoints):
        names = ", ".join(sorted(rule.endpoints))
        raise ValueError(f"{kind} does not strike {match.endpoint!r}, but {names}")
    if request.kind in STREAM_KINDS and (match.symbol or match.client_order_id) and _is_public_only(match.endpoint):
        raise ValueError("public streams are not matched by symbol or client order id")


def _is_public_only(pattern: str) -> bool:
    return fnmatchcase(Endpoint.PUBLIC_STREAM, pattern) and not fnmatchcase(Endpoint.STREAM, pattern)


def _check_values(request: FaultRequest) -> None:
    _within("delay_ms", request.delay_ms, 0, WAIT_MS_MAX)
    _within("seconds", None if request.seconds is None else float(request.seconds), 0, SECONDS_MAX)
    _within("milliseconds", request.milliseconds, -SKEW_MS_MAX, SKEW_MS_MAX)
    if request.permission is not None and request.permission not in PERMISSIONS:
        raise ValueError(f"no permission {request.permission!r}; there are {', '.join(PERMISSIONS)}")
    if request.reason is not None and request.reason not in CANCEL_REASONS:
        raise ValueError(f"no reason {request.reason!r}; there are {', '.join(CANCEL_REASONS)}")
    for name in ("field", "value"):
        if getattr(request, name) == "":
            raise ValueError(f"a {name} is not empty")


def _within(name: str, value: float | None, low: int, high: int) -> None:
    if value is not None and not low <= value <= high:
        raise ValueError(f"{name} lies between {low} and {high}")
