"""OKX: signing, and what its errors prove."""

from typing import Any

import pytest

from tidegate.core.vocabulary import Exchange, RejectReason
from tidegate.ports import VenueCredentials
from tidegate.venues.client import Refusal, SignedValidity
from tidegate.venues.okx import wire
from tidegate.venues.okx.errors import ERRORS
from tidegate.venues.outcomes import Verdict
from tidegate.venues.transport import Taps, open_exchange


@pytest.mark.parametrize(
    ("payload", "refusal"),
    [
        ({"code": "0", "data": [{"ordId": "1", "sCode": "0", "sMsg": ""}], "msg": ""}, None),
        (
            {
                "code": "1",
                "data": [{"ordId": "", "sCode": "51008", "sMsg": "Insufficient"}],
                "msg": "All operations failed",
            },
            Refusal("51008", "Insufficient"),
        ),
        ({"code": "51603", "data": [], "msg": "Order does not exist"}, Refusal("51603", "Order does not exist")),
        ({"code": "50011", "msg": "Too Many Requests"}, Refusal("50011", "Too Many Requests")),
        ({"code": "0", "data": [], "msg": ""}, None),
        ([], None),
    ],
)
def test_an_items_own_code_is_the_result(payload: Any, refusal: Refusal | None) -> None:
    assert wire.refusal_in(payload) == refusal


@pytest.mark.parametrize(
    ("endpoint", "signed_at", "expiry"),
    [(wire.PLACE, "2026-03-01T12:00:00.000Z", "1772366403000"), (wire.PLACE_ALGO, "2026-03-01T11:59:33.000Z", None)],
)
async def test_a_request_dies_at_okx_with_its_validity(endpoint: Any, signed_at: str, expiry: str | None) -> None:
    credentials = VenueCredentials(api_key="k", secret="s", passphrase="p")
    exchange = open_exchange(Exchange.OKX, Taps(), credentials=credentials)
    validity = SignedValidity(1_772_366_400_000, 1_772_366_403_000)
    signed = wire.sign(exchange, endpoint, {"instId": "BTC-USDT", "clOrdId": "x"}, validity)
    await exchange.close()
    assert signed["headers"]["OK-ACCESS-TIMESTAMP"] == signed_at
    assert signed["headers"].get("expTime") == expiry
    assert exchange.signed_at_ms is None


@pytest.mark.parametrize(
    ("code", "message", "verdict", "reason"),
    [
        ("51065", "algoClOrdId already exists.", Verdict.UNKNOWN, RejectReason.DUPLICATE_ORDER_ID),
        ("51016", "Client order ID already exists.", Verdict.UNKNOWN, RejectReason.DUPLICATE_ORDER_ID),
        ("51279", "TP trigger price", Verdict.REFUSED, RejectReason.IMMEDIATE_MATCH_REFUSED),
        ("51280", "SL trigger price", Verdict.REFUSED, RejectReason.IMMEDIATE_MATCH_REFUSED),
        ("51169", "no position", Verdict.REFUSED, RejectReason.POSITION_CLOSED),
        ("51008", "Insufficient", Verdict.REFUSED, RejectReason.INSUFFICIENT_FUNDS),
        ("51503", "filled or canceled", Verdict.ABSENT, RejectReason.UNKNOWN_ORDER),
        ("51416", "has been triggered", Verdict.CLOSED, RejectReason.TOO_LATE),
        ("51412", "Cancellation timed out, please try again later.", Verdict.UNKNOWN, RejectReason.VENUE_OVERLOADED),
        ("51412", "The order has been triggered and can't be canceled.", Verdict.CLOSED, RejectReason.TOO_LATE),
        ("51410", "already in canceling status", Verdict.CANCELING, RejectReason.TOO_LATE),
        ("50004", "timeout", Verdict.UNKNOWN, RejectReason.VENUE_OVERLOADED),
        ("51054", "timed out", Verdict.UNKNOWN, RejectReason.VENUE_OVERLOADED),
        ("59669", "cancel algo orders first", Verdict.REFUSED, RejectReason.OUTSIDE_VENUE_RULES),
        ("99999", "never heard of", Verdict.UNKNOWN, RejectReason.VENUE_ERROR),
    ],
)
def test_each_code_proves_what_okx_documents(code: str, message: str, verdict: Verdict, reason: RejectReason) -> None:
    assert ERRORS.judge(200, code, message) == (verdict, reason)


def test_a_server_error_proves_nothing_whatever_its_code() -> None:
    assert ERRORS.judge(500, "51008", "Insufficient")[0] is Verdict.UNKNOWN
