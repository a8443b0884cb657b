"""Which orders in the book are ours, and which of them came out of conditional orders."""

from collections import OrderedDict
from typing import NamedTuple

from tidegate.core.identifiers import ExchangeClientOrderId, order_of
from tidegate.core.vocabulary import ForcedTrade

ORIGINS_MAX = 10_000
FORCED_PREFIXES = {
    "autoclose-": ForcedTrade.LIQUIDATION,
    "adl_autoclose": ForcedTrade.AUTO_DELEVERAGING,
    "settlement_autoclose-": ForcedTrade.SETTLEMENT,
}
"""How the client order ids begin of the orders that Binance itself makes ("Event: Order Update")."""


class Origin(NamedTuple):
    """Where an order in the book came from: our id (None: it is nobody's of ours), whether it was set off, and why
    Binance made it by itself, if it did."""

    client_order_id: ExchangeClientOrderId | None
    was_set_off: bool = False
    forced: ForcedTrade | None = None


NOT_OURS = Origin(None)


def forced_by(client_order_id: str) -> ForcedTrade | None:
    """Why Binance made an order by itself, as its name says; None: it did not."""
    return next((why for prefix, why in FORCED_PREFIXES.items() if client_order_id.startswith(prefix)), None)


class OrderLinks:
    """Binance gives an order that was set off a new id. Its client id is the algo order's, but no document says so.

    So the link is also kept by the venue's ids, where Binance tells them, and asked for where it does not in time.
    Orders are known by symbol and id, for Binance's ids are unique per symbol only.
    """

    def __init__(self) -> None:
        self._origins: OrderedDict[tuple[str, str], Origin] = OrderedDict()
        self._waiting: dict[str, set[ExchangeClientOrderId]] = {}

    # --- conditional orders of ours --------------------------------------------------------------------------------

    def wait(self, symbol: str, client_order_id: ExchangeClientOrderId) -> None:
        """A conditional order of ours waits for its trigger."""
        if order_of(client_order_id) is not None:
            self._waiting.setdefault(symbol, set()).add(client_order_id)

    def stop_waiting(self, symbol: str, client_order_id: ExchangeClientOrderId) -> None:
        """It ended, or what it became is known."""
        self._waiting.get(symbol, set()).discard(client_order_id)

    def waiting(self) -> set[tuple[str, ExchangeClientOrderId]]:
        """All that wait, with their symbols."""
        return {(symbol, name) for symbol, names in self._waiting.items() for name in names}

    # --- orders in the book ----------------------------------------------------------------------------------------

    def link(self, symbol: str, order_id: str, client_order_id: ExchangeClientOrderId) -> None:
        """This order came out of that conditional one."""
        self.settle(symbol, order_id, Origin(client_order_id, was_set_off=True))
        self.stop_waiting(symbol, client_order_id)

    def settle(self, symbol: str, order_id: str, origin: Origin) -> None:
        """All that can be learned of where this order came from."""
        self._origins[symbol, order_id] = origin
        self._origins.move_to_end((symbol, order_id))
        if len(self._origins) > ORIGINS_MAX:
            self._origins.popitem(last=False)

    def knows(self, symbol: str, order_id: str) -> bool:
        """Whether it is settled where this order came from."""
        return (symbol, order_id) in self._origins

    def origin(self, symbol: str, order_id: str) -> Origin:
        """Where this order came from, as far as is known."""
        return self._origins.get((symbol, order_id), NOT_OURS)

    def recognize(self, symbol: str, order_id: str, told: str) -> ExchangeClientOrderId:
        """The client id to report: the venue's word unless that is not ours and more is known.

        An order in the book that bears the name of one that waits is what that one became.
        """
        named = ExchangeClientOrderId(told)
        if (forced := forced_by(told)) is not None:
            self.settle(symbol, order_id, Origin(None, forced=forced))
        if named in self._waiting.get(symbol, ()):
            self.link(symbol, order_id, named)
        return named if order_of(told) is not None else self.origin(symbol, order_id).client_order_id or named

    def is_open_question(self, symbol: str, order_id: str, told: str) -> bool:
        """Whether an order that is not ours by its name may yet be what one of ours became."""
        if order_of(told) is not None or forced_by(told) is not None or self.knows(symbol, order_id):
            return False
        return bool(self._waiting.get(symbol))
