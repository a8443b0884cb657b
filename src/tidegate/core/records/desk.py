"""Who trades where, and what differs between a venue's picture and ours."""

from datetime import datetime

import msgspec

from tidegate.core.identifiers import AccountId, TokenId, UserId
from tidegate.core.vocabulary import AccountState, Correction, Environment, Exchange, Role

FOREIGN_EXECUTION = "foreign_execution"
FOREIGN_ORDER = "foreign_order"
FORCED_TRADE = "forced_trade"
UNKNOWN_BUST = "unknown_bust"
TOLD_ONCE = frozenset({FOREIGN_EXECUTION, UNKNOWN_BUST})  # Breaks that do not come up again once they are closed.
UNALLOCATED = UserId("unallocated")  # Owns what a venue account holds and no user does.


class User(msgspec.Struct, kw_only=True):
    """A person or program of the desk.

    `keep_alive_seconds`: open orders are canceled when nothing is heard of its client for so long; None: never.
    """

    user_id: UserId
    name: str
    role: Role
    created_at: datetime
    corrections: frozenset[Correction] = frozenset()
    keep_alive_seconds: int | None = None


class Token(msgspec.Struct, kw_only=True):
    """An API token. `token_hash` is the hexadecimal SHA-256 of the secret, which is shown once and kept nowhere."""

    token_id: TokenId
    user_id: UserId
    token_hash: str
    label: str
    created_at: datetime
    revoked_at: datetime | None = None


class Account(msgspec.Struct, kw_only=True):
    """A venue account. One user: its funds are that user's. Several: what belongs to nobody is unallocated.

    `dead_man_seconds`: the venue cancels its orders once it has not heard of the desk for so long; None: never.
    """

    account_id: AccountId
    exchange: Exchange
    environment: Environment
    user_ids: tuple[UserId, ...]
    state: AccountState = AccountState.OFFLINE
    message: str = ""
    opened_at: datetime | None = None
    created_at: datetime
    dead_man_seconds: int | None = None

    @property
    def owner(self) -> UserId:
        """Whose it is, what nobody has given to anybody: the only user's, else nobody's."""
        return self.user_ids[0] if len(self.user_ids) == 1 else UNALLOCATED


class Break(msgspec.Struct, kw_only=True):
    """A row of `reconciliation_breaks`: a difference between the venue's picture and ours. Never papered over."""

    break_id: str
    account_id: AccountId
    kind: str
    subject: str
    message: str
    found_at: datetime
    resolved_at: datetime | None = None
    resolved_by: UserId | None = None
    resolution: str = ""
