"""Stage 7: the venue's picture against ours: when an account comes, when it has been compared, what it holds."""

from datetime import datetime
from decimal import Decimal

from tidegate.core.apply import break_id
from tidegate.core.decision import NOTHING, Decision
from tidegate.core.desk import Desk
from tidegate.core.identifiers import AccountId, order_of
from tidegate.core.messages.effects import Effect, WakeAt
from tidegate.core.messages.events import (
    AccountStateChanged,
    BalanceCompared,
    BalanceOpened,
    BalancesOpened,
    BreakFound,
    Event,
    OrderInDoubt,
)
from tidegate.core.messages.reports import (
    AccountConnected,
    AccountDisconnected,
    AccountSynchronized,
    BalancesReported,
    DeskStarted,
)
from tidegate.core.money import ZERO, plain
from tidegate.core.order import Order
from tidegate.core.records import UNALLOCATED, Account
from tidegate.core.routing import cancel_attempt, query, synchronize, watch_dog
from tidegate.core.sending import break_once, resolved
from tidegate.core.vocabulary import AccountState, Wallet


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
    if account.state is AccountState.RECOVERING and not desk.unresolved.get(report.account_id, 0):
        events.append(_state(account, report.at, AccountState.READY, ""))
    return Decision(events, effects)


def _should_have_been_listed(order: Order, report: AccountSynchronized) -> bool:
    if order.waiting_to_retry or order.venue_status is not None or order.exchange_client_order_id is None:
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
    return [
        resolved(found, report.at, "the venue does not list the order as open any more")
        for found in desk.open_breaks.values()
        if found.account_id == report.account_id
        and found.kind == "ended_order_alive"
        and found.subject not in alive
        and found.found_at < report.requested_at
    ]


def _state(account: Account, at: datetime, state: AccountState, message: str) -> AccountStateChanged:
    return AccountStateChanged(at=at, account_id=account.account_id, state=state, message=message)


# --- balances ----------------------------------------------------------------------------------------------------


def balances_reported(desk: Desk, report: BalancesReported) -> Decision:
    """The first report opens the books; later ones are held against them."""
    account = desk.accounts.get(report.account_id)
    if account is None:
        return NOTHING
    if account.opened_at is None:
        return Decision(_open_books(desk, account, report))
    return Decision(_compare(desk, report))


def _open_books(desk: Desk, account: Account, report: BalancesReported) -> list[Event]:
    """One user: the funds are that user's. Several: they belong to nobody until they are given out."""
    owner = account.user_ids[0] if len(account.user_ids) == 1 else UNALLOCATED
    events: list[Event] = [
        BalanceOpened(
            at=report.at,
            account_id=account.account_id,
            user_id=owner,
            asset=balance.asset,
            quantity=balance.free + balance.locked,
            price=desk.rate(account.exchange, balance.asset),
            wallet=balance.wallet,
        )
        for balance in report.balances
        if balance.free + balance.locked
    ]
    return [*events, BalancesOpened(at=report.at, account_id=account.account_id)]


def _compare(desk: Desk, report: BalancesReported) -> list[Event]:
    """A difference that is the same in two reports, some seconds apart, is a break; one that ends, ends the break."""
    venue = {(balance.asset, balance.wallet): balance.free + balance.locked for balance in report.balances}
    books = _book_quantities(desk, report.account_id)
    events: list[Event] = []
    for asset, wallet in sorted(venue.keys() | books.keys()):
        venue_quantity, book_quantity = venue.get((asset, wallet), ZERO), books.get((asset, wallet), ZERO)
        difference = venue_quantity - book_quantity
        known = desk.differences.get((report.account_id, asset, wallet))
        if difference != (known.amount if known is not None else ZERO):
            events.append(
                BalanceCompared(
                    at=report.at,
                    account_id=report.account_id,
                    asset=asset,
                    venue_quantity=venue_quantity,
                    book_quantity=book_quantity,
                    difference=difference,
                    wallet=wallet,
                )
            )
        elif known is not None and report.requested_at - known.since >= desk.policy.break_confirmation:
            events += _confirm_break(desk, report, asset, wallet)
        if not difference:
            events += _resolve_break(desk, report, asset, wallet)
    return events


def _confirm_break(desk: Desk, report: BalancesReported, asset: str, wallet: Wallet) -> list[Event]:
    subject = balance_subject(asset, wallet)
    if break_id(report.account_id, "balance", subject) in desk.open_breaks:
        return []
    amount = desk.differences[(report.account_id, asset, wallet)].amount
    message = f"the venue holds {plain(abs(amount))} {asset} {'more' if amount > 0 else 'less'} than the books"
    return [BreakFound(at=report.at, account_id=report.account_id, kind="balance", subject=subject, message=message)]


def balance_subject(asset: str, wallet: Wallet) -> str:
    """What a balance break is about."""
    return asset if wallet is Wallet.MAIN else f"{asset} ({wallet})"


def _resolve_break(desk: Desk, report: BalancesReported, asset: str, wallet: Wallet) -> list[Event]:
    found = desk.open_breaks.get(break_id(report.account_id, "balance", balance_subject(asset, wallet)))
    return [] if found is None else [resolved(found, report.at, "the venue's balance and ours agree again")]


def _book_quantities(desk: Desk, account_id: AccountId) -> dict[tuple[str, Wallet], Decimal]:
    quantities: dict[tuple[str, Wallet], Decimal] = {}
    for (account, _, asset, wallet), holding in desk.holdings.items():
        if account == account_id:
            quantities[asset, wallet] = quantities.get((asset, wallet), ZERO) + holding.quantity
    return quantities
