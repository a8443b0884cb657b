"""The numbers that an exchange gives out."""

from collections.abc import Iterable
from itertools import count


class Counters:
    """Order ids across all markets; trade ids per symbol (Binance) or across all of them."""

    def __init__(
        self, symbols: Iterable[str], *, first_order_id: int, first_trade_id: int, trade_ids_per_symbol: bool
    ) -> None:
        self._orders = count(first_order_id)
        self._house_orders = count(-1, -1)
        shared = count(first_trade_id)
        self._trades = {symbol: count(first_trade_id) if trade_ids_per_symbol else shared for symbol in symbols}

    def order_id(self) -> int:
        """Return the id of a new client order."""
        return next(self._orders)

    def house_order_id(self) -> int:
        """Return the id of a new synthetic order: negative, and never shown."""
        return next(self._house_orders)

    def trade_id(self, symbol: str) -> int:
        """Return the id of a new trade."""
        return next(self._trades[symbol])
