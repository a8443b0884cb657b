"""What venues list and quote: applied, but not journaled."""

from datetime import datetime
from decimal import Decimal

import msgspec

from tidegate.core.identifiers import (
    AccountId,
    UserId,
)
from tidegate.core.instruments import Instrument
from tidegate.core.messages.values import VenuePosition
from tidegate.core.vocabulary import (
    Exchange,
)


class AccountCompared(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """All that an account's venue had to tell at `requested_at` has been told. Applied but not journaled."""

    at: datetime
    account_id: AccountId
    requested_at: datetime


class ComparisonAsked(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """What the account's venue holds is being asked for, as trades have moved the books. Applied but not journaled."""

    at: datetime
    account_id: AccountId


class DeadManAsked(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """The account's venue is being told that the desk is there (zero seconds: that it need not be). Not journaled."""

    at: datetime
    account_id: AccountId
    seconds: int
    symbols: frozenset[str]


class DeadManAnswered(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """The venue has heard it, or it `failed` and is to be said again. Applied but not journaled."""

    at: datetime
    account_id: AccountId
    seconds: int
    failed: bool


class ClientHeard(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """A client that wants its orders canceled when it is gone is there. Applied but not journaled."""

    at: datetime
    user_id: UserId


class LiquidationsTold(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """Where an account's positions would be liquidated: all that its venue tells of. Applied but not journaled."""

    at: datetime
    account_id: AccountId
    positions: tuple[VenuePosition, ...]


class InstrumentsListed(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """What is new in a venue's listing. Reference data: applied but not journaled."""

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
    buy_max: Decimal | None = None
    sell_min: Decimal | None = None
