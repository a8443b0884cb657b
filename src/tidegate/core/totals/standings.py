"""What scopes are worth, and what their loss is measured against."""

from decimal import Decimal

import msgspec

from tidegate.core.messages.risk_records import LossMark
from tidegate.core.money import ZERO, ratio


class Standing(msgspec.Struct):
    """All owners of a scope together, in the reporting currency.

    It stays where it is found, and is measured anew with every mark. `lost` is what today has cost so far, negative if
    it has earned; `drawdown` how far the equity is below its highest, as a part of that. None: not known.
    """

    equity: Decimal = ZERO
    net_deposits: Decimal = ZERO
    lost: Decimal | None = None
    drawdown: Decimal | None = None

    def clear(self) -> None:
        """Nobody is in it."""
        self.equity = self.net_deposits = ZERO
        self.lost = self.drawdown = None

    def measure(self, mark: LossMark | None) -> None:
        """Hold it against its marks, once all owners are in it."""
        if mark is None:
            return
        self.lost = mark.day_start - (self.equity - self.net_deposits)
        highest = mark.high + self.net_deposits
        self.drawdown = max(ratio(highest - self.equity, highest), ZERO) if highest > 0 else None
