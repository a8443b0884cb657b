"""Small values that several messages carry."""

from decimal import Decimal

import msgspec

from tidegate.core.identifiers import OrderId
from tidegate.core.vocabulary import RefusalCode


class Fee(msgspec.Struct, frozen=True, gc=False):
    """A cost in some asset; negative for a rebate."""

    asset: str
    amount: Decimal


class Refusal(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The desk's own no: a stable code, a sentence that says what to do, and the limit beside the actual figure."""

    code: RefusalCode
    message: str
    limit: str | None = None
    actual: str | None = None
    order_id: OrderId | None = None


class VenueBalance(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What a venue says an account holds of one asset."""

    asset: str
    free: Decimal
    locked: Decimal
