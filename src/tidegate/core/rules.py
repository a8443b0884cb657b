"""Rules of the user's own: when an order reaches a status, place an order or cancel one."""

from datetime import datetime

import msgspec

from tidegate.core.canceling import cancel_order
from tidegate.core.decision import NOTHING, Decision
from tidegate.core.desk import Desk
from tidegate.core.identifiers import CommandId, UserId
from tidegate.core.messages.commands import CreateRule, DeleteRule, PlaceOrder
from tidegate.core.messages.effects import Reply
from tidegate.core.messages.events import RuleCreated, RuleEnded
from tidegate.core.messages.values import Refusal
from tidegate.core.order import Order
from tidegate.core.placing import place
from tidegate.core.records import Rule
from tidegate.core.vocabulary import OrderStatus, RefusalCode, RejectReason, Role

BY_A_RULE = "a rule"
WAITED_FOR = frozenset(
    {
        OrderStatus.SUBMITTED,
        OrderStatus.PARTIALLY_FILLED,
        OrderStatus.FILLED,
        OrderStatus.CANCELED,
        OrderStatus.REJECTED,
        OrderStatus.EXPIRED,
    }
)


def create(desk: Desk, command: CreateRule) -> Decision:
    """Let an order be waited for. If it is where the rule waits for already, the rule fires at once."""
    refusal = _wrong_rule(desk, command) or _wrong_orders(desk, command)
    if refusal is not None:
        return _reply(command, refusal)
    created = RuleCreated(
        at=command.at,
        rule_id=command.rule_id,
        user_id=command.user_id,
        order_id=command.order_id,
        status=command.status,
        place=command.place,
        cancel_order_id=command.cancel_order_id,
    )
    return Decision([created], [Reply(command_id=command.command_id)])


def _wrong_rule(desk: Desk, command: CreateRule) -> Refusal | None:
    user = desk.users.get(command.user_id)
    if user is None or user.role is not Role.TRADER:
        return Refusal(code=RefusalCode.NOT_PERMITTED, message="only users with the role trader make rules")
    if command.rule_id in desk.rules:
        return Refusal(code=RefusalCode.ALREADY_EXISTS, message=f"there is a rule {command.rule_id} already")
    if (command.place is None) == (command.cancel_order_id is None):
        return _not_allowed("a rule either places an order or cancels one")
    if command.status not in WAITED_FOR:
        return _not_allowed(f"a rule waits for one of {', '.join(sorted(WAITED_FOR))}, not for {command.status}")
    if command.place is not None and (problem := _wrong_placement(desk, command.place, command.user_id)) is not None:
        return _not_allowed(problem)
    mine = sum(rule.user_id == command.user_id for rule in desk.rules.values())
    if mine >= desk.policy.rules_max:
        most = str(desk.policy.rules_max)
        message = f"you have {mine} open rules: delete some first"
        return Refusal(code=RefusalCode.RULE_LIMIT_REACHED, message=message, limit=most, actual=str(mine + 1))
    return None


def _wrong_placement(desk: Desk, asked: PlaceOrder, user_id: UserId) -> str | None:
    """What is checked now; all the rest is, when the rule fires.

    A name of the caller's own might be taken by then, and nobody would be there to be told.
    """
    if asked.user_id != user_id:
        return "a rule places orders of its own user"
    if asked.client_order_id is not None or asked.idempotency_key is not None:
        return "an order that a rule places takes no client_order_id: it is found by its rule"
    if asked.order_id in desk.orders:
        return f"there is an order {asked.order_id} already"
    account = desk.accounts.get(asked.account_id)
    if account is None or user_id not in account.user_ids:
        return f"there is no account {asked.account_id} that you may trade"
    return None


def _wrong_orders(desk: Desk, command: CreateRule) -> Refusal | None:
    for order_id in (command.order_id, command.cancel_order_id):
        if order_id is None:
            continue
        order = desk.orders.get(order_id)
        if order is None or order.user_id != command.user_id:
            return Refusal(code=RefusalCode.ORDER_NOT_FOUND, message=f"there is no order {order_id}")
        is_hopeless = order.is_closed and (order_id != command.order_id or not has_reached(order, command.status))
        if is_hopeless:
            message = f"order {order_id} has already ended as {order.status}"
            return Refusal(code=RefusalCode.ORDER_CLOSED, message=message, order_id=order_id)
    return None


def _not_allowed(message: str) -> Refusal:
    return Refusal(code=RefusalCode.RULE_NOT_ALLOWED, message=message)


def _reply(command: CreateRule | DeleteRule, refusal: Refusal) -> Decision:
    return Decision([], [Reply(command_id=command.command_id, refusal=refusal)])


def delete(desk: Desk, command: DeleteRule) -> Decision:
    """Wait no more: its owner, or a risk officer, says so."""
    rule = desk.rules.get(command.rule_id)
    user = desk.users.get(command.user_id)
    is_risk = user is not None and user.role is Role.RISK
    if rule is None or (rule.user_id != command.user_id and not is_risk):
        message = f"there is no open rule {command.rule_id}"
        return _reply(command, Refusal(code=RefusalCode.RULE_NOT_FOUND, message=message))
    ended = _ended(rule, command.at, fired=False, message=f"deleted by {command.user_id}")
    return Decision([ended], [Reply(command_id=command.command_id)])


def has_reached(order: Order, status: OrderStatus) -> bool:
    """Whether an order is or has been there: one that fills at once has been submitted and filled in part, too."""
    match status:
        case OrderStatus.SUBMITTED:
            return order.exchange_order_id is not None or order.filled_quantity > 0
        case OrderStatus.PARTIALLY_FILLED:
            return order.filled_quantity > 0
        case _:
            return order.status is status and order.is_closed


def fire(desk: Desk, order: Order, at: datetime) -> Decision:
    """Carry out one rule that waits for this order; the next one in the state that this leaves.

    So each placement is checked against what those before it have reserved.
    """
    for rule_id in sorted(desk.rules_of.get(order.order_id, ())):
        rule = desk.rules[rule_id]
        if has_reached(order, rule.status):
            return _place(desk, rule, at) if rule.place is not None else _cancel(desk, rule, at)
        if order.is_closed:
            message = f"order {order.order_id} has ended as {order.status}, not as {rule.status}"
            return Decision([_ended(rule, at, fired=False, message=message)])
    return NOTHING


def _place(desk: Desk, rule: Rule, at: datetime) -> Decision:
    """Through all the checks, as if its user had sent it now. Its answer has nobody to go to."""
    assert rule.place is not None
    command = msgspec.structs.replace(
        rule.place,
        command_id=CommandId(rule.rule_id),
        at=at,
        retry_until=at + desk.policy.rule_retry_window,
        rule_id=rule.rule_id,
    )
    placed = place(desk, command)
    [reply] = [effect for effect in placed.effects if isinstance(effect, Reply)]
    message = f"placed order {command.order_id}"
    if reply.refusal is not None:
        message = f"order {command.order_id} was refused: {reply.refusal.message}"
    effects = [effect for effect in placed.effects if effect is not reply]
    return Decision([_ended(rule, at, fired=True, message=message), *placed.events], effects)


def _cancel(desk: Desk, rule: Rule, at: datetime) -> Decision:
    assert rule.cancel_order_id is not None
    order = desk.orders.get(rule.cancel_order_id)
    if order is None or order.is_closed:
        message = f"order {rule.cancel_order_id} had ended before"
        return Decision([_ended(rule, at, fired=True, message=message)])
    canceled = cancel_order(desk, order, at, BY_A_RULE, RejectReason.CANCELED_BY_RULE)
    ended = _ended(rule, at, fired=True, message=f"asked for the end of order {order.order_id}")
    return Decision([ended, *canceled.events], canceled.effects)


def _ended(rule: Rule, at: datetime, *, fired: bool, message: str) -> RuleEnded:
    return RuleEnded(
        at=at,
        rule_id=rule.rule_id,
        user_id=rule.user_id,
        order_id=rule.order_id,
        status=rule.status,
        place=rule.place,
        cancel_order_id=rule.cancel_order_id,
        created_at=rule.created_at,
        fired=fired,
        message=message,
    )
