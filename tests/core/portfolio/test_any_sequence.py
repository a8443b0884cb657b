"""Whatever happens to two accounts, their books stay right: orders, trades, cancels, busts, fees in any asset, funding,
deposits, withdrawals and transfers, in any order, told twice or not, with a restart somewhere between."""

from collections import defaultdict
from datetime import timedelta
from decimal import Decimal
from random import Random

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from support.compared_desk import ComparedDesk
from support.desk_driver import ACCOUNT, ALICE, BALANCES, BOB, RISK
from support.kept_desk import replayed, state_of
from support.markets import PERPETUAL
from tidegate.core import identifiers as ids
from tidegate.core.capital import COUNTED
from tidegate.core.messages import commands, reports
from tidegate.core.messages import events as happened
from tidegate.core.messages.values import Fee, VenueBalance
from tidegate.core.order import Order
from tidegate.core.records import UNALLOCATED
from tidegate.core.valuation import value_owners
from tidegate.core.vocabulary import (
    CashFlowKind,
    Environment,
    Exchange,
    ForcedTrade,
    PositionSide,
    Side,
    VenueOrderStatus,
    Wallet,
)

OMNIBUS = ids.AccountId("okx-omnibus")
OWNERS = ((ACCOUNT, ALICE), (OMNIBUS, ALICE), (OMNIBUS, BOB), (OMNIBUS, UNALLOCATED))
ASSETS = ("BTC", "USDT", "BNB")


class AnyDesk(ComparedDesk):
    """Alice's own account at Binance, and one at OKX that she shares with Bob."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self.random = Random(seed)
        self.open_shop()
        self.put(
            commands.RegisterAccount(
                command_id=self.command_id(),
                at=self.now,
                account_id=OMNIBUS,
                exchange=Exchange.OKX,
                environment=Environment.SIMULATED,
                user_ids=(ALICE, BOB),
            )
        )
        held = tuple(VenueBalance(asset=name, free=free, locked=Decimal(0)) for name, free in BALANCES.items())
        self.put(reports.BalancesReported(at=self.now, account_id=OMNIBUS, requested_at=self.now, balances=held))

    def live(self, steps: int) -> None:
        doings = (self.trade_something, self.trade_something, self.end_something, self.bust_something, self.force)
        for _ in range(steps):
            self.now += timedelta(seconds=self.random.choice([0, 1, 30]))
            self.random.choice(
                (*doings, self.move_cash, self.transfer_something, self.tell_of_a_transfer, self.move_prices)
            )()
            self.check()

    def amount(self, *choices: str) -> Decimal:
        return Decimal(self.random.choice(choices))

    def trade_something(self) -> None:
        """A new order, or one that works, fills in part or whole, with a fee in anything."""
        working = [order for order in self.desk.orders.values() if not order.is_closed]
        order = self.random.choice(working) if working and self.random.random() < 0.7 else self._new_order()
        if order is None or order.quantity is None:
            return
        left = order.quantity - order.filled_quantity
        quantity = min(left, self.amount("0.1", "0.25", "9"))
        fee = Fee(self.random.choice(ASSETS), self.amount("0.001", "-0.0005", "0"))
        price = self.amount("49000", "50000", "50777.7")
        for _ in range(self.random.choice([1, 2])):
            self.fill(
                order,
                str(quantity),
                price=str(price),
                trade_id=f"{order.order_id}-{order.filled_quantity}" if self.random.random() < 0.9 else None,
                fees=(fee,) if fee.amount else (),
                exchange_order_id=order.exchange_order_id,
            )

    def _new_order(self) -> Order | None:
        symbol = self.random.choice(["BTC/USDT", PERPETUAL])
        command = self.order_command(
            symbol=symbol,
            position_side=self.random.choice(list(PositionSide)) if symbol == PERPETUAL else PositionSide.NET,
            side=self.random.choice(list(Side)),
            quantity=str(self.amount("0.1", "0.5", "1")),
            price=str(self.amount("49000", "51000")),
        )
        self.put(command)
        order = self.desk.orders[command.order_id]
        if order.is_closed:
            return None  # Refused: too little is free.
        self.accept(order, f"V{order.order_id}")
        return order

    def force(self) -> None:
        """The venue trades by itself, in either account, and tells it more than once perhaps, or not as its own."""
        account_id = self.random.choice([ACCOUNT, OMNIBUS])
        told = reports.ExecutionReported(
            at=self.now,
            account_id=account_id,
            symbol=PERPETUAL,
            side=self.random.choice(list(Side)),
            trade_id=ids.TradeId(f"forced-{self.random.randrange(20)}"),
            quantity=self.amount("0.1", "0.7", "1"),
            price=self.amount("45000", "49999.9"),
            executed_at=self.now,
            fees=(Fee("USDT", self.amount("0.7", "3")),),
            exchange_order_id=ids.ExchangeOrderId(f"venue-{self.random.randrange(5)}"),
            position_side=self.random.choice(list(PositionSide)),
            realized_pnl=self.random.choice([None, self.amount("-100", "77.7")]),
            forced=self.random.choice(list(ForcedTrade)),
        )
        for again in (told, msgspec.structs.replace(told, forced=None), told)[: self.random.choice([1, 2, 3])]:
            self.put(again)

    def end_something(self) -> None:
        working = [order for order in self.desk.orders.values() if not order.is_closed]
        if working:
            order = self.random.choice(working)
            self.cancel(order)
            name = order.exchange_order_id
            self.report(order, VenueOrderStatus.CANCELED, str(order.filled_quantity), exchange_order_id=name)

    def bust_something(self) -> None:
        booked = [event for event in self.journal if isinstance(event, happened.ExecutionBooked)]
        if booked:
            event = self.random.choice(booked)
            self.bust(self.orders[event.order_id], event.trade_id)

    def move_cash(self) -> None:
        kind = self.random.choice(list(CashFlowKind))
        wallet = Wallet.FUTURES if kind is CashFlowKind.FUNDING else self.random.choice(list(Wallet))
        name = f"flow-{self.random.randrange(30)}"
        symbol = PERPETUAL if kind is CashFlowKind.LIQUIDATION_FEE else None
        self.flow(str(self.amount("12.5", "-7", "100")), flow_id=name, kind=kind, wallet=wallet, symbol=symbol)

    def tell_of_a_transfer(self) -> None:
        """The venue's word on one side of a transfer, more than once perhaps."""
        if not self.desk.risk.transfers:
            return
        transfer = self.random.choice([*self.desk.risk.transfers.values()])
        is_giver = self.random.random() < 0.5
        self.put(
            reports.CashFlowReported(
                at=self.now,
                account_id=transfer.from_account_id if is_giver else transfer.to_account_id,
                flow_id=f"{transfer.transfer_id}-{is_giver}",
                kind=self.random.choice([CashFlowKind.TRANSFER, CashFlowKind.DEPOSIT]),
                asset=transfer.asset,
                amount=-transfer.quantity if is_giver else transfer.quantity,
                happened_at=self.now,
            )
        )

    def transfer_something(self) -> None:
        giver, taker = self.random.sample(OWNERS, 2)
        self.give(
            self.random.choice(ASSETS),
            str(self.amount("0.5", "3", "100")),
            giver[1],
            taker[1],
            by=self.random.choice([RISK, RISK, RISK, giver[1]]),
            from_account=giver[0],
            to_account=taker[0],
            transfer_id=f"transfer-{self.random.randrange(20)}",
        )

    def move_prices(self) -> None:
        self.price(str(self.amount("48000", "50000", "53000")))
        self.price(str(self.amount("48000", "53000")), PERPETUAL, mark="50500")
        if self.random.random() < 0.5:
            self.price("600", "BNB/USDT")
        self.put(reports.ClockTicked(at=self.now))


def net_deposits(desk: AnyDesk) -> dict[tuple[str, str], Decimal]:
    """What came in and went out at the prices of those moments, folded from the journal."""
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for event in desk.journal:
        match event:
            case happened.BalanceOpened():
                sums[event.account_id, event.user_id] += event.quantity * (event.price or 0)
            case happened.CapitalPriced():
                sums[event.account_id, event.user_id] += event.quantity * event.price
            case happened.CashFlowBooked() if event.kind in COUNTED:
                sums[event.account_id, event.user_id] += event.amount * (event.rate or 0)
            case happened.FundsTransferred():
                sums[event.from_account_id, event.from_user_id] -= event.quantity * (event.rate or 0)
                sums[event.to_account_id, event.to_user_id] += event.quantity * (event.rate or 0)
            case _:
                pass
    return sums


@settings(max_examples=20, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10**6))
def test_any_sequence_keeps_ledger_holdings_positions_reservations_and_capital(seed: int) -> None:
    desk = AnyDesk(seed)
    desk.live(steps=40)
    desk.check_books()
    expected = net_deposits(desk)
    for owner, capital in desk.desk.risk.capital.items():
        assert capital.net_deposits == expected[owner], owner
    again, now = state_of(replayed(desk.journal, desk.desk.policy)), state_of(desk.desk)
    for name in ("holdings", "positions", "risk", "executions", "busted"):
        assert again[name] == now[name], name
    desk.restart()
    desk.live(steps=5)
    desk.check_books()


@settings(max_examples=10, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10**6))
def test_once_all_orders_have_ended_nothing_is_reserved(seed: int) -> None:
    desk = AnyDesk(seed)
    desk.live(steps=25)
    for order in [order for order in desk.desk.orders.values() if not order.is_closed]:
        name = order.exchange_order_id
        desk.report(order, VenueOrderStatus.CANCELED, str(order.filled_quantity), exchange_order_id=name)
    assert all(order.is_closed for order in desk.desk.orders.values())
    assert not any(holding.reserved for holding in desk.desk.holdings.values())
    desk.check_books()


@settings(max_examples=10, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10**6))
def test_a_transfer_changes_nobodys_profit_and_nothing_of_the_whole(seed: int) -> None:
    desk = AnyDesk(seed)
    desk.live(steps=25)

    def profits() -> dict[tuple[str, str], Decimal]:
        valued = value_owners(desk.desk, desk.now)
        return {owner: one.equity - one.net_deposits for owner, one in valued.items()}

    def whole() -> dict[str, Decimal]:
        sums: dict[str, Decimal] = defaultdict(Decimal)
        for holding in desk.desk.holdings.values():
            sums[holding.asset] += holding.quantity
        return dict(sums)

    profits_before, whole_before = profits(), whole()
    for _ in range(10):
        desk.transfer_something()
    assert whole() == whole_before
    assert {owner: profit for owner, profit in profits().items() if profit} == {
        owner: profit for owner, profit in profits_before.items() if profit
    }
