"""What a desk answers about risk."""

from typing import Any

AT = "2026-01-02T03:04:05Z"
LIMIT = {
    "limit_id": "small-orders",
    "kind": "order_notional",
    "scope": {"user_id": "bob", "symbol": "BTC/USDT"},
    "value": "5000.5",
    "interval_seconds": None,
    "symbols": [],
    "action": "refuse",
    "warn_at": ["0.8", "0.95"],
    "attach_stop_ratio": None,
}
LIMITS = {
    "version": 3,
    "limits": [LIMIT],
    "set_at": AT,
    "set_by": "rita",
    "approved_by": "rosa",
    "message": "calm days",
}


def state(**changes: Any) -> dict[str, Any]:
    """Bob is halted."""
    return {
        "scope_key": "user:bob",
        "scope": {"user_id": "bob"},
        "state": "halted",
        "set_at": AT,
        "set_by": "rita",
        "automatic": False,
        "message": "runaway",
        "approved_by": None,
        "protection_too": False,
        "close_positions": False,
        **changes,
    }


def approval(**changes: Any) -> dict[str, Any]:
    """Rita asks for Bob's release."""
    return {
        "approval_id": "01APPROVAL",
        "kind": "kill_switch_release",
        "state": "pending",
        "requested_at": AT,
        "requested_by": "rita",
        "message": "calm again",
        "limits": None,
        "expected_version": None,
        "scope": {"user_id": "bob"},
        "decided_at": None,
        "decided_by": None,
        "decision": "",
        **changes,
    }


TRANSFER = {
    "transfer_id": "01TRANSFER",
    "from_account": "okx-main",
    "from_user_id": "unallocated",
    "to_account": "okx-main",
    "to_user_id": "bob",
    "asset": "USDT",
    "quantity": "1000",
    "wallet": "main",
    "transferred_at": AT,
    "transferred_by": "root",
    "message": "",
    "from_seen": True,
    "to_seen": False,
}
RISK = {
    "at": AT,
    "reporting_currency": "USDT",
    "limits_version": 3,
    "limits": [LIMIT],
    "uses": [
        {
            "limit_id": name,
            "kind": "gross_exposure",
            "scope": {},
            "limit": "1000",
            "actual": actual,
            "utilization": part,
        }
        for name, actual, part in (("half", "500", "0.5"), ("full", "963.1", "0.9631"), ("idle", "0", None))
    ],
    "accounts": [
        {
            "account_id": "okx-main",
            "user_id": "bob",
            "equity": "123456.789",
            "gross_exposure": "9000",
            "net_exposure": "-9000",
            "leverage": "0.0729",
            "margin_ratio": "0.0146",
            "daily_pnl": "-1250.5",
            "drawdown": "0.01",
            "stale": True,
        }
    ],
    "positions": [
        {
            "account_id": "okx-main",
            "user_id": "bob",
            "symbol": "BTC/USDT:USDT",
            "position_side": "net",
            "quantity": "-0.2",
            "mark_price": "45000",
            "notional": "9000",
            "unrealized_pnl": "10",
            "liquidation_price": "60000",
            "liquidation_distance": "0.3333",
        }
    ],
    "states": [state()],
}
