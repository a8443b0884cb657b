"""What the client sends about risk, and what it makes of the answers."""

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import httpx
import msgspec
import pytest

from tidegate.client import RiskLimit, RiskScope, UsageError, risk_calls

Calling = Callable[..., Any]
LIMIT = {
    "limit_id": "small",
    "kind": "order_notional",
    "scope": {"symbol": "BTC/USDT", "role": None},
    "value": "5000.5",
}
STATE = {
    "scope_key": "user:bob",
    "scope": {"user_id": "bob"},
    "state": "halted",
    "set_at": "2026-01-02T03:04:05Z",
    "set_by": "rita",
    "automatic": False,
    "message": "runaway",
    "approved_by": None,
    "protection_too": False,
    "close_positions": True,
}
APPROVAL = {
    "approval_id": "01A",
    "kind": "risk_limits",
    "state": "pending",
    "requested_at": "2026-01-02T03:04:05Z",
    "requested_by": "rita",
    "message": "more room",
    "limits": [LIMIT],
    "expected_version": 1,
    "scope": None,
    "decided_at": None,
    "decided_by": None,
    "decision": "",
}
TRANSFER = {
    "transfer_id": "01T",
    "from_account": "main",
    "from_user_id": "unallocated",
    "to_account": "main",
    "to_user_id": "bob",
    "asset": "USDT",
    "quantity": "100",
    "wallet": "main",
    "transferred_at": "2026-01-02T03:04:05Z",
    "transferred_by": "rita",
    "message": "",
    "from_seen": True,
    "to_seen": True,
}


class Desk:
    """Gives one answer, after losing the first one if told so, and remembers the requests."""

    def __init__(self, status: int, document: Any, *, lost: int = 0) -> None:
        self.answer = httpx.Response(status, json=document)
        self.lost = lost
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if len(self.requests) <= self.lost:
            raise httpx.ReadError("lost")
        return self.answer


def body(request: httpx.Request) -> Any:
    return json.loads(request.content)


def test_limits_that_were_read_are_sent_back_exactly(call: Calling) -> None:
    shown = {"version": 2, "limits": [{**LIMIT, "warn_at": ["0.8"]}], "set_by": "rita"}
    limits = call(Desk(200, shown), "risk_limits", 2)
    assert (limits.version, limits.limits[0].value) == (2, Decimal("5000.5"))
    desk = Desk(200, shown)
    call(desk, "set_risk_limits", limits.limits, version=limits.version, message="as it was")
    [sent] = body(desk.requests[0])["limits"]
    assert sent["scope"] == {"symbol": "BTC/USDT"}
    assert (sent["value"], sent["warn_at"], "interval_seconds" in sent) == ("5000.5", ["0.8"], False)
    assert body(desk.requests[0])["version"] == 2


def test_a_set_that_waits_for_a_second_person_comes_back_as_its_approval(call: Calling) -> None:
    desk = Desk(202, APPROVAL, lost=1)
    approval = call(desk, "set_risk_limits", [{"limit_id": "small", "kind": "open_orders", "value": 5}])
    assert (approval.approval_id, approval.state, approval.limits[0].limit_id) == ("01A", "pending", "small")
    assert len({request.headers["idempotency-key"] for request in desk.requests}) == 1
    assert body(desk.requests[0])["limits"] == [{"limit_id": "small", "kind": "open_orders", "value": "5"}]


def test_an_amount_that_is_not_exact_never_leaves() -> None:
    with pytest.raises(UsageError, match="value"):
        risk_calls.set_risk_limits(
            [{"limit_id": "a", "kind": "b", "value": 0.1}],  # type: ignore[typeddict-item]
            version=None,
            message="",
            idempotency_key=None,
        )


def test_the_kill_switch_is_thrown_for_a_scope_and_released(call: Calling) -> None:
    desk = Desk(200, STATE)
    state = call(desk, "throw_kill_switch", user_id="bob", symbol="BTC/USDT", close_positions=True, message="runaway")
    assert (state.scope, state.state) == (RiskScope(user_id="bob"), "halted")
    assert body(desk.requests[0]) == {
        "user_id": "bob",
        "symbol": "BTC/USDT",
        "state": "halted",
        "cancel_protection": False,
        "close_positions": True,
        "message": "runaway",
    }
    released = Desk(200, {**STATE, "state": "active"})
    assert call(released, "release_kill_switch", user_id="bob").state == "active"
    assert dict(released.requests[0].url.params) == {"user_id": "bob"}
    waiting = call(Desk(202, APPROVAL), "release_kill_switch", message="calm")
    assert waiting.approval_id == "01A"
    [shown] = call(Desk(200, {"items": [STATE]}), "trading_states")
    assert shown.set_by == "rita"


def test_approvals_are_listed_and_decided(call: Calling) -> None:
    page = call(Desk(200, {"items": [APPROVAL], "next_cursor": "c"}), "approvals", state="pending")
    assert (page.items[0].message, page.next_cursor) == ("more room", "c")
    assert call(Desk(200, APPROVAL), "approval", "01A").expected_version == 1
    desk = Desk(200, APPROVAL)
    call(desk, "approve", "01A", "seen")
    call(desk, "reject", "01A")
    assert [request.url.path.rpartition("/")[2] for request in desk.requests] == ["approve", "reject"]
    assert body(desk.requests[0]) == {"message": "seen"}


def test_a_transfer_whose_answer_was_lost_is_made_once(call: Calling) -> None:
    desk = Desk(201, TRANSFER, lost=1)
    made = call(
        desk,
        "transfer_funds",
        from_account="main",
        from_user_id="unallocated",
        to_user_id="bob",
        asset="USDT",
        quantity=Decimal(100),
    )
    assert (made.quantity, made.to_user_id) == (Decimal(100), "bob")
    assert len({request.headers["idempotency-key"] for request in desk.requests}) == 1
    assert body(desk.requests[0])["quantity"] == "100"
    page = call(Desk(200, {"items": [TRANSFER], "next_cursor": None}), "transfers", user_id="bob")
    assert page.items[0].transfer_id == "01T"


def test_risk_comes_back_exactly(call: Calling) -> None:
    report = {
        "at": "2026-01-02T03:04:05Z",
        "reporting_currency": "USDT",
        "limits_version": 1,
        "limits": [LIMIT],
        "uses": [
            {
                "limit_id": "small",
                "kind": "gross_exposure",
                "scope": {"user_id": "bob"},
                "limit": "1000",
                "actual": "900.1",
                "utilization": "0.9001",
            }
        ],
        "accounts": [{"account_id": "main", "user_id": "bob", "equity": "5000", "daily_pnl": "-12.5"}],
        "positions": [],
        "states": [STATE],
    }
    found = call(Desk(200, report), "risk_utilization", "bob")
    assert (found.uses[0].utilization, found.accounts[0].daily_pnl) == (Decimal("0.9001"), Decimal("-12.5"))
    assert found.states[0].message == "runaway"


def test_an_order_is_previewed_with_exact_figures(call: Calling) -> None:
    check = {"check": "order_notional", "passed": False, "limit": "1000", "actual": "5000.5", "utilization": "5.0005"}
    desk = Desk(200, {"accepted": False, "code": "order_notional_limit", "checks": [check], "fee": "0.001"})
    fields = {
        "account": "main",
        "symbol": "BTC/USDT",
        "side": "buy",
        "order_type": "market",
        "quantity": Decimal("0.1"),
    }
    found = call(desk, "preview_order", **fields)
    assert (found.accepted, found.checks[0].actual, found.fee) == (False, Decimal("5000.5"), Decimal("0.001"))
    assert desk.requests[0].url.path == "/api/v1/orders/preview"
    assert body(desk.requests[0])["quantity"] == "0.1"


def test_a_client_says_that_it_is_there(call: Calling) -> None:
    desk = Desk(200, {"timeout_seconds": 30, "cancels_at": "2026-01-02T03:04:35Z"})
    assert call(desk, "keep_alive", 30).timeout_seconds == 30
    assert body(desk.requests[0]) == {"timeout_seconds": 30}


@pytest.mark.parametrize("seconds", [30, None])
def test_a_dead_man_switch_is_set_or_ended_in_so_many_words(call: Calling, seconds: int | None) -> None:
    told = {"account_id": "main/eu", "exchange": "okx", "environment": "testnet", "user_ids": [], "state": "ready"}
    desk = Desk(200, {**told, "dead_man_seconds": seconds})
    assert call(desk, "set_dead_man", "main/eu", seconds).dead_man_seconds == seconds
    assert body(desk.requests[0]) == {"seconds": seconds}
    assert desk.requests[0].url.raw_path == b"/api/v1/accounts/main%2Feu/dead-man"


def test_a_limit_of_the_clients_is_the_same_as_one_in_words() -> None:
    struct = RiskLimit(limit_id="a", kind="open_orders", value=Decimal(3), scope=RiskScope(user_id="bob"))
    words: risk_calls.RiskLimitFields = {
        "limit_id": "a",
        "kind": "open_orders",
        "value": "3",
        "scope": {"user_id": "bob"},
        "symbols": [],
        "action": "refuse",
        "warn_at": [],
    }
    sent = [
        risk_calls.set_risk_limits([limit], version=None, message="", idempotency_key="k").body
        for limit in (struct, words)
    ]
    first, second = (msgspec.json.decode(raw or b"") for raw in sent)
    assert first == second
