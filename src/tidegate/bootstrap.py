"""The only place that wires: storage, engine, venue sessions and gateway become one running desk."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import structlog

from tidegate.core.desk import Desk
from tidegate.core.messages.events import CredentialsReplaced
from tidegate.core.messages.reports import AccountDisconnected
from tidegate.core.policy import Policy
from tidegate.core.records import Account, Batch
from tidegate.core.vocabulary import Environment, Exchange
from tidegate.gateway.app import create_app
from tidegate.gateway.server import Server, serve
from tidegate.ports import Clock, KeyVault, VenueCredentials
from tidegate.runtime import alarms
from tidegate.runtime.clock import RealClock
from tidegate.runtime.loop import DeskLoop
from tidegate.runtime.price_watch import PriceWatch
from tidegate.runtime.reference import DeskReference
from tidegate.runtime.sessions import Sessions
from tidegate.runtime.ticking import tick
from tidegate.settings import Settings
from tidegate.storage.migrate import upgrade
from tidegate.storage.open import Storage, open_storage
from tidegate.vault.errors import VaultError
from tidegate.vault.keys import FileKey, KeyEncryptionKey, PassphraseKey, create_key_file
from tidegate.vault.vault import EnvelopeVault
from tidegate.venues.factory import Venues, VenueSettings

log = structlog.get_logger()
PASSPHRASE_VARIABLE = "TIDEGATE_PASSPHRASE"  # noqa: S105  The name of a variable.


class RunningDesk:
    """A desk that runs: its doors for those in the same process, and the task that ends when the desk does."""

    def __init__(
        self,
        loop: DeskLoop,
        sessions: Sessions,
        storage: Storage,
        vault: KeyVault,
        url: str,
        engine: asyncio.Task[None],
    ) -> None:
        self.loop = loop
        self.sessions = sessions
        self.storage = storage
        self.vault = vault
        self.url = url
        self._engine = engine

    async def until_ended(self) -> None:
        """Return when the engine has ended; raise what ended it."""
        await asyncio.wait([self._engine])
        if not self._engine.cancelled():
            self._engine.result()


@asynccontextmanager
async def running_desk(settings: Settings) -> AsyncIterator[RunningDesk]:
    """Start a desk on its data folder and database, and stop it with the context.

    Raises:
        StorageError, VaultError: the database or the key cannot be used; the message says what to do.
        OSError: the port is taken.
    """
    settings.data_folder.mkdir(parents=True, exist_ok=True)
    await asyncio.to_thread(upgrade, settings.database)
    async with AsyncExitStack() as stack:
        storage = open_storage(settings.database)
        stack.push_async_callback(storage.close)
        snapshot = await storage.journal.load()
        desk = Desk.restore(snapshot, Policy(four_eyes=settings.four_eyes))
        clock = RealClock()
        sessions = Sessions(clock, settings.compare_every_seconds)
        price_watch = PriceWatch()
        loop = DeskLoop(
            desk=desk,
            epoch=snapshot.epoch,
            journal=storage.journal,
            clock=clock,
            perform=sessions.perform,
            watch_prices=price_watch.want,
        )
        vault = EnvelopeVault(storage.credential_store, _key(settings), desk=settings.desk_name)
        engine = asyncio.create_task(loop.run(), name="engine")
        stack.push_async_callback(_stop_engine, engine)
        ticking = asyncio.create_task(tick(clock, loop.report), name="clock")
        stack.callback(ticking.cancel)
        connector = _Connector(settings, loop, sessions, vault, clock, price_watch)
        stack.push_async_callback(connector.close)
        sessions.start(loop.report)
        loop.on_release += [connector.see, alarms.tell]
        for account in list(desk.accounts.values()):
            connector.connect(account)
        server = await _open_gateway(settings, loop, sessions, storage, vault, DeskReference(desk), clock)
        stack.push_async_callback(server.close)
        yield RunningDesk(loop, sessions, storage, vault, server.url, engine)


async def _open_gateway(
    settings: Settings,
    loop: DeskLoop,
    sessions: Sessions,
    storage: Storage,
    vault: KeyVault,
    reference: DeskReference,
    clock: Clock,
) -> Server:
    app = create_app(
        commands=loop,
        blotter=storage.blotter,
        accounting=storage.accounting,
        reference=reference,
        vault=vault,
        venue_health=sessions.health,
        clock=clock,
    )
    return await serve(app, settings.host, settings.port)


async def _stop_engine(engine: asyncio.Task[None]) -> None:
    """End the engine; what ended it earlier has been told by `until_ended`."""
    engine.cancel()
    await asyncio.wait([engine])


def _key(settings: Settings) -> KeyEncryptionKey:
    """The vault's key: from the passphrase if one is given, else from the key file, made on first start."""
    passphrase = os.environ.get(PASSPHRASE_VARIABLE)
    if passphrase:
        return PassphraseKey(passphrase)
    if not settings.key_file.exists():
        create_key_file(settings.key_file)
    return FileKey(settings.key_file)


class _Connector:
    """Gives every account its session: those known at the start, and those that are registered later."""

    def __init__(
        self,
        settings: Settings,
        loop: DeskLoop,
        sessions: Sessions,
        vault: KeyVault,
        clock: RealClock,
        price_watch: PriceWatch,
    ) -> None:
        endpoints = {str(exchange): urls for exchange, urls in settings.simulated_venues.items()}
        self._venues = Venues(
            VenueSettings(
                cache_folder=settings.cache_folder,
                endpoints=endpoints,
                rate_limit_scale=settings.rate_limit_scale,
                instruments_seconds=settings.refresh_instruments_every_seconds,
            ),
            clock,
            loop.report,
        )
        self._loop = loop
        self._clock = clock
        self._sessions = sessions
        self._price_watch = price_watch
        self._vault = vault
        self._markets: dict[tuple[Exchange, Environment], object] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._one_at_a_time = asyncio.Lock()
        self._closers = AsyncExitStack()

    def see(self, batch: Batch) -> None:
        """Connect accounts that have just been registered, and connect anew those with other credentials."""
        replaced = {entry.event.account_id for entry in batch.journal if isinstance(entry.event, CredentialsReplaced)}
        for account in batch.accounts.values():
            if account.account_id in replaced or account.account_id not in self._sessions:
                self.connect(account, anew=account.account_id in replaced)

    def connect(self, account: Account, *, anew: bool = False) -> None:
        """Open the account's credentials and start its session, in the background; `anew` ends the one it has first."""
        task = asyncio.create_task(self._connect(account, anew=anew), name=f"connect {account.account_id}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _connect(self, account: Account, *, anew: bool) -> None:
        async with self._one_at_a_time:  # So that the last credentials stored are those that stay in use.
            if anew:
                await self._sessions.remove(account.account_id)
            if account.account_id not in self._sessions:
                await self._open(account)

    async def _open(self, account: Account) -> None:
        try:
            credentials = await self._vault.credentials(account.account_id, account.exchange)
        except VaultError as error:
            self._cannot_connect(account, f"its credentials cannot be opened: {error}")
            return
        if credentials is None:
            self._cannot_connect(account, "it has no credentials")
            return
        try:
            self._open_session(account, credentials)
        except ValueError as error:  # A simulated venue without URLs in the settings; the message says so.
            self._cannot_connect(account, str(error))

    def _open_session(self, account: Account, credentials: VenueCredentials) -> None:
        market = (account.exchange, account.environment)
        if market not in self._markets:
            market_data = self._venues.market_data(*market)
            market_data.start()
            self._price_watch.add(account.exchange, market_data)
            self._markets[market] = market_data
            self._closers.push_async_callback(market_data.close)
        self._sessions.add(self._venues.session(account.account_id, account.exchange, account.environment, credentials))

    def _cannot_connect(self, account: Account, message: str) -> None:
        log.error("an account cannot be connected", account=account.account_id, problem=message)
        self._loop.report(AccountDisconnected(at=self._clock.now(), account_id=account.account_id, message=message))

    async def close(self) -> None:
        """Let go of all sessions, then of the market data behind them."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._sessions.close()
        await self._closers.aclose()
