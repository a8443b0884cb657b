"""Cancel on disconnect: orders of who does not come back in time are canceled."""

from collections.abc import Container
from datetime import datetime, timedelta

from tidegate.core.canceling import cancel_order
from tidegate.core.decision import Decision, together
from tidegate.core.desk import Desk
from tidegate.core.identifiers import OrderId
from tidegate.core.messages.commands import KeepAlive
from tidegate.core.messages.effects import Reply
from tidegate.core.messages.events import ClientHeard, Event, KeepAliveSet
from tidegate.core.messages.values import Refusal
from tidegate.core.records import User
from tidegate.core.risk.leaving import closes_for_kill_switch, protects
from tidegate.core.vocabulary import RefusalCode, RejectReason, Role

TIMEOUT_SECONDS_MIN = 5  # Less would cancel orders because a request took its time.
TIMEOUT_SECONDS_MAX = 3_600
_BY = "keep-alive"


def keep_alive(desk: Desk, command: KeepAlive) -> Decision:
    """A trader's client is there, and wants its orders canceled if it is not heard of for so long; zero: never."""
    if (refusal := _may_not(desk, command)) is not None:
        return Decision([], [Reply(command_id=command.command_id, refusal=refusal)])
    timeout_seconds, user = command.timeout_seconds or None, desk.users[command.user_id]
    events: list[Event] = []
    if timeout_seconds != user.keep_alive_seconds:  # Most only say that the client is still there.
        events.append(KeepAliveSet(at=command.at, user_id=user.user_id, timeout_seconds=timeout_seconds))
    if timeout_seconds is not None:
        events.append(ClientHeard(at=command.at, user_id=user.user_id))
    return Decision(events, [Reply(command_id=command.command_id)])


def disconnected(desk: Desk, at: datetime, ending: Container[OrderId] = ()) -> Decision:
    """Cancel the orders of all whose clients were not heard of in time; `ending` are being canceled already.

    Who was not heard of since the desk started has the whole time from now on: it could not have been heard before.
    """
    decisions = []
    for user in desk.users.values():
        if user.keep_alive_seconds is None:
            continue
        heard_at = desk.clients_heard.get(user.user_id)
        if heard_at is None:
            decisions.append(Decision([ClientHeard(at=at, user_id=user.user_id)]))
        elif at - heard_at >= timedelta(seconds=user.keep_alive_seconds):
            decisions.append(_gone(desk, user, at, ending))
    return together(*decisions)


def _may_not(desk: Desk, command: KeepAlive) -> Refusal | None:
    user = desk.users.get(command.user_id)
    if user is None or user.role is not Role.TRADER:
        message = "only traders have orders of their own to be canceled"
        return Refusal(code=RefusalCode.NOT_PERMITTED, message=message)
    if command.timeout_seconds and not TIMEOUT_SECONDS_MIN <= command.timeout_seconds <= TIMEOUT_SECONDS_MAX:
        return Refusal(
            code=RefusalCode.PARAMETER_NOT_ALLOWED,
            message=f"give {TIMEOUT_SECONDS_MIN} to {TIMEOUT_SECONDS_MAX} seconds, or 0 to end it",
            limit=str(TIMEOUT_SECONDS_MAX if command.timeout_seconds > TIMEOUT_SECONDS_MAX else TIMEOUT_SECONDS_MIN),
            actual=str(command.timeout_seconds),
        )
    return None


def _gone(desk: Desk, user: User, at: datetime, ending: Container[OrderId]) -> Decision:
    """Its orders end, protection and what the kill switch closes aside; then it is over until the client comes back and
    asks for it anew."""
    message = f"its client was not heard of for {user.keep_alive_seconds} seconds"
    over = KeepAliveSet(at=at, user_id=user.user_id, timeout_seconds=None, message=message)
    canceled = [
        cancel_order(desk, order, at, _BY, RejectReason.CLIENT_DISCONNECTED)
        for order in desk.orders.values()
        if order.user_id == user.user_id
        and order.order_id not in ending
        and not (protects(order) or closes_for_kill_switch(order))
    ]
    return together(Decision([over]), *canceled)
