"""How an account trades: its mode, and what `tdMode` and `posSide` mean under it.

Sources: "Place order" (tdMode, posSide) and "Set position mode" of the v5 documentation.
"""

from enum import StrEnum
from typing import NamedTuple

from venuesim.exchange.accounts import Account
from venuesim.exchange.instruments import Instrument
from venuesim.exchange.positions import Holding
from venuesim.exchange.vocabulary import MarginMode, PositionSide
from venuesim.okx import errors
from venuesim.okx.errors import OkxError
from venuesim.okx.parameters import Parameters

LEVERAGE = 3
"""The leverage of a contract that nobody has set (assumption: what the venue shows for a new account)."""

BLOCKED = "blocked"
"""The key of `Account.settings` that says that an account may not trade."""


class TradeMode(StrEnum):
    """The `tdMode` values."""

    CASH = "cash"
    CROSS = "cross"
    ISOLATED = "isolated"


class AccountLevel(StrEnum):
    """The `acctLv` values. Accounts here are in futures mode unless they are switched to spot mode."""

    SPOT = "1"
    FUTURES = "2"
    MULTI_CURRENCY = "3"
    PORTFOLIO = "4"


class PositionMode(StrEnum):
    """The `posMode` values."""

    NET = "net_mode"
    LONG_SHORT = "long_short_mode"


class SelfTradePrevention(StrEnum):
    """The `stpMode` values."""

    CANCEL_MAKER = "cancel_maker"
    CANCEL_TAKER = "cancel_taker"
    CANCEL_BOTH = "cancel_both"


class Terms(NamedTuple):
    """What an order says about how it trades. `pocket` names the account's holding of the contract."""

    mode: TradeMode
    position_side: PositionSide
    pocket: str


def level_of(account: Account) -> AccountLevel:
    """Return the account's mode."""
    return AccountLevel(account.settings.get("acctLv", AccountLevel.FUTURES))


def position_mode_of(account: Account) -> PositionMode:
    """Return the account's position mode."""
    return PositionMode.LONG_SHORT if account.is_hedged else PositionMode.NET


def prevention_of(account: Account) -> SelfTradePrevention:
    """Return what happens when the account would trade with itself, unless an order says otherwise."""
    return SelfTradePrevention(account.settings.get("acctStpMode", SelfTradePrevention.CANCEL_MAKER))


def check_may_trade(account: Account, instrument: Instrument) -> None:
    """Refuse an account that is blocked, and an instrument that is not traded now."""
    if account.settings.get(BLOCKED):
        raise OkxError("51024", "Trading account is blocked.")
    if not instrument.is_trading:
        raise errors.suspended()


def read_terms(item: Parameters, account: Account, instrument: Instrument) -> Terms:
    """Read `tdMode` and `posSide` of an order.

    Pairs are traded for cash only. Assumption: margin trading in pairs, which is not simulated, is refused as something
    that the account's mode does not support.
    """
    mode = item.choice("tdMode", TradeMode)
    if not instrument.is_linear:
        if mode is not TradeMode.CASH:
            raise errors.unsupported_mode()
        if item.echo("posSide") not in {"", PositionSide.NET}:
            raise errors.malformed("posSide")
        return Terms(mode, PositionSide.NET, "")
    if level_of(account) is AccountLevel.SPOT:
        raise errors.unsupported_mode()
    if mode is TradeMode.CASH:
        raise errors.malformed("tdMode")
    side = read_position_side(item, account)
    return Terms(mode, side, pocket_of(account, MarginMode(mode.value), side))


def read_position_side(item: Parameters, account: Account) -> PositionSide:
    """Read `posSide`: long or short in long/short mode, net or nothing in net mode."""
    side = item.choice("posSide", PositionSide) if item.has("posSide") else PositionSide.NET
    if account.is_hedged is (side is PositionSide.NET):
        raise errors.malformed("posSide")
    return side


def pocket_of(account: Account, mode: MarginMode, side: PositionSide) -> str:
    """Return the holding that a position of this mode and side is in: isolated sides have a leverage each."""
    if mode is MarginMode.CROSS or not account.is_hedged:
        return mode.value
    return f"{mode.value}-{side.value}"


def mode_of_pocket(pocket: str) -> MarginMode:
    """Return the margin mode of a holding."""
    return MarginMode(pocket.partition("-")[0])


def holding_in(account: Account, instrument: Instrument, pocket: str) -> Holding:
    """Return a holding of an account, with the margin mode that its name says."""
    holding = account.holding(instrument, pocket)
    holding.margin_mode = mode_of_pocket(pocket)
    return holding
