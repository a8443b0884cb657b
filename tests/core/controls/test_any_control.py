"""Whatever is ordered, stopped, limited and released: nothing happens twice, and nothing leaves that is stopped."""

from collections import Counter
from decimal import Decimal
from random import Random

import pytest

from support.desk_driver import ALICE, RISK
from support.kept_desk import replayed, state_of
from support.protected_desk import ACCOUNTS, LINEAR, SPOT, STOP, ProtectedDesk
from tidegate.core import identifiers as ids
from tidegate.core.controls.stopping import subject_of
from tidegate.core.decision import Decision
from tidegate.core.messages import commands, reports
from tidegate.core.messages.effects import SendCancel, SendOrder
from tidegate.core.messages.events import CancelRequested, OrderCreated
from tidegate.core.messages.risk_values import RiskLimit, Scope
from tidegate.core.order import Order
from tidegate.core.policy import Policy
from tidegate.core.risk.leaving import closes_for_kill_switch, protects
from tidegate.core.scopes import covers
from tidegate.core.vocabulary import Exchange, LimitAction, LimitKind, Role, Side, TradingState, VenueOrderStatus

SCOPES = (
    Scope(),
    Scope(user_id=ALICE),
    Scope(role=Role.TRADER),
    Scope(exchange=Exchange.OKX),
    Scope(account_id=ACCOUNTS[Exchange.BYBIT]),
    Scope(user_id=ALICE, symbol=LINEAR),
    Scope(symbol=SPOT),
)
KINDS = {
    LimitKind.GROSS_EXPOSURE: ("100", "4000000", "9000000"),
    LimitKind.POSITION_QUANTITY: ("0.3", "2", "50"),
    LimitKind.LEVERAGE: ("0.01", "5"),
}


class AnyControls(ProtectedDesk):
    """Does anything, and looks at every decision."""

    def __init__(self, seed: int) -> None:
        super().__init__(Policy(four_eyes=False))
        self.random = Random(seed)
        self.open_shop()

    def put(self, message: object) -> Decision:
        decision = super().put(message)  # type: ignore[arg-type]
        for kind in (CancelRequested, SendCancel, SendOrder):
            once = Counter(one.order_id for one in (*decision.events, *decision.effects) if isinstance(one, kind))
            assert not once or max(once.values()) == 1, (kind, once)
        for effect in decision.effects:
            if isinstance(effect, SendOrder):
                self._may_leave(self.desk.orders[effect.order_id])
        return decision

    def _may_leave(self, order: Order) -> None:
        if protects(order) or closes_for_kill_switch(order):
            return
        for state in self.desk.risk.states.values():
            is_halted = state.state is TradingState.HALTED and covers(state.scope, subject_of(self.desk, order))
            assert not is_halted, f"{order} leaves although {state} is halted"

    def step(self) -> None:
        often = [self.order, self.venue] * 3 + [self.tick] * 2
        does = self.random.choice([*often, self.throw, self.release, self.limit, self.move])
        does()

    def order(self) -> None:
        exchange, symbol = self.random.choice(list(Exchange)), self.random.choice((SPOT, LINEAR))
        side, quantity = self.random.choice(list(Side)), self.random.choice(("0.1", "0.5", "1"))
        stop = STOP if side is Side.BUY and self.random.random() < 0.3 else None
        self.put(self.entry_command(quantity, exchange=exchange, symbol=symbol, side=side, stop=stop, target=None))

    def venue(self) -> None:
        """The venue answers for one of the orders that it was sent."""
        sent = [one for one in self.desk.orders.values() if one.attempt and not one.is_closed and not one.is_held]
        if not sent:
            return
        order = self.random.choice(sent)
        if order.exchange_order_id is None:
            self.take(order) if self.random.random() < 0.8 else self.reject(order)
        elif order.leaves_quantity and self.random.random() < 0.5:
            self.trade(order, str(min(order.leaves_quantity, Decimal(self.random.choice(("0.1", "2"))))))
        elif self.random.random() < 0.5:
            self.gone(order, VenueOrderStatus.CANCELED)

    def throw(self) -> None:
        self.put(
            commands.SetKillSwitch(
                command_id=self.command_id(),
                at=self.now,
                user_id=RISK,
                scope=self.random.choice(SCOPES),
                state=self.random.choice((TradingState.HALTED, TradingState.REDUCING)),
                cancel_protection=self.random.random() < 0.3,
                close_positions=self.random.random() < 0.5,
            )
        )

    def release(self) -> None:
        for state in list(self.desk.risk.states.values()):
            command = commands.ReleaseKillSwitch(
                command_id=self.command_id(),
                at=self.now,
                user_id=RISK,
                scope=state.scope,
                approval_id=ids.ApprovalId("01JRELEASE"),
            )
            self.put(command)

    def limit(self) -> None:
        def any_limit(number: int) -> RiskLimit:
            kind = self.random.choice(list(KINDS))
            return RiskLimit(
                limit_id=f"limit-{number}",
                kind=kind,
                value=Decimal(self.random.choice(KINDS[kind])),
                scope=self.random.choice(SCOPES),
                action=self.random.choice(list(LimitAction)),
            )

        self.put(
            commands.SetRiskLimits(
                command_id=self.command_id(),
                at=self.now,
                user_id=RISK,
                limits=tuple(any_limit(number) for number in range(self.random.randint(0, 4))),
                approval_id=ids.ApprovalId("01JLIMITS"),
            )
        )

    def tick(self) -> None:
        self.wait(self.random.choice((1, 1, 1, 6, 30)))
        self.put(reports.ClockTicked(at=self.now))

    def move(self) -> None:
        self.price_everywhere(self.random.choice(("49000", "50000", "51000")))


@pytest.mark.parametrize("seed", range(3))
def test_nothing_happens_twice_and_nothing_leaves_that_is_halted(seed: int) -> None:
    desk = AnyControls(seed)
    for _ in range(150):
        desk.step()
    created = Counter(event.order_id for event in desk.journal if isinstance(event, OrderCreated))
    assert max(created.values()) == 1
    again = state_of(replayed(desk.journal, desk.desk.policy))
    for part in ("risk", "orders", "positions", "holdings"):
        assert again[part] == state_of(desk.desk)[part]
