"""How the three venues differ where it matters to an order manager, from their documentation."""

from datetime import timedelta
from decimal import Decimal
from typing import NamedTuple

from tidegate.core.instruments import Instrument
from tidegate.core.vocabulary import Exchange, InstrumentKind, OrderType, Wallet

SPOT, LINEAR = "BTC/USDT", "BTC/USDT:USDT"
SYMBOLS = (SPOT, LINEAR)
TICK, STEP = Decimal("0.1"), Decimal("0.0001")
START_PRICE = Decimal(50_000)
FEE_RATE = Decimal("0.001")


class Rules(NamedTuple):
    """One venue's ways.

    `ids_unique_for_ever`: a client id is never taken twice; elsewhere only among open orders. `own_ids`: the markets
    whose conditional orders live apart and become another order when they are set off. `acknowledges_first`: a refusal
    may follow the acknowledgement. `amends`, `amends_conditional`: the markets where that works in place.
    `cuts_closing_orders`: one that would close more than the position is made smaller.
    `forgets_after`: how long an order that ended without a fill can be found.
    """

    exchange: Exchange
    ids_unique_for_ever: bool
    own_ids: frozenset[str]
    acknowledges_first: bool
    amends: frozenset[str]
    amends_conditional: frozenset[str]
    forgets_after: timedelta
    cuts_closing_orders: bool = False
    fee_asset: str | None = None  # None: what is received.

    def wallet(self, symbol: str) -> Wallet:
        """Which purse a market uses."""
        return Wallet.FUTURES if self.exchange is Exchange.BINANCE and symbol == LINEAR else Wallet.MAIN


_BOTH, _NONE = frozenset(SYMBOLS), frozenset[str]()
VENUES = {
    Exchange.BINANCE: Rules(
        exchange=Exchange.BINANCE,
        ids_unique_for_ever=False,
        own_ids=frozenset({LINEAR}),
        acknowledges_first=False,
        amends=frozenset({LINEAR}),
        amends_conditional=_NONE,
        forgets_after=timedelta(seconds=300),
        fee_asset="BNB",
    ),
    Exchange.OKX: Rules(
        exchange=Exchange.OKX,
        ids_unique_for_ever=False,
        own_ids=_BOTH,
        acknowledges_first=True,
        amends=_BOTH,
        amends_conditional=_BOTH,
        forgets_after=timedelta(seconds=120),
        cuts_closing_orders=True,
    ),
    Exchange.BYBIT: Rules(
        exchange=Exchange.BYBIT,
        ids_unique_for_ever=True,
        own_ids=_NONE,
        acknowledges_first=True,
        amends=_BOTH,
        amends_conditional=_BOTH,
        forgets_after=timedelta(seconds=200),
    ),
}
AT_MARKET = frozenset({OrderType.MARKET, OrderType.STOP_LOSS, OrderType.TAKE_PROFIT, OrderType.TRAILING_STOP})
STOPS = frozenset({OrderType.STOP_LOSS, OrderType.STOP_LIMIT, OrderType.TRAILING_STOP})


def listing(exchange: Exchange) -> tuple[Instrument, ...]:
    """What a venue lists."""
    return tuple(
        Instrument(
            exchange=exchange,
            symbol=symbol,
            exchange_symbol=symbol,
            base="BTC",
            quote="USDT",
            kind=InstrumentKind.SPOT if symbol == SPOT else InstrumentKind.LINEAR,
            settle=None if symbol == SPOT else "USDT",
            price_tick=TICK,
            quantity_step=STEP,
            quantity_min=STEP,
            notional_min=Decimal(5),
            taker_fee_rate=FEE_RATE,
            leverage_max=None if symbol == SPOT else Decimal(100),
        )
        for symbol in SYMBOLS
    )
