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


def test_credentials_go_to_their_account_and_may_be_sent_again() -> None:
    call = calls.replace_credentials("main/eu", api_key="k", secret="s", passphrase=None)
    assert (call.method, call.path) == ("PUT", "/api/v1/accounts/main%2Feu/credentials")
    assert call.body is not None
    assert msgspec.json.decode(call.body) == {"api_key": "k", "secret": "s"}
    assert call.repeatable


@pytest.mark.parametrize("account_id", ["", ".", ".."])
def test_credentials_never_leave_for_another_path(account_id: str) -> None:
    with pytest.raises(UsageError, match="account id"):
        calls.replace_credentials(account_id, api_key="k", secret="s", passphrase=None)


def test_additions_are_not_repeatable_but_orders_and_questions_are() -> None:
    assert not calls.add_user("alice", name="Alice", role="trader").repeatable
    assert not calls.issue_token("alice", label="bot").repeatable
    assert _placed(ORDER).repeatable
    assert calls.order("01J").repeatable
