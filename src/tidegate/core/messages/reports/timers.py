"""What time brings: timers that the engine asked for, the first input, the clock's tick."""

from datetime import datetime

import msgspec

from tidegate.core.identifiers import OrderId
from tidegate.core.vocabulary import WakePurpose


class Wake(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """A timer that the engine asked for with `WakeAt`."""

    at: datetime
    order_id: OrderId
    purpose: WakePurpose = WakePurpose.ATTENTION


class ReviewOrder(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """Not from outside: a decision asks that an order's protection and rules be looked at in the state it leaves.

    `failed`: a change or a cancel of it, or of one of its legs, has just been refused.
    """

    at: datetime
    order_id: OrderId
    failed: bool = False


class DeskStarted(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """The first input after recovery: timers and effects that were lost with the old process are asked for again."""

    at: datetime


class ClockTicked(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """Time passes: about once a second. What watches the desk as a whole looks then; nothing is written for it."""

    at: datetime
