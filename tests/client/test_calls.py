"""What the client sends."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import msgspec
import pytest

from tidegate.client import UsageError, calls

ORDER: calls.OrderFields = {"account": "main", "symbol": "BTC/USDT", "side": "buy", "order_type": "market"}


def _placed(fields: calls.OrderFields, key: str | None = None) -> calls.Call[object]:
    return calls.place_order(fields, wait_for="closed", timeout_ms=1500, idempotency_key=key)


@pytest.mark.parametrize(
    ("amount", "text"),
    [(Decimal("1E-8"), "0.00000001"), (Decimal("1E+3"), "1000"), (Decimal("0.10"), "0.10"), (7, "7"), ("0.5", "0.5")],
)
def test_amounts_leave_as_strings_of_plain_decimals(amount: calls.Amount, text: str) -> None:
    body = _placed({**ORDER, "quantity": amount}).body
    assert body is not None
    assert msgspec.json.decode(body)["quantity"] == text


@pytest.mark.parametrize("amount", [0.1, Decimal("NaN"), Decimal("Infinity"), True])
def test_amounts_that_are_not_exact_never_leave(amount: object) -> None:
    with pytest.raises(UsageError, match="quantity"):
        _placed({**ORDER, "quantity": amount})  # type: ignore[typeddict-item]


def test_what_is_not_given_is_not_sent() -> None:
    body = _placed({**ORDER, "quantity": "1", "price": None}).body
    assert body is not None
    assert msgspec.json.decode(body) == {**ORDER, "quantity": "1"}


def test_every_order_carries_a_key_of_its_own_unless_one_is_given() -> None:
    first, second = _placed({**ORDER, "quantity": "1"}), _placed({**ORDER, "quantity": "1"})
    assert first.idempotency_key
    assert first.idempotency_key != second.idempotency_key
    assert _placed(ORDER, key="mine").idempotency_key == "mine"


def test_the_desk_may_take_the_time_that_it_was_given() -> None:
    call = _placed(ORDER)
    assert call.query == {"wait_for": "closed", "timeout_ms": "1500"}
    assert call.patience_seconds == 1.5


def test_an_order_id_cannot_lead_to_another_path() -> None:
    assert calls.order("../users?x=1").path == "/api/v1/orders/..%2Fusers%3Fx%3D1"
    with pytest.raises(UsageError):
        calls.order("")


def test_times_leave_as_utc_and_only_with_a_zone() -> None:
    moment = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone(timedelta(hours=2)))
    assert calls.orders({"since": moment}).query == {"since": "2026-01-02T01:04:05.000000Z"}
    assert calls.orders({"since": moment.astimezone(UTC)}).query == calls.orders({"since": moment}).query
    with pytest.raises(UsageError, match="time zone"):
        calls.orders({"until": datetime(2026, 1, 2)})  # noqa: DTZ001


def test_every_field_of_an_order_leaves_as_the_api_takes_it() -> None:
    until = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    asked: calls.OrderFields = {
        **ORDER,
        "order_type": "trailing_stop",
        "quantity": "1",
        "trailing_offset": Decimal("1E+2"),
        "trigger_by": "mark",
        "leverage": 5,
        "position_side": "long",
        "margin_mode": "isolated",
        "reduce_only": True,
        "time_in_force": "gtd",
        "expires_at": until,
        "stop_loss": {"trigger_price": Decimal("59000.50"), "price": None},
        "take_profit": {"trailing_offset": "1.5%", "trigger_by": "last"},
        "params": {"tag": "mine"},
    }
    body = _placed(asked).body
    assert body is not None
    assert msgspec.json.decode(body) == {
        **asked,
        "trailing_offset": "100",
        "leverage": "5",
        "expires_at": "2026-01-02T03:04:05.000000Z",
        "stop_loss": {"trigger_price": "59000.50"},
    }


def test_the_amounts_of_a_protection_are_exact_too() -> None:
    with pytest.raises(UsageError, match="trigger_price"):
        _placed({**ORDER, "quantity": "1", "stop_loss": {"trigger_price": 59000.5}})  # type: ignore[typeddict-item]


def test_a_change_names_its_figures_and_carries_a_key() -> None:
    call = calls.amend_order(
        "01J",
        quantity=None,
        price=Decimal("6.10E+4"),
        trigger_price="60000",
        wait_for="durable",
        timeout_ms=0,
        idempotency_key=None,
    )
    assert (call.method, call.path) == ("PATCH", "/api/v1/orders/01J")
    assert call.body is not None
    assert msgspec.json.decode(call.body) == {"price": "61000", "trigger_price": "60000"}
    assert call.idempotency_key


def test_a_cancel_may_be_of_a_part() -> None:
    whole = calls.cancel_order("01J", quantity=None, wait_for="closed", timeout_ms=1, idempotency_key="k")
    part = calls.cancel_order("01J", quantity=Decimal("1E-3"), wait_for="closed", timeout_ms=1, idempotency_key=None)
    assert whole.query == {"wait_for": "closed", "timeout_ms": "1"}
    assert whole.idempotency_key == "k"
    assert part.query == {**whole.query, "quantity": "0.001"}
    assert part.idempotency_key  # Else a repeat after a lost answer would cancel as much again.


def test_canceling_many_names_what_they_have_in_common() -> None:
    call = calls.cancel_orders(account="main", exchange=None, symbol="BTC/USDT", user_id="bob")
    assert call.query == {"account": "main", "symbol": "BTC/USDT", "user_id": "bob"}


def test_a_rule_carries_its_order_and_a_key() -> None:
    call = calls.create_rule(
        order_id="01J", status="filled", place={**ORDER, "quantity": 7}, cancel_order_id=None, idempotency_key=None
    )
    assert (call.method, call.path) == ("POST", "/api/v1/rules")
    assert call.body is not None
    assert msgspec.json.decode(call.body) == {
        "order_id": "01J",
        "status": "filled",
        "place": {**ORDER, "quantity": "7"},
    }
    assert call.idempotency_key


def test_rules_are_listed_by_whether_they_wait() -> None:
    assert calls.rules({"open": True, "limit": 5}).query == {"open": "true", "limit": "5"}


def test_a_rule_is_deleted_once() -> None:
    call = calls.delete_rule("01J")
    assert (call.method, call.path) == ("DELETE", "/api/v1/rules/01J")
    assert not call.repeatable  # A repeat would be told that it is not there.
    with pytest.raises(UsageError, match="rule id"):
        calls.delete_rule("..")


def test_orders_and_questions_may_be_sent_again() -> None:
    assert _placed(ORDER).repeatable
    assert calls.order("01J").repeatable
