"""decide(): what the desk answers to each input. Pure: it changes nothing, and the same desk and input always give the
same decision.

The way of a new order, top to bottom: `placing` admits it once and calls the stages: `validation` (well-formed?),
`risk` (within limits?), `routing` (an attempt at the venue). What comes back: `sending` (outcome of an attempt),
`tracking` (the venue's word and its executions), `reconciliation` (the books compared).
"""

from typing import assert_never

from tidegate.core import (
    absence,
    canceling,
    changes,
    contingency,
    placing,
    registration,
    requests,
    rules,
    sending,
    triggering,
)
from tidegate.core.controls import (
    approvals,
    asked_once,
    dead_man,
    keeping_alive,
    kill_switch,
    limits,
    previewing,
    reporting,
    transfers,
    watching,
)
from tidegate.core.decision import NOTHING, Decision
from tidegate.core.desk import Desk
from tidegate.core.doubts import settle
from tidegate.core.messages import commands, reports
from tidegate.core.messages.commands import Command
from tidegate.core.messages.reports import Report, ReviewOrder
from tidegate.core.order import Order
from tidegate.core.reconciliation import accounts as reconciliation
from tidegate.core.reconciliation import balances, breaks, cash_flows, forced, foreign, listings, positions, quarantine
from tidegate.core.tracking import busts, executions, summaries, waiting
from tidegate.core.vocabulary import WakePurpose

Input = Command | Report | ReviewOrder


def decide(desk: Desk, message: Input) -> Decision:
    """What follows from one input: events to apply and journal, effects to release once they are durable."""
    decision = _decide(desk, message)
    return settle(desk, decision) if desk.open_breaks else decision


def _decide(desk: Desk, message: Input) -> Decision:  # noqa: C901  One arm per input.
    match message:
        case commands.PlaceOrder():
            return placing.place(desk, message)
        case reports.OrderAccepted():
            return sending.accepted(desk, message)
        case reports.ExecutionReported() if message.forced is not None:
            return forced.executed(desk, message)
        case reports.ExecutionReported():
            order = _spoken_of(desk, message)
            return _not_ours(desk, message) if order is None else executions.executed(desk, message, order)
        case reports.PriceReported():
            return triggering.priced(desk, message)
        case reports.OrderReported() if message.forced is not None:
            return NOTHING  # Its trades tell all of it.
        case reports.OrderReported():
            order = _spoken_of(desk, message)
            return foreign.order_reported(desk, message) if order is None else summaries.reported(desk, message, order)
        case reports.Wake():
            is_protection = message.purpose is WakePurpose.PROTECTION
            return contingency.woken(desk, message) if is_protection else waiting.woken(desk, message)
        case commands.CancelOrder():
            cancel = canceling.cancel if message.quantity is None else changes.cancel_part
            return requests.once(desk, message, cancel)
        case commands.CancelOrders():
            return canceling.cancel_many(desk, message)
        case reports.OrderRefused():
            return sending.refused(desk, message)
        case reports.SendOutcomeUnknown():
            return sending.outcome_unknown(desk, message)
        case reports.OrderNotFound():
            return absence.not_found(desk, message)
        case reports.QueryFailed():
            return waiting.query_failed(desk, message)
        case reports.CancelAccepted():
            return waiting.cancel_accepted(desk, message)
        case reports.CancelFailed():
            return waiting.cancel_failed(desk, message)
        case reports.AccountConnected():
            return reconciliation.connected(desk, message)
        case reports.AccountDisconnected():
            return reconciliation.disconnected(desk, message)
        case reports.AccountSynchronized():
            return reconciliation.synchronized(desk, message)
        case reports.BalancesReported():
            return balances.reported(desk, message)
        case reports.InstrumentsReported():
            return listings.listed(desk, message)
        case reports.DeskStarted():
            return reconciliation.started(desk, message)
        case commands.RegisterUser():
            return registration.register_user(desk, message)
        case commands.IssueToken():
            return registration.issue_token(desk, message)
        case commands.RegisterAccount():
            return registration.register_account(desk, message)
        case commands.ReplaceCredentials():
            return registration.replace_credentials(desk, message)
        case reports.ReviewOrder():
            return contingency.review(desk, message)
        case commands.AmendOrder():
            return requests.once(desk, message, changes.amend)
        case reports.AmendAccepted():
            return changes.accepted(desk, message)
        case reports.AmendRefused():
            return changes.refused(desk, message)
        case reports.AmendOutcomeUnknown():
            return changes.outcome_unknown(desk, message)
        case commands.CreateRule():
            return rules.create(desk, message)
        case commands.DeleteRule():
            return rules.delete(desk, message)
        case commands.SetCorrections():
            return registration.set_corrections(desk, message)
        case commands.ResolveBreak():
            return breaks.resolve(desk, message)
        case reports.PositionsReported():
            return positions.reported(desk, message)
        case reports.LeverageReported():
            return positions.leverage_reported(desk, message)
        case reports.CashFlowReported():
            return cash_flows.reported(desk, message)
        case reports.ExecutionBusted():
            booked = busts.booked_trades(desk, message)
            return busts.busted(desk, message, booked) if booked else foreign.busted(desk, message)
        case reports.MessageQuarantined():
            return quarantine.quarantined(desk, message)
        case reports.ClockTicked():
            return watching.ticked(desk, message)
        case commands.SetRiskLimits():
            return asked_once.once(desk, message, limits.set_limits)
        case commands.SetKillSwitch():
            return kill_switch.throw(desk, message)
        case commands.ReleaseKillSwitch():
            return asked_once.once(desk, message, kill_switch.release)
        case commands.DecideApproval():
            return approvals.decide(desk, message)
        case commands.TransferFunds():
            return transfers.transfer(desk, message)
        case commands.PreviewOrder():
            return previewing.preview(desk, message)
        case commands.AskRisk():
            return reporting.ask(desk, message)
        case commands.KeepAlive():
            return keeping_alive.keep_alive(desk, message)
        case commands.SetDeadMan():
            return dead_man.set_dead_man(desk, message)
        case reports.DeadManRenewed():
            return dead_man.renewed(desk, message)
        case reports.DeadManFailed():
            return dead_man.failed(desk, message)
        case _:
            assert_never(message)


def _not_ours(desk: Desk, report: reports.ExecutionReported) -> Decision:
    """A trade of no order that is known by its ids: not all that tell of a trade tell that it is the venue's own."""
    return NOTHING if forced.is_booked(desk, report) else foreign.executed(desk, report)


def _spoken_of(desk: Desk, report: reports.OrderReported | reports.ExecutionReported) -> Order | None:
    """The order that a report is about; None: one that the desk does not know, storage having been asked."""
    return desk.order_for(report.account_id, report.symbol, report.exchange_client_order_id, report.exchange_order_id)
