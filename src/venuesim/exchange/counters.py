"""The numbers that an exchange gives out."""

from collections.abc import Iterable
from itertools import count


class Counters:
    """Order ids across all markets; trade ids per symbol (Binance) or across all of them; sequences for the ledger."""

    def __init__(
        self, symbols: Iterable[str], *, first_order_id: int, first_trade_id: int, trade_ids_per_symbol: bool
    ) -> None:
        self._orders = count(first_order_id)
        self._order_sequences = count(1)
        self._execution_sequences = count(1)
        self._house_orders = count(-1, -1)
        shared = count(first_trade_id)
        self._trades = {symbol: count(first_trade_id) if trade_ids_per_symbol else shared for symbol in symbols}

    def order_id(self) -> int:
        """Return the id of a new client order."""
        return next(self._orders)

    def order_sequence(self) -> int:
        """Return the place of a new client order among all of them."""
        return next(self._order_sequences)

    def execution_sequence(self) -> int:
        """Return the place of a new execution among all of them."""
        return next(self._execution_sequences)

    def house_order_id(self) -> int:
        """Return the id of a new synthetic order: negative, and never shown."""
        return next(self._house_orders)

    def trade_id(self, symbol: str) -> int:
        """Return the id of a new trade."""
        return next(self._trades[symbol])
