"""What people do about risk: limits, the kill switch, approvals, transfers, previews, and what watches over clients."""

from datetime import datetime
from decimal import Decimal

import msgspec

from tidegate.core.identifiers import AccountId, ApprovalId, CommandId, TransferId, UserId
from tidegate.core.messages.commands.orders import PlaceOrder
from tidegate.core.messages.risk_values import RiskLimit, Scope
from tidegate.core.vocabulary import TradingState, Wallet


class SetRiskLimits(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """Replace the whole set of limits. `expected_version`: refused if another set is in force by now.

    What loosens any limit waits for a second person under `approval_id`, where the desk wants four eyes. That id
    follows from the request's idempotency key if it has one, and `request_hash` is then a digest of its body.
    """

    command_id: CommandId
    at: datetime
    user_id: UserId
    limits: tuple[RiskLimit, ...]
    approval_id: ApprovalId
    expected_version: int | None = None
    message: str = ""
    request_hash: str = ""


class SetKillSwitch(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """Stop a scope: `halted` cancels everything in it but protection (with `cancel_protection` that too), `reducing`
    cancels what would add to positions. `close_positions` closes derivatives' positions at the market."""

    command_id: CommandId
    at: datetime
    user_id: UserId
    scope: Scope
    state: TradingState = TradingState.HALTED
    cancel_protection: bool = False
    close_positions: bool = False
    message: str = ""


class ReleaseKillSwitch(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """Let a scope trade again. Waits for a second person under `approval_id`, where the desk wants four eyes.

    `request_hash`: as in `SetRiskLimits`.
    """

    command_id: CommandId
    at: datetime
    user_id: UserId
    scope: Scope
    approval_id: ApprovalId
    message: str = ""
    request_hash: str = ""


class DecideApproval(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """A second person's word on what another asked for."""

    command_id: CommandId
    at: datetime
    user_id: UserId
    approval_id: ApprovalId
    approve: bool
    message: str = ""


class TransferFunds(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """Give what one user owns to another: within an account, or with what was moved between accounts at the venue.

    `unallocated` is a user here. `quantity` is positive, in units of the asset.
    """

    command_id: CommandId
    at: datetime
    user_id: UserId
    transfer_id: TransferId
    from_account_id: AccountId
    from_user_id: UserId
    to_account_id: AccountId
    to_user_id: UserId
    asset: str
    quantity: Decimal
    wallet: Wallet = Wallet.MAIN
    message: str = ""


class PreviewOrder(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """What would become of this order. Changes nothing; answered by `Reply.preview`."""

    command_id: CommandId
    at: datetime
    order: PlaceOrder


class AskRisk(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """The desk's risk as it is now; `owner_id` narrows it to one user. Changes nothing; answered by `Reply.risk`."""

    command_id: CommandId
    at: datetime
    user_id: UserId
    owner_id: UserId | None = None


class KeepAlive(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """The user's open orders, protection aside, are canceled unless this comes again in time; zero seconds end that."""

    command_id: CommandId
    at: datetime
    user_id: UserId
    timeout_seconds: int


class SetDeadMan(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """The account's venue cancels its orders once it has not heard of the desk for so many seconds; None ends that."""

    command_id: CommandId
    at: datetime
    user_id: UserId
    account_id: AccountId
    seconds: int | None


RiskCommand = (
    SetRiskLimits
    | SetKillSwitch
    | ReleaseKillSwitch
    | DecideApproval
    | TransferFunds
    | PreviewOrder
    | AskRisk
    | KeepAlive
    | SetDeadMan
)
