"""What both clients make of a desk's answers, and of none."""

import inspect
import json
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import httpx
import pytest

from tidegate.client import (
    ApiError,
    AsyncClient,
    AuthenticationError,
    Client,
    ClientError,
    UnexpectedAnswerError,
    UnreachableError,
    UsageError,
)

Calling = Callable[..., Any]
ORDER = {
    "order_id": "01J",
    "user_id": "alice",
    "account_id": "main",
    "exchange": "okx",
    "symbol": "BTC/USDT",
    "side": "buy",
    "order_type": "limit",
    "status": "filled",
    "quantity": "0.10",
    "price": "65000.5",
    "filled_quantity": "0.1",
    "fees": [{"asset": "BTC", "amount": "0.0001"}],
    "timestamp": "2026-01-02T03:04:05.000006Z",
    "updated_at": "2026-01-02T03:04:05.000006Z",
    "closed_at": "2026-01-02T03:04:06.000000Z",
    "a_field_of_tomorrow": 1,
}
ACCOUNT = {
    "account_id": "main",
    "exchange": "okx",
    "environment": "testnet",
    "user_ids": ["alice"],
    "state": "recovering",
    "message": "",
    "created_at": "2026-01-02T03:04:05.000000Z",
}
CREDENTIALS = {"api_key": "the-key", "secret": "the-secret", "passphrase": "the-phrase"}
FIELDS = {"account": "main", "symbol": "BTC/USDT", "side": "buy", "order_type": "market", "quantity": Decimal("0.1")}


def _problem(status: int, code: str, **members: Any) -> httpx.Response:
    document = {"type": f"urn:{code}", "title": code, "status": status, "detail": "because", "code": code, **members}
    return httpx.Response(status, json=document, headers={"Content-Type": "application/problem+json"})


class Desk:
    """Gives these answers, one after the other, and remembers the requests."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self.answers = list(answers)
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def test_an_order_comes_back_with_exact_amounts_and_aware_times(call: Calling) -> None:
    order = call(Desk(httpx.Response(201, json=ORDER)), "place_order", **FIELDS)
    assert order.price == Decimal("65000.5")
    assert order.fees[0].amount == Decimal("0.0001")
    assert order.timestamp == datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC)
    assert order.is_closed


def test_an_order_is_sent_with_token_key_and_json(call: Calling) -> None:
    desk = Desk(httpx.Response(201, json=ORDER))
    call(desk, "place_order", wait_for="durable", idempotency_key="k1", **FIELDS)
    [request] = desk.requests
    assert (request.method, request.url.path) == ("POST", "/api/v1/orders")
    assert request.url.params["wait_for"] == "durable"
    assert request.headers["authorization"] == "Bearer tg_x"
    assert request.headers["idempotency-key"] == "k1"
    assert request.headers["content-type"] == "application/json"
    assert json.loads(request.content)["quantity"] == "0.1"


def test_an_order_whose_answer_was_lost_is_sent_again_with_the_same_key_and_body(call: Calling) -> None:
    desk = Desk(httpx.ReadError("lost"), httpx.RemoteProtocolError("cut"), httpx.Response(201, json=ORDER))
    assert call(desk, "place_order", **FIELDS).order_id == "01J"
    keys = {request.headers["idempotency-key"] for request in desk.requests}
    assert len(desk.requests) == 3
    assert len(keys) == 1
    assert len({request.content for request in desk.requests}) == 1


def test_a_busy_desk_is_asked_again(call: Calling) -> None:
    desk = Desk(_problem(503, "desk_busy"), _problem(429, "too_many_requests"), httpx.Response(200, json=ORDER))
    assert call(desk, "order", "01J").order_id == "01J"


def test_retries_end_and_the_error_carries_the_key(call: Calling) -> None:
    desk = Desk(*[httpx.ConnectError("refused")] * 9)
    with pytest.raises(UnreachableError, match="http://desk") as raised:
        call(desk, "place_order", idempotency_key="k1", **FIELDS)
    assert len(desk.requests) == 4
    assert raised.value.idempotency_key == "k1"


def test_a_user_is_never_added_twice_by_a_retry(call: Calling) -> None:
    desk = Desk(httpx.ReadError("lost"), httpx.Response(201, json={}))
    with pytest.raises(UnreachableError):
        call(desk, "add_user", "alice", name="Alice", role="trader")
    assert len(desk.requests) == 1


def test_credentials_are_replaced_by_one_request_that_tells_the_account(call: Calling) -> None:
    desk = Desk(httpx.Response(200, json=ACCOUNT))
    account = call(desk, "replace_credentials", "main", **CREDENTIALS)
    [request] = desk.requests
    assert (request.method, request.url.path) == ("PUT", "/api/v1/accounts/main/credentials")
    assert json.loads(request.content) == CREDENTIALS
    assert (account.account_id, account.state) == ("main", "recovering")


def test_credentials_whose_answer_was_lost_are_sent_again_alike(call: Calling) -> None:
    desk = Desk(httpx.ReadError("lost"), _problem(503, "desk_busy"), httpx.Response(200, json=ACCOUNT))
    assert call(desk, "replace_credentials", "main", **CREDENTIALS).account_id == "main"
    assert len(desk.requests) == 3
    assert {request.content for request in desk.requests} == {desk.requests[0].content}


def test_credentials_of_no_account_raise_without_showing_them(call: Calling) -> None:
    desk = Desk(_problem(404, "account_not_found"))
    with pytest.raises(ApiError) as raised:
        call(desk, "replace_credentials", "main", **CREDENTIALS)
    assert (raised.value.status, raised.value.code) == (404, "account_not_found")
    assert "the-secret" not in repr(raised.value)
    assert len(desk.requests) == 1


def test_a_refused_order_raises_with_its_code_and_the_order(call: Calling) -> None:
    refused = {**ORDER, "status": "invalidated"}
    desk = Desk(_problem(422, "quantity_below_minimum", limit="0.2", actual="0.1", order=refused))
    with pytest.raises(ApiError, match="because") as raised:
        call(desk, "place_order", **FIELDS)
    error = raised.value
    assert (error.status, error.code, error.limit, error.actual) == (422, "quantity_below_minimum", "0.2", "0.1")
    assert error.order is not None
    assert error.order.status == "invalidated"
    assert len(desk.requests) == 1


def test_an_unknown_token_has_an_error_of_its_own(call: Calling) -> None:
    with pytest.raises(AuthenticationError):
        call(Desk(_problem(401, "unauthenticated")), "accounts")


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, b"<html>hello</html>"),
        (404, b"nothing here"),
        (200, b'{"items": 7}'),
        (302, b""),
        (200, b"\xff\xfe"),
    ],
)
def test_what_is_no_desk_is_said_to_be_none(call: Calling, status: int, body: bytes) -> None:
    with pytest.raises(UnexpectedAnswerError, match="no desk"):
        call(Desk(httpx.Response(status, content=body)), "orders")


def test_pages_carry_their_cursor(call: Calling) -> None:
    desk = Desk(httpx.Response(200, json={"items": [ORDER], "next_cursor": "c2"}))
    page = call(desk, "orders", status="open", limit=1)
    assert page.next_cursor == "c2"
    assert page.items[0].order_id == "01J"
    assert dict(desk.requests[0].url.params) == {"status": "open", "limit": "1"}


def test_an_order_is_changed_and_canceled_in_part(call: Calling) -> None:
    desk = Desk(httpx.Response(200, json=ORDER))
    call(desk, "amend_order", "01J", price=Decimal(65001), wait_for="durable")
    [amended] = desk.requests
    assert (amended.method, json.loads(amended.content)) == ("PATCH", {"price": "65001"})
    desk = Desk(httpx.ReadError("lost"), httpx.Response(200, json=ORDER))
    call(desk, "cancel_order", "01J", quantity="0.05")
    first, again = desk.requests
    assert first.url.params["quantity"] == "0.05"
    assert first.headers["idempotency-key"] == again.headers["idempotency-key"]


def test_what_protects_and_changes_an_order_comes_back_exactly(call: Calling) -> None:
    told = {
        **ORDER,
        "stop_loss": {"trigger_price": "60000.5", "price": None, "trailing_offset": "1.5%", "trigger_by": "mark"},
        "asked": {"quantity": "0.2", "price": None, "trigger_price": None},
        "emulated": True,
        "expires_at": "2026-01-02T03:04:05Z",
    }
    order = call(Desk(httpx.Response(200, json=told)), "order", "01J")
    assert order.stop_loss.trigger_price == Decimal("60000.5")
    assert (order.stop_loss.trailing_offset, order.stop_loss.trigger_by) == ("1.5%", "mark")
    assert order.asked.quantity == Decimal("0.2")
    assert order.expires_at == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert order.emulated


POSITION = {
    "account_id": "main",
    "user_id": "alice",
    "exchange": "okx",
    "symbol": "BTC/USDT:USDT",
    "position_side": "net",
    "quantity": "-0.5",
    "average_price": "65000",
    "price": "64000",
    "value": "32000",
    "unrealized_pnl": "500",
    "realized_pnl": "0",
    "leverage": "5",
    "margin_mode": "cross",
    "updated_at": "2026-01-02T03:04:05Z",
}


def test_positions_come_back_exactly(call: Calling) -> None:
    [position] = call(Desk(httpx.Response(200, json={"items": [POSITION]})), "positions")
    assert (position.quantity, position.unrealized_pnl) == (Decimal("-0.5"), Decimal(500))


RULE = {
    "rule_id": "01R",
    "user_id": "alice",
    "order_id": "01J",
    "status": "filled",
    "place": None,
    "place_order_id": None,
    "cancel_order_id": "01K",
    "created_at": "2026-01-02T03:04:05Z",
    "ended_at": None,
    "fired": False,
    "message": "",
}


def test_rules_are_made_listed_and_deleted(call: Calling) -> None:
    desk = Desk(httpx.ReadError("lost"), httpx.Response(201, json=RULE))
    assert call(desk, "create_rule", order_id="01J", status="filled", cancel_order_id="01K").rule_id == "01R"
    assert len({request.headers["idempotency-key"] for request in desk.requests}) == 1
    page = call(Desk(httpx.Response(200, json={"items": [RULE], "next_cursor": "c"})), "rules", open=True)
    assert (page.items[0].cancel_order_id, page.next_cursor) == ("01K", "c")
    assert call(Desk(httpx.Response(200, json=RULE)), "delete_rule", "01R").order_id == "01J"


def test_corrections_are_read_and_set(call: Calling) -> None:
    switches = {"adjust_to_grid": True, "reprice_post_only": False}
    assert call(Desk(httpx.Response(200, json=switches)), "corrections").adjust_to_grid
    assert not call(Desk(httpx.Response(200, json=switches)), "set_corrections", **switches).reprice_post_only


def test_breaks_are_listed_and_resolved(call: Calling) -> None:
    found = {
        "break_id": "main|balance|BTC",
        "account_id": "main",
        "kind": "balance",
        "subject": "BTC",
        "message": "the venue holds 1 more",
        "found_at": "2026-01-02T03:04:05Z",
        "resolved_at": "2026-01-02T03:05:05Z",
        "resolved_by": "rita",
        "resolution": "theirs",
    }
    page = call(Desk(httpx.Response(200, json={"items": [found], "next_cursor": None})), "breaks", open=False)
    assert page.items[0].resolved_by == "rita"
    desk = Desk(httpx.Response(200, json=found))
    resolved = call(desk, "resolve_break", "main|balance|BTC", accept=True, message="theirs", owner_id="alice")
    assert json.loads(desk.requests[0].content) == {"accept": True, "message": "theirs", "owner_id": "alice"}
    assert resolved.resolution == "theirs"


def test_a_desk_that_is_not_ready_says_which_accounts_are_not(call: Calling) -> None:
    body = {"status": "not_ready", "accounts": [{"account_id": "main", "state": "offline", "message": "no route"}]}
    readiness = call(Desk(httpx.Response(503, json=body)), "readiness")
    assert not readiness.is_ready
    assert readiness.accounts[0].message == "no route"


@pytest.mark.parametrize("url", ["127.0.0.1:8080", "ftp://desk", "http://", "", "http://desk:port", "nonsense"])
@pytest.mark.parametrize("kind", [Client, AsyncClient])
def test_a_url_that_is_none_is_refused_at_once(kind: type[Client | AsyncClient], url: str) -> None:
    with pytest.raises(UsageError):
        kind(url, "tg_x")


@pytest.mark.parametrize("token", ["tg_\nx", "tg x", "tgé"])
def test_a_token_that_is_none_is_refused_without_showing_it(token: str) -> None:
    with pytest.raises(UsageError) as raised:
        Client("http://desk", token)
    assert token not in str(raised.value)


def test_all_errors_are_client_errors() -> None:
    for kind in (ApiError, AuthenticationError, UnreachableError, UnexpectedAnswerError, UsageError):
        assert issubclass(kind, ClientError)


def test_both_clients_offer_the_same_calls() -> None:
    def public(kind: type) -> dict[str, list[inspect.Parameter]]:
        members = inspect.getmembers(kind, inspect.isfunction)
        return {
            name: [*inspect.signature(member).parameters.values()][1:]  # Behind self.
            for name, member in members
            if not name.startswith("_")
        }

    assert public(Client) == public(AsyncClient)


def test_no_setting_of_the_environment_leads_requests_astray(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    with Client("http://desk") as client:
        assert client._http._mounts == {}
