"""What events write: the rows that go into the same transaction as the journal.

`Projector.record` is called right after each `apply`, so that history rows tell the order as it was at that step;
`Projector.take` hands the finished batch over as copies that nothing changes any more.
"""

import copy
from datetime import datetime
from typing import get_args

from tidegate.core.apply import break_id, break_of
from tidegate.core.desk import Desk
from tidegate.core.history import tell
from tidegate.core.identifiers import OrderId
from tidegate.core.messages import events as happened
from tidegate.core.messages.events import JournaledEvent, OrderEvent
from tidegate.core.order import Order
from tidegate.core.portfolio.ledger import LedgerEvent, lines_of
from tidegate.core.records import (
    Attempt,
    Batch,
    Break,
    Bust,
    CashFlow,
    Execution,
    HistoryEntry,
    HoldingKey,
    JournalEntry,
    LedgerEntry,
    PositionKey,
    Rule,
    Token,
)
from tidegate.core.vocabulary import InstrumentKind

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
        match event:
            case happened.ExecutionBooked():
                self._record_execution(desk, event, order)
                self._touch_parent(desk, order)
            case happened.ExecutionReversed():
                self._record_bust(desk, event)
                self._touch_parent(desk, order)
                self._touch_trade(event.booked)
                self._touch_reservation(desk, order)
                self._record_ledger(desk, event)
            case (
                happened.OrderHeld()
                | happened.AmendRequested()
                | happened.OrderAmended()
                | happened.AmendFailed()
                | happened.OrderRestated()
            ):
                self._touch_reservation(desk, order)
            case happened.AttemptStarted():
                self._record_attempt(desk, order, event.at, "sending")
                self._touch_reservation(desk, order)
            case happened.AttemptFailed():
                self._record_attempt(desk, order, event.at, "failed", message=event.message)
            case happened.OrderInDoubt():
                self._record_attempt(desk, order, event.at, "in_doubt", message=event.message)
            case happened.OrderSubmitted():
                self._record_attempt(desk, order, event.at, "submitted")
            case happened.OrderEnded() if order.exchange_order_id is None and order.attempt:
                self._record_attempt(desk, order, event.at, "failed", message=event.message)
            case happened.OrderClosed():
                self._touch_reservation(desk, order)
            case _:
                pass

    def _touch_parent(self, desk: Desk, order: Order) -> None:
        """What a leg of protection closes counts at its parent, too."""
        if order.leg is not None and order.parent_order_id is not None:
            self._orders[order.parent_order_id] = desk.orders[order.parent_order_id]

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

    def _record_execution(self, desk: Desk, event: happened.ExecutionBooked, order: Order) -> None:
        self._batch.executions.append(
            Execution(
                execution_id=event.execution_id,
                sequence=desk.sequence,
                order_id=event.order_id,
                user_id=event.user_id,
                account_id=event.account_id,
                exchange=event.exchange,
                symbol=event.symbol,
                side=event.side,
                trade_id=event.trade_id,
                exchange_order_id=event.exchange_order_id,
                quantity=event.quantity,
                price=event.price,
                fees=event.fees,
                liquidity=event.liquidity,
                realized_pnl=event.realized_pnl,
                executed_at=event.executed_at,
                booked_at=event.at,
                position_side=event.position_side,
            )
        )
        self._record_ledger(desk, event)
        self._touch_trade(event)
        parent = None if order.leg is None else desk.orders.get(order.parent_order_id or OrderId(""))
        if parent is not None:
            self._orders[parent.order_id] = parent
        self._touch_reservation(desk, order)

    def _touch_trade(self, event: happened.ExecutionBooked) -> None:
        assets = {event.quote, *(fee.asset for fee in event.fees)}
        if event.kind is InstrumentKind.SPOT:
            assets.add(event.base)
        else:
            self._positions.add((event.account_id, event.user_id, event.symbol, event.position_side))
        for asset in assets:
            self._holdings.add((event.account_id, event.user_id, asset, event.wallet))

    def _record_ledger(self, desk: Desk, event: LedgerEvent) -> None:
        booked = event.booked if isinstance(event, happened.ExecutionReversed) else event
        order_id = getattr(booked, "order_id", None)
        execution_id = getattr(booked, "execution_id", None)
        for number, line in enumerate(lines_of(event), start=1):
            self._batch.ledger.append(
                LedgerEntry(
                    sequence=desk.sequence,
                    line=number,
                    account_id=booked.account_id,
                    ledger_account=line.ledger_account,
                    asset=line.asset,
                    amount=line.amount,
                    kind=line.kind,
                    timestamp=event.at,
                    wallet=booked.wallet,
                    order_id=order_id,
                    execution_id=execution_id,
                )
            )

    def _record_desk(self, desk: Desk, event: JournaledEvent) -> None:
        match event:
            case happened.UserRegistered():
                self._batch.users[event.user_id] = copy.copy(desk.users[event.user_id])
            case happened.TokenIssued():
                self._batch.tokens[event.token_id] = Token(
                    token_id=event.token_id,
                    user_id=event.user_id,
                    token_hash=event.token_hash,
                    label=event.label,
                    created_at=event.at,
                )
            case happened.AccountRegistered() | happened.AccountStateChanged() | happened.BalancesOpened():
                self._batch.accounts[event.account_id] = copy.copy(desk.accounts[event.account_id])
            case happened.BalanceOpened():
                self._record_ledger(desk, event)
                self._holdings.add((event.account_id, event.user_id, event.asset, event.wallet))
            case happened.BreakFound():
                found = break_of(event)
                self._batch.breaks[found.break_id] = found
            case happened.BreakResolved():
                self._resolve_break(event)
            case happened.CorrectionsSet():
                self._batch.users[event.user_id] = copy.copy(desk.users[event.user_id])
            case _:
                self._record_books(desk, event)

    def _record_books(self, desk: Desk, event: JournaledEvent) -> None:
        match event:
            case happened.BalanceAdjusted():
                self._record_ledger(desk, event)
                self._holdings.add((event.account_id, event.user_id, event.asset, event.wallet))
            case happened.CashFlowBooked():
                self._record_cash_flow(desk, event)
            case happened.PositionAdjusted():
                self._positions.add((event.account_id, event.user_id, event.symbol, event.position_side))
            case happened.LeverageChanged():
                key = (event.account_id, event.symbol)
                self._batch.leverages[key] = copy.copy(desk.leverages[key])
            case happened.RuleCreated():
                self._batch.rules[event.rule_id] = copy.copy(desk.rules[event.rule_id])
            case happened.RuleEnded():
                self._batch.rules[event.rule_id] = Rule(
                    rule_id=event.rule_id,
                    user_id=event.user_id,
                    order_id=event.order_id,
                    status=event.status,
                    place=event.place,
                    cancel_order_id=event.cancel_order_id,
                    created_at=event.created_at,
                    ended_at=event.at,
                    fired=event.fired,
                    message=event.message,
                )
            case _:
                pass

    def _record_bust(self, desk: Desk, event: happened.ExecutionReversed) -> None:
        self._batch.busts.append(
            Bust(
                execution_id=event.execution_id,
                sequence=desk.sequence,
                order_id=event.order_id,
                busted_at=event.at,
                message=event.message,
            )
        )

    def _record_cash_flow(self, desk: Desk, event: happened.CashFlowBooked) -> None:
        self._record_ledger(desk, event)
        self._holdings.add((event.account_id, event.user_id, event.asset, event.wallet))
        self._batch.cash_flows.append(
            CashFlow(
                account_id=event.account_id,
                kind=event.kind,
                flow_id=event.flow_id,
                sequence=desk.sequence,
                user_id=event.user_id,
                asset=event.asset,
                amount=event.amount,
                wallet=event.wallet,
                symbol=event.symbol,
                happened_at=event.happened_at,
                booked_at=event.at,
            )
        )

    def _resolve_break(self, event: happened.BreakResolved) -> None:
        resolved = Break(
            break_id=break_id(event.account_id, event.kind, event.subject),
            account_id=event.account_id,
            kind=event.kind,
            subject=event.subject,
            message=event.message,
            found_at=event.found_at,
            resolved_at=event.at,
            resolved_by=event.by,
            resolution=event.message,
        )
        self._batch.breaks[resolved.break_id] = resolved
