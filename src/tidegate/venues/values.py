"""How venues write amounts and times, and how they become ours."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from tidegate.core.messages.values import Fee

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


class MalformedError(ValueError):
    """Something that a venue sent lacks what its documentation promises."""


def amount(value: Any) -> Decimal:
    """An exact, finite decimal from a venue's string or integer; raises `MalformedError` for anything else."""
    if isinstance(value, str | int) and not isinstance(value, bool):
        try:
            parsed = Decimal(value)
        except InvalidOperation:
            parsed = Decimal("NaN")
        if parsed.is_finite():
            return parsed
    raise MalformedError(f"{value!r} is not an amount")


def amount_or_zero(value: Any) -> Decimal:
    """The same, where venues leave a zero away."""
    return Decimal(0) if value in (None, "") else amount(value)


def text(message: Any, key: str) -> str:
    """A field that must be there and not empty, as a string."""
    value = message.get(key) if isinstance(message, dict) else None
    if value is None or value == "" or isinstance(value, dict | list):
        raise MalformedError(f"{key} is missing")
    return str(value)


def rows(message: Any) -> list[Any]:
    """A list of objects, as venues send listings."""
    if not isinstance(message, list) or not all(isinstance(row, dict) for row in message):
        raise MalformedError("a list of objects was expected")
    return message


def instant(milliseconds: Any) -> datetime:
    """A time from the milliseconds since 1970 that venues send."""
    try:
        return _EPOCH + timedelta(milliseconds=int(milliseconds))
    except (TypeError, ValueError, OverflowError) as error:
        raise MalformedError(f"{milliseconds!r} is not a time") from error


def milliseconds(moment: datetime) -> int:
    """The milliseconds since 1970, rounded down."""
    return (moment - _EPOCH) // _MILLISECOND


def cost(asset: str, charged: Decimal) -> tuple[Fee, ...]:
    """A fee as a cost; none when nothing was charged."""
    return (Fee(asset=asset, amount=charged),) if charged else ()
