"""When a call may be sent again."""

import httpx
import pytest

from tidegate.client import Retries, calls, desk_calls
from tidegate.client.calls import Call

RETRIES = Retries(attempts_max=3, base_seconds=0.1, wait_seconds_max=2.0)
PLACE = calls.place_order(
    {"account": "a", "symbol": "BTC/USDT", "side": "buy", "order_type": "market", "quantity": "1"},
    wait_for="durable",
    timeout_ms=0,
    idempotency_key=None,
)
ADD = desk_calls.add_user("alice", name="Alice", role="trader")
LOST = httpx.ReadError("lost")
REFUSED = httpx.ConnectError("refused")


def _answer(status: int, **headers: str) -> httpx.Response:
    return httpx.Response(status, headers={name.replace("_", "-"): text for name, text in headers.items()})


@pytest.mark.parametrize(
    ("call", "outcome", "again"),
    [
        (PLACE, LOST, True),
        (PLACE, REFUSED, True),
        (PLACE, _answer(503), True),
        (PLACE, _answer(429), True),
        (PLACE, _answer(201), False),
        (PLACE, _answer(422), False),
        (PLACE, _answer(500), False),
        (ADD, LOST, False),
        (ADD, _answer(503), False),
        (ADD, REFUSED, True),
        (ADD, httpx.ConnectTimeout("slow"), True),
        (ADD, _answer(429), True),
        (desk_calls.readiness(), _answer(503), False),
        (PLACE, httpx.UnsupportedProtocol("what"), False),
    ],
)
def test_only_what_can_have_no_second_effect_is_sent_again(
    call: Call[object], outcome: httpx.Response | httpx.RequestError, again: bool
) -> None:
    assert (RETRIES.wait_seconds(call, 1, outcome) is not None) is again


def test_waits_grow_and_attempts_end() -> None:
    for _ in range(20):
        first, second = RETRIES.wait_seconds(PLACE, 1, LOST), RETRIES.wait_seconds(PLACE, 2, LOST)
        assert first is not None
        assert second is not None
        assert 0.05 <= first <= 0.1 <= second <= 0.2
    assert RETRIES.wait_seconds(PLACE, 3, LOST) is None


def test_the_desk_says_how_long_to_wait() -> None:
    assert RETRIES.wait_seconds(PLACE, 1, _answer(503, retry_after="2")) == 2.0
    wait = RETRIES.wait_seconds(PLACE, 1, _answer(503, retry_after="Wed, 21 Oct 2026 07:28:00 GMT"))
    assert wait is not None
    assert wait <= 0.1


def test_a_wait_that_is_too_long_ends_the_call_instead() -> None:
    assert RETRIES.wait_seconds(PLACE, 1, _answer(429, retry_after="3600")) is None
