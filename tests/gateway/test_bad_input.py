"""What is not understood exactly is refused with a stable code; nothing is sent, nothing is lost."""

from typing import Any

import pytest

ORDERS = "/orders"


def assert_problem(answer: Any, status: int, code: str) -> dict[str, Any]:
    """The answer is problem details with this status and code."""
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), answer.text
    problem: dict[str, Any] = answer.json()
    assert problem["code"] == code
    assert problem["status"] == status
    assert problem["type"]
    assert problem["title"]
    assert problem["detail"]
    return problem


@pytest.mark.parametrize(
    "body", [b"", b"{", b"order", b'{"price": NaN}', b"\xff\xfe{}", b'{"quantity": .5}', b"{'a': 1}"]
)
async def test_a_body_that_is_not_json_is_refused(alice, desk, body: bytes) -> None:
    answer = await alice.call("POST", ORDERS, content=body, headers={"Content-Type": "application/json"})
    assert_problem(answer, 400, "malformed_json")
    assert desk.commands == []


async def test_a_body_nested_without_end_is_refused(alice, desk) -> None:
    body = b'{"params":' + b"[" * 20_000 + b"]" * 20_000 + b"}"
    answer = await alice.call("POST", ORDERS, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in {400, 422}
    assert desk.commands == []


@pytest.mark.parametrize("body", [b"null", b"[]", b'"order"', b"1", b"{}"])
async def test_json_of_another_shape_is_refused(alice, desk, body: bytes) -> None:
    answer = await alice.call("POST", ORDERS, content=body, headers={"Content-Type": "application/json"})
    assert_problem(answer, 422, "invalid_request")
    assert desk.commands == []


@pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded", "application/xml"])
async def test_another_media_type_is_refused(alice, desk, media_type: str) -> None:
    answer = await alice.call("POST", ORDERS, content=b"{}", headers={"Content-Type": media_type})
    assert_problem(answer, 415, "unsupported_media_type")
    assert desk.commands == []


async def test_a_body_without_a_media_type_is_refused(alice, desk) -> None:
    assert_problem(await alice.call("POST", ORDERS, content=b"{}"), 415, "unsupported_media_type")
    assert desk.commands == []


@pytest.mark.parametrize(
    "field",
    ["leverages", "Quantity", "user_id", "order_id", "status", "filled_quantity", "stoploss", "leg", "__class__"],
)
async def test_an_unknown_field_is_refused_and_named(alice, desk, field: str) -> None:
    problem = assert_problem(await alice.place(**{field: "1"}), 422, "invalid_request")
    assert field in problem["detail"]
    assert desk.commands == []


@pytest.mark.parametrize("field", ["account", "symbol", "side", "order_type"])
async def test_a_missing_field_is_named(alice, desk, field: str) -> None:
    problem = assert_problem(await alice.place(**{field: None}), 422, "invalid_request")
    assert field in problem["detail"]
    assert desk.commands == []


NOT_AMOUNTS = [
    0.1,
    1,
    True,
    [],
    "",
    "-1",
    "+1",
    "1e3",
    "1E-3",
    "NaN",
    "Infinity",
    "1_000",
    "1,5",
    "0x10",
    " 1",
    "1 ",
    "1\n",
    "1.",
    ".5",
    "\u0661",  # A digit of another script.
    "1" * 39,
    "0." + "1" * 39,
]


@pytest.mark.parametrize("field", ["quantity", "price", "quote_quantity", "trigger_price", "leverage"])
@pytest.mark.parametrize("amount", NOT_AMOUNTS, ids=repr)
async def test_only_a_string_of_a_plain_decimal_is_an_amount(alice, desk, field: str, amount: Any) -> None:
    problem = assert_problem(await alice.place(**{field: amount}), 422, "invalid_request")
    assert field in problem["detail"]
    assert desk.commands == []


@pytest.mark.parametrize("field", ["trigger_price", "price", "trailing_offset"])
@pytest.mark.parametrize("amount", NOT_AMOUNTS, ids=repr)
async def test_only_a_string_of_a_plain_decimal_protects(alice, desk, field: str, amount: Any) -> None:
    problem = assert_problem(await alice.place(stop_loss={field: amount}), 422, "invalid_request")
    assert f"stop_loss.{field}" in problem["detail"]
    assert desk.commands == []


@pytest.mark.parametrize("offset", [*NOT_AMOUNTS, "%", "1.5 %", "1.5%%", "-1%", "1.5pct", "%1"], ids=repr)
async def test_a_trailing_offset_is_an_amount_or_a_percentage(alice, desk, offset: Any) -> None:
    problem = assert_problem(await alice.place(trailing_offset=offset), 422, "invalid_request")
    assert '"1.5%"' in problem["detail"]
    assert desk.commands == []


@pytest.mark.parametrize("leg", ["stop_loss", "take_profit"])
@pytest.mark.parametrize("value", ["59000", [], 1, True, {"trigger": "1"}, {"quantity": "1"}, {"trigger_by": "bid"}])
async def test_protection_of_another_shape_is_refused(alice, desk, leg: str, value: Any) -> None:
    problem = assert_problem(await alice.place(**{leg: value}), 422, "invalid_request")
    assert leg in problem["detail"]
    assert desk.commands == []


@pytest.mark.parametrize(
    "moment",
    [
        "tomorrow",
        "2030-01-01",
        "2030-01-01T00:00:00",  # Without its zone.
        1_900_000_000,
        "2030-13-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00",  # No time in UTC.
        "9999-12-31T23:59:59-14:00",
    ],
)
async def test_a_time_that_is_none_is_refused(alice, desk, moment: Any) -> None:
    answer = await alice.place(time_in_force="gtd", expires_at=moment)
    problem = assert_problem(answer, 422, "invalid_request")
    assert "expires_at" in problem["detail"]
    assert "zone" in problem["detail"]
    assert desk.commands == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"quantity": "0"}, "quantity_below_minimum"),
        ({"quantity": "99999999999999999999"}, "quantity_above_maximum"),
        ({"quantity": "0.00001"}, "quantity_not_multiple_of_step"),
        ({"price": "0"}, "price_outside_band"),
        ({"price": "50000.001"}, "price_not_multiple_of_tick"),
        ({"quantity": "1000", "price": "9999999999999999"}, "insufficient_balance"),
        ({"symbol": "DOGE/USDT"}, "symbol_not_found"),
        ({"price": None}, "price_required"),
        ({"quantity": None}, "quantity_ambiguous"),
        ({"quote_quantity": "10"}, "quantity_ambiguous"),
        ({"order_type": "trailing_stop", "price": None}, "trailing_offset_required"),
        ({"trailing_offset": "1%"}, "trailing_offset_not_allowed"),
        ({"order_type": "stop_loss", "price": None}, "trigger_price_required"),
        ({"order_type": "stop_loss", "price": None, "trigger_price": "49000"}, "trigger_price_already_passed"),
        ({"trigger_price": "49000"}, "trigger_price_not_allowed"),
        ({"trigger_by": "mark"}, "unsupported_combination"),
        ({"time_in_force": "gtd"}, "expiry_required"),
        ({"expires_at": "2030-01-01T00:00:00Z"}, "expiry_not_allowed"),
        ({"time_in_force": "gtd", "expires_at": "2020-01-01T00:00:00Z"}, "expiry_not_allowed"),
        ({"leverage": "5"}, "leverage_not_allowed"),
        ({"margin_mode": "isolated"}, "leverage_not_allowed"),
        ({"position_side": "long"}, "unsupported_combination"),
        ({"reduce_only": True}, "unsupported_combination"),
        ({"post_only": True, "time_in_force": "ioc"}, "unsupported_combination"),
        ({"stop_loss": {}}, "protection_not_allowed"),
        ({"take_profit": {"trailing_offset": "1%"}}, "protection_not_allowed"),
        ({"routing": "internal_only"}, "unsupported_routing"),
        ({"params": {"selfTradePrevention": "none"}}, "parameter_not_allowed"),
        ({"account": "bybit-down"}, "venue_unavailable"),
    ],
)
async def test_an_order_that_the_desk_refuses_is_answered_with_the_invalidated_order(
    alice, desk, changes: dict[str, Any], code: str
) -> None:
    problem = assert_problem(await alice.place(**changes), 422, code)
    assert problem["order"]["status"] == "invalidated"
    assert problem["order"]["reason"] == code
    assert desk.sent == []
    kept = await alice.get(f"/orders/{problem['order']['order_id']}")
    assert kept.json()["status"] == "invalidated"


async def test_a_refusal_says_the_limit_and_the_figure(alice) -> None:
    problem = assert_problem(await alice.place(quantity="5000"), 422, "quantity_above_maximum")
    assert (problem["limit"], problem["actual"]) == ("1000", "5000")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("side", "BUY"),
        ("order_type", "iceberg"),
        ("time_in_force", "day"),
        ("post_only", "true"),
        ("post_only", 1),
        ("reduce_only", None.__class__.__name__),
        ("account", ""),
        ("account", "a|b"),
        ("account", "binance-alice\n"),
        ("symbol", ""),
        ("symbol", 7),
        ("client_order_id", ""),
        ("client_order_id", "x" * 65),
        ("client_order_id", "a b"),
        ("client_order_id", "mine\n"),
        ("params", {"a": 1}),
        ("params", {"a": "b\x00"}),  # What PostgreSQL cannot store would end the desk.
        ("params", {"a\x00": "b"}),
        ("params", {"a": "b\x1b[2J"}),
        ("retry_window_seconds", -1),
        ("retry_window_seconds", 301),
        ("retry_window_seconds", "10"),
        ("position_side", "both"),
        ("margin_mode", "portfolio"),
        ("leverage", "5x"),
        ("trigger_by", "bid"),
        ("reduce_only", "yes"),
    ],
)
async def test_a_value_out_of_its_set_is_refused(alice, desk, field: str, value: Any) -> None:
    problem = assert_problem(await alice.place(**{field: value}), 422, "invalid_request")
    assert field in problem["detail"]
    assert desk.commands == []


async def test_a_body_beyond_the_limit_is_refused(alice, desk) -> None:
    answer = await alice.call(
        "POST", ORDERS, content=b'{"a":"' + b"x" * 200_000 + b'"}', headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"
    assert desk.commands == []


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/orders?wait=closed"),
        ("GET", "/orders?accounts=x"),
        ("GET", "/orders?limit=1&limit=2"),
        ("GET", "/orders?limit=0"),
        ("GET", "/orders?limit=100000"),
        ("GET", "/orders?limit=ten"),
        ("GET", "/orders?status=done"),
        ("GET", "/orders?exchange=kraken"),
        ("GET", "/orders?since=yesterday"),
        ("GET", "/orders?since=2026-03-01T12:00:00"),
        ("GET", "/executions?since=2026-03-01T12:00:00"),
        ("GET", "/orders?cursor=nonsense"),
        ("GET", "/executions?cursor=nonsense"),
        ("GET", "/ledger?cursor=nonsense"),
        ("POST", "/orders?wait_for=ever"),
        ("POST", "/orders?timeout_ms=-1"),
        ("POST", "/orders?timeout_ms=99999999"),
        ("PATCH", "/orders/01J?wait_for=ever"),
        ("PATCH", "/orders/01J?quantity=1"),
        ("DELETE", "/orders/01J?quantity=-1"),
        ("DELETE", "/orders/01J?quantity=1e3"),
        ("DELETE", "/orders/01J?quantity="),
        ("DELETE", "/orders/01J?price=1"),
        ("GET", "/orders?since=0001-01-01T00:00:00%2B14:00"),
        ("GET", "/orders?parent_order_id=a|b"),
        ("GET", "/positions?account=binance-alice"),
        ("GET", "/rules?open=perhaps"),
        ("GET", "/rules?cursor=nonsense"),
        ("DELETE", "/rules/01J?x=1"),
        ("GET", "/corrections?user_id=bob"),
        ("GET", "/reconciliation/breaks?open=2"),
        ("GET", "/reconciliation/breaks?limit=1000"),
        ("DELETE", "/orders?acount=binance-alice"),
        ("GET", "/accounts?x=1"),
        ("GET", "/reconciliation/breaks?x=1"),
        ("GET", "/system/venues?x=1"),
        ("GET", "/balances?x=1"),
        ("GET", "/instruments?exchang=binance"),
    ],
)
async def test_a_query_that_is_not_understood_is_refused(alice, desk, method: str, path: str) -> None:
    body = {"json": {}} if method in {"POST", "PATCH"} else {}
    answer = await alice.call(method, path, **body)
    assert answer.status_code == 400, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert desk.commands == []


@pytest.mark.parametrize("path", ["/orders/X?x=1", "/orders/X/history?x=1"])
async def test_a_misspelt_query_of_one_order_is_refused(alice, path: str) -> None:
    placed = (await alice.place()).json()["order_id"]
    answer = await alice.call("GET", path.replace("X", placed))
    assert answer.status_code == 400, answer.text


@pytest.mark.parametrize("key", ["", " ", "x" * 300, "a key", "schlüssel".encode("latin-1")])
async def test_an_idempotency_key_that_is_none_is_refused(alice, desk, key: Any) -> None:
    answer = await alice.post("/orders", {}, headers={"Idempotency-Key": key})
    assert answer.status_code in {400, 422}
    assert desk.commands == []


async def test_an_unknown_path_is_a_problem(users) -> None:
    assert_problem(await users.client.get("/api/v1/nothing"), 404, "not_found")
    assert_problem(await users.client.get("/"), 404, "not_found")


@pytest.mark.parametrize("method", ["PUT", "PATCH", "POST"])
async def test_a_wrong_method_is_a_problem(alice, method: str) -> None:
    assert_problem(await alice.call(method, "/portfolio"), 405, "method_not_allowed")


async def test_a_fault_of_ours_tells_nothing(alice, desk) -> None:
    desk.failure = RuntimeError("the secret path is /etc/key")
    answer = await alice.place()
    assert_problem(answer, 500, "internal_error")
    assert "secret path" not in answer.text
    assert "Traceback" not in answer.text


async def test_an_unknown_account_is_not_found(alice, desk) -> None:
    assert_problem(await alice.place(account="nowhere"), 404, "account_not_found")
    assert desk.sent == []


async def test_an_account_of_somebody_else_is_not_found(alice, desk) -> None:
    assert_problem(await alice.place(account="okx-bob"), 404, "account_not_found")
    assert desk.sent == []


@pytest.mark.parametrize(
    ("field", "value", "right"),
    [
        ("quantity", "1e-3", '"0.25"'),
        ("price", 60000.5, '"0.25"'),
        ("symbol", "BTCUSDT", "BTC/USDT"),
        ("account", "my account", "letters, digits"),
        ("client_order_id", "a b", "letters, digits"),
    ],
)
async def test_a_refused_value_is_told_how_to_be_right(alice, field: str, value: Any, right: str) -> None:
    problem = assert_problem(await alice.place(**{field: value}), 422, "invalid_request")
    assert right in problem["detail"]
    assert f"at `$.{field}`" in problem["detail"]
    assert "regex" not in problem["detail"]


async def test_a_refused_query_parameter_is_told_how_to_be_right(alice) -> None:
    problem = assert_problem(await alice.call("GET", f"{ORDERS}?status=cancelled"), 400, "invalid_query")
    assert "canceled" in problem["detail"]
    assert "regex" not in problem["detail"]


@pytest.mark.parametrize("order_id", ["%00", "%ff", "%ed%a0%80", "01J%00", "a%2Fb", "'--", "..%5c", "%C3%9F"])
@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
async def test_a_path_that_is_no_id_is_not_there_and_never_reaches_the_desk(
    alice, desk, method: str, order_id: str
) -> None:
    body = {"json": {"price": "1"}} if method == "PATCH" else {}
    answer = await alice.call(method, f"/orders/{order_id}", **body)
    assert answer.status_code == 404, answer.text
    assert answer.json()["code"] in ("order_not_found", "not_found")
    assert desk.commands == []


@pytest.mark.parametrize("rule_id", ["%00", "%ff", "a%2Fb", "'--"])
async def test_a_path_that_is_no_rule_is_not_there(alice, desk, rule_id: str) -> None:
    answer = await alice.call("DELETE", f"/rules/{rule_id}")
    assert answer.status_code == 404, answer.text
    assert desk.commands == []


@pytest.mark.parametrize("break_id", ["%00", "%ff", "none", "x" * 500, "a%0Ab"])
async def test_a_path_that_is_no_break_is_not_there(users, desk, break_id: str) -> None:
    body = {"accept": False, "message": "gone"}
    answer = await users.rita.post(f"/reconciliation/breaks/{break_id}/resolve", body)
    assert_problem(answer, 404, "break_not_found")
    assert desk.commands == []


BODIES: list[tuple[str, str, Any]] = [
    ("PATCH", "/orders/01J", {"quantity": 1}),
    ("PATCH", "/orders/01J", {"side": "sell"}),
    ("PATCH", "/orders/01J", {"price": "1e3"}),
    ("PATCH", "/orders/01J", []),
    ("POST", "/rules", {"status": "filled", "cancel_order_id": "01K"}),
    ("POST", "/rules", {"order_id": "01J", "status": "done", "cancel_order_id": "01K"}),
    ("POST", "/rules", {"order_id": "01J", "status": "filled"}),
    ("POST", "/rules", {"order_id": "01J", "status": "filled", "cancel_order_id": "a|b"}),
    ("POST", "/rules", {"order_id": "01J", "status": "filled", "place": {}}),
    ("PUT", "/corrections", {"adjust_to_grid": True}),
    ("PUT", "/corrections", {"adjust_to_grid": 1, "reprice_post_only": False}),
    ("PUT", "/corrections", {"adjust_to_grid": True, "reprice_post_only": False, "more": True}),
]


@pytest.mark.parametrize(("method", "path", "body"), BODIES)
async def test_a_body_of_another_shape_is_refused(alice, desk, method: str, path: str, body: Any) -> None:
    assert_problem(await alice.call(method, path, json=body), 422, "invalid_request")
    assert desk.commands == []


@pytest.mark.parametrize("name", ["a\x00b", "two\nlines", "\x1b[31mred"])
async def test_names_and_labels_are_plain_text(users, desk, name: str) -> None:
    user = {"user_id": "zoe", "name": name, "role": "trader"}
    token = {"user_id": "alice", "label": name}
    for path, body in (("/users", user), ("/tokens", token)):
        assert_problem(await users.root.call("POST", path, json=body), 422, "invalid_request")
    assert desk.commands == []


@pytest.mark.parametrize("path", ["/risk/kill-switch", "/orders", "/orders/01J"])
async def test_a_body_that_nobody_reads_is_refused(users, desk, path: str) -> None:
    answer = await users.rita.call("DELETE", path, json={"scope": {"user_id": "bob"}, "message": "mended"})
    problem = assert_problem(answer, 400, "bad_request")
    assert "query" in problem["detail"]
    assert desk.commands == []


@pytest.mark.parametrize(
    ("path", "choices"),
    [("/approvals?state=open", "state is one of pending"), ("/portfolio/equity?interval=minute", "interval is one of")],
)
async def test_what_is_no_choice_is_refused_with_the_choices(alice, path: str, choices: str) -> None:
    assert choices in assert_problem(await alice.call("GET", path), 400, "invalid_query")["detail"]
