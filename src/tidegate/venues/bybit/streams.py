"""The private stream: orders, executions, positions and the wallet of the account."""

from collections.abc import Sequence
from typing import Any

from tidegate.core.identifiers import order_of
from tidegate.core.messages.reports import Report
from tidegate.venues.bybit.reading import Reader
from tidegate.venues.bybit.settings import Settings
from tidegate.venues.bybit.wallet_watch import WalletWatch
from tidegate.venues.bybit.words import ELSEWHERE, KINDS, LINEAR, kind_named
from tidegate.venues.reading import read_pushed
from tidegate.venues.values import rows, text
from tidegate.venues.venue import Seat

TOPICS = ["order", "execution", "position", "wallet"]
SUBSCRIBED = "subscribed to orders, executions, positions and the wallet"


class Streams:
    """One account's private stream."""

    def __init__(self, seat: Seat, reader: Reader, settings: Settings, wallet: WalletWatch) -> None:
        self._seat = seat
        self._reader = reader
        self._settings = settings
        self._wallet = wallet

    async def open(self) -> tuple[Any, ...]:
        """Connect, log in and subscribe."""
        self._settings.forget()
        exchange = self._seat.client.exchange
        url = exchange.urls["api"]["ws"]["private"]["spot"]["unified"].replace("{hostname}", exchange.hostname)
        await exchange.authenticate(url)
        wish = {"op": "subscribe", "req_id": str(exchange.request_id()), "args": TOPICS}
        await exchange.watch(url, SUBSCRIBED, wish, SUBSCRIBED)
        return (exchange.client(url),)

    def read(self, connection: Any, frame: Any) -> Sequence[Report] | None:
        """The reports in a frame, row by row."""
        if not isinstance(frame, dict):
            return None
        if frame.get("op") == "subscribe" and frame.get("success") is True:
            connection.resolve(frame, SUBSCRIBED)
            return []
        topic = str(frame.get("topic", "")).partition(".")[0]
        if topic not in TOPICS:
            return None
        read = {
            "order": self._order,
            "execution": self._execution,
            "position": self._position,
            "wallet": self._coins,
        }[topic]
        told = rows(frame.get("data"))
        ours = told if topic == "wallet" else filter(self._is_traded_here, told)
        return read_pushed(ours, read, self._seat.client.exchange.taps.on_frame_failed)

    def _is_traded_here(self, row: Any) -> bool:
        """Inverse contracts, options and dated futures are none of the desk's business, unless we sent the order.

        What does not say where it belongs may be.
        """
        category, symbol = row.get("category"), row.get("symbol")
        if category in ELSEWHERE:
            return False
        if category not in KINDS or not symbol:
            return True
        is_listed = self._seat.symbols.knows(str(symbol), KINDS[category])
        return is_listed or order_of(str(row.get("orderLinkId"))) is not None

    def _order(self, row: Any) -> list[Report]:
        """A partial fill tells nothing that its execution does not tell better, a moment later."""
        kind = kind_named(row)
        told = self._reader.order(row, kind)
        if kind is KINDS[LINEAR] and row.get("positionIdx") is not None:
            self._settings.learn_mode(told.symbol, row)
        return [] if row.get("orderStatus") == "PartiallyFilled" else [told]

    def _execution(self, row: Any) -> list[Report]:
        """Funding is told as an execution too; what it moved is asked for where it has the id that it is booked by."""
        told = self._reader.execution(row, kind_named(row))
        if told is None:
            self._seat.client.exchange.taps.on_untold()
            return []
        self._wallet.traded()
        return [told]

    def _position(self, row: Any) -> list[Report]:
        """A position as such is told by its executions; what else the row says is the leverage and the mode."""
        return self._settings.learn_leverage(self._seat.symbols.ours(text(row, "symbol"), KINDS[LINEAR]), row)

    def _coins(self, row: Any) -> list[Report]:
        self._wallet.hear(row)
        return []
