"""What Bybit's retCodes prove."""

import pytest

from tidegate.core.vocabulary import RejectReason
from tidegate.venues.bybit.errors import ERRORS
from tidegate.venues.outcomes import Verdict


@pytest.mark.parametrize(
    "code", ["10000", "10016", "10019", "170007", "170031", "170146", "170147", "110079", "170310", "40004"]
)
def test_what_may_have_happened_stays_unknown(code: str) -> None:
    verdict, _ = ERRORS.judge(200, code, "")
    assert verdict is Verdict.UNKNOWN


@pytest.mark.parametrize("code", ["10014", "110030", "110072", "170141"])
def test_a_duplicate_id_is_a_hint_that_an_earlier_send_landed(code: str) -> None:
    assert ERRORS.judge(200, code, "") == (Verdict.UNKNOWN, RejectReason.DUPLICATE_ORDER_ID)


@pytest.mark.parametrize("code", ["10006", "10018", "10429", "20003", "170005", "170222", "429"])
def test_a_refusal_for_the_rate_proves_that_nothing_was_placed(code: str) -> None:
    assert ERRORS.judge(200, code, "") == (Verdict.REFUSED_FOR_NOW, RejectReason.RATE_LIMITED)


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("110007", RejectReason.INSUFFICIENT_FUNDS),
        ("170131", RejectReason.INSUFFICIENT_FUNDS),
        ("110017", RejectReason.POSITION_CLOSED),
        ("110092", RejectReason.IMMEDIATE_MATCH_REFUSED),
        ("110093", RejectReason.IMMEDIATE_MATCH_REFUSED),
        ("170218", RejectReason.IMMEDIATE_MATCH_REFUSED),
        ("110003", RejectReason.OUTSIDE_VENUE_RULES),
        ("110090", RejectReason.OUTSIDE_VENUE_RULES),
        ("110094", RejectReason.OUTSIDE_VENUE_RULES),
        ("170193", RejectReason.OUTSIDE_VENUE_RULES),
        ("170194", RejectReason.OUTSIDE_VENUE_RULES),
        ("110009", RejectReason.ORDER_LIMIT_REACHED),
        ("110020", RejectReason.ORDER_LIMIT_REACHED),
        ("110074", RejectReason.INSTRUMENT_NOT_TRADABLE),
        ("10003", RejectReason.AUTHENTICATION_FAILED),
        ("33004", RejectReason.AUTHENTICATION_FAILED),
        ("10005", RejectReason.PERMISSION_DENIED),
        ("10028", RejectReason.PERMISSION_DENIED),
    ],
)
def test_a_definite_refusal_says_why(code: str, reason: RejectReason) -> None:
    assert ERRORS.judge(200, code, "") == (Verdict.REFUSED, reason)


@pytest.mark.parametrize(
    ("sentence", "reason"),
    [
        ("Qty invalid", RejectReason.OUTSIDE_VENUE_RULES),
        ("params error: Price invalid", RejectReason.OUTSIDE_VENUE_RULES),
        ("The number of contracts exceeds minimum limit allowed", RejectReason.OUTSIDE_VENUE_RULES),
        ("The number of contracts exceeds maximum limit allowed: too large", RejectReason.OUTSIDE_VENUE_RULES),
        ("params error: symbol invalid", RejectReason.INSTRUMENT_NOT_TRADABLE),
        ("position idx not match position mode", RejectReason.INVALID_PARAMETERS),
    ],
)
def test_one_code_for_many_refusals_is_read_by_its_sentence(sentence: str, reason: RejectReason) -> None:
    assert ERRORS.judge(200, "10001", sentence) == (Verdict.REFUSED, reason)


@pytest.mark.parametrize(
    ("code", "verdict"),
    [
        ("110001", Verdict.ABSENT),
        ("170213", Verdict.ABSENT),
        ("170139", Verdict.CLOSED),
        ("170142", Verdict.CLOSED),
        ("110008", Verdict.CLOSED),
        ("170212", Verdict.CANCELING),
    ],
)
def test_a_cancel_of_what_is_not_there_any_more_says_so(code: str, verdict: Verdict) -> None:
    assert ERRORS.judge(200, code, "")[0] is verdict


def test_an_http_status_counts_where_there_is_no_code() -> None:
    assert ERRORS.judge(403, None, "") == (Verdict.REFUSED_FOR_NOW, RejectReason.RATE_LIMITED)
    assert ERRORS.judge(503, None, "")[0] is Verdict.UNKNOWN
    assert ERRORS.judge(200, "999999", "")[0] is Verdict.UNKNOWN
