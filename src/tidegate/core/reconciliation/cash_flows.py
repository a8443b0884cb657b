"""What comes and goes without a trade: funding, transfers, deposits, withdrawals. Never a fill."""

from tidegate.core.decision import NOTHING, Decision
from tidegate.core.desk import Desk
from tidegate.core.messages.events import CashFlowBooked
from tidegate.core.messages.reports import CashFlowReported


def reported(desk: Desk, report: CashFlowReported) -> Decision:
    """Book it once, to whom the account belongs. What happened before the books were opened is in their balances."""
    account = desk.accounts.get(report.account_id)
    if account is None or account.opened_at is None or report.happened_at < account.opened_at:
        return NOTHING
    if not report.amount or (report.account_id, report.kind, report.flow_id) in desk.cash_flows:
        return NOTHING
    booked = CashFlowBooked(
        at=report.at,
        account_id=report.account_id,
        user_id=account.owner,
        flow_id=report.flow_id,
        kind=report.kind,
        asset=report.asset,
        amount=report.amount,
        wallet=report.wallet,
        symbol=report.symbol,
        rate=desk.rate(account.exchange, report.asset),
        happened_at=report.happened_at,
    )
    return Decision([booked])
