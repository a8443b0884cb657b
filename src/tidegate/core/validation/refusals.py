"""How validation says no: a code, a sentence that says what would be right, and the figures."""

from collections.abc import Iterable
from decimal import Decimal

from tidegate.core.messages.values import Refusal
from tidegate.core.money import plain
from tidegate.core.vocabulary import RefusalCode


def refuse(code: RefusalCode, message: str, limit: Decimal | None = None, actual: Decimal | None = None) -> Refusal:
    """A refusal, with the limit beside the actual figure where there are two."""
    return Refusal(
        code=code,
        message=message,
        limit=None if limit is None else plain(limit),
        actual=None if actual is None else plain(actual),
    )


def unsupported(code: RefusalCode, asked: str, supported: Iterable[str]) -> Refusal:
    """What was asked is not to be had, and this is."""
    return refuse(code, f"{asked} is not supported here; supported: {', '.join(supported)}")
