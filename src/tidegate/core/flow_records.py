"""The rows of `cash_flows`, and what memory keeps of them: which are booked, and which wait for a list to name them."""

from tidegate.core.desk import Desk
from tidegate.core.memory import keep, remember
from tidegate.core.messages import events as happened
from tidegate.core.records import CashFlow

FlowEvent = happened.CashFlowBooked | happened.CashFlowNamed | happened.TransferSeen


def flow_of(event: FlowEvent, sequence: int) -> CashFlow:
    """The row that an event writes; `sequence` is that of its journal entry."""
    if isinstance(event, happened.TransferSeen):
        return _seen_flow(event, sequence)
    return CashFlow(
        account_id=event.account_id,
        kind=event.kind,
        flow_id=event.flow_id,
        sequence=sequence,
        user_id=event.user_id,
        asset=event.asset,
        amount=event.amount,
        wallet=event.wallet,
        symbol=event.symbol if isinstance(event, happened.CashFlowBooked) else None,
        happened_at=event.happened_at,
        booked_at=event.at,
        heard_as=_heard_as(event),
    )


def note_flow(desk: Desk, event: FlowEvent) -> None:
    """Know it when it is told again, by this id or another."""
    remember(desk.cash_flows, (event.account_id, event.kind, event.flow_id))
    if isinstance(event, happened.CashFlowNamed):
        keep(desk.heard, (event.account_id, event.heard_as), None)
    elif event.nameless:
        keep(desk.heard, (event.account_id, event.flow_id), flow_of(event, desk.sequence + 1))


def _heard_as(event: FlowEvent) -> str | None:
    if isinstance(event, happened.CashFlowNamed):
        return event.heard_as
    return event.flow_id if event.nameless else None


def _seen_flow(event: happened.TransferSeen, sequence: int) -> CashFlow:
    """The venue's word on a transfer, kept so that it is known when it is told again. No ledger line belongs to it."""
    transfer = event.transfer
    is_giver = event.account_id == transfer.from_account_id
    return CashFlow(
        account_id=event.account_id,
        kind=event.kind,
        flow_id=event.flow_id,
        sequence=sequence,
        user_id=transfer.from_user_id if is_giver else transfer.to_user_id,
        asset=transfer.asset,
        amount=-transfer.quantity if is_giver else transfer.quantity,
        wallet=transfer.wallet,
        symbol=None,
        happened_at=event.happened_at or event.at,
        booked_at=event.at,
        heard_as=_heard_as(event),
    )
