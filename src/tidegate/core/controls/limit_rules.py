"""What makes sense as a limit: what cannot be held, or would never be reached, is refused by name."""

from collections.abc import Callable
from decimal import Decimal

from tidegate.core.controls.kill_switch import unknown_in
from tidegate.core.desk import Desk
from tidegate.core.messages.risk_values import RiskLimit
from tidegate.core.messages.values import Refusal
from tidegate.core.money import ONE, ZERO, is_workable
from tidegate.core.vocabulary import LimitAction, LimitKind, RefusalCode

INTERVAL_SECONDS_MAX = 3600
_LISTS = frozenset({LimitKind.ALLOWED_SYMBOLS, LimitKind.RESTRICTED_SYMBOLS})
_PARTS = frozenset({LimitKind.PRICE_COLLAR, LimitKind.DRAWDOWN})
_OVER_TIME = frozenset(
    {
        LimitKind.ORDERS_PER_INTERVAL,
        LimitKind.NOTIONAL_PER_INTERVAL,
        LimitKind.REJECTIONS_PER_INTERVAL,
        LimitKind.DUPLICATE_ORDERS,
        LimitKind.REPEATED_EXECUTIONS,
    }
)
_COUNTS = frozenset(_OVER_TIME - {LimitKind.NOTIONAL_PER_INTERVAL} | {LimitKind.OPEN_ORDERS, LimitKind.UNKNOWN_ORDERS})
_LOSSES = frozenset({LimitKind.DAILY_LOSS, LimitKind.DRAWDOWN})
_AT_VENUES = frozenset({LimitKind.BREAK_VALUE, LimitKind.UNKNOWN_ORDERS})
# The others are about single orders: what they refuse has not happened, so there is nothing more to stop.
_ACTING = (
    _LOSSES
    | _AT_VENUES
    | {
        LimitKind.REJECTIONS_PER_INTERVAL,
        LimitKind.REPEATED_EXECUTIONS,
        LimitKind.POSITION_QUANTITY,
        LimitKind.POSITION_NOTIONAL,
        LimitKind.ASSET_EXPOSURE,
        LimitKind.GROSS_EXPOSURE,
        LimitKind.NET_EXPOSURE,
        LimitKind.LEVERAGE,
    }
)
_LOSS_SCOPES = frozenset({(), ("exchange",), ("account_id",), ("user_id",), ("user_id", "account_id")})


def wrong_with(desk: Desk, limits: tuple[RiskLimit, ...]) -> Refusal | None:
    """The first thing that does not go about a set, by the limit's name."""
    seen: set[str] = set()
    for limit in limits:
        wrong = "another limit has the same limit_id: choose another" if limit.limit_id in seen else _wrong(limit)
        if wrong is not None:
            return _refuse(RefusalCode.LIMIT_NOT_ALLOWED, limit, wrong)
        if (unknown := unknown_in(desk, limit.scope)) is not None:
            return _refuse(RefusalCode.SCOPE_NOT_FOUND, limit, unknown)
        seen.add(limit.limit_id)
    return None


def _refuse(code: RefusalCode, limit: RiskLimit, wrong: str) -> Refusal:
    return Refusal(code=code, message=f"limit {limit.limit_id or '(without a limit_id)'}: {wrong}")


def _wrong(limit: RiskLimit) -> str | None:
    if not limit.limit_id.strip():
        return "give it a limit_id: refusals and warnings name it"
    return next((wrong for rule in _RULES if (wrong := rule(limit)) is not None), None)


def _value(limit: RiskLimit) -> str | None:
    kind, value = limit.kind, limit.value
    if kind in _LISTS:
        return None if value is None else f"{kind} takes symbols and no value"
    if value is None:
        return f"{kind} needs a value"
    if not is_workable(value):
        return "the value has more digits than the desk works with"
    if value < 0 or (value == 0 and kind is not LimitKind.PROTECTION_REQUIRED):
        return "the value must be above zero"
    if kind in _PARTS and value > ONE:
        return f'the value of {kind} is a part, at most 1: "0.05" is five percent'
    if kind in _COUNTS and value != value.to_integral_value():
        return f"{kind} counts: the value must be a whole number"
    return None


def _interval(limit: RiskLimit) -> str | None:
    seconds = limit.interval_seconds
    if limit.kind not in _OVER_TIME:
        return None if seconds is None else f"{limit.kind} does not count over time: leave interval_seconds out"
    if seconds is None or not 1 <= seconds <= INTERVAL_SECONDS_MAX:
        return f"{limit.kind} needs interval_seconds from 1 to {INTERVAL_SECONDS_MAX}"
    return None


def _symbols(limit: RiskLimit) -> str | None:
    if limit.kind not in _LISTS:
        return f"{limit.kind} takes no symbols: name one in the scope" if limit.symbols else None
    if not limit.symbols or not all(limit.symbols):
        return f"{limit.kind} needs symbols, for example BTC/USDT"
    return None


def _scope(limit: RiskLimit) -> str | None:
    named = tuple(name for name in limit.scope.__struct_fields__ if getattr(limit.scope, name) is not None)
    if limit.kind in _LOSSES and named not in _LOSS_SCOPES:
        return f"{limit.kind} is about the desk, an exchange, an account, a user, or a user's part of an account"
    if limit.kind in _AT_VENUES and {"role", "user_id"} & {*named}:
        return f"{limit.kind} is about accounts, not about users: name an account or an exchange"
    if limit.kind is LimitKind.UNKNOWN_ORDERS and limit.scope.symbol is not None:
        return f"{limit.kind} counts by account, whatever the symbol: name an account or an exchange"
    return None


def _action(limit: RiskLimit) -> str | None:
    if limit.action is LimitAction.REFUSE or limit.kind in _ACTING:
        return None
    return f"{limit.kind} only refuses orders: its action can be nothing else than refuse"


def _attached_stop(limit: RiskLimit) -> str | None:
    if limit.attach_stop_ratio is None:
        return None
    if limit.kind is not LimitKind.PROTECTION_REQUIRED:
        return f"attach_stop_ratio belongs to protection_required, not to {limit.kind}"
    if not (is_workable(limit.attach_stop_ratio) and ZERO < limit.attach_stop_ratio < ONE):
        return 'attach_stop_ratio must be between 0 and 1: "0.02" is two percent from the price'
    return None


def _warnings(limit: RiskLimit) -> str | None:
    levels: list[Decimal] = [*limit.warn_at]
    is_part = all(is_workable(level) and ZERO < level <= ONE for level in levels)
    if not is_part or levels != sorted(set(levels)):
        return 'warn_at must be parts of the limit, above 0 and at most 1, ascending: ["0.8", "0.95"]'
    return None


_RULES: tuple[Callable[[RiskLimit], str | None], ...] = (
    _value,
    _interval,
    _symbols,
    _scope,
    _action,
    _attached_stop,
    _warnings,
)
