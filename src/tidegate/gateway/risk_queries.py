"""What may stand behind the question mark of calls about risk and transfers."""

from typing import Annotated

import msgspec

from tidegate.core.vocabulary import ApprovalState, Exchange, Role
from tidegate.gateway.bodies import Name, Symbol
from tidegate.gateway.queries import Cursor, PageLimit
from tidegate.gateway.risk_bodies import Message


class LimitsQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which set of limits; not given: the one in force."""

    version: Annotated[int, msgspec.Meta(ge=1, le=2**31)] | None = None


class ReleaseQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which scope may trade again: named as it was stopped."""

    role: Role | None = None
    user_id: Name | None = None
    account: Name | None = None
    exchange: Exchange | None = None
    symbol: Symbol | None = None
    message: Message = ""


class ApprovalsQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which requests for a second person's word."""

    state: ApprovalState | None = None
    limit: PageLimit = 100
    cursor: Cursor | None = None


class TransfersQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whose transfers: those from and to the user."""

    user_id: Name | None = None
    limit: PageLimit = 100
    cursor: Cursor | None = None
