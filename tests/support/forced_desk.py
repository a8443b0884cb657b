"""An account of two users in whose positions the venue trades by itself."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from support.compared_desk import ComparedDesk
from support.desk_driver import ACCOUNT, ALICE, BOB
from support.markets import PERPETUAL
from tidegate.core import identifiers as ids
from tidegate.core.decision import Decision
from tidegate.core.messages import reports
from tidegate.core.messages.values import VenuePosition
from tidegate.core.vocabulary import ForcedTrade, PositionSide, Side, Wallet

BOTH = (ALICE, BOB)
NET = (PositionSide.NET,)


class ForcedDesk(ComparedDesk):
    """An account of two users at Binance."""

    def open_omnibus(self, **positions: str) -> None:
        """Positions that were taken at the venue at 50,000, and that a person has given to users."""
        self.open_shop(user_ids=BOTH)
        total = Decimal(0)
        for user_id, quantity in positions.items():
            total += Decimal(quantity)
            self.assign(ids.UserId(user_id), total)

    def assign(self, user_id: ids.UserId, *totals: Decimal, sides: tuple[PositionSide, ...] = NET) -> None:
        """The venue holds so much, and what of it is new is this user's."""
        held = [
            VenuePosition(symbol=PERPETUAL, position_side=side, quantity=total)
            for side, total in zip(sides, totals, strict=True)
        ]
        for _ in range(2):
            self.now += timedelta(seconds=6)
            self.positions(*held)
        for found in self.open_breaks("position"):
            assert self.resolve(found.break_id, accept=True, owner_id=user_id) is None

    def force(self, quantity: str, **options: Any) -> Decision:
        """The venue sells at 45,000, in a trade of its order 77."""
        self.now += timedelta(seconds=1)
        told: dict[str, Any] = {
            "at": self.now,
            "account_id": ACCOUNT,
            "symbol": PERPETUAL,
            "side": Side.SELL,
            "trade_id": "forced-1",
            "quantity": Decimal(quantity),
            "price": Decimal(45_000),
            "executed_at": self.now,
            "exchange_order_id": "77",
            "exchange_client_order_id": "autoclose-1700000000000",
            "forced": ForcedTrade.LIQUIDATION,
        }
        return self.put(reports.ExecutionReported(**(told | options)))

    def held_by(self, *user_ids: ids.UserId) -> list[Decimal]:
        return [self.position(user_id=user_id).quantity for user_id in user_ids]

    def cash(self, user_id: ids.UserId) -> Decimal:
        return self.desk.holding(ACCOUNT, user_id, "USDT", Wallet.FUTURES).quantity

    def forced_orders(self) -> dict[str, Any]:
        return {order.user_id: order for order in self.orders.values() if order.is_forced}
