"""What people change about the desk: who and what belongs to it, and how differences end."""

from datetime import datetime

import msgspec

from tidegate.core.identifiers import AccountId, CommandId, TokenId, UserId
from tidegate.core.vocabulary import Correction, Environment, Exchange, Role


class RegisterUser(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """Add a person or program to the desk."""

    command_id: CommandId
    at: datetime
    user_id: UserId
    name: str
    role: Role


class IssueToken(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """Give a user an API token. Only its digest enters the desk."""

    command_id: CommandId
    at: datetime
    user_id: UserId
    token_id: TokenId
    token_hash: str
    label: str


class RegisterAccount(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """Add a venue account. Its credentials go to the vault, never through here."""

    command_id: CommandId
    at: datetime
    account_id: AccountId
    exchange: Exchange
    environment: Environment
    user_ids: tuple[UserId, ...]


class ReplaceCredentials(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """An account's credentials in the vault are others now: its session starts anew with them."""

    command_id: CommandId
    at: datetime
    user_id: UserId
    account_id: AccountId


class SetCorrections(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """Which corrective actions the desk may take on a user's orders."""

    command_id: CommandId
    at: datetime
    user_id: UserId
    corrections: frozenset[Correction]


class ResolveBreak(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """A person ends a break. `accept`: our books follow the venue's figure (balances and positions), booked as an
    adjustment to `owner_id`; otherwise the break is only closed, with the person's words."""

    command_id: CommandId
    at: datetime
    user_id: UserId
    break_id: str
    accept: bool
    message: str
    owner_id: UserId | None = None


DeskCommand = RegisterUser | IssueToken | RegisterAccount | ReplaceCredentials | SetCorrections | ResolveBreak
