"""What scopes are worth, and what their loss is measured against."""

from decimal import Decimal

import msgspec

from tidegate.core.messages.risk_records import LossMark
from tidegate.core.money import ZERO, ratio


class Standing(msgspec.Struct):
    """All owners of a scope together, in the reporting currency. `mark`: None while none was ever taken."""

    equity: Decimal = ZERO
    net_deposits: Decimal = ZERO
    mark: LossMark | None = None

    @property
    def lost_today(self) -> Decimal | None:
        """What today has cost so far, negative if it has earned; None: not known."""
        if self.mark is None:
            return None
        return self.mark.day_start - (self.equity - self.net_deposits)

    @property
    def drawdown(self) -> Decimal | None:
        """How far the equity is below its highest, as a part of that; None: not known."""
        if self.mark is None:
            return None
        highest = self.mark.high + self.net_deposits
        return max(ratio(highest - self.equity, highest), ZERO) if highest > 0 else None
