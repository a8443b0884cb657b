"""Margin of a wallet: what positions and orders tie up, what is left, and when a position must be liquidated.

Sources: Binance, "How to calculate cost required to open a position in perpetual futures contracts" and "Liquidation
protocols"; OKX, "Margin calculation"; Bybit, "Initial margin" and "Maintenance margin" of the unified account.
Approximate: only the settlement asset counts as collateral.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Protocol

import msgspec

from venuesim.exchange.accounts import ZERO, Account
from venuesim.exchange.fees import rate_of
from venuesim.exchange.positions import NO_INTEREST, Holding, Position
from venuesim.exchange.vocabulary import MarginMode, PositionSide, Side


class Marked(Protocol):
    """What has a mark price: a market."""

    @property
    def mark(self) -> Decimal:
        """The mark price (quote)."""
        ...


Markets = Mapping[str, Marked]


class Requirement(msgspec.Struct, frozen=True, gc=False):
    """What one contract ties up, in the quote asset: initial margin of positions and orders, and maintenance margin."""

    position: Decimal
    orders: Decimal
    maintenance: Decimal

    @property
    def initial(self) -> Decimal:
        """Positions and orders together."""
        return self.position + self.orders


class WalletMargin(msgspec.Struct, frozen=True, gc=False):
    """A margin wallet in one asset: `balance` is cash, `equity` with unrealized profit and loss.

    `available` may be negative. The cross figures leave isolated positions out; `cross_liquidation_cost` is what must
    be there besides their maintenance margin.
    """

    balance: Decimal
    unrealized_pnl: Decimal
    position_margin: Decimal
    order_margin: Decimal
    maintenance_margin: Decimal
    cross_balance: Decimal
    cross_unrealized_pnl: Decimal
    cross_maintenance_margin: Decimal
    cross_liquidation_cost: Decimal
    available: Decimal

    @property
    def equity(self) -> Decimal:
        """Cash and unrealized profit and loss."""
        return self.balance + self.unrealized_pnl

    @property
    def is_liquidated(self) -> bool:
        """Whether the cross positions no longer keep their maintenance margin."""
        needed = self.cross_maintenance_margin + self.cross_liquidation_cost
        return needed > 0 and self.cross_balance + self.cross_unrealized_pnl <= needed


def requirement(holding: Holding, mark: Decimal) -> Requirement:
    """Return what a contract ties up at a mark price."""
    position_margin, orders = initial_margins(holding, mark)
    maintenance = ZERO
    for position in holding.open_positions():
        maintenance += maintenance_of(holding, position.notional(mark)) + closing_fee_of(holding, position)
    return Requirement(position_margin, orders, maintenance)


def initial_margins(holding: Holding, mark: Decimal) -> tuple[Decimal, Decimal]:
    """Return the initial margins of a contract's positions, with what closing them costs, and of its open orders.

    In one-way mode opposite orders and positions offset each other: the larger of the two outcomes counts.
    """
    position_margin = orders = ZERO
    for side in _sides(holding):
        position = holding.positions.get(side)
        signed = ZERO if position is None else position.quantity * mark
        bids = holding.interest.get((side, Side.BUY), NO_INTEREST).notional
        asks = holding.interest.get((side, Side.SELL), NO_INTEREST).notional
        size = abs(signed)
        if position is not None and holding.margin_mode is MarginMode.ISOLATED:
            position_margin += position.isolated_margin
        else:
            position_margin += size / holding.leverage
        orders += max(ZERO, _worst(side, signed, bids, asks) - size) / holding.leverage
        if position is not None and signed:
            position_margin += closing_fee_of(holding, position)
    return position_margin, orders


def largest_notional(
    holding: Holding, mark: Decimal, position_side: PositionSide, side: Side, notional: Decimal
) -> Decimal:
    """Return the largest size (quote) that a position can reach by its open orders and one more of `notional`."""
    position = holding.positions.get(position_side)
    signed = ZERO if position is None else position.quantity * mark
    bids = holding.interest.get((position_side, Side.BUY), NO_INTEREST).notional
    asks = holding.interest.get((position_side, Side.SELL), NO_INTEREST).notional
    if side is Side.BUY:
        return _worst(position_side, signed, bids + notional, asks)
    return _worst(position_side, signed, bids, asks + notional)


def maintenance_of(holding: Holding, notional: Decimal) -> Decimal:
    """Return the maintenance margin (quote) of a position of this size."""
    tier = holding.instrument.tier_of(notional)
    return notional * tier.maintenance_rate - tier.maintenance_amount


def liquidation_cost(account: Account, position: Position, mark: Decimal) -> Decimal:
    """Return the fee of a position's liquidation (quote), where the venue wants it kept like maintenance margin."""
    if not position.instrument.liquidates_with_fee:
        return ZERO
    return position.notional(mark) * rate_of(account, position.instrument, is_maker=False)


def closing_fee_of(holding: Holding, position: Position) -> Decimal:
    """Return what margins set aside for the fee of closing a position at its bankruptcy price (quote)."""
    rate = holding.instrument.closing_fee
    return abs(position.quantity) * bankruptcy_price(holding, position) * rate if rate else ZERO


def bankruptcy_price(holding: Holding, position: Position) -> Decimal:
    """Return the price at which a position has lost its initial margin."""
    sign = 1 if position.quantity > 0 else -1
    return position.entry_price * (1 - sign / holding.leverage)


def wallet_margin(account: Account, asset: str, markets: Markets) -> WalletMargin:
    """Return how an account stands in one settlement asset. A wallet without contracts has its free cash available."""
    balance = account.balances[asset]
    upnl = position_margin = orders = maintenance = ZERO
    isolated_margin = isolated_upnl = isolated_maintenance = liquidation = ZERO
    for holding in account.holdings.values():
        if holding.instrument.quote != asset:
            continue
        mark = markets[holding.instrument.symbol].mark
        needed = requirement(holding, mark)
        earned = _unrealized_pnl(holding, mark)
        upnl += earned
        position_margin += needed.position
        orders += needed.orders
        maintenance += needed.maintenance
        if holding.margin_mode is MarginMode.ISOLATED:
            isolated_margin += needed.position
            isolated_upnl += earned
            isolated_maintenance += needed.maintenance
        elif holding.instrument.liquidates_with_fee:
            costs = (liquidation_cost(account, position, mark) for position in holding.open_positions())
            liquidation += sum(costs, ZERO)
    cross_upnl = upnl - isolated_upnl
    return WalletMargin(
        balance=balance.total,
        unrealized_pnl=upnl,
        position_margin=position_margin,
        order_margin=orders,
        maintenance_margin=maintenance,
        cross_balance=balance.total - isolated_margin,
        cross_unrealized_pnl=cross_upnl,
        cross_maintenance_margin=maintenance - isolated_maintenance,
        cross_liquidation_cost=liquidation,
        available=balance.free + cross_upnl - position_margin - orders,
    )


def available(account: Account, asset: str, markets: Markets) -> Decimal:
    """Return what can still be spent or set aside of an asset: what `wallet_margin` shows as that, without the rest."""
    left = account.balances[asset].free
    for holding in account.holdings.values():
        if holding.instrument.quote == asset:
            mark = markets[holding.instrument.symbol].mark
            position_margin, orders = initial_margins(holding, mark)
            left -= position_margin + orders
            if holding.margin_mode is not MarginMode.ISOLATED:
                left += _unrealized_pnl(holding, mark)
    return left


def liquidation_price(account: Account, position: Position, markets: Markets) -> Decimal | None:
    """Return the mark price at which a position would be liquidated while everything else stays, or None if none.

    Approximate: the bracket of the present notional is assumed to hold.
    """
    if not position.quantity:
        return None
    holding = account.holding_of(position)
    mark = markets[position.instrument.symbol].mark
    notional = position.notional(mark)
    tier = holding.instrument.tier_of(notional)
    if holding.margin_mode is MarginMode.ISOLATED:
        buffer, other_maintenance = position.isolated_margin, ZERO
    else:
        wallet = wallet_margin(account, position.instrument.quote, markets)
        buffer = wallet.cross_balance + wallet.cross_unrealized_pnl - position.unrealized_pnl(mark)
        other_maintenance = wallet.cross_maintenance_margin - maintenance_of(holding, notional)
        other_maintenance += wallet.cross_liquidation_cost - liquidation_cost(account, position, mark)
    sign = 1 if position.quantity > 0 else -1
    # buffer + q * (p - entry) = |q| * p * rate - amount + other  solved for p.
    rate = tier.maintenance_rate + liquidation_cost(account, position, Decimal(1)) / abs(position.quantity)
    divisor = position.quantity - abs(position.quantity) * rate
    price = (other_maintenance - tier.maintenance_amount - buffer + position.quantity * position.entry_price) / divisor
    return price if price > 0 and (sign < 0 or price < mark * 10) else None


def _unrealized_pnl(holding: Holding, mark: Decimal) -> Decimal:
    return sum([position.unrealized_pnl(mark) for position in holding.positions.values()], ZERO)


def _sides(holding: Holding) -> Iterable[PositionSide]:
    return dict.fromkeys([*holding.positions, *[side for side, _ in holding.interest]])


def _worst(side: PositionSide, signed: Decimal, bids: Decimal, asks: Decimal) -> Decimal:
    """Return the largest size (quote) that open orders can make of a position; hedged ones grow by one side only."""
    if side is PositionSide.NET:
        return max(abs(signed + bids), abs(signed - asks))
    return abs(signed) + (bids if side is PositionSide.LONG else asks)
