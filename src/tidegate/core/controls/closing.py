"""The kill switch closes positions of derivatives: at the market, by orders of the desk's own that can only reduce.

Spot is not sold: what is an exposure there and what is a treasury, the desk cannot know.
"""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from tidegate.core.controls.stopping import subject_of
from tidegate.core.decision import NOTHING, Decision, together
from tidegate.core.desk import Desk
from tidegate.core.identifiers import KILL_SWITCH, CommandId, RuleId, derived_order_id
from tidegate.core.instruments import Instrument
from tidegate.core.launching import launch
from tidegate.core.messages.commands import PlaceOrder
from tidegate.core.messages.risk_records import TradingRestriction
from tidegate.core.money import ZERO, round_down
from tidegate.core.order import Order
from tidegate.core.placing import created_by
from tidegate.core.records import Position
from tidegate.core.risk.checks import reserve_for_leg
from tidegate.core.risk.leaving import closes_for_kill_switch
from tidegate.core.scopes import covers
from tidegate.core.validation import ValidOrder, in_known_mode, reference_price
from tidegate.core.vocabulary import AccountState, OrderType, Side

CHUNKS_MAX = 20  # Orders at once for one position; what is left follows when these have traded.


def close_covered(desk: Desk, restrictions: Iterable[TradingRestriction], at: datetime) -> Decision:
    """Orders for all that is still to be closed of the positions that these are to close."""
    wanted = [restriction for restriction in restrictions if restriction.close_positions]
    if not wanted:
        return NOTHING
    closing: list[Decision] = []
    for position in list(desk.positions.values()):
        restriction = next((one for one in wanted if covers(one.scope, subject_of(desk, position))), None)
        if restriction is not None and position.quantity:
            closing.append(_close(desk, position, restriction, at))
    return together(*closing)


def _close(desk: Desk, position: Position, restriction: TradingRestriction, at: datetime) -> Decision:
    instrument = desk.instruments.get((position.exchange, position.symbol))
    is_ready = desk.accounts[position.account_id].state is AccountState.READY
    if instrument is None or not instrument.trading or not is_ready or _has_just_failed(desk, position, at):
        return NOTHING
    left = abs(position.quantity) - sum((order.leaves_quantity or ZERO for order in _under_way(desk, position)), ZERO)
    sent: list[Decision] = []
    for number in range(CHUNKS_MAX):
        quantity = _chunk(instrument, left)
        if quantity <= 0:
            break
        sent.append(_send(desk, position, instrument, restriction, quantity, number, at))
        left -= quantity
    return together(*sent)


def _chunk(instrument: Instrument, left: Decimal) -> Decimal:
    """As much as the venue takes at once at the market; nothing where it would not take so little."""
    most = instrument.market_quantity_max or instrument.quantity_max
    quantity = round_down(left if most is None else min(left, most), instrument.quantity_step)
    return ZERO if instrument.quantity_min is not None and quantity < instrument.quantity_min else quantity


def _send(
    desk: Desk,
    position: Position,
    instrument: Instrument,
    restriction: TradingRestriction,
    quantity: Decimal,
    number: int,
    at: datetime,
) -> Decision:
    account = desk.accounts[position.account_id]
    origin = f"{KILL_SWITCH}:{position.account_id}:{position.user_id}:{position.symbol}:{position.position_side}"
    order_id = derived_order_id(origin, desk.sequence * CHUNKS_MAX + number, at)
    command = PlaceOrder(
        command_id=CommandId(order_id),
        at=at,
        user_id=position.user_id,
        order_id=order_id,
        account_id=position.account_id,
        symbol=position.symbol,
        side=Side.SELL if position.quantity > 0 else Side.BUY,
        order_type=OrderType.MARKET,
        quantity=quantity,
        reduce_only=True,
        position_side=position.position_side,
        rule_id=RuleId(f"{KILL_SWITCH}:{restriction.scope_key}"),
        retry_until=at + desk.policy.trigger_retry_window,
    )
    command = in_known_mode(command, account, desk)
    price = desk.prices.get((position.exchange, position.symbol))
    valid = ValidOrder(command, account, instrument, reference_price(command.side, price))
    launched = launch(desk, reserve_for_leg(valid, desk, shared=False), at)
    return Decision([created_by(desk, command, account), *launched.events], launched.effects)


def _closing_orders(desk: Desk, position: Position) -> Iterable[Order]:
    return (
        order
        for order in desk.orders.values()
        if closes_for_kill_switch(order)
        and order.symbol == position.symbol
        and order.account_id == position.account_id
        and order.user_id == position.user_id
        and order.position_side is position.position_side
    )


def _under_way(desk: Desk, position: Position) -> list[Order]:
    return [order for order in _closing_orders(desk, position) if not order.is_closed]


def _has_just_failed(desk: Desk, position: Position, at: datetime) -> bool:
    """Whether the last try came to nothing: the next one waits a little."""
    return any(
        order.closed_at is not None and not order.filled_quantity and at - order.closed_at < desk.policy.back_off_max
        for order in _closing_orders(desk, position)
    )
