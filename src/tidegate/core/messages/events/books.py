"""What happened to balances and positions without a trade."""

from datetime import datetime
from decimal import Decimal

import msgspec

from tidegate.core.identifiers import AccountId, TransferId, UserId
from tidegate.core.messages.risk_records import Transfer
from tidegate.core.money import ZERO
from tidegate.core.vocabulary import (
    CashFlowKind,
    Exchange,
    MarginMode,
    PositionSide,
    Wallet,
)


class BalanceOpened(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """A balance found at the venue when the account was first compared. Entered at the price of that moment.

    `price` is in the reporting currency per unit; None when the asset had no price then.
    """

    at: datetime
    account_id: AccountId
    user_id: UserId
    asset: str
    quantity: Decimal
    price: Decimal | None
    wallet: Wallet = Wallet.MAIN


class BalancesOpened(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """All opening balances of an account have been entered; later differences are breaks."""

    at: datetime
    account_id: AccountId


class BalanceCompared(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """The venue's balance of an asset differs from our books, or agrees again (`difference` zero)."""

    at: datetime
    account_id: AccountId
    asset: str
    venue_quantity: Decimal
    book_quantity: Decimal
    difference: Decimal
    wallet: Wallet = Wallet.MAIN


class BalanceAdjusted(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """A person let our balance follow the venue's: `quantity` came in (negative: went out).

    `capital`: it counts as brought in or taken out; otherwise it was earned or lost, in a trade that is not booked.
    """

    at: datetime
    account_id: AccountId
    user_id: UserId
    asset: str
    wallet: Wallet
    quantity: Decimal
    price: Decimal | None
    by: UserId
    message: str
    capital: bool = True


class PositionCompared(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """The venue's position differs from the sum of our users', or agrees again (`difference` zero)."""

    at: datetime
    account_id: AccountId
    symbol: str
    position_side: PositionSide
    venue_quantity: Decimal
    book_quantity: Decimal
    difference: Decimal


class PositionAdjusted(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """A position follows the venue's without an execution of ours: found at the opening of the books (`by` None), or
    accepted by a person. `quantity` is the change, in base, at `price`.

    `worth` is what it had earned before, in the reporting currency at its fair price: brought in, not earned here.
    """

    at: datetime
    account_id: AccountId
    user_id: UserId
    exchange: Exchange
    symbol: str
    position_side: PositionSide
    quantity: Decimal
    price: Decimal
    by: UserId | None = None
    message: str = ""
    worth: Decimal = ZERO


class LeverageChanged(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """An account's leverage for a symbol is this from now on."""

    at: datetime
    account_id: AccountId
    symbol: str
    leverage: Decimal
    margin_mode: MarginMode | None = None


class CashFlowBooked(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """A balance moved without a trade. `rate` is the asset's price in the reporting currency (None: unknown).

    `nameless`: by what the venue's stream told, so that a list may have it under another id.
    """

    at: datetime
    account_id: AccountId
    user_id: UserId
    flow_id: str
    kind: CashFlowKind
    asset: str
    amount: Decimal
    wallet: Wallet
    symbol: str | None
    rate: Decimal | None
    happened_at: datetime
    nameless: bool = False


class CashFlowNamed(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """A list of the venue's names what is in the books as its stream told it, under the id `heard_as`: nothing moves.

    All else is as it was booked.
    """

    at: datetime
    account_id: AccountId
    user_id: UserId
    flow_id: str
    kind: CashFlowKind
    asset: str
    amount: Decimal
    wallet: Wallet
    happened_at: datetime
    heard_as: str


class FundsTransferred(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """What one user owned is another's, or lies in another account: at its average cost, which goes with it.

    `price` is what a unit cost on average, `rate` what it was worth then, both in the reporting currency. Between
    accounts, the venue's own word on it is still to come and is then not booked again.
    """

    at: datetime
    transfer_id: TransferId
    from_account_id: AccountId
    from_user_id: UserId
    to_account_id: AccountId
    to_user_id: UserId
    asset: str
    quantity: Decimal
    wallet: Wallet
    price: Decimal | None
    rate: Decimal | None
    by: UserId
    message: str = ""


class TransferSeen(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """The venue told one side of a transfer between accounts that the books have already: nothing moves.

    `transfer` is as it stands with that.
    """

    at: datetime
    account_id: AccountId
    flow_id: str
    kind: CashFlowKind
    transfer: Transfer
    happened_at: datetime | None = None
    nameless: bool = False


class CapitalPriced(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """What came in (negative: went out) when nothing told its price is counted at the first price that is known.

    `price` is in the reporting currency per unit. The balance itself has been booked long ago.
    """

    at: datetime
    account_id: AccountId
    user_id: UserId
    asset: str
    quantity: Decimal
    price: Decimal
