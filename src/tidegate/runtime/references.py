"""What a batch of inputs speaks of and memory does not hold: looked up before anything is decided."""

from collections.abc import Iterable
from datetime import UTC, datetime

from tidegate.core.apply import break_id
from tidegate.core.desk import Desk
from tidegate.core.engine import Input
from tidegate.core.identifiers import ExchangeClientOrderId, OrderId, execution_id, order_of
from tidegate.core.messages.commands import (
    AmendOrder,
    CancelOrder,
    CreateRule,
    DecideApproval,
    PlaceOrder,
    SetRiskLimits,
)
from tidegate.core.messages.reports import (
    AccountSynchronized,
    CashFlowReported,
    ExecutionBusted,
    ExecutionReported,
    OrderAccepted,
    OrderReported,
)
from tidegate.core.order import Order
from tidegate.core.reconciliation.foreign import order_subject, trade_subject
from tidegate.core.records import FOREIGN_EXECUTION, FOREIGN_ORDER, UNKNOWN_BUST
from tidegate.core.risk_totals import REMEMBERED
from tidegate.core.totals.recent import counts_over_time
from tidegate.core.tracking.naming import names_booked
from tidegate.core.vocabulary import CashFlowKind, VenueOrderStatus
from tidegate.ports import OrderKeys

_NO_END = datetime.max.replace(tzinfo=UTC)


def not_in_memory(desk: Desk, inputs: Iterable[Input]) -> OrderKeys:
    """By which ids storage must be asked."""
    keys = OrderKeys()
    for message in inputs:
        match message:
            case PlaceOrder():
                _note_request(desk, message, keys)
            case CancelOrder() | AmendOrder() | OrderAccepted():
                _note_own_order(desk, message, keys)
            case CreateRule():
                _note_order(desk, message.order_id, keys)
                if message.cancel_order_id is not None:
                    _note_order(desk, message.cancel_order_id, keys)
            case OrderReported() | ExecutionReported():
                _note_venue_order(desk, message, keys)
            case ExecutionBusted():
                _note_bust(desk, message, keys)
            case CashFlowReported():
                _note_flow(desk, message, keys)
            case AccountSynchronized():
                for exchange_client_order_id in message.open_exchange_client_order_ids:
                    _note_attempt(desk, exchange_client_order_id, keys)
            case SetRiskLimits() | DecideApproval():
                _note_recent(desk, message, keys)
            case _:
                pass
    return keys


def _note_recent(desk: Desk, command: SetRiskLimits | DecideApproval, keys: OrderKeys) -> None:
    """The orders of the last hour, where limits are to count them and none has counted before."""
    approval = desk.risk.approvals.get(command.approval_id)
    asked = command if approval is None else approval.request
    is_counting = desk.totals is not None and desk.totals.remembers
    if isinstance(asked, SetRiskLimits) and counts_over_time(asked.limits) and not is_counting:
        keys.recent_since = command.at - REMEMBERED


def _note_order(desk: Desk, order_id: OrderId, keys: OrderKeys) -> None:
    if order_id not in desk.orders:
        keys.order_ids.add(order_id)


def _note_own_order(desk: Desk, message: AmendOrder | CancelOrder | OrderAccepted, keys: OrderKeys) -> None:
    """An order by our id, and the request itself by its key, if it was carried out before.

    An acceptance may come after we have given the order up.
    """
    _note_order(desk, message.order_id, keys)
    if isinstance(message, OrderAccepted) or message.idempotency_key is None:
        return
    key = (message.user_id, message.idempotency_key)
    if key not in desk.requests:
        keys.requests.add(key)


def _note_request(desk: Desk, command: PlaceOrder, keys: OrderKeys) -> None:
    """A request that was seen before has an order by its key or by the caller's own name for it."""
    if command.idempotency_key is not None:
        key = (command.user_id, command.idempotency_key)
        if key not in desk.by_idempotency_key:
            keys.idempotency_keys.add(key)
    if command.client_order_id is not None:
        name = (command.user_id, command.client_order_id)
        if name not in desk.by_client_order_id:
            keys.client_order_ids.add(name)


def _note_venue_order(desk: Desk, report: OrderReported | ExecutionReported, keys: OrderKeys) -> None:
    """An order as its venue calls it: by our id for the attempt if it tells that, else by its own.

    A trade of an order that nobody knows is told but once for ever, such an order until a person closes the matter.
    """
    ours, theirs = report.exchange_client_order_id, report.exchange_order_id
    if (order := desk.order_for(report.account_id, report.symbol, ours, theirs)) is not None:
        _note_parent(desk, order, keys)
        return
    if ours is not None and order_of(ours) is not None:
        _note_attempt(desk, ours, keys)
    elif theirs is not None:
        keys.exchange_order_ids.add((report.account_id, report.symbol, theirs))
    if isinstance(report, ExecutionReported):
        if report.forced is not None:
            _note_forced(desk, report, keys)
        _note_told(desk, break_id(report.account_id, FOREIGN_EXECUTION, trade_subject(report)), keys)
        if ":" in report.symbol:
            _note_trade(desk, report, keys)
    elif report.status is VenueOrderStatus.OPEN:
        _note_dismissed(desk, report, keys)


def _note_parent(desk: Desk, order: Order, keys: OrderKeys) -> None:
    """What a leg trades moves the order that it protects, too."""
    if order.leg is not None and order.parent_order_id is not None:
        _note_order(desk, order.parent_order_id, keys)


def _note_trade(desk: Desk, report: ExecutionReported | ExecutionBusted, keys: OrderKeys) -> bool:
    """A trade by all ids that it may have been booked under, whole or in parts; whether any of it is in memory."""
    name = execution_id(report.account_id, report.symbol, report.side, report.trade_id)
    names = names_booked(desk.accounts.get(report.account_id), name)
    missing = [each for each in names if each not in desk.executions and each not in desk.busted]
    if name in missing:
        keys.execution_ids.update(missing)
    return len(missing) < len(names)


def _note_bust(desk: Desk, report: ExecutionBusted, keys: OrderKeys) -> None:
    """The trade as it was booked, and its order; or that the venue took back one that never was."""
    name = execution_id(report.account_id, report.symbol, report.side, report.trade_id)
    if not _note_trade(desk, report, keys):
        _note_told(desk, break_id(report.account_id, UNKNOWN_BUST, name), keys)
    elif (booked := desk.executions.get(name)) is not None and (order := desk.orders.get(booked.order_id)) is not None:
        _note_parent(desk, order, keys)


def _note_flow(desk: Desk, report: CashFlowReported, keys: OrderKeys) -> None:
    """Whether it is booked already, by this id or as the stream told it; and who bore it if a liquidation cost it."""
    flow = (report.account_id, report.kind, report.flow_id)
    if flow in desk.cash_flows:
        return
    keys.cash_flows.add(flow)
    if (hearing := report.hearing) is not None:
        keys.heard.add((report.account_id, report.asset, hearing.since, hearing.until or _NO_END))
    if report.kind is CashFlowKind.LIQUIDATION_FEE:
        _note_forced(desk, report, keys)


def _note_forced(desk: Desk, report: CashFlowReported | ExecutionReported, keys: OrderKeys) -> None:
    """Who bore what the venue did last in that market."""
    if report.symbol is not None and (report.account_id, report.symbol) not in desk.forced:
        keys.forced.add((report.account_id, report.symbol))


def _note_told(desk: Desk, name: str, keys: OrderKeys) -> None:
    if name not in desk.open_breaks and name not in desk.told:
        keys.break_ids.add(name)


def _note_dismissed(desk: Desk, report: OrderReported, keys: OrderKeys) -> None:
    """One with our mark is no stranger, unless another account of the desk knows it."""
    named = order_of(report.exchange_client_order_id or "")
    name = break_id(report.account_id, FOREIGN_ORDER, order_subject(report))
    is_known = name in desk.open_breaks or name in desk.dismissed
    if not is_known and (named is None or named[0] in desk.orders):
        keys.break_ids.add(name)


def _note_attempt(desk: Desk, exchange_client_order_id: ExchangeClientOrderId, keys: OrderKeys) -> None:
    named = order_of(exchange_client_order_id)
    if named is not None:
        _note_order(desk, named[0], keys)
