"""Wiring that goes wrong is told, not left to be guessed."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

from tidegate.bootstrap import running_desk
from tidegate.core.identifiers import AccountId, CommandId, UserId
from tidegate.core.messages.commands import RegisterAccount, RegisterUser
from tidegate.core.vocabulary import AccountState, Environment, Exchange, Role
from tidegate.ports import VenueCredentials
from tidegate.settings import Settings


async def test_an_account_of_a_simulated_venue_without_urls_says_what_is_missing(tmp_path: Path) -> None:
    alice, account_id, now = UserId("alice"), AccountId("alice-okx"), datetime.now(UTC)
    async with running_desk(Settings(data_folder=tmp_path, port=0)) as desk:
        told = asyncio.Event()
        messages: list[str] = []

        def listen(batch: object) -> None:
            for account in getattr(batch, "accounts", {}).values():
                if account.state is AccountState.OFFLINE and "base URLs" in account.message:
                    messages.append(account.message)
                    told.set()

        desk.loop.on_release.append(listen)
        await desk.loop.submit(
            RegisterUser(command_id=CommandId("1"), at=now, user_id=alice, name="Alice", role=Role.TRADER)
        )
        credentials = VenueCredentials(api_key="key-of-alice", secret="secret-of-alice", passphrase="passphrase")
        await desk.vault.store(account_id, Exchange.OKX, credentials)
        await desk.loop.submit(
            RegisterAccount(
                command_id=CommandId("2"),
                at=now,
                account_id=account_id,
                exchange=Exchange.OKX,
                environment=Environment.SIMULATED,
                user_ids=(alice,),
            )
        )
        async with asyncio.timeout(10):
            await told.wait()
    assert messages == ["a simulated okx needs its base URLs in the settings"]
