"""What venues list and quote: applied, but not journaled."""

from datetime import datetime
from decimal import Decimal

import msgspec

from tidegate.core.identifiers import (
    AccountId,
)
from tidegate.core.instruments import Instrument
from tidegate.core.vocabulary import (
    Exchange,
)


class AccountCompared(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """All that an account's venue had to tell at `requested_at` has been told. Applied but not journaled."""

    at: datetime
    account_id: AccountId
    requested_at: datetime


class InstrumentsListed(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """A venue's listing. Reference data: applied but not journaled."""

    at: datetime
    exchange: Exchange
    instruments: tuple[Instrument, ...]


class PriceMoved(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """A market moved. Applied but not journaled."""

    at: datetime
    exchange: Exchange
    symbol: str
    last: Decimal
    bid: Decimal | None
    ask: Decimal | None
    mark: Decimal | None = None
