"""Orders and trades at the venue that are none of the desk's: made by hand, by another program, by a desk that is gone.

They are told, never booked: the desk answers for what it sent, and a person decides about the rest.
"""

from tidegate.core.apply import break_id
from tidegate.core.decision import NOTHING, Decision
from tidegate.core.desk import Desk
from tidegate.core.identifiers import AccountId, execution_id, order_of
from tidegate.core.messages.effects import Effect, SendCancel
from tidegate.core.messages.events import Event
from tidegate.core.messages.reports import (
    AccountSynchronized,
    ExecutionBusted,
    ExecutionReported,
    OrderReported,
)
from tidegate.core.money import plain
from tidegate.core.reconciliation.telling import end_all, end_if_open, tell_once
from tidegate.core.records import FOREIGN_EXECUTION, FOREIGN_ORDER, UNKNOWN_BUST, Break
from tidegate.core.tracking.naming import names_booked
from tidegate.core.vocabulary import VenueOrderStatus

UNKNOWN_ORDER_OF_OURS = "unknown_order_of_ours"
MANY_FOREIGN_EXECUTIONS = "many_foreign_executions"
EXECUTIONS_TOLD_MAX = 100  # Of one account at a time; the rest is told as one.


def _may_be_ours(desk: Desk, report: OrderReported | ExecutionReported) -> bool:
    """Whether the venue's id, told alone, may be that of an order of ours that we do not know by it yet.

    Then nothing is told now: the next comparison knows better.
    """
    if report.exchange_client_order_id is not None:
        return False
    return any(
        order.symbol == report.symbol
        and report.side in (None, order.side)
        and (order.is_unresolved or (order.is_conditional and not order.is_held))
        for order in desk.open_orders(report.account_id)
    )


# --- orders ------------------------------------------------------------------------------------------------------


def order_reported(desk: Desk, report: OrderReported) -> Decision:
    """Tell of an order that works there; the matter ends with it. One that carries our mark is taken out of the market.

    Such an order is of a desk whose books were lost, or are older than the order (a backup was restored): nobody here
    can follow it. What a person has closed is not told again while the order stays what it was.
    """
    if report.account_id not in desk.accounts or _may_be_ours(desk, report):
        return NOTHING
    kind, subject = _matter(desk, report)
    if report.status is not VenueOrderStatus.OPEN:
        words = f"it has ended as {report.status}, {plain(report.filled_quantity)} filled"
        return Decision(end_if_open(desk, report.account_id, report.at, kind, subject, words))
    message = _describe(kind, report)
    if desk.dismissed.get(break_id(report.account_id, kind, subject)) == message:
        return NOTHING
    found = tell_once(desk, report.account_id, report.at, kind, subject, message)
    is_asked_for = report.requested_at is not None  # A listing: the last cancel has not helped.
    if kind == UNKNOWN_ORDER_OF_OURS and (found or is_asked_for):
        return Decision(found, _take_out(report))
    return Decision(found)


def no_longer_listed(desk: Desk, report: AccountSynchronized) -> list[Event]:
    """The end of strange orders that a listing, asked for later, does not show any more."""
    listed = report.open_exchange_order_ids
    if listed is None:
        return []
    subjects = {f"{symbol} {exchange_order_id}" for symbol, exchange_order_id in listed}

    def is_over(found: Break) -> bool:
        is_order = found.kind in (FOREIGN_ORDER, UNKNOWN_ORDER_OF_OURS)
        return is_order and found.subject not in subjects and found.found_at < report.requested_at

    return end_all(desk, report.account_id, report.at, "the venue does not list the order any more", is_over)


def _matter(desk: Desk, report: OrderReported) -> tuple[str, str]:
    """What kind of break it is, and what it is about."""
    named = order_of(report.exchange_client_order_id or "")
    # One that another account knows is at a venue account that two of ours sign for: never to be canceled.
    is_ours = named is not None and named[0] not in desk.orders
    return UNKNOWN_ORDER_OF_OURS if is_ours else FOREIGN_ORDER, order_subject(report)


def order_subject(report: OrderReported) -> str:
    """What identifies an order within its account: some venues count orders per symbol."""
    return f"{report.symbol} {report.exchange_order_id or report.exchange_client_order_id or ''}"


def _describe(kind: str, report: OrderReported) -> str:
    """The order in a person's words, as far as the venue tells."""
    price = f" at {plain(report.price)}" if report.price else ""
    trigger = f", set off at {plain(report.trigger_price)}" if report.trigger_price else ""
    filled = f", {plain(report.filled_quantity)} filled" if report.filled_quantity else ""
    quantity = "" if report.quantity is None else f" {plain(report.quantity)}"
    order_type = "" if report.order_type is None else f" {report.order_type}"
    what = f"{report.side or 'an order of'}{quantity} {report.symbol}{order_type}{price}{trigger}{filled}"
    if kind == UNKNOWN_ORDER_OF_OURS:
        return f"the venue has an order with our mark that the desk does not know, canceling it: {what}"
    return f"the venue has an order that was placed outside the desk: {what}"


def _take_out(report: OrderReported) -> list[Effect]:
    assert report.exchange_client_order_id is not None
    named = order_of(report.exchange_client_order_id)
    assert named is not None
    return [
        SendCancel(
            account_id=report.account_id,
            order_id=named[0],
            symbol=report.symbol,
            exchange_client_order_id=report.exchange_client_order_id,
            exchange_order_id=report.exchange_order_id,
            conditional=report.trigger_price is not None and not report.triggered,
        )
    ]


# --- trades ------------------------------------------------------------------------------------------------------


def executed(desk: Desk, report: ExecutionReported) -> Decision:
    """Tell of a trade that the books lack: it explains why balances and positions differ.

    What happened before the books were opened is in the balances that opened them.
    """
    account = desk.accounts.get(report.account_id)
    if account is None or account.opened_at is None or report.executed_at < account.opened_at:
        return NOTHING
    if _may_be_ours(desk, report):
        return NOTHING
    subject = trade_subject(report)
    found = tell_once(desk, report.account_id, report.at, FOREIGN_EXECUTION, subject, _describe_trade(report))
    if found and _open_executions(desk, report.account_id) >= EXECUTIONS_TOLD_MAX:
        message = f"there are more than {EXECUTIONS_TOLD_MAX} trades that were made outside the desk"
        subject = str(account.exchange)
        found = tell_once(desk, report.account_id, report.at, MANY_FOREIGN_EXECUTIONS, subject, message)
    return Decision(found)


def _open_executions(desk: Desk, account_id: AccountId) -> int:
    return sum(
        found.account_id == account_id and found.kind == FOREIGN_EXECUTION for found in desk.open_breaks.values()
    )


def busted(desk: Desk, report: ExecutionBusted) -> Decision:
    """The venue took back a trade that is not booked: it will not be, should it still be told of."""
    account = desk.accounts.get(report.account_id)
    name = execution_id(report.account_id, report.symbol, report.side, report.trade_id)
    if account is None or any(each in desk.busted for each in names_booked(account, name)):
        return NOTHING
    message = f"the venue took back trade {report.trade_id} of {report.symbol} ({report.side}), which is not booked"
    return Decision(tell_once(desk, report.account_id, report.at, UNKNOWN_BUST, name, message))


def trade_subject(report: ExecutionReported) -> str:
    """What identifies a trade within its account."""
    return f"{report.symbol} {report.side} {report.trade_id}"


def _describe_trade(report: ExecutionReported) -> str:
    fees = ", ".join(f"{plain(fee.amount)} {fee.asset}" for fee in report.fees)
    of = f" of order {report.exchange_order_id}" if report.exchange_order_id else ""
    mark = order_of(report.exchange_client_order_id or "")
    whose = "made outside the desk" if mark is None else "of an order with our mark that the desk does not know"
    figures = f"{report.side} {plain(report.quantity)} {report.symbol} at {plain(report.price)}"
    return f"a trade{of} {whose} is not booked: {figures}" + (f", fees {fees}" if fees else "")
