"""Instruments and prices as the desk last heard them, for people to read."""

from collections.abc import Collection
from datetime import datetime

from tidegate.core.desk import Desk
from tidegate.core.instruments import Instrument, Price
from tidegate.core.rates import Worth
from tidegate.core.valuation import mark_of, worth
from tidegate.core.vocabulary import Exchange


class DeskReference:
    """Reads the desk's reference data. It is never journaled, so there is nothing unreleased to hide."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def instruments(self, exchange: Exchange | None = None) -> Collection[Instrument]:
        return [rule for rule in self._desk.instruments.values() if exchange is None or rule.exchange is exchange]

    def instrument(self, exchange: Exchange, symbol: str) -> Instrument | None:
        return self._desk.instruments.get((exchange, symbol))

    def price(self, exchange: Exchange, symbol: str) -> Price | None:
        return self._desk.prices.get((exchange, symbol))

    def worth(self, exchange: Exchange, asset: str, at: datetime) -> Worth:
        return worth(self._desk, exchange, asset, at)

    def mark(self, exchange: Exchange, symbol: str, at: datetime) -> Worth:
        return mark_of(self._desk, exchange, symbol, at)
