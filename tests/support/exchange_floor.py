"""A venue on which entries and their legs trade, with every delay, loss and accident in between drawn from a seed.

Requests and reports wait until a step takes one of them, in whatever order the seed says.
"""

from dataclasses import dataclass
from decimal import Decimal
from random import Random

from support.protected_desk import ProtectedDesk
from tidegate.core import identifiers as ids
from tidegate.core.decision import Decision
from tidegate.core.messages import reports
from tidegate.core.messages.effects import (
    Effect,
    FetchExecutions,
    QueryOrder,
    SendAmend,
    SendCancel,
    SendOrder,
    SynchronizeAccount,
)
from tidegate.core.messages.reports import Report
from tidegate.core.order import CONDITIONAL
from tidegate.core.vocabulary import RejectReason, Side, VenueOrderStatus

Request = SendOrder | SendAmend | SendCancel | QueryOrder | FetchExecutions | SynchronizeAccount
_REQUESTS = Request.__args__  # type: ignore[attr-defined]


@dataclass
class Resting:
    """One order of the venue's."""

    send: SendOrder
    exchange_order_id: ids.ExchangeOrderId
    quantity: Decimal
    trigger_price: Decimal | None
    filled: Decimal = Decimal(0)
    status: VenueOrderStatus = VenueOrderStatus.OPEN
    triggered: bool = False

    @property
    def waits(self) -> bool:
        return self.send.order_type in CONDITIONAL and not self.triggered

    @property
    def is_open(self) -> bool:
        return self.status is VenueOrderStatus.OPEN

    @property
    def left(self) -> Decimal:
        return self.quantity - self.filled


class Floor:
    """The venue of one account and market, and the wires to it."""

    def __init__(self, desk: ProtectedDesk, random: Random, account_id: ids.AccountId, symbol: str) -> None:
        self.desk = desk
        self.random = random
        self.account_id = account_id
        self.symbol = symbol
        self.exchange = desk.desk.accounts[account_id].exchange
        self.last = Decimal(50_000)
        self.orders: dict[ids.ExchangeClientOrderId, Resting] = {}
        self.executions: list[reports.ExecutionReported] = []
        self.requests: list[Request] = []
        self.told: list[Report] = []
        self.is_faulty = True

    # --- the wires ---------------------------------------------------------------------------------------------

    def heed(self, decision: Decision) -> None:
        """Take over what a decision sends."""
        self.requests += [effect for effect in decision.effects if isinstance(effect, _REQUESTS) and self._ours(effect)]

    def _ours(self, effect: Effect) -> bool:
        return effect.account_id == self.account_id  # type: ignore[union-attr]

    def put(self, report: Report) -> None:
        self.heed(self.desk.put(report))

    def deliver(self) -> None:
        """One report arrives."""
        if self.told:
            self.put(self.told.pop(self.random.randrange(len(self.told))))

    def work(self) -> None:
        """One request arrives, or is lost."""
        if not self.requests:
            return
        request = self.requests.pop(self.random.randrange(len(self.requests)))
        is_lost = self.is_faulty and self.random.random() < 0.05
        match request:
            case SendOrder() if is_lost or self.desk.now > request.expires_at:
                self._tell_unknown(request)
            case SendAmend() if is_lost or self.desk.now > request.expires_at:
                self._tell_amend_unknown(request)
            case SendOrder():
                self._place(request)
            case SendCancel():
                self._cancel(request)
            case SendAmend():
                self._amend(request)
            case QueryOrder():
                self._query(request)
            case FetchExecutions():
                named = ids.exchange_client_order_id(request.order_id, 1)[:28]
                self.told += [
                    trade for trade in self.executions if (trade.exchange_client_order_id or "").startswith(named)
                ]
            case SynchronizeAccount():
                self._synchronize()

    def crash(self) -> None:
        """The desk's process dies: what was on the wires may or may not have arrived."""
        for request in list(self.requests):
            if self.random.random() < 0.5:
                self.requests.remove(request)
        while self.requests:
            self.work()
        self.told.clear()
        self.desk.restart()

    def reconnect(self) -> None:
        self.put(reports.AccountConnected(at=self.desk.now, account_id=self.account_id))

    def wait(self, seconds: float) -> None:
        """Time passes; what timers lead to is heeded."""
        before = len(self.desk.decisions)
        self.desk.wait(seconds)
        for decision in self.desk.decisions[before:]:
            self.heed(decision)

    # --- requests ----------------------------------------------------------------------------------------------

    def _place(self, send: SendOrder) -> None:
        if self.is_faulty and self.random.random() < 0.1:
            self._refuse(send, RejectReason.INSUFFICIENT_FUNDS)
            return
        if self._would_go_off(send):
            self._refuse(send, RejectReason.IMMEDIATE_MATCH_REFUSED)
            return
        assert send.quantity is not None
        assert send.exchange_client_order_id not in self.orders, "an attempt is sent once"
        name = ids.ExchangeOrderId(f"F{len(self.orders)}")
        trails_at = None if send.trailing_offset is None else self.last - send.trailing_offset
        order = Resting(send, name, send.quantity, trails_at or send.trigger_price)
        self.orders[send.exchange_client_order_id] = order
        if self.is_faulty and self.random.random() < 0.1:
            self._tell_unknown(send)
        else:
            self.told.append(
                reports.OrderAccepted(
                    at=self.desk.now,
                    account_id=self.account_id,
                    order_id=send.order_id,
                    attempt=send.attempt,
                    exchange_order_id=name,
                )
            )
        self._match(order)

    def _would_go_off(self, send: SendOrder) -> bool:
        if send.trigger_price is None:
            return False
        return self.last <= send.trigger_price if send.side is Side.SELL else self.last >= send.trigger_price

    def _refuse(self, send: SendOrder, reason: RejectReason) -> None:
        self.told.append(
            reports.OrderRefused(
                at=self.desk.now,
                account_id=self.account_id,
                order_id=send.order_id,
                attempt=send.attempt,
                retryable=False,
                reason=reason,
                message=str(reason),
            )
        )

    def _tell_unknown(self, send: SendOrder) -> None:
        self.told.append(
            reports.SendOutcomeUnknown(
                at=self.desk.now,
                account_id=self.account_id,
                order_id=send.order_id,
                attempt=send.attempt,
                message="time-out",
            )
        )

    def _tell_amend_unknown(self, request: SendAmend) -> None:
        self.told.append(
            reports.AmendOutcomeUnknown(
                at=self.desk.now,
                account_id=self.account_id,
                order_id=request.order_id,
                attempt=request.attempt,
                amendment=request.amendment,
                message="time-out",
            )
        )

    def _cancel(self, request: SendCancel) -> None:
        order = self.orders.get(request.exchange_client_order_id)
        if order is None or not order.is_open:
            self.told.append(
                reports.CancelFailed(
                    at=self.desk.now,
                    account_id=self.account_id,
                    order_id=request.order_id,
                    final=True,
                    reason=RejectReason.UNKNOWN_ORDER,
                    message="unknown",
                )
            )
            return
        order.status = VenueOrderStatus.CANCELED
        self.told.append(
            reports.CancelAccepted(at=self.desk.now, account_id=self.account_id, order_id=request.order_id)
        )
        self._report(order)

    def _amend(self, request: SendAmend) -> None:
        order = self.orders.get(request.exchange_client_order_id)
        common = {
            "at": self.desk.now,
            "account_id": self.account_id,
            "order_id": request.order_id,
            "attempt": request.attempt,
            "amendment": request.amendment,
        }
        is_refused = self.is_faulty and self.random.random() < 0.2
        if order is None or not order.is_open or order.triggered or is_refused:
            is_gone = order is None or not order.is_open
            self.told.append(
                reports.AmendRefused(
                    **common, retryable=False, final=is_gone, reason=RejectReason.TOO_LATE, message="no"
                )
            )
            return
        order.quantity, order.trigger_price = request.quantity, request.trigger_price
        self.told.append(reports.AmendAccepted(**common))

    def _query(self, request: QueryOrder) -> None:
        order = self.orders.get(request.exchange_client_order_id)
        if order is not None:
            self._report(order, requested_at=True)
            return
        self.told.append(
            reports.OrderNotFound(
                at=self.desk.now,
                account_id=self.account_id,
                order_id=request.order_id,
                attempt=request.attempt,
                requested_at=self.desk.now,
            )
        )

    def _synchronize(self) -> None:
        """All at once, in order: as a session does."""
        for execution in self.executions:
            self.put(execution)
        for order in self.orders.values():
            if order.is_open:
                self.put(self._picture(order, requested_at=True))
        self.put(
            reports.AccountSynchronized(
                at=self.desk.now,
                account_id=self.account_id,
                requested_at=self.desk.now,
                open_exchange_client_order_ids=frozenset(name for name, order in self.orders.items() if order.is_open),
            )
        )

    def _picture(self, order: Resting, *, requested_at: bool = False) -> reports.OrderReported:
        return reports.OrderReported(
            at=self.desk.now,
            account_id=self.account_id,
            symbol=self.symbol,
            status=order.status,
            filled_quantity=order.filled,
            exchange_order_id=order.exchange_order_id,
            exchange_client_order_id=order.send.exchange_client_order_id,
            quantity=order.quantity,
            trigger_price=order.trigger_price,
            triggered=order.triggered,
            requested_at=self.desk.now if requested_at else None,
        )

    def _report(self, order: Resting, *, requested_at: bool = False) -> None:
        self.told.append(self._picture(order, requested_at=requested_at))

    # --- the market --------------------------------------------------------------------------------------------

    def move(self, last: Decimal) -> None:
        """The market moves; what waited for that is set off."""
        self.last = last
        self.heed(self.desk.price(str(last), self.symbol, exchange=self.exchange))
        for order in self.orders.values():
            if order.send.trailing_offset is not None and order.is_open and order.waits:
                order.trigger_price = max(order.trigger_price or Decimal(0), last - order.send.trailing_offset)
            if order.is_open and order.waits and self._goes_off(order):
                order.triggered = True
                self._report(order)
                self._match(order)

    def _goes_off(self, order: Resting) -> bool:
        if order.trigger_price is None:
            return False
        return self.last <= order.trigger_price if order.send.side is Side.SELL else self.last >= order.trigger_price

    def _match(self, order: Resting) -> None:
        """What is at the market trades: in one go, in two, or in part and is dropped."""
        at_market = order.send.price is None and not order.waits
        if not at_market or not order.is_open:
            return
        if self.is_faulty and self.random.random() < 0.3:
            self.trade(order, self._part(order.left))
            if self.random.random() < 0.5:
                order.status = VenueOrderStatus.CANCELED
                self._report(order)
                return
        self.trade(order, order.left)

    def _part(self, quantity: Decimal) -> Decimal:
        return (quantity * self.random.choice([1, 2, 3]) / 4).quantize(Decimal("0.001"))

    def trade(self, order: Resting, quantity: Decimal) -> None:
        """Some of an order trades."""
        if not order.is_open or not 0 < quantity <= order.left:
            return
        order.filled += quantity
        if not order.left:
            order.status = VenueOrderStatus.FILLED
        self.executions.append(
            reports.ExecutionReported(
                at=self.desk.now,
                account_id=self.account_id,
                symbol=self.symbol,
                side=order.send.side,
                trade_id=ids.TradeId(f"T{len(self.executions)}"),
                quantity=quantity,
                price=self.last,
                executed_at=self.desk.now,
                exchange_order_id=order.exchange_order_id,
                exchange_client_order_id=order.send.exchange_client_order_id,
            )
        )
        self.told.append(self.executions[-1])
        if not order.left:
            self._report(order)

    def trade_some(self, order_id: ids.OrderId) -> None:
        """Some of an order that rests trades."""
        for order in self.orders.values():
            if order.send.order_id == order_id and order.is_open and not order.waits:
                self.trade(order, self._part(order.left) if self.random.random() < 0.7 else order.left)

    def drop(self) -> None:
        """The venue cancels a leg that nobody asked it to."""
        legs = [order for order in self.orders.values() if order.is_open and order.send.protective]
        if legs:
            order = self.random.choice(legs)
            order.status = VenueOrderStatus.CANCELED
            self._report(order)

    def filled(self, side: Side) -> Decimal:
        """What has traded on one side, whoever knows of it."""
        return sum((trade.quantity for trade in self.executions if trade.side is side), Decimal(0))

    def is_quiet(self) -> bool:
        return not self.requests and not self.told
