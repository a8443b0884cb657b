"""The demo's desk: its settings, its users, and an account at each simulated venue."""

import asyncio
import secrets
import socket
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tidegate.cli.demo_script import LIMIT_SYMBOL, MARKET_SYMBOL, account_of
from tidegate.cli.first_start import ADMINISTRATOR, add_token, add_user, new_command_id, register
from tidegate.cli.simulator import SimulatedVenues
from tidegate.client import AsyncClient
from tidegate.core.identifiers import AccountId, UserId
from tidegate.core.messages.commands import RegisterAccount
from tidegate.core.vocabulary import Environment, Exchange, Role
from tidegate.ports import VenueCredentials
from tidegate.settings import Settings

if TYPE_CHECKING:
    from tidegate.bootstrap import RunningDesk

DEMO_USER = UserId("demo")
BALANCES = {"USDT": "100000", "BTC": "1", "ETH": "10"}
READY_SECONDS_MAX = 30.0
_PRICED = {symbol.partition("/")[0] for symbol in (MARKET_SYMBOL, LIMIT_SYMBOL)}
HOST = "127.0.0.1"


class DemoError(Exception):
    """The demo cannot go on; the message says why."""


def demo_settings(folder: Path, port: int, venues: SimulatedVenues) -> Settings:
    """A desk of its own: it takes nothing from the environment, so it never touches another database."""
    simulated = {Exchange(name): urls for name, urls in venues.venues.items()}
    return Settings(data_folder=folder, host=HOST, port=free_port(port), simulated_venues=simulated)


def free_port(wanted: int) -> int:
    """The wanted port, or 0, for any, when something listens there."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, wanted))
        except OSError:
            return 0
    return wanted


async def set_up(desk: "RunningDesk", venues: SimulatedVenues) -> str:
    """Create users and accounts; returns the trader's token."""
    from tidegate.gateway.tokens import new_token

    tokens: dict[UserId, str] = {}
    for user_id, name, role in ((ADMINISTRATOR, "Administrator", Role.ADMIN), (DEMO_USER, "Demo", Role.TRADER)):
        tokens[user_id], _ = new_token()
        await add_user(desk, user_id, name, role)
        await add_token(desk, user_id, tokens[user_id], "demo")
    for exchange in Exchange:
        await _open_account(desk, venues, exchange)
    return tokens[DEMO_USER]


async def _open_account(desk: "RunningDesk", venues: SimulatedVenues, exchange: Exchange) -> None:
    """An account with keys of its own, known to the simulator first, to the desk second."""
    account_id = AccountId(account_of(exchange))
    credentials = VenueCredentials(
        api_key=secrets.token_hex(16),
        secret=secrets.token_hex(32),
        passphrase=secrets.token_hex(8) if exchange is Exchange.OKX else None,
    )
    body: dict[str, object] = {
        "exchange": exchange,
        "api_key": credentials.api_key,
        "secret": credentials.secret,
        "balances": BALANCES,
    }
    if credentials.passphrase is not None:
        body["passphrase"] = credentials.passphrase
    await venues.control("accounts", body)
    await desk.vault.store(account_id, exchange, credentials)
    await register(
        desk,
        RegisterAccount(
            command_id=new_command_id(),
            at=datetime.now(UTC),
            account_id=account_id,
            exchange=exchange,
            environment=Environment.SIMULATED,
            user_ids=(DEMO_USER,),
        ),
    )


async def until_ready(client: AsyncClient) -> None:
    """Wait until every account takes orders and every market that is traded has a price.

    Raises:
        DemoError: it takes too long.
    """
    deadline = asyncio.get_running_loop().time() + READY_SECONDS_MAX
    while missing := await _missing(client):
        if asyncio.get_running_loop().time() > deadline:
            raise DemoError(f"not ready after {READY_SECONDS_MAX:.0f} s: {'; '.join(missing)}")
        await asyncio.sleep(0.05)


async def _missing(client: AsyncClient) -> list[str]:
    missing = [
        f"{account.account_id} is {account.state} {account.message}".strip()
        for account in (await client.readiness()).accounts
        if account.state != "ready"
    ]
    if missing:
        return missing
    priced = {(row.account_id, row.asset) for row in (await client.portfolio()).items if row.price is not None}
    wanted = {(account_of(exchange), asset) for exchange in Exchange for asset in _PRICED}
    return [f"{account_id} has no price for {asset}" for account_id, asset in sorted(wanted - priced)]
