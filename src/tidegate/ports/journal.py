"""The one writer's durable store, and the clock."""

from datetime import datetime
from typing import Protocol

import msgspec

from tidegate.core.identifiers import ClientOrderId, ExecutionId, IdempotencyKey, OrderId, UserId
from tidegate.core.records import (
    AccountMarket,
    Batch,
    CashFlowKey,
    DeskSnapshot,
    ExchangeOrderKey,
    Found,
    HearingKey,
    RequestKey,
)


class Clock(Protocol):
    """Where the time comes from: real, or virtual in a simulation."""

    def now(self) -> datetime:
        """The time, UTC, aware, to the microsecond."""
        ...


class OrderKeys(msgspec.Struct, kw_only=True):
    """By which ids a batch of inputs refers to what memory does not hold: orders, trades, cash flows, breaks.

    `forced`: markets in which a venue may have traded by itself. `heard`: where and when a stream may have told what a
    list tells now.
    """

    order_ids: set[OrderId] = set()
    idempotency_keys: set[tuple[UserId, IdempotencyKey]] = set()
    client_order_ids: set[tuple[UserId, ClientOrderId]] = set()
    exchange_order_ids: set[ExchangeOrderKey] = set()
    execution_ids: set[ExecutionId] = set()
    forced: set[AccountMarket] = set()
    cash_flows: set[CashFlowKey] = set()
    heard: set[HearingKey] = set()
    break_ids: set[str] = set()
    requests: set[RequestKey] = set()
    recent_since: datetime | None = None  # Orders that came since then, open or closed, are wanted.

    def __bool__(self) -> bool:
        return any(msgspec.structs.astuple(self))


class Journal(Protocol):
    """The one writer's durable store."""

    async def load(self) -> DeskSnapshot:
        """What is open and what keeps promises; its cost grows with what is open, not with history."""
        ...

    async def find(self, keys: OrderKeys) -> Found:
        """Closed orders by any of their ids or trades, and what else is asked for, from committed storage.

        A leg of protection brings its parent, which its trades move too.
        """
        ...

    async def commit(self, batch: Batch) -> None:
        """Write all in one durable transaction. Any exception means: outcome unknown, the process must end."""
        ...

    async def close(self) -> None:
        """Finish the running transaction and release the database."""
        ...
