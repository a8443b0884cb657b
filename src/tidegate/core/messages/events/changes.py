"""What was asked of a working order, and what came of it; how its protection changed."""

from datetime import datetime
from decimal import Decimal

import msgspec

from tidegate.core.identifiers import (
    OrderId,
)
from tidegate.core.messages.values import Amendment, Protection
from tidegate.core.vocabulary import (
    Correction,
    RefusalCode,
    RejectReason,
)


class OrderAdjusted(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """A corrective action: the desk put the order's quantity or price right, as its user allows. Not yet sent so.

    While the order is being changed, it is what was asked that was put right; `reserve_price` prices that.
    """

    at: datetime
    order_id: OrderId
    correction: Correction
    quantity: Decimal | None
    price: Decimal | None
    trigger_price: Decimal | None
    message: str
    reserve_price: Decimal | None = None


class AmendRequested(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """The order is to change. `in_place`: at the venue as it stands; otherwise it is canceled and the rest sent again.

    The reservation covers the worse of what it is and what it is to be; `reserve_price` prices the latter.
    `request_expires_at` ends an amendment in place at the venue, `retry_until` all tries to carry the change out.
    """

    at: datetime
    order_id: OrderId
    by: str
    amendment: int
    asked: Amendment
    in_place: bool
    reserved_quantity: Decimal
    reserve_price: Decimal | None
    request_expires_at: datetime
    retry_until: datetime


class AmendPostponed(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """The order is proven to be as before; the same change is asked for again at `retry_at`."""

    at: datetime
    order_id: OrderId
    amendment: int
    reason: RejectReason
    message: str
    retry_at: datetime
    venue_code: str | None = None


class OrderAmended(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """The order is this now: all figures, changed or not, and the reservation that follows from them."""

    at: datetime
    order_id: OrderId
    amendment: int
    quantity: Decimal | None
    price: Decimal | None
    trigger_price: Decimal | None
    reserved_quantity: Decimal
    reserve_price: Decimal | None = None
    message: str = ""


class AmendFailed(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """The order stands as before the request, and so does its reservation."""

    at: datetime
    order_id: OrderId
    amendment: int
    reason: RejectReason
    message: str
    reserved_quantity: Decimal
    venue_code: str | None = None


class OrderRestated(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """The venue, or somebody there, changed the order without being asked by us (FIX restated): all figures."""

    at: datetime
    order_id: OrderId
    quantity: Decimal | None
    price: Decimal | None
    trigger_price: Decimal | None
    reserved_quantity: Decimal
    message: str
    reserve_price: Decimal | None = None


class RulesChanged(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """By the venue's new rules the order could not be placed as it stands. Nothing was done about it: it may work on.

    `code`, `limit` and `actual` are those of the refusal that such an order would meet now.
    """

    at: datetime
    order_id: OrderId
    code: RefusalCode
    message: str
    limit: str | None = None
    actual: str | None = None


class ProtectionChanged(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """What protects the order is this from now on, both legs of it: figures follow a leg that was moved, a leg that
    failed is made again, one that a person canceled is None and is not."""

    at: datetime
    order_id: OrderId
    stop_loss: Protection | None
    take_profit: Protection | None
    message: str


class ProtectionEnded(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """What the order filled needs no protection any more."""

    at: datetime
    order_id: OrderId
    message: str


class CancelRequested(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """Somebody, or a rule, asked for the order's end. `reason` is what the order ends with once it is canceled."""

    at: datetime
    order_id: OrderId
    by: str
    reason: RejectReason = RejectReason.USER_REQUEST


class CancelRefused(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """The venue did not cancel; the order stands as before."""

    at: datetime
    order_id: OrderId
    reason: RejectReason
    message: str
    venue_code: str | None = None
