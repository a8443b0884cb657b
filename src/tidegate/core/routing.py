"""Stage 4: an approved order goes to its venue. Every send is an attempt with an id of its own."""

from datetime import datetime
from decimal import Decimal

from tidegate.core import messages
from tidegate.core.capabilities import Asked, what_leaves
from tidegate.core.desk import Desk
from tidegate.core.identifiers import AccountId, ExchangeOrderId, exchange_client_order_id
from tidegate.core.messages.effects import (
    Effect,
    FetchExecutions,
    QueryOrder,
    SendCancel,
    SendOrder,
    SynchronizeAccount,
    WakeAt,
    WatchPrices,
)
from tidegate.core.messages.events import AttemptStarted, OrderHeld
from tidegate.core.money import ONE
from tidegate.core.order import CONDITIONAL, Order
from tidegate.core.policy import Policy
from tidegate.core.portfolio.reservations import worst_case
from tidegate.core.risk.checks import RiskApproved
from tidegate.core.risk.leaving import closes_for_kill_switch
from tidegate.core.vocabulary import AccountState, Exchange, OrderType, TimeInForce


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
        quantity=command.quantity,
        price=command.price,
        reserve_rate=approved.reserve_rate,
    )
    waits = command.order_type in CONDITIONAL
    return started, _send(command, started, approved.valid.reference_price, waits=waits)


def next_attempt(order: Order, at: datetime, policy: Policy) -> tuple[AttemptStarted, SendOrder]:
    """What is left of an order, on its way (again): no earlier attempt can trade any more.

    Its worst case is reserved by its figures as they are; what a leg had shared with its sibling, it now needs itself.
    """
    assert order.reserved_asset is not None
    attempt = order.attempt + 1
    rate = order.reserve_rate if order.is_derivative else ONE
    started = AttemptStarted(
        at=at,
        order_id=order.order_id,
        attempt=attempt,
        exchange_client_order_id=exchange_client_order_id(order.order_id, attempt),
        request_expires_at=at + policy.request_lifetime,
        reserved_asset=order.reserved_asset,
        reserved_quantity=worst_case(order, order.reserve_price, rate),
        reserve_price=order.reserve_price,
        limits_version=order.limits_version,
        quantity=order.leaves_quantity,
        price=order.price,
        filled_before=order.filled_quantity,
        reserve_rate=rate,
        replaced_expires_at=order.request_expires_at if order.exchange_order_id is not None else None,
    )
    return started, _send(order, started, None, waits=order.is_conditional)


def _send(asked: Asked, started: AttemptStarted, reference_price: Decimal | None, *, waits: bool) -> SendOrder:
    """What leaves for the venue: what was asked, under the attempt's own id, signed with the time of its intent.

    What has been set off leaves as what it became, without its condition. The desk itself ends what is good till a
    date.
    """
    is_trailing = waits and asked.order_type is OrderType.TRAILING_STOP
    gives_time = asked.time_in_force is TimeInForce.GTD
    return messages.effects.SendOrder(  # So named for speed: see `options`.
        account_id=asked.account_id,
        order_id=asked.order_id,
        attempt=started.attempt,
        exchange_client_order_id=started.exchange_client_order_id,
        symbol=asked.symbol,
        side=asked.side,
        order_type=asked.order_type if waits else what_leaves(asked.order_type),
        time_in_force=TimeInForce.GTC if gives_time else asked.time_in_force,
        post_only=asked.post_only,
        intended_at=started.at,
        expires_at=started.request_expires_at,
        quantity=started.quantity,
        quote_quantity=asked.quote_quantity,
        price=started.price,
        params=asked.params or {},
        trigger_price=asked.trigger_price if waits and not is_trailing else None,
        trigger_by=asked.trigger_by,
        trailing_offset=asked.trailing_offset if is_trailing else None,
        trailing_offset_unit=asked.trailing_offset_unit,
        reduce_only=asked.reduce_only,
        position_side=asked.position_side,
        margin_mode=asked.margin_mode,
        leverage=asked.leverage,
        reference_price=reference_price,
        protective=asked.leg is not None or closes_for_kill_switch(asked),
    )


def hold(approved: RiskApproved, at: datetime) -> OrderHeld:
    """The desk keeps an order that its venue cannot: the reservation stands while it waits for the market."""
    command, exchange = approved.valid.command, approved.valid.account.exchange
    return OrderHeld(
        at=at,
        order_id=command.order_id,
        reserved_asset=approved.reserved_asset,
        reserved_quantity=approved.reserved_quantity,
        reserve_price=approved.reserve_price,
        limits_version=approved.limits_version,
        message=f"{exchange} does not keep such an order: the desk holds it until the market sets it off",
        reserve_rate=approved.reserve_rate,
    )


def watch_prices(desk: Desk, exchange: Exchange) -> WatchPrices:
    """The markets of one venue in which users trade: their prices set orders off at the desk, and judge new ones."""
    symbols = frozenset(symbol for at, symbol in desk.traded_markets if at is exchange)
    return WatchPrices(exchange=exchange, symbols=symbols)


def watch_all_prices(desk: Desk) -> list[WatchPrices]:
    """After a restart: all of them."""
    return [watch_prices(desk, exchange) for exchange in sorted({exchange for exchange, _ in desk.traded_markets})]


def cancel_attempt(order: Order, attempt: int) -> SendCancel:
    """Take one attempt of an order, whichever, out of the market."""
    return SendCancel(
        account_id=order.account_id,
        order_id=order.order_id,
        symbol=order.symbol,
        exchange_client_order_id=exchange_client_order_id(order.order_id, attempt),
        exchange_order_id=None,
        conditional=order.is_conditional,
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
        conditional=order.is_conditional,
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
        conditional=order.is_conditional,
    )


def fetch_executions(order: Order, desk: Desk, exchange_order_id: ExchangeOrderId) -> FetchExecutions:
    """Fetch what the venue executed of an order, by the venue's id of it."""
    return FetchExecutions(
        account_id=order.account_id,
        order_id=order.order_id,
        symbol=order.symbol,
        exchange_order_id=exchange_order_id,
        since=order.timestamp - desk.policy.executions_overlap,
        exchange_client_order_id=order.exchange_client_order_id,
        conditional=order.is_conditional,
    )


def watch_dog(order: Order, at: datetime, policy: Policy) -> WakeAt:
    """Look at the order again should the answer that is awaited never come."""
    return WakeAt(order_id=order.order_id, at=at + policy.report_wait_max)


def synchronize(desk: Desk, account_id: AccountId) -> SynchronizeAccount:
    """Ask for all that the books are compared with: open orders, what happened since the last time, what is held.

    At the first time since the desk's start, the last known execution tells since when.
    """
    account = desk.accounts[account_id]
    since = desk.compared_at.get(account_id) or desk.execution_times.get(account_id, account.created_at)
    flows_since = since - desk.policy.cash_flows_overlap
    return SynchronizeAccount(
        account_id=account_id,
        symbols=tuple(sorted(_compared_symbols(desk, account_id))),
        executions_since=since - desk.policy.executions_overlap,
        cash_flows_since=max(flows_since, account.opened_at or account.created_at),
    )


def _compared_symbols(desk: Desk, account_id: AccountId) -> set[str]:
    """Where executions of ours may be: in the markets of open orders, of orders that ended lately, and of positions."""
    symbols = {order.symbol for order in desk.open_orders(account_id) if order.attempt}
    symbols |= {key[2] for key, position in desk.positions.items() if key[0] == account_id and position.quantity}
    return symbols | desk.recent_symbols.get(account_id, {}).keys()


def resume_if_resolved(desk: Desk, order: Order) -> list[Effect]:
    """Compare the books once more when this order is the last unknown of an account that is recovering."""
    if desk.accounts[order.account_id].state is not AccountState.RECOVERING:
        return []
    others = desk.unresolved.get(order.account_id, 0) - order.is_unresolved
    return [] if others > 0 else [synchronize(desk, order.account_id)]
