"""What has left memory: ended orders with their executions and arrival counts, in a temporary SQLite file."""

from __future__ import annotations

import sqlite3
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from operator import attrgetter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec

from venuesim.exchange.accounts import Account
from venuesim.exchange.instruments import Instrument
from venuesim.exchange.orders import Execution, Order, OrderState
from venuesim.exchange.triggers import Trigger
from venuesim.exchange.vocabulary import (
    EndReason,
    OrderStatus,
    OrderType,
    Origin,
    PositionSide,
    SelfTradePrevention,
    Side,
    TimeInForce,
)

CACHED_ORDERS = 2_000
"""How many orders read back are kept, so that a page of executions reads each order once."""

_SCHEMA = """
create table orders (sequence integer primary key, account integer not null, order_id integer not null,
                     symbol text not null, client_order_id text not null, body blob not null);
create index orders_by_id on orders (account, order_id);
create index orders_by_client_order_id on orders (account, client_order_id);
create table executions (sequence integer primary key, account integer not null, symbol text not null,
                         order_sequence integer not null, place integer not null);
create index executions_by_account on executions (account, sequence);
create table arrivals (number integer primary key, account integer not null, client_order_id text not null,
                       count integer not null, unique (account, client_order_id));
"""


class StoredExecution(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """An execution without what its order says already."""

    sequence: int
    trade_id: int
    price: Decimal
    quantity: Decimal
    fee: Decimal
    fee_asset: str
    fee_rate: Decimal
    is_maker: bool
    time_ms: int
    leaves_quantity: Decimal
    realized_pnl: Decimal
    closed_quantity: Decimal
    mark_price: Decimal


class StoredOrder(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """An order as it is kept; the columns beside it hold its account and symbol."""

    order_id: int
    sequence: int
    side: Side
    order_type: OrderType
    client_order_id: str
    time_in_force: TimeInForce
    post_only: bool
    price: Decimal
    price_key: int
    quantity: Decimal
    quote_quantity: Decimal
    created_ms: int
    updated_ms: int
    extra: dict[str, str]
    post_only_cancels: bool
    display_quantity: Decimal
    reduce_only: bool
    position_side: PositionSide
    pocket: str
    self_trade_prevention: SelfTradePrevention
    trigger: Trigger | None
    expires_ms: int | None
    origin: Origin
    status: OrderStatus
    end_reason: EndReason
    triggered_ms: int | None
    working_ms: int | None
    filled_quantity: Decimal
    filled_quote: Decimal
    prevented_quantity: Decimal
    locked_amount: Decimal
    amended_count: int
    history: list[OrderState]
    executions: list[StoredExecution]


_ORDER_FIELDS = StoredOrder.__struct_fields__[:-1]  # All but the executions.
_EXECUTION_FIELDS = StoredExecution.__struct_fields__
_order_values = attrgetter(*_ORDER_FIELDS)
_execution_values = attrgetter(*_EXECUTION_FIELDS)
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(StoredOrder).decode

_INSERT_ORDER = "insert into orders values (?, ?, ?, ?, ?, ?)"
_INSERT_EXECUTION = "insert into executions values (?, ?, ?, ?, ?)"
_ADD_ARRIVALS = (
    "insert into arrivals values (?, ?, ?, ?) "
    "on conflict (account, client_order_id) do update set count = count + excluded.count"
)


class Archive:
    """Opened with the first order that comes. It is a scratch file: nothing of it outlives the process."""

    def __init__(self, instruments: Mapping[str, Instrument]) -> None:
        self._instruments = instruments
        self._accounts: dict[int, Account] = {}
        self._folder: TemporaryDirectory[str] | None = None
        self._connection: sqlite3.Connection | None = None
        self._cache: OrderedDict[int, Order] = OrderedDict()

    def close(self) -> None:
        """Close and remove the file."""
        if self._connection is not None:
            self._connection.close()
        if self._folder is not None:
            self._folder.cleanup()

    # Writing

    def add_orders(self, orders: Iterable[Order]) -> None:
        """Store ended orders with their executions."""
        order_rows, execution_rows = [], []
        for order in orders:
            account = order.account
            assert account is not None, "liquidity is not archived"
            self._accounts[account.account_id] = account
            symbol = order.instrument.symbol
            key = (order.sequence, account.account_id, order.order_id, symbol, order.client_order_id)
            order_rows.append((*key, _stored(order)))
            execution_rows += [
                (execution.sequence, account.account_id, symbol, order.sequence, place)
                for place, execution in enumerate(order.executions)
            ]
        with self._open() as connection:
            connection.executemany(_INSERT_ORDER, order_rows)
            connection.executemany(_INSERT_EXECUTION, execution_rows)

    def add_arrivals(self, arrivals: Iterable[tuple[int, Account, str, int]]) -> None:
        """Add to the counts of client order ids: (number, account, id, count); one that is here keeps its number."""
        rows = []
        for number, account, client_order_id, count in arrivals:
            self._accounts[account.account_id] = account
            rows.append((number, account.account_id, client_order_id, count))
        with self._open() as connection:
            connection.executemany(_ADD_ARRIVALS, rows)

    # Reading

    def order(self, account: Account, order_id: int) -> Order | None:
        """Return an order by its venue id."""
        return self._one("where account = ? and order_id = ?", account.account_id, order_id)

    def newest(self, account: Account, client_order_id: str) -> Order | None:
        """Return the newest order with a client order id."""
        where = "where account = ? and client_order_id = ? order by sequence desc limit 1"
        return self._one(where, account.account_id, client_order_id)

    def orders(
        self, account: Account, *, newest_first: bool, above: int, below: int, symbol: str | None
    ) -> Iterator[Order]:
        """Yield an account's orders between two venue ids (excluded)."""
        where, values = _bounds("order_id", account, above, below, symbol)
        order = f"order by order_id {'desc' if newest_first else 'asc'}"
        for row in self._rows(f"select sequence, account, symbol, body from orders {where} {order}", *values):  # noqa: S608 - Our own words.
            yield self._read(row)

    def executions(
        self, account: Account, *, newest_first: bool, above: int, below: int, symbol: str | None
    ) -> Iterator[Execution]:
        """Yield an account's executions between two sequences (excluded)."""
        where, values = _bounds("sequence", account, above, below, symbol)
        order = f"order by sequence {'desc' if newest_first else 'asc'}"
        return self._executions(f"{where} {order}", *values)

    def orders_after(self, sequence: int) -> Iterator[Order]:
        """Yield the orders of all accounts after a sequence, oldest first."""
        query = "select sequence, account, symbol, body from orders where sequence > ? order by sequence"
        for row in self._rows(query, sequence):
            yield self._read(row)

    def executions_after(self, sequence: int) -> Iterator[Execution]:
        """Yield the executions of all accounts after a sequence, oldest first."""
        return self._executions("where sequence > ? order by sequence", sequence)

    def arrivals_of(self, account: Account, client_order_id: str) -> int:
        """Return how often a client order id had arrived when its count came here."""
        query = "select count from arrivals where account = ? and client_order_id = ?"
        return sum(row[0] for row in self._rows(query, account.account_id, client_order_id))

    def arrivals_after(self, number: int) -> Iterator[tuple[int, Account, str, int]]:
        """Yield (number, account, client order id, count) after a number, in order."""
        query = "select number, account, client_order_id, count from arrivals where number > ? order by number"
        for first, account_id, client_order_id, count in self._rows(query, number):
            yield first, self._accounts[account_id], client_order_id, count

    def _executions(self, where: str, *values: object) -> Iterator[Execution]:
        for order_sequence, place in self._rows(f"select order_sequence, place from executions {where}", *values):  # noqa: S608 - Our own words.
            order = self._cache.get(order_sequence) or self._one("where sequence = ?", order_sequence)
            assert order is not None, "an execution is stored with its order"
            yield order.executions[place]

    def _one(self, where: str, *values: object) -> Order | None:
        for row in self._rows(f"select sequence, account, symbol, body from orders {where}", *values):  # noqa: S608 - The same.
            return self._read(row)
        return None

    def _read(self, row: tuple[Any, ...]) -> Order:
        sequence, account_id, symbol, body = row
        order = self._cache.get(sequence)
        if order is None:
            order = _restored(_decode(body), self._accounts[account_id], self._instruments[symbol])
            self._cache[sequence] = order
            if len(self._cache) > CACHED_ORDERS:
                self._cache.popitem(last=False)
        return order

    def _rows(self, query: str, *values: object) -> Iterator[tuple[Any, ...]]:
        return iter(()) if self._connection is None else iter(self._connection.execute(query, values))

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            self._folder = TemporaryDirectory(prefix="venuesim-")
            connection = sqlite3.connect(Path(self._folder.name) / "archive.sqlite")
            connection.execute("pragma journal_mode = off")
            connection.execute("pragma synchronous = off")
            connection.executescript(_SCHEMA)
            self._connection = connection
        return self._connection


def _bounds(column: str, account: Account, above: int, below: int, symbol: str | None) -> tuple[str, list[object]]:
    where = f"where account = ? and {column} > ? and {column} < ?"
    values: list[object] = [account.account_id, above, below]
    if symbol is not None:
        where += " and symbol = ?"
        values.append(symbol)
    return where, values


def _stored(order: Order) -> bytes:
    """Return what a StoredOrder is read from; it is not made, which would take twice as long."""
    return _encode((*_order_values(order), [_execution_values(execution) for execution in order.executions]))


def _restored(stored: StoredOrder, account: Account, instrument: Instrument) -> Order:
    fields = {name: getattr(stored, name) for name in _ORDER_FIELDS}
    order = Order(**fields, account=account, instrument=instrument)
    order.executions = [
        Execution(
            account=account, order=order, side=order.side, **{name: getattr(kept, name) for name in _EXECUTION_FIELDS}
        )
        for kept in stored.executions
    ]
    return order
