"""How venues write amounts and times, and how they become ours."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from tidegate.core.messages.values import Fee

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
# What any market can need. Beyond it, products and quotients of two amounts would leave the desk's decimal context, and
# an engine that stops on a number would stop on it again after every restart.
_MAGNITUDES = range(-20, 22)
_FRACTION_DIGITS_MAX = 40


class MalformedError(ValueError):
    """Something that a venue sent lacks what its documentation promises."""


class UnlistedError(MalformedError):
    """An answer is about an instrument that the venue's listing lacks: delisted, or none that the desk trades."""


def amount(value: Any) -> Decimal:
    """An exact decimal of a workable size from a venue's string or integer; `MalformedError` for anything else."""
    if isinstance(value, str | int) and not isinstance(value, bool):
        try:
            parsed = Decimal(value)
        except InvalidOperation:
            parsed = Decimal("NaN")
        if _is_workable(parsed):
            return parsed
    raise MalformedError(f"{value!r:.80} is not an amount")


def _is_workable(value: Decimal) -> bool:
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int) or exponent < -_FRACTION_DIGITS_MAX:
        return False
    return not value or value.adjusted() in _MAGNITUDES


def amount_or_zero(value: Any) -> Decimal:
    """The same, where venues leave a zero away."""
    return Decimal(0) if value in (None, "") else amount(value)


def amount_or_none(value: Any) -> Decimal | None:
    """The same, where a venue that leaves it away says nothing."""
    return None if value in (None, "") else amount(value)


def text(message: Any, key: str) -> str:
    """A field that must be there and not empty, as a string."""
    value = message.get(key) if isinstance(message, dict) else None
    if value is None or value == "" or isinstance(value, dict | list):
        raise MalformedError(f"{key} is missing")
    written = str(value)
    if not written.isprintable():
        raise MalformedError(f"{key} is unreadable: {written!r:.80}")
    return written


def sentence(value: Any) -> str:
    """What a venue says for people, without the characters that no database or terminal should get."""
    said = str(value)
    if said.isprintable():
        return said
    return "".join(character if character.isprintable() else " " for character in said)


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
    if not asset.isprintable():
        raise MalformedError(f"a fee's asset is unreadable: {asset!r:.80}")
    return (Fee(asset=asset, amount=charged),) if charged else ()
