"""What order events change: the order, its reservation, and how it is found."""

from decimal import Decimal
from typing import assert_never

from tidegate import core
from tidegate.core.apply_changes import count_anew, end_change, put_right, reshape
from tidegate.core.desk import Desk
from tidegate.core.identifiers import ExchangeOrderId, exchange_client_order_id
from tidegate.core.messages import events as happened
from tidegate.core.money import ZERO
from tidegate.core.options import has_options, options_of
from tidegate.core.order import Order, move
from tidegate.core.vocabulary import HeldBy, OrderStatus, PendingAction

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
    | happened.OrderAdjusted
    | happened.OrderHeld
    | happened.TrailingMoved
    | happened.OrderTriggered
    | happened.AmendRequested
    | happened.AmendPostponed
    | happened.OrderAmended
    | happened.AmendFailed
    | happened.OrderRestated
    | happened.ProtectionChanged
    | happened.ProtectionEnded
    | happened.RulesChanged
)


def create_order(desk: Desk, event: happened.OrderCreated) -> None:
    """A new order, as it was asked for."""
    order = core.order.Order(  # So named for speed: see `options`.
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
        retry_until=event.retry_until,
        position_side=event.position_side,
        margin_mode=event.margin_mode,
        leverage=event.leverage,
        trigger_by=event.trigger_by,
        stop_loss=event.stop_loss,
        take_profit=event.take_profit,
        arrival_price=event.arrival_price,
    )
    if event.params:
        order.params = event.params
    if has_options(event):
        for name, value in options_of(event).items():
            setattr(order, name, value)
    desk.index(order)


def change_order(desk: Desk, order: Order, event: OrderChange) -> None:  # noqa: C901  One arm per event.
    """Make one event of an order's life true."""
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
            order.awaited_since = None
            order.replacing = False
            if order.asked is not None:
                end_change(order)
            if order.reserved_quantity:
                reserve(desk, order, ZERO)
            desk.index_open(order)
            desk.note_end(order)
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
            if not order.is_resending:
                order.awaited_since = None
        case happened.OrderInDoubt():
            order.in_doubt = True
            order.message = event.message
            order.awaited_since = order.awaited_since or event.at
        case happened.OrderAbsenceSeen():
            order.absent_since = event.requested_at
        case happened.OrderLookedUp():
            order.venue_status = event.venue_status
            order.venue_filled_quantity = event.venue_filled_quantity
            order.reason = event.reason
            order.message = event.message or None
        case happened.CancelRequested():
            order.pending_action = PendingAction.CANCEL
            order.cancel_reason = event.reason
            order.awaited_since = event.at
        case happened.CancelRefused():
            order.pending_action = PendingAction.NONE if order.asked is None else PendingAction.AMEND
            order.cancel_reason = None
            order.message = event.message
            count_anew(order, event.at)
        case happened.OrderCorrected():
            if order.status is not event.status:
                move(order, event.status)
            order.realized_pnl = event.realized_pnl
            order.message = event.message
        case happened.ProtectionChanged():
            order.stop_loss, order.take_profit = event.stop_loss, event.take_profit
        case happened.ProtectionEnded():
            order.guarding = False
        case happened.RulesChanged():
            pass  # Its history tells of it.
        case happened.OrderHeld() | happened.TrailingMoved() | happened.OrderTriggered():
            _change_conditional(desk, order, event)
        case happened.OrderAdjusted():
            put_right(order, event)
            desk.index_open(order)
        case happened.AmendPostponed():
            reshape(order, event)
        case happened.AmendRequested() | happened.OrderAmended() | happened.AmendFailed() | happened.OrderRestated():
            reshape(order, event)
            reserve(desk, order, event.reserved_quantity)
            desk.index_open(order)
        case _:
            assert_never(event)


def _change_conditional(
    desk: Desk, order: Order, event: happened.OrderHeld | happened.TrailingMoved | happened.OrderTriggered
) -> None:
    match event:
        case happened.OrderHeld():
            if order.status is OrderStatus.CREATED:
                move(order, OrderStatus.PENDING)
                order.message = event.message or None
            order.held_by = HeldBy.DESK
            order.waiting_to_retry = False
            order.reserved_asset = event.reserved_asset
            order.reserve_price = event.reserve_price
            order.reserve_rate = event.reserve_rate
            order.limits_version = event.limits_version
            reserve(desk, order, event.reserved_quantity)
        case happened.TrailingMoved():
            order.trailing_extreme = event.extreme
            order.trigger_price = event.trigger_price
        case happened.OrderTriggered():
            order.triggered_at = event.at
            order.waiting_to_retry = event.waits
            order.retry_until = event.retry_until or order.retry_until
            if event.exchange_order_id is not None:
                _rename(desk, order, event.exchange_order_id)
        case _:
            assert_never(event)
    desk.index_open(order)


def _start_attempt(desk: Desk, order: Order, event: happened.AttemptStarted) -> None:
    if order.status is OrderStatus.CREATED:
        move(order, OrderStatus.PENDING)
        order.awaited_since = event.at
    else:
        _start_again(order, event)
    order.attempt = event.attempt
    order.exchange_client_order_id = event.exchange_client_order_id
    order.request_expires_at = event.request_expires_at
    order.reserved_asset = event.reserved_asset
    order.reserve_price = event.reserve_price
    order.reserve_rate = event.reserve_rate
    order.limits_version = event.limits_version
    reserve(desk, order, event.reserved_quantity)
    desk.index_open(order)


def _start_again(order: Order, event: happened.AttemptStarted) -> None:
    """What was true of the attempt before, or while the desk held the order, is over."""
    if order.exchange_order_id is not None:
        # The attempt before has ended at the venue, and this one sends what it left.
        _keep_former_id(order)
        order.exchange_order_id = None
        order.replacing = True
        order.awaited_since = event.at
    if not order.is_resending:
        order.awaited_since = event.at
    order.filled_before = event.filled_before
    order.held_by = HeldBy.VENUE
    order.venue_status = None
    order.venue_filled_quantity = None
    order.waiting_to_retry = False
    order.in_doubt = False
    order.absent_since = None
    order.reason = None
    order.message = None


def _submit(desk: Desk, order: Order, event: happened.OrderSubmitted) -> None:
    """The venue has this attempt; it may be one that had been given up, while no later one was sent."""
    if order.is_resending:
        order.replacing = False
    order.in_doubt = False
    order.waiting_to_retry = False
    order.absent_since = None
    _rename(desk, order, event.exchange_order_id)
    if order.attempt != event.attempt:
        order.attempt = event.attempt
        order.exchange_client_order_id = exchange_client_order_id(order.order_id, event.attempt)
    if order.status is OrderStatus.PENDING:
        move(order, OrderStatus.SUBMITTED)
    count_anew(order, event.at)


def _rename(desk: Desk, order: Order, exchange_order_id: ExchangeOrderId) -> None:
    """The venue calls it so from now on; what it called it before still finds it."""
    if order.exchange_order_id not in (None, exchange_order_id):
        _keep_former_id(order)
    order.exchange_order_id = exchange_order_id
    desk.index_exchange_order_id(order)


def _keep_former_id(order: Order) -> None:
    assert order.exchange_order_id is not None
    former = order.former_exchange_order_ids or {}
    order.former_exchange_order_ids = {**former, order.exchange_order_id: order.attempt}


def reserve(desk: Desk, order: Order, quantity: Decimal) -> None:
    """Make the order's reservation exactly this much."""
    change = quantity - order.reserved_quantity
    if change and order.reserved_asset is not None:
        wallet = desk.wallet_of(order.exchange, order.symbol)
        desk.holding(order.account_id, order.user_id, order.reserved_asset, wallet).reserved += change
        order.reserved_quantity = quantity
