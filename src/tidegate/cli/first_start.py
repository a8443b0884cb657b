"""The first start of a desk: somebody must be there to let the others in."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tidegate.cli.client_file import ClientFile, read_client_file, write_client_file
from tidegate.core.identifiers import CommandId, TokenId, UserId
from tidegate.core.messages.commands import Command, IssueToken, RegisterUser
from tidegate.core.vocabulary import RefusalCode, Role

if TYPE_CHECKING:
    from tidegate.bootstrap import RunningDesk

ADMINISTRATOR = UserId("admin")


class RegistrationRefusedError(Exception):
    """The desk refused what a first start needs; the message says why."""


async def ensure_administrator(desk: "RunningDesk", folder: Path) -> Path | None:
    """Create the user `admin` with a token on the first start, and keep the desk's URL in `client.json` current.

    The file is written before the desk learns the token, and marked until it has: a process that is killed in between
    finishes at its next start, instead of leaving a desk that nobody can enter. Returns the file when there was a
    first start.

    Raises:
        ClientFileError: the file is there and cannot be read.
    """
    known = read_client_file(folder)
    is_new = await desk.storage.blotter.user(ADMINISTRATOR) is None
    if not is_new and (known is None or not known.unfinished):
        if known is not None and not known.by_demo and known.url != desk.url:
            write_client_file(folder, ClientFile(url=desk.url, token=known.token))
        return None
    token = known.token if known is not None and known.unfinished else _new_token()
    write_client_file(folder, ClientFile(url=desk.url, token=token, unfinished=True))
    if is_new:
        await add_user(desk, ADMINISTRATOR, "Administrator", Role.ADMIN)
    await add_token(desk, ADMINISTRATOR, token, "first start")
    return write_client_file(folder, ClientFile(url=desk.url, token=token))


def _new_token() -> str:
    from tidegate.gateway.tokens import new_token

    secret, _ = new_token()
    return secret


async def add_user(desk: "RunningDesk", user_id: UserId, name: str, role: Role) -> None:
    """Register a user from inside the process."""
    await register(
        desk, RegisterUser(command_id=new_command_id(), at=datetime.now(UTC), user_id=user_id, name=name, role=role)
    )


async def add_token(desk: "RunningDesk", user_id: UserId, secret: str, label: str) -> None:
    """Let a user in with a token. One that the desk knows already is left as it is."""
    from tidegate.gateway.tokens import digest

    token_hash = digest(secret)
    if await desk.storage.blotter.token(token_hash) is not None:
        return
    await register(
        desk,
        IssueToken(
            command_id=new_command_id(),
            at=datetime.now(UTC),
            user_id=user_id,
            token_id=TokenId(new_command_id()),
            token_hash=token_hash,
            label=label,
        ),
    )


async def register(desk: "RunningDesk", command: Command) -> None:
    """Submit a command that must succeed; what exists already counts as done."""
    answer = await desk.loop.submit(command)
    if answer.refusal is not None and answer.refusal.code is not RefusalCode.ALREADY_EXISTS:
        raise RegistrationRefusedError(answer.refusal.message)


def new_command_id() -> CommandId:
    """A fresh ULID."""
    from ulid import ULID

    return CommandId(str(ULID()))
