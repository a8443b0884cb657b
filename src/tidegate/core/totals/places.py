"""Where orders and holdings count, by what they name."""

from typing import Any

from tidegate.core.identifiers import AccountId, UserId
from tidegate.core.scopes import Place
from tidegate.core.totals.exposures import CellKey
from tidegate.core.vocabulary import Exchange, PositionSide, Role

MarketKey = tuple[AccountId, UserId, str]  # One user's orders in one market.


def place_of(asked: Any, exchange: Exchange, role: Role | None = None) -> Place:
    """Where an order counts."""
    symbol: str = asked.symbol
    base, _, rest = symbol.partition("/")
    quote, colon, _ = rest.partition(":")
    name = symbol if colon else base
    return Place(role, asked.user_id, asked.account_id, exchange, symbol, name, base, quote)


def place_held(key: CellKey, exchange: Exchange) -> Place:
    """Where a holding or position counts: for limits of one symbol, as what its orders leave behind."""
    account_id, user_id, name, _ = key
    return Place(None, user_id, account_id, exchange, name, name, name.partition("/")[0], quote_of(name))


def market_key_of(place: Place) -> MarketKey:
    """Whose orders they are, and in which market."""
    return (place.account_id, place.user_id, place.symbol)


def cell_key_of(asked: Any) -> CellKey:
    """Which holding or position an order moves."""
    return (asked.account_id, asked.user_id, name_of(asked.symbol), asked.position_side)


def holding_key(account_id: AccountId, user_id: UserId, asset: str) -> CellKey:
    """The cell of what is held of an asset."""
    return (account_id, user_id, asset, PositionSide.NET)


def name_of(symbol: str) -> str:
    """What a market's order leaves behind: of a spot market the base asset, of a derivative the position in it."""
    return symbol if ":" in symbol else symbol.partition("/")[0]


def quote_of(symbol: str) -> str:
    """What a market's prices are in."""
    return symbol.partition("/")[2].partition(":")[0]


def quote_traded(symbol: str, cash_assets: frozenset[str]) -> str | None:
    """What a spot market's order moves beside its base asset, the other way; None: cash, or a derivative's."""
    quote = quote_of(symbol)
    return None if ":" in symbol or quote in cash_assets else quote
