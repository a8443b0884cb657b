"""Binance USD-M futures' conditional orders: calls about them, and the way to what they became.

An algo order has an id of its own. When its price is reached it places an order in the book, which has another.
"""

from tidegate.core.identifiers import ExchangeClientOrderId, ExchangeOrderId, order_of
from tidegate.core.messages.effects import SendOrder
from tidegate.core.messages.reports import OrderReported
from tidegate.core.money import ZERO
from tidegate.core.vocabulary import InstrumentKind, VenueOrderStatus
from tidegate.venues.binance import algo_reading, endpoints
from tidegate.venues.binance.algo_reading import AlgoOrder
from tidegate.venues.binance.linear_orders import CONDITIONAL_WORDS, algo_params
from tidegate.venues.binance.order_links import NOT_OURS, OrderLinks, Origin
from tidegate.venues.binance.words import ENDINGS
from tidegate.venues.budget import Lane
from tidegate.venues.client import Validity
from tidegate.venues.outcomes import CallFailed, Verdict
from tidegate.venues.reading import read_open_orders
from tidegate.venues.values import rows, text
from tidegate.venues.venue import Placed, Seat

HISTORY_ROWS_MAX = 1000
LOOK_UPS_MAX = 50
FORCED_ROWS_MAX = 100


class AlgoOrders:
    """One account's algo orders."""

    def __init__(self, seat: Seat, links: OrderLinks) -> None:
        self._seat = seat
        self._client = seat.client
        self._links = links

    async def place(self, order: SendOrder) -> Placed:
        """Let an order wait for its price. Its margin is looked at only when that comes."""
        params = algo_params(order, self._seat.symbols.theirs(order.symbol))
        self._links.wait(order.symbol, order.exchange_client_order_id)
        try:
            answer = await self._client.call(
                endpoints.ALGO_PLACE,
                params,
                lane=Lane.PROTECTIVE if order.protective else Lane.ORDER,
                validity=Validity(order.intended_at, order.expires_at),
            )
        except CallFailed as failure:
            if failure.verdict is not Verdict.UNKNOWN:
                self._links.stop_waiting(order.symbol, order.exchange_client_order_id)
            raise
        return Placed(exchange_order_id=ExchangeOrderId(text(answer, "algoId")))

    async def cancel(self, symbol: str, client_order_id: ExchangeClientOrderId) -> OrderReported:
        """Cancel one that waits; `CallFailed` with `ABSENT` for one that does not, whatever became of it."""
        answer = await self._client.call(
            endpoints.ALGO_CANCEL, {"clientAlgoId": str(client_order_id)}, lane=Lane.CANCEL
        )
        self._links.stop_waiting(symbol, client_order_id)
        algo_id = algo_reading.id_in(answer, "algoId")
        return OrderReported(
            at=self._seat.clock.now(),
            account_id=self._seat.account_id,
            symbol=symbol,
            status=VenueOrderStatus.CANCELED,
            filled_quantity=ZERO,
            exchange_order_id=None if algo_id is None else ExchangeOrderId(algo_id),
            exchange_client_order_id=client_order_id,
            reason=ENDINGS[VenueOrderStatus.CANCELED],
        )

    async def look_up(self, symbol: str, client_order_id: ExchangeClientOrderId) -> AlgoOrder | None:
        """The algo order of a client id, or what the list of waiting ones says; None when both answered without it."""
        try:
            answer = await self._client.call(endpoints.ALGO_ORDER, {"clientAlgoId": str(client_order_id)})
        except CallFailed as failure:
            if failure.verdict is not Verdict.ABSENT:
                raise
        else:
            return self._learned(symbol, algo_reading.from_row(answer))
        params = {"symbol": self._seat.symbols.theirs(symbol)}
        for row in rows(await self._client.call(endpoints.ALGO_OPEN_ORDERS_OF_SYMBOL, params)):
            if row.get("clientAlgoId") == client_order_id:
                return self._learned(symbol, algo_reading.from_row(row))
        return None

    async def waiting(self) -> list[OrderReported]:
        """All that wait for their price; those of ours that do not any more are forgotten."""
        known = self._links.waiting()
        listed = rows(await self._client.call(endpoints.ALGO_OPEN_ORDERS))
        names = {row.get("clientAlgoId") for row in listed}
        for symbol, client_order_id in known:
            if client_order_id not in names:
                self._links.stop_waiting(symbol, client_order_id)

        def read(row: object) -> OrderReported:
            algo = algo_reading.from_row(row)
            symbol = self._seat.symbols.ours(algo.exchange_symbol, InstrumentKind.LINEAR)
            return self.report(symbol, self._learned(symbol, algo))

        return read_open_orders(listed, "clientAlgoId", read)

    async def learn_origins(self, symbol: str, order_ids: list[str]) -> None:
        """Learn where orders in the book came from, those of which nothing is known.

        Where there are too many to be asked for one by one, the last week's algo orders tell which they became.
        """
        unknown = [order_id for order_id in order_ids if not self._links.knows(symbol, order_id)]
        if len(unknown) > LOOK_UPS_MAX:
            await self._learn_history(symbol)
            await self._learn_forced(symbol)
        for number, order_id in enumerate(unknown):
            if number < LOOK_UPS_MAX:
                await self._find_origin(symbol, order_id)
            elif not self._links.knows(symbol, order_id):
                self._links.settle(symbol, order_id, NOT_OURS)

    async def _find_origin(self, symbol: str, order_id: str) -> None:
        params = {"symbol": self._seat.symbols.theirs(symbol), "orderId": order_id}
        try:
            row = await self._client.call(endpoints.LINEAR_ORDER, params)
        except CallFailed as failure:
            if failure.verdict is not Verdict.ABSENT:  # Binance forgets orders; a liquidation's may never be shown.
                raise
            await self._learn_forced(symbol)
        else:
            named = self._links.recognize(symbol, order_id, text(row, "clientOrderId"))
            if order_of(named) is None and not self._links.knows(symbol, order_id):
                await self._learn_history(symbol)
            elif not self._links.knows(symbol, order_id):
                was_set_off = row.get("origType") in CONDITIONAL_WORDS
                self._links.settle(symbol, order_id, Origin(named, was_set_off))
        if not self._links.knows(symbol, order_id):
            self._links.settle(symbol, order_id, NOT_OURS)

    async def _learn_forced(self, symbol: str) -> None:
        """Of the last week's orders that Binance made by itself, why it did."""
        params = {"symbol": self._seat.symbols.theirs(symbol), "limit": FORCED_ROWS_MAX}
        for row in rows(await self._client.call(endpoints.FORCED_ORDERS, params)):
            self._links.recognize(symbol, text(row, "orderId"), text(row, "clientOrderId"))

    async def _learn_history(self, symbol: str) -> None:
        params = {"symbol": self._seat.symbols.theirs(symbol), "limit": HISTORY_ROWS_MAX}
        for row in rows(await self._client.call(endpoints.ALGO_HISTORY, params)):
            name, order_id = str(row.get("clientAlgoId")), algo_reading.id_in(row, "actualOrderId")
            if order_id is not None and order_of(name) is not None:
                self._links.link(symbol, order_id, ExchangeClientOrderId(name))

    def report(self, symbol: str, algo: AlgoOrder) -> OrderReported:
        """The report of an algo order."""
        return algo_reading.report(algo, symbol, account_id=self._seat.account_id, at=self._seat.clock.now())

    def _learned(self, symbol: str, algo: AlgoOrder) -> AlgoOrder:
        """The algo order, once what it says of itself is kept."""
        return learn(self._links, symbol, algo)


def learn(links: OrderLinks, symbol: str, algo: AlgoOrder) -> AlgoOrder:
    """Keep what an algo order says of what it became."""
    if order_of(algo.client_order_id) is not None:
        if algo.order_id is not None:
            links.link(symbol, algo.order_id, algo.client_order_id)
        elif algo.waits:
            links.wait(symbol, algo.client_order_id)
        else:
            links.stop_waiting(symbol, algo.client_order_id)
    return algo
