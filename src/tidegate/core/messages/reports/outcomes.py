"""What came of one send, one cancel or one change: each names the order and, but for a cancel, the attempt."""

from datetime import datetime

import msgspec

from tidegate.core.identifiers import AccountId, ExchangeOrderId, OrderId
from tidegate.core.vocabulary import RejectReason


class OrderAccepted(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """The venue took the order. On OKX and Bybit a refusal may still follow on the stream."""

    at: datetime
    account_id: AccountId
    order_id: OrderId
    attempt: int
    exchange_order_id: ExchangeOrderId


class OrderRefused(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """The answer proves that this attempt was not placed. `retryable`: the same order may be tried again later."""

    at: datetime
    account_id: AccountId
    order_id: OrderId
    attempt: int
    retryable: bool
    reason: RejectReason
    message: str
    venue_code: str | None = None
    retry_after_seconds: float | None = None


class SendOutcomeUnknown(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """The order may rest at the venue: a time-out, a lost connection, an ambiguous code, a duplicate id."""

    at: datetime
    account_id: AccountId
    order_id: OrderId
    attempt: int
    message: str
    venue_code: str | None = None


class CancelAccepted(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """The venue took the cancel request; the order's end is told by an order report."""

    at: datetime
    account_id: AccountId
    order_id: OrderId


class CancelFailed(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """The cancel did not go through, or nobody knows. `final`: the venue says the order is closed, or unknown to it."""

    at: datetime
    account_id: AccountId
    order_id: OrderId
    final: bool
    reason: RejectReason
    message: str
    venue_code: str | None = None
    retry_after_seconds: float | None = None


class AmendAccepted(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """The venue took the amendment and the order is what was asked."""

    at: datetime
    account_id: AccountId
    order_id: OrderId
    attempt: int
    amendment: int


class AmendRefused(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """The answer proves that the order is as before. `retryable`: the same may be asked again later.

    `final`: the venue says that the order has ended, or is unknown to it.
    """

    at: datetime
    account_id: AccountId
    order_id: OrderId
    attempt: int
    amendment: int
    retryable: bool
    reason: RejectReason
    message: str
    final: bool = False
    venue_code: str | None = None
    retry_after_seconds: float | None = None


class AmendOutcomeUnknown(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """Nobody knows whether the order was changed: its look-up tells by its figures."""

    at: datetime
    account_id: AccountId
    order_id: OrderId
    attempt: int
    amendment: int
    message: str
    venue_code: str | None = None


AmendReport = AmendAccepted | AmendRefused | AmendOutcomeUnknown


OutcomeReport = OrderAccepted | OrderRefused | SendOutcomeUnknown | CancelAccepted | CancelFailed | AmendReport
