"""What can be traded, and the rules of its venue."""

from decimal import Decimal

import msgspec

from tidegate.core.vocabulary import Exchange, InstrumentKind


class Instrument(msgspec.Struct, frozen=True, kw_only=True):
    """One market of one venue.

    Quantities are in the base asset, prices in the quote asset; a limit that the venue does not set is None.
    `price_ratio_min` and `price_ratio_max` bound a limit price relative to the market price (Binance
    PERCENT_PRICE_BY_SIDE and its like).
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
    maker_fee_rate: Decimal | None = None
    taker_fee_rate: Decimal | None = None
    trading: bool = True


class Price(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The last seen market of an instrument. Best bid and ask may be missing while the book is empty."""

    last: Decimal
    bid: Decimal | None = None
    ask: Decimal | None = None
