"""Small values that several messages carry."""

from datetime import datetime
from decimal import Decimal

import msgspec

from tidegate.core.identifiers import OrderId
from tidegate.core.vocabulary import MarginMode, OffsetUnit, PositionSide, RefusalCode, TriggerBy, Wallet


class Fee(msgspec.Struct, frozen=True, gc=False):
    """A cost in some asset; negative for a rebate."""

    asset: str
    amount: Decimal


class Refusal(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The desk's own no: a stable code, a sentence that says what to do, and the limit beside the actual figure."""

    code: RefusalCode
    message: str
    limit: str | None = None
    actual: str | None = None
    order_id: OrderId | None = None


class Hearing(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """How a venue's stream, which knows no ids, may have told a movement of cash: by which amounts, and when.

    `until` None: nobody knows.
    """

    amounts: tuple[Decimal, ...]
    since: datetime
    until: datetime | None


class VenueBalance(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What a venue says an account holds of one asset."""

    asset: str
    free: Decimal
    locked: Decimal
    wallet: Wallet = Wallet.MAIN


class VenuePosition(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What a venue says an account's position is. `quantity` is in base, negative for a short one."""

    symbol: str
    position_side: PositionSide
    quantity: Decimal
    average_price: Decimal | None = None
    mark_price: Decimal | None = None
    liquidation_price: Decimal | None = None
    leverage: Decimal | None = None
    margin_mode: MarginMode | None = None


class Protection(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One leg of an entry's protection. Without `price` it closes at the market; `trailing_offset` makes a stop trail.

    A trailing stop needs no `trigger_price`: it trails from the entry's price on.

    The rest is the desk's own and nobody's to give. `triggered`: it has been set off, so that what is still left is
    closed at once. `failures`: how many sends of the leg have come to nothing in a row; the next is made at `again_at`.
    `crowded_out`: the last one because the venue keeps no more such orders, which says nothing about one that closes.
    """

    trigger_price: Decimal | None = None
    price: Decimal | None = None
    trailing_offset: Decimal | None = None
    trailing_offset_unit: OffsetUnit = OffsetUnit.PRICE
    trigger_by: TriggerBy = TriggerBy.LAST
    triggered: bool = False
    failures: int = 0
    again_at: datetime | None = None
    crowded_out: bool = False


class Amendment(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What an order is to become. An absent field stays as it is; `quantity` is the order's whole one, in base."""

    quantity: Decimal | None = None
    price: Decimal | None = None
    trigger_price: Decimal | None = None
