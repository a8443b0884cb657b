"""Stage 7: the venue's picture against ours: when an account comes, and when all of it has been compared."""

from datetime import datetime

from tidegate.core.decision import NOTHING, Decision
from tidegate.core.desk import Desk
from tidegate.core.expiring import timers_again
from tidegate.core.identifiers import AccountId, order_of
from tidegate.core.messages.effects import Effect, WakeAt
from tidegate.core.messages.events import AccountCompared, AccountStateChanged, Event, OrderInDoubt
from tidegate.core.messages.reports import (
    AccountConnected,
    AccountDisconnected,
    AccountSynchronized,
    DeskStarted,
)
from tidegate.core.order import Order
from tidegate.core.reconciliation.balances import is_rounding
from tidegate.core.reconciliation.foreign import MANY_FOREIGN_EXECUTIONS, no_longer_listed
from tidegate.core.reconciliation.telling import end_all
from tidegate.core.records import FOREIGN_EXECUTION, Account, Break
from tidegate.core.routing import cancel_attempt, query, synchronize, watch_all_prices, watch_dog
from tidegate.core.sending import break_once
from tidegate.core.vocabulary import AccountState


def started(desk: Desk, report: DeskStarted) -> Decision:
    """After a restart: no account is trusted yet, what was under way is in doubt, what waited for a retry waits on."""
    events: list[Event] = [
        _state(account, report.at, AccountState.OFFLINE, account.message) for account in desk.accounts.values()
    ]
    effects: list[Effect] = []
    for order in desk.orders.values():
        if order.waiting_to_retry:
            effects.append(WakeAt(order_id=order.order_id, at=report.at))
            continue
        if order.is_unresolved and not order.in_doubt:
            message = "the desk stopped while it was under way"
            events.append(OrderInDoubt(at=report.at, order_id=order.order_id, attempt=order.attempt, message=message))
        if order.is_awaited:
            effects.append(watch_dog(order, report.at, desk.policy))
    effects += [*timers_again(desk, report.at), *watch_all_prices(desk)]
    return Decision(events, effects)


def connected(desk: Desk, report: AccountConnected) -> Decision:
    """Time to compare the books: at first contact, after every gap in the stream, and every now and then."""
    account = desk.accounts.get(report.account_id)
    if account is None:
        return NOTHING
    events: list[Event] = []
    if account.state is AccountState.OFFLINE:
        events.append(_state(account, report.at, AccountState.RECOVERING, "comparing the books with the venue"))
    return Decision(events, [synchronize(desk, report.account_id)])


def disconnected(desk: Desk, report: AccountDisconnected) -> Decision:
    """The venue cannot be reached: new orders are refused until it can."""
    account = desk.accounts.get(report.account_id)
    if account is None or (account.state is AccountState.OFFLINE and account.message == report.message):
        return NOTHING
    return Decision([_state(account, report.at, AccountState.OFFLINE, report.message)])


def synchronized(desk: Desk, report: AccountSynchronized) -> Decision:
    """Ask about every open order that the listing should have shown; accept new orders once no send is in doubt."""
    account = desk.accounts.get(report.account_id)
    if account is None:
        return NOTHING
    events: list[Event] = []
    effects: list[Effect] = []
    for order in desk.open_orders(report.account_id):
        if _should_have_been_listed(order, report):
            if not order.in_doubt:
                events.append(_missing(order, report.at))
            effects += [query(order), watch_dog(order, report.at, desk.policy)]
    for ended in _listed_after_their_end(desk, report):
        message = f"order {ended.order_id} ended as {ended.status} and is open at the venue; canceling it"
        events += break_once(desk, ended, report.at, "ended_order_alive", ended.order_id, message)
        effects.append(cancel_attempt(ended, ended.attempt))
    events += _no_longer_alive(desk, report)
    events += no_longer_listed(desk, report)
    events += _explained(desk, report)
    events.append(AccountCompared(at=report.at, account_id=report.account_id, requested_at=report.requested_at))
    if account.state is AccountState.RECOVERING and not _awaited(desk, report.account_id):
        events.append(_state(account, report.at, AccountState.READY, ""))
    return Decision(events, effects)


def _awaited(desk: Desk, account_id: AccountId) -> int:
    """How many sends are in doubt whose market trades, so that the venue will say what became of them.

    Of one in a market that is gone it may never: its worst case stays reserved, and the others need not wait for it.
    """
    count = desk.unresolved.get(account_id, 0)
    if not count:
        return 0
    return count - sum(1 for order in desk.open_orders(account_id) if order.is_unresolved and _is_gone(desk, order))


def _is_gone(desk: Desk, order: Order) -> bool:
    rules = desk.instrument_of(order)
    return rules is None or not rules.trading


def _should_have_been_listed(order: Order, report: AccountSynchronized) -> bool:
    if order.waiting_to_retry or order.venue_status is not None or order.exchange_client_order_id is None:
        return False
    if order.is_held:
        return False
    if order.exchange_client_order_id in report.open_exchange_client_order_ids:
        return False
    if order.in_doubt:
        return True
    return not order.is_unresolved and order.updated_at < report.requested_at


def _missing(order: Order, at: datetime) -> OrderInDoubt:
    message = "it is missing from the venue's open orders"
    return OrderInDoubt(at=at, order_id=order.order_id, attempt=order.attempt, message=message)


def _listed_after_their_end(desk: Desk, report: AccountSynchronized) -> list[Order]:
    """Orders that the venue lists as open, asked well after they had ended for us."""
    found = []
    for exchange_client_order_id in sorted(report.open_exchange_client_order_ids):
        order = desk.order_for(report.account_id, "", exchange_client_order_id, None)
        if order is None or order.closed_at is None or order.exchange_client_order_id != exchange_client_order_id:
            continue
        if order.closed_at + desk.policy.processing_margin < report.requested_at:
            found.append(order)
    return found


def _no_longer_alive(desk: Desk, report: AccountSynchronized) -> list[Event]:
    """The breaks of ended orders that this listing, asked for later, does not show as open any more.

    A listing may be older than it says: what it showed then need not even have been true.
    """
    alive = {named[0] for named in map(order_of, report.open_exchange_client_order_ids) if named is not None}

    def is_over(found: Break) -> bool:
        is_old = found.found_at < report.requested_at
        return is_old and found.kind == "ended_order_alive" and found.subject not in alive

    message = "the venue does not list the order as open any more"
    return end_all(desk, report.account_id, report.at, message, is_over)


def _explained(desk: Desk, report: AccountSynchronized) -> list[Event]:
    """Strange trades have been told to explain why the books differ: once they do not any more, that is over."""
    if _differs(desk, report.account_id):
        return []

    def is_over(found: Break) -> bool:
        is_old = found.found_at + desk.policy.break_confirmation < report.requested_at
        return is_old and found.kind in (FOREIGN_EXECUTION, MANY_FOREIGN_EXECUTIONS)

    return end_all(desk, report.account_id, report.at, "balances and positions agree with the venue's", is_over)


def _differs(desk: Desk, account_id: AccountId) -> bool:
    positions = any(account == account_id for account, _, _ in desk.position_differences)
    return positions or any(
        account == account_id and not is_rounding(desk, account, asset, wallet)
        for account, asset, wallet in desk.differences
    )


def _state(account: Account, at: datetime, state: AccountState, message: str) -> AccountStateChanged:
    return AccountStateChanged(at=at, account_id=account.account_id, state=state, message=message)
