"""What failed calls prove, by transport, status and code."""

import socket
from unittest.mock import Mock

import aiohttp
import pytest

from tidegate.core.vocabulary import RejectReason
from tidegate.venues.binance.errors import SPOT_ERRORS as BINANCE
from tidegate.venues.bybit.errors import ERRORS as BYBIT
from tidegate.venues.okx.errors import ERRORS as OKX
from tidegate.venues.outcomes import Verdict, judge_transport

TABLES = {"binance": BINANCE, "okx": OKX, "bybit": BYBIT}


@pytest.mark.parametrize(
    ("venue", "status", "code", "message", "verdict", "reason"),
    [
        (
            "binance",
            400,
            "-2010",
            "Account has insufficient balance for it.",
            "refused",
            "insufficient_funds",
        ),
        ("binance", 400, "-2010", "Duplicate order sent.", "unknown", "duplicate_order_id"),
        ("binance", 400, "-2010", "Order would immediately match and take.", "refused", "immediate_match_refused"),
        ("binance", 400, "-2010", "A sentence never seen before.", "refused", "venue_error"),
        ("binance", 400, "-1013", "Filter failure: LOT_SIZE", "refused", "outside_venue_rules"),
        ("binance", 400, "-1013", "Filter failure: MAX_NUM_ORDERS", "refused", "order_limit_reached"),
        (
            "binance",
            400,
            "-1021",
            "Timestamp is outside of the recvWindow.",
            "refused_for_now",
            "clock_skew",
        ),
        (
            "binance",
            401,
            "-2015",
            "Invalid API-key, IP, or permissions.",
            "refused",
            "authentication_failed",
        ),
        ("binance", 429, "-1003", "Too much request weight used", "refused_for_now", "rate_limited"),
        ("binance", 429, "-1015", "Too many new orders", "refused_for_now", "rate_limited"),
        ("binance", 418, None, "", "refused_for_now", "rate_limited"),
        ("binance", 503, "-1008", "Server is currently overloaded", "refused_for_now", "venue_overloaded"),
        ("binance", 503, "-1001", "Internal error", "unknown", "venue_overloaded"),
        ("binance", 500, "-1006", "Execution status unknown", "unknown", "venue_overloaded"),
        ("binance", 408, "-1007", "Timeout waiting for response", "unknown", "venue_overloaded"),
        ("binance", 500, "-2010", "Account has insufficient balance", "unknown", "venue_overloaded"),
        ("binance", 400, "-2011", "Unknown order sent.", "absent", "unknown_order"),
        ("binance", 400, "-2013", "Order does not exist.", "absent", "unknown_order"),
        ("binance", 400, "-9999", "A code never seen before", "unknown", "venue_error"),
        ("binance", 200, None, "", "unknown", "venue_error"),
        ("okx", 200, "51008", "Insufficient USDT balance", "refused", "insufficient_funds"),
        ("okx", 200, "51016", "Client order ID already exists.", "unknown", "duplicate_order_id"),
        ("okx", 400, "50004", "API endpoint request timeout.", "unknown", "venue_overloaded"),
        ("okx", 429, "50013", "Systems are busy.", "unknown", "venue_overloaded"),
        ("okx", 429, "50011", "Too Many Requests", "refused_for_now", "rate_limited"),
        ("okx", 500, "51054", "Request timed out.", "unknown", "venue_overloaded"),
        ("okx", 200, "51400", "filled, canceled or does not exist", "absent", "unknown_order"),
        ("okx", 200, "51402", "already completed", "closed", "too_late"),
        ("okx", 200, "51410", "already in canceling status", "canceling", "too_late"),
        ("okx", 401, "50113", "Invalid Sign", "refused", "authentication_failed"),
        ("okx", 503, None, "", "unknown", "venue_overloaded"),
        ("bybit", 200, "170131", "Balance insufficient", "refused", "insufficient_funds"),
        ("bybit", 200, "170141", "Duplicate clientOrderId", "unknown", "duplicate_order_id"),
        ("bybit", 200, "10016", "Server error.", "unknown", "venue_overloaded"),
        ("bybit", 200, "170146", "Order creation timeout", "unknown", "venue_overloaded"),
        ("bybit", 200, "10006", "Too many visits.", "refused_for_now", "rate_limited"),
        ("bybit", 403, None, "", "refused_for_now", "rate_limited"),
        ("bybit", 200, "170213", "Order does not exist.", "absent", "unknown_order"),
        ("bybit", 200, "170142", "Order has been canceled", "closed", "too_late"),
        ("bybit", 200, "10003", "API key is invalid.", "refused", "authentication_failed"),
        ("bybit", 504, None, "", "unknown", "venue_overloaded"),
    ],
)
def test_an_answer_proves_what_the_table_says(
    venue: str, status: int, code: str | None, message: str, verdict: str, reason: str
) -> None:
    assert TABLES[venue].judge(status, code, message) == (Verdict(verdict), RejectReason(reason))


def _caused_by(cause: BaseException) -> BaseException:
    error = RuntimeError("what ccxt raises")
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("cause", "verdict"),
    [
        (aiohttp.ClientConnectorError(Mock(), ConnectionRefusedError()), Verdict.NOT_SENT),
        (aiohttp.ClientConnectorDNSError(Mock(), socket.gaierror()), Verdict.NOT_SENT),
        (aiohttp.ConnectionTimeoutError(), Verdict.NOT_SENT),
        (socket.gaierror(), Verdict.NOT_SENT),
        (TimeoutError(), Verdict.UNKNOWN),
        (aiohttp.SocketTimeoutError(), Verdict.UNKNOWN),
        (aiohttp.ServerDisconnectedError(), Verdict.UNKNOWN),
        (aiohttp.ClientOSError(104, "reset"), Verdict.UNKNOWN),
        (aiohttp.ClientPayloadError(), Verdict.UNKNOWN),
        (ValueError(), Verdict.UNKNOWN),
    ],
    ids=lambda value: type(value).__name__,
)
def test_only_a_connection_that_never_stood_proves_that_nothing_was_sent(
    cause: BaseException, verdict: Verdict
) -> None:
    assert judge_transport(_caused_by(cause)).verdict is verdict
