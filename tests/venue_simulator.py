"""What the live tests of each venue share: its simulator, and an account's session connected to it.

`tests/venues/conftest.py` makes the fixtures; a test module says which venue it is about by a fixture `exchange`.
"""

import json
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from tidegate.core.identifiers import AccountId
from tidegate.core.messages.effects import (
    FetchExecutions,
    QueryOrder,
    SendAmend,
    SendCancel,
    SendOrder,
    SynchronizeAccount,
)
from tidegate.core.messages.reports import (
    AccountConnected,
    AccountSynchronized,
    ExecutionReported,
    LeverageReported,
    OrderAccepted,
    OrderReported,
)
from tidegate.core.vocabulary import Environment, Exchange
from tidegate.ports import VenueCredentials
from tidegate.venues.factory import Venues, VenueSettings
from venue_contract_helpers import PRICE, Control, Desk, RealClock, Recorder

SPOT, LINEAR = "BTC/USDT", "BTC/USDT:USDT"
SECRET = "canary-secret-" + "s" * 50
PASSPHRASE = "canary-passphrase"
BALANCES = {"USDT": "1000000", "BTC": "10"}
LADDER = {"levels": 20, "level_quantity": "5"}


@contextmanager
def running_simulator(exchange: Exchange) -> Iterator[dict[str, Any]]:
    """A `venuesim` process for one venue; yields its URLs."""
    command = [sys.executable, "-m", "venuesim", "--venue", exchange.value, "--port", "0", "--json"]
    with subprocess.Popen([*command, "--stop-with-parent"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())
        process.terminate()


async def calm(control: Control) -> None:
    """The markets frozen at their usual price, no fault on, and limits that many tests fit into."""
    await control.call("DELETE", "faults")
    await control.call("POST", "limits", {"scale": 20})
    for symbol in (SPOT, LINEAR):
        body = {"symbol": symbol, "price": str(PRICE), "frozen": True, **LADDER}
        await control.call("POST", "market", body | ({"mark_price": None} if symbol == LINEAR else {}))


async def new_account(control: Control, **changes: Any) -> VenueCredentials:
    """A funded account of the test's own; `changes` are further fields of the control API's call."""
    api_key = f"canary-key-{time.time_ns()}"
    body = {"api_key": api_key, "secret": SECRET, "passphrase": PASSPHRASE, "balances": BALANCES, **changes}
    await control.call("POST", "accounts", body)
    return VenueCredentials(api_key=api_key, secret=SECRET, passphrase=PASSPHRASE)


def named(order: SendOrder) -> Any:
    """A filter for reports that name an order's attempt."""
    return lambda report: report.exchange_client_order_id == order.exchange_client_order_id


class Bench(Desk):
    """What the engine would do with one session, on both of the venue's markets."""

    def __init__(self, exchange: Exchange, session: Any, record: Recorder, control: Control, api_key: str) -> None:
        super().__init__(exchange, session, record, control)
        self.api_key = api_key
        self.leverage_at_first: Decimal | None = None

    async def learn_leverage(self) -> None:
        """Wait for what the contract is set to; the others' settings are asked for no more, so that it is calm."""
        told = await self.record.wait(LeverageReported, lambda report: report.symbol == LINEAR)
        self.leverage_at_first = told.leverage
        self.session._learning.cancel()
        self.record.reports = [report for report in self.record.reports if not isinstance(report, LeverageReported)]

    async def place(self, **changes: Any) -> tuple[SendOrder, Any]:
        """Send an order and wait until the venue has taken it; returns the effect and the venue's id."""
        order = self.send(**changes)
        accepted = await self.record.wait(OrderAccepted, lambda report: report.order_id == order.order_id)
        return order, accepted.exchange_order_id

    def amend(self, order: SendOrder, exchange_order_id: Any = None, **changes: Any) -> SendAmend:
        """Change an order: its figures as they were, changed as told."""
        now = datetime.now(UTC)
        effect = SendAmend(
            **{
                "account_id": self.account_id,
                "order_id": order.order_id,
                "attempt": order.attempt,
                "amendment": 1,
                "symbol": order.symbol,
                "side": order.side,
                "order_type": order.order_type,
                "exchange_client_order_id": order.exchange_client_order_id,
                "exchange_order_id": exchange_order_id,
                "conditional": order.trigger_price is not None,
                "quantity": order.quantity,
                "price": order.price,
                "trigger_price": order.trigger_price,
                "trigger_by": order.trigger_by,
                "position_side": order.position_side,
                "intended_at": now,
                "expires_at": now + timedelta(seconds=5),
                **changes,
            }
        )
        self.session.perform(effect)
        return effect

    def cancel(self, order: SendOrder, exchange_order_id: Any = None, *, conditional: bool = False) -> None:
        """Cancel an order by the venue's id, or by ours."""
        self.session.perform(
            SendCancel(
                account_id=self.account_id,
                order_id=order.order_id,
                symbol=order.symbol,
                exchange_client_order_id=order.exchange_client_order_id,
                exchange_order_id=exchange_order_id,
                conditional=conditional,
            )
        )

    def query(self, order: SendOrder, exchange_order_id: Any = None, *, conditional: bool = False) -> None:
        """Ask what became of an order."""
        self.session.perform(
            QueryOrder(
                account_id=self.account_id,
                order_id=order.order_id,
                attempt=order.attempt,
                symbol=order.symbol,
                exchange_client_order_id=order.exchange_client_order_id,
                exchange_order_id=exchange_order_id,
                conditional=conditional,
            )
        )

    def fetch(self, order: SendOrder, exchange_order_id: Any, *, conditional: bool = False) -> None:
        """Ask for an order's executions, by an id of the venue's and our own."""
        self.session.perform(
            FetchExecutions(
                account_id=self.account_id,
                order_id=order.order_id,
                symbol=order.symbol,
                exchange_order_id=exchange_order_id,
                since=order.intended_at - timedelta(seconds=5),
                exchange_client_order_id=order.exchange_client_order_id,
                conditional=conditional,
            )
        )

    async def found(self, order: SendOrder, *, conditional: bool = False) -> OrderReported:
        """What a look-up by our own id says of an order."""
        self.query(order, conditional=conditional)
        return await self.record.wait(
            OrderReported, lambda report: named(order)(report) and report.requested_at is not None
        )

    async def synchronized(self, *symbols: str, since: timedelta = timedelta(minutes=10)) -> AccountSynchronized:
        """Ask for the account's picture and wait for all of it; what was reported before is forgotten."""
        await self.record.forget()
        wish = SynchronizeAccount(
            account_id=self.account_id, symbols=symbols, executions_since=datetime.now(UTC) - since
        )
        self.session.perform(wish)
        return await self.record.wait(AccountSynchronized)

    async def move(self, symbol: str, price: str, **ladder: Any) -> None:
        """Move a market, and let it set off and fill what it does."""
        await self.control.call("POST", "market", {"symbol": symbol, "price": price, "frozen": True, **ladder})

    def executions(self, order: SendOrder) -> list[ExecutionReported]:
        """The executions of an order that were reported, each once."""
        told = self.record.of(ExecutionReported, named(order))
        return list({report.trade_id: report for report in told}.values())

    def filled(self, order: SendOrder) -> Decimal:
        """How much of an order the reported executions have filled."""
        return sum((told.quantity for told in self.executions(order)), Decimal(0))


@asynccontextmanager
async def connected(
    exchange: Exchange, urls: dict[str, Any], control: Control, folder: Path, **account: Any
) -> AsyncIterator[Bench]:
    """A session that is connected, for an account of its own."""
    credentials = await new_account(control, **account)
    record = Recorder()
    endpoints = {name: base for name, base in urls.items() if isinstance(base, dict)}
    settings = VenueSettings(cache_folder=folder, endpoints=endpoints, rate_limit_scale=20, prices_seconds=0.25)
    venues = Venues(settings, RealClock(), record)
    market_data = venues.market_data(exchange, Environment.SIMULATED)
    session = venues.session(AccountId("main"), exchange, Environment.SIMULATED, credentials)
    market_data.start()
    session.start()
    try:
        await record.wait(AccountConnected)
        bench = Bench(exchange, session, record, control, credentials.api_key)
        await bench.learn_leverage()
        yield bench
    finally:
        await session.close()
        await market_data.close()
