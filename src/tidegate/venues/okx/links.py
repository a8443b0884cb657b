"""Which order came out of which algo order of ours: fills tell neither."""

from collections import OrderedDict

from tidegate.core.identifiers import ExchangeClientOrderId, ExchangeOrderId

LINKS_MAX = 20_000


class Links:
    """Our id of an order that the venue knows by its own alone; None is kept for what is not ours. Bounded."""

    def __init__(self) -> None:
        self._known: OrderedDict[ExchangeOrderId, ExchangeClientOrderId | None] = OrderedDict()

    def learn(self, exchange_order_id: ExchangeOrderId, ours: ExchangeClientOrderId | None) -> None:
        """Remember; the oldest are forgotten."""
        self._known[exchange_order_id] = ours
        self._known.move_to_end(exchange_order_id)
        if len(self._known) > LINKS_MAX:
            self._known.popitem(last=False)

    def knows(self, exchange_order_id: ExchangeOrderId) -> bool:
        """Whether it is known, whose it is."""
        return exchange_order_id in self._known

    def ours(self, exchange_order_id: ExchangeOrderId) -> ExchangeClientOrderId | None:
        """Our id of it, if it is known and ours."""
        return self._known.get(exchange_order_id)
