"""What the exchange itself checks before it takes an order: ids, positions, and whether the account can pay."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from venuesim.exchange.accounts import Account
from venuesim.exchange.margin import available
from venuesim.exchange.market import Market
from venuesim.exchange.orders import Order, OrderRefused, OrderRequest
from venuesim.exchange.vocabulary import PositionSide, RefusalReason, Side

if TYPE_CHECKING:
    from venuesim.exchange.engine import Exchange

_CLOSING = {PositionSide.LONG: Side.SELL, PositionSide.SHORT: Side.BUY}


def closes_hedged(order: OrderRequest | Order) -> bool:
    """Whether an order of hedge mode makes its position smaller."""
    return _CLOSING.get(order.position_side) is order.side


def check_client_order_id(account: Account, request: OrderRequest) -> None:
    """Refuse a client order id that an open order of the account has."""
    known = account.by_client_order_id.get(request.client_order_id)
    if known is not None and known.is_open:
        raise OrderRefused(RefusalReason.DUPLICATE_CLIENT_ORDER_ID)


def check_position(account: Account, request: OrderRequest) -> None:
    """Refuse an order for the position of another mode, and one that has nothing to close."""
    if not request.instrument.is_linear:
        return
    if account.hedges(request.instrument) is (request.position_side is PositionSide.NET):
        raise OrderRefused(RefusalReason.POSITION_SIDE)
    closes = request.reduce_only or closes_hedged(request)
    if closes and request.trigger is None:
        holding = account.holding_of(request)
        if not holding.reducible(request.side, request.position_side):
            raise OrderRefused(RefusalReason.REDUCE_ONLY)


def check_post_only(market: Market, side: Side, key: int) -> None:
    """Refuse a post-only price that would take."""
    if market.book.would_take(side, key):
        raise OrderRefused(RefusalReason.WOULD_TAKE)


class Funds:
    """Whether accounts can pay for what they order."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    def check(self, account: Account, request: OrderRequest, quantity: Decimal, needed: Decimal) -> None:
        """Refuse a new order that its account cannot pay."""
        if not self.suffice(account, request, quantity, needed):
            raise OrderRefused(RefusalReason.INSUFFICIENT_BALANCE)

    def check_amended(self, account: Account, order: Order, quantity: Decimal, price: Decimal) -> None:
        """Refuse a change to a quantity and price that the account cannot pay."""
        if not order.locked_amount:
            return
        left = quantity - order.filled_quantity - order.prevented_quantity
        if order.instrument.is_linear:
            if not self._carries_change(account, order, left, left * price):
                raise OrderRefused(RefusalReason.INSUFFICIENT_BALANCE)
            return
        needed = left * price if order.side is Side.BUY else left
        if needed - order.locked_amount > available(account, order.locked_asset, self._exchange.markets):
            raise OrderRefused(RefusalReason.INSUFFICIENT_BALANCE)

    def suffice(self, account: Account, order: OrderRequest | Order, quantity: Decimal, needed: Decimal) -> bool:
        """Whether the account can pay `needed`: the asset given, or for a contract the margin of that notional."""
        instrument = order.instrument
        if instrument.is_linear:
            if order.reduce_only or closes_hedged(order):
                return True
            return self._exchange.clearing.can_open(account, order, quantity, needed)
        asset = instrument.quote if order.side is Side.BUY else instrument.base
        return needed <= available(account, asset, self._exchange.markets)

    def _carries_change(self, account: Account, order: Order, quantity: Decimal, notional: Decimal) -> bool:
        """Whether the wallet carries a contract's order when `quantity` of it is left, for `notional`."""
        if order.reduce_only or closes_hedged(order):
            return True
        added = quantity - order.leaves_quantity, notional - order.locked_amount
        return self._exchange.clearing.can_open(account, order, *added)
