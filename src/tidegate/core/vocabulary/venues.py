"""What venues are, and what they tell of accounts and orders."""

from enum import StrEnum


class Exchange(StrEnum):
    """A venue, by its ccxt id."""

    BINANCE = "binance"
    OKX = "okx"
    BYBIT = "bybit"


class Environment(StrEnum):
    """Which of a venue's worlds an account trades in."""

    LIVE = "live"
    TESTNET = "testnet"
    SIMULATED = "simulated"


class InstrumentKind(StrEnum):
    """What is traded."""

    SPOT = "spot"
    LINEAR = "linear"


class Wallet(StrEnum):
    """Which of an account's purses holds a balance. Binance keeps USD-M futures apart; OKX and Bybit are unified."""

    MAIN = "main"
    FUTURES = "futures"


class CashFlowKind(StrEnum):
    """Why a balance moved without a trade."""

    FUNDING = "funding"
    TRANSFER = "transfer"
    DEPOSIT = "deposit"
    WITHDRAWAL = "withdrawal"
    LIQUIDATION_FEE = "liquidation_fee"
    OTHER = "other"


class ForcedTrade(StrEnum):
    """Why a venue trades in an account by itself."""

    LIQUIDATION = "liquidation"
    AUTO_DELEVERAGING = "auto_deleveraging"
    SETTLEMENT = "settlement"  # Of a contract that is delivered or delisted.


class VenueOrderStatus(StrEnum):
    """What a venue says of an order, in one vocabulary for all venues."""

    OPEN = "open"
    FILLED = "filled"
    CANCELED = "canceled"
    EXPIRED = "expired"
    REJECTED = "rejected"


class AccountState(StrEnum):
    """Whether new orders are accepted for an account; cancels always are."""

    OFFLINE = "offline"
    RECOVERING = "recovering"
    READY = "ready"
