"""Whatever moves, what positions tie up is what a count of them says."""

from datetime import UTC, datetime
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tidegate.core import identifiers as ids
from tidegate.core.instruments import Price
from tidegate.core.portfolio.margins import Margins, recounted
from tidegate.core.records import HoldingKey, Leverage, Position
from tidegate.core.vocabulary import Exchange, MarginMode, PositionSide

AT = datetime(2026, 3, 1, tzinfo=UTC)
MARKETS = [(exchange, symbol) for exchange in Exchange for symbol in ("BTC/USDT:USDT", "ETH/USDT:USDT", "X/USDC:USDC")]
AMOUNTS = st.integers(min_value=1, max_value=10**6).map(lambda number: Decimal(number) / 1000)
CHANGES = st.tuples(
    st.sampled_from(["position", "position", "price", "leverage"]),
    st.sampled_from(MARKETS),
    st.sampled_from(list(PositionSide)),
    AMOUNTS,
    AMOUNTS,
    st.sampled_from([-1, 0, 1]),
)


def position_in(market: tuple[Exchange, str], side: PositionSide) -> Position:
    account_id, user_id = ids.AccountId(f"{market[0]}-main"), ids.UserId("alice")
    return Position(
        account_id=account_id,
        user_id=user_id,
        symbol=market[1],
        position_side=side,
        exchange=market[0],
        updated_at=AT,
    )


def said(margins: Margins) -> dict[HoldingKey, tuple[Decimal, Decimal, set[object]]]:
    """Purses in which there is something."""
    figures = {key: (purse.initial, purse.unrealized, set(purse.unvalued)) for key, purse in margins.purses.items()}
    return {key: figure for key, figure in figures.items() if any(figure)}


@given(st.lists(CHANGES, max_size=40))
def test_purses_are_what_a_count_says(
    changes: list[tuple[str, tuple[Exchange, str], PositionSide, Decimal, Decimal, int]],
) -> None:
    margins = Margins()
    positions = {(market, side): position_in(market, side) for market in MARKETS for side in PositionSide}
    prices: dict[tuple[Exchange, str], Price] = {}
    leverages: dict[tuple[ids.AccountId, str], Leverage] = {}
    for kind, market, side, one, other, sign in changes:
        position = positions[market, side]
        setting = (position.account_id, position.symbol)
        if kind == "position":
            position.quantity, position.average_price = sign * one, other if sign else None
            margins.count(position, prices.get(market), leverages.get(setting))
        elif kind == "price":
            prices[market] = Price(last=one, mark=other if sign else None)
            margins.market_moved(market, prices[market], leverages)
        else:
            mode = MarginMode.ISOLATED if sign else MarginMode.CROSS
            leverages[setting] = Leverage(
                account_id=setting[0], symbol=setting[1], leverage=one, margin_mode=mode, updated_at=AT
            )
            margins.market_moved(market, prices.get(market), leverages)
        assert said(margins) == said(recounted(positions.values(), prices, leverages))
