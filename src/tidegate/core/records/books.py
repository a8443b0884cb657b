"""What users own, and what moved it."""

from datetime import datetime
from decimal import Decimal

import msgspec

from tidegate.core.identifiers import AccountId, ExecutionId, OrderId, UserId
from tidegate.core.money import ZERO
from tidegate.core.vocabulary import CashFlowKind, Exchange, MarginMode, PositionSide, Wallet


class Holding(msgspec.Struct, kw_only=True):
    """What one user owns of one asset in one wallet of an account: a row of `portfolio`.

    `average_price` and `realized_pnl` are in the reporting currency; the price is None while no price was ever known.
    """

    account_id: AccountId
    user_id: UserId
    asset: str
    quantity: Decimal = ZERO
    reserved: Decimal = ZERO
    average_price: Decimal | None = None
    realized_pnl: Decimal = ZERO
    wallet: Wallet = Wallet.MAIN


class Position(msgspec.Struct, kw_only=True, gc=False):
    """A user's position in a derivative: a row of `positions`.

    `quantity` is in base, negative for a short one; `average_price` and `realized_pnl` (before fees) in quote. A flat
    position keeps its realized profit.
    """

    account_id: AccountId
    user_id: UserId
    symbol: str
    position_side: PositionSide
    exchange: Exchange
    quantity: Decimal = ZERO
    average_price: Decimal | None = None
    realized_pnl: Decimal = ZERO
    updated_at: datetime


class Leverage(msgspec.Struct, kw_only=True):
    """An account's setting for one symbol: a row of `leverages`."""

    account_id: AccountId
    symbol: str
    leverage: Decimal
    margin_mode: MarginMode | None = None
    updated_at: datetime


class CashFlow(msgspec.Struct, kw_only=True, gc=False):
    """A balance that moved without a trade: a row of `cash_flows`.

    `heard_as`: the id by which it was booked when only the venue's stream had told it; the same as `flow_id`, or in the
    row of what a list had of it later. None: it was never told without the venue's own id.
    """

    account_id: AccountId
    kind: CashFlowKind
    flow_id: str
    sequence: int
    user_id: UserId
    asset: str
    amount: Decimal
    wallet: Wallet
    symbol: str | None
    happened_at: datetime
    booked_at: datetime
    heard_as: str | None = None


class LedgerEntry(msgspec.Struct, kw_only=True, gc=False):
    """One line of the double-entry ledger. The lines of one event sum to zero per asset.

    `ledger_account` is `user:<user_id>`, or one of the desk's own: `venue`, `fees`, `opening`, `adjustments`,
    `funding`, `transfers`.
    """

    sequence: int
    line: int
    account_id: AccountId
    ledger_account: str
    asset: str
    amount: Decimal
    kind: str
    timestamp: datetime
    wallet: Wallet = Wallet.MAIN
    order_id: OrderId | None = None
    execution_id: ExecutionId | None = None
