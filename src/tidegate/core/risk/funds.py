"""What a user has free in an account, and what would make an order fit."""

import heapq
from decimal import Decimal

from tidegate.core.desk import Desk
from tidegate.core.identifiers import AccountId, UserId
from tidegate.core.instruments import Instrument
from tidegate.core.messages.commands import PlaceOrder
from tidegate.core.money import ONE, ZERO, plain, ratio_up, round_down
from tidegate.core.records import Position
from tidegate.core.vocabulary import InstrumentKind, Wallet

HOLDERS_SHOWN_MAX = 3


def free(desk: Desk, account_id: AccountId, user_id: UserId, asset: str, wallet: Wallet) -> Decimal:
    """What is neither reserved by orders nor stands behind positions."""
    available = desk.available(account_id, user_id, asset, wallet)
    for position in desk.positions_of(account_id, user_id):
        if _settles_in(desk, position, asset, wallet):
            available -= initial_margin(desk, position)
    return available


def _settles_in(desk: Desk, position: Position, asset: str, wallet: Wallet) -> bool:
    if not position.quantity or position.symbol.partition(":")[2] != asset:
        return False
    return desk.wallet_of(position.exchange, position.symbol) is wallet


def initial_margin(desk: Desk, position: Position) -> Decimal:
    """The initial margin of a position at its fair price; without a known leverage, all of its worth."""
    seen = desk.prices.get((position.exchange, position.symbol))
    price = position.average_price or ZERO if seen is None else seen.mark or seen.last
    known = desk.leverages.get((position.account_id, position.symbol))
    return abs(position.quantity) * price * (ONE if known is None else ratio_up(ONE, known.leverage))


def what_would_fit(
    desk: Desk, command: PlaceOrder, instrument: Instrument, *, asset: str, needed: Decimal, available: Decimal
) -> str:
    """The rest of a refusal's sentence: how much could be ordered now, and which orders hold how much."""
    parts = [_fitting(command, instrument, needed, available)]
    if instrument.kind is InstrumentKind.LINEAR:
        parts.append("reduce_only orders need none")
    if holders := _holders(desk, command, asset, instrument.wallet):
        parts.append(f"open orders hold {', '.join(holders)}")
    return "".join(f"; {part}" for part in parts)


def _fitting(command: PlaceOrder, instrument: Instrument, needed: Decimal, available: Decimal) -> str:
    """The need grows with the size, so the same part of the size fits."""
    share = max(available, ZERO) / needed
    if command.quantity is None:
        fits, unit, smallest = (command.quote_quantity or ZERO) * share, instrument.quote, instrument.notional_min
        fits = round_down(fits, instrument.price_tick) if instrument.price_tick else fits
    else:
        fits, unit, smallest = command.quantity * share, instrument.base, instrument.quantity_min
        fits = round_down(fits, instrument.quantity_step) if instrument.quantity_step else fits
    if fits <= 0 or (smallest is not None and fits < smallest):
        return "not even the smallest order would fit"
    return f"{plain(fits)} {unit} would fit"


def _holders(desk: Desk, command: PlaceOrder, asset: str, wallet: Wallet) -> list[str]:
    """Those of the user's open orders that hold most of the asset."""
    holding = (
        (order.reserved_quantity, order.order_id)
        for order in desk.open_orders(command.account_id)
        if order.user_id == command.user_id
        and order.reserved_asset == asset
        and order.reserved_quantity
        and desk.wallet_of(order.exchange, order.symbol) is wallet
    )
    largest = heapq.nlargest(HOLDERS_SHOWN_MAX, holding)
    return [f"{plain(reserved)} {asset} ({order_id})" for reserved, order_id in largest]
