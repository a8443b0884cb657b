"""A set of limits in a file, TOML or JSON: as people write it, or as `tidegate risk limits show --json` printed it."""

import json
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, cast

if TYPE_CHECKING:
    from tidegate.client.risk_calls import RiskLimitFields

_FIELDS = frozenset({"version", "limits"})
_SHOWN = frozenset({"set_at", "set_by", "approved_by", "message"})  # What a set that was shown says beside.
_AMOUNTS = ("value", "attach_stop_ratio")


class LimitFileError(Exception):
    """The file holds no set of limits; the message says why."""


class LimitFile(NamedTuple):
    """The limits of a file, and which version they are to replace."""

    limits: "list[RiskLimitFields]"
    version: int | None


def read_limits(path: Path) -> LimitFile:
    """The set in a file. Raises `LimitFileError`."""
    try:
        text = path.read_text()
        is_json = path.suffix == ".json" or text.lstrip().startswith("{")
        found = (json.loads if is_json else tomllib.loads)(text, parse_float=Decimal)
    except (OSError, ValueError) as error:  # Neither format's errors are anything else.
        raise LimitFileError(f"{path} cannot be read: {error}") from error
    if not isinstance(found, dict) or not isinstance(found.get("limits"), list):
        raise LimitFileError(f"{path} holds no limits: write [[limits]] (TOML), or {{'limits': [...]}} (JSON)")
    if unknown := sorted(found.keys() - _FIELDS - _SHOWN):
        raise LimitFileError(f"{path} says {', '.join(unknown)} beside its limits: what is that?")
    version = found.get("version")
    if version is not None and (not isinstance(version, int) or isinstance(version, bool)):
        raise LimitFileError(f"{path}: version is a whole number, that of the set to replace")
    return LimitFile([_limit(path, limit) for limit in found["limits"]], version)


def _limit(path: Path, limit: Any) -> "RiskLimitFields":
    """A limit with its amounts as they are written: a file's number is exact."""
    if not isinstance(limit, dict):
        raise LimitFileError(f"{path}: a limit is a table with limit_id, kind and value, not {limit!r}")
    exact = {name: _exact(value) if name in _AMOUNTS else value for name, value in limit.items()}
    if isinstance(levels := limit.get("warn_at"), list):
        exact["warn_at"] = [_exact(level) for level in levels]
    return cast("RiskLimitFields", exact)


def _exact(value: Any) -> Any:
    is_number = isinstance(value, Decimal | int) and not isinstance(value, bool)
    return format(Decimal(value), "f") if is_number else value
