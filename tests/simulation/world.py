"""One seed, one history: venues, a desk that dies and comes back, traders, and the checks of what must stay true."""

import asyncio
import contextvars
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

from simulation.account_venue import ModelWire
from simulation.book import VenueBooks
from simulation.claims import must
from simulation.exchange import ModelAccount, ModelExchange
from simulation.faults import Fault, Faults
from simulation.invariants import Ledger
from simulation.oversight import RITA, ROSA, Oversight
from simulation.process import DeskProcess
from simulation.rules import LINEAR, VENUES
from simulation.scheduler import SeededLoop
from simulation.sums import books_of, check_capital, check_sums
from simulation.traders import Trader
from support.virtual_time import LoopClock
from tidegate.core.identifiers import AccountId, CommandId, OrderId, UserId
from tidegate.core.messages.commands import Command, PlaceOrder, RegisterAccount, RegisterUser, SetDeadMan
from tidegate.core.messages.effects import SendOrder
from tidegate.core.order import Order
from tidegate.core.policy import Policy
from tidegate.core.records import Batch
from tidegate.core.vocabulary import AccountState, Environment, Exchange, InstrumentKind, Role, Wallet
from tidegate.ports import DeskBusyError, DeskStoppedError

POLICY = Policy(
    lookup_retention={
        (rules.exchange, kind): rules.forgets_after for rules in VENUES.values() for kind in InstrumentKind
    }
)
OPENING = {"USDT": Decimal(10_000_000), "BTC": Decimal(100), "BNB": Decimal(1_000)}
ASK_AGAIN_SECONDS = 12.0
TICK_SECONDS = 1.0
SUMS_EVERY = 2  # Actions of traders from one look at the desk's sums to the next.


class World:
    """Everything of one seed. `say` hears what happens, for a trace that people read.

    `dead_man_seconds`: what traders choose for those accounts whose venue counts down for all of it.
    """

    def __init__(
        self,
        random: Random,
        path: Path,
        loop: SeededLoop,
        say: Callable[[str], None],
        dead_man_seconds: int | None = None,
    ) -> None:
        self.random = random
        self.loop = loop
        self.say = say
        self.faults = Faults(random)
        self.ledger = Ledger()
        self.clock = LoopClock()
        self.answered: dict[CommandId, Any] = {}
        self.acknowledged: set[OrderId] = set()
        self.placed: list[PlaceOrder] = []
        self.forbidden: set[CommandId] = set()
        self.broken: AssertionError | None = None
        self._path = path
        self._dead_man_seconds = dead_man_seconds
        self._context = contextvars.copy_context()
        self._process: DeskProcess | None = None
        self._dead: list[DeskProcess] = []
        self.exchanges = {
            exchange: ModelExchange(rules, random, self.faults, self.clock.now) for exchange, rules in VENUES.items()
        }
        self.venues: dict[AccountId, ModelAccount] = {}
        self.traders: list[Trader] = []
        for name, exchange in (("alice", "binance"), ("alice", "okx"), ("bob", "bybit"), ("bob", "binance")):
            self._open_account(UserId(name), exchange)
        self._open_oversight()

    def _open_oversight(self) -> None:
        accounts = {trader.account_id: trader.user_id for trader in self.traders}
        restraint = self.ledger.restraint
        self.oversight = Oversight(self.random, self.clock.now, accounts, restraint, self.submit)

    def _open_account(self, user_id: UserId, name: str) -> None:
        exchange = next(each for key, each in self.exchanges.items() if key == name)
        account_id = AccountId(f"{name}-{user_id}")
        balances = {(asset, Wallet.MAIN): amount for asset, amount in OPENING.items()}
        if exchange.rules.wallet(LINEAR) is Wallet.FUTURES:
            balances["USDT", Wallet.FUTURES] = OPENING["USDT"]
        account = ModelAccount(exchange, VenueBooks(balances))
        exchange.accounts.append(account)
        self.venues[account_id] = account
        self.traders.append(Trader(user_id, account_id, self.random, self.clock.now))

    # --- the desk's process ------------------------------------------------------------------------------------------

    @property
    def process(self) -> DeskProcess:
        assert self._process is not None
        return self._process

    def start(self) -> None:
        """A process of the desk comes up."""
        number = len(self._dead) + 1
        self.ledger.restraint.told(None)
        self.say(f"process {number} starts")
        self._process = DeskProcess(
            number,
            self._path,
            self.faults,
            POLICY,
            self.venues,
            committed=self._committed,
            released=self.ledger.restraint.told,
            kill=self.kill,
            prepare=self._prepare,
            world=self._context,
        )

    def kill(self) -> None:
        """SIGKILL, and a supervisor that starts it again."""
        process = self.process
        if process.ended:
            return  # Its successor is about to come.
        self.say(f"process {process.number} is killed")
        self.loop.kill(process.number)
        process.ended = True
        process.journal.release()
        self._dead.append(process)
        self.loop.call_later(self.random.uniform(0.1, 3.0), self.start, context=self._context.copy())

    def _take_over(self) -> None:
        """The process stands still so long that another one is started; then it wakes up beside its successor."""
        process = self.process
        self.say(f"process {process.number} stands still and is taken over")
        self.loop.freeze(process.number)
        self._dead.append(process)
        process.ended = True
        self.start()
        self.loop.call_later(self.random.uniform(0.1, 8), self.loop.thaw, process.number, context=self._context.copy())

    def _committed(self, batch: Batch) -> None:
        for entry in batch.journal:
            self.say(f"  {entry.sequence} {_brief(entry.event)}")
        self._hold(lambda: self.ledger.see(batch))

    def _hold(self, check: Callable[[], None]) -> None:
        """A broken invariant ends the whole run, not just the process that it is found in."""
        try:
            check()
        except AssertionError as broken:
            self.broken = broken
            self.loop.after_step = self._stop

    def _stop(self) -> None:
        assert self.broken is not None
        raise self.broken

    def _prepare(self, wire: ModelWire) -> None:
        account = wire.account

        def arrives(send: SendOrder) -> None:
            self.say(f"  at {account.exchange.rules.exchange}: {_brief(send)}")
            open_ids = [order.client_order_id for order in account.open_orders()]
            self._hold(lambda: self.ledger.check_arrival(send, open_ids))

        def leaves(send: SendOrder) -> None:
            if wire in self.process.wires.values():  # What wakes up beside its successor knows no better.
                self._hold(lambda: self.ledger.restraint.check_leaving(send))

        wire.before_placing = arrives
        wire.before_leaving = leaves

    # --- what traders do ---------------------------------------------------------------------------------------------

    def submit(self, command: Command, *, again: Callable[[], Command] | None = None) -> None:
        """Send a command; a client that hears nothing asks again, with the same key."""
        if self._process is not None and self.process.loop is not None and not self.process.ended:
            self.loop.create_task(self._submit(self.process, command), context=self.process.context.copy())
        if again is not None:
            self.loop.call_later(ASK_AGAIN_SECONDS, self._ask_again, command, again, context=self._context.copy())

    def _ask_again(self, command: Command, again: Callable[[], Command]) -> None:
        if command.command_id not in self.answered:
            self.submit(again(), again=again)

    async def _submit(self, process: DeskProcess, command: Command) -> None:
        assert process.loop is not None
        try:
            answer = await process.loop.submit(command)
        except (DeskBusyError, DeskStoppedError):
            return
        self.answered[command.command_id] = answer
        self.oversight.hear(command, answer)
        if command.command_id in self.forbidden:
            self._hold(lambda: must(20, answer.refusal is not None, f"{command} was taken"))
        if isinstance(command, PlaceOrder) and answer.refusal is None:
            for order in answer.orders:
                self.acknowledged.add(order.order_id)
                self._hold(lambda order_id=order.order_id: self.ledger.check_answer(order_id))  # type: ignore[misc]

    def open_orders(self, trader: Trader) -> list[Order]:
        """The trader's orders that are open, as storage knows them."""
        mine = (trader.user_id, trader.account_id)
        orders = self.ledger.orders.values()
        return [order for order in orders if (order.user_id, order.account_id) == mine and not order.is_closed]

    def act(self) -> None:
        """One trader does something."""
        random = self.random
        trader = random.choice(self.traders)
        prices = self.venues[trader.account_id].exchange.price
        working = self.open_orders(trader)
        drawn = random.random()
        if drawn < 0.5 or not working:
            self._place(trader, trader.order(prices))
        elif drawn < 0.66:
            self.submit(trader.cancel(random.choice(working).order_id))
        elif drawn < 0.9:
            self.submit(trader.change(random.choice(working), prices))
        elif drawn < 0.94:
            order = random.choice(working)
            self.submit(trader.cancel(order.order_id, None if order.quantity is None else order.quantity / 2))
        elif drawn < 0.95:
            self._touch_anothers(trader)
        elif drawn < 0.98:
            self.submit(trader.rule(random.choice(working), prices))
        else:
            self.submit(trader.cancel_all())

    def _place(self, trader: Trader, command: PlaceOrder) -> None:
        self.placed.append(command)
        self.submit(command, again=lambda: trader.again(command))
        if self.faults.chance(Fault.DOUBLE_CLICK, 0.05):
            self.submit(trader.again(command))
        if self.faults.chance(Fault.KEY_WITH_OTHER_BODY, 0.03):
            self.submit(trader.again(command, other_body=True))

    def _touch_anothers(self, trader: Trader) -> None:
        others = [order for order in self.ledger.orders.values() if order.user_id != trader.user_id]
        if others and self.faults.chance(Fault.WRONG_OWNER, 1.0):
            command = trader.cancel(self.random.choice(others).order_id)
            self.forbidden.add(command.command_id)
            self.submit(command)

    # --- the way of the world ----------------------------------------------------------------------------------------

    async def live(self, actions: int) -> None:
        """Open the shop, trade among faults, then heal."""
        self.start()
        await self._open_shop()
        ticking = asyncio.create_task(self._tick_for_ever())
        try:
            for number in range(actions):
                await asyncio.sleep(self.random.uniform(0.02, 2.0))
                if number % SUMS_EVERY == 0:
                    self._hold(self._check_sums)
                self.act()
                self.oversight.act()
                self._break_something()
            await asyncio.sleep(60)
            self.say("the faults stop")
            self.faults.on = False
            await asyncio.sleep(180)
            await self._go_home()
        finally:
            ticking.cancel()

    def _check_sums(self) -> None:
        desk = self.process.desk
        if desk is not None:
            check_sums(desk, books_of(desk), self.clock.now())

    async def _open_shop(self) -> None:
        self.faults.on = False
        await asyncio.sleep(0.1)
        roles = {trader.user_id: Role.TRADER for trader in self.traders} | dict.fromkeys((RITA, ROSA), Role.RISK)
        for user_id, role in sorted(roles.items()):
            await self._tell(
                RegisterUser(
                    command_id=CommandId(f"user-{user_id}"),
                    at=self.clock.now(),
                    user_id=user_id,
                    name=user_id,
                    role=role,
                )
            )
        for trader in self.traders:
            exchange = self.venues[trader.account_id].exchange.rules.exchange
            await self._tell(
                RegisterAccount(
                    command_id=CommandId(f"account-{trader.account_id}"),
                    at=self.clock.now(),
                    account_id=trader.account_id,
                    exchange=exchange,
                    environment=Environment.SIMULATED,
                    user_ids=(trader.user_id,),
                )
            )
        if self._dead_man_seconds is not None:
            await self._switch_on(self._dead_man_seconds)
        await asyncio.sleep(5)
        self.faults.on = True

    async def _switch_on(self, seconds: int) -> None:
        for trader in self.traders:
            if self.venues[trader.account_id].exchange.rules.exchange is not Exchange.BINANCE:
                await self._tell(
                    SetDeadMan(
                        command_id=trader.command_id(),
                        at=self.clock.now(),
                        user_id=trader.user_id,
                        account_id=trader.account_id,
                        seconds=seconds,
                    )
                )

    async def _tell(self, command: Command) -> None:
        self.submit(command)
        while command.command_id not in self.answered:
            await asyncio.sleep(0.05)

    async def _tick_for_ever(self) -> None:
        while True:
            await asyncio.sleep(TICK_SECONDS)
            if self.process.root.done() and self.process not in self._dead:
                self._restart_after_exit()
            for exchange in self.exchanges.values():
                exchange.tick()
                for account in exchange.accounts:
                    exchange.surprise(account)
                self.loop.call_soon(
                    self.process.tell_prices,
                    exchange.rules.exchange,
                    dict(exchange.price),
                    context=self.process.context.copy(),
                )

    def _restart_after_exit(self) -> None:
        """A commit whose outcome is unknown ends the process by itself; the supervisor starts it again."""
        process = self.process
        process.ended = False  # For the supervisor it ends now.
        self.say(f"process {process.number} ended: {process.root.exception()!r}")
        self.kill()

    def _break_something(self) -> None:
        if self.faults.chance(Fault.KILL, 0.008):
            self.kill()
        if not self.process.ended and self.faults.chance(Fault.TAKEN_OVER, 0.004):
            self._take_over()
        if not self.process.ended and self.faults.chance(Fault.FREEZE, 0.008):
            number = self.process.number
            self.loop.freeze(number)
            self.loop.call_later(self.random.uniform(1, 20), self.loop.thaw, number, context=self._context.copy())
        for wire in self.process.wires.values():
            if self.faults.chance(Fault.DROP_STREAM, 0.01):
                wire.drop_stream()
            if self.faults.chance(Fault.PARTITION, 0.002):
                wire.unreachable_until = self.loop.time() + self.random.uniform(1, 15)
            if self.faults.chance(Fault.MAINTENANCE, 0.0015):
                wire.drop_stream()
                wire.unreachable_until = self.loop.time() + self.random.uniform(5, 40)
            if self.faults.chance(Fault.REVOKE_KEY, 0.0015):
                wire.key_refused_until = self.loop.time() + self.random.uniform(1, 10)

    async def _go_home(self) -> None:
        """Everything is canceled and settles; then everything must agree."""
        for exchange in self.exchanges.values():
            for account in exchange.accounts:
                exchange.cancel_by_hand(account)
        for _ in range(6):
            for trader in self.traders:
                self.submit(trader.cancel_all())
            await asyncio.sleep(60)
            if all(not self.open_orders(trader) for trader in self.traders):
                break
        await asyncio.sleep(60)
        self.check_the_end()

    def sweep_up(self) -> None:
        """Let every task end, those of killed processes too, so that nothing is left behind."""
        self.loop.after_step = lambda: None
        for process in [*self._dead, self.process]:
            self.loop.bury(process.number)
            process.journal.release()
        tasks = asyncio.all_tasks(self.loop)
        for task in tasks:
            task.cancel()
        self.loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self.loop.close()

    # --- the end -----------------------------------------------------------------------------------------------------

    def check_the_end(self) -> None:
        """Nothing is lost, doubled, stuck or different."""
        desk = self.process.desk
        assert desk is not None
        for order_id in self.acknowledged:
            must(7, order_id in self.ledger.orders, f"{order_id} is gone")
        for order in self.ledger.orders.values():
            must(21, order.is_closed, f"{order.order_id} is still {order.status}: {order}")
            must(21, not order.in_doubt, f"{order.order_id} is in doubt")
        for account in desk.accounts.values():
            must(21, account.state is AccountState.READY, f"{account.account_id} is {account.state}: {account.message}")
        for account_id, venue in self.venues.items():
            self._check_account(account_id, venue)
        still_open = [found for found in desk.open_breaks.values() if found.kind not in TOLD_FOR_GOOD]
        must(21, not still_open, f"breaks are open: {still_open}")
        ledger = self.ledger
        rows = books_of(desk)._replace(
            orders=ledger.orders, holdings=ledger.holdings.values(), positions=ledger.position_rows.values()
        )
        check_sums(desk, rows, self.clock.now())
        check_capital(desk, ledger.brought_in)

    def _check_account(self, account_id: AccountId, venue: ModelAccount) -> None:
        desk = self.process.desk
        assert desk is not None
        for (asset, wallet), amount in venue.books.balances.items():
            where = (account_id, asset, wallet)
            kept = [held for (at, _, what, purse), held in desk.holdings.items() if (at, what, purse) == where]
            ours = sum((held.quantity for held in kept), Decimal(0))
            must(3, ours == amount, f"{account_id} {asset} ({wallet}): ours {ours}, the venue's {amount}")
            reserved = [held for key, held in desk.holdings.items() if key[0] == account_id and held.reserved]
            must(12, not reserved, f"still reserved: {reserved}")
        position = sum((at.quantity for key, at in desk.positions.items() if key[0] == account_id), Decimal(0))
        must(2, position == venue.books.position, f"{account_id}: position {position}, not {venue.books.position}")
        for order in venue.open_orders():
            must(21, not order.is_ours, f"{account_id}: {order.client_order_id} is still open at the venue")


TOLD_FOR_GOOD = frozenset({"unreadable_message", "foreign_execution", "overfill", "exit_exceeds_entry"})


def _brief(message: Any) -> str:
    """One line of what happened."""
    shown = {
        name: value
        for name in message.__struct_fields__
        if (value := getattr(message, name)) not in (None, (), {}, "", False) and name not in ("at", "order_id")
    }
    facts = " ".join(f"{name}={value}" for name, value in shown.items())
    return f"{type(message).__name__} {getattr(message, 'order_id', '')} {facts}"[:400]
