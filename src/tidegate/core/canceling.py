"""What becomes of requests for an order's end, whoever makes them: people, rules, the desk itself."""

import copy
from datetime import datetime

from tidegate.core import amendments
from tidegate.core.decision import NOTHING, Decision
from tidegate.core.desk import Desk
from tidegate.core.endings import give_up_sending
from tidegate.core.identifiers import UserId
from tidegate.core.messages.commands import AmendOrder, CancelOrder, CancelOrders
from tidegate.core.messages.effects import Reply
from tidegate.core.messages.events import CancelRequested, Event
from tidegate.core.messages.values import Refusal
from tidegate.core.order import Order
from tidegate.core.routing import send_cancel, watch_dog
from tidegate.core.vocabulary import PendingAction, RefusalCode, RejectReason, Role


def cancel(desk: Desk, command: CancelOrder) -> Decision:
    """Ask for an order's end. Asking twice is asking once; an order that has ended says so."""
    order = open_order(desk, command.user_id, command)
    if isinstance(order, Refusal):
        return refuse(command, order)
    decision = cancel_order(desk, order, command.at, command.user_id)
    reply = Reply(command_id=command.command_id, order_ids=(order.order_id,))
    return Decision(decision.events, [reply, *decision.effects])


def cancel_many(desk: Desk, command: CancelOrders) -> Decision:
    """Ask for the end of every open order that matches."""
    owner = command.owner_id if _is_risk(desk, command.user_id) else command.user_id
    if command.owner_id not in (None, owner):
        message = "traders cancel their own orders; a risk officer cancels anybody's"
        refusal = Refusal(code=RefusalCode.NOT_PERMITTED, message=message)
        return Decision([], [Reply(command_id=command.command_id, refusal=refusal)])
    matching = [order for order in desk.orders.values() if not order.is_closed and _matches(order, command, owner)]
    order_ids = tuple(order.order_id for order in matching)
    decision = Decision([], [Reply(command_id=command.command_id, order_ids=order_ids)])
    for order in matching:
        canceled = cancel_order(desk, order, command.at, command.user_id)
        decision.events += canceled.events
        decision.effects += canceled.effects
    return decision


def cancel_order(
    desk: Desk, order: Order, at: datetime, by: str, reason: RejectReason = RejectReason.USER_REQUEST
) -> Decision:
    """Ask for an open order's end: at once where nothing of it is at the venue, else as soon as the venue can.

    `reason` is what the order ends with. One that is being canceled already keeps the reason it has.
    """
    if order.is_closed or order.pending_action is PendingAction.CANCEL:
        return NOTHING
    requested = CancelRequested(at=at, order_id=order.order_id, by=by, reason=reason)
    if order.waiting_to_retry or order.is_held:
        asked = copy.copy(order)
        asked.pending_action, asked.cancel_reason = PendingAction.CANCEL, reason
        return Decision([requested, *give_up_sending(asked, at, _before_it_was_sent(order, reason))])
    if order.is_unsent:
        return Decision([requested])  # Its send is under way or in doubt: the cancel follows as soon as that is known.
    events: list[Event] = []
    if order.is_giving_way:
        events.append(amendments.failed(order, at, reason, "the order is canceled instead"))
    return Decision([*events, requested], [send_cancel(order), watch_dog(order, at, desk.policy)])


def _before_it_was_sent(order: Order, reason: RejectReason) -> str:
    never_left = reason is RejectReason.USER_REQUEST and not order.attempt
    return "canceled before it was sent" if never_left or order.waiting_to_retry else ""


def open_order(desk: Desk, user_id: UserId, command: CancelOrder) -> Order | Refusal:
    """The order that a user may cancel: owners theirs, risk officers everybody's."""
    order = desk.orders.get(command.order_id)
    if order is None or (order.user_id != user_id and not _is_risk(desk, user_id)):
        return Refusal(code=RefusalCode.ORDER_NOT_FOUND, message=f"there is no order {command.order_id}")
    if order.is_closed:
        message = f"the order has already ended as {order.status}"
        return Refusal(code=RefusalCode.ORDER_CLOSED, message=message, order_id=order.order_id)
    return order


def refuse(command: CancelOrder | AmendOrder, refusal: Refusal) -> Decision:
    """The answer to what cannot be, with the order as it is if there is one."""
    order_ids = () if refusal.order_id is None else (refusal.order_id,)
    return Decision([], [Reply(command_id=command.command_id, refusal=refusal, order_ids=order_ids)])


def _is_risk(desk: Desk, user_id: UserId) -> bool:
    user = desk.users.get(user_id)
    return user is not None and user.role is Role.RISK


def _matches(order: Order, command: CancelOrders, owner: UserId | None) -> bool:
    return (
        owner in (None, order.user_id)
        and command.account_id in (None, order.account_id)
        and command.exchange in (None, order.exchange)
        and command.symbol in (None, order.symbol)
    )
