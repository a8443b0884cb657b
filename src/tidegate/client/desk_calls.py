"""The other calls of the API as data: the books, and the desk itself."""

from collections.abc import Mapping
from datetime import datetime
from typing import TypedDict, TypeVar

from tidegate.client.calls import API_PATH, Call, filters, json_body, path_segment
from tidegate.client.desk_results import (
    Account,
    Balance,
    Break,
    Corrections,
    Instrument,
    Position,
    Readiness,
    Token,
    User,
    Venue,
)
from tidegate.client.results import Execution, Page

ResultT = TypeVar("ResultT")


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


class BreakQuery(TypedDict, total=False):
    """Which breaks to list; what is absent matches all. `open`: those that stand, or those that were resolved."""

    open: bool | None
    account: str | None
    kind: str | None
    limit: int | None
    cursor: str | None


def executions(query: ExecutionQuery) -> Call[Page[Execution]]:
    """`GET /executions`."""
    return Call(method="GET", path=f"{API_PATH}/executions", result=Page[Execution], query=filters(query))


def balances() -> Call[Page[Balance]]:
    """`GET /balances`."""
    return Call(method="GET", path=f"{API_PATH}/balances", result=Page[Balance])


def positions(user_id: str | None) -> Call[Page[Position]]:
    """`GET /positions`."""
    query = filters({"user_id": user_id})
    return Call(method="GET", path=f"{API_PATH}/positions", result=Page[Position], query=query)


def instruments(exchange: str | None) -> Call[Page[Instrument]]:
    """`GET /instruments`."""
    query = filters({"exchange": exchange})
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
        path=f"{API_PATH}/accounts/{path_segment('an account id', account_id)}/credentials",
        result=Account,
        body=json_body({"api_key": api_key, "secret": secret, "passphrase": passphrase}),
    )


def add_user(user_id: str, *, name: str, role: str) -> Call[User]:
    """`POST /users`."""
    return _addition("users", User, {"user_id": user_id, "name": name, "role": role})


def issue_token(user_id: str, *, label: str) -> Call[Token]:
    """`POST /tokens`."""
    return _addition("tokens", Token, {"user_id": user_id, "label": label})


def corrections() -> Call[Corrections]:
    """`GET /corrections`."""
    return Call(method="GET", path=f"{API_PATH}/corrections", result=Corrections)


def set_corrections(*, adjust_to_grid: bool, reprice_post_only: bool) -> Call[Corrections]:
    """`PUT /corrections`."""
    body = json_body({"adjust_to_grid": adjust_to_grid, "reprice_post_only": reprice_post_only})
    return Call(method="PUT", path=f"{API_PATH}/corrections", result=Corrections, body=body)


def breaks(query: BreakQuery) -> Call[Page[Break]]:
    """`GET /reconciliation/breaks`."""
    path = f"{API_PATH}/reconciliation/breaks"
    return Call(method="GET", path=path, result=Page[Break], query=filters(query))


def resolve_break(break_id: str, *, accept: bool, message: str, owner_id: str | None) -> Call[Break]:
    """`POST /reconciliation/breaks/{break_id}/resolve`. The same again is answered alike: it may be repeated."""
    path = f"{API_PATH}/reconciliation/breaks/{path_segment('a break id', break_id)}/resolve"
    body = json_body({"accept": accept, "message": message, "owner_id": owner_id})
    return Call(method="POST", path=path, result=Break, body=body)


def venues() -> Call[Page[Venue]]:
    """`GET /system/venues`."""
    return Call(method="GET", path=f"{API_PATH}/system/venues", result=Page[Venue])


def readiness() -> Call[Readiness]:
    """`GET /health/ready`: 503 is an answer here, the one that says what is not ready."""
    return Call(method="GET", path="/health/ready", result=Readiness, answers=frozenset({200, 503}))


def _addition(what: str, result: type[ResultT], body: Mapping[str, object]) -> Call[ResultT]:
    """Something new on the desk. These have no idempotency keys: a repeat would be refused, or issue a second token."""
    return Call(method="POST", path=f"{API_PATH}/{what}", result=result, body=json_body(body), repeatable=False)
