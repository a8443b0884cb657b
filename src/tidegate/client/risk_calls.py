"""The calls about limits, the kill switch, approvals, transfers and risk as data."""

import secrets
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Required, TypedDict

import msgspec

from tidegate.client.calls import API_PATH, Amount, Call, OrderFields, filters, json_body, path_segment, plain_amount
from tidegate.client.desk_results import Account
from tidegate.client.results import Page
from tidegate.client.risk_results import (
    Approval,
    KeepAlive,
    OrderPreview,
    RiskLimit,
    RiskLimits,
    RiskUtilization,
    TradingState,
    Transfer,
)

_KEY_BYTES = 16
_OR_WAITING = frozenset({200, 202})


class ScopeFields(TypedDict, total=False):
    """What a limit or a state is about: all that is named, together; nothing named: the whole desk."""

    role: str | None
    user_id: str | None
    account: str | None
    exchange: str | None
    symbol: str | None


class RiskLimitFields(TypedDict, total=False):
    """One limit to set."""

    limit_id: Required[str]
    kind: Required[str]
    scope: ScopeFields
    value: Amount | None
    interval_seconds: int | None
    symbols: list[str]
    action: str
    warn_at: list[Amount]
    attach_stop_ratio: Amount | None


class ApprovalQuery(TypedDict, total=False):
    """Which requests for a second person's word to list. `state`: `pending`, `approved` or `rejected`."""

    state: str | None
    limit: int | None
    cursor: str | None


class TransferQuery(TypedDict, total=False):
    """Whose transfers to list."""

    user_id: str | None
    limit: int | None
    cursor: str | None


def preview_order(fields: OrderFields) -> Call[OrderPreview]:
    """`POST /orders/preview`. Asks only: it may be repeated."""
    return Call(method="POST", path=f"{API_PATH}/orders/preview", result=OrderPreview, body=json_body(fields))


def risk_limits(version: int | None) -> Call[RiskLimits]:
    """`GET /risk/limits`."""
    query = filters({"version": version})
    return Call(method="GET", path=f"{API_PATH}/risk/limits", result=RiskLimits, query=query)


def set_risk_limits(
    limits: Iterable[RiskLimit | RiskLimitFields], *, version: int | None, message: str, idempotency_key: str | None
) -> Call[RiskLimits | Approval]:
    """`PUT /risk/limits`. With a key, so that a repeat after a lost answer asks for one approval."""
    return Call(
        method="PUT",
        path=f"{API_PATH}/risk/limits",
        result=RiskLimits,
        accepted=Approval,
        answers=_OR_WAITING,
        body=json_body({"limits": [_limit(limit) for limit in limits], "version": version, "message": message}),
        idempotency_key=idempotency_key or secrets.token_hex(_KEY_BYTES),
    )


def _limit(limit: RiskLimit | RiskLimitFields) -> dict[str, Any]:
    """A limit as JSON carries it; what is None is left out."""
    fields: dict[str, Any] = msgspec.to_builtins(limit, builtin_types=(Decimal,))
    for name in ("value", "attach_stop_ratio"):
        if fields.get(name) is not None:
            fields[name] = plain_amount(name, fields[name])
    if fields.get("warn_at") is not None:
        fields["warn_at"] = [plain_amount("warn_at", level) for level in fields["warn_at"]]
    if fields.get("scope") is not None:
        fields["scope"] = filters(fields["scope"])
    return {name: value for name, value in fields.items() if value is not None}


def risk_utilization(user_id: str | None) -> Call[RiskUtilization]:
    """`GET /risk/utilization`."""
    query = filters({"user_id": user_id})
    return Call(method="GET", path=f"{API_PATH}/risk/utilization", result=RiskUtilization, query=query)


def trading_states() -> Call[Page[TradingState]]:
    """`GET /risk/kill-switch`."""
    return Call(method="GET", path=f"{API_PATH}/risk/kill-switch", result=Page[TradingState])


def throw_kill_switch(
    scope: ScopeFields, *, state: str, cancel_protection: bool, close_positions: bool, message: str
) -> Call[TradingState]:
    """`PUT /risk/kill-switch`. Twice does what once does."""
    how = {
        "state": state,
        "cancel_protection": cancel_protection,
        "close_positions": close_positions,
        "message": message,
    }
    body = json_body({**scope, **how})
    return Call(method="PUT", path=f"{API_PATH}/risk/kill-switch", result=TradingState, body=body)


def release_kill_switch(
    scope: ScopeFields, *, message: str, idempotency_key: str | None
) -> Call[TradingState | Approval]:
    """`DELETE /risk/kill-switch`. With a key, so that a repeat after a lost answer asks for one approval."""
    return Call(
        method="DELETE",
        path=f"{API_PATH}/risk/kill-switch",
        result=TradingState,
        accepted=Approval,
        answers=_OR_WAITING,
        query=filters({**scope, "message": message or None}),
        idempotency_key=idempotency_key or secrets.token_hex(_KEY_BYTES),
    )


def approvals(query: ApprovalQuery) -> Call[Page[Approval]]:
    """`GET /approvals`."""
    return Call(method="GET", path=f"{API_PATH}/approvals", result=Page[Approval], query=filters(query))


def approval(approval_id: str) -> Call[Approval]:
    """`GET /approvals/{approval_id}`."""
    return Call(method="GET", path=_approval_path(approval_id), result=Approval)


def decide_approval(approval_id: str, *, approve: bool, message: str) -> Call[Approval]:
    """`POST /approvals/{approval_id}/approve` and `.../reject`. The same again is answered alike."""
    path = f"{_approval_path(approval_id)}/{'approve' if approve else 'reject'}"
    return Call(method="POST", path=path, result=Approval, body=json_body({"message": message}))


def _approval_path(approval_id: str) -> str:
    return f"{API_PATH}/approvals/{path_segment('an approval id', approval_id)}"


def transfers(query: TransferQuery) -> Call[Page[Transfer]]:
    """`GET /transfers`."""
    return Call(method="GET", path=f"{API_PATH}/transfers", result=Page[Transfer], query=filters(query))


def transfer_funds(
    *,
    from_account: str,
    from_user_id: str,
    to_user_id: str,
    asset: str,
    quantity: Amount,
    to_account: str | None,
    wallet: str | None,
    message: str,
    idempotency_key: str | None,
) -> Call[Transfer]:
    """`POST /transfers`. With a key, so that a repeat after a lost answer gives nothing twice."""
    body = {
        "from_account": from_account,
        "from_user_id": from_user_id,
        "to_account": to_account,
        "to_user_id": to_user_id,
        "asset": asset,
        "quantity": quantity,
        "wallet": wallet,
        "message": message,
    }
    return Call(
        method="POST",
        path=f"{API_PATH}/transfers",
        result=Transfer,
        body=json_body(body),
        idempotency_key=idempotency_key or secrets.token_hex(_KEY_BYTES),
    )


def keep_alive(timeout_seconds: int) -> Call[KeepAlive]:
    """`PUT /risk/keep-alive`."""
    body = json_body({"timeout_seconds": timeout_seconds})
    return Call(method="PUT", path=f"{API_PATH}/risk/keep-alive", result=KeepAlive, body=body)


def set_dead_man(account_id: str, seconds: int | None) -> Call[Account]:
    """`PUT /accounts/{account_id}/dead-man`. `null` says something here: never."""
    path = f"{API_PATH}/accounts/{path_segment('an account id', account_id)}/dead-man"
    return Call(method="PUT", path=path, result=Account, body=msgspec.json.encode({"seconds": seconds}))
