"""The journal's twin in memory: the same promises and the same refusals, and it commits when it is told to."""

import asyncio
import copy
from collections import deque
from collections.abc import Iterable

from support.found import KeptRows
from tidegate.core.identifiers import AccountId, ExecutionId, OrderId
from tidegate.core.order import Order
from tidegate.core.records import (
    Account,
    Batch,
    Break,
    DeskSnapshot,
    Execution,
    Found,
    Holding,
    HoldingKey,
    Leverage,
    Position,
    PositionKey,
    Rule,
    Token,
    User,
)
from tidegate.ports import OrderKeys


class MemoryJournal:
    """A `Journal`. While it is held, commits begin and do not end; `fail_with` makes the next one fail."""

    def __init__(self) -> None:
        self.begun: list[Batch] = []
        self.committed: list[Batch] = []
        self.abandoned = 0
        self.found: list[OrderKeys] = []
        self.fail_with: Exception | None = None
        self.rows = KeptRows()
        self.executions: dict[ExecutionId, Execution] = {}
        self._holdings: dict[HoldingKey, Holding] = {}
        self._positions: dict[PositionKey, Position] = {}
        self._leverages: dict[tuple[AccountId, str], Leverage] = {}
        self._rules: dict[str, Rule] = {}
        self._breaks: dict[str, Break] = {}
        self._users: dict[str, User] = {}
        self._tokens: dict[str, Token] = {}
        self._accounts: dict[str, Account] = {}
        self._epoch = 0
        self._sequence = 0
        self._history_id = 0
        self._held = False
        self._waiting: deque[asyncio.Future[None]] = deque()

    @property
    def orders(self) -> dict[OrderId, Order]:
        """The rows of the table."""
        return self.rows.orders

    def hold(self) -> None:
        """Commits that begin from now on wait."""
        self._held = True

    def let_one(self) -> None:
        """The one that has waited longest ends now."""
        self._waiting.popleft().set_result(None)

    def let_go(self) -> None:
        """Those that wait end now, and no more have to."""
        self._held = False
        while self._waiting:
            self.let_one()

    async def load(self) -> DeskSnapshot:
        self._epoch += 1
        is_open = {
            name: copy.copy(order) for name, order in self.orders.items() if not order.is_closed or order.guarding
        }
        times: dict[AccountId, list[Execution]] = {}
        for execution in self.executions.values():
            times.setdefault(execution.account_id, []).append(execution)
        return DeskSnapshot(
            epoch=self._epoch,
            sequence=self._sequence,
            history_id=self._history_id,
            users=list(self._users.values()),
            tokens=list(self._tokens.values()),
            accounts=[copy.copy(account) for account in self._accounts.values()],
            holdings=[copy.copy(holding) for holding in self._holdings.values()],
            open_orders=list(is_open.values()),
            execution_ids={order_id: self.rows.execution_ids(order_id) for order_id in is_open},
            execution_times={name: max(one.executed_at for one in some) for name, some in times.items()},
            breaks=[copy.copy(found) for found in self._breaks.values() if found.resolved_at is None],
            positions=[copy.copy(position) for position in self._positions.values()],
            leverages=[copy.copy(setting) for setting in self._leverages.values()],
            rules=[copy.copy(rule) for rule in self._rules.values() if rule.ended_at is None],
        )

    async def find(self, keys: OrderKeys) -> Found:
        self.found.append(keys)
        return self.rows.find(keys)

    async def commit(self, batch: Batch) -> None:
        self.begun.append(batch)
        if self._held:
            turn = asyncio.get_running_loop().create_future()
            self._waiting.append(turn)
            try:
                await turn
            except asyncio.CancelledError:
                self.abandoned += 1
                self._waiting.remove(turn)
                raise
        if self.fail_with is not None:
            raise self.fail_with
        self._check(batch)
        self._write(batch)
        self.committed.append(batch)

    async def close(self) -> None:
        """There is nothing to let go of."""

    def _check(self, batch: Batch) -> None:
        """What a database's constraints would refuse."""
        assert batch.epoch == self._epoch, "another engine took over"
        sequences = [entry.sequence for entry in batch.journal]
        assert sequences == list(range(self._sequence + 1, self._sequence + 1 + len(sequences))), sequences
        history_ids = [entry.history_id for entry in batch.history]
        assert history_ids == list(range(self._history_id + 1, self._history_id + 1 + len(history_ids)))
        names = [execution.execution_id for execution in batch.executions]
        assert len(set(names)) == len(names)
        assert not self.executions.keys() & set(names), "an execution was booked twice"
        for order in batch.orders.values():
            self._check_keys(order, (*self.orders.values(), *batch.orders.values()))

    def _check_keys(self, order: Order, others: Iterable[Order]) -> None:
        for other in others:
            if other.order_id == order.order_id or other.user_id != order.user_id:
                continue
            assert order.idempotency_key is None or other.idempotency_key != order.idempotency_key
            assert order.client_order_id is None or other.client_order_id != order.client_order_id

    def _write(self, batch: Batch) -> None:
        if batch.journal:
            self._sequence = batch.journal[-1].sequence
        if batch.history:
            self._history_id = batch.history[-1].history_id
        self.rows.keep(batch)
        self.executions |= {execution.execution_id: execution for execution in batch.executions}
        self._holdings |= {key: copy.copy(holding) for key, holding in batch.holdings.items()}
        self._positions |= {key: copy.copy(position) for key, position in batch.positions.items()}
        self._leverages |= {key: copy.copy(setting) for key, setting in batch.leverages.items()}
        self._rules |= {name: copy.copy(rule) for name, rule in batch.rules.items()}
        self._breaks |= {name: copy.copy(found) for name, found in batch.breaks.items()}
        self._accounts |= {name: copy.copy(account) for name, account in batch.accounts.items()}
        self._users |= dict(batch.users)
        self._tokens |= dict(batch.tokens)
