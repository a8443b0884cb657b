"""What came into the books before they kept count of it, from the journal: for desks that are older than the count."""

import json
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from tidegate.core.money import ZERO

_COUNTED = frozenset({"deposit", "withdrawal", "transfer"})
_FIELDS = {  # By the kind of event: the quantity, and its price at that moment.
    "BalanceOpened": ("quantity", "price"),
    "BalanceAdjusted": ("quantity", "price"),
    "CashFlowBooked": ("amount", "rate"),
}
_MOVEMENTS = sa.text(
    "SELECT type, payload FROM journal WHERE type IN ('BalanceOpened', 'BalanceAdjusted', 'CashFlowBooked') "
    "ORDER BY sequence"
)


def capital_rows(connection: sa.Connection) -> list[dict[str, Any]]:
    """A row for each owner, as the desk counts since: what had no price then is not counted yet."""
    deposits: dict[tuple[str, str], Decimal] = {}
    unpriced: dict[tuple[str, str], dict[str, Decimal]] = {}
    for kind, payload in connection.execute(_MOVEMENTS):
        event = json.loads(payload)
        if kind == "CashFlowBooked" and event["kind"] not in _COUNTED:
            continue
        owner = (event["account_id"], event["user_id"])
        quantity, price = (event[field] for field in _FIELDS[kind])
        deposits.setdefault(owner, ZERO)
        if price is not None:
            deposits[owner] += Decimal(quantity) * Decimal(price)
        else:
            waiting = unpriced.setdefault(owner, {})
            waiting[event["asset"]] = waiting.get(event["asset"], ZERO) + Decimal(quantity)
    return [_row(*owner, total, unpriced.get(owner, {})) for owner, total in deposits.items()]


def _row(account_id: str, user_id: str, deposits: Decimal, unpriced: dict[str, Decimal]) -> dict[str, Any]:
    quantities = {asset: format(quantity, "f") for asset, quantity in unpriced.items() if quantity}
    return {
        "account_id": account_id,
        "user_id": user_id,
        "net_deposits": deposits,
        "unpriced": json.dumps(quantities, separators=(",", ":")),
    }
