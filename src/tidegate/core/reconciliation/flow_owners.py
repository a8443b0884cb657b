"""Whose a cash flow is: what positions earn or cost belongs to those who hold them, all else to the account's owner."""

from collections.abc import Mapping
from decimal import Decimal

from tidegate.core.desk import Desk
from tidegate.core.identifiers import UserId
from tidegate.core.messages.reports import CashFlowReported
from tidegate.core.money import ZERO
from tidegate.core.portfolio.positions import signed
from tidegate.core.portfolio.sharing import divided
from tidegate.core.records import UNALLOCATED, Account
from tidegate.core.vocabulary import CashFlowKind, PositionSide


def shares_of(desk: Desk, account: Account, report: CashFlowReported) -> dict[UserId, Decimal]:
    """Everybody's part of the amount; they add up to it."""
    weights = _weights(desk, account, report)
    return divided(report.amount, weights) if weights else {account.owner: report.amount}


def _weights(desk: Desk, account: Account, report: CashFlowReported) -> Mapping[UserId, Decimal]:
    """Those who bore a liquidation, as far as each did; those who held a position, as far as it was the account's."""
    if report.symbol is None:
        return {}
    if report.kind is CashFlowKind.LIQUIDATION_FEE:
        bore = desk.forced.get((report.account_id, report.symbol))
        return {} if bore is None else bore.parts
    if report.kind is not CashFlowKind.FUNDING:
        return {}
    held = _held_then(desk, account, report, report.symbol)
    net = sum(held.values(), ZERO)  # What funding is charged on. Who holds the other way earns what it costs others.
    return {user_id: quantity if net > 0 else -quantity for user_id, quantity in held.items() if quantity and net}


def _held_then(desk: Desk, account: Account, report: CashFlowReported, symbol: str) -> dict[UserId, Decimal]:
    """What each held when it happened: what each holds now, less what was traded since, as far as memory goes."""
    held: dict[UserId, Decimal] = {}
    for user_id in dict.fromkeys((*sorted(account.user_ids), UNALLOCATED)):
        for side in PositionSide:
            position = desk.positions.get((account.account_id, user_id, symbol, side))
            if position is not None:
                held[user_id] = held.get(user_id, ZERO) + position.quantity
    if held.keys() <= {account.owner}:
        return held
    for booked in desk.executions.values():
        is_here = (booked.account_id, booked.symbol) == (account.account_id, symbol)
        if is_here and booked.executed_at > report.happened_at:
            held[booked.user_id] -= signed(booked.side, booked.quantity)
    return held
