"""What of a desk is counted: all that the totals look at, and nothing that changes it."""

from decimal import Decimal
from typing import Protocol

from tidegate.core.identifiers import AccountId, OrderId
from tidegate.core.instruments import Instrument, Price
from tidegate.core.order import Order
from tidegate.core.policy import Policy
from tidegate.core.rates import HUBS, Rates
from tidegate.core.records import Account, Holding, HoldingKey, Position, PositionKey
from tidegate.core.risk_book import RiskBook
from tidegate.core.totals.exposures import UnitKey
from tidegate.core.totals.places import quote_of
from tidegate.core.vocabulary import Exchange


class Books(Protocol):
    """What of a desk is counted."""

    policy: Policy
    accounts: dict[AccountId, Account]
    instruments: dict[tuple[Exchange, str], Instrument]
    orders: dict[OrderId, Order]
    holdings: dict[HoldingKey, Holding]
    positions: dict[PositionKey, Position]
    prices: dict[tuple[Exchange, str], Price]
    rates: Rates
    risk: RiskBook

    def rate(self, exchange: Exchange, asset: str) -> Decimal | None:
        """What one of an asset is worth."""
        ...


def worth_of_unit(books: Books, key: UnitKey) -> Decimal | None:
    """What one of it is worth in the reporting currency by the last prices; None: nobody knows."""
    exchange, name = key
    if ":" not in name:
        return books.rate(exchange, name)
    seen, rate = books.prices.get(key), books.rate(exchange, quote_of(name))
    return None if seen is None or rate is None else seen.last * rate


def is_expected(books: Books, exchange: Exchange, name: str) -> bool:
    """Whether a price can be expected: of a derivative, and of an asset that is listed against a well-known one."""
    if ":" in name:
        return True
    return any((exchange, f"{name}/{hub}") in books.instruments for hub in HUBS)
