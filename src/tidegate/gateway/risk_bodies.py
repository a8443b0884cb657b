"""What requests about limits, the kill switch, approvals and transfers may contain, exactly."""

from typing import Annotated, Literal

import msgspec

from tidegate.core.vocabulary import Exchange, LimitAction, LimitKind, Role, Wallet
from tidegate.gateway.bodies import Amount, Name, Symbol

# Why, for whoever looks later; it may be empty. Control characters are refused, as in other texts.
Message = Annotated[str, msgspec.Meta(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$(?!\n)")]
Interval = Annotated[int, msgspec.Meta(ge=1, le=3_600, description="seconds")]
Timeout = Annotated[int, msgspec.Meta(ge=0, le=3_600, description="seconds; from 5, or zero to end it")]
LIMITS_MAX = 1_000
LIMITS_BODY_SIZE_MAX = 1_048_576  # Bytes: a thousand limits with scopes and lists.


class ScopeBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a limit or a state is about: all that is named, together; nothing named: the whole desk."""

    role: Role | None = None
    user_id: Name | None = None
    account: Name | None = None
    exchange: Exchange | None = None
    symbol: Symbol | None = None


class RiskLimitBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One limit. `value` is a plain decimal; parts (`price_collar`, `drawdown`, `warn_at`) are written like `0.05`.

    Limits on lists carry `symbols` instead, and those that count over time an `interval_seconds`.
    """

    limit_id: Name
    kind: LimitKind
    scope: ScopeBody = ScopeBody()
    value: Amount | None = None
    interval_seconds: Interval | None = None
    symbols: Annotated[tuple[Symbol, ...], msgspec.Meta(max_length=1_000)] = ()
    action: LimitAction = LimitAction.REFUSE
    warn_at: Annotated[tuple[Amount, ...], msgspec.Meta(max_length=10)] = ("0.8", "0.95")
    attach_stop_ratio: Amount | None = None


class RiskLimitsBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole set of limits that is to be in force. `version`: of the set that it replaces, 0 where there is none."""

    limits: Annotated[list[RiskLimitBody], msgspec.Meta(max_length=LIMITS_MAX)]
    version: Annotated[int, msgspec.Meta(ge=0, le=2**31)] | None = None
    message: Message = ""


class KillSwitchBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to stop, and how: all that is named, together; nothing named: the whole desk."""

    role: Role | None = None
    user_id: Name | None = None
    account: Name | None = None
    exchange: Exchange | None = None
    symbol: Symbol | None = None
    state: Literal["halted", "reducing"] = "halted"
    cancel_protection: bool = False
    close_positions: bool = False
    message: Message = ""


class DecisionBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A second person's words."""

    message: Message = ""


class TransferBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who gives what to whom. Without `to_account` it stays in its account; `unallocated` is a user here."""

    from_account: Name
    from_user_id: Name
    to_user_id: Name
    asset: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9]{1,20}$(?!\n)")]
    quantity: Amount
    to_account: Name | None = None
    wallet: Wallet = Wallet.MAIN
    message: Message = ""


class KeepAliveBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long the desk may not hear of the user before it cancels the user's open orders."""

    timeout_seconds: Timeout
