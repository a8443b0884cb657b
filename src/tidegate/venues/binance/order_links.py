"""Which order in the book came out of which conditional order of ours."""

from collections import OrderedDict

from tidegate.core.identifiers import ExchangeClientOrderId, order_of

LINKS_MAX = 10_000
FORCED_PREFIXES = ("autoclose-", "adl_autoclose", "settlement_autoclose-")
"""The client order ids of the orders that Binance itself makes: liquidations, auto-deleveraging, delisting."""

Place = tuple[str, str]  # Our symbol and the venue's order id, which is unique per symbol only.


class OrderLinks:
    """Binance gives an order that was set off a new id. Its client id is the algo order's, but no document says so.

    So the link is also kept by the venue's ids, where Binance tells them, and asked for where it does not in time.
    """

    def __init__(self) -> None:
        self._client_ids: OrderedDict[Place, ExchangeClientOrderId | None] = OrderedDict()
        self._waiting: dict[str, set[ExchangeClientOrderId]] = {}

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

    def link(self, symbol: str, order_id: str, client_order_id: ExchangeClientOrderId) -> None:
        """This order came out of that one."""
        self._remember((symbol, order_id), client_order_id)
        self.stop_waiting(symbol, client_order_id)

    def settle(self, symbol: str, order_id: str) -> None:
        """Nothing more can be learned of where this order came from."""
        self._remember((symbol, order_id), self._client_ids.get((symbol, order_id)))

    def client_id(self, symbol: str, order_id: str) -> ExchangeClientOrderId | None:
        """Under which id of ours the order was sent, if a conditional one became it."""
        return self._client_ids.get((symbol, order_id))

    def recognize(self, symbol: str, order_id: str, told: str) -> ExchangeClientOrderId:
        """The client id to report: the venue's word unless that is not ours and the link says more.

        An order in the book that bears the name of one that waits is what that one became.
        """
        named = ExchangeClientOrderId(told)
        if named in self._waiting.get(symbol, ()):
            self.link(symbol, order_id, named)
        return named if order_of(told) is not None else self.client_id(symbol, order_id) or named

    def knows(self, symbol: str, order_id: str) -> bool:
        """Whether it is settled what this order came out of."""
        return (symbol, order_id) in self._client_ids

    def is_open_question(self, symbol: str, order_id: str, told: str) -> bool:
        """Whether an order that is not ours by its name may yet be what one of ours became."""
        if order_of(told) is not None or told.startswith(FORCED_PREFIXES) or self.knows(symbol, order_id):
            return False
        return bool(self._waiting.get(symbol))

    def _remember(self, place: Place, client_order_id: ExchangeClientOrderId | None) -> None:
        self._client_ids[place] = client_order_id
        self._client_ids.move_to_end(place)
        if len(self._client_ids) > LINKS_MAX:
            self._client_ids.popitem(last=False)
