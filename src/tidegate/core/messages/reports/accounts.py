"""What is known of an account: its connection, what it holds, and what moved it without a trade."""

from datetime import datetime
from decimal import Decimal

import msgspec

from tidegate.core.identifiers import AccountId, ExchangeClientOrderId, ExchangeOrderId
from tidegate.core.messages.values import Hearing, VenueBalance, VenuePosition
from tidegate.core.vocabulary import CashFlowKind, MarginMode, Wallet


class AccountConnected(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """The session can reach the venue with this account (again): time to compare the books."""

    at: datetime
    account_id: AccountId


class AccountDisconnected(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """The venue cannot be reached, or refuses this account's credentials."""

    at: datetime
    account_id: AccountId
    message: str


class AccountSynchronized(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """A `SynchronizeAccount` is complete: its order, execution and balance reports came before this one.

    `open_exchange_client_order_ids` are all orders of ours in the listing. `open_exchange_order_ids` are all orders in
    it, whosever they are, as symbol and the venue's id; None: the listing does not tell.
    """

    at: datetime
    account_id: AccountId
    requested_at: datetime
    open_exchange_client_order_ids: frozenset[ExchangeClientOrderId]
    open_exchange_order_ids: frozenset[tuple[str, ExchangeOrderId]] | None = None


class BalancesReported(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """All non-zero balances of an account."""

    at: datetime
    account_id: AccountId
    requested_at: datetime
    balances: tuple[VenueBalance, ...]


class PositionsReported(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """All open positions of an account, and its leverage settings as far as the venue lists them with these."""

    at: datetime
    account_id: AccountId
    requested_at: datetime
    positions: tuple[VenuePosition, ...]


class LeverageReported(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """An account's leverage for a symbol is this now.

    `in_mode_only`: it is that of one margin mode beside others, so it says nothing where another mode is known.
    """

    at: datetime
    account_id: AccountId
    symbol: str
    leverage: Decimal
    margin_mode: MarginMode | None = None
    in_mode_only: bool = False


class CashFlowReported(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """A balance moved without a trade: funding, a transfer, a deposit. `amount` is what came in (negative: went out).

    `flow_id` is the venue's own id of it, unique per account and kind. `nameless`: its stream told it and has no id of
    it, so that a list may tell it again by another; `hearing`: that is how the stream may have told what a list tells.
    """

    at: datetime
    account_id: AccountId
    flow_id: str
    kind: CashFlowKind
    asset: str
    amount: Decimal
    happened_at: datetime
    wallet: Wallet = Wallet.MAIN
    symbol: str | None = None
    nameless: bool = False
    hearing: Hearing | None = None


class MessageQuarantined(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """A message of the venue's could not be read, in whole or in part; it was put aside and stops nothing.

    `kind` says what was wrong with it, as far as known; `message` says it whole and holds no secret.
    """

    at: datetime
    account_id: AccountId
    kind: str
    message: str


class DeadManRenewed(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """The venue has taken a `RenewDeadMan`, with these seconds."""

    at: datetime
    account_id: AccountId
    seconds: int


class DeadManFailed(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """A `RenewDeadMan` did not work, or perhaps not. `retryable`: it may work when it is tried again at once."""

    at: datetime
    account_id: AccountId
    seconds: int
    message: str
    retryable: bool


AccountReport = (
    AccountConnected
    | AccountDisconnected
    | AccountSynchronized
    | BalancesReported
    | PositionsReported
    | LeverageReported
    | CashFlowReported
    | MessageQuarantined
    | DeadManRenewed
    | DeadManFailed
)
