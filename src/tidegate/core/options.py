"""The options that hardly any order has, which are handed on only where it has one.

The other fields are as many as a call takes at its best. CPython hands up to 28 keywords over directly where what is
called is an attribute of an attribute (`messages.events.OrderCreated(...)`). It makes a dictionary of them first, at
twice the cost, where they are more, or more than 15 and what is called has a plain name.
"""

from typing import Any

from tidegate.core.messages.commands import PlaceOrder
from tidegate.core.messages.events import OrderCreated
from tidegate.core.vocabulary import OffsetUnit

OPTIONS = ("trailing_offset", "trailing_offset_unit", "parent_order_id", "leg", "rule_id", "expires_at")
_USUAL_UNIT = OffsetUnit.PRICE


def has_options(asked: PlaceOrder | OrderCreated) -> bool:
    """Whether an order trails, ends on a date, or is derived by the desk itself."""
    return (
        asked.trailing_offset is not None
        or asked.parent_order_id is not None
        or asked.leg is not None
        or asked.rule_id is not None
        or asked.expires_at is not None
        or asked.trailing_offset_unit is not _USUAL_UNIT
    )


def options_of(asked: PlaceOrder | OrderCreated) -> dict[str, Any]:
    """These options by name."""
    return {name: getattr(asked, name) for name in OPTIONS}
