"""What can be traded, and the rules of its venue."""

from datetime import datetime
from decimal import Decimal

import msgspec

from tidegate.core.money import ONE
from tidegate.core.vocabulary import Exchange, InstrumentKind, OrderType, Wallet

Tiers = tuple[tuple[Decimal, Decimal], ...]


class Instrument(msgspec.Struct, frozen=True, kw_only=True):
    """One market of one venue.

    Quantities are in the base asset, prices in the quote asset; a limit that the venue does not set is None.
    `contract_size` is the base quantity of one contract of the venue's (one where the venue counts in base); sessions
    convert, the desk does not. `settle` is the asset that profit and margin are in (None on spot markets).
    `order_types` narrows what the venue offers on this market (None: all that its capabilities name).
    `price_ratio_min` and `price_ratio_max` bound a limit price relative to the market price (Binance
    PERCENT_PRICE and its like), those with a side before them only the prices of that side. `leverage_tiers` are pairs,
    the smallest first: a position worth up to the one, in quote, may have a leverage up to the other (`tiers_in_base`:
    of up to so much of the base asset).
    `trailing_percent_min`, `trailing_percent_max` and `trailing_percent_step` say which offsets the venue's own
    trailing stop takes.
    """

    exchange: Exchange
    symbol: str
    exchange_symbol: str
    base: str
    quote: str
    price_tick: Decimal
    quantity_step: Decimal
    kind: InstrumentKind = InstrumentKind.SPOT
    quantity_min: Decimal | None = None
    quantity_max: Decimal | None = None
    market_quantity_max: Decimal | None = None
    notional_min: Decimal | None = None
    notional_max: Decimal | None = None
    price_ratio_min: Decimal | None = None
    price_ratio_max: Decimal | None = None
    buy_price_ratio_min: Decimal | None = None
    buy_price_ratio_max: Decimal | None = None
    sell_price_ratio_min: Decimal | None = None
    sell_price_ratio_max: Decimal | None = None
    maker_fee_rate: Decimal | None = None
    taker_fee_rate: Decimal | None = None
    trading: bool = True
    settle: str | None = None
    contract_size: Decimal = ONE
    leverage_max: Decimal | None = None
    leverage_tiers: Tiers = ()
    tiers_in_base: bool = False
    order_types: frozenset[OrderType] | None = None
    trailing_percent_min: Decimal | None = None
    trailing_percent_max: Decimal | None = None
    trailing_percent_step: Decimal | None = None

    @property
    def wallet(self) -> Wallet:
        """Which purse pays for it: only Binance keeps futures apart."""
        is_apart = self.kind is InstrumentKind.LINEAR and self.exchange is Exchange.BINANCE
        return Wallet.FUTURES if is_apart else Wallet.MAIN


def wallet_of(exchange: Exchange, symbol: str) -> Wallet:
    """Which purse pays for a market: by its symbol, so that it holds while the listing is not known."""
    return Wallet.FUTURES if ":" in symbol and exchange is Exchange.BINANCE else Wallet.MAIN


class Price(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The last seen market of an instrument. Best bid and ask may be missing while the book is empty.

    `mark` is the venue's fair price of a derivative, None where it tells none. `buy_max` is the highest price of a buy
    and `sell_min` the lowest of a sell that the venue takes now, where it tells them. `at` is when the desk heard it.
    """

    last: Decimal
    bid: Decimal | None = None
    ask: Decimal | None = None
    mark: Decimal | None = None
    buy_max: Decimal | None = None
    sell_min: Decimal | None = None
    at: datetime | None = None
