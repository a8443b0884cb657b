"""A desk with users, an account and a market, and short ways to tell it what callers and the venue say."""

from datetime import datetime, timedelta
from decimal import Decimal

import msgspec

from support.kept_desk import KeptDesk
from tidegate.core import identifiers as ids
from tidegate.core.apply import apply
from tidegate.core.decision import Decision
from tidegate.core.instruments import Instrument
from tidegate.core.messages import commands, reports
from tidegate.core.messages.effects import Reply
from tidegate.core.messages.events import JournaledEvent, TradingStateSet
from tidegate.core.messages.risk_values import Scope
from tidegate.core.messages.values import Fee, VenueBalance
from tidegate.core.order import Order
from tidegate.core.records import Account
from tidegate.core.vocabulary import (
    AccountState,
    Environment,
    Exchange,
    OrderStatus,
    OrderType,
    RejectReason,
    Role,
    Side,
    TimeInForce,
    TradingState,
    VenueOrderStatus,
    WakePurpose,
)

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


class DeskDriver(KeptDesk):
    """What tests and simulations drive. `exchange` is where the account is: Binance's spot orders do not change in
    place, OKX's do."""

    exchange = Exchange.BINANCE

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
                exchange=self.exchange,
                environment=Environment.SIMULATED,
                user_ids=user_ids,
            )
        )
        self.list_markets()
        self.connect(BALANCES if balances is None else balances)

    def list_markets(self, *instruments: Instrument) -> None:
        listed = instruments or (msgspec.structs.replace(BTC_USDT, exchange=self.exchange),)
        self.put(reports.InstrumentsReported(at=self.now, exchange=self.exchange, instruments=listed))
        self.price("50000")

    def price(
        self,
        last: str,
        symbol: str = "BTC/USDT",
        bid: str | None = None,
        ask: str | None = None,
        mark: str | None = None,
        exchange: Exchange | None = None,
    ) -> Decision:
        return self.put(
            reports.PriceReported(
                at=self.now,
                exchange=exchange or self.exchange,
                symbol=symbol,
                last=Decimal(last),
                bid=None if bid is None else Decimal(bid),
                ask=None if ask is None else Decimal(ask),
                mark=None if mark is None else Decimal(mark),
            )
        )

    def connect(self, balances: dict[str, Decimal]) -> None:
        self.put(reports.AccountConnected(at=self.now, account_id=ACCOUNT))
        self.balances(balances)
        self.synchronized()

    def restart(self) -> None:
        """The process dies and comes back; listings and prices are told anew, the account is not connected yet."""
        self.recover()
        self.list_markets()

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

    def restrict(self, state: TradingState, **scope: object) -> None:
        """Let a scope trade so from now on, by the event alone: nothing that is open is canceled."""
        self.tell(TradingStateSet(at=self.now, scope=Scope(**scope), state=state, by=RISK, message="a test"))  # type: ignore[arg-type]

    def tell(self, event: JournaledEvent) -> None:
        """Make an event true and write it, as its own decision."""
        apply(self.desk, event)
        self._record(event)
        self._write(self._projector.take(self.desk))

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
        **options: object,
    ) -> commands.PlaceOrder:
        """A limit order of Alice's unless told otherwise, with ids of its own; `options` are further fields."""
        command = commands.PlaceOrder(
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
        return msgspec.structs.replace(command, **options)

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
                account_id=order.account_id,
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
                at=self.now,
                account_id=order.account_id,
                order_id=order.order_id,
                attempt=order.attempt,
                message="time-out",
            )
        )

    def refuse(
        self, order: Order, *, retryable: bool, attempt: int | None = None, retry_after_seconds: float | None = None
    ) -> Decision:
        return self.put(
            reports.OrderRefused(
                at=self.now,
                account_id=order.account_id,
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
                account_id=order.account_id,
                order_id=order.order_id,
                attempt=order.attempt,
                requested_at=requested_at or self.now,
            )
        )

    def query_failed(self, order: Order) -> Decision:
        return self.put(
            reports.QueryFailed(at=self.now, account_id=order.account_id, order_id=order.order_id, message="time-out")
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
                account_id=order.account_id,
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
                account_id=order.account_id,
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

    def timer(self, order: Order) -> datetime | None:
        """When the order is looked at next; None: nothing will wake it."""
        return self.timers.get((order.order_id, WakePurpose.ATTENTION))

    def held(self, asset: str, user_id: ids.UserId = ALICE) -> Decimal:
        return self.desk.holding(ACCOUNT, user_id, asset).quantity

    def reserved(self, asset: str, user_id: ids.UserId = ALICE) -> Decimal:
        return self.desk.holding(ACCOUNT, user_id, asset).reserved
