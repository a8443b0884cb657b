"""What events write: the rows that go into the same transaction as the journal.

`Projector.record` is called right after each `apply`, so that history rows tell the order as it was at that step;
`Projector.take` hands the finished batch over as copies that nothing changes any more.
"""

import copy
from datetime import datetime
from typing import get_args

from tidegate.core.apply import break_of, request_of
from tidegate.core.desk import Desk
from tidegate.core.flow_records import flow_of
from tidegate.core.history import tell
from tidegate.core.identifiers import OrderId
from tidegate.core.messages import events as happened
from tidegate.core.messages.events import JournaledEvent, OrderEvent
from tidegate.core.order import Order
from tidegate.core.projection_risk import record_capital, record_risk
from tidegate.core.projection_rows import (
    bust_row,
    ended_rule_row,
    execution_row,
    holdings_moved,
    ledger_rows,
    replaced_attempt_row,
    resolved_break_row,
    token_row,
)
from tidegate.core.records import Attempt, Batch, HistoryEntry, HoldingKey, JournalEntry, PositionKey
from tidegate.core.vocabulary import InstrumentKind, Wallet

_ORDER_EVENTS = frozenset(get_args(OrderEvent))


class Projector:
    """Gathers the rows of one batch after another."""

    def __init__(self, epoch: int) -> None:
        self._epoch = epoch
        self._start()

    def _start(self) -> None:
        self._batch = Batch(epoch=self._epoch, journal=[])
        self._orders: dict[OrderId, Order] = {}
        self._holdings: set[HoldingKey] = set()
        self._positions: set[PositionKey] = set()

    def __bool__(self) -> bool:
        """Whether there is anything to write."""
        return bool(self._batch.journal)

    def record(self, desk: Desk, event: JournaledEvent) -> None:
        """Note what one event, just applied, writes."""
        self._batch.journal.append(JournalEntry(sequence=desk.sequence, at=event.at, event=event))
        if type(event) in _ORDER_EVENTS:
            self._record_order(desk, event)  # type: ignore[arg-type]  # The set above is the union's members.
        else:
            self._record_desk(desk, event)

    def take(self, desk: Desk) -> Batch:
        """The batch so far; the next one starts empty."""
        batch = self._batch
        batch.orders = {order_id: copy.copy(order) for order_id, order in self._orders.items()}
        batch.holdings = {key: copy.copy(desk.holdings[key]) for key in self._holdings}
        batch.positions = {key: copy.copy(desk.positions[key]) for key in self._positions}
        self._start()
        return batch

    def _record_order(self, desk: Desk, event: OrderEvent) -> None:
        order = desk.orders[event.order_id]
        self._orders[order.order_id] = order
        if (story := tell(event, order)) is not None:
            order.history_sequence += 1
            desk.history_id += 1
            self._batch.history.append(
                HistoryEntry(
                    history_id=desk.history_id,
                    order_id=order.order_id,
                    sequence=order.history_sequence,
                    status=story.status or order.status,
                    execution_type=story.execution_type,
                    timestamp=event.at,
                    message=story.message,
                    error_code=story.error_code,
                    exchange_order_id=order.exchange_order_id,
                    detail=story.detail,
                )
            )
        match event:  # The most frequent first: what does not match takes longer to see than what does.
            case happened.ExecutionBooked():
                self._record_execution(desk, event, order)
            case happened.AttemptStarted():
                self._record_replaced(desk, order, event)
                self._record_attempt(desk, order, event.at, "sending")
                self._touch_reservation(desk, order)
            case happened.OrderSubmitted():
                self._record_attempt(desk, order, event.at, "submitted")
            case happened.OrderClosed():
                self._touch_reservation(desk, order)
            case happened.OrderCreated():
                pass
            case happened.ExecutionReversed():
                self._batch.busts.append(bust_row(event, desk.sequence))
                self._touch_trade(desk, event.booked, order)
                self._batch.ledger += ledger_rows(event, desk.sequence)
            case (
                happened.OrderHeld()
                | happened.AmendRequested()
                | happened.OrderAmended()
                | happened.AmendFailed()
                | happened.OrderRestated()
            ):
                self._touch_reservation(desk, order)
            case happened.AttemptFailed():
                self._record_attempt(desk, order, event.at, "failed", message=event.message)
            case happened.OrderInDoubt():
                self._record_attempt(desk, order, event.at, "in_doubt", message=event.message)
            case happened.OrderEnded() if order.exchange_order_id is None and order.attempt:
                self._record_attempt(desk, order, event.at, "failed", message=event.message)
            case _:
                pass

    def _touch_reservation(self, desk: Desk, order: Order) -> None:
        if order.reserved_asset is not None:
            wallet = desk.wallet_of(order.exchange, order.symbol)
            self._holdings.add((order.account_id, order.user_id, order.reserved_asset, wallet))

    def _record_attempt(
        self, desk: Desk, order: Order, at: datetime, outcome: str, *, message: str | None = None
    ) -> None:
        assert order.exchange_client_order_id is not None
        assert order.request_expires_at is not None
        self._batch.attempts[(order.order_id, order.attempt)] = Attempt(
            order_id=order.order_id,
            attempt=order.attempt,
            account_id=order.account_id,
            exchange_client_order_id=order.exchange_client_order_id,
            exchange_order_id=order.exchange_order_id,
            outcome=outcome,
            started_at=order.request_expires_at - desk.policy.request_lifetime,
            updated_at=at,
            request_expires_at=order.request_expires_at,
            message=message,
        )

    def _record_replaced(self, desk: Desk, order: Order, started: happened.AttemptStarted) -> None:
        """The attempt before has made way. One that was refused after all, in this same step, has its outcome."""
        if started.replaced_expires_at is None:
            return
        row = replaced_attempt_row(order, started.at, started.replaced_expires_at, desk.policy.request_lifetime)
        before = self._batch.attempts.get((row.order_id, row.attempt))
        if before is None or before.outcome != "failed":
            self._batch.attempts[(row.order_id, row.attempt)] = row

    def _record_execution(self, desk: Desk, event: happened.ExecutionBooked, order: Order) -> None:
        self._batch.executions.append(execution_row(event, desk.sequence))
        self._touch_trade(desk, event, order)
        self._batch.ledger += ledger_rows(event, desk.sequence)

    def _touch_trade(self, desk: Desk, booked: happened.ExecutionBooked, order: Order) -> None:
        """What a trade moves, or moves back: holdings, position, reservation, and the order that its leg protects."""
        self._holdings |= holdings_moved(booked)
        if booked.kind is not InstrumentKind.SPOT:
            self._positions.add((booked.account_id, booked.user_id, booked.symbol, booked.position_side))
        self._touch_reservation(desk, order)
        parent = None if order.parent_order_id is None else desk.orders.get(order.parent_order_id)
        if parent is not None and order.leg is not None:
            self._orders[parent.order_id] = parent

    def _record_desk(self, desk: Desk, event: JournaledEvent) -> None:
        match event:
            case happened.UserRegistered():
                self._batch.users[event.user_id] = copy.copy(desk.users[event.user_id])
            case happened.TokenIssued():
                self._batch.tokens[event.token_id] = token_row(event)
            case (
                happened.AccountRegistered()
                | happened.AccountStateChanged()
                | happened.BalancesOpened()
                | happened.DeadManSet()
            ):
                self._batch.accounts[event.account_id] = copy.copy(desk.accounts[event.account_id])
            case happened.BalanceOpened() | happened.BalanceAdjusted() | happened.CashFlowBooked():
                self._record_movement(desk, event)
            case happened.BreakFound():
                found = break_of(event)
                self._batch.breaks[found.break_id] = found
            case happened.BreakResolved():
                resolved = resolved_break_row(event)
                self._batch.breaks[resolved.break_id] = resolved
            case happened.CorrectionsSet() | happened.KeepAliveSet():
                self._batch.users[event.user_id] = copy.copy(desk.users[event.user_id])
            case (
                happened.RiskLimitsSet()
                | happened.RiskRequestKept()
                | happened.TradingStateSet()
                | happened.LimitWarned()
                | happened.ApprovalRequested()
                | happened.ApprovalDecided()
                | happened.EquityMarked()
                | happened.FundsTransferred()
                | happened.TransferSeen()
                | happened.CapitalPriced()
            ):
                record_risk(self._batch, desk, event)
                if isinstance(event, happened.FundsTransferred):
                    self._batch.ledger += ledger_rows(event, desk.sequence)
                    self._holdings |= {
                        (event.from_account_id, event.from_user_id, event.asset, event.wallet),
                        (event.to_account_id, event.to_user_id, event.asset, event.wallet),
                    }
                elif isinstance(event, happened.CapitalPriced):
                    owned = ((event.account_id, event.user_id, event.asset, wallet) for wallet in Wallet)
                    self._holdings |= {key for key in owned if key in desk.holdings}
            case _:
                self._record_settings(desk, event)

    def _record_movement(
        self, desk: Desk, event: happened.BalanceOpened | happened.BalanceAdjusted | happened.CashFlowBooked
    ) -> None:
        self._batch.ledger += ledger_rows(event, desk.sequence)
        self._holdings.add((event.account_id, event.user_id, event.asset, event.wallet))
        record_capital(self._batch, desk, event.account_id, event.user_id)
        if isinstance(event, happened.CashFlowBooked):
            self._batch.cash_flows.append(flow_of(event, desk.sequence))

    def _record_settings(self, desk: Desk, event: JournaledEvent) -> None:
        match event:
            case happened.PositionAdjusted():
                self._positions.add((event.account_id, event.user_id, event.symbol, event.position_side))
                record_capital(self._batch, desk, event.account_id, event.user_id)
            case happened.LeverageChanged():
                key = (event.account_id, event.symbol)
                self._batch.leverages[key] = copy.copy(desk.leverages[key])
            case happened.CashFlowNamed():
                self._batch.cash_flows.append(flow_of(event, desk.sequence))
            case happened.RequestKept():
                self._batch.requests.append(request_of(event))
            case happened.RuleCreated():
                self._batch.rules[event.rule_id] = copy.copy(desk.rules[event.rule_id])
            case happened.RuleEnded():
                self._batch.rules[event.rule_id] = ended_rule_row(event)
            case _:
                pass
