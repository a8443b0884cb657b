"""How Bybit's orders stand and end."""

from decimal import Decimal
from typing import Any

import msgspec
import pytest

from tidegate.core.vocabulary import Exchange, RejectReason, VenueOrderStatus
from tidegate.venues.bybit.endings import standing_of
from tidegate.venues.values import MalformedError
from venue_bybit_rows import order, stop
from venue_unit_helpers import pair, perpetual

PAIR, CONTRACT = pair(Exchange.BYBIT), perpetual(Exchange.BYBIT)
CANCELED, EXPIRED, REJECTED = VenueOrderStatus.CANCELED, VenueOrderStatus.EXPIRED, VenueOrderStatus.REJECTED


@pytest.mark.parametrize("word", ["New", "PartiallyFilled", "Untriggered", "Triggered"])
def test_what_works_or_waits_is_open(word: str) -> None:
    assert standing_of(order(orderStatus=word), PAIR) == (VenueOrderStatus.OPEN, None, "")


def test_what_has_filled_is_filled() -> None:
    assert standing_of(order(orderStatus="Filled", cumExecQty="0.02"), PAIR).status is VenueOrderStatus.FILLED


@pytest.mark.parametrize(
    ("changes", "status", "reason"),
    [
        ({"rejectReason": "EC_PerCancelRequest", "cancelType": "CancelByUser"}, CANCELED, RejectReason.USER_REQUEST),
        ({"cancelType": "CancelByUser", "timeInForce": "IOC"}, CANCELED, RejectReason.USER_REQUEST),
        ({}, CANCELED, RejectReason.CANCELED_AT_VENUE),
        ({"rejectReason": "EC_NoImmediateQtyToFill", "timeInForce": "IOC"}, EXPIRED, RejectReason.EXPIRED_AT_VENUE),
        ({"rejectReason": "EC_CancelForNoFullFill", "timeInForce": "FOK"}, EXPIRED, RejectReason.EXPIRED_AT_VENUE),
        ({"timeInForce": "IOC"}, EXPIRED, RejectReason.EXPIRED_AT_VENUE),
        ({"rejectReason": "EC_PostOnlyWillTakeLiquidity"}, REJECTED, RejectReason.IMMEDIATE_MATCH_REFUSED),
        ({"rejectReason": "EC_BySelfMatch", "cancelType": "CancelBySmp"}, CANCELED, RejectReason.CANCELED_AT_VENUE),
        ({"cancelType": "CancelByReduceOnly"}, CANCELED, RejectReason.POSITION_CLOSED),
        ({"cancelType": "CancelByCannotAffordOrderCost"}, CANCELED, RejectReason.INSUFFICIENT_FUNDS),
        (
            {"cancelType": "CancelAllBeforeLiq", "rejectReason": "EC_PerCancelRequest"},
            CANCELED,
            RejectReason.CANCELED_AT_VENUE,
        ),
    ],
)
def test_a_canceled_order_says_why(changes: dict[str, str], status: VenueOrderStatus, reason: RejectReason) -> None:
    standing = standing_of(order(orderStatus="Cancelled", **changes), PAIR)
    assert (standing.status, standing.reason) == (status, reason)


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("EC_PostOnlyWillTakeLiquidity", RejectReason.IMMEDIATE_MATCH_REFUSED),
        ("EC_InsufficientBalance", RejectReason.INSUFFICIENT_FUNDS),
        ("EC_InvalidSymbolStatus", RejectReason.INSTRUMENT_NOT_TRADABLE),
        ("EC_ReachRiskPriceLimit", RejectReason.OUTSIDE_VENUE_RULES),
        ("EC_Others", RejectReason.VENUE_ERROR),
        ("EC_SomethingNew", RejectReason.VENUE_ERROR),
    ],
)
def test_an_accepted_order_that_is_refused_after_all_is_rejected_for_a_reason(word: str, reason: RejectReason) -> None:
    standing = standing_of(order(orderStatus="Rejected", rejectReason=word), PAIR)
    assert (standing.status, standing.reason) == (REJECTED, reason)
    assert standing.message


def test_a_conditional_order_that_cannot_be_paid_for_is_rejected_for_that() -> None:
    for status in ("Cancelled", "Rejected"):
        standing = standing_of(stop(orderStatus=status, rejectReason="EC_Others"), CONTRACT)
        assert (standing.status, standing.reason) == (REJECTED, RejectReason.INSUFFICIENT_FUNDS)


def test_what_has_traded_was_not_rejected() -> None:
    standing = standing_of(
        order(orderStatus="Rejected", rejectReason="EC_InvalidSymbolStatus", cumExecQty="0.01"), PAIR
    )
    assert (standing.status, standing.reason) == (CANCELED, RejectReason.INSTRUMENT_NOT_TRADABLE)


def by_quote(quantity: str, spent: str, **changes: Any) -> dict[str, Any]:
    """A market buy for an amount of quote that Bybit has ended."""
    return order(
        orderStatus="PartiallyFilledCanceled", orderType="Market", price="0", timeInForce="IOC", marketUnit="quoteCoin",
        qty=quantity, cumExecQty="0.00153", cumExecValue=spent, rejectReason="EC_CancelForNoFullFill",
    ) | changes  # fmt: skip


def test_a_buy_by_quote_whose_rest_buys_no_lot_is_filled() -> None:
    """A lot of 0.00001 BTC costs 0.65 at the average price of 65,000."""
    assert standing_of(by_quote("100", "99.45"), PAIR) == (VenueOrderStatus.FILLED, None, "")
    assert standing_of(by_quote("100", "99.45", marketUnit=""), PAIR).status is VenueOrderStatus.FILLED
    assert standing_of(by_quote("102", "99.45"), PAIR).status is EXPIRED


def test_a_rest_below_the_smallest_order_buys_nothing_either() -> None:
    coarse = msgspec.structs.replace(PAIR, quantity_min=Decimal("0.0001"))
    assert standing_of(by_quote("102", "99.45"), coarse).status is VenueOrderStatus.FILLED
    assert standing_of(by_quote("110", "99.45"), coarse).status is EXPIRED


def test_an_order_by_quantity_that_leaves_something_is_not_filled() -> None:
    row = by_quote("0.00154", "99.45", marketUnit="baseCoin")
    assert standing_of(row, PAIR).status is EXPIRED
    contract = by_quote("0.154", "99.45", marketUnit="", orderStatus="Cancelled")
    assert standing_of(contract, CONTRACT).status is EXPIRED


def test_an_unknown_status_is_a_fault() -> None:
    with pytest.raises(MalformedError, match="Dreaming"):
        standing_of(order(orderStatus="Dreaming"), PAIR)
