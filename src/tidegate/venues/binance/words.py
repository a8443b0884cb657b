"""Binance's words that spot and futures share, and ours for them."""

from decimal import Decimal
from typing import Any

from tidegate.core.vocabulary import PositionSide, RejectReason, Side, TimeInForce, VenueOrderStatus
from tidegate.venues.outcomes import CallFailed, Verdict
from tidegate.venues.values import MalformedError, amount_or_zero, cost

STATUSES = {
    "NEW": VenueOrderStatus.OPEN,
    "PENDING_NEW": VenueOrderStatus.OPEN,
    "PARTIALLY_FILLED": VenueOrderStatus.OPEN,
    "PENDING_CANCEL": VenueOrderStatus.OPEN,
    "FILLED": VenueOrderStatus.FILLED,
    "CANCELED": VenueOrderStatus.CANCELED,
    "REJECTED": VenueOrderStatus.REJECTED,
    "EXPIRED": VenueOrderStatus.EXPIRED,
    "EXPIRED_IN_MATCH": VenueOrderStatus.EXPIRED,
    # Of the venue's own orders in futures: what a liquidation leaves to the insurance fund, and auto-deleveraging.
    "NEW_INSURANCE": VenueOrderStatus.OPEN,
    "NEW_ADL": VenueOrderStatus.OPEN,
}
ENDINGS = {
    VenueOrderStatus.CANCELED: RejectReason.CANCELED_AT_VENUE,
    VenueOrderStatus.REJECTED: RejectReason.VENUE_ERROR,
    VenueOrderStatus.EXPIRED: RejectReason.EXPIRED_AT_VENUE,
}
"""Why an order ended, as far as its status tells."""

SIDES = {Side.BUY: "BUY", Side.SELL: "SELL"}
TIMES_IN_FORCE = {TimeInForce.GTC: "GTC", TimeInForce.IOC: "IOC", TimeInForce.FOK: "FOK"}
POSITION_SIDES = {PositionSide.NET: "BOTH", PositionSide.LONG: "LONG", PositionSide.SHORT: "SHORT"}
_OUR_SIDES = {word: side for side, word in SIDES.items()}
_OUR_POSITION_SIDES = {word: side for side, word in POSITION_SIDES.items()}


def status_of(word: Any) -> VenueOrderStatus:
    """Our word for Binance's; raises `MalformedError` for one never seen before."""
    status = STATUSES.get(word)
    if status is None:
        raise MalformedError(f"unknown order status {word!r}")
    return status


def side_of(word: Any) -> Side:
    """Our word for Binance's side."""
    side = _OUR_SIDES.get(word)
    if side is None:
        raise MalformedError(f"unknown side {word!r}")
    return side


def position_side_of(word: Any) -> PositionSide:
    """Our word for Binance's position side; accounts in one-way mode may leave it away."""
    side = PositionSide.NET if word is None else _OUR_POSITION_SIDES.get(word)
    if side is None:
        raise MalformedError(f"unknown position side {word!r}")
    return side


def figure(value: Any) -> Decimal | None:
    """An amount; None for what Binance writes as zero or leaves away."""
    return amount_or_zero(value) or None


def fee(asset: Any, charged: Any) -> Any:
    """A fee as a cost; none where no asset is named."""
    value = amount_or_zero(charged)
    return cost(str(asset), value) if asset else ()


def how_it_ended(status: VenueOrderStatus, time_in_force: Any) -> str:
    """A sentence about an end that the order's own terms explain."""
    if status is VenueOrderStatus.EXPIRED and time_in_force in ("IOC", "FOK"):
        return f"what an {time_in_force} order could not fill at once expired"
    return ""


def inexpressible(message: str) -> CallFailed:
    """A refusal on the venue's behalf, before anything is sent."""
    return CallFailed(Verdict.REFUSED, RejectReason.INVALID_PARAMETERS, message)
