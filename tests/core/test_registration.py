"""Who joins the desk, once."""

import pytest

from support.desk_driver import ACCOUNT, ALICE, DeskDriver
from tidegate.core import identifiers as ids
from tidegate.core.messages import commands
from tidegate.core.messages.commands import Command
from tidegate.core.messages.effects import Reply
from tidegate.core.vocabulary import AccountState, Environment, Exchange, RefusalCode, Role

COMMAND = ids.CommandId("c")
NOBODY = ids.UserId("nobody")


def account(driver: DeskDriver, name: str, *user_ids: ids.UserId) -> commands.RegisterAccount:
    return commands.RegisterAccount(
        command_id=COMMAND,
        at=driver.now,
        account_id=ids.AccountId(name),
        exchange=Exchange.OKX,
        environment=Environment.SIMULATED,
        user_ids=user_ids,
    )


def token(driver: DeskDriver, user_id: ids.UserId) -> commands.IssueToken:
    return commands.IssueToken(
        command_id=COMMAND,
        at=driver.now,
        user_id=user_id,
        token_id=ids.TokenId("t"),
        token_hash="ab" * 32,
        label="notebook",
    )


@pytest.fixture
def driver() -> DeskDriver:
    driver = DeskDriver()
    driver.open_shop()
    return driver


def answer(driver: DeskDriver, command: Command) -> RefusalCode | None:
    [reply] = driver.put(command).effects
    assert isinstance(reply, Reply)
    return None if reply.refusal is None else reply.refusal.code


def test_a_user_joins_once(driver: DeskDriver) -> None:
    command = commands.RegisterUser(command_id=COMMAND, at=driver.now, user_id=NOBODY, name="N", role=Role.VIEWER)
    assert answer(driver, command) is None
    assert answer(driver, command) is RefusalCode.ALREADY_EXISTS


def test_other_credentials_take_an_account_offline_until_they_have_proven_good(driver: DeskDriver) -> None:
    command = commands.ReplaceCredentials(command_id=COMMAND, at=driver.now, user_id=ALICE, account_id=ACCOUNT)
    assert driver.desk.accounts[ACCOUNT].state is AccountState.READY
    assert answer(driver, command) is None
    assert driver.desk.accounts[ACCOUNT].state is AccountState.OFFLINE
    assert driver.batches[-1].accounts[ACCOUNT].message == "its credentials have just been replaced"


def test_an_account_that_does_not_exist_has_no_credentials_to_replace(driver: DeskDriver) -> None:
    nowhere = ids.AccountId("nowhere")
    command = commands.ReplaceCredentials(command_id=COMMAND, at=driver.now, user_id=ALICE, account_id=nowhere)
    assert answer(driver, command) is RefusalCode.ACCOUNT_NOT_FOUND


def test_a_token_is_for_a_user_that_exists(driver: DeskDriver) -> None:
    assert answer(driver, token(driver, NOBODY)) is RefusalCode.USER_NOT_FOUND
    assert answer(driver, token(driver, ALICE)) is None
    [row] = driver.batches[-1].tokens.values()
    assert (row.user_id, row.revoked_at) == (ALICE, None)


def test_an_account_joins_once_for_users_that_exist_and_starts_offline(driver: DeskDriver) -> None:
    assert answer(driver, account(driver, ACCOUNT, ALICE)) is RefusalCode.ALREADY_EXISTS
    assert answer(driver, account(driver, "okx-main")) is RefusalCode.USER_NOT_FOUND
    assert answer(driver, account(driver, "okx-main", ALICE, NOBODY)) is RefusalCode.USER_NOT_FOUND
    assert answer(driver, account(driver, "okx-main", ALICE)) is None
    assert driver.desk.accounts[ids.AccountId("okx-main")].state is AccountState.OFFLINE
