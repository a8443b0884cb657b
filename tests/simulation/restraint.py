"""What limits and the kill switch promise, held against what became durable and against what left for the venues.

Nothing of the engine's own sums is used: what is open and held is added up from the rows of the batch and those before
it. A batch tells how orders stand at its end, not in between, so of an order that changes within one the smaller figure
counts: a promise that is found broken is broken.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from msgspec.structs import replace

from simulation.claims import must
from simulation.rules import LINEAR
from tidegate.core.identifiers import KILL_SWITCH, ExchangeClientOrderId, OrderId, UserId
from tidegate.core.messages import events as happened
from tidegate.core.messages.effects import SendOrder
from tidegate.core.messages.risk_values import RiskLimit, Scope
from tidegate.core.order import CONDITIONAL, UNSENT, Order
from tidegate.core.records import Batch, PositionKey
from tidegate.core.vocabulary import (
    ApprovalState,
    LimitKind,
    OrderType,
    PendingAction,
    RejectReason,
    Role,
    Side,
    TradingState,
)

ZERO = Decimal(0)
CALLED_BACK = "called back before it was sent"
States = dict[str, happened.TradingStateSet]


class Deed(StrEnum):
    """What risk officers and their limits do; each of it has to have happened."""

    LIMITS_SET = "limits set by one person"
    LIMITS_LOOSENED = "limits loosened by two persons"
    LIMIT_LOWERED = "H4 limit lowered below what is there"
    LIMIT_HELD = "order or change refused by a limit"
    STOPPED_BY_LIMIT = "scope stopped by a limit"
    HALTED = "scope halted"
    REDUCING = "scope may only reduce"
    THROWN_AMONG_SENDS = "H3 kill switch thrown while orders were being sent"
    PROTECTION_CANCELED = "protection canceled by the kill switch"
    CALLED_BACK = "order called back by the kill switch before it left"
    POSITION_CLOSED = "position being closed by the kill switch"
    RELEASED = "scope released by two persons"
    REJECTED = "request rejected by the second person"
    HELD_BACK = "order or change refused while its scope was stopped"


class Restraint:
    """Follows every event. `orders` are the durable rows, `positions` what executions add up to: both the ledger's."""

    def __init__(self, orders: Mapping[OrderId, Order], positions: Mapping[PositionKey, Decimal]) -> None:
        self.states: States = {}
        self.limits: tuple[RiskLimit, ...] = ()
        self.deeds: Counter[Deed] = Counter()
        self._orders = orders
        self._positions = positions
        self._roles: dict[UserId, Role] = {}
        self._at_doors: States = {}  # What the sessions of the process that is running have been told of.
        self._let_through: set[OrderId] = set()
        self._counted: dict[OrderId, datetime] = {}  # Those let through, and when.
        self._closable: dict[ExchangeClientOrderId, Decimal] = {}

    # --- what became durable -------------------------------------------------------------------------------------

    def follow(self, event: Any, batch: Batch) -> None:
        """Take in an event of a batch, and check it where it lets an order leave, or become larger."""
        match event:
            case happened.TradingStateSet():
                self._set_state(event, batch)
            case happened.RiskLimitsSet():
                self._set_limits(event)
            case happened.AttemptStarted() | happened.OrderHeld():
                self._roles |= {user.user_id: user.role for user in batch.users.values()}
                self._check_decision(event, batch)
            case happened.AmendRequested():
                self._check_change(event)
            case happened.CancelRequested() if event.reason is RejectReason.KILLED:
                self.deeds[Deed.PROTECTION_CANCELED] += batch.orders[event.order_id].is_protective
            case happened.OrderEnded() if event.message == CALLED_BACK:
                self.deeds[Deed.CALLED_BACK] += 1
            case happened.ApprovalDecided() if event.approval.state is ApprovalState.REJECTED:
                self.deeds[Deed.REJECTED] += event.approval.decided_by is not None
            case _:
                pass

    def _set_state(self, event: happened.TradingStateSet, batch: Batch) -> None:
        if event.state is TradingState.ACTIVE:
            must(15, event.approved_by not in (None, event.by), f"released by one person: {event}")
            del self.states[event.scope.key]
            self.deeds[Deed.RELEASED] += 1
            return
        self.states[event.scope.key] = event
        self._check_ending(event, batch)
        sending = [order for order in self._orders.values() if order.status in UNSENT and order.attempt]
        self.deeds[Deed.THROWN_AMONG_SENDS] += bool(sending)
        self.deeds[Deed.STOPPED_BY_LIMIT] += event.automatic
        self.deeds[Deed.HALTED if event.state is TradingState.HALTED else Deed.REDUCING] += 1

    def _check_ending(self, stopped: happened.TradingStateSet, batch: Batch) -> None:
        """What it does not let stand is asked to end in the same moment: in the batch that stops the scope."""
        for order in self._open(batch):
            if self._lies_in(order, stopped.scope) and not _is_closing_for_kill_switch(order):
                stands = _passes(order, stopped, may_reduce=order.is_derivative or order.side is Side.SELL)
                is_ending = order.pending_action is PendingAction.CANCEL
                must(15, stands or is_ending, f"{order.order_id} stays open although {stopped}")

    def _set_limits(self, event: happened.RiskLimitsSet) -> None:
        self.limits = event.limits
        self.deeds[Deed.LIMITS_SET if event.approved_by is None else Deed.LIMITS_LOOSENED] += 1
        largest = max((abs(quantity) for quantity in self._positions.values()), default=ZERO)
        lowered = [limit for limit in event.limits if limit.kind is LimitKind.POSITION_QUANTITY]
        self.deeds[Deed.LIMIT_LOWERED] += any(limit.value is not None and limit.value < largest for limit in lowered)

    def _check_decision(self, event: happened.AttemptStarted | happened.OrderHeld, batch: Batch) -> None:
        order = batch.orders[event.order_id]
        is_new = event.order_id not in self._let_through
        if is_new:
            self._let_through.add(event.order_id)
            self._counted[event.order_id] = event.at
        if order.is_protective or _is_closing_for_kill_switch(order):
            self.deeds[Deed.POSITION_CLOSED] += not order.is_protective
            return
        adds = order.quantity if isinstance(event, happened.OrderHeld) else event.quantity
        if isinstance(event, happened.AttemptStarted):
            self._closable[event.exchange_client_order_id] = self._to_close(order)
            may_reduce = self._may_reduce(order, adds, batch)
            for stopped in self._covering(self.states, order):
                must(15, _passes(order, stopped, may_reduce=may_reduce), f"{event} is sent although {stopped}")
        if is_new and self.limits and not self._may_reduce(order, adds, batch):
            for limit in self.limits:
                if self._lies_in(order, limit.scope):
                    self._hold(limit, order, adds, event.at, batch)

    def _check_change(self, event: happened.AmendRequested) -> None:
        """In a scope that is halted nothing that is open becomes larger."""
        order, asked = self._orders.get(event.order_id), event.asked.quantity
        if order is None or order.is_protective or order.quantity is None or asked is None or asked <= order.quantity:
            return
        for stopped in self._covering(self.states, order):
            passes = _passes(order, stopped, may_reduce=True)
            must(15, passes, f"{event.order_id} becomes {asked} although {stopped}")

    # --- at the door ---------------------------------------------------------------------------------------------

    def told(self, batch: Batch | None) -> None:
        """A process lets out what follows from a batch; None: it starts with all that is durable."""
        if batch is None:
            self._at_doors = dict(self.states)
            return
        for entry in batch.journal:
            if isinstance(entry.event, happened.TradingStateSet):
                if entry.event.state is TradingState.ACTIVE:
                    self._at_doors.pop(entry.event.scope.key, None)
                else:
                    self._at_doors[entry.event.scope.key] = entry.event

    def check_leaving(self, send: SendOrder) -> None:
        """A placement leaves the process: nothing that could add to a position where that has been stopped."""
        order = self._orders.get(send.order_id)
        if order is None or order.is_protective or _is_closing_for_kill_switch(order):
            return
        closable = max(self._closable.get(send.exchange_client_order_id, ZERO), self._to_close(order))
        may_reduce = _only_reduces(order) or (send.quantity is not None and send.quantity <= closable)
        for stopped in self._covering(self._at_doors, order):
            must(15, _passes(order, stopped, may_reduce=may_reduce), f"{send} leaves although {stopped}")

    # --- limits --------------------------------------------------------------------------------------------------

    def _hold(self, limit: RiskLimit, order: Order, adds: Decimal | None, at: datetime, batch: Batch) -> None:
        """Hold a new order, with all that is open, against a limit that can be known without prices."""
        if limit.scope.role is not None:  # Each user of that role by itself.
            limit = replace(limit, scope=replace(limit.scope, role=None, user_id=order.user_id))
        figure = self._figure(limit, order, adds, at, batch)
        allowed = limit.value or ZERO
        must(13, figure is None or figure <= allowed, f"{order.order_id} reaches {figure} of {limit}")

    def _figure(
        self, limit: RiskLimit, order: Order, adds: Decimal | None, at: datetime, batch: Batch
    ) -> Decimal | None:
        match limit.kind:
            case LimitKind.ORDER_QUANTITY:
                return adds
            case LimitKind.ORDER_NOTIONAL if order.price is not None and order.side is Side.BUY:
                return (adds or ZERO) * order.price
            case LimitKind.RESTRICTED_SYMBOLS:
                return Decimal(order.symbol in limit.symbols)
            case LimitKind.OPEN_ORDERS:
                return Decimal(sum(1 for each in self._open(batch) if self._lies_in(each, limit.scope)))
            case LimitKind.ORDERS_PER_INTERVAL:
                return Decimal(self._lately(limit, at, batch))
            case LimitKind.POSITION_QUANTITY if limit.scope.symbol == LINEAR and order.symbol == LINEAR:
                return self._position_with(order, adds, limit.scope, batch)
            case _:
                return None

    def _lately(self, limit: RiskLimit, at: datetime, batch: Batch) -> int:
        assert limit.interval_seconds is not None
        since = at - timedelta(seconds=limit.interval_seconds)
        recent = [order_id for order_id, then in self._counted.items() if then > since]
        orders = [batch.orders.get(order_id) or self._orders[order_id] for order_id in recent]
        counted = [order for order in orders if order.leg is None and order.rule_id is None]
        return sum(1 for order in counted if self._lies_in(order, limit.scope))

    def _position_with(self, order: Order, adds: Decimal | None, scope: Scope, batch: Batch) -> Decimal:
        """Positions in a scope, with the order and everything of its side that only opens filled."""
        sign = 1 if order.side is Side.BUY else -1
        held = sum(
            (
                sign * quantity
                for (account_id, user_id, symbol, _), quantity in self._positions.items()
                if symbol == LINEAR and scope.account_id in (None, account_id) and scope.user_id in (None, user_id)
            ),
            ZERO,
        )
        opening = (each for each in self._open_beside(order, batch) if self._lies_in(each, scope))
        return held + sum((self._leaves(each.order_id, batch) for each in opening), adds or ZERO)

    # --- what is open --------------------------------------------------------------------------------------------

    def _may_reduce(self, order: Order, adds: Decimal | None, batch: Batch) -> bool:
        """Whether it could be that it only reduces what is held, with all that is open on its side filled."""
        if _only_reduces(order):
            return True
        if not order.is_derivative or adds is None:
            return False
        mine = (each for each in self._open_beside(order, batch) if _position_of(each) == _position_of(order))
        taken = sum((self._leaves(each.order_id, batch) for each in mine), ZERO)
        return taken + adds <= self._to_close(order)

    def _to_close(self, order: Order) -> Decimal:
        held = self._positions.get(_position_of(order), ZERO)
        return max(held if order.side is Side.SELL else -held, ZERO)

    def _open_beside(self, order: Order, batch: Batch) -> Iterator[Order]:
        """The other open orders of its symbol and side that may open a position."""
        for each in self._open(batch):
            alike = (each.symbol, each.side) == (order.symbol, order.side)
            if alike and each.order_id != order.order_id and not each.reduce_only:
                yield each

    def _open(self, batch: Batch) -> Iterator[Order]:
        """What has been let through and is open, before and after the batch; without protection."""
        for order_id in sorted(self._let_through):
            order = batch.orders.get(order_id) or self._orders[order_id]
            before = self._orders.get(order_id, order)
            if not order.is_protective and not order.is_closed and not before.is_closed:
                yield order

    def _leaves(self, order_id: OrderId, batch: Batch) -> Decimal:
        rows = (self._orders.get(order_id), batch.orders.get(order_id))
        return min(_least_left(row) for row in rows if row is not None)

    # --- scopes --------------------------------------------------------------------------------------------------

    def _covering(self, states: States, order: Order) -> list[happened.TradingStateSet]:
        return [stopped for stopped in states.values() if self._lies_in(order, stopped.scope)]

    def _lies_in(self, order: Order, scope: Scope) -> bool:
        return (
            scope.role in (None, self._roles.get(order.user_id))
            and scope.user_id in (None, order.user_id)
            and scope.account_id in (None, order.account_id)
            and scope.exchange in (None, order.exchange)
            and scope.symbol in (None, order.symbol)
        )


def _passes(order: Order, stopped: happened.TradingStateSet, *, may_reduce: bool) -> bool:
    if order.reduce_only and order.order_type in CONDITIONAL:
        return True  # A stop or target of the user's own.
    return stopped.state is TradingState.REDUCING and may_reduce


def _least_left(order: Order) -> Decimal:
    """What it may still fill; sent again smaller, that alone is at the venue or on its way there."""
    left = order.leaves_quantity or ZERO
    asked = order.asked.quantity if order.asked is not None and order.is_resending else None
    return left if asked is None else min(left, max(asked - order.filled_quantity, ZERO))


def _only_reduces(order: Order) -> bool:
    return order.reduce_only if order.is_derivative else order.side is Side.SELL


def _is_closing_for_kill_switch(order: Order) -> bool:
    at_market = order.reduce_only and order.order_type is OrderType.MARKET
    return at_market and order.rule_id is not None and order.rule_id.startswith(KILL_SWITCH)


def _position_of(order: Order) -> PositionKey:
    return (order.account_id, order.user_id, order.symbol, order.position_side)
