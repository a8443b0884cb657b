"""What a user has free in an account, and what would make an order fit."""

import heapq
from decimal import Decimal

from tidegate.core.desk import Desk
from tidegate.core.identifiers import AccountId, UserId
from tidegate.core.instruments import Instrument
from tidegate.core.messages.commands import PlaceOrder
from tidegate.core.money import ZERO, plain, round_down
from tidegate.core.portfolio.margins import initial_margin
from tidegate.core.records import UNALLOCATED, Position
from tidegate.core.vocabulary import InstrumentKind, Wallet

HOLDERS_SHOWN_MAX = 3


def free(desk: Desk, account_id: AccountId, user_id: UserId, asset: str, wallet: Wallet) -> Decimal:
    """What is neither reserved by orders nor stands behind positions; nothing, while a loss cannot be valued."""
    available = desk.available(account_id, user_id, asset, wallet)
    purse = desk.margins.purses.get((account_id, user_id, asset, wallet))
    if purse is None:
        return available
    left = available - purse.tied_up
    return min(left, ZERO) if purse.unvalued else left


def margin_of(desk: Desk, position: Position) -> Decimal:
    """The initial margin of a position at the newest price."""
    price = desk.prices.get((position.exchange, position.symbol))
    return initial_margin(position, price, desk.leverages.get((position.account_id, position.symbol)))


def what_would_fit(
    desk: Desk, command: PlaceOrder, instrument: Instrument, *, asset: str, needed: Decimal, available: Decimal
) -> str:
    """The rest of a refusal's sentence: how much could be ordered now, and which orders hold how much."""
    parts = [_fitting(command, instrument, needed, available), *_unvalued(desk, command, asset, instrument.wallet)]
    if instrument.kind is InstrumentKind.LINEAR:
        parts.append("reduce_only orders need none")
    nobodys = desk.holdings.get((command.account_id, UNALLOCATED, asset, instrument.wallet))
    if nobodys is not None and nobodys.quantity > 0:
        parts.append(f"{command.account_id} holds {asset} that is {UNALLOCATED}: POST /api/v1/transfers gives it out")
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


def _unvalued(desk: Desk, command: PlaceOrder, asset: str, wallet: Wallet) -> list[str]:
    """In which markets a position may have lost anything."""
    purse = desk.margins.purses.get((command.account_id, command.user_id, asset, wallet))
    symbols = sorted({symbol for _, _, symbol, _ in purse.unvalued}) if purse is not None else ()
    return [f"what the position in {symbol} has lost is not known before a price of it is" for symbol in symbols]


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
