"""What a venue lists and quotes."""

from datetime import datetime
from decimal import Decimal

import msgspec

from tidegate.core.instruments import Instrument
from tidegate.core.vocabulary import Exchange


class InstrumentsReported(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """A venue's listing. `complete`: what it lacks, the venue does not trade any more.

    Reference data: applied, not journaled.
    """

    at: datetime
    exchange: Exchange
    instruments: tuple[Instrument, ...]
    complete: bool = False


class PriceReported(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """A market's newest prices. Conflated, not journaled."""

    at: datetime
    exchange: Exchange
    symbol: str
    last: Decimal
    bid: Decimal | None = None
    ask: Decimal | None = None
    mark: Decimal | None = None
    buy_max: Decimal | None = None
    sell_min: Decimal | None = None
