"""What a request to switch a fault on must keep: every kind says what it takes."""

import pytest

from venuesim.fault_rules import RULES, check_fault
from venuesim.faults import FaultKind, FaultMatch, FaultRequest, MalformedForm

NEEDED = {
    "missing_field": {"field": "x"},
    "clock_skew": {"milliseconds": 5},
    "strip_permission": {"permission": "trade"},
}
EXCHANGES = ("binance", "okx", "bybit")


def request(kind: str, match: dict | None = None, **fields: object) -> FaultRequest:
    return FaultRequest(kind=FaultKind(kind), match=FaultMatch(**(match or {})), **fields)


def test_every_kind_has_a_rule_and_can_be_switched_on() -> None:
    assert set(RULES) == set(FaultKind)
    for kind in FaultKind:
        check_fault(request(kind, **NEEDED.get(kind, {})), EXCHANGES)


@pytest.mark.parametrize(
    ("kind", "match", "fields", "words"),
    [
        ("lose_request", {"endpoint": "moon"}, {}, "does not strike 'moon'"),
        ("lose_request", {"endpoint": "stream"}, {}, "does not strike 'stream'"),
        ("http_503_after_accept", {"endpoint": "ticker"}, {}, "but amend, cancel, cancel_replace, place"),
        ("stale_query", {"endpoint": "place"}, {}, "does not strike"),
        ("duplicate_events", {"endpoint": "public_stream"}, {}, "does not strike"),
        ("async_reject", {"endpoint": "query"}, {}, "but cancel_replace, place"),
        ("unsolicited_cancel", {"endpoint": "cancel"}, {}, "not matched by endpoint"),
        ("lose_reply", {"probability": 1.5}, {}, "between 0 and 1"),
        ("lose_reply", {"count": 0}, {}, "1 or more"),
        ("lose_reply", {}, {"delay_ms": 5}, "takes no delay_ms"),
        ("delay", {}, {"seconds": 5}, "takes no seconds"),
        ("delay", {}, {"delay_ms": -1}, "between 0 and"),
        ("delay", {}, {"delay_ms": 100_000}, "between 0 and"),
        ("missing_field", {}, {}, "needs field"),
        ("missing_field", {}, {"field": ""}, "not empty"),
        ("clock_skew", {}, {}, "needs milliseconds"),
        ("clock_skew", {"count": 1}, {"milliseconds": 1}, "not matched by count"),
        ("clock_skew", {}, {"milliseconds": 10**10}, "between"),
        ("strip_permission", {}, {"permission": "fly"}, "no permission 'fly'"),
        ("revoke_key", {"symbol": "BTC/USDT"}, {}, "not matched by symbol"),
        ("unsolicited_cancel", {"probability": 0.5}, {}, "not matched by probability"),
        ("unsolicited_cancel", {}, {"reason": "boredom"}, "no reason 'boredom'"),
        ("malformed", {}, {"form": MalformedForm.HTML, "field": "x"}, "takes no field"),
        ("cancel_replace_half", {}, {"exchange": "okx"}, "exists on binance only"),
        ("expire_listen_key", {}, {"exchange": "bybit"}, "exists on binance only"),
        ("drop_stream", {"endpoint": "public_stream", "symbol": "BTC/USDT"}, {}, "public streams"),
    ],
)
def test_what_would_mean_nothing_is_refused_with_a_sentence(kind: str, match: dict, fields: dict, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        check_fault(request(kind, match, **fields), EXCHANGES)


def test_a_fault_of_binance_needs_a_running_binance() -> None:
    with pytest.raises(ValueError, match="binance only"):
        check_fault(request("cancel_replace_half"), ("okx",))


def test_endpoints_may_be_globs_that_reach_any_of_a_kinds_own() -> None:
    check_fault(request("http_503_after_accept", {"endpoint": "*a*"}), EXCHANGES)
