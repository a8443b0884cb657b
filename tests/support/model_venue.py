"""A venue in memory, on virtual time, that loses, delays, repeats and reorders, but never lies.

Its word is late but true: every look-up shows an order some three seconds after it was taken at the latest, a request
that arrives after its expiry is refused, and each trade is told at least by a listing. Chance comes from a seed.
"""

import heapq
import itertools
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random

import msgspec

from support.desk_driver import ACCOUNT, BALANCES, DeskDriver
from tidegate.core import identifiers as ids
from tidegate.core.messages import reports
from tidegate.core.messages.effects import (
    Effect,
    FetchExecutions,
    QueryOrder,
    SendAmend,
    SendCancel,
    SendOrder,
    SynchronizeAccount,
    WatchPrices,
)
from tidegate.core.messages.reports import Report
from tidegate.core.messages.values import Fee, VenueBalance
from tidegate.core.vocabulary import OrderType, RejectReason, Side, TimeInForce, VenueOrderStatus

VISIBLE_AFTER_SECONDS_MAX = 0.9
STALE_SECONDS_MAX = 1.9  # How far behind a replica that answers a look-up may be on top.
COMPARE_EVERY_SECONDS = 30
MARKET_PRICE = Decimal(50_000)


class Resting(msgspec.Struct):
    """An order as the venue has it. `former` is what it was before it was last changed, at `changed_at`."""

    send: SendOrder
    exchange_order_id: ids.ExchangeOrderId
    visible_at: datetime
    status: VenueOrderStatus = VenueOrderStatus.OPEN
    trades: list[reports.ExecutionReported] = []
    former: SendOrder | None = None
    changed_at: datetime = datetime.min.replace(tzinfo=UTC)

    @property
    def filled(self) -> Decimal:
        return sum((trade.quantity for trade in self.trades), Decimal(0))

    @property
    def left(self) -> Decimal:
        if self.send.quantity is not None:
            return self.send.quantity - self.filled
        assert self.send.quote_quantity is not None
        spent = sum((trade.quantity * trade.price for trade in self.trades), Decimal(0))
        return ((self.send.quote_quantity - spent) / MARKET_PRICE).quantize(Decimal("0.00001"))


class ModelWorld:
    """The venue, the wires to it and the clock; `driver` is the desk that trades there."""

    def __init__(self, driver: DeskDriver, random: Random) -> None:
        self.driver = driver
        self.random = random
        self.is_faulty = True
        self.orders: dict[ids.ExchangeClientOrderId, Resting] = {}
        self.balances: dict[str, Decimal] = defaultdict(Decimal, BALANCES)
        self.placed: dict[ids.OrderId, set[int]] = defaultdict(set)
        self.effects_seen = 0
        self._process = 0  # Reports to a process that died reach nobody.
        self._numbers = itertools.count(1)
        self._agenda: list[tuple[datetime, int, Callable[[], None]]] = []
        self._later(COMPARE_EVERY_SECONDS, self._compare)

    # --- time --------------------------------------------------------------------------------------------------

    def _later(self, seconds: float, action: Callable[[], None]) -> None:
        at = self.driver.now + timedelta(seconds=seconds)
        heapq.heappush(self._agenda, (at, next(self._numbers), action))

    def run(self, seconds: float) -> None:
        """Let the world go on for this long, timers and deliveries in their order."""
        until = self.driver.now + timedelta(seconds=seconds)
        while True:
            timer = min(((at, key) for key, at in self.driver.timers.items()), default=None)
            agenda = self._agenda[0][0] if self._agenda else until + timedelta(1)
            at = agenda if timer is None else min(agenda, timer[0])
            if at > until:
                break
            self.driver.now = max(self.driver.now, at)
            if timer is not None and timer[0] <= agenda:
                self.driver.timers.pop(timer[1])
                order_id, purpose = timer[1]
                self.put(reports.Wake(at=self.driver.now, order_id=order_id, purpose=purpose))
            else:
                heapq.heappop(self._agenda)[2]()
        self.driver.now = until

    def put(self, message: "reports.Report | object") -> None:
        """An input to the desk; its effects reach the venue."""
        decision = self.driver.put(message)  # type: ignore[arg-type]
        self.driver.check()
        for effect in decision.effects:
            if not isinstance(effect, WatchPrices):  # Of the market, not of the account.
                self.perform(effect)

    def restart(self) -> None:
        """The desk's process dies and comes back."""
        self._process += 1
        self.driver.restart()
        self.put(reports.AccountConnected(at=self.driver.now, account_id=ACCOUNT))

    def disconnect(self) -> None:
        self.put(reports.AccountDisconnected(at=self.driver.now, account_id=ACCOUNT, message="no route"))
        self._later(self.random.uniform(0.1, 5), self._compare_once)

    def _compare(self) -> None:
        self._later(COMPARE_EVERY_SECONDS, self._compare)
        self._compare_once()

    def _compare_once(self) -> None:
        self.put(reports.AccountConnected(at=self.driver.now, account_id=ACCOUNT))

    def chance(self, probability: float) -> bool:
        return self.is_faulty and self.random.random() < probability

    def tell(self, report: Report, *, can_get_lost: bool = False) -> None:
        """Deliver a report some time later, perhaps twice, perhaps never."""
        if can_get_lost and self.chance(0.2):
            return
        for _ in range(2 if self.chance(0.2) else 1):
            delay = self.random.uniform(0.001, 3 if self.chance(0.2) else 0.05)
            self._later(delay, self._delivery(report))

    def _delivery(self, report: Report) -> Callable[[], None]:
        process = self._process

        def deliver() -> None:
            if process == self._process:
                self.put(msgspec.structs.replace(report, at=self.driver.now))

        return deliver

    # --- calls -------------------------------------------------------------------------------------------------

    def perform(self, effect: Effect) -> None:
        """What a session would do with an effect."""
        self.effects_seen += 1
        delay = self.random.uniform(0.001, 4 if self.chance(0.1) else 0.05)
        asked_at = self.driver.now
        match effect:
            case SendOrder():
                self._send(effect, delay)
            case SendAmend():
                self._amend(effect, delay)
            case SendCancel():
                self._later(delay, lambda: self._cancel(effect))
            case QueryOrder():
                self._later(delay, lambda: self._query(effect, asked_at))
            case FetchExecutions():
                self._later(delay, lambda: self._fetch(effect))
            case SynchronizeAccount():
                self._later(delay, lambda: self._synchronize(effect, asked_at))
            case _:
                pass

    def _send(self, send: SendOrder, delay: float) -> None:
        if self.chance(0.1):
            if self.chance(0.7):  # Otherwise nobody ever says anything.
                self._unknown(send)
            return
        if self.chance(0.1):
            self.tell(
                reports.OrderRefused(
                    at=self.driver.now,
                    account_id=ACCOUNT,
                    order_id=send.order_id,
                    attempt=send.attempt,
                    retryable=self.random.random() < 0.8,
                    reason=RejectReason.RATE_LIMITED,
                    message="too many requests",
                )
            )
            return
        if self.chance(0.1):  # We give up waiting while the request is still on its way.
            self._unknown(send)
            delay = self.random.uniform(0, 4)
        self._later(delay, lambda: self._take(send))

    def _unknown(self, send: SendOrder) -> None:
        self.tell(
            reports.SendOutcomeUnknown(
                at=self.driver.now,
                account_id=ACCOUNT,
                order_id=send.order_id,
                attempt=send.attempt,
                message="time-out",
            )
        )

    def _take(self, send: SendOrder) -> None:
        now = self.driver.now
        if now > send.expires_at:
            return self._unknown(send)
        assert send.exchange_client_order_id not in self.orders, "one attempt was sent twice"
        alive = [resting for resting in self.orders.values() if resting.send.order_id == send.order_id]
        assert all(resting.status is not VenueOrderStatus.OPEN for resting in alive), "two attempts of one order"
        resting = Resting(
            send=send,
            exchange_order_id=ids.ExchangeOrderId(str(next(self._numbers))),
            visible_at=now + timedelta(seconds=self.random.uniform(0, VISIBLE_AFTER_SECONDS_MAX)),
        )
        self.orders[send.exchange_client_order_id] = resting
        self.placed[send.order_id].add(send.attempt)
        if self.chance(0.15):
            self._unknown(send)
        elif not self.chance(0.1):
            self.tell(
                reports.OrderAccepted(
                    at=now,
                    account_id=ACCOUNT,
                    order_id=send.order_id,
                    attempt=send.attempt,
                    exchange_order_id=resting.exchange_order_id,
                )
            )
        self._stream(resting)
        if send.order_type is OrderType.MARKET or send.time_in_force is TimeInForce.IOC:
            self._trade(resting)
            self._finish(resting)
        else:
            self._later(self.random.uniform(0, 20), lambda: self._trade(resting))
            self._later(self.random.uniform(0, 60), lambda: self._trade(resting))
        return None

    def _amend(self, amend: SendAmend, delay: float) -> None:
        about = {
            "account_id": ACCOUNT,
            "order_id": amend.order_id,
            "attempt": amend.attempt,
            "amendment": amend.amendment,
        }
        unknown = reports.AmendOutcomeUnknown(at=self.driver.now, message="time-out", **about)
        if self.chance(0.1):
            self.tell(unknown, can_get_lost=True)
            return
        if self.chance(0.1):
            self.tell(self._no_amend(about, RejectReason.RATE_LIMITED, retryable=True))
            return
        if self.chance(0.1):  # We give up waiting while the request is still on its way.
            self.tell(unknown)
            delay = self.random.uniform(0, 4)
        self._later(delay, lambda: self._change(amend, about, unknown))

    def _no_amend(self, about: dict[str, object], reason: RejectReason, **how: bool) -> reports.AmendRefused:
        given = {"retryable": False, **how}
        return reports.AmendRefused(at=self.driver.now, reason=reason, message="no", **given, **about)

    def _change(self, amend: SendAmend, about: dict[str, object], unknown: reports.AmendOutcomeUnknown) -> None:
        resting = self.orders.get(amend.exchange_client_order_id)
        if self.driver.now > amend.expires_at:
            self.tell(unknown)
        elif resting is None or resting.status is not VenueOrderStatus.OPEN:
            self.tell(self._no_amend(about, RejectReason.UNKNOWN_ORDER, final=True))
        elif amend.quantity <= resting.filled:
            self.tell(self._no_amend(about, RejectReason.OUTSIDE_VENUE_RULES))
        else:
            resting.former, resting.changed_at = resting.send, self.driver.now
            resting.send = msgspec.structs.replace(resting.send, quantity=amend.quantity, price=amend.price)
            if self.chance(0.2):
                self.tell(unknown, can_get_lost=True)
            else:
                self.tell(reports.AmendAccepted(at=self.driver.now, **about))
            self._stream(resting)

    def _trade(self, resting: Resting) -> None:
        if resting.status is not VenueOrderStatus.OPEN:
            return
        part = Decimal(self.random.choice(["0.25", "0.5", "1", "1"]))
        quantity = (resting.left * part).quantize(Decimal("0.00001"))
        price = resting.send.price or MARKET_PRICE
        fee = Fee(self.random.choice(["BNB", "USDT"]), Decimal(self.random.choice(["0.001", "-0.0005"])))
        trade = reports.ExecutionReported(
            at=self.driver.now,
            account_id=ACCOUNT,
            symbol=resting.send.symbol,
            side=resting.send.side,
            trade_id=ids.TradeId(str(next(self._numbers))),
            quantity=quantity,
            price=price,
            executed_at=self.driver.now,
            fees=(fee,),
            exchange_order_id=resting.exchange_order_id,
            exchange_client_order_id=resting.send.exchange_client_order_id if self.random.random() < 0.7 else None,
        )
        resting.trades.append(trade)
        sign = 1 if resting.send.side is Side.BUY else -1
        self.balances["BTC"] += sign * quantity
        self.balances["USDT"] -= sign * quantity * price
        self.balances[fee.asset] -= fee.amount
        self.tell(trade, can_get_lost=True)
        if not resting.left:
            resting.status = VenueOrderStatus.FILLED
        self._stream(resting)

    def _finish(self, resting: Resting) -> None:
        if resting.status is VenueOrderStatus.OPEN:
            resting.status = VenueOrderStatus.EXPIRED
            self._stream(resting)

    def _picture(self, resting: Resting, asked_at: datetime | None = None) -> reports.OrderReported:
        """As it is now; the answer to a question may come from a copy of the book that lags behind a change."""
        seen = resting.send
        lag = timedelta(seconds=self.random.uniform(0, STALE_SECONDS_MAX))
        if asked_at is not None and resting.former is not None and self.driver.now - resting.changed_at < lag:
            seen = resting.former
        return reports.OrderReported(
            at=self.driver.now,
            account_id=ACCOUNT,
            symbol=seen.symbol,
            status=resting.status,
            filled_quantity=resting.filled,
            exchange_order_id=resting.exchange_order_id,
            exchange_client_order_id=seen.exchange_client_order_id,
            quantity=seen.quantity,
            price=seen.price,
            requested_at=asked_at,
        )

    def _stream(self, resting: Resting) -> None:
        self.tell(self._picture(resting), can_get_lost=True)

    def _cancel(self, cancel: SendCancel) -> None:
        resting = self.orders.get(cancel.exchange_client_order_id)
        worked = resting is not None and resting.status is VenueOrderStatus.OPEN
        lost = self.chance(0.2)
        if worked and not lost:
            assert resting is not None
            resting.status = VenueOrderStatus.CANCELED
            self._stream(resting)
            if not self.chance(0.2):
                self.tell(reports.CancelAccepted(at=self.driver.now, account_id=ACCOUNT, order_id=cancel.order_id))
            return
        self.tell(
            reports.CancelFailed(
                at=self.driver.now,
                account_id=ACCOUNT,
                order_id=cancel.order_id,
                final=not lost,
                reason=RejectReason.VENUE_UNREACHABLE if lost else RejectReason.UNKNOWN_ORDER,
                message="no",
            )
        )

    def _query(self, query: QueryOrder, asked_at: datetime) -> None:
        if self.chance(0.2):
            self.tell(
                reports.QueryFailed(at=self.driver.now, account_id=ACCOUNT, order_id=query.order_id, message="time-out")
            )
            return
        resting = self.orders.get(query.exchange_client_order_id)
        stale_seconds = self.random.uniform(0, STALE_SECONDS_MAX) if self.chance(0.3) else 0
        if resting is not None and resting.visible_at + timedelta(seconds=stale_seconds) <= self.driver.now:
            self.tell(self._picture(resting, asked_at))
            return
        self.tell(
            reports.OrderNotFound(
                at=self.driver.now,
                account_id=ACCOUNT,
                order_id=query.order_id,
                attempt=query.attempt,
                requested_at=asked_at,
            )
        )

    def _fetch(self, fetch: FetchExecutions) -> None:
        if self.chance(0.2):
            self.tell(
                reports.QueryFailed(at=self.driver.now, account_id=ACCOUNT, order_id=fetch.order_id, message="time-out")
            )
            return
        for resting in self.orders.values():
            if resting.exchange_order_id == fetch.exchange_order_id:
                for trade in resting.trades:
                    self.tell(trade)

    def _synchronize(self, wanted: SynchronizeAccount, asked_at: datetime) -> None:
        if self.chance(0.2):
            process = self._process
            self._later(1, lambda: self._synchronize(wanted, asked_at) if process == self._process else None)
            return
        process = self._process
        listed = [
            resting
            for resting in self.orders.values()
            if resting.status is VenueOrderStatus.OPEN and resting.visible_at <= self.driver.now
        ]
        gathered: list[Report] = [self._picture(resting, asked_at) for resting in listed]
        gathered += [
            trade
            for resting in self.orders.values()
            for trade in resting.trades
            if trade.executed_at >= wanted.executions_since and resting.send.symbol in wanted.symbols
        ]
        held = tuple(
            VenueBalance(asset=asset, free=amount, locked=Decimal(0)) for asset, amount in self.balances.items()
        )
        gathered.append(
            reports.BalancesReported(at=self.driver.now, account_id=ACCOUNT, requested_at=asked_at, balances=held)
        )
        gathered.append(
            reports.AccountSynchronized(
                at=self.driver.now,
                account_id=ACCOUNT,
                requested_at=asked_at,
                open_exchange_client_order_ids=frozenset(resting.send.exchange_client_order_id for resting in listed),
            )
        )

        def deliver() -> None:
            if process == self._process:
                for report in gathered:
                    self.put(msgspec.structs.replace(report, at=self.driver.now))

        self._later(self.random.uniform(0.01, 0.2), deliver)
