"""The calls about orders as data: what to send, what comes back. Both clients share these; nothing here does I/O."""

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Generic, Literal, Required, TypedDict, TypeVar
from urllib.parse import quote

import msgspec

from tidegate.client.errors import UsageError
from tidegate.client.results import HistoryEntry, Order, Page, Rule

API_PATH = "/api/v1"
TIMEOUT_MS_DEFAULT = 5_000
_KEY_BYTES = 16

ResultT = TypeVar("ResultT")
Amount = Decimal | str | int
WaitFor = Literal["durable", "acknowledged", "closed"]


class ProtectionFields(TypedDict, total=False):
    """What closes the position that an order opens. `trailing_offset` of a stop: `"150"` (quote asset) or `"1.5%"`."""

    trigger_price: Amount | None
    price: Amount | None
    trailing_offset: Amount | None
    trigger_by: str | None


class OrderFields(TypedDict, total=False):
    """An order to place. Exactly one of `quantity` (base) and, for market orders, `quote_quantity`."""

    account: Required[str]
    symbol: Required[str]
    side: Required[str]
    order_type: Required[str]
    quantity: Amount | None
    quote_quantity: Amount | None
    price: Amount | None
    trigger_price: Amount | None
    trigger_by: str | None
    trailing_offset: Amount | None
    time_in_force: str | None
    expires_at: datetime | None
    post_only: bool
    reduce_only: bool
    position_side: str | None
    margin_mode: str | None
    leverage: Amount | None
    routing: str | None
    stop_loss: ProtectionFields | None
    take_profit: ProtectionFields | None
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
    parent_order_id: str | None
    since: datetime | None
    until: datetime | None
    limit: int | None
    cursor: str | None


class RuleQuery(TypedDict, total=False):
    """Which rules to list; what is absent matches all. `open`: those that wait, or those that have ended."""

    open: bool | None
    user_id: str | None
    limit: int | None
    cursor: str | None


class Call(msgspec.Struct, Generic[ResultT], frozen=True, kw_only=True):
    """One request.

    `repeatable`: sending it twice does what sending it once does, so it may be sent again when its answer was lost.
    `answers`: the HTTP statuses whose body is a `result`; a 202's is an `accepted`, where one is given.
    `patience_seconds`: how long the desk itself may wait.
    """

    method: str
    path: str
    result: type[ResultT]
    accepted: type[ResultT] | None = None
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
        body=json_body(fields),
        idempotency_key=idempotency_key or secrets.token_hex(_KEY_BYTES),
        patience_seconds=timeout_ms / 1000,
    )


def order(order_id: str) -> Call[Order]:
    """`GET /orders/{order_id}`."""
    return Call(method="GET", path=_order_path(order_id), result=Order)


def orders(query: OrderQuery) -> Call[Page[Order]]:
    """`GET /orders`."""
    return Call(method="GET", path=f"{API_PATH}/orders", result=Page[Order], query=filters(query))


def order_history(order_id: str) -> Call[Page[HistoryEntry]]:
    """`GET /orders/{order_id}/history`."""
    return Call(method="GET", path=f"{_order_path(order_id)}/history", result=Page[HistoryEntry])


def amend_order(
    order_id: str,
    *,
    quantity: Amount | None,
    price: Amount | None,
    trigger_price: Amount | None,
    wait_for: WaitFor,
    timeout_ms: int,
    idempotency_key: str | None,
) -> Call[Order]:
    """`PATCH /orders/{order_id}`. With a key, as a placement: a repeat after a lost answer changes nothing twice."""
    return Call(
        method="PATCH",
        path=_order_path(order_id),
        result=Order,
        query=_waiting(wait_for, timeout_ms),
        body=json_body({"quantity": quantity, "price": price, "trigger_price": trigger_price}),
        idempotency_key=idempotency_key or secrets.token_hex(_KEY_BYTES),
        patience_seconds=timeout_ms / 1000,
    )


def cancel_order(
    order_id: str, *, quantity: Amount | None, wait_for: WaitFor, timeout_ms: int, idempotency_key: str | None
) -> Call[Order]:
    """`DELETE /orders/{order_id}`. A part with a key: twice the same request would cancel twice as much."""
    part = {} if quantity is None else {"quantity": plain_amount("quantity", quantity)}
    if quantity is not None:
        idempotency_key = idempotency_key or secrets.token_hex(_KEY_BYTES)
    return Call(
        method="DELETE",
        path=_order_path(order_id),
        result=Order,
        query=_waiting(wait_for, timeout_ms) | part,
        idempotency_key=idempotency_key,
        patience_seconds=timeout_ms / 1000,
    )


def cancel_orders(
    *, account: str | None, exchange: str | None, symbol: str | None, user_id: str | None
) -> Call[Page[Order]]:
    """`DELETE /orders`."""
    query = filters({"account": account, "exchange": exchange, "symbol": symbol, "user_id": user_id})
    return Call(method="DELETE", path=f"{API_PATH}/orders", result=Page[Order], query=query)


def rules(query: RuleQuery) -> Call[Page[Rule]]:
    """`GET /rules`."""
    return Call(method="GET", path=f"{API_PATH}/rules", result=Page[Rule], query=filters(query))


def create_rule(
    *,
    order_id: str,
    status: str,
    place: OrderFields | None,
    cancel_order_id: str | None,
    idempotency_key: str | None,
) -> Call[Rule]:
    """`POST /rules`. With a key, as a placement."""
    body = {"order_id": order_id, "status": status, "place": place, "cancel_order_id": cancel_order_id}
    return Call(
        method="POST",
        path=f"{API_PATH}/rules",
        result=Rule,
        body=json_body(body),
        idempotency_key=idempotency_key or secrets.token_hex(_KEY_BYTES),
    )


def delete_rule(rule_id: str) -> Call[Rule]:
    """`DELETE /rules/{rule_id}`. A repeat would be told that there is no such rule any more."""
    path = f"{API_PATH}/rules/{path_segment('a rule id', rule_id)}"
    return Call(method="DELETE", path=path, result=Rule, repeatable=False)


def _order_path(order_id: str) -> str:
    return f"{API_PATH}/orders/{path_segment('an order id', order_id)}"


def path_segment(what: str, text: str) -> str:
    """An id as one segment of a path: none that is empty or made of dots, which would lead to another path."""
    if text in {"", ".", ".."}:
        raise UsageError(f"{what} is not empty" if not text else f"{what} is not {text!r}")
    return quote(text, safe="")


def _waiting(wait_for: WaitFor, timeout_ms: int) -> dict[str, str]:
    return {"wait_for": wait_for, "timeout_ms": str(timeout_ms)}


def json_body(fields: Mapping[str, Any]) -> bytes:
    """Fields as the API takes them; what is None is left out."""
    return msgspec.json.encode(_told(fields))


_AMOUNTS = frozenset({"quantity", "quote_quantity", "price", "trigger_price", "trailing_offset", "leverage"})


def _told(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _value(name, value) for name, value in fields.items() if value is not None}


def _value(name: str, value: Any) -> Any:
    """A field as JSON carries it."""
    if name in _AMOUNTS:
        return plain_amount(name, value)
    if isinstance(value, datetime):
        return _moment(name, value)
    return _told(value) if name in {"stop_loss", "take_profit", "place"} else value


def plain_amount(name: str, value: Any) -> str:
    """An amount as a string of a plain decimal; strings stay as they are. Raises `UsageError` for what is not exact."""
    if isinstance(value, str):
        return value
    if isinstance(value, Decimal) and value.is_finite():
        return format(value, "f")
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise UsageError(f'{name}: {value!r} is not an exact amount; pass a Decimal or a string such as "0.25"')


def filters(wanted: Mapping[str, Any]) -> dict[str, str]:
    """Filters as query parameters; what is None is left out."""
    return {name: _word(name, value) for name, value in wanted.items() if value is not None}


def _word(name: str, value: Any) -> str:
    if isinstance(value, datetime):
        return _moment(name, value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _moment(name: str, value: datetime) -> str:
    if value.tzinfo is None:
        raise UsageError(f"{name}: a time needs a time zone, such as datetime.now(UTC)")
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
