"""Stage 4: an approved order goes to its venue. Every send is an attempt with an id of its own."""

from datetime import datetime

from tidegate.core.desk import Desk
from tidegate.core.identifiers import AccountId, ExchangeOrderId, exchange_client_order_id
from tidegate.core.messages.commands import PlaceOrder
from tidegate.core.messages.effects import (
    Effect,
    FetchExecutions,
    QueryOrder,
    SendCancel,
    SendOrder,
    SynchronizeAccount,
    WakeAt,
)
from tidegate.core.messages.events import AttemptStarted
from tidegate.core.order import Order
from tidegate.core.policy import Policy
from tidegate.core.risk.checks import RiskApproved
from tidegate.core.vocabulary import AccountState


def first_attempt(approved: RiskApproved, at: datetime, policy: Policy) -> tuple[AttemptStarted, SendOrder]:
    """Start the way to the venue: the reservation, and the send that is released once it is durable."""
    command = approved.valid.command
    started = AttemptStarted(
        at=at,
        order_id=command.order_id,
        attempt=1,
        exchange_client_order_id=exchange_client_order_id(command.order_id, 1),
        request_expires_at=at + policy.request_lifetime,
        reserved_asset=approved.reserved_asset,
        reserved_quantity=approved.reserved_quantity,
        reserve_price=approved.reserve_price,
        limits_version=approved.limits_version,
    )
    return started, _send(command, started)


def next_attempt(order: Order, at: datetime, policy: Policy) -> tuple[AttemptStarted, SendOrder]:
    """The same order once more, after proof that the last attempt was not placed. Its reservation still stands."""
    assert order.reserved_asset is not None
    attempt = order.attempt + 1
    started = AttemptStarted(
        at=at,
        order_id=order.order_id,
        attempt=attempt,
        exchange_client_order_id=exchange_client_order_id(order.order_id, attempt),
        request_expires_at=at + policy.request_lifetime,
        reserved_asset=order.reserved_asset,
        reserved_quantity=order.reserved_quantity,
        reserve_price=order.reserve_price,
        limits_version=order.limits_version,
    )
    return started, _send(order, started)


def _send(asked: PlaceOrder | Order, started: AttemptStarted) -> SendOrder:
    """What leaves for the venue: what was asked, under the attempt's own id, signed with the time of its intent."""
    return SendOrder(
        account_id=asked.account_id,
        order_id=asked.order_id,
        attempt=started.attempt,
        exchange_client_order_id=started.exchange_client_order_id,
        symbol=asked.symbol,
        side=asked.side,
        order_type=asked.order_type,
        time_in_force=asked.time_in_force,
        post_only=asked.post_only,
        intended_at=started.at,
        expires_at=started.request_expires_at,
        quantity=asked.quantity,
        quote_quantity=asked.quote_quantity,
        price=asked.price,
        params=asked.params or {},
    )


def cancel_attempt(order: Order, attempt: int) -> SendCancel:
    """Take one attempt of an order, whichever, out of the market."""
    return SendCancel(
        account_id=order.account_id,
        order_id=order.order_id,
        symbol=order.symbol,
        exchange_client_order_id=exchange_client_order_id(order.order_id, attempt),
        exchange_order_id=None,
    )


def send_cancel(order: Order) -> SendCancel:
    """Ask the venue to cancel the current attempt."""
    assert order.exchange_client_order_id is not None
    return SendCancel(
        account_id=order.account_id,
        order_id=order.order_id,
        symbol=order.symbol,
        exchange_client_order_id=order.exchange_client_order_id,
        exchange_order_id=order.exchange_order_id,
    )


def query(order: Order) -> QueryOrder:
    """Ask the venue what became of the current attempt."""
    assert order.exchange_client_order_id is not None
    return QueryOrder(
        account_id=order.account_id,
        order_id=order.order_id,
        attempt=order.attempt,
        symbol=order.symbol,
        exchange_client_order_id=order.exchange_client_order_id,
        exchange_order_id=order.exchange_order_id,
    )


def fetch_executions(order: Order, desk: Desk, exchange_order_id: ExchangeOrderId) -> FetchExecutions:
    """Fetch what the venue executed of an order, by the venue's id of it."""
    return FetchExecutions(
        account_id=order.account_id,
        order_id=order.order_id,
        symbol=order.symbol,
        exchange_order_id=exchange_order_id,
        since=order.timestamp - desk.policy.executions_overlap,
    )


def watch_dog(order: Order, at: datetime, policy: Policy) -> WakeAt:
    """Look at the order again should the answer that is awaited never come."""
    return WakeAt(order_id=order.order_id, at=at + policy.report_wait_max)


def synchronize(desk: Desk, account_id: AccountId) -> SynchronizeAccount:
    """Ask for everything that the books are compared with: open orders, executions since the last known, balances."""
    account = desk.accounts[account_id]
    since = desk.execution_times.get(account_id, account.created_at) - desk.policy.executions_overlap
    symbols = {order.symbol for order in desk.open_orders(account_id)}
    return SynchronizeAccount(account_id=account_id, symbols=tuple(sorted(symbols)), executions_since=since)


def resume_if_resolved(desk: Desk, order: Order) -> list[Effect]:
    """Compare the books once more when this order is the last unknown of an account that is recovering."""
    account = desk.accounts[order.account_id]
    others = desk.unresolved.get(order.account_id, 0) - order.is_unresolved
    if account.state is not AccountState.RECOVERING or others > 0:
        return []
    return [synchronize(desk, order.account_id)]
