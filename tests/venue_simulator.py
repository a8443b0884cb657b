"""Sessions against a `venuesim` process: what the live tests of each venue's code share."""

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

import aiohttp

from tidegate.core.identifiers import AccountId
from tidegate.core.messages.effects import FetchExecutions, QueryOrder, SendAmend, SendCancel, SendOrder
from tidegate.core.messages.reports import AccountConnected
from tidegate.core.order import CONDITIONAL
from tidegate.core.vocabulary import Environment, Exchange, OrderType, Side
from tidegate.ports import VenueCredentials
from tidegate.venues.factory import Venues, VenueSettings
from venue_contract_helpers import PRICE, SYMBOL, Control, Desk, RealClock, Recorder

SWAP = "BTC/USDT:USDT"
SECRET = "canary-secret-" + "s" * 50
PASSPHRASE = "canary-passphrase"
BALANCES = {"USDT": "1000000", "BTC": "10"}


@contextmanager
def running_simulator(exchange: Exchange) -> Iterator[dict[str, Any]]:
    """The base URLs of a `venuesim` process that simulates one venue."""
    command = [sys.executable, "-m", "venuesim", "--venue", exchange.value]
    command += ["--port", "0", "--json", "--stop-with-parent"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())
        process.terminate()


class TradingDesk(Desk):
    """What the engine would do with one session, for orders of every type. Sends go to `symbol` unless told."""

    symbol = SYMBOL
    venues: Venues
    credentials: VenueCredentials

    def send(self, **changes: Any) -> SendOrder:
        """Send a resting limit buy far below the market, changed as told; returns the effect."""
        return super().send(**{"symbol": self.symbol, **changes})

    def stop(self, order_type: OrderType, trigger: str, *, side: Side = Side.SELL, **changes: Any) -> SendOrder:
        """Send an order that waits for the market; without a price it is one at the market."""
        told = {"price": None, "trigger_price": Decimal(trigger), **changes}
        return self.send(order_type=order_type, side=side, **told)

    def amend(self, order: SendOrder, exchange_order_id: Any = None, **changes: Any) -> SendAmend:
        """Change an order as told; what is not told stays."""
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
                "conditional": order.order_type in CONDITIONAL,
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

    def cancel_waiting(self, order: SendOrder, exchange_order_id: Any = None) -> None:
        """Cancel an order that waits for the market, as far as the desk knows."""
        self.session.perform(
            SendCancel(
                account_id=self.account_id,
                order_id=order.order_id,
                symbol=order.symbol,
                exchange_client_order_id=order.exchange_client_order_id,
                exchange_order_id=exchange_order_id,
                conditional=True,
            )
        )

    def query_waiting(self, order: SendOrder, exchange_order_id: Any = None) -> None:
        """Ask what became of an order that waits for the market, as far as the desk knows."""
        self.session.perform(
            QueryOrder(
                account_id=self.account_id,
                order_id=order.order_id,
                attempt=order.attempt,
                symbol=order.symbol,
                exchange_client_order_id=order.exchange_client_order_id,
                exchange_order_id=exchange_order_id,
                conditional=True,
            )
        )

    def fetch_waiting(self, order: SendOrder, exchange_order_id: Any) -> None:
        """Ask for the executions of an order by an id from before it was set off."""
        self.session.perform(
            FetchExecutions(
                account_id=self.account_id,
                order_id=order.order_id,
                symbol=order.symbol,
                exchange_order_id=exchange_order_id,
                since=order.intended_at - timedelta(seconds=5),
                exchange_client_order_id=order.exchange_client_order_id,
                conditional=True,
            )
        )

    async def freeze(self, symbol: str, price: str, **ladder: Any) -> None:
        """Move any market to a price and keep it there."""
        await self.control.call("POST", "market", {"symbol": symbol, "price": price, "frozen": True, **ladder})


@asynccontextmanager
async def control_of(urls: dict[str, Any], exchange: Exchange) -> AsyncIterator[Control]:
    """The control API: both markets frozen at the usual price, no fault on, and limits that many tests fit into."""
    async with aiohttp.ClientSession() as http:
        control = Control(urls["control"], exchange, http)
        await control.call("DELETE", "faults")
        await control.call("POST", "limits", {"scale": 20})
        for symbol in (SYMBOL, SWAP):
            ladder = {"levels": 20, "level_quantity": "5", "half_spread": "1"}
            await control.call("POST", "market", {"symbol": symbol, "price": str(PRICE), "frozen": True, **ladder})
        yield control
        await control.call("DELETE", "faults")


@asynccontextmanager
async def desk_at(
    urls: dict[str, Any], exchange: Exchange, control: Control, cache_folder: Path, **account: Any
) -> AsyncIterator[TradingDesk]:
    """A connected session of a new funded account; `account` adds to what the control API is told of it."""
    api_key = f"canary-key-{time.time_ns()}"
    body = {"api_key": api_key, "secret": SECRET, "passphrase": PASSPHRASE, "balances": BALANCES, **account}
    await control.call("POST", "accounts", body)
    credentials = VenueCredentials(api_key=api_key, secret=SECRET, passphrase=PASSPHRASE)
    endpoints = {name: base for name, base in urls.items() if isinstance(base, dict)}
    record = Recorder()
    settings = VenueSettings(cache_folder=cache_folder, endpoints=endpoints, prices_seconds=0.25, rate_limit_scale=20)
    venues = Venues(settings, RealClock(), record)
    market_data = venues.market_data(exchange, Environment.SIMULATED)
    session = venues.session(AccountId("main"), exchange, Environment.SIMULATED, credentials)
    desk = TradingDesk(exchange, session, record, control)
    desk.venues, desk.credentials = venues, credentials
    market_data.start()
    session.start()
    try:
        await record.wait(AccountConnected)
        yield desk
    finally:
        await session.close()
        await market_data.close()
