"""People are warned while a limit fills up, once at each of its levels, and told when it is well below them again."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal

import msgspec

from tidegate.core.desk import Desk
from tidegate.core.messages.events import Event, LimitWarned
from tidegate.core.messages.risk_values import LimitUse, RiskLimit, Scope
from tidegate.core.money import ZERO
from tidegate.core.risk.uses import uses
from tidegate.core.vocabulary import LimitKind

_FIELDS = {"user": "user_id", "account": "account_id"}  # Where a scope's key is shorter than its field.
_LEFT_OUT_AT_ZERO = frozenset({LimitKind.POSITION_QUANTITY, LimitKind.POSITION_NOTIONAL, LimitKind.ASSET_EXPOSURE})


def warnings(desk: Desk, used: Iterable[LimitUse], at: datetime) -> list[Event]:
    """A warning for every level that is reached for the first time since the limit was below all of them.

    `used` says how far limits are used up.
    """
    limits = {limit.limit_id: limit for limit in desk.risk.limits if limit.warn_at}
    if not limits:
        return []
    found = {_key(use): use for use in used if use.limit_id in limits}
    found.update((_key(use), use) for use in _emptied(desk, limits) if _key(use) not in found)
    return [
        _warned(desk, use, level, at)
        for key, use in found.items()
        if (level := _level_to_tell(limits[use.limit_id], use, desk.risk.warned.get(key, ZERO))) is not None
    ]


def taken_back(desk: Desk, limits: tuple[RiskLimit, ...], at: datetime) -> list[Event]:
    """The end of warnings of limits that another set leaves out: if they ever come again, they warn as new ones."""
    kept = {limit.limit_id for limit in limits}
    left_out = {limit.limit_id: limit for limit in desk.risk.limits if limit.limit_id not in kept}
    actual = {_key(use): use for use in uses(desk, at)}
    return [_warned(desk, actual.get(_key(use), use), ZERO, at) for use in _told(desk, left_out)]


def _key(use: LimitUse) -> tuple[str, str]:
    """What a warning is remembered by."""
    return use.limit_id, use.scope.key


def _level_to_tell(limit: RiskLimit, use: LimitUse, told: Decimal) -> Decimal | None:
    """Upwards each level; downwards only that it is below all of them, so that nobody is told back and forth."""
    used = use.utilization or ZERO
    level = max((level for level in limit.warn_at if used >= level), default=ZERO)
    return level if level > told or (told and not level) else None


def _warned(desk: Desk, use: LimitUse, level: Decimal, at: datetime) -> LimitWarned:
    return LimitWarned(
        at=at,
        limit_id=use.limit_id,
        kind=use.kind,
        version=desk.risk.version,
        scope=use.scope,
        level=level,
        limit=use.limit,
        actual=use.actual,
    )


def _emptied(desk: Desk, limits: dict[str, RiskLimit]) -> Iterator[LimitUse]:
    """What people were warned of, as it is once nothing of it is left: then it is in no list of uses any more."""
    return (use for use in _told(desk, limits) if use.kind in _LEFT_OUT_AT_ZERO)


def _told(desk: Desk, limits: dict[str, RiskLimit]) -> Iterator[LimitUse]:
    """What people were warned of, as if nothing of it were left."""
    for (limit_id, scope_key), level in desk.risk.warned.items():
        limit = limits.get(limit_id)
        if level and limit is not None and limit.value is not None:
            yield LimitUse(
                limit_id=limit_id,
                kind=limit.kind,
                scope=_scope_of(scope_key),
                limit=limit.value,
                actual=ZERO,
                utilization=ZERO,
            )


def _scope_of(key: str) -> Scope:
    """The scope with this key."""
    named = dict(part.split(":", 1) for part in key.split("|") if ":" in part)
    return msgspec.convert({_FIELDS.get(name, name): value for name, value in named.items()}, Scope)
