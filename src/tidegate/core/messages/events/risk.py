"""What happened to limits, to the right to trade, and to what equity is measured against."""

from datetime import datetime
from decimal import Decimal

import msgspec

from tidegate.core.identifiers import ApprovalId, UserId
from tidegate.core.messages.risk_records import Approval
from tidegate.core.messages.risk_values import OwnerEquity, RiskLimit, Scope
from tidegate.core.vocabulary import LimitKind, TradingState


class RiskLimitsSet(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """This whole set of limits is in force from now on. `version` counts 1, 2, 3 ..."""

    at: datetime
    version: int
    limits: tuple[RiskLimit, ...]
    by: UserId
    approved_by: UserId | None = None
    message: str = ""


class TradingStateSet(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """A scope may trade so from now on; `active` takes its restriction away.

    `automatic`: a limit was reached, `by` names it. `protection_too`: protection in the scope is canceled as well.
    `close_positions`: derivatives' positions are closed at the market, what fills from then on included.
    """

    at: datetime
    scope: Scope
    state: TradingState
    by: str
    automatic: bool = False
    message: str = ""
    approved_by: UserId | None = None
    protection_too: bool = False
    close_positions: bool = False


class LimitWarned(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """A limit is used up to `level` (a part of it) in a scope; zero: it has fallen below all levels
    again, or is in the set no more."""

    at: datetime
    limit_id: str
    kind: LimitKind
    version: int
    scope: Scope
    level: Decimal
    limit: Decimal
    actual: Decimal


class RiskRequestKept(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """A set of limits or a release was carried out under an idempotency key: `request_id` follows from it.

    `limits_version`: the set that was in force afterwards.
    """

    at: datetime
    request_id: ApprovalId
    request_hash: str
    limits_version: int


class ApprovalRequested(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """A second person has to say yes before what was asked is carried out."""

    at: datetime
    approval: Approval


class ApprovalDecided(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """The second person's word, or the desk's that the matter has lapsed; `approval` is as it stands with that."""

    at: datetime
    approval: Approval


class EquityMarked(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """What every owner was worth: a point of the curve. Day starts and highs are taken from these alone."""

    at: datetime
    marks: tuple[OwnerEquity, ...]
