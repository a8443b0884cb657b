"""Every call of the API as data: what to send, and what comes back. Both clients share these; nothing here does I/O."""

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Generic, Literal, Required, TypedDict, TypeVar
from urllib.parse import quote

import msgspec

from tidegate.client.errors import UsageError
from tidegate.client.results import (
    Account,
    Balance,
    Break,
    Execution,
    HistoryEntry,
    Instrument,
    Order,
    Page,
    Portfolio,
    Readiness,
    Token,
    User,
    Venue,
)

API_PATH = "/api/v1"
TIMEOUT_MS_DEFAULT = 5_000
_KEY_BYTES = 16

ResultT = TypeVar("ResultT")
Amount = Decimal | str | int
WaitFor = Literal["durable", "acknowledged", "closed"]


class OrderFields(TypedDict, total=False):
    """An order to place. Exactly one of `quantity` (base) and, for market orders, `quote_quantity`."""

    account: Required[str]
    symbol: Required[str]
    side: Required[str]
    order_type: Required[str]
    quantity: Amount | None
    quote_quantity: Amount | None
    price: Amount | None
    time_in_force: str | None
    post_only: bool
    client_order_id: str | None
    params: dict[str, str] | None
    retry_window_seconds: float | None


class OrderQuery(TypedDict, total=False):
    """Which orders to list; what is absent matches all. `status` may also be `open` or `closed`."""

    status: str | None
    account: str | None
    exchange: str | None
    symbol: str | None
    user_id: str | None
    client_order_id: str | None
    since: datetime | None
    until: datetime | None
    limit: int | None
    cursor: str | None


class ExecutionQuery(TypedDict, total=False):
    """Which executions to list; what is absent matches all."""

    order_id: str | None
    account: str | None
    exchange: str | None
    symbol: str | None
    user_id: str | None
    since: datetime | None
    until: datetime | None
    limit: int | None
    cursor: str | None


class Call(msgspec.Struct, Generic[ResultT], frozen=True, kw_only=True):
    """One request.

    `repeatable`: sending it twice does what sending it once does, so it may be sent again when its answer was lost.
    `answers`: the HTTP statuses whose body is a `result`. `patience_seconds`: how long the desk itself may wait.
    """

    method: str
    path: str
    result: type[ResultT]
    query: dict[str, str] = {}
    body: bytes | None = None
    idempotency_key: str | None = None
    repeatable: bool = True
    answers: frozenset[int] = frozenset({200, 201})
    patience_seconds: float = 0.0


def place_order(fields: OrderFields, *, wait_for: WaitFor, timeout_ms: int, idempotency_key: str | None) -> Call[Order]:
    """`POST /orders`. Always carries an idempotency key, so that a repeat after a lost answer places nothing twice."""
    return Call(
        method="POST",
        path=f"{API_PATH}/orders",
        result=Order,
        query=_waiting(wait_for, timeout_ms),
        body=_body(fields),
        idempotency_key=idempotency_key or secrets.token_hex(_KEY_BYTES),
        patience_seconds=timeout_ms / 1000,
    )


def order(order_id: str) -> Call[Order]:
    """`GET /orders/{order_id}`."""
    return Call(method="GET", path=_order_path(order_id), result=Order)


def orders(query: OrderQuery) -> Call[Page[Order]]:
    """`GET /orders`."""
    return Call(method="GET", path=f"{API_PATH}/orders", result=Page[Order], query=_query(query))


def order_history(order_id: str) -> Call[Page[HistoryEntry]]:
    """`GET /orders/{order_id}/history`."""
    return Call(method="GET", path=f"{_order_path(order_id)}/history", result=Page[HistoryEntry])


def cancel_order(order_id: str, *, wait_for: WaitFor, timeout_ms: int) -> Call[Order]:
    """`DELETE /orders/{order_id}`."""
    return Call(
        method="DELETE",
        path=_order_path(order_id),
        result=Order,
        query=_waiting(wait_for, timeout_ms),
        patience_seconds=timeout_ms / 1000,
    )


def cancel_orders(*, account: str | None, exchange: str | None, symbol: str | None) -> Call[Page[Order]]:
    """`DELETE /orders`."""
    query = _query({"account": account, "exchange": exchange, "symbol": symbol})
    return Call(method="DELETE", path=f"{API_PATH}/orders", result=Page[Order], query=query)


def executions(query: ExecutionQuery) -> Call[Page[Execution]]:
    """`GET /executions`."""
    return Call(method="GET", path=f"{API_PATH}/executions", result=Page[Execution], query=_query(query))


def balances() -> Call[Page[Balance]]:
    """`GET /balances`."""
    return Call(method="GET", path=f"{API_PATH}/balances", result=Page[Balance])


def portfolio(user_id: str | None) -> Call[Portfolio]:
    """`GET /portfolio`."""
    query = _query({"user_id": user_id})
    return Call(method="GET", path=f"{API_PATH}/portfolio", result=Portfolio, query=query)


def instruments(exchange: str | None) -> Call[Page[Instrument]]:
    """`GET /instruments`."""
    query = _query({"exchange": exchange})
    return Call(method="GET", path=f"{API_PATH}/instruments", result=Page[Instrument], query=query)


def accounts() -> Call[Page[Account]]:
    """`GET /accounts`."""
    return Call(method="GET", path=f"{API_PATH}/accounts", result=Page[Account])


def add_account(
    account_id: str,
    *,
    exchange: str,
    environment: str,
    user_ids: list[str],
    api_key: str,
    secret: str,
    passphrase: str | None,
) -> Call[Account]:
    """`POST /accounts`."""
    body = {
        "account_id": account_id,
        "exchange": exchange,
        "environment": environment,
        "user_ids": user_ids,
        "api_key": api_key,
        "secret": secret,
        "passphrase": passphrase,
    }
    return _addition("accounts", Account, body)


def replace_credentials(account_id: str, *, api_key: str, secret: str, passphrase: str | None) -> Call[Account]:
    """`PUT /accounts/{account_id}/credentials`. Sent twice, it leaves the same credentials: it may be repeated."""
    return Call(
        method="PUT",
        path=f"{API_PATH}/accounts/{_segment('an account id', account_id)}/credentials",
        result=Account,
        body=_body({"api_key": api_key, "secret": secret, "passphrase": passphrase}),
    )


def add_user(user_id: str, *, name: str, role: str) -> Call[User]:
    """`POST /users`."""
    return _addition("users", User, {"user_id": user_id, "name": name, "role": role})


def issue_token(user_id: str, *, label: str) -> Call[Token]:
    """`POST /tokens`."""
    return _addition("tokens", Token, {"user_id": user_id, "label": label})


def breaks() -> Call[Page[Break]]:
    """`GET /reconciliation/breaks`."""
    return Call(method="GET", path=f"{API_PATH}/reconciliation/breaks", result=Page[Break])


def venues() -> Call[Page[Venue]]:
    """`GET /system/venues`."""
    return Call(method="GET", path=f"{API_PATH}/system/venues", result=Page[Venue])


def readiness() -> Call[Readiness]:
    """`GET /health/ready`: 503 is an answer here, the one that says what is not ready."""
    return Call(method="GET", path="/health/ready", result=Readiness, answers=frozenset({200, 503}))


def _addition(what: str, result: type[ResultT], body: Mapping[str, object]) -> Call[ResultT]:
    """Something new on the desk. These have no idempotency keys: a repeat would be refused, or issue a second token."""
    return Call(method="POST", path=f"{API_PATH}/{what}", result=result, body=_body(body), repeatable=False)


def _order_path(order_id: str) -> str:
    return f"{API_PATH}/orders/{_segment('an order id', order_id)}"


def _segment(what: str, text: str) -> str:
    """An id as one segment of a path: none that is empty or made of dots, which would lead to another path."""
    if text in {"", ".", ".."}:
        raise UsageError(f"{what} is not empty" if not text else f"{what} is not {text!r}")
    return quote(text, safe="")


def _waiting(wait_for: WaitFor, timeout_ms: int) -> dict[str, str]:
    return {"wait_for": wait_for, "timeout_ms": str(timeout_ms)}


def _body(fields: Mapping[str, Any]) -> bytes:
    told = {name: _value(name, value) for name, value in fields.items() if value is not None}
    return msgspec.json.encode(told)


_AMOUNTS = frozenset({"quantity", "quote_quantity", "price"})


def _value(name: str, value: Any) -> Any:
    """A field as JSON carries it: amounts as strings of plain decimals."""
    if name not in _AMOUNTS or isinstance(value, str):
        return value
    if isinstance(value, Decimal) and value.is_finite():
        return format(value, "f")
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise UsageError(f'{name}: {value!r} is not an exact amount; pass a Decimal or a string such as "0.25"')


def _query(filters: Mapping[str, Any]) -> dict[str, str]:
    return {
        name: _moment(name, value) if isinstance(value, datetime) else str(value)
        for name, value in filters.items()
        if value is not None
    }


def _moment(name: str, value: datetime) -> str:
    if value.tzinfo is None:
        raise UsageError(f"{name}: a time needs a time zone, such as datetime.now(UTC)")
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
