"""apply(): the only place where a desk's state changes. It decides nothing and cannot refuse."""

from decimal import Decimal
from typing import assert_never

from tidegate.core.desk import Desk, Difference
from tidegate.core.identifiers import exchange_client_order_id
from tidegate.core.instruments import Price
from tidegate.core.messages import events as happened
from tidegate.core.messages.events import Event
from tidegate.core.messages.values import Fee
from tidegate.core.money import ZERO, ratio
from tidegate.core.order import Order, move
from tidegate.core.portfolio.holdings import acquire, take_fee, trade
from tidegate.core.portfolio.reservations import worst_case
from tidegate.core.records import Account, Break, User
from tidegate.core.vocabulary import OrderStatus, PendingAction

OrderChange = (
    happened.OrderInvalidated
    | happened.AttemptStarted
    | happened.AttemptFailed
    | happened.OrderInDoubt
    | happened.OrderAbsenceSeen
    | happened.OrderSubmitted
    | happened.OrderLookedUp
    | happened.CancelRequested
    | happened.CancelRefused
    | happened.OrderEnded
    | happened.OrderClosed
    | happened.OrderCorrected
)


def apply(desk: Desk, event: Event) -> None:
    """Make an event's consequences true. Journaled events count up the desk's sequence."""
    match event:
        case (
            happened.AttemptStarted() | happened.OrderSubmitted() | happened.ExecutionBooked() | happened.OrderClosed()
        ):
            _change_order(desk, desk.orders[event.order_id], event)  # The most frequent first.
        case happened.PriceMoved():
            desk.prices[(event.exchange, event.symbol)] = Price(last=event.last, bid=event.bid, ask=event.ask)
            return
        case happened.InstrumentsListed():
            desk.instruments.update({(rule.exchange, rule.symbol): rule for rule in event.instruments})
            return
        case happened.OrderCreated():
            _create(desk, event)
        case (
            happened.UserRegistered()
            | happened.TokenIssued()
            | happened.AccountRegistered()
            | happened.CredentialsReplaced()
            | happened.AccountStateChanged()
            | happened.BalanceOpened()
            | happened.BalancesOpened()
            | happened.BalanceCompared()
            | happened.BreakFound()
            | happened.BreakResolved()
        ):
            _change_desk(desk, event)
        case _:
            _change_order(desk, desk.orders[event.order_id], event)
    desk.sequence += 1


def _change_order(desk: Desk, order: Order, event: OrderChange | happened.ExecutionBooked) -> None:
    was_unresolved = order.is_unresolved
    order.updated_at = event.at
    if isinstance(event, happened.ExecutionBooked):
        _book(desk, order, event)
    else:
        _move_order(desk, order, event)
    if was_unresolved is not order.is_unresolved:
        desk.count_unresolved(order, -1 if was_unresolved else 1)


def _create(desk: Desk, event: happened.OrderCreated) -> None:
    desk.index(
        Order(
            order_id=event.order_id,
            user_id=event.user_id,
            account_id=event.account_id,
            exchange=event.exchange,
            symbol=event.symbol,
            side=event.side,
            order_type=event.order_type,
            timestamp=event.at,
            updated_at=event.at,
            quantity=event.quantity,
            quote_quantity=event.quote_quantity,
            price=event.price,
            trigger_price=event.trigger_price,
            time_in_force=event.time_in_force,
            post_only=event.post_only,
            reduce_only=event.reduce_only,
            routing=event.routing,
            client_order_id=event.client_order_id,
            idempotency_key=event.idempotency_key,
            request_hash=event.request_hash,
            params=event.params or None,
            retry_until=event.retry_until,
        )
    )


def _move_order(desk: Desk, order: Order, event: OrderChange) -> None:  # noqa: C901  One arm per event.
    match event:
        case happened.AttemptStarted():
            _start_attempt(desk, order, event)
        case happened.OrderSubmitted():
            _submit(desk, order, event)
        case happened.OrderClosed():
            order.closed_at = event.at
            order.realized_pnl = event.realized_pnl
            order.pending_action = PendingAction.NONE
            order.in_doubt = False
            _reserve(desk, order, ZERO)
        case happened.OrderEnded():
            if order.status is not event.status:
                move(order, event.status)
            order.reason = event.reason
            order.message = event.message or None
            order.in_doubt = False
            order.waiting_to_retry = False
        case happened.OrderInvalidated():
            move(order, OrderStatus.INVALIDATED)
            order.reason = event.code
            order.message = event.message
        case happened.AttemptFailed():
            order.waiting_to_retry = True
            order.in_doubt = False
            order.absent_since = None
            order.reason = event.reason
            order.message = event.message
        case happened.OrderInDoubt():
            order.in_doubt = True
            order.message = event.message
        case happened.OrderAbsenceSeen():
            order.absent_since = event.requested_at
        case happened.OrderLookedUp():
            order.venue_status = event.venue_status
            order.venue_filled_quantity = event.venue_filled_quantity
            order.reason = event.reason
            order.message = event.message or None
        case happened.CancelRequested():
            order.pending_action = PendingAction.CANCEL
        case happened.CancelRefused():
            order.pending_action = PendingAction.NONE
            order.message = event.message
        case happened.OrderCorrected():
            if order.status is not event.status:
                move(order, event.status)
            order.realized_pnl = event.realized_pnl
            order.message = event.message
        case _:
            assert_never(event)


def _start_attempt(desk: Desk, order: Order, event: happened.AttemptStarted) -> None:
    if order.status is OrderStatus.CREATED:
        move(order, OrderStatus.PENDING)
    order.attempt = event.attempt
    order.exchange_client_order_id = event.exchange_client_order_id
    order.request_expires_at = event.request_expires_at
    order.waiting_to_retry = False
    order.in_doubt = False
    order.absent_since = None
    order.reason = None
    order.message = None
    order.reserved_asset = event.reserved_asset
    order.reserve_price = event.reserve_price
    order.limits_version = event.limits_version
    _reserve(desk, order, event.reserved_quantity)


def _submit(desk: Desk, order: Order, event: happened.OrderSubmitted) -> None:
    """The venue has this attempt; it may be one that had been given up, while no later one was sent."""
    order.attempt = event.attempt
    order.exchange_client_order_id = exchange_client_order_id(order.order_id, event.attempt)
    order.exchange_order_id = event.exchange_order_id
    order.in_doubt = False
    order.waiting_to_retry = False
    order.absent_since = None
    desk.index_exchange_order_id(order)
    if order.status is OrderStatus.PENDING:
        move(order, OrderStatus.SUBMITTED)


def _reserve(desk: Desk, order: Order, quantity: Decimal) -> None:
    """Make the order's reservation exactly this much."""
    change = quantity - order.reserved_quantity
    if change and order.reserved_asset is not None:
        desk.holding(order.account_id, order.user_id, order.reserved_asset).reserved += change
        order.reserved_quantity = quantity


def _book(desk: Desk, order: Order, event: happened.ExecutionBooked) -> None:
    """Order and holdings move together, or not at all."""
    order.filled_quantity += event.quantity
    order.filled_value += event.quantity * event.price
    order.average_price = ratio(order.filled_value, order.filled_quantity)
    order.realized_pnl += event.realized_pnl
    order.fees = _add_fees(order.fees, event.fees)
    order.waiting_to_retry = False
    if order.status is OrderStatus.PENDING:
        # A trade of an attempt that was given up says nothing about the one that is under way.
        order.in_doubt = event.stray
    desk.execution_ids.setdefault(order.order_id, set()).add(event.execution_id)
    desk.execution_times[event.account_id] = max(
        event.executed_at, desk.execution_times.get(event.account_id, event.executed_at)
    )
    base = desk.holding(event.account_id, event.user_id, event.base)
    trade(event, base, desk.holding(event.account_id, event.user_id, event.quote))
    for fee in event.fees:
        take_fee(desk.holding(event.account_id, event.user_id, fee.asset), fee.amount)
    if event.late:
        return  # An order that has ended moves by OrderCorrected, and holds no reservation any more.
    filled = order.quantity is not None and order.filled_quantity >= order.quantity
    move(order, OrderStatus.FILLED if filled else OrderStatus.PARTIALLY_FILLED)
    _reserve(desk, order, worst_case(order, order.reserve_price))


def _add_fees(fees: tuple[Fee, ...], more: tuple[Fee, ...]) -> tuple[Fee, ...]:
    totals = {fee.asset: fee.amount for fee in fees}
    for fee in more:
        totals[fee.asset] = totals.get(fee.asset, ZERO) + fee.amount
    return tuple(Fee(asset, amount) for asset, amount in totals.items())


DeskChange = (
    happened.UserRegistered
    | happened.TokenIssued
    | happened.AccountRegistered
    | happened.CredentialsReplaced
    | happened.AccountStateChanged
    | happened.BalanceOpened
    | happened.BalancesOpened
    | happened.BalanceCompared
    | happened.BreakFound
    | happened.BreakResolved
)


def _change_desk(desk: Desk, event: DeskChange) -> None:
    match event:
        case happened.UserRegistered():
            desk.users[event.user_id] = User(
                user_id=event.user_id, name=event.name, role=event.role, created_at=event.at
            )
        case happened.TokenIssued() | happened.CredentialsReplaced():
            pass  # Tokens and credentials are looked up where they are kept; the engine needs none.
        case happened.AccountRegistered():
            desk.accounts[event.account_id] = Account(
                account_id=event.account_id,
                exchange=event.exchange,
                environment=event.environment,
                user_ids=event.user_ids,
                message="its session has not connected yet",
                created_at=event.at,
            )
        case happened.AccountStateChanged():
            account = desk.accounts[event.account_id]
            account.state = event.state
            account.message = event.message
        case happened.BalanceOpened():
            acquire(desk.holding(event.account_id, event.user_id, event.asset), event.quantity, event.price)
        case happened.BalancesOpened():
            desk.accounts[event.account_id].opened_at = event.at
        case happened.BalanceCompared():
            _compare(desk, event)
        case happened.BreakFound():
            found = break_of(event)
            desk.open_breaks[found.break_id] = found
        case happened.BreakResolved():
            desk.open_breaks.pop(break_id(event.account_id, event.kind, event.subject), None)
        case _:
            assert_never(event)


def _compare(desk: Desk, event: happened.BalanceCompared) -> None:
    key = (event.account_id, event.asset)
    if event.difference:
        desk.differences[key] = Difference(event.difference, event.at)
        return
    desk.differences.pop(key, None)


def break_id(account_id: str, kind: str, subject: str) -> str:
    """One break per account, kind and subject is open at a time."""
    return f"{account_id}|{kind}|{subject}"


def break_of(event: happened.BreakFound) -> Break:
    """The record of a break."""
    return Break(
        break_id=break_id(event.account_id, event.kind, event.subject),
        account_id=event.account_id,
        kind=event.kind,
        subject=event.subject,
        message=event.message,
        found_at=event.at,
    )
