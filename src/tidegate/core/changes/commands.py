"""What people and programs ask: a change of price, quantity or trigger, or the cancel of a part."""

import msgspec

from tidegate.core.canceling import cancel_order, open_order, refuse
from tidegate.core.changes.admission import admit
from tidegate.core.changes.asking import change
from tidegate.core.decision import Decision
from tidegate.core.desk import Desk
from tidegate.core.messages.commands import AmendOrder, CancelOrder
from tidegate.core.messages.effects import Reply
from tidegate.core.messages.values import Amendment, Refusal
from tidegate.core.money import is_workable
from tidegate.core.order import Order
from tidegate.core.vocabulary import RefusalCode


def amend(desk: Desk, command: AmendOrder) -> Decision:
    """Change price, quantity or trigger of an open order of one's own."""
    order = desk.orders.get(command.order_id)
    if order is None or order.user_id != command.user_id:
        return refuse(
            command, Refusal(code=RefusalCode.ORDER_NOT_FOUND, message=f"there is no order {command.order_id}")
        )
    if command.not_after is not None and command.at > command.not_after:
        message = "the command arrived after its not_after time"
        return refuse(command, Refusal(code=RefusalCode.COMMAND_EXPIRED, message=message))
    if order.is_closed:
        message = f"the order has already ended as {order.status}"
        return refuse(command, Refusal(code=RefusalCode.ORDER_CLOSED, message=message, order_id=order.order_id))
    return _change(desk, order, command, command.amendment)


def cancel_part(desk: Desk, command: CancelOrder) -> Decision:
    """Cancel some of what is still open; all of it, if that is no more than was asked."""
    assert command.quantity is not None
    order = open_order(desk, command.user_id, command)
    if isinstance(order, Refusal):
        return refuse(command, order)
    if not is_workable(command.quantity) or command.quantity <= 0:
        message = "the quantity to cancel is above zero"
        return refuse(command, Refusal(code=RefusalCode.QUANTITY_BELOW_MINIMUM, message=message))
    if order.quantity is None or order.leaves_quantity is None:
        message = "an order by quote_quantity is canceled in full: leave the quantity out"
        return refuse(command, Refusal(code=RefusalCode.QUANTITY_AMBIGUOUS, message=message))
    if command.quantity >= order.leaves_quantity:
        return _cancel(desk, order, command)
    return _change(desk, order, command, Amendment(quantity=order.quantity - command.quantity))


def _change(desk: Desk, order: Order, command: AmendOrder | CancelOrder, amendment: Amendment) -> Decision:
    admitted = admit(desk, order, amendment, command.at)
    if isinstance(admitted, Refusal):
        return refuse(command, msgspec.structs.replace(admitted, order_id=order.order_id))
    if admitted.cancels_rest:
        return _cancel(desk, order, command)
    return _answered(command, order, change(desk, order, admitted.asked, command.at, command.user_id))


def _cancel(desk: Desk, order: Order, command: AmendOrder | CancelOrder) -> Decision:
    return _answered(command, order, cancel_order(desk, order, command.at, command.user_id))


def _answered(command: AmendOrder | CancelOrder, order: Order, decision: Decision) -> Decision:
    reply = Reply(command_id=command.command_id, order_ids=(order.order_id,))
    return Decision(decision.events, [reply, *decision.effects])
