"""A desk without a loop, a database or a venue: inputs go through decide, apply and the Projector, by hand.

It keeps what storage would keep (rows, the journal) and what the runtime would keep (one timer per order), so that a
test can restart it, replay it, and hold it to the promises that must stay true after every input.
"""

import copy
import itertools
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TypeVar

from tidegate.core import identifiers as ids
from tidegate.core.apply import apply
from tidegate.core.decision import Decision
from tidegate.core.desk import Desk
from tidegate.core.engine import Input, decide
from tidegate.core.instruments import Instrument
from tidegate.core.messages import commands, reports
from tidegate.core.messages.effects import Effect, Reply, WakeAt
from tidegate.core.messages.events import InstrumentsListed, JournaledEvent, PriceMoved
from tidegate.core.messages.values import Fee, VenueBalance
from tidegate.core.order import TERMINAL, Order
from tidegate.core.policy import Policy
from tidegate.core.portfolio.reservations import worst_case
from tidegate.core.projection import Projector
from tidegate.core.records import Account, Batch, Break, DeskSnapshot, Found, HistoryEntry, LedgerEntry, User
from tidegate.core.vocabulary import (
    AccountState,
    Environment,
    Exchange,
    OrderStatus,
    OrderType,
    Role,
    Side,
    TimeInForce,
    VenueOrderStatus,
)

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
ALICE, BOB, RISK = ids.UserId("alice"), ids.UserId("bob"), ids.UserId("risk")
ACCOUNT = ids.AccountId("binance-main")
BTC_USDT = Instrument(
    exchange=Exchange.BINANCE,
    symbol="BTC/USDT",
    exchange_symbol="BTCUSDT",
    base="BTC",
    quote="USDT",
    price_tick=Decimal("0.01"),
    quantity_step=Decimal("0.00001"),
    quantity_min=Decimal("0.00001"),
    notional_min=Decimal(5),
)
BALANCES = {"BTC": Decimal(10), "USDT": Decimal(1_000_000), "BNB": Decimal(5)}
E = TypeVar("E", bound=Effect)


class DeskDriver:
    """A desk, its rows and its timers."""

    def __init__(self, policy: Policy | None = None) -> None:
        self.now = START
        self.desk = Desk(policy or Policy())
        self.journal: list[JournaledEvent] = []
        self.batches: list[Batch] = []
        self.orders: dict[ids.OrderId, Order] = {}
        self.execution_ids: dict[ids.OrderId, list[ids.ExecutionId]] = defaultdict(list)
        self.breaks: dict[str, Break] = {}
        self.timers: dict[ids.OrderId, datetime] = {}
        self._projector = Projector(epoch=1)
        self._numbers = itertools.count(1)

    # --- inputs ------------------------------------------------------------------------------------------------

    def put(self, message: Input) -> Decision:
        """One input, the whole way: its closed orders fetched, decided, applied, written."""
        self._attach(message)
        decision = decide(self.desk, message)
        for event in decision.events:
            apply(self.desk, event)
            if not isinstance(event, PriceMoved | InstrumentsListed):
                self.journal.append(event)
                self._projector.record(self.desk, event)
        if self._projector:
            self._write(self._projector.take(self.desk))
        for effect in decision.effects:
            if isinstance(effect, WakeAt):
                self.timers[effect.order_id] = effect.at
        return decision

    def _write(self, batch: Batch) -> None:
        self.batches.append(batch)
        self.orders.update(batch.orders)
        self.breaks.update(batch.breaks)
        for execution in batch.executions:
            self.execution_ids[execution.order_id].append(execution.execution_id)
        for order in batch.orders.values():
            if order.is_closed:
                self.timers.pop(order.order_id, None)

    def _attach(self, message: Input) -> None:
        """As the loop does: closed orders that an input speaks of come back to memory."""
        wanted: list[Order] = []
        match message:
            case commands.PlaceOrder() if message.idempotency_key is not None:
                wanted = [order for order in self.orders.values() if order.idempotency_key == message.idempotency_key]
            case commands.CancelOrder():
                wanted = [self.orders[message.order_id]] if message.order_id in self.orders else []
            case reports.OrderReported() | reports.ExecutionReported():
                named = ids.order_of(message.exchange_client_order_id or "")
                if named is not None:
                    wanted = [self.orders[named[0]]] if named[0] in self.orders else []
                else:
                    wanted = [
                        order
                        for order in self.orders.values()
                        if order.exchange_order_id == message.exchange_order_id and order.symbol == message.symbol
                    ]
            case _:
                pass
        self.desk.attach(Found(orders=[copy.copy(order) for order in wanted], execution_ids=self.execution_ids))

    def wait(self, seconds: float) -> None:
        """Let time pass; due timers ring in their order."""
        until = self.now + timedelta(seconds=seconds)
        while due := [(at, order_id) for order_id, at in self.timers.items() if at <= until]:
            at, order_id = min(due)
            self.now = max(self.now, at)
            self.wake(order_id)
        self.now = until

    def wake(self, order_id: ids.OrderId) -> Decision:
        self.timers.pop(order_id, None)
        return self.put(reports.Wake(at=self.now, order_id=order_id))

    # --- a desk that trades ------------------------------------------------------------------------------------

    def open_shop(
        self, balances: dict[str, Decimal] | None = None, user_ids: tuple[ids.UserId, ...] = (ALICE,)
    ) -> None:
        """Users, one account with balances, one market with a price; ready for orders."""
        for user_id, role in ((ALICE, Role.TRADER), (BOB, Role.TRADER), (RISK, Role.RISK)):
            self.put(
                commands.RegisterUser(
                    command_id=self.command_id(), at=self.now, user_id=user_id, name=user_id.title(), role=role
                )
            )
        self.put(
            commands.RegisterAccount(
                command_id=self.command_id(),
                at=self.now,
                account_id=ACCOUNT,
                exchange=Exchange.BINANCE,
                environment=Environment.SIMULATED,
                user_ids=user_ids,
            )
        )
        self.list_markets()
        self.connect(BALANCES if balances is None else balances)

    def list_markets(self, *instruments: Instrument) -> None:
        self.put(
            reports.InstrumentsReported(at=self.now, exchange=Exchange.BINANCE, instruments=instruments or (BTC_USDT,))
        )
        self.price("50000")

    def price(self, last: str, symbol: str = "BTC/USDT", bid: str | None = None, ask: str | None = None) -> None:
        self.put(
            reports.PriceReported(
                at=self.now,
                exchange=Exchange.BINANCE,
                symbol=symbol,
                last=Decimal(last),
                bid=None if bid is None else Decimal(bid),
                ask=None if ask is None else Decimal(ask),
            )
        )

    def connect(self, balances: dict[str, Decimal]) -> None:
        self.put(reports.AccountConnected(at=self.now, account_id=ACCOUNT))
        self.balances(balances)
        self.synchronized()

    def disconnect(self) -> None:
        self.put(reports.AccountDisconnected(at=self.now, account_id=ACCOUNT, message="gone"))

    def balances(self, balances: dict[str, Decimal], requested_at: datetime | None = None) -> Decision:
        held = tuple(VenueBalance(asset=asset, free=free, locked=Decimal(0)) for asset, free in balances.items())
        return self.put(
            reports.BalancesReported(
                at=self.now, account_id=ACCOUNT, requested_at=requested_at or self.now, balances=held
            )
        )

    def synchronized(self, *listed: ids.ExchangeClientOrderId, requested_at: datetime | None = None) -> Decision:
        return self.put(
            reports.AccountSynchronized(
                at=self.now,
                account_id=ACCOUNT,
                requested_at=requested_at or self.now,
                open_exchange_client_order_ids=frozenset(listed),
            )
        )

    @property
    def account(self) -> Account:
        return self.desk.accounts[ACCOUNT]

    @property
    def is_ready(self) -> bool:
        return self.account.state is AccountState.READY

    def command_id(self) -> ids.CommandId:
        return ids.CommandId(f"command-{next(self._numbers)}")

    # --- orders ------------------------------------------------------------------------------------------------

    def order_command(
        self,
        *,
        side: Side = Side.BUY,
        order_type: OrderType = OrderType.LIMIT,
        quantity: str | None = "1",
        price: str | None = "50000",
        quote_quantity: str | None = None,
        time_in_force: TimeInForce = TimeInForce.GTC,
        user_id: ids.UserId = ALICE,
        key: str | None = None,
        name: str | None = None,
        body: str = "body",
        retry_seconds: float = 10,
        post_only: bool = False,
        symbol: str = "BTC/USDT",
        not_after: datetime | None = None,
    ) -> commands.PlaceOrder:
        """A limit order of Alice's unless told otherwise, with ids of its own."""
        return commands.PlaceOrder(
            command_id=self.command_id(),
            at=self.now,
            user_id=user_id,
            order_id=ids.OrderId(f"01J{next(self._numbers):023d}"),
            account_id=ACCOUNT,
            symbol=symbol,
            side=side,
            order_type=order_type,
            quantity=None if quantity is None else Decimal(quantity),
            quote_quantity=None if quote_quantity is None else Decimal(quote_quantity),
            price=None if price is None else Decimal(price),
            time_in_force=time_in_force,
            post_only=post_only,
            client_order_id=None if name is None else ids.ClientOrderId(name),
            idempotency_key=None if key is None else ids.IdempotencyKey(key),
            request_hash=body,
            retry_until=self.now + timedelta(seconds=retry_seconds),
            not_after=not_after,
        )

    def place(self, command: commands.PlaceOrder | None = None) -> Order:
        """Place an order that the desk takes; what comes back is the live order, not a copy."""
        command = command or self.order_command()
        decision = self.put(command)
        [answer] = [effect for effect in decision.effects if isinstance(effect, Reply)]
        assert answer.refusal is None, answer.refusal
        return self.desk.orders[command.order_id]

    def accept(self, order: Order, exchange_order_id: str = "9001", attempt: int | None = None) -> Decision:
        return self.put(
            reports.OrderAccepted(
                at=self.now,
                account_id=ACCOUNT,
                order_id=order.order_id,
                attempt=attempt or order.attempt,
                exchange_order_id=ids.ExchangeOrderId(exchange_order_id),
            )
        )

    def working(self, command: commands.PlaceOrder | None = None, exchange_order_id: str = "9001") -> Order:
        """An order that the venue has."""
        order = self.place(command)
        self.accept(order, exchange_order_id)
        assert order.status is OrderStatus.SUBMITTED
        return order

    def unknown(self, order: Order) -> Decision:
        return self.put(
            reports.SendOutcomeUnknown(
                at=self.now, account_id=ACCOUNT, order_id=order.order_id, attempt=order.attempt, message="time-out"
            )
        )

    def refuse(
        self, order: Order, *, retryable: bool, attempt: int | None = None, retry_after_seconds: float | None = None
    ) -> Decision:
        from tidegate.core.vocabulary import RejectReason

        return self.put(
            reports.OrderRefused(
                at=self.now,
                account_id=ACCOUNT,
                order_id=order.order_id,
                attempt=attempt or order.attempt,
                retryable=retryable,
                reason=RejectReason.RATE_LIMITED if retryable else RejectReason.INSUFFICIENT_FUNDS,
                message="no",
                retry_after_seconds=retry_after_seconds,
            )
        )

    def not_found(self, order: Order, requested_at: datetime | None = None) -> Decision:
        return self.put(
            reports.OrderNotFound(
                at=self.now,
                account_id=ACCOUNT,
                order_id=order.order_id,
                attempt=order.attempt,
                requested_at=requested_at or self.now,
            )
        )

    def query_failed(self, order: Order) -> Decision:
        return self.put(
            reports.QueryFailed(at=self.now, account_id=ACCOUNT, order_id=order.order_id, message="time-out")
        )

    def fill(
        self,
        order: Order,
        quantity: str,
        *,
        price: str = "50000",
        trade_id: str | None = None,
        fees: tuple[Fee, ...] = (),
        exchange_order_id: str | None = "9001",
        attempt: int | None = None,
        side: Side | None = None,
    ) -> Decision:
        return self.put(
            reports.ExecutionReported(
                at=self.now,
                account_id=ACCOUNT,
                symbol=order.symbol,
                side=side or order.side,
                trade_id=ids.TradeId(trade_id or f"trade-{next(self._numbers)}"),
                quantity=Decimal(quantity),
                price=Decimal(price),
                executed_at=self.now,
                fees=fees,
                exchange_order_id=None if exchange_order_id is None else ids.ExchangeOrderId(exchange_order_id),
                exchange_client_order_id=ids.exchange_client_order_id(order.order_id, attempt or order.attempt),
            )
        )

    def report(
        self,
        order: Order,
        status: VenueOrderStatus,
        filled: str = "0",
        *,
        exchange_order_id: str | None = "9001",
        attempt: int | None = None,
    ) -> Decision:
        return self.put(
            reports.OrderReported(
                at=self.now,
                account_id=ACCOUNT,
                symbol=order.symbol,
                status=status,
                filled_quantity=Decimal(filled),
                exchange_order_id=None if exchange_order_id is None else ids.ExchangeOrderId(exchange_order_id),
                exchange_client_order_id=ids.exchange_client_order_id(order.order_id, attempt or order.attempt),
            )
        )

    def cancel(self, order: Order, user_id: ids.UserId = ALICE) -> Decision:
        return self.put(
            commands.CancelOrder(command_id=self.command_id(), at=self.now, user_id=user_id, order_id=order.order_id)
        )

    # --- looking -----------------------------------------------------------------------------------------------

    def history(self, order: Order) -> list[HistoryEntry]:
        return [row for batch in self.batches for row in batch.history if row.order_id == order.order_id]

    def ledger(self) -> list[LedgerEntry]:
        return [row for batch in self.batches for row in batch.ledger]

    def held(self, asset: str, user_id: ids.UserId = ALICE) -> Decimal:
        return self.desk.holding(ACCOUNT, user_id, asset).quantity

    def reserved(self, asset: str, user_id: ids.UserId = ALICE) -> Decimal:
        return self.desk.holding(ACCOUNT, user_id, asset).reserved

    # --- restart, replay, promises -----------------------------------------------------------------------------

    def snapshot(self) -> DeskSnapshot:
        """What storage would load after a crash now: everything comes from rows, nothing from memory."""
        users: dict[ids.UserId, User] = {}
        accounts: dict[ids.AccountId, Account] = {}
        holdings, times = {}, {}
        for batch in self.batches:
            users.update(batch.users)
            accounts.update(batch.accounts)
            holdings.update(batch.holdings)
            for execution in batch.executions:
                before = times.get(execution.account_id, execution.executed_at)
                times[execution.account_id] = max(before, execution.executed_at)
        open_orders = [copy.copy(order) for order in self.orders.values() if not order.is_closed]
        return DeskSnapshot(
            sequence=self.batches[-1].journal[-1].sequence,
            history_id=max((row.history_id for batch in self.batches for row in batch.history), default=0),
            users=list(users.values()),
            tokens=[],
            accounts=[copy.copy(account) for account in accounts.values()],
            holdings=[copy.copy(holding) for holding in holdings.values()],
            open_orders=open_orders,
            execution_ids={order.order_id: self.execution_ids[order.order_id] for order in open_orders},
            execution_times=times,
            breaks=[found for found in self.breaks.values() if found.resolved_at is None],
        )

    def restart(self) -> None:
        """Forget memory and timers, as a crash does, and recover from the rows."""
        self.desk = Desk.restore(self.snapshot(), self.desk.policy)
        self._projector = Projector(epoch=2)
        self.timers.clear()
        self.put(reports.DeskStarted(at=self.now))
        self.list_markets()

    def let_go_of_closed(self) -> None:
        """As the loop does when closed orders become many."""
        for order in [order for order in self.desk.orders.values() if order.is_closed]:
            self.desk.detach(order.order_id)

    def check(self) -> None:
        """What must be true after every input."""
        desk = self.desk
        reserved: dict[tuple[ids.AccountId, ids.UserId, str], Decimal] = defaultdict(Decimal)
        for order in desk.orders.values():
            assert order.filled_quantity >= 0
            assert order.is_closed == (order.status in TERMINAL)
            expected = Decimal(0) if order.is_closed else worst_case(order, order.reserve_price)
            assert order.reserved_quantity == expected, order
            if order.reserved_asset is not None:
                reserved[(order.account_id, order.user_id, order.reserved_asset)] += order.reserved_quantity
            if order.is_awaited:
                assert order.order_id in self.timers, f"nothing will ever wake {order}"
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
        owned: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
        for line in self.ledger():
            sums[(line.sequence, line.asset)] += line.amount
            owned[(line.ledger_account, line.asset)] += line.amount
        assert not any(sums.values()), "each event's lines sum to zero per asset"
        for (_, user_id, asset), holding in self.desk.holdings.items():
            assert holding.quantity == owned[(f"user:{user_id}", asset)]
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


def replayed(journal: list[JournaledEvent], policy: Policy) -> Desk:
    """A fresh desk that lived through these events."""
    desk, projector = Desk(policy), Projector(epoch=1)
    for event in journal:
        apply(desk, event)
        projector.record(desk, event)
    return desk


def state_of(desk: Desk) -> dict[str, object]:
    """Everything in a desk that comes from the journal, comparable by value."""
    prices_and_rules = {"policy", "instruments", "prices"}
    state = {name: value for name, value in vars(desk).items() if name not in prices_and_rules}
    return copy.deepcopy(state)
