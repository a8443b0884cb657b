"""What happened to the desk itself: its users, accounts, rules, breaks."""

from datetime import datetime

import msgspec

from tidegate.core.identifiers import (
    AccountId,
    IdempotencyKey,
    OrderId,
    RuleId,
    TokenId,
    UserId,
)
from tidegate.core.messages.commands import PlaceOrder
from tidegate.core.vocabulary import (
    AccountState,
    Correction,
    Environment,
    Exchange,
    OrderStatus,
    Role,
)


class UserRegistered(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """A person or program joined the desk."""

    at: datetime
    user_id: UserId
    name: str
    role: Role


class TokenIssued(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """A user got an API token; only its SHA-256 digest is known."""

    at: datetime
    token_id: TokenId
    user_id: UserId
    token_hash: str
    label: str


class AccountRegistered(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """A venue account joined the desk."""

    at: datetime
    account_id: AccountId
    exchange: Exchange
    environment: Environment
    user_ids: tuple[UserId, ...]


class CredentialsReplaced(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """An account signs with other credentials from now on. They themselves are in the vault alone."""

    at: datetime
    account_id: AccountId
    by: UserId


class AccountStateChanged(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """New orders became possible for an account, or stopped being so."""

    at: datetime
    account_id: AccountId
    state: AccountState
    message: str = ""


class CorrectionsSet(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """Which corrective actions the desk may take on a user's orders."""

    at: datetime
    user_id: UserId
    corrections: frozenset[Correction]


class KeepAliveSet(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """A user's open orders are canceled from now on when nothing is heard of its client for so long; None: never."""

    at: datetime
    user_id: UserId
    timeout_seconds: int | None
    message: str = ""


class DeadManSet(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """The venue cancels an account's orders from now on once the desk is silent for so many seconds; None: never."""

    at: datetime
    account_id: AccountId
    seconds: int | None
    by: UserId


class RequestKept(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """A change or cancel with an idempotency key was carried out: the same request again is answered by its order."""

    at: datetime
    user_id: UserId
    idempotency_key: IdempotencyKey
    request_hash: str
    order_id: OrderId


class RuleCreated(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """Once `order_id` reaches `status`: place, or cancel."""

    at: datetime
    rule_id: RuleId
    user_id: UserId
    order_id: OrderId
    status: OrderStatus
    place: PlaceOrder | None
    cancel_order_id: OrderId | None


class RuleEnded(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """A rule is done: it fired, was deleted, or can never fire any more. The rest is what it was."""

    at: datetime
    rule_id: RuleId
    user_id: UserId
    order_id: OrderId
    status: OrderStatus
    place: PlaceOrder | None
    cancel_order_id: OrderId | None
    created_at: datetime
    fired: bool
    message: str


class BreakFound(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """The venue's picture and ours differ and could not be brought together."""

    at: datetime
    account_id: AccountId
    kind: str
    subject: str
    message: str


class BreakResolved(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """The venue's picture and ours agree again, or a person (`by`) closed the matter; `message` says how.

    `found_at` and `found_message` are when they had begun to differ, and how.
    """

    at: datetime
    account_id: AccountId
    kind: str
    subject: str
    message: str
    found_at: datetime
    by: UserId | None = None
    found_message: str = ""
