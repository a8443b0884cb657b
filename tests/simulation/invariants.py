"""What must stay true: after every commit, at every arrival at a venue, and at the end.

Everything here is kept from what was made durable and from what the venues saw, never from the engine's own memory.
"""

from collections import Counter, defaultdict
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from simulation.claims import must
from simulation.restraint import Restraint
from tidegate.core.identifiers import AccountId, ExchangeClientOrderId, IdempotencyKey, OrderId, UserId, order_of
from tidegate.core.messages import events as happened
from tidegate.core.messages.effects import SendOrder
from tidegate.core.order import LEGAL_TRANSITIONS, TERMINAL, Order
from tidegate.core.portfolio.positions import signed
from tidegate.core.portfolio.reservations import worst_case
from tidegate.core.records import Batch, HoldingKey, Position, PositionKey
from tidegate.core.vocabulary import (
    AccountState,
    CashFlowKind,
    HistoryStatus,
    InstrumentKind,
    Leg,
    OrderStatus,
    RejectReason,
)

ZERO = Decimal(0)
BASE_LEFT_BY_FEES = Decimal("0.998")
QUANTITY_WORTH_A_STOP = Decimal("0.0003")
BARE_MAX = timedelta(seconds=30)


class Ledger:
    """The durable truth, followed batch by batch."""

    def __init__(self) -> None:
        self.orders: dict[OrderId, Order] = {}
        self.executions: dict[str, Any] = {}
        self.filled: dict[OrderId, Decimal] = defaultdict(Decimal)
        self.attempts: set[ExchangeClientOrderId] = set()
        self.keys: dict[tuple[UserId, IdempotencyKey], OrderId] = {}
        self.positions: dict[PositionKey, Decimal] = defaultdict(Decimal)
        self.position_rows: dict[PositionKey, Position] = {}
        self.brought_in: dict[tuple[AccountId, UserId], Decimal] = defaultdict(Decimal)
        self.holdings: dict[HoldingKey, Any] = {}
        self.owned: dict[tuple[AccountId, str, str, str], Decimal] = defaultdict(Decimal)
        self.sequences: dict[OrderId, int] = defaultdict(int)
        self.statuses: dict[OrderId, OrderStatus] = {}
        self.limits_version = 0
        self.decided: set[OrderId] = set()  # Orders that passed risk.
        self.journal_sequence = 0
        self.epoch = 0
        self.breaks: dict[str, Any] = {}
        self.accounts: dict[AccountId, AccountState] = {}
        self.bare_since: dict[OrderId, datetime] = {}
        self.events: Counter[str] = Counter()
        self.restraint = Restraint(self.orders, self.positions)

    def see(self, batch: Batch) -> None:
        """Check a batch that has just become durable, and take it in."""
        must(14, batch.epoch >= self.epoch, f"epoch {batch.epoch} after {self.epoch}")
        self.epoch = batch.epoch
        for entry in batch.journal:
            must(14, entry.sequence == self.journal_sequence + 1, f"journal {entry.sequence}")
            self.journal_sequence = entry.sequence
            self.events[type(entry.event).__name__] += 1
            self._follow(entry.event)
            self._follow_capital(entry.event)
            self.restraint.follow(entry.event, batch)
        self._check_history(batch)
        self._check_executions(batch)
        self._check_ledger(batch)
        self.breaks.update(batch.breaks)
        self.attempts |= {attempt.exchange_client_order_id for attempt in batch.attempts.values()}
        for order in batch.orders.values():
            self._check_order(order)
        self.holdings.update(batch.holdings)
        self._check_reserved(batch)
        self.accounts.update({account_id: account.state for account_id, account in batch.accounts.items()})
        self._check_protection(batch.journal[-1].at)
        for key, position in batch.positions.items():
            must(2, position.quantity == self.positions[key], f"{key}: {position.quantity}, not {self.positions[key]}")
            self.position_rows[key] = position

    def _follow(self, event: Any) -> None:
        match event:
            case happened.ExecutionBooked() if event.kind is InstrumentKind.LINEAR:
                key = (event.account_id, event.user_id, event.symbol, event.position_side)
                self.positions[key] += signed(event.side, event.quantity)
            case happened.ExecutionReversed() if event.booked.kind is InstrumentKind.LINEAR:
                booked = event.booked
                key = (booked.account_id, booked.user_id, booked.symbol, booked.position_side)
                self.positions[key] -= signed(booked.side, booked.quantity)
            case happened.PositionAdjusted():
                self.positions[event.account_id, event.user_id, event.symbol, event.position_side] += event.quantity
            case happened.RiskLimitsSet():
                self.limits_version = event.version
            case happened.AttemptStarted() | happened.OrderHeld() if event.order_id not in self.decided:
                self.decided.add(event.order_id)
                must(13, event.limits_version == self.limits_version, f"{event.order_id} by other limits than in force")
            case _:
                pass

    def _follow_capital(self, event: Any) -> None:
        """What came in, at the prices of those moments: all the rest is profit or loss."""
        match event:
            case happened.BalanceOpened() if event.price is not None:
                self.brought_in[event.account_id, event.user_id] += event.quantity * event.price
            case happened.BalanceAdjusted() if event.capital and event.price is not None:
                self.brought_in[event.account_id, event.user_id] += event.quantity * event.price
            case happened.CashFlowBooked() if event.kind is not CashFlowKind.FUNDING and event.rate is not None:
                self.brought_in[event.account_id, event.user_id] += event.amount * event.rate
            case happened.CapitalPriced():
                self.brought_in[event.account_id, event.user_id] += event.quantity * event.price
            case happened.PositionAdjusted():
                self.brought_in[event.account_id, event.user_id] += event.worth
            case _:
                pass

    def _check_history(self, batch: Batch) -> None:
        for row in batch.history:
            self.sequences[row.order_id] += 1
            must(9, row.sequence == self.sequences[row.order_id], f"history of {row.order_id}: {row.sequence}")
            if isinstance(row.status, HistoryStatus):
                continue
            before = self.statuses.get(row.order_id, OrderStatus.CREATED)
            legal = row.status == before or row.status in LEGAL_TRANSITIONS[before]
            must(10, legal, f"{row.order_id}: {before} to {row.status}")
            self.statuses[row.order_id] = row.status

    def _check_executions(self, batch: Batch) -> None:
        for execution in batch.executions:
            must(1, execution.execution_id not in self.executions, f"{execution.execution_id} counted twice")
            self.executions[execution.execution_id] = execution
            self.filled[execution.order_id] += execution.quantity
        for bust in batch.busts:
            self.filled[bust.order_id] -= self.executions[bust.execution_id].quantity

    def _check_ledger(self, batch: Batch) -> None:
        sums: dict[tuple[int, str], Decimal] = defaultdict(Decimal)
        for line in batch.ledger:
            sums[line.sequence, line.asset] += line.amount
            self.owned[line.account_id, line.ledger_account, line.asset, line.wallet] += line.amount
        must(4, not any(sums.values()), f"ledger lines do not sum to zero: {dict(sums)}")

    def _check_order(self, order: Order) -> None:
        self.orders[order.order_id] = order
        must(1, order.filled_quantity == self.filled[order.order_id], f"{order.order_id} and its executions differ")
        must(10, order.is_closed == (order.status in TERMINAL), f"{order.order_id}: {order.status}")
        must(11, order.filled_quantity >= 0, f"{order.order_id} filled {order.filled_quantity}")
        if order.quantity is not None and order.filled_quantity > order.quantity:
            told = any(order.order_id in found.subject for found in self.breaks.values())
            must(11, told, f"{order.order_id} is overfilled and nobody was told")
        if order.is_closed:
            must(12, order.reserved_quantity == 0, f"{order.order_id} is closed and reserves")
        elif order.attempt and not order.is_protective and not order.is_held:
            least = worst_case(order, order.reserve_price)
            must(12, order.reserved_quantity >= least, f"{order.order_id} reserves less than {least}: {order}")
        if order.idempotency_key is not None:
            key = (order.user_id, order.idempotency_key)
            must(8, self.keys.setdefault(key, order.order_id) == order.order_id, f"{key} has two orders")

    def _check_reserved(self, batch: Batch) -> None:
        reserved: dict[tuple[AccountId, UserId, str], Decimal] = defaultdict(Decimal)
        for order in self.orders.values():
            if order.reserved_asset is not None:
                reserved[order.account_id, order.user_id, order.reserved_asset] += order.reserved_quantity
        held: dict[tuple[AccountId, UserId, str], Decimal] = defaultdict(Decimal)
        for account_id, user_id, asset, wallet in self.holdings:
            held[account_id, user_id, asset] += self.holdings[account_id, user_id, asset, wallet].reserved
        for key in {(account, user, asset) for account, user, asset, _ in batch.holdings}:
            must(12, held[key] == reserved[key], f"{key}: holdings reserve {held[key]}, orders {reserved[key]}")

    def _check_protection(self, now: datetime) -> None:
        """What an entry filled has a stop, or gets one at once; a person who cancels the stop takes over."""
        guarded = {order.parent_order_id for order in self.orders.values() if self._is_stop(order)}
        for order in self.orders.values():
            bare = (
                order.guarding
                and order.stop_loss is not None
                and order.order_id not in guarded
                and self._to_protect(order) >= QUANTITY_WORTH_A_STOP
                and self.accounts.get(order.account_id) is AccountState.READY
            )
            if not bare:
                self.bare_since.pop(order.order_id, None)
            elif now - self.bare_since.setdefault(order.order_id, now) > BARE_MAX:
                must(22, holds=False, message=f"{order.order_id} has been without a stop since {now - BARE_MAX}")

    def _to_protect(self, order: Order) -> Decimal:
        """What it filled and its legs have not closed; of a derivative, no more than is left of the position."""
        left = order.filled_quantity * BASE_LEFT_BY_FEES - order.exited_quantity
        if not order.is_derivative:
            return left
        key = (order.account_id, order.user_id, order.symbol, order.position_side)
        return min(left, signed(order.side, self.positions[key]))

    @staticmethod
    def _is_stop(order: Order) -> bool:
        return order.leg is Leg.STOP_LOSS and (not order.is_closed or order.reason is RejectReason.USER_REQUEST)

    # --- at the venue ------------------------------------------------------------------------------------------------

    def check_arrival(self, send: SendOrder, open_ids: list[ExchangeClientOrderId]) -> None:
        """A placement reaches its venue: intended durably, and the only live attempt of its order."""
        must(5, send.exchange_client_order_id in self.attempts, f"{send.exchange_client_order_id} was never intended")
        for other in open_ids:
            named = order_of(other)
            twice = named is not None and named[0] == send.order_id
            must(6, not twice, f"{send.order_id} has {other} live beside {send.exchange_client_order_id}")

    def check_answer(self, order_id: OrderId) -> None:
        """An order that a client was told of is durable."""
        must(7, order_id in self.orders, f"{order_id} was told and is not there")
