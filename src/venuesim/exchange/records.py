"""Every order and execution of an exchange: the recent and the open in memory, the rest on disk, one way to look up."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from heapq import merge
from itertools import count, islice

import msgspec

from venuesim.exchange.accounts import Account
from venuesim.exchange.archive import Archive
from venuesim.exchange.instruments import Instrument
from venuesim.exchange.orders import Execution, Order

CLOSED_KEPT = 20_000
"""How many orders that ended stay in memory."""

ARRIVALS_KEPT = 40_000
"""How many client order ids have their count in memory."""

BATCH = 50
"""How many orders move to disk at once: few enough that nobody waits for it."""


class Arrival(msgspec.Struct):
    """How often a client order id of an account arrived; `number` is its place among all, by its first arrival."""

    number: int
    account: Account
    client_order_id: str
    count: int


class Records:
    """The orders and executions of one exchange. Nothing is forgotten; memory is bounded."""

    def __init__(
        self,
        instruments: Iterable[Instrument],
        *,
        closed_kept: int = CLOSED_KEPT,
        arrivals_kept: int = ARRIVALS_KEPT,
        batch: int = BATCH,
    ) -> None:
        self._closed_kept = closed_kept
        self._arrivals_kept = arrivals_kept
        self._batch = batch
        self._archive = Archive({instrument.symbol: instrument for instrument in instruments})
        self._orders: dict[int, Order] = {}
        self._executions: dict[int, Execution] = {}
        self._closed: deque[Order] = deque()
        self._arrivals: dict[tuple[int, str], Arrival] = {}
        self._arrival_numbers = count(1)

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

    def rename(self, order: Order, client_order_id: str) -> None:
        """Give an open order another client order id; by the old one it is not found any more."""
        account = order.account
        assert account is not None, "liquidity is not recorded"
        if account.by_client_order_id.get(order.client_order_id) is order:
            del account.by_client_order_id[order.client_order_id]
        order.client_order_id = client_order_id
        account.by_client_order_id[client_order_id] = order

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
        key = (account.account_id, client_order_id)
        known = self._arrivals.get(key)
        if known is not None:
            known.count += 1
            return
        self._arrivals[key] = Arrival(next(self._arrival_numbers), account, client_order_id, 1)
        if len(self._arrivals) > self._arrivals_kept:
            oldest = [self._arrivals.pop(each) for each in list(islice(self._arrivals, self._batch))]
            self._archive.add_arrivals(msgspec.structs.astuple(arrival) for arrival in oldest)

    def tidy(self) -> None:
        """Move the oldest ended orders to disk while there are too many; call it between requests."""
        while self.tidy_a_little():
            pass

    def tidy_a_little(self) -> bool:
        """Move a batch of ended orders to disk if there are too many; return whether it did."""
        if len(self._closed) < self._closed_kept + self._batch:
            return False
        batch = [self._closed.popleft() for _ in range(self._batch)]
        self._archive.add_orders(batch)
        for order in batch:
            self._forget(order)
        return True

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
        # An order and its executions know each other, and the collector hardly ever looks at objects of this age.
        order.executions = []

    # Looking up

    def order(self, account: Account, order_id: int) -> Order | None:
        """Return an account's order by its venue id."""
        return account.orders.get(order_id) or self._archive.order(account, order_id)

    def newest(self, account: Account, client_order_id: str) -> Order | None:
        """Return the newest of an account's orders with a client order id; an empty one names none."""
        if not client_order_id:
            return None
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
        return self._recent_arrivals(account.account_id, client_order_id) + self._archive.arrivals_of(
            account, client_order_id
        )

    # The ledger's pages

    def orders_after(self, sequence: int, limit: int) -> list[Order]:
        """Return up to `limit` orders of all accounts after a sequence, oldest first."""
        recent = (order for order in self._orders.values() if order.sequence > sequence)
        return list(islice(merge(recent, self._archive.orders_after(sequence), key=_order_sequence), limit))

    def executions_after(self, sequence: int, limit: int) -> list[Execution]:
        """Return up to `limit` executions of all accounts after a sequence, oldest first."""
        recent = (execution for execution in self._executions.values() if execution.sequence > sequence)
        return list(islice(merge(recent, self._archive.executions_after(sequence), key=_execution_sequence), limit))

    def arrivals_after(self, number: int, limit: int) -> list[Arrival]:
        """Return up to `limit` client order ids of all accounts whose first arrival came after a number's, in order."""
        on_disk = (
            Arrival(first, account, name, earlier + self._recent_arrivals(account.account_id, name))
            for first, account, name, earlier in self._archive.arrivals_after(number)
        )
        in_memory = (
            arrival
            for arrival in self._arrivals.values()
            if arrival.number > number and not self._archive.arrivals_of(arrival.account, arrival.client_order_id)
        )
        return list(islice(merge(on_disk, in_memory, key=_arrival_number), limit))

    def _recent_arrivals(self, account_id: int, client_order_id: str) -> int:
        recent = self._arrivals.get((account_id, client_order_id))
        return 0 if recent is None else recent.count


def _arrival_number(arrival: Arrival) -> int:
    return arrival.number


def _order_sequence(order: Order) -> int:
    return order.sequence


def _execution_sequence(execution: Execution) -> int:
    return execution.sequence
