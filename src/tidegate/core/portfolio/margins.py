"""What stands behind open positions, as running figures of each purse: initial margins, and losses of shared margin.

All positions of cross margin share one purse, so what they have lost so far is not there to be spent. Profits make up
for losses beside them, and for no more, though venues lend on them: at Binance ("How to Check Futures Wallet Balance")
what the cross wallet holds is available with all that its positions have earned or lost, less initial margins.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal

import msgspec

from tidegate.core.identifiers import AccountId
from tidegate.core.instruments import Price, wallet_of
from tidegate.core.money import ONE, ZERO, ratio_up
from tidegate.core.records import HoldingKey, Leverage, Position, PositionKey
from tidegate.core.vocabulary import Exchange, MarginMode

Market = tuple[Exchange, str]


class Purse(msgspec.Struct):
    """What positions that one purse pays for tie up, in its asset. `unvalued`: what they have lost is not known."""

    initial: Decimal = ZERO
    unrealized: Decimal = ZERO
    unvalued: set[PositionKey] = set()

    @property
    def tied_up(self) -> Decimal:
        """What is not free: margins, and what all positions together have lost so far."""
        return self.initial - self.unrealized if self.unrealized < 0 else self.initial


class _Counted(msgspec.Struct):
    """One open position, as it counts in its purse."""

    position: Position
    purse: Purse
    initial: Decimal = ZERO
    unrealized: Decimal = ZERO


class Margins(msgspec.Struct):
    """The purses of all open positions. Whoever changes a position, a price or a leverage has it counted anew."""

    purses: dict[HoldingKey, Purse] = {}
    counted: dict[Market, dict[PositionKey, _Counted]] = {}

    def count(self, position: Position, price: Price | None, leverage: Leverage | None) -> None:
        """A position is another than before."""
        market, key = (position.exchange, position.symbol), _key(position)
        here = self.counted.get(market)
        one = None if here is None else here.get(key)
        if one is None:
            if not position.quantity:
                return
            one = _Counted(position, self.purses.setdefault(_purse_key(position), Purse()))
            self.counted.setdefault(market, {})[key] = one
        _value(one, price, leverage)
        if not position.quantity:
            del self.counted[market][key]

    def market_moved(
        self, market: Market, price: Price | None, leverages: Mapping[tuple[AccountId, str], Leverage]
    ) -> None:
        """Positions in a market are worth something else."""
        for one in self.counted.get(market, {}).values():
            _value(one, price, leverages.get((one.position.account_id, one.position.symbol)))


def recounted(
    positions: Iterable[Position],
    prices: Mapping[Market, Price],
    leverages: Mapping[tuple[AccountId, str], Leverage],
) -> Margins:
    """The same from scratch."""
    margins = Margins()
    for position in positions:
        price = prices.get((position.exchange, position.symbol))
        margins.count(position, price, leverages.get((position.account_id, position.symbol)))
    return margins


def initial_margin(position: Position, price: Price | None, leverage: Leverage | None) -> Decimal:
    """The initial margin of a position at its fair price; without a known leverage, all of its worth."""
    fair = position.average_price or ZERO if price is None else price.mark or price.last
    worth = abs(position.quantity) * fair
    return worth if leverage is None else worth * ratio_up(ONE, leverage.leverage)


def _value(one: _Counted, price: Price | None, leverage: Leverage | None) -> None:
    """Take the position's figures out of its purse, and what they are now in."""
    position, purse = one.position, one.purse
    initial, unrealized = initial_margin(position, price, leverage), ZERO
    purse.unvalued.discard(_key(position))
    if position.quantity and _shares_losses(leverage):
        if price is None:
            purse.unvalued.add(_key(position))
        else:
            unrealized = position.quantity * ((price.mark or price.last) - (position.average_price or ZERO))
    purse.initial += initial - one.initial
    purse.unrealized += unrealized - one.unrealized
    one.initial, one.unrealized = initial, unrealized


def _shares_losses(leverage: Leverage | None) -> bool:
    """Whether it is paid for with all that is in the purse: an isolated one loses its own margin at most."""
    return leverage is None or leverage.margin_mode is not MarginMode.ISOLATED


def _key(position: Position) -> PositionKey:
    return (position.account_id, position.user_id, position.symbol, position.position_side)


def _purse_key(position: Position) -> HoldingKey:
    asset, wallet = position.symbol.partition(":")[2], wallet_of(position.exchange, position.symbol)
    return (position.account_id, position.user_id, asset, wallet)
