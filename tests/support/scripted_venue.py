"""A venue session with a venue of its own behind it, that does to each order what the test's script says."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

import msgspec

from tidegate.core.identifiers import AccountId, ExchangeClientOrderId, ExchangeOrderId, OrderId, TradeId
from tidegate.core.messages import reports
from tidegate.core.messages.effects import (
    FetchExecutions,
    QueryOrder,
    SendCancel,
    SendOrder,
    SynchronizeAccount,
    VenueEffect,
)
from tidegate.core.messages.values import Fee, VenueBalance
from tidegate.core.vocabulary import Exchange, Liquidity, RejectReason, Side, VenueOrderStatus
from tidegate.ports import Clock, ReportSink, VenueHealth

FEE_RATE = Decimal("0.001")


class Trade(NamedTuple):
    """What the venue executed."""

    trade_id: TradeId
    quantity: Decimal
    price: Decimal
    at: datetime
    fee: Fee


class VenueOrder(msgspec.Struct):
    """An order as the venue has it."""

    send: SendOrder
    exchange_order_id: ExchangeOrderId
    status: VenueOrderStatus = VenueOrderStatus.OPEN
    filled_quantity: Decimal = Decimal(0)
    trades: list[Trade] = []


class ScriptedVenue:
    """A `VenueSession`. `script` says what becomes of a send; without one every order is accepted and rests."""

    def __init__(
        self, account_id: AccountId, report: ReportSink, clock: Clock, *, balances: dict[str, Decimal] | None = None
    ) -> None:
        self._account_id = account_id
        self._report = report
        self._clock = clock
        self._numbers = 0
        self.balances = dict(balances or {})
        self.script: Callable[[SendOrder], None] = self.accept
        self.effects: list[VenueEffect] = []
        self.orders: dict[ExchangeClientOrderId, VenueOrder] = {}
        self.closed = False

    # --- the port ----------------------------------------------------------------------------------------------

    @property
    def account_id(self) -> AccountId:
        return self._account_id

    def start(self) -> None:
        self._report(reports.AccountConnected(at=self._clock.now(), account_id=self._account_id))

    def perform(self, effect: VenueEffect) -> None:
        self.effects.append(effect)
        match effect:
            case SendOrder():
                self.script(effect)
            case SendCancel():
                self._cancel(effect)
            case QueryOrder():
                self._query(effect)
            case FetchExecutions():
                for order in self.orders.values():
                    if order.exchange_order_id == effect.exchange_order_id:
                        self._report_trades(order)
            case SynchronizeAccount():
                self._synchronize(effect)

    async def close(self) -> None:
        self.closed = True

    def health(self) -> VenueHealth:
        return VenueHealth(
            account_id=self._account_id,
            exchange=Exchange.BINANCE,
            connected=not self.closed,
            streaming=True,
            message="",
            waiting={},
            budget={},
        )

    # --- what a script may do with a send ------------------------------------------------------------------------

    def accept(self, send: SendOrder) -> None:
        """Take the order and say so."""
        order = self.take(send)
        self._report(
            reports.OrderAccepted(
                at=self._clock.now(),
                account_id=self._account_id,
                order_id=send.order_id,
                attempt=send.attempt,
                exchange_order_id=order.exchange_order_id,
            )
        )

    def fill(self, send: SendOrder) -> None:
        """Take the order, say so, and execute it whole."""
        self.accept(send)
        self.execute(send.order_id)

    def refuse(self, send: SendOrder, *, retryable: bool = False) -> None:
        """Say no; the order is not placed."""
        self._report(
            reports.OrderRefused(
                at=self._clock.now(),
                account_id=self._account_id,
                order_id=send.order_id,
                attempt=send.attempt,
                retryable=retryable,
                reason=RejectReason.VENUE_OVERLOADED if retryable else RejectReason.OUTSIDE_VENUE_RULES,
                message="the script says no",
            )
        )

    def lose_request(self, send: SendOrder) -> None:
        """The order never arrives, and nobody knows."""
        self._report_unknown(send)

    def lose_reply(self, send: SendOrder) -> None:
        """The order rests at the venue, and nobody knows."""
        self.take(send)
        self._report_unknown(send)

    def keep_silent(self, send: SendOrder) -> None:
        """The order rests at the venue, and no answer ever comes."""
        self.take(send)

    def take(self, send: SendOrder) -> VenueOrder:
        """Put the order on the venue's book, without a word."""
        assert send.exchange_client_order_id not in self.orders, "sent twice"
        order = VenueOrder(send, ExchangeOrderId(f"X{self._number()}"))
        self.orders[send.exchange_client_order_id] = order
        return order

    # --- what happens at the venue later -------------------------------------------------------------------------

    def execute(self, order_id: OrderId, quantity: Decimal | None = None, *, times: int = 1) -> None:
        """Execute an open order, in part or whole; `times` says how often each report arrives."""
        order = self.order(order_id)
        assert order.status is VenueOrderStatus.OPEN
        assert order.send.quantity is not None
        quantity = quantity or order.send.quantity - order.filled_quantity
        price = order.send.price or Decimal(50_000)
        base, quote = order.send.symbol.split("/")
        is_buy = order.send.side is Side.BUY
        fee = Fee(base, quantity * FEE_RATE) if is_buy else Fee(quote, quantity * price * FEE_RATE)
        order.filled_quantity += quantity
        if order.filled_quantity == order.send.quantity:
            order.status = VenueOrderStatus.FILLED
        order.trades.append(Trade(TradeId(f"T{self._number()}"), quantity, price, self._clock.now(), fee))
        sign = 1 if is_buy else -1
        self._move(base, sign * quantity)
        self._move(quote, -sign * quantity * price)
        self._move(fee.asset, -fee.amount)
        for _ in range(times):
            self._report_trades(order)
            self._report_order(order)

    def order(self, order_id: OrderId) -> VenueOrder:
        """The last attempt of an order that arrived."""
        return [order for order in self.orders.values() if order.send.order_id == order_id][-1]

    def sends(self) -> list[SendOrder]:
        """Every send so far."""
        return [effect for effect in self.effects if isinstance(effect, SendOrder)]

    # --- answers -------------------------------------------------------------------------------------------------

    def _cancel(self, effect: SendCancel) -> None:
        order = self.orders.get(effect.exchange_client_order_id)
        if order is None or order.status is not VenueOrderStatus.OPEN:
            self._report(
                reports.CancelFailed(
                    at=self._clock.now(),
                    account_id=self._account_id,
                    order_id=effect.order_id,
                    final=True,
                    reason=RejectReason.TOO_LATE,
                    message="not open",
                )
            )
            return
        order.status = VenueOrderStatus.CANCELED
        self._report(
            reports.CancelAccepted(at=self._clock.now(), account_id=self._account_id, order_id=effect.order_id)
        )
        self._report_order(order)

    def _query(self, effect: QueryOrder) -> None:
        order = self.orders.get(effect.exchange_client_order_id)
        if order is not None:
            self._report_order(order)
            return
        now = self._clock.now()
        self._report(
            reports.OrderNotFound(
                at=now,
                account_id=self._account_id,
                order_id=effect.order_id,
                attempt=effect.attempt,
                requested_at=now,
            )
        )

    def _synchronize(self, effect: SynchronizeAccount) -> None:
        now = self._clock.now()
        is_open = [order for order in self.orders.values() if order.status is VenueOrderStatus.OPEN]
        for order in is_open:
            self._report_order(order)
        for order in self.orders.values():
            self._report_trades(order, since=effect.executions_since)
        balances = tuple(
            VenueBalance(asset=asset, free=amount, locked=Decimal(0))
            for asset, amount in self.balances.items()
            if amount
        )
        self._report(reports.BalancesReported(at=now, account_id=self._account_id, requested_at=now, balances=balances))
        self._report(
            reports.AccountSynchronized(
                at=now,
                account_id=self._account_id,
                requested_at=now,
                open_exchange_client_order_ids=frozenset(order.send.exchange_client_order_id for order in is_open),
            )
        )

    def _report_unknown(self, send: SendOrder) -> None:
        self._report(
            reports.SendOutcomeUnknown(
                at=self._clock.now(),
                account_id=self._account_id,
                order_id=send.order_id,
                attempt=send.attempt,
                message="no answer",
            )
        )

    def _report_order(self, order: VenueOrder) -> None:
        self._report(
            reports.OrderReported(
                at=self._clock.now(),
                account_id=self._account_id,
                symbol=order.send.symbol,
                status=order.status,
                filled_quantity=order.filled_quantity,
                exchange_order_id=order.exchange_order_id,
                exchange_client_order_id=order.send.exchange_client_order_id,
            )
        )

    def _report_trades(self, order: VenueOrder, *, since: datetime | None = None) -> None:
        for trade in order.trades:
            if since is not None and trade.at < since:
                continue
            self._report(
                reports.ExecutionReported(
                    at=self._clock.now(),
                    account_id=self._account_id,
                    symbol=order.send.symbol,
                    side=order.send.side,
                    trade_id=trade.trade_id,
                    quantity=trade.quantity,
                    price=trade.price,
                    executed_at=trade.at,
                    fees=(trade.fee,),
                    liquidity=Liquidity.TAKER,
                    exchange_order_id=order.exchange_order_id,
                    exchange_client_order_id=order.send.exchange_client_order_id,
                )
            )

    def _move(self, asset: str, amount: Decimal) -> None:
        self.balances[asset] = self.balances.get(asset, Decimal(0)) + amount

    def _number(self) -> int:
        self._numbers += 1
        return self._numbers
