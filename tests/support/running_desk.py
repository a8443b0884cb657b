"""A live desk around a scripted venue: the real loop and engine, on any journal."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from decimal import Decimal

from support.memory_journal import MemoryJournal
from support.scripted_venue import ScriptedVenue
from support.virtual_time import START
from tidegate.core.desk import Desk
from tidegate.core.identifiers import AccountId, ClientOrderId, CommandId, IdempotencyKey, OrderId, UserId
from tidegate.core.instruments import Instrument
from tidegate.core.messages import commands, reports
from tidegate.core.order import Order
from tidegate.core.policy import Policy
from tidegate.core.vocabulary import AccountState, Environment, Exchange, OrderType, Role, Side, TimeInForce
from tidegate.ports import Answer, Clock, Journal, WaitFor
from tidegate.runtime.loop import DeskLoop, LoopSettings
from tidegate.runtime.sessions import Sessions

ALICE = UserId("alice")
ACCOUNT = AccountId("binance-main")
SYMBOL = "BTC/USDT"
BALANCES = {"BTC": Decimal(1_000), "USDT": Decimal(100_000_000)}
_INSTRUMENT = Instrument(
    exchange=Exchange.BINANCE,
    symbol=SYMBOL,
    exchange_symbol="BTCUSDT",
    base="BTC",
    quote="USDT",
    price_tick=Decimal("0.01"),
    quantity_step=Decimal("0.00001"),
)
_numbers = itertools.count(1)


class RunningDesk:
    """The loop with one trader, one account and one market, and short ways to use them."""

    def __init__(
        self, desk: Desk, epoch: int, journal: Journal, clock: Clock, settings: LoopSettings | None = None
    ) -> None:
        self.desk = desk
        self.clock = clock
        self.sessions = Sessions(clock, compare_every_seconds=3_600)
        self.loop = DeskLoop(
            desk=desk, epoch=epoch, journal=journal, clock=clock, perform=self.sessions.perform, settings=settings
        )
        self.task = asyncio.create_task(self.loop.run())

    async def open_shop(self) -> None:
        """Register the trader and the account."""
        at = self.clock.now()
        for command in (
            commands.RegisterUser(command_id=command_id(), at=at, user_id=ALICE, name="Alice", role=Role.TRADER),
            commands.RegisterAccount(
                command_id=command_id(),
                at=at,
                account_id=ACCOUNT,
                exchange=Exchange.BINANCE,
                environment=Environment.SIMULATED,
                user_ids=(ALICE,),
            ),
        ):
            answer = await self.loop.submit(command)
            assert answer.refusal is None

    async def connect(self, venue: ScriptedVenue) -> None:
        """Give the account its session, and wait until orders are accepted."""
        self.sessions.start(self.loop.report)
        listing = reports.InstrumentsReported(
            at=self.clock.now(), exchange=Exchange.BINANCE, instruments=(_INSTRUMENT,)
        )
        self.loop.report(listing)
        self.loop.report(price())
        self.sessions.add(venue)
        await self.until(lambda: self.desk.accounts[ACCOUNT].state is AccountState.READY)
        await self.catch_up()

    async def place(self, command: commands.PlaceOrder | None = None, wait_for: WaitFor | None = None) -> Answer:
        return await self.loop.submit(command or limit_order(self.clock), wait_for)

    async def closed(self, command: commands.PlaceOrder | None = None) -> Order:
        """Place an order and wait for its end."""
        answer = await self.place(command, WaitFor(closed=True, timeout_seconds=60))
        [order] = answer.orders
        assert order.is_closed
        return order

    async def closed_by_cancel(self) -> Order:
        """Place an order that rests, and cancel it."""
        placed = await self.place(None, WaitFor(acknowledged=True))
        answer = await self.cancel(placed.orders[0].order_id, WaitFor(closed=True))
        [order] = answer.orders
        assert order.is_closed
        return order

    def holding(self, asset: str) -> Decimal:
        """What the desk's books say the account holds."""
        return self.desk.holding(ACCOUNT, ALICE, asset).quantity

    async def cancel(self, order_id: OrderId, wait_for: WaitFor | None = None) -> Answer:
        command = commands.CancelOrder(command_id=command_id(), at=self.clock.now(), user_id=ALICE, order_id=order_id)
        return await self.loop.submit(command, wait_for)

    async def until(self, reached: Callable[[], bool]) -> None:
        """Wait until something released makes this true; what ends the loop before is raised."""
        released = asyncio.Event()
        self.loop.on_release.append(lambda _: released.set())
        self.task.add_done_callback(lambda _: released.set())
        async with asyncio.timeout(60):
            while not reached():
                if self.task.done():
                    self.task.result()
                released.clear()
                await released.wait()

    async def catch_up(self) -> None:
        """Wait until all that came in before has been decided and released."""
        known = commands.RegisterUser(
            command_id=command_id(), at=self.clock.now(), user_id=ALICE, name="again", role=Role.TRADER
        )
        answer = await self.loop.submit(known)
        assert answer.refusal is not None

    async def stop(self) -> None:
        """As the process does: sessions first, then the engine."""
        await self.sessions.close()
        self.task.cancel()
        await asyncio.wait([self.task])


@asynccontextmanager
async def desk_on(journal: Journal, clock: Clock, settings: LoopSettings | None = None) -> AsyncIterator[RunningDesk]:
    """Recover a desk from a journal and run it, without venue sessions."""
    snapshot = await journal.load()
    running = RunningDesk(Desk.restore(snapshot, Policy()), snapshot.epoch, journal, clock, settings)
    try:
        yield running
    finally:
        if isinstance(journal, MemoryJournal):
            journal.let_go()  # A test that failed must not hang on top.
        await running.stop()


@asynccontextmanager
async def trading_desk(
    journal: Journal, clock: Clock, settings: LoopSettings | None = None
) -> AsyncIterator[tuple[RunningDesk, ScriptedVenue]]:
    """A fresh desk whose account is ready, and its venue."""
    async with desk_on(journal, clock, settings) as running:
        await running.open_shop()
        venue = ScriptedVenue(ACCOUNT, running.loop.report, clock, balances=BALANCES)
        await running.connect(venue)
        yield running, venue


def command_id() -> CommandId:
    return CommandId(f"command-{next(_numbers)}")


def limit_order(
    clock: Clock,
    *,
    side: Side = Side.BUY,
    quantity: str = "0.01",
    limit: str = "50000",
    key: str | None = None,
    name: str | None = None,
    body: str = "body",
    retry_seconds: float = 10,
) -> commands.PlaceOrder:
    """A limit order of Alice's, with ids of its own."""
    now = clock.now()
    return commands.PlaceOrder(
        command_id=command_id(),
        at=now,
        user_id=ALICE,
        order_id=OrderId(f"01J{next(_numbers):023d}"),
        account_id=ACCOUNT,
        symbol=SYMBOL,
        side=side,
        order_type=OrderType.LIMIT,
        time_in_force=TimeInForce.GTC,
        quantity=Decimal(quantity),
        price=Decimal(limit),
        retry_until=now + timedelta(seconds=retry_seconds),
        idempotency_key=None if key is None else IdempotencyKey(key),
        client_order_id=None if name is None else ClientOrderId(name),
        request_hash=body,
    )


def price(last: str = "50000", symbol: str = SYMBOL) -> reports.PriceReported:
    amount = Decimal(last)
    return reports.PriceReported(
        at=START, exchange=Exchange.BINANCE, symbol=symbol, last=amount, bid=amount - 1, ask=amount + 1
    )
