"""Positions by hand, and the trades that property tests make up."""

from datetime import UTC, datetime
from decimal import Decimal

from hypothesis import strategies as st

from support.desk_driver import ACCOUNT, ALICE
from tidegate.core.portfolio.positions import move_position, realized_by, signed
from tidegate.core.records import Position
from tidegate.core.vocabulary import Exchange, PositionSide, Side

QUANTITIES = st.decimals(min_value=Decimal("0.001"), max_value=Decimal(1000), places=3)
PRICES = st.decimals(min_value=Decimal("0.01"), max_value=Decimal(100_000), places=2)
TRADES = st.lists(st.tuples(st.sampled_from(Side), QUANTITIES, PRICES), max_size=20)
ROUNDING = Decimal("1e-6")


def flat(position_side: PositionSide = PositionSide.NET) -> Position:
    return Position(
        account_id=ACCOUNT,
        user_id=ALICE,
        symbol="BTC/USDT:USDT",
        position_side=position_side,
        exchange=Exchange.BINANCE,
        updated_at=datetime(2026, 3, 1, tzinfo=UTC),
    )


def trade(position: Position, side: Side, quantity: Decimal | str, price: Decimal | str) -> Decimal:
    """As booking does it: what is realized, then where the position is."""
    realized = realized_by(position, side, Decimal(quantity), Decimal(price))
    position.realized_pnl += realized
    move_position(position, signed(side, Decimal(quantity)), Decimal(price))
    return realized


def profit(position: Position, mark: Decimal) -> Decimal:
    """Realized and unrealized together."""
    carried = Decimal(0) if position.average_price is None else (mark - position.average_price) * position.quantity
    return position.realized_pnl + carried
