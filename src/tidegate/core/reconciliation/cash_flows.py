"""What comes and goes without a trade: funding, transfers, deposits, withdrawals. Never a fill."""

from datetime import datetime
from decimal import Decimal

import msgspec

from tidegate.core.capital import COUNTED
from tidegate.core.decision import NOTHING, Decision
from tidegate.core.desk import Desk
from tidegate.core.identifiers import AccountId, UserId
from tidegate.core.messages.events import CashFlowBooked, CashFlowNamed, TransferSeen
from tidegate.core.messages.reports import CashFlowReported
from tidegate.core.messages.risk_records import Transfer
from tidegate.core.money import ZERO
from tidegate.core.portfolio.sharing import largest_first
from tidegate.core.reconciliation.flow_owners import shares_of
from tidegate.core.records import Account, CashFlow
from tidegate.core.vocabulary import Wallet

Subject = tuple[AccountId, str, Wallet]  # A balance: of which account, which asset, and where in it.
_SUMS_MAX = 1_000  # Of so many sums of transfers, ten or so that are under way, none is asked any more.


def reported(desk: Desk, report: CashFlowReported) -> Decision:
    """Book it once, to those whose it is. What happened before the books were opened is in their balances.

    What belongs to a transfer that a person has entered is in the books already, and what a stream told before a list.
    """
    account = desk.accounts.get(report.account_id)
    if account is None or account.opened_at is None or report.happened_at < account.opened_at:
        return NOTHING
    if not report.amount or (report.account_id, report.kind, report.flow_id) in desk.cash_flows:
        return NOTHING
    if (named := _named(desk, report)) is not None:
        return Decision([named])
    if (seen := _seen(desk, report)) is not None:
        return Decision([seen])
    return Decision([_booked(desk, account, report, *part) for part in _parts(desk, account, report)])


def _parts(desk: Desk, account: Account, report: CashFlowReported) -> list[tuple[UserId, Decimal, str]]:
    """Whose it is, with what each part is known by: the largest by the flow's own name."""
    amounts = shares_of(desk, account, report)
    first, *others = largest_first({user_id: abs(amount) for user_id, amount in amounts.items()})
    parts = [(first, amounts[first], report.flow_id)]
    return parts + [(each, amounts[each], f"{report.flow_id}:{each}") for each in others if amounts[each]]


def _booked(
    desk: Desk, account: Account, report: CashFlowReported, user_id: UserId, amount: Decimal, flow_id: str
) -> CashFlowBooked:
    return CashFlowBooked(
        at=report.at,
        account_id=report.account_id,
        user_id=user_id,
        flow_id=flow_id,
        kind=report.kind,
        asset=report.asset,
        amount=amount,
        wallet=report.wallet,
        symbol=report.symbol,
        rate=desk.rate(account.exchange, report.asset),
        happened_at=report.happened_at,
        nameless=report.nameless,
    )


def _named(desk: Desk, report: CashFlowReported) -> CashFlowNamed | None:
    """The list's word on what is booked as the stream told it: the oldest that may be the same."""
    heard = [flow for flow in desk.heard.values() if flow is not None and _may_be(flow, report)]
    if not heard:
        return None
    flow = min(heard, key=lambda one: (one.happened_at, one.flow_id))
    return CashFlowNamed(
        at=report.at,
        account_id=report.account_id,
        user_id=flow.user_id,
        flow_id=report.flow_id,
        kind=report.kind,
        asset=flow.asset,
        amount=flow.amount,
        wallet=flow.wallet,
        happened_at=flow.happened_at,
        heard_as=flow.flow_id,
    )


def _may_be(flow: CashFlow, report: CashFlowReported) -> bool:
    hearing = report.hearing
    if hearing is None or _subject(flow) != _subject(report):
        return False
    is_within = hearing.since <= flow.happened_at and (hearing.until is None or flow.happened_at <= hearing.until)
    return is_within and flow.amount in hearing.amounts


def _subject(flow: CashFlow | CashFlowReported) -> Subject:
    return flow.account_id, flow.asset, flow.wallet


def _seen(desk: Desk, report: CashFlowReported) -> TransferSeen | None:
    """The venue's word on one side of a transfer: the oldest of that amount that it has not told yet."""
    if report.kind not in COUNTED:
        return None
    for transfer in desk.risk.transfers.values():
        if abs(report.happened_at - transfer.transferred_at) > desk.policy.transfer_wait_max:
            continue
        if (report.asset, report.wallet) != (transfer.asset, transfer.wallet):
            continue
        told = _with_side_told(transfer, report.account_id, report.amount)
        if told is not None:
            return TransferSeen(
                at=report.at,
                account_id=report.account_id,
                flow_id=report.flow_id,
                kind=report.kind,
                transfer=told,
                happened_at=report.happened_at,
                nameless=report.nameless,
            )
    return None


def _with_side_told(transfer: Transfer, account_id: AccountId, amount: Decimal) -> Transfer | None:
    if account_id == transfer.from_account_id and not transfer.from_seen and amount == -transfer.quantity:
        return msgspec.structs.replace(transfer, from_seen=True)
    if account_id == transfer.to_account_id and not transfer.to_seen and amount == transfer.quantity:
        return msgspec.structs.replace(transfer, to_seen=True)
    return None


def is_under_way(desk: Desk, subject: Subject, difference: Decimal, at: datetime) -> bool:
    """Whether the venue's balance differs just by transfers that it has not told of yet, some or all of them."""
    account_id, asset, wallet = subject
    sums = {ZERO}
    for transfer in desk.risk.transfers.values():
        is_old = at - transfer.transferred_at > desk.policy.transfer_wait_max
        if is_old or (transfer.asset, transfer.wallet) != (asset, wallet) or len(sums) > _SUMS_MAX:
            continue
        for amount in _awaited(transfer, account_id):
            sums |= {so_far + amount for so_far in sums}
    return difference in sums


def _awaited(transfer: Transfer, account_id: AccountId) -> list[Decimal]:
    """By how much the venue's balance is still above the books' (what is to leave) or below (what is to come)."""
    found = []
    if account_id == transfer.from_account_id and not transfer.from_seen:
        found.append(transfer.quantity)
    if account_id == transfer.to_account_id and not transfer.to_seen:
        found.append(-transfer.quantity)
    return found
