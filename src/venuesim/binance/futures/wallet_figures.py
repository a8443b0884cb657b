"""The figures of a futures wallet: what assets and positions amount to, for every answer that shows them.

Sources: "Account Information V3", "Position Information V3". Approximate: in multi-assets mode every contract still
draws on its own settlement asset.
"""

from decimal import Decimal
from typing import NamedTuple

from venuesim.exchange.accounts import ZERO, Account
from venuesim.exchange.engine import Exchange
from venuesim.exchange.instruments import Instrument
from venuesim.exchange.margin import WalletMargin, liquidation_price, maintenance_of, requirement, wallet_margin
from venuesim.exchange.market import Market
from venuesim.exchange.positions import Holding, Position
from venuesim.exchange.vocabulary import MarginMode, PositionSide, Side

ENTRY_PRICE_DECIMALS = Decimal("0.00000000001")


class AssetFigures(NamedTuple):
    """One asset of a wallet, in that asset."""

    asset: str
    margin: WalletMargin
    position_initial_margin: Decimal
    updated_ms: int

    @property
    def initial_margin(self) -> Decimal:
        """Positions and open orders together."""
        return self.position_initial_margin + self.margin.order_margin

    @property
    def available(self) -> Decimal:
        """What new orders may use."""
        return max(ZERO, self.margin.available)

    @property
    def withdrawable(self) -> Decimal:
        """What may be transferred out: profits that are not realized stay."""
        return max(ZERO, self.margin.available - max(ZERO, self.margin.cross_unrealized_pnl))


class PositionFigures(NamedTuple):
    """One position (perhaps empty) of a contract, in its settlement asset."""

    market: Market
    holding: Holding
    position: Position
    liquidation_price: Decimal
    order_margin: Decimal
    bid_notional: Decimal
    ask_notional: Decimal

    @property
    def instrument(self) -> Instrument:
        """The contract."""
        return self.market.instrument

    @property
    def is_isolated(self) -> bool:
        """Whether it has a margin of its own."""
        return self.holding.margin_mode is MarginMode.ISOLATED

    @property
    def unrealized_pnl(self) -> Decimal:
        """What closing it at the mark price would earn."""
        return self.position.unrealized_pnl(self.market.mark)

    @property
    def notional(self) -> Decimal:
        """Its value at the mark price, with the position's sign."""
        return self.position.quantity * self.market.mark

    @property
    def initial_margin(self) -> Decimal:
        """What the position needs at the mark price and the leverage set."""
        return abs(self.notional) / self.holding.leverage

    @property
    def maintenance_margin(self) -> Decimal:
        """What it must keep."""
        return maintenance_of(self.holding, abs(self.notional)) if self.position.is_open else ZERO

    @property
    def isolated_wallet(self) -> Decimal:
        """What is set aside for it."""
        return self.position.isolated_margin if self.is_isolated else ZERO

    @property
    def isolated_margin(self) -> Decimal:
        """What is set aside for it, with its profit or loss."""
        return self.isolated_wallet + self.unrealized_pnl if self.is_isolated and self.position.is_open else ZERO

    @property
    def break_even_price(self) -> Decimal:
        """The price at which what was paid and earned since it opened is even."""
        return break_even_price(self.position)

    @property
    def max_notional(self) -> Decimal:
        """How large it may be at the leverage set."""
        return self.instrument.notional_at(self.holding.leverage)

    @property
    def is_in_use(self) -> bool:
        """Whether there is a position or an open order."""
        return self.position.is_open or bool(self.bid_notional or self.ask_notional)

    @property
    def adl_quantile(self) -> int:
        """How soon it would be deleveraged, 0 to 4. Assumption: by the profit on its margin, 25 % a step."""
        if not self.position.is_open or self.unrealized_pnl <= 0 or not self.initial_margin:
            return 0
        return min(4, 1 + int(self.unrealized_pnl / self.initial_margin * 4))


class WalletFigures:
    """Computes the figures of accounts."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    def asset(self, account: Account, asset: str) -> AssetFigures:
        """Return how an account stands in an asset."""
        markets = self._exchange.markets
        needed = sum(
            (
                abs(position.quantity) * markets[holding.instrument.symbol].mark / holding.leverage
                for holding in account.holdings.values()
                if holding.instrument.quote == asset
                for position in holding.open_positions()
            ),
            ZERO,
        )
        return AssetFigures(asset, wallet_margin(account, asset, markets), needed, account.updated_ms)

    def positions(self, account: Account, market: Market) -> list[PositionFigures]:
        """Return the positions of a contract: one, or in hedge mode a long and a short one."""
        sides = (PositionSide.LONG, PositionSide.SHORT) if account.is_hedged else (PositionSide.NET,)
        holding = holding_of(account, market.instrument)
        return [self.position(account, market, holding, side) for side in sides]

    def position(self, account: Account, market: Market, holding: Holding, side: PositionSide) -> PositionFigures:
        """Return one position of a contract."""
        position = holding.positions.get(side) or Position(instrument=market.instrument, side=side)
        price = liquidation_price(account, position, self._exchange.markets) if position.is_open else None
        interest = {order_side: holding.interest.get((side, order_side)) for order_side in Side}
        bids, asks = (
            ZERO if (open_ := interest[order_side]) is None else open_.notional for order_side in (Side.BUY, Side.SELL)
        )
        single = Holding(
            instrument=market.instrument,
            leverage=holding.leverage,
            margin_mode=holding.margin_mode,
            positions={side: position},
            interest={(side, order_side): found for order_side, found in interest.items() if found is not None},
        )
        return PositionFigures(
            market, holding, position, price or ZERO, requirement(single, market.mark).orders, bids, asks
        )


def holding_of(account: Account, instrument: Instrument) -> Holding:
    """Return an account's settings and positions of a contract; those of one that it never touched are not kept."""
    holding = account.holdings.get(instrument.symbol)
    if holding is not None:
        return holding
    leverage = Decimal(min(account.leverage, instrument.leverage_max))
    return Holding(instrument=instrument, leverage=leverage, margin_mode=account.margin_mode)


def break_even_price(position: Position) -> Decimal:
    """Return the price at which closing a position would end even: with fees, funding and what was realized since."""
    if not position.is_open:
        return ZERO
    spent = position.fees - position.funding - position.realized_pnl
    return (position.entry_price + spent / position.quantity).quantize(ENTRY_PRICE_DECIMALS)


def entry_price(position: Position) -> Decimal:
    """Return a position's mean entry price, to as many decimals as the venue shows."""
    return position.entry_price.quantize(ENTRY_PRICE_DECIMALS) if position.is_open else ZERO
