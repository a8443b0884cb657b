"""A desk without a loop, a database or a venue: inputs go through decide, apply and the Projector, by hand.

It keeps what storage would keep (rows, the journal) and what the runtime would keep (one timer per order), so that a
test can restart it, replay it, and hold it to the promises that must stay true after every input.
"""

import copy
import itertools
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from support.found import KeptRows
from tidegate.core import identifiers as ids
from tidegate.core.apply import apply
from tidegate.core.decision import Decision
from tidegate.core.desk import Desk
from tidegate.core.engine import Input
from tidegate.core.messages import events as happened
from tidegate.core.messages import reports
from tidegate.core.messages.effects import WakeAt
from tidegate.core.messages.events import Event, JournaledEvent, is_journaled
from tidegate.core.order import TERMINAL, Order
from tidegate.core.policy import Policy
from tidegate.core.portfolio.positions import signed
from tidegate.core.portfolio.reservations import worst_case
from tidegate.core.projection import Projector
from tidegate.core.records import (
    Account,
    Batch,
    Break,
    DeskSnapshot,
    HistoryEntry,
    HoldingKey,
    LedgerEntry,
    PositionKey,
    Rule,
    User,
)
from tidegate.core.stepping import carry_out
from tidegate.core.vocabulary import ApprovalState, InstrumentKind, TradingState, WakePurpose, Wallet
from tidegate.runtime.references import not_in_memory

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


class KeptDesk:
    """A desk, its rows and its timers."""

    def __init__(self, policy: Policy | None = None) -> None:
        self.now = START
        self.desk = Desk(policy or Policy())
        self.journal: list[JournaledEvent] = []
        self.batches: list[Batch] = []
        self.rows = KeptRows()
        self.breaks: dict[str, Break] = {}
        self.timers: dict[tuple[ids.OrderId, WakePurpose], datetime] = {}
        self._projector = Projector(epoch=1)
        self._numbers = itertools.count(1)

    @property
    def orders(self) -> dict[ids.OrderId, Order]:
        """The rows of the table, as last written."""
        return self.rows.orders

    # --- inputs ------------------------------------------------------------------------------------------------

    def put(self, message: Input) -> Decision:
        """One input, the whole way: its closed orders fetched, decided, applied, written."""
        self._attach(message)
        decision = carry_out(self.desk, message, self._record)
        if self._projector:
            self._write(self._projector.take(self.desk))
        for effect in decision.effects:
            if isinstance(effect, WakeAt):
                self.timers[effect.order_id, effect.purpose] = effect.at
        return decision

    def _record(self, event: Event) -> None:
        if is_journaled(event):
            self.journal.append(event)
            self._projector.record(self.desk, event)

    def _write(self, batch: Batch) -> None:
        self.batches.append(batch)
        self.rows.keep(batch)
        self.breaks.update(batch.breaks)
        for order in batch.orders.values():
            if order.is_closed and not order.guarding:
                for purpose in WakePurpose:
                    self.timers.pop((order.order_id, purpose), None)

    def _attach(self, message: Input) -> None:
        """As the loop does: what an input speaks of and memory does not hold comes back from the rows."""
        if keys := not_in_memory(self.desk, [message]):
            self.desk.attach(self.rows.find(keys))

    def wait(self, seconds: float) -> None:
        """Let time pass; due timers ring in their order."""
        until = self.now + timedelta(seconds=seconds)
        while due := [(at, key) for key, at in self.timers.items() if at <= until]:
            at, (order_id, purpose) = min(due)
            self.now = max(self.now, at)
            self.wake(order_id, purpose)
        self.now = until

    def wake(self, order_id: ids.OrderId, purpose: WakePurpose = WakePurpose.ATTENTION) -> Decision:
        self.timers.pop((order_id, purpose), None)
        return self.put(reports.Wake(at=self.now, order_id=order_id, purpose=purpose))

    # --- looking -----------------------------------------------------------------------------------------------

    def history(self, order: Order) -> list[HistoryEntry]:
        return [row for batch in self.batches for row in batch.history if row.order_id == order.order_id]

    def ledger(self) -> list[LedgerEntry]:
        return [row for batch in self.batches for row in batch.ledger]

    # --- restart, replay, promises -----------------------------------------------------------------------------

    def snapshot(self) -> DeskSnapshot:
        """What storage would load after a crash now: everything comes from rows, nothing from memory."""
        users: dict[ids.UserId, User] = {}
        accounts: dict[ids.AccountId, Account] = {}
        holdings, positions, leverages, times = {}, {}, {}, {}
        rules: dict[ids.RuleId, Rule] = {}
        for batch in self.batches:
            users.update(batch.users)
            accounts.update(batch.accounts)
            holdings.update(batch.holdings)
            positions.update(batch.positions)
            leverages.update(batch.leverages)
            rules.update(batch.rules)
            for execution in batch.executions:
                before = times.get(execution.account_id, execution.executed_at)
                times[execution.account_id] = max(before, execution.executed_at)
        open_orders = [copy.copy(order) for order in self.orders.values() if not order.is_closed or order.guarding]
        return DeskSnapshot(
            sequence=self.batches[-1].journal[-1].sequence,
            history_id=max((row.history_id for batch in self.batches for row in batch.history), default=0),
            users=list(users.values()),
            tokens=[],
            accounts=[copy.copy(account) for account in accounts.values()],
            holdings=[copy.copy(holding) for holding in holdings.values()],
            open_orders=open_orders,
            execution_ids={order.order_id: self.rows.execution_ids(order.order_id) for order in open_orders},
            execution_times=times,
            breaks=[found for found in self.breaks.values() if found.resolved_at is None],
            positions=[copy.copy(position) for position in positions.values()],
            leverages=[copy.copy(setting) for setting in leverages.values()],
            rules=[copy.copy(rule) for rule in rules.values() if rule.ended_at is None],
            recent_symbols=self._recent_symbols(),
            **self._risk_rows(),
        )

    def _risk_rows(self) -> dict[str, Any]:
        """The newest row of each kind that speaks of risk, those left out that are over."""
        states, warned, approvals, marks, capital, transfers = {}, {}, {}, {}, {}, {}
        for batch in self.batches:
            states.update(batch.trading_states)
            warned.update(batch.limit_warnings)
            approvals.update(batch.approvals)
            marks.update(batch.loss_marks)
            capital.update(batch.capital)
            transfers.update(batch.transfers)
        limits = [version for batch in self.batches for version in batch.risk_limits]
        return {
            "risk_limits": limits[-1] if limits else None,
            "trading_states": [state for state in states.values() if state.state is not TradingState.ACTIVE],
            "limit_warnings": [*warned.values()],
            "approvals": [approval for approval in approvals.values() if approval.state is ApprovalState.PENDING],
            "loss_marks": [*marks.values()],
            "capital": [copy.copy(owned) for owned in capital.values()],
            "transfers": [transfer for transfer in transfers.values() if not (transfer.from_seen and transfer.to_seen)],
        }

    def _recent_symbols(self) -> dict[ids.AccountId, dict[str, datetime]]:
        ends: dict[ids.AccountId, dict[str, datetime]] = defaultdict(dict)
        for order in self.orders.values():
            if order.closed_at is not None and order.attempt:
                before = ends[order.account_id].get(order.symbol, order.closed_at)
                ends[order.account_id][order.symbol] = max(before, order.closed_at)
        return ends

    def recover(self) -> None:
        """Forget memory and timers, as a crash does, and recover from the rows."""
        self.desk = Desk.restore(self.snapshot(), self.desk.policy)
        self._projector = Projector(epoch=2)
        self.timers.clear()
        self.put(reports.DeskStarted(at=self.now))

    def let_go_of_closed(self) -> None:
        """As the loop does when closed orders become many."""
        for order in [order for order in self.desk.orders.values() if order.is_closed]:
            self.desk.detach(order.order_id)

    def check(self) -> None:
        """What must be true after every input."""
        desk = self.desk
        reserved: dict[HoldingKey, Decimal] = defaultdict(Decimal)
        for order in desk.orders.values():
            assert order.filled_quantity >= 0
            assert order.is_closed == (order.status in TERMINAL)
            expected = Decimal(0) if order.is_closed else worst_case(order, order.reserve_price)
            assert order.reserved_quantity == expected, order
            if order.reserved_asset is not None:
                wallet = desk.wallet_of(order.exchange, order.symbol)
                reserved[(order.account_id, order.user_id, order.reserved_asset, wallet)] += order.reserved_quantity
            if order.is_awaited or order.waiting_to_retry:
                assert (order.order_id, WakePurpose.ATTENTION) in self.timers, f"nothing will ever wake {order}"
            if order.expires_at is not None and order.expires_at > self.now and not order.is_closed:
                assert (order.order_id, WakePurpose.EXPIRY) in self.timers, f"nothing will ever end {order}"
            shown = self.orders[order.order_id]
            assert shown == order, "the row is the order"
        for key, holding in desk.holdings.items():
            assert holding.reserved == reserved[key], key
        unresolved = sum(order.is_unresolved for order in desk.orders.values())
        assert sum(desk.unresolved.values()) == unresolved

    def check_books(self) -> None:
        """What must be true of everything that was ever written."""
        self.check()
        sums: dict[tuple[int, str], Decimal] = defaultdict(Decimal)
        owned: dict[tuple[str, str, str, Wallet], Decimal] = defaultdict(Decimal)
        for line in self.ledger():
            sums[(line.sequence, line.asset)] += line.amount
            owned[(line.account_id, line.ledger_account, line.asset, line.wallet)] += line.amount
        assert not any(sums.values()), "each event's lines sum to zero per asset"
        for (account_id, user_id, asset, wallet), holding in self.desk.holdings.items():
            assert holding.quantity == owned[(account_id, f"user:{user_id}", asset, wallet)]
        self._check_positions()
        booked = [row.execution_id for batch in self.batches for row in batch.executions]
        assert len(booked) == len(set(booked)), "an execution counts once"
        sequences: dict[ids.OrderId, int] = defaultdict(int)
        numbers = [row.history_id for batch in self.batches for row in batch.history]
        assert numbers == list(range(1, len(numbers) + 1))
        for row in (row for batch in self.batches for row in batch.history):
            sequences[row.order_id] += 1
            assert row.sequence == sequences[row.order_id]
        written = [entry.sequence for batch in self.batches for entry in batch.journal]
        assert written == list(range(1, len(written) + 1))

    def _check_positions(self) -> None:
        """A position is the fold of what was ever booked into it."""
        folded: dict[PositionKey, Decimal] = defaultdict(Decimal)
        for event in self.journal:
            for key, change in _position_changes(event):
                folded[key] += change
        for key, position in self.desk.positions.items():
            assert position.quantity == folded.pop(key, Decimal(0)), key
        assert not any(folded.values())


def _position_changes(event: JournaledEvent) -> list[tuple[PositionKey, Decimal]]:
    match event:
        case happened.ExecutionBooked() if event.kind is not InstrumentKind.SPOT:
            key = (event.account_id, event.user_id, event.symbol, event.position_side)
            return [(key, signed(event.side, event.quantity))]
        case happened.ExecutionReversed():
            return [(key, -change) for key, change in _position_changes(event.booked)]
        case happened.PositionAdjusted():
            return [((event.account_id, event.user_id, event.symbol, event.position_side), event.quantity)]
        case _:
            return []


def replayed(journal: list[JournaledEvent], policy: Policy) -> Desk:
    """A fresh desk that lived through these events."""
    desk, projector = Desk(policy), Projector(epoch=1)
    for event in journal:
        apply(desk, event)
        projector.record(desk, event)
    return desk


def state_of(desk: Desk) -> dict[str, object]:
    """Everything in a desk that comes from the journal, comparable by value."""
    others = {"policy", "instruments", "prices", "compare_since", "liquidations", "totals", "dead_men", "found_recent"}
    state = {name: value for name, value in vars(desk).items() if name not in others}
    return copy.deepcopy(state)
