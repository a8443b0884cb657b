"""Every order and execution of an exchange: the recent and the open in memory, the rest on disk, one way to look up."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from heapq import merge
from itertools import chain, islice

from venuesim.exchange.accounts import Account
from venuesim.exchange.archive import Archive
from venuesim.exchange.instruments import Instrument
from venuesim.exchange.orders import Execution, Order

CLOSED_KEPT = 20_000
"""How many orders that ended stay in memory."""

ARRIVALS_KEPT = 40_000
"""How many client order ids of an account have their count in memory."""

BATCH = 250
"""How many orders move to disk at once: few enough that nobody waits for it."""


class Records:
    """The orders and executions of one exchange. Nothing is forgotten; memory is bounded."""

    def __init__(self, instruments: Iterable[Instrument]) -> None:
        self._archive = Archive({instrument.symbol: instrument for instrument in instruments})
        self._orders: dict[int, Order] = {}
        self._executions: dict[int, Execution] = {}
        self._closed: deque[Order] = deque()

    def close(self) -> None:
        """Remove what is on disk."""
        self._archive.close()

    # Writing

    def accepted(self, order: Order, account: Account) -> None:
        """Keep an order that was accepted."""
        self._orders[order.sequence] = order
        account.orders[order.order_id] = order
        account.open_orders[order.order_id] = order
        if order.client_order_id:
            account.by_client_order_id[order.client_order_id] = order

    def ended(self, order: Order, account: Account) -> None:
        """Note that an order ended; from now on it may move to disk."""
        del account.open_orders[order.order_id]
        self._closed.append(order)

    def executed(self, execution: Execution) -> None:
        """Keep an execution; its order has it too."""
        self._executions[execution.sequence] = execution
        execution.account.executions[execution.sequence] = execution

    def arrived(self, account: Account, client_order_id: str) -> None:
        """Count that a request to place an order with this client order id reached the venue."""
        account.arrivals[client_order_id] = account.arrivals.get(client_order_id, 0) + 1
        if len(account.arrivals) > ARRIVALS_KEPT:
            oldest = list(islice(account.arrivals, BATCH))
            self._archive.add_arrivals(account, {name: account.arrivals.pop(name) for name in oldest})

    def tidy(self) -> None:
        """Move the oldest ended orders to disk when there are too many; call it between requests."""
        while len(self._closed) >= CLOSED_KEPT + BATCH:
            batch = [self._closed.popleft() for _ in range(BATCH)]
            self._archive.add_orders(batch)
            for order in batch:
                self._forget(order)

    def _forget(self, order: Order) -> None:
        account = order.account
        assert account is not None, "liquidity is not recorded"
        del self._orders[order.sequence]
        del account.orders[order.order_id]
        if account.by_client_order_id.get(order.client_order_id) is order:
            del account.by_client_order_id[order.client_order_id]
        for execution in order.executions:
            del self._executions[execution.sequence]
            del account.executions[execution.sequence]

    # Looking up

    def order(self, account: Account, order_id: int) -> Order | None:
        """Return an account's order by its venue id."""
        return account.orders.get(order_id) or self._archive.order(account, order_id)

    def newest(self, account: Account, client_order_id: str) -> Order | None:
        """Return the newest of an account's orders with a client order id."""
        return account.by_client_order_id.get(client_order_id) or self._archive.newest(account, client_order_id)

    def orders(
        self,
        account: Account,
        *,
        newest_first: bool,
        above: int = -1,
        below: int = 2**63 - 1,
        symbol: str | None = None,
    ) -> Iterator[Order]:
        """Yield an account's orders by venue id, those between `above` and `below` (both excluded)."""
        recent = reversed(account.orders.values()) if newest_first else iter(account.orders.values())
        in_memory = (
            order
            for order in recent
            if above < order.order_id < below and (symbol is None or order.instrument.symbol == symbol)
        )
        on_disk = self._archive.orders(account, newest_first=newest_first, above=above, below=below, symbol=symbol)
        return merge(in_memory, on_disk, key=lambda order: order.order_id, reverse=newest_first)

    def executions(
        self,
        account: Account,
        *,
        newest_first: bool,
        above: int = -1,
        below: int = 2**63 - 1,
        symbol: str | None = None,
    ) -> Iterator[Execution]:
        """Yield an account's executions by sequence, those between `above` and `below` (both excluded)."""
        recent = reversed(account.executions.values()) if newest_first else iter(account.executions.values())
        in_memory = (
            execution
            for execution in recent
            if above < execution.sequence < below and (symbol is None or execution.instrument.symbol == symbol)
        )
        on_disk = self._archive.executions(account, newest_first=newest_first, above=above, below=below, symbol=symbol)
        return merge(in_memory, on_disk, key=lambda execution: execution.sequence, reverse=newest_first)

    def arrivals_of(self, account: Account, client_order_id: str) -> int:
        """Return how often a client order id arrived."""
        return account.arrivals.get(client_order_id, 0) + self._archive.arrivals_of(account, client_order_id)

    # The ledger's pages

    def orders_after(self, sequence: int, limit: int) -> list[Order]:
        """Return up to `limit` orders of all accounts after a sequence, oldest first."""
        recent = (order for order in self._orders.values() if order.sequence > sequence)
        return list(islice(merge(recent, self._archive.orders_after(sequence), key=_order_sequence), limit))

    def executions_after(self, sequence: int, limit: int) -> list[Execution]:
        """Return up to `limit` executions of all accounts after a sequence, oldest first."""
        recent = (execution for execution in self._executions.values() if execution.sequence > sequence)
        return list(islice(merge(recent, self._archive.executions_after(sequence), key=_execution_sequence), limit))

    def arrivals(self, account: Account) -> Iterator[tuple[str, int]]:
        """Yield an account's client order ids with their counts."""
        in_both = self._archive.arrivals_among(account, account.arrivals)
        recent = ((name, count + in_both.get(name, 0)) for name, count in account.arrivals.items())
        older = ((name, count) for name, count in self._archive.arrivals(account) if name not in account.arrivals)
        return chain(older, recent)


def _order_sequence(order: Order) -> int:
    return order.sequence


def _execution_sequence(execution: Execution) -> int:
    return execution.sequence
