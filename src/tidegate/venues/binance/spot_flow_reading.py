"""How Binance writes what comes to spot and goes without a trade: on the stream, and in the wallet's lists."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from tidegate.core.identifiers import AccountId
from tidegate.core.messages.reports import CashFlowReported
from tidegate.core.messages.values import Hearing
from tidegate.core.vocabulary import CashFlowKind
from tidegate.venues.values import MalformedError, amount, amount_or_zero, instant, text

TRANSFERS = tuple(
    kind
    for other in ("UMFUTURE", "CMFUTURE", "MARGIN", "FUNDING", "OPTION", "PORTFOLIO_MARGIN")
    for kind in (f"MAIN_{other}", f"{other}_MAIN")
)
"""The types of "User Universal Transfer" that end or begin in spot."""
_CREDITED = frozenset({1, 6})  # "Deposit History": success, and credited but not to be withdrawn yet.
_ON_THE_WAY = frozenset({0, 2, 4, 6})  # "Withdraw History": sent for confirmation, awaiting, processing, completed.
_CAME_BACK = frozenset({1, 3, 5})  # Canceled, rejected, failed.
_AHEAD = timedelta(minutes=1)  # How much earlier an event may be dated than the row of a list that it is.
_BEHIND = timedelta(minutes=10)  # And how much later.
_DATE = "%Y-%m-%d %H:%M:%S"


class Told(NamedTuple):
    """Whose lists are read, and when."""

    account_id: AccountId
    at: datetime


def is_told_by(listed: CashFlowReported, event: CashFlowReported) -> bool:
    """Whether an event on the stream tells the same as a row of a list."""
    hearing = listed.hearing
    if hearing is None or event.asset != listed.asset or event.amount not in hearing.amounts:
        return False
    return hearing.since <= event.happened_at and (hearing.until is None or event.happened_at <= hearing.until)


def balance_update(event: Any, *, account_id: AccountId, at: datetime) -> CashFlowReported:
    """What came or went without a trade ("Balance Update"): by deposit, withdrawal or transfer, it does not say.

    The event has no id. When it was cleared, the asset and the amount tell it from others, and are the same each time
    that it is sent.
    """
    asset, change = text(event, "a"), text(event, "d")
    return CashFlowReported(
        at=at,
        account_id=account_id,
        flow_id=f"balanceUpdate:{event.get('T')}:{asset}:{change}",
        kind=CashFlowKind.TRANSFER,
        asset=asset,
        amount=amount(change),
        happened_at=instant(event.get("T")),
        nameless=True,
    )


def deposit(row: Any, told: Told) -> list[CashFlowReported]:
    """A deposit ("Deposit History"), once it is credited."""
    if row.get("status") not in _CREDITED:
        return []
    began_at, ended_at = _time(row.get("insertTime")), _time_or_none(row.get("completeTime"))
    moved, name = amount(row.get("amount")), f"deposit:{text(row, 'id')}"
    return [_listed(told, name, CashFlowKind.DEPOSIT, text(row, "coin"), (moved,), began_at, ended_at)]


def withdrawal(row: Any, told: Told) -> list[CashFlowReported]:
    """A withdrawal ("Withdraw History"): it leaves the balance when it is asked for, and comes back where it fails.

    What arrives is listed without the network's fee, which goes with it.
    """
    status, name, asset = row.get("status"), f"withdrawal:{text(row, 'id')}", text(row, "coin")
    if status not in _ON_THE_WAY | _CAME_BACK:
        raise MalformedError(f"unknown withdrawal status {status!r}")
    arrived = amount(row.get("amount"))
    left, began_at = arrived + amount_or_zero(row.get("transactionFee")), _time(row.get("applyTime"))
    ended_at = _time_or_none(row.get("completeTime"))
    times = began_at, ended_at
    went = _listed(told, name, CashFlowKind.WITHDRAWAL, asset, (-left, -arrived), *times, happened_at=began_at)
    if status in _ON_THE_WAY:
        return [went]
    back = _listed(told, f"{name}:back", CashFlowKind.WITHDRAWAL, asset, (left, arrived), *times)
    return [went, back]


def transfer(row: Any, told: Told) -> list[CashFlowReported]:
    """A transfer between the account's wallets ("Query User Universal Transfer History"), once it is done."""
    kind = text(row, "type")
    if row.get("status") != "CONFIRMED" or kind not in TRANSFERS:
        return []
    moved, moved_at = amount(row.get("amount")), _time(row.get("timestamp"))
    moved = -moved if kind.startswith("MAIN_") else moved
    name = f"transfer:{text(row, 'tranId')}"
    return [_listed(told, name, CashFlowKind.TRANSFER, text(row, "asset"), (moved,), moved_at, moved_at)]


def _listed(
    told: Told,
    name: str,
    kind: CashFlowKind,
    asset: str,
    amounts: tuple[Decimal, ...],
    began_at: datetime,
    ended_at: datetime | None,
    *,
    happened_at: datetime | None = None,
) -> CashFlowReported:
    return CashFlowReported(
        at=told.at,
        account_id=told.account_id,
        flow_id=name,
        kind=kind,
        asset=asset,
        amount=amounts[0],
        happened_at=happened_at or ended_at or began_at,
        hearing=Hearing(
            amounts=amounts, since=began_at - _AHEAD, until=None if ended_at is None else ended_at + _BEHIND
        ),
    )


def _time(value: Any) -> datetime:
    """Milliseconds, or (withdrawals) a date of UTC in words."""
    if not isinstance(value, str):
        return instant(value)
    try:
        return datetime.strptime(value, _DATE).replace(tzinfo=UTC)
    except ValueError as error:
        raise MalformedError(f"{value!r:.80} is not a time") from error


def _time_or_none(value: Any) -> datetime | None:
    return None if value in (None, "", 0) else _time(value)
