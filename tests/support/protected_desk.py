"""A desk with an account at each venue, entries whose fills are protected, and short ways to move their legs."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import msgspec

from support.desk_driver import ACCOUNT, ALICE, BALANCES, BTC_USDT, RISK, DeskDriver
from tidegate.core import identifiers as ids
from tidegate.core.decision import Decision
from tidegate.core.engine import Input
from tidegate.core.instruments import Instrument
from tidegate.core.messages import commands, reports
from tidegate.core.messages.effects import Effect, SendAmend, SendCancel, SendOrder
from tidegate.core.messages.values import Fee, Protection, VenueBalance
from tidegate.core.order import Order
from tidegate.core.policy import Policy
from tidegate.core.records import Break
from tidegate.core.vocabulary import (
    Environment,
    Exchange,
    InstrumentKind,
    Leg,
    PositionSide,
    RejectReason,
    Side,
    VenueOrderStatus,
    Wallet,
)

OKX, BYBIT = ids.AccountId("okx-main"), ids.AccountId("bybit-main")
SPOT, LINEAR = "BTC/USDT", "BTC/USDT:USDT"
ACCOUNTS = {Exchange.BINANCE: ACCOUNT, Exchange.OKX: OKX, Exchange.BYBIT: BYBIT}
STOP = Protection(trigger_price=Decimal(45_000))
TARGET = Protection(trigger_price=Decimal(60_000))


def market_of(exchange: Exchange, symbol: str) -> Instrument:
    """BTC at a venue."""
    if symbol == SPOT:
        return msgspec.structs.replace(BTC_USDT, exchange=exchange)
    return Instrument(
        exchange=exchange,
        symbol=symbol,
        exchange_symbol="BTC-PERP",
        base="BTC",
        quote="USDT",
        settle="USDT",
        kind=InstrumentKind.LINEAR,
        price_tick=Decimal("0.1"),
        quantity_step=Decimal("0.001"),
        quantity_min=Decimal("0.001"),
        notional_min=Decimal(5),
    )


class ProtectedDesk(DeskDriver):
    """Binance spot unless told otherwise. `sent` are the effects for venues since the test last looked."""

    def __init__(self, policy: Policy | None = None) -> None:
        super().__init__(policy)
        self.sent: list[Effect] = []
        self.decisions: list[Decision] = []
        self.held_to: Callable[[], None] = lambda: None  # What must be true after every input.

    def put(self, message: Input) -> Decision:
        decision = super().put(message)
        self.decisions.append(decision)
        self.sent += [effect for effect in decision.effects if isinstance(effect, SendOrder | SendAmend | SendCancel)]
        self.check()
        self.held_to()
        return decision

    def open_shop(
        self, balances: dict[str, Decimal] | None = None, user_ids: tuple[ids.UserId, ...] = (ALICE,)
    ) -> None:
        super().open_shop(balances, user_ids)
        for exchange in (Exchange.OKX, Exchange.BYBIT):
            self.put(
                commands.RegisterAccount(
                    command_id=self.command_id(),
                    at=self.now,
                    account_id=ACCOUNTS[exchange],
                    exchange=exchange,
                    environment=Environment.SIMULATED,
                    user_ids=user_ids,
                )
            )
        for account_id in (OKX, BYBIT):
            self.reconnect(account_id)

    def connect(self, balances: dict[str, Decimal]) -> None:
        self.reconnect()

    def list_markets(self, *instruments: Instrument) -> None:
        for exchange in Exchange:
            listing = instruments or (market_of(exchange, SPOT), market_of(exchange, LINEAR))
            self.put(reports.InstrumentsReported(at=self.now, exchange=exchange, instruments=listing))
        self.price_everywhere("50000")

    def price_everywhere(self, last: str) -> None:
        for exchange in Exchange:
            for symbol in (SPOT, LINEAR):
                self.price(last, symbol, exchange=exchange)

    def reconnect(self, account_id: ids.AccountId = ACCOUNT) -> None:
        """The session is back, and everything of ours that is open is listed."""
        self.put(reports.AccountConnected(at=self.now, account_id=account_id))
        if self.desk.accounts[account_id].opened_at is None:
            held = tuple(
                VenueBalance(asset=asset, free=free, locked=Decimal(0), wallet=wallet)
                for asset, free in BALANCES.items()
                for wallet in ((Wallet.MAIN, Wallet.FUTURES) if account_id == ACCOUNT else (Wallet.MAIN,))
            )
            self.put(reports.BalancesReported(at=self.now, account_id=account_id, requested_at=self.now, balances=held))
        listed = [
            order.exchange_client_order_id
            for order in self.desk.open_orders(account_id)
            if order.exchange_client_order_id is not None and not order.is_held
        ]
        self.put(
            reports.AccountSynchronized(
                at=self.now,
                account_id=account_id,
                requested_at=self.now,
                open_exchange_client_order_ids=frozenset(listed),
            )
        )

    # --- entries and their legs --------------------------------------------------------------------------------

    def entry_command(
        self,
        quantity: str = "1",
        *,
        exchange: Exchange = Exchange.BINANCE,
        symbol: str = SPOT,
        side: Side = Side.BUY,
        stop: Protection | None = STOP,
        target: Protection | None = TARGET,
        position_side: PositionSide = PositionSide.NET,
        price: str = "50000",
    ) -> commands.PlaceOrder:
        """A limit order with protection."""
        return msgspec.structs.replace(
            self.order_command(quantity=quantity, side=side, symbol=symbol, price=price),
            account_id=ACCOUNTS[exchange],
            stop_loss=stop,
            take_profit=target,
            position_side=position_side,
        )

    def entry(self, quantity: str = "1", **options: Any) -> Order:
        """An entry with protection that works at its venue."""
        order = self.place(self.entry_command(quantity, **options))
        self.take(order)
        return order

    def take(self, order: Order) -> None:
        """The venue takes the current attempt, under an id of its own."""
        self.accept(order, f"X{next(self._numbers)}")

    def trade(self, order: Order, quantity: str, price: str = "50000", fees: tuple[Fee, ...] = ()) -> Decision:
        """The venue trades some of an order."""
        return self.fill(order, quantity, price=price, fees=fees, exchange_order_id=order.exchange_order_id)

    def gone(self, order: Order, status: VenueOrderStatus = VenueOrderStatus.CANCELED) -> Decision:
        """The venue says that the current attempt has ended, with what we know filled."""
        filled = order.filled_quantity - order.filled_before
        return self.report(order, status, str(filled), exchange_order_id=order.exchange_order_id)

    def set_off(self, order: Order) -> Decision:
        """The venue sets a conditional order off."""
        return self.put(
            reports.OrderReported(
                at=self.now,
                account_id=order.account_id,
                symbol=order.symbol,
                status=VenueOrderStatus.OPEN,
                filled_quantity=Decimal(0),
                exchange_order_id=order.exchange_order_id,
                exchange_client_order_id=order.exchange_client_order_id,
                triggered=True,
            )
        )

    def reject(self, order: Order, reason: RejectReason = RejectReason.INSUFFICIENT_FUNDS) -> Decision:
        """The venue refuses the current attempt for good."""
        return self.put(
            reports.OrderRefused(
                at=self.now,
                account_id=order.account_id,
                order_id=order.order_id,
                attempt=order.attempt,
                retryable=False,
                reason=reason,
                message=f"refused: {reason}",
            )
        )

    def bust(self, order: Order, trade_id: ids.TradeId) -> Decision:
        """The venue takes a trade back."""
        return self.put(
            reports.ExecutionBusted(
                at=self.now,
                account_id=order.account_id,
                symbol=order.symbol,
                side=order.side,
                trade_id=trade_id,
                exchange_order_id=order.exchange_order_id,
            )
        )

    def refuse_cancel(self, order: Order, reason: RejectReason) -> Decision:
        """The venue refuses to cancel, for good."""
        return self.put(
            reports.CancelFailed(
                at=self.now,
                account_id=order.account_id,
                order_id=order.order_id,
                final=False,
                reason=reason,
                message="no",
            )
        )

    def amended(self, order: Order) -> Decision:
        """The venue makes the change that was asked for."""
        return self.put(
            reports.AmendAccepted(
                at=self.now,
                account_id=order.account_id,
                order_id=order.order_id,
                attempt=order.attempt,
                amendment=order.amendment,
            )
        )

    def refuse_amend(self, order: Order, reason: RejectReason = RejectReason.INVALID_PARAMETERS) -> Decision:
        """The venue leaves the order as it was."""
        return self.put(
            reports.AmendRefused(
                at=self.now,
                account_id=order.account_id,
                order_id=order.order_id,
                attempt=order.attempt,
                amendment=order.amendment,
                retryable=False,
                reason=reason,
                message="no",
            )
        )

    def in_account(
        self,
        command: commands.PlaceOrder,
        account_id: ids.AccountId,
        position_side: PositionSide = PositionSide.NET,
    ) -> commands.PlaceOrder:
        """The same order in another account."""
        return msgspec.structs.replace(command, account_id=account_id, position_side=position_side)

    def leg_at(self, trigger_price: int) -> Protection:
        return Protection(trigger_price=Decimal(trigger_price))

    def lose(self, account_id: ids.AccountId) -> None:
        """The venue cannot be reached with this account."""
        self.put(reports.AccountDisconnected(at=self.now, account_id=account_id, message="gone"))

    def begin_to_compare(self, account_id: ids.AccountId) -> None:
        self.put(reports.AccountConnected(at=self.now, account_id=account_id))

    def accept_flat_position(self, account_id: ids.AccountId) -> None:
        """The venue has no position any more, and a risk officer lets our books follow."""
        for _ in range(2):
            self.put(reports.PositionsReported(at=self.now, account_id=account_id, requested_at=self.now, positions=()))
            self.wait(10)
        [found] = [name for name, found in self.desk.open_breaks.items() if found.kind == "position"]
        self.put(
            commands.ResolveBreak(
                command_id=self.command_id(),
                at=self.now,
                user_id=RISK,
                break_id=found,
                accept=True,
                message="closed by hand",
            )
        )

    def leg(self, entry: Order, which: Leg) -> Order | None:
        """The leg of this kind that is not closed."""
        found = [leg for leg in self.desk.legs_of(entry.order_id) if leg.leg is which]
        assert len(found) <= 1, found
        return found[0] if found else None

    def stop_of(self, entry: Order) -> Order:
        leg = self.leg(entry, Leg.STOP_LOSS)
        assert leg is not None, "there is no stop"
        return leg

    def target_of(self, entry: Order) -> Order:
        leg = self.leg(entry, Leg.TAKE_PROFIT)
        assert leg is not None, "there is no target"
        return leg

    def has_leg(self, entry: Order, which: Leg) -> bool:
        return self.leg(entry, which) is not None

    def all_legs(self, entry: Order) -> list[Order]:
        """Every leg there ever was."""
        return [order for order in self.orders.values() if order.parent_order_id == entry.order_id]

    def protected(self, quantity: str = "1", **options: Any) -> tuple[Order, Order]:
        """An entry that has filled, and its stop at the venue."""
        entry = self.entry(quantity, **options)
        self.trade(entry, quantity)
        stop = self.stop_of(entry)
        self.take(stop)
        self.sent.clear()
        return entry, stop

    def sends(self) -> list[SendOrder]:
        """What has left since the test last asked."""
        found = [effect for effect in self.sent if isinstance(effect, SendOrder)]
        self.sent.clear()
        return found

    def stories(self, order: Order) -> str:
        """All that its history says."""
        return "\n".join(row.message for row in self.history(order))

    def failing(self, entry: Order) -> Break | None:
        """The open break of what is not protected."""
        return self.desk.open_breaks.get(f"{entry.account_id}|position_unprotected|{entry.order_id}")


def protected_desk() -> ProtectedDesk:
    """Open, with a price everywhere, and nothing sent yet."""
    desk = ProtectedDesk()
    desk.open_shop()
    desk.sent.clear()
    return desk
