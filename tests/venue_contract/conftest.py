"""Runs every venue's session against its simulator, which is a process of its own and shares no code."""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

import aiohttp
import pytest

from tidegate.core.identifiers import AccountId, OrderId, exchange_client_order_id
from tidegate.core.messages.effects import FetchExecutions, QueryOrder, SendCancel, SendOrder, SynchronizeAccount
from tidegate.core.messages.reports import AccountConnected, PriceReported, Report
from tidegate.core.vocabulary import Environment, Exchange, OrderType, Side, TimeInForce
from tidegate.ports import VenueCredentials
from tidegate.venues.factory import Venues, VenueSettings

SECRET = "canary-secret-" + "s" * 50
PASSPHRASE = "canary-passphrase"
SYMBOL = "BTC/USDT"
PRICE = Decimal(65_000)
VENUES = [Exchange.BINANCE, Exchange.OKX]
WAIT_SECONDS = 10.0
QUIET_SECONDS = 0.4

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

    async def forget(self) -> None:
        """Drop what was reported, once the venue has told everything twice: in its answers and on the stream."""
        while True:
            told = len(self.reports)
            await asyncio.sleep(QUIET_SECONDS)
            if not any(not isinstance(report, PriceReported) for report in self.reports[told:]):
                self.reports.clear()
                return

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
            raise AssertionError(f"no {kind} number {count} among {self.reports[-20:]}") from None
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

    async def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """Call the API; the venue's name is added."""
        named = None if body is None else {"exchange": self._exchange.value, **body}
        query = f"?exchange={self._exchange.value}" if body is None else ""
        async with self._http.request(method, f"{self._base}/_sim/{path}{query}", json=named) as answer:
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
        """The truth: what the venue accepted under an order's id."""
        ledger = await self.call("GET", "ledger")
        return [row for row in ledger["orders"] if row["client_order_id"] == order.exchange_client_order_id]


@pytest.fixture(scope="module")
def simulators() -> Iterator[dict[str, Any]]:
    """The base URLs of a `venuesim` process."""
    command = [sys.executable, "-m", "venuesim", "--port", "0", "--json", "--stop-with-parent"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())
        process.terminate()


@pytest.fixture(params=VENUES)
def exchange(request: pytest.FixtureRequest) -> Exchange:
    """Each venue in turn."""
    return Exchange(request.param)


@pytest.fixture
async def control(simulators: dict[str, Any], exchange: Exchange) -> AsyncIterator[Control]:
    """The control API, with the market frozen at its usual price and no fault on."""
    async with aiohttp.ClientSession() as http:
        made = Control(simulators["control"], exchange, http)
        await made.call("DELETE", "faults")
        await made.call("POST", "limits", {"scale": 1.0})
        await made.move(str(PRICE), levels=20, level_quantity="5")
        yield made
        await made.call("DELETE", "faults")


@pytest.fixture
def record() -> Recorder:
    return Recorder()


@pytest.fixture
def venues(simulators: dict[str, Any], record: Recorder, tmp_path: Path) -> Venues:
    """The factory, pointed at the simulators."""
    return Venues(VenueSettings(cache_folder=tmp_path, endpoints=_endpoints(simulators)), RealClock(), record)


def _endpoints(urls: dict[str, Any]) -> dict[str, dict[str, str]]:
    return {name: base for name, base in urls.items() if isinstance(base, dict)}


@pytest.fixture
async def credentials(control: Control) -> VenueCredentials:
    """A funded account of its own for each test."""
    api_key = f"canary-key-{time.time_ns()}"
    balances = {"USDT": "1000000", "BTC": "10"}
    body = {"api_key": api_key, "secret": SECRET, "passphrase": PASSPHRASE, "balances": balances}
    await control.call("POST", "accounts", body)
    return VenueCredentials(api_key=api_key, secret=SECRET, passphrase=PASSPHRASE)


@pytest.fixture
async def desk(
    exchange: Exchange, control: Control, venues: Venues, credentials: VenueCredentials, record: Recorder
) -> AsyncIterator[Desk]:
    """A connected session."""
    market_data = venues.market_data(exchange, Environment.SIMULATED)
    session = venues.session(AccountId("main"), exchange, Environment.SIMULATED, credentials)
    market_data.start()
    session.start()
    try:
        await record.wait(AccountConnected)
        yield Desk(exchange, session, record, control)
    finally:
        await session.close()
        await market_data.close()
