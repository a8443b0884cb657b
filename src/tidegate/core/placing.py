"""What becomes of a new order: admitted once, checked, and on its way."""

from decimal import Decimal
from typing import NamedTuple

import msgspec

from tidegate.core import messages
from tidegate.core.corrections import adjust
from tidegate.core.decision import Decision
from tidegate.core.desk import Desk
from tidegate.core.launching import launch
from tidegate.core.messages.commands import PlaceOrder
from tidegate.core.messages.effects import Reply
from tidegate.core.messages.events import Event, OrderClosed, OrderCreated, OrderInvalidated, ProtectionChanged
from tidegate.core.messages.values import Refusal
from tidegate.core.money import ZERO
from tidegate.core.options import has_options, options_of
from tidegate.core.order import Order
from tidegate.core.records import Account
from tidegate.core.risk.checks import RiskApproved, check_risk
from tidegate.core.validation import ValidOrder, in_known_mode, validate
from tidegate.core.vocabulary import AccountState, RefusalCode, Role


def place(desk: Desk, command: PlaceOrder) -> Decision:
    """Take an order in: once per idempotency key, checked, reserved, and on its way."""
    if (seen := _seen_before(desk, command)) is not None:
        return Decision([], [seen])
    admitted = _admit(desk, command)
    if isinstance(admitted, Account):
        return _decide(desk, command, admitted)
    return Decision([], [Reply(command_id=command.command_id, refusal=admitted)])


def _decide(desk: Desk, command: PlaceOrder, account: Account) -> Decision:
    """Put right what the desk may, check the rest, and send it on its way or record why not."""
    command = in_known_mode(command, account, desk)
    created: list[Event] = [created_by(desk, command, account)]
    adjusted, asked = adjust(desk, command, account)
    created += adjusted
    approved = _check(desk, asked, account)
    if not isinstance(approved, RiskApproved):
        return _invalidated(command, created, approved)
    if approved.message:
        created.append(_protected(approved))
    launched = launch(desk, approved, command.at)
    reply = Reply(command_id=command.command_id, order_ids=(command.order_id,))
    return Decision([*created, *launched.events], [reply, *launched.effects])


class Assessment(NamedTuple):
    """What the stages would say of an order: with `command` as it would be placed, and what would be put right.

    `valid` is None where it does not even fit its market.
    """

    command: PlaceOrder
    adjusted: list[Event]
    valid: ValidOrder | None
    outcome: RiskApproved | Refusal


def assess(desk: Desk, command: PlaceOrder) -> Assessment | Reply:
    """What `place` would do, and why, without doing it; a reply where it would not come to be checked."""
    if (seen := _seen_before(desk, command)) is not None:
        return seen
    account = _admit(desk, command)
    if not isinstance(account, Account):
        return Reply(command_id=command.command_id, refusal=account)
    adjusted, asked = adjust(desk, in_known_mode(command, account, desk), account)
    valid = validate(asked, account, desk)
    outcome = _check(desk, asked, account)
    return Assessment(asked, adjusted, valid if isinstance(valid, ValidOrder) else None, outcome)


def _protected(approved: RiskApproved) -> ProtectionChanged:
    """The desk gave the order a stop-loss, because a limit wants one."""
    command = approved.valid.command
    return ProtectionChanged(
        at=command.at,
        order_id=command.order_id,
        stop_loss=command.stop_loss,
        take_profit=command.take_profit,
        message=approved.message,
    )


def _seen_before(desk: Desk, command: PlaceOrder) -> Reply | None:
    """The first answer again, when this request was seen; a refusal when its key came with another body."""
    if (known := _by_idempotency_key(desk, command)) is not None:
        return _answer_again(command, known, RefusalCode.IDEMPOTENCY_KEY_CONFLICT)
    if (known := _by_client_order_id(desk, command)) is not None:
        return _answer_again(command, known, RefusalCode.CLIENT_ORDER_ID_CONFLICT)
    if (known := desk.orders.get(command.order_id)) is not None:
        return _answer_again(command, known, RefusalCode.IDEMPOTENCY_KEY_CONFLICT)
    return None


def _answer_again(command: PlaceOrder, known: Order, code: RefusalCode) -> Reply:
    if known.request_hash == command.request_hash:
        return Reply(command_id=command.command_id, order_ids=(known.order_id,), replayed=True)
    message = f"order {known.order_id} was placed with it, and another body: use a new one for a new order"
    refusal = Refusal(code=code, message=message, order_id=known.order_id)
    return Reply(command_id=command.command_id, refusal=refusal)


def _by_idempotency_key(desk: Desk, command: PlaceOrder) -> Order | None:
    if command.idempotency_key is None:
        return None
    order_id = desk.by_idempotency_key.get((command.user_id, command.idempotency_key))
    return None if order_id is None else desk.orders[order_id]


def _by_client_order_id(desk: Desk, command: PlaceOrder) -> Order | None:
    if command.client_order_id is None:
        return None
    order_id = desk.by_client_order_id.get((command.user_id, command.client_order_id))
    return None if order_id is None else desk.orders[order_id]


def _admit(desk: Desk, command: PlaceOrder) -> Account | Refusal:
    """Whether this command may become an order at all: its sender, its account, its age."""
    user = desk.users.get(command.user_id)
    if user is None or user.role is not Role.TRADER:
        return Refusal(code=RefusalCode.NOT_PERMITTED, message="only users with the role trader place orders")
    account = desk.accounts.get(command.account_id)
    if account is None or command.user_id not in account.user_ids:
        message = f"there is no account {command.account_id} that you may trade: GET /api/v1/accounts lists yours"
        return Refusal(code=RefusalCode.ACCOUNT_NOT_FOUND, message=message)
    if command.not_after is not None and command.at > command.not_after:
        return Refusal(code=RefusalCode.COMMAND_EXPIRED, message="the command arrived after its not_after time")
    return account


def created_by(desk: Desk, command: PlaceOrder, account: Account) -> OrderCreated:
    """The order as it was asked for, and where the market was."""
    created = messages.events.OrderCreated(  # So named for speed: see `options`.
        at=command.at,
        order_id=command.order_id,
        user_id=command.user_id,
        account_id=command.account_id,
        exchange=account.exchange,
        symbol=command.symbol,
        side=command.side,
        order_type=command.order_type,
        quantity=command.quantity,
        quote_quantity=command.quote_quantity,
        price=command.price,
        trigger_price=command.trigger_price,
        time_in_force=command.time_in_force,
        post_only=command.post_only,
        reduce_only=command.reduce_only,
        routing=command.routing,
        client_order_id=command.client_order_id,
        idempotency_key=command.idempotency_key,
        request_hash=command.request_hash,
        params=command.params,
        retry_until=command.retry_until,
        position_side=command.position_side,
        margin_mode=command.margin_mode,
        leverage=command.leverage,
        trigger_by=command.trigger_by,
        stop_loss=command.stop_loss,
        take_profit=command.take_profit,
        arrival_price=_arrival_price(desk, account, command.symbol),
    )
    return msgspec.structs.replace(created, **options_of(command)) if has_options(command) else created


def _arrival_price(desk: Desk, account: Account, symbol: str) -> Decimal | None:
    """The middle of the market as last told, or its last price; None: its venue has told nothing of it yet."""
    price = desk.prices.get((account.exchange, symbol))
    if price is None:
        return None
    return price.last if price.bid is None or price.ask is None else (price.bid + price.ask) / 2


def _check(desk: Desk, command: PlaceOrder, account: Account) -> RiskApproved | Refusal:
    """The stages before the venue, in order."""
    if account.state is not AccountState.READY:
        message = f"{account.exchange} is not ready for {account.account_id}: {account.message}"
        return Refusal(code=RefusalCode.VENUE_UNAVAILABLE, message=message)
    valid = validate(command, account, desk)
    return check_risk(valid, desk) if isinstance(valid, ValidOrder) else valid


def _invalidated(command: PlaceOrder, created: list[Event], refusal: Refusal) -> Decision:
    """The desk's no is an order too: recorded, told, closed."""
    invalidated = OrderInvalidated(
        at=command.at,
        order_id=command.order_id,
        code=refusal.code,
        message=refusal.message,
        limit=refusal.limit,
        actual=refusal.actual,
    )
    closed = OrderClosed(at=command.at, order_id=command.order_id, realized_pnl=ZERO)
    reply = Reply(command_id=command.command_id, refusal=refusal, order_ids=(command.order_id,))
    return Decision([*created, invalidated, closed], [reply])
