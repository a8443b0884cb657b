"""What happens to limits, to the right to trade, to equity marks and to transfers."""

from typing import assert_never

from tidegate.core.capital import count, count_unpriced
from tidegate.core.desk import Desk
from tidegate.core.flow_records import note_flow
from tidegate.core.loss_marks import mark
from tidegate.core.memory import keep
from tidegate.core.messages import events as happened
from tidegate.core.messages.risk_records import KeptRiskRequest, TradingRestriction, Transfer
from tidegate.core.portfolio.holdings import acquire, dispose
from tidegate.core.vocabulary import TradingState, Wallet

RiskChange = (
    happened.RiskLimitsSet
    | happened.RiskRequestKept
    | happened.TradingStateSet
    | happened.LimitWarned
    | happened.ApprovalRequested
    | happened.ApprovalDecided
    | happened.EquityMarked
    | happened.FundsTransferred
    | happened.TransferSeen
    | happened.CapitalPriced
)


def change_risk(desk: Desk, event: RiskChange) -> None:
    """Make one event of the desk's risk controls true."""
    risk = desk.risk
    match event:
        case happened.RiskLimitsSet():
            risk.version, risk.limits = event.version, event.limits
        case happened.RiskRequestKept():
            keep(risk.kept_requests, event.request_id, kept_request_of(event))
        case happened.TradingStateSet():
            risk.states.pop(event.scope.key, None)
            if event.state is not TradingState.ACTIVE:
                risk.states[event.scope.key] = restriction_of(event)
            risk.index_states()
        case happened.LimitWarned():
            risk.warned[event.limit_id, event.scope.key] = event.level
        case happened.ApprovalRequested():
            risk.approvals[event.approval.approval_id] = event.approval
        case happened.ApprovalDecided():
            risk.approvals.pop(event.approval.approval_id, None)
        case happened.EquityMarked():
            mark(desk, event)
        case happened.FundsTransferred():
            _transfer(desk, event)
        case happened.TransferSeen():
            _see(desk, event)
        case happened.CapitalPriced():
            _price(desk, event)
        case _:
            assert_never(event)


def _transfer(desk: Desk, event: happened.FundsTransferred) -> None:
    """What is given goes at its average cost, so that nobody earns by it."""
    giver = desk.holding(event.from_account_id, event.from_user_id, event.asset, event.wallet)
    taker = desk.holding(event.to_account_id, event.to_user_id, event.asset, event.wallet)
    dispose(giver, event.quantity, None)
    acquire(taker, event.quantity, event.price)
    count(desk, event.from_account_id, event.from_user_id, event.asset, -event.quantity, event.rate)
    count(desk, event.to_account_id, event.to_user_id, event.asset, event.quantity, event.rate)
    transfer = transfer_of(event, desk.sequence + 1)
    keep(desk.risk.transferred, event.transfer_id, transfer)
    if event.from_account_id != event.to_account_id:
        desk.risk.transfers[event.transfer_id] = transfer


def _see(desk: Desk, event: happened.TransferSeen) -> None:
    transfer = event.transfer
    desk.risk.transfers[transfer.transfer_id] = transfer
    if transfer.from_seen and transfer.to_seen:
        del desk.risk.transfers[transfer.transfer_id]
    note_flow(desk, event)


def _price(desk: Desk, event: happened.CapitalPriced) -> None:
    """What had cost nobody knew what is taken to have cost this."""
    count_unpriced(desk, event.account_id, event.user_id, event.asset, event.quantity, event.price)
    for wallet in Wallet:
        holding = desk.holdings.get((event.account_id, event.user_id, event.asset, wallet))
        if holding is not None and holding.quantity > 0 and holding.average_price is None:
            holding.average_price = event.price


def transfer_of(event: happened.FundsTransferred, sequence: int) -> Transfer:
    """The record of a transfer; within an account there is nothing that a venue could tell."""
    is_within = event.from_account_id == event.to_account_id
    return Transfer(
        transfer_id=event.transfer_id,
        sequence=sequence,
        from_account_id=event.from_account_id,
        from_user_id=event.from_user_id,
        to_account_id=event.to_account_id,
        to_user_id=event.to_user_id,
        asset=event.asset,
        quantity=event.quantity,
        wallet=event.wallet,
        transferred_at=event.at,
        transferred_by=event.by,
        message=event.message,
        from_seen=is_within,
        to_seen=is_within,
    )


def kept_request_of(event: happened.RiskRequestKept) -> KeptRiskRequest:
    """The record of a request that was carried out."""
    return KeptRiskRequest(
        request_id=event.request_id,
        request_hash=event.request_hash,
        limits_version=event.limits_version,
        kept_at=event.at,
    )


def restriction_of(event: happened.TradingStateSet) -> TradingRestriction:
    """The record of how a scope may trade."""
    return TradingRestriction(
        scope_key=event.scope.key,
        scope=event.scope,
        state=event.state,
        set_at=event.at,
        set_by=event.by,
        automatic=event.automatic,
        message=event.message,
        approved_by=event.approved_by,
        protection_too=event.protection_too,
        close_positions=event.close_positions,
    )
