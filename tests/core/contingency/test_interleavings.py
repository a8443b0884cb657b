"""Whatever happens, in whatever order: never more is closed than was opened, and nothing known stands unprotected."""

from decimal import Decimal
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.exchange_floor import Floor
from support.kept_desk import replayed
from support.protected_desk import ACCOUNTS, LINEAR, SPOT, protected_desk
from tidegate.core.changes import why_busy
from tidegate.core.contingency.standing import Standing, claims_the_venue, is_at_venue, look_at
from tidegate.core.messages.values import Protection
from tidegate.core.order import Order
from tidegate.core.vocabulary import AccountState, Exchange, ExecutionType, Side

STEPS = 60
STOPS = (
    Protection(trigger_price=Decimal(45_000)),
    Protection(trigger_price=Decimal(45_000), price=Decimal(44_000)),
    Protection(trailing_offset=Decimal(5_000)),
)
TARGETS = (
    Protection(trigger_price=Decimal(60_000)),
    Protection(trigger_price=Decimal(60_000), price=Decimal(60_000)),
    None,
)
PRICES = (Decimal(50_000), Decimal(50_000), Decimal(52_000), Decimal(61_000), Decimal(44_500), Decimal(44_500))


class Life:
    """One entry with protection, among accidents."""

    def __init__(self, seed: int) -> None:
        random = self.random = Random(seed)
        exchange, symbol = random.choice(list(Exchange)), random.choice([SPOT, LINEAR])
        self.desk = protected_desk()
        self.floor = Floor(self.desk, random, ACCOUNTS[exchange], symbol)
        stop, target = random.choice(STOPS), random.choice(TARGETS)
        self.desk.decisions.clear()
        command = self.desk.entry_command("1", exchange=exchange, symbol=symbol, stop=stop, target=target)
        self.entry_id = command.order_id
        self.desk.held_to = self.hold_to_promises
        self.floor.heed(self.desk.put(command))

    @property
    def entry(self) -> Order:
        return self.desk.orders[self.entry_id]

    def step(self) -> None:
        """One thing happens."""
        random, floor = self.random, self.floor
        match random.choices(
            ("work", "deliver", "fill", "move", "drop", "crash", "lose", "wait", "cancel", "leg trades"),
            (24, 24, 8, 6, 2, 1.5, 1.5, 6, 0.5, 4),
        )[0]:
            case "work":
                floor.work()
            case "deliver":
                floor.deliver()
            case "fill":
                floor.trade_some(self.entry_id)
            case "leg trades":
                for leg in self.desk.all_legs(self.entry):
                    floor.trade_some(leg.order_id)
            case "move":
                floor.move(random.choice(PRICES))
            case "drop":
                floor.drop()
            case "crash":
                floor.crash()
                floor.reconnect()
            case "lose":
                self.desk.lose(floor.account_id)
                floor.reconnect()
            case "wait":
                floor.wait(random.choice([0.1, 1, 20]))
            case _:
                self.cancel_entry()

    def cancel_entry(self) -> None:
        if not self.entry.is_closed:
            self.floor.heed(self.desk.cancel(self.entry))

    def settle(self) -> None:
        """The accidents stop, and time is given."""
        floor = self.floor
        floor.is_faulty = False
        for seconds in [1.0] * 40 + [70.0] * 3 + [1.0] * 20:
            floor.wait(seconds)
            while not floor.is_quiet():
                floor.work()
                floor.deliver()
            if seconds > 1:
                floor.reconnect()

    # --- what must be true after every input -------------------------------------------------------------------

    def hold_to_promises(self) -> None:
        if self.entry_id not in self.desk.orders:
            return
        entered, closed = self.floor.filled(Side.BUY), self.floor.filled(Side.SELL)
        assert closed <= entered, "more was closed than opened"
        entry = self.desk.desk.orders.get(self.entry_id)
        if entry is None:
            return
        standing = look_at(self.desk.desk, entry)
        if standing is None:
            return
        self._cannot_close_too_much(standing)
        if standing.quantity and standing.account.state is AccountState.READY:
            assert self._is_covered(standing), f"{standing.quantity} is unprotected: {standing}"

    def _cannot_close_too_much(self, standing: Standing) -> None:
        """Even if all that is at the venue traded now."""
        legs = [leg for leg in (standing.stop, standing.target) if is_at_venue(leg)]
        most = sum(
            ((leg.quantity_most or Decimal(0)) - leg.filled_quantity for leg in legs if leg is not None), Decimal(0)
        )
        busted_by_nobody = standing.parent.filled_quantity - standing.parent.exited_quantity
        assert most <= busted_by_nobody, f"{most} could be closed of {busted_by_nobody}"

    def _is_covered(self, standing: Standing) -> bool:
        """A stop for all of it, at the venue or at the desk, or one that is changing; or a target that closes it."""
        stop, target = standing.stop, standing.target
        if target is not None and is_at_venue(target) and claims_the_venue(target) and stop is None:
            return target.price is None
        if stop is None:
            return False
        if self.desk.history(stop)[-1].execution_type is ExecutionType.CANCEL_REJECTED:
            return True  # What stands there stands as it is until that is tried again.
        return why_busy(stop) is not None or claims_the_venue(stop) or stop.leaves_quantity == standing.quantity


def live(seed: int) -> Life:
    life = Life(seed)
    for _ in range(STEPS):
        life.step()
    return life


def close_everything(life: Life) -> None:
    """Accidents over, entry canceled, and the market falls through the stop."""
    life.settle()
    life.cancel_entry()
    life.settle()
    life.floor.move(Decimal(30_000))
    life.settle()
    for leg in life.desk.all_legs(life.entry):
        for order in life.floor.orders.values():
            if order.send.order_id == leg.order_id and not order.waits:
                life.floor.trade(order, order.left)
    life.settle()


@settings(max_examples=120, deadline=None, derandomize=True)
@given(seed=st.integers(min_value=0, max_value=2**32))
def test_nothing_is_closed_twice_and_all_that_is_known_is_protected(seed: int) -> None:
    life = live(seed)
    close_everything(life)
    desk, floor = life.desk, life.floor
    assert floor.filled(Side.SELL) == floor.filled(Side.BUY), "in the end all of it was closed"
    assert life.entry.exited_quantity == life.entry.filled_quantity == floor.filled(Side.BUY)
    assert not life.entry.guarding
    assert all(order.is_closed for order in desk.orders.values())
    assert not any(holding.reserved for holding in desk.desk.holdings.values())
    desk.check_books()


@pytest.mark.parametrize("seed", range(6))
def test_a_replay_of_the_journal_gives_the_same_orders(seed: int) -> None:
    life = live(seed)
    again = replayed(life.desk.journal, life.desk.desk.policy)
    for order in life.desk.orders.values():
        assert again.orders[order.order_id] == order


def test_desks_that_live_through_the_same_make_the_same_legs() -> None:
    one, other = live(7), live(7)
    assert one.desk.orders == other.desk.orders


def test_the_promises_are_worth_something() -> None:
    """Enough lives see stops, targets and failures."""
    seen: set[str] = set()
    for seed in range(60):
        life = live(seed)
        for leg in life.desk.all_legs(life.entry):
            seen.add(f"{leg.leg} {leg.status} {leg.reason or ''}".strip())
    assert {"stop_loss filled", "take_profit filled"} <= seen
    assert {"stop_loss canceled one_cancels_other", "take_profit canceled one_cancels_other"} <= seen
    assert {"stop_loss canceled canceled_at_venue", "stop_loss rejected insufficient_funds"} <= seen
    assert "stop_loss rejected immediate_match_refused" in seen
