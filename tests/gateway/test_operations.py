"""Health, metrics, headers and the description of the API."""

import re
from typing import Any

import pytest

from tidegate.core.messages.reports import AccountConnected, AccountSynchronized
from tidegate.core.vocabulary import RefusalCode
from tidegate.gateway.problems import status_of


@pytest.mark.parametrize("prefix", ["", "/api/v1"])
async def test_a_live_process_says_so_without_a_token(users, prefix: str) -> None:
    assert (await users.client.get(f"{prefix}/health/live")).status_code == 200


@pytest.mark.parametrize("prefix", ["", "/api/v1"])
async def test_a_desk_with_an_unreachable_venue_is_not_ready_and_says_which_and_why(users, prefix: str) -> None:
    answer = await users.client.get(f"{prefix}/health/ready")
    assert answer.status_code == 503
    states = {account["account_id"]: account for account in answer.json()["accounts"]}
    assert states["binance-alice"]["state"] == "ready"
    assert states["bybit-down"]["state"] != "ready"
    assert "connection refused" in states["bybit-down"]["message"]


async def test_a_desk_is_ready_once_every_account_is(users, desk) -> None:
    at = desk.clock.now()
    desk.take(AccountConnected(at=at, account_id="bybit-down"))
    desk.take(
        AccountSynchronized(at=at, account_id="bybit-down", requested_at=at, open_exchange_client_order_ids=frozenset())
    )
    answer = await users.client.get("/health/ready")
    assert (answer.status_code, answer.json()["status"]) == (200, "ready")


async def test_the_venues_show_what_their_sessions_say(alice) -> None:
    rows = {row["account_id"]: row for row in (await alice.get("/system/venues")).json()["items"]}
    assert rows["binance-alice"]["connected"] is True
    assert rows["bybit-down"]["connected"] is False
    assert "refused" in rows["bybit-down"]["message"]
    assert rows["binance-alice"]["waiting"] == {"orders": 0}
    assert rows["binance-alice"]["budget"] == {"requests": "10/100"}
    assert rows["binance-alice"]["blocked"] == {"query": "requests is full for 2.0 s"}
    assert rows["binance-alice"]["counts"] == {"reports": 7}


async def test_the_metrics_count_requests_and_orders(alice, users) -> None:
    await alice.place()
    await alice.place(price="1.001")
    text = (await users.client.get("/metrics")).text
    assert re.search(r'tidegate_requests_total\{.*status="201"\} 1\.0', text)
    assert re.search(r'tidegate_requests_total\{.*status="422"\} 1\.0', text)
    assert "tidegate_request_seconds_bucket" in text
    assert re.search(r'tidegate_account_ready\{account="bybit-down".*\} 0\.0', text)


@pytest.mark.parametrize("path", ["/api/v1/orders", "/nothing", "/health/live", "/openapi.json", "/metrics"])
async def test_every_answer_carries_the_security_headers(users, path: str) -> None:
    headers = (await users.client.get(path)).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"
    assert "default-src 'none'" in headers["content-security-policy"]


def test_every_refusal_has_a_status() -> None:
    for code in RefusalCode:
        assert 400 <= status_of(code) < 600


async def _document(users: Any) -> dict[str, Any]:
    answer = await users.client.get("/openapi.json")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("application/json")
    document: dict[str, Any] = answer.json()
    return document


def _references(node: Any) -> list[str]:
    if isinstance(node, dict):
        own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
        return own + [found for value in node.values() for found in _references(value)]
    if isinstance(node, list):
        return [found for value in node for found in _references(value)]
    return []


async def test_the_description_names_every_call(users) -> None:
    document = await _document(users)
    assert document["openapi"].startswith("3.1")
    calls = {(method.upper(), path) for path, operations in document["paths"].items() for method in operations}
    for method, path in [
        ("POST", "/orders"),
        ("GET", "/orders"),
        ("DELETE", "/orders"),
        ("GET", "/orders/{order_id}"),
        ("PATCH", "/orders/{order_id}"),
        ("DELETE", "/orders/{order_id}"),
        ("GET", "/orders/{order_id}/history"),
        ("GET", "/executions"),
        ("GET", "/balances"),
        ("GET", "/positions"),
        ("GET", "/rules"),
        ("POST", "/rules"),
        ("DELETE", "/rules/{rule_id}"),
        ("GET", "/corrections"),
        ("PUT", "/corrections"),
        ("GET", "/portfolio"),
        ("GET", "/ledger"),
        ("GET", "/instruments"),
        ("GET", "/accounts"),
        ("POST", "/accounts"),
        ("PUT", "/accounts/{account_id}/dead-man"),
        ("POST", "/users"),
        ("POST", "/tokens"),
        ("GET", "/reconciliation/breaks"),
        ("POST", "/reconciliation/breaks/{break_id}/resolve"),
        ("GET", "/system/venues"),
        ("POST", "/orders/preview"),
        ("GET", "/risk/limits"),
        ("PUT", "/risk/limits"),
        ("GET", "/risk/utilization"),
        ("GET", "/risk/kill-switch"),
        ("PUT", "/risk/kill-switch"),
        ("DELETE", "/risk/kill-switch"),
        ("PUT", "/risk/keep-alive"),
        ("GET", "/approvals"),
        ("POST", "/approvals/{approval_id}/approve"),
        ("POST", "/approvals/{approval_id}/reject"),
        ("GET", "/transfers"),
        ("POST", "/transfers"),
    ]:
        assert (method, f"/api/v1{path}") in calls


async def test_the_description_is_sound(users) -> None:
    document = await _document(users)
    schemas = document["components"]["schemas"]
    for reference in _references(document):
        assert reference.removeprefix("#/components/schemas/") in schemas, reference
    names = [call["operationId"] for operations in document["paths"].values() for call in operations.values()]
    assert len(names) == len(set(names))
    for path, operations in document["paths"].items():
        for call in operations.values():
            in_path = {one["name"] for one in call.get("parameters", ()) if one["in"] == "path"}
            assert in_path == set(re.findall(r"\{(\w+)\}", path))
            assert call["responses"]


async def test_the_description_refuses_unknown_fields_and_floats_as_the_api_does(users) -> None:
    document = await _document(users)
    body = document["paths"]["/api/v1/orders"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    schema = document["components"]["schemas"][body["$ref"].rpartition("/")[2]]
    assert schema["additionalProperties"] is False
    amounts = [one for one in schema["properties"]["quantity"]["anyOf"] if one["type"] != "null"]
    assert [one["type"] for one in amounts] == ["string"]


async def test_what_may_wait_for_a_second_person_is_described_with_both_answers(users) -> None:
    document = await _document(users)
    for method, path in (("put", "/risk/limits"), ("delete", "/risk/kill-switch")):
        responses = document["paths"][f"/api/v1{path}"][method]["responses"]
        assert {"200", "202"} <= set(responses)
        waiting = responses["202"]["content"]["application/json"]["schema"]["$ref"]
        assert waiting.endswith("/ApprovalView")


async def test_what_needs_no_token_is_described_so(users) -> None:
    document = await _document(users)
    assert document["security"]
    assert document["paths"]["/health/live"]["get"]["security"] in ([], [{}])
    assert "security" not in document["paths"]["/api/v1/orders"]["post"]
