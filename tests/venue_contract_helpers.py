"""What the venue contract's cases work with: a recorder of reports, a desk and the simulator's control API."""

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar

import aiohttp

from tidegate.core.identifiers import OrderId, exchange_client_order_id
from tidegate.core.messages.effects import FetchExecutions, QueryOrder, SendCancel, SendOrder, SynchronizeAccount
from tidegate.core.messages.reports import InstrumentsReported, PriceReported, Report
from tidegate.core.vocabulary import Exchange, OrderType, Side, TimeInForce

SYMBOL = "BTC/USDT"
PRICE = Decimal(65_000)
WAIT_SECONDS = 10.0
QUIET_SECONDS = 0.3

R = TypeVar("R")


class RealClock:
    """The time of day."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class Recorder:
    """Takes reports like the engine's inbox, and lets a test wait for one."""

    def __init__(self) -> None:
        self.reports: list[Report] = []
        self._news = asyncio.Event()

    def __call__(self, report: Report) -> None:
        self.reports.append(report)
        self._news.set()

    def of(self, kind: type[R] | tuple[type[R], ...], where: Callable[[R], bool] = lambda _: True) -> list[R]:
        """What was reported of one kind so far."""
        return [report for report in self.reports if isinstance(report, kind) and where(report)]

    async def quiet(self) -> None:
        """Wait until the venue has told everything: in its answers and on the stream, in whatever order."""
        while True:
            told = len(self.reports)
            await asyncio.sleep(QUIET_SECONDS)
            if all(isinstance(report, PriceReported) for report in self.reports[told:]):
                return

    async def forget(self) -> None:
        """Drop what was reported, once the venue has told everything."""
        await self.quiet()
        self.reports.clear()

    async def wait(
        self, kind: type[R] | tuple[type[R], ...], where: Callable[[R], bool] = lambda _: True, *, count: int = 1
    ) -> R:
        """Wait for the `count`-th report of a kind; returns it."""
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                while len(found := self.of(kind, where)) < count:
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            told = [report for report in self.reports if not isinstance(report, PriceReported | InstrumentsReported)]
            raise AssertionError(f"no {kind} number {count} among {told[-20:]}") from None
        return found[count - 1]


class Desk:
    """What the engine would do with one session."""

    def __init__(self, exchange: Exchange, session: Any, record: Recorder, control: "Control") -> None:
        self.exchange = exchange
        self.session = session
        self.record = record
        self.control = control
        self.account_id = session.account_id
        self._orders = 0

    def send(self, **changes: Any) -> SendOrder:
        """Send a resting limit buy far below the market, changed as told; returns the effect."""
        self._orders += 1
        order_id = OrderId(f"{time.time_ns():020d}{self._orders:06d}")
        now = datetime.now(UTC)
        effect = SendOrder(
            **{
                "account_id": self.account_id,
                "order_id": order_id,
                "attempt": 1,
                "exchange_client_order_id": exchange_client_order_id(order_id, 1),
                "symbol": SYMBOL,
                "side": Side.BUY,
                "order_type": OrderType.LIMIT,
                "time_in_force": TimeInForce.GTC,
                "post_only": False,
                "intended_at": now,
                "expires_at": now + timedelta(seconds=5),
                "quantity": Decimal("0.01"),
                "price": PRICE * Decimal("0.9"),
                **changes,
            }
        )
        self.session.perform(effect)
        return effect

    def market(self, quantity: str = "0.01", side: Side = Side.BUY, **changes: Any) -> SendOrder:
        """Send a market order."""
        return self.send(order_type=OrderType.MARKET, price=None, quantity=Decimal(quantity), side=side, **changes)

    def cancel(self, order: SendOrder, exchange_order_id: Any = None) -> None:
        """Cancel an order by the venue's id, or by ours."""
        self.session.perform(
            SendCancel(
                account_id=self.account_id,
                order_id=order.order_id,
                symbol=order.symbol,
                exchange_client_order_id=order.exchange_client_order_id,
                exchange_order_id=exchange_order_id,
            )
        )

    def query(self, order: SendOrder, exchange_order_id: Any = None) -> None:
        """Ask what became of an order."""
        self.session.perform(
            QueryOrder(
                account_id=self.account_id,
                order_id=order.order_id,
                attempt=order.attempt,
                symbol=order.symbol,
                exchange_client_order_id=order.exchange_client_order_id,
                exchange_order_id=exchange_order_id,
            )
        )

    def fetch(self, order: SendOrder, exchange_order_id: Any) -> None:
        """Ask for an order's executions."""
        self.session.perform(
            FetchExecutions(
                account_id=self.account_id,
                order_id=order.order_id,
                symbol=order.symbol,
                exchange_order_id=exchange_order_id,
                since=order.intended_at - timedelta(seconds=5),
            )
        )

    def synchronize(self, since: datetime) -> None:
        """Ask for the account's picture."""
        self.session.perform(SynchronizeAccount(account_id=self.account_id, symbols=(SYMBOL,), executions_since=since))


class Control:
    """The simulator's control API, for one venue."""

    def __init__(self, base: str, exchange: Exchange, http: aiohttp.ClientSession) -> None:
        self._base = base
        self._exchange = exchange
        self._http = http

    async def call(self, method: str, path: str, body: dict[str, Any] | None = None, **query: str) -> Any:
        """Call the API; the venue's name is added."""
        named = None if body is None else {"exchange": self._exchange.value, **body}
        asked = {"exchange": self._exchange.value, **query} if body is None else {}
        async with self._http.request(method, f"{self._base}/_sim/{path}", params=asked, json=named) as answer:
            told = await answer.json()
            assert answer.status == 200, told
            return told

    async def fault(self, kind: str, endpoint: str = "*", count: int | None = 1, **extra: Any) -> None:
        """Switch a fault on."""
        await self.call("POST", "faults", {"kind": kind, "match": {"endpoint": endpoint, "count": count}, **extra})

    async def fired(self) -> int:
        """How often the faults that are on have struck."""
        return sum(fault["fired"] for fault in (await self.call("GET", "faults"))["faults"])

    async def move(self, price: str, **ladder: Any) -> None:
        """Move the market."""
        await self.call("POST", "market", {"symbol": SYMBOL, "price": price, "frozen": True, **ladder})

    async def orders(self, order: SendOrder) -> list[Any]:
        """The truth: what the venue accepted under an order's id, in any of its wallets."""
        found: list[Any] = []
        cursor: str | None = ""
        while cursor is not None:
            ledger = await self.call("GET", "ledger", cursor=cursor)
            found += [row for row in ledger["orders"] if row["client_order_id"] == order.exchange_client_order_id]
            cursor = ledger["next_cursor"]
        return found
