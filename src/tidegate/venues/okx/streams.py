"""One account's private streams: orders and the account itself on one URL, algo orders on another."""

from collections.abc import Callable, Sequence
from typing import Any

from tidegate.core.messages.reports import Report
from tidegate.venues.okx.algo_reading import algo_order
from tidegate.venues.okx.amending import Amending
from tidegate.venues.okx.reading import Reader, is_ours, knows_state
from tidegate.venues.okx.settings import Settings
from tidegate.venues.okx.subscribing import Arg, Subscriptions
from tidegate.venues.okx.terms import INSTRUMENT_TYPES
from tidegate.venues.reading import read_pushed
from tidegate.venues.values import MalformedError, rows
from tidegate.venues.venue import Seat

ALGO_CHANNELS = ("orders-algo", "algo-advance")  # Stops and targets; trailing stops.
_TOLD_IN_FULL = frozenset({"snapshot", "filled"})  # Orders tell the fills.
_CLOSING_EVENTS = frozenset({"notice", "channel-conn-count-error"})


class Streams:
    """Subscribes, and reads what is pushed."""

    def __init__(self, seat: Seat, reader: Reader, settings: Settings, amending: Amending) -> None:
        self._seat = seat
        self._reader = reader
        self._settings = settings
        self._amending = amending
        self._subscriptions = Subscriptions(seat.client.exchange)
        self._read: dict[str, Callable[[Any], Sequence[Report]]] = {
            "orders": self._order,
            "balance_and_position": self._account,
            **dict.fromkeys(ALGO_CHANNELS, self._algo),
        }

    async def open(self) -> tuple[Any, ...]:
        """Connect and subscribe everything; returns ccxt's connections."""
        await self._settings.learn()
        types = INSTRUMENT_TYPES.values()
        private: list[Arg] = [{"channel": "orders", "instType": each} for each in types]
        private.append({"channel": "balance_and_position"})
        business: list[Arg] = [{"channel": name, "instType": each} for name in ALGO_CHANNELS for each in types]
        return (
            await self._subscriptions.open("private", private),
            await self._subscriptions.open("business", business),
        )

    def read(self, connection: Any, frame: Any) -> Sequence[Report] | None:
        """The reports in a frame; None for what is ccxt's own business."""
        if not isinstance(frame, dict):
            return None
        event = frame.get("event")
        if event in _CLOSING_EVENTS:  # OKX will close this connection soon; a fresh one is better now.
            connection.on_error(ConnectionError(f"OKX sent {event} {frame.get('code', '')}"))
            return []
        if event == "subscribe":
            self._subscriptions.confirm(connection, frame)
            return []
        read = self._read.get((frame.get("arg") or {}).get("channel", ""))
        if read is None or "data" not in frame:
            return None
        reports = read_pushed(rows(frame["data"]), read, self._fail)
        return [*reports, *self._settings.take_news()]

    def _order(self, row: Any) -> Sequence[Report]:
        self._amending.hear(row)
        if not self._reader.is_listed(row) and not is_ours(row):
            return []
        if not knows_state(row):
            self._fail(MalformedError(f"unknown order state {row.get('state')!r}"))
        return self._reader.pushed(row)

    def _algo(self, row: Any) -> Sequence[Report]:
        self._amending.hear(row)
        if not self._reader.is_listed(row) and not is_ours(row):
            return []
        return [algo_order(row, self._reader, self._seat)]

    def _account(self, row: Any) -> Sequence[Report]:
        """What moves balances and positions beside orders is told by name only: it must be asked for."""
        event = row.get("eventType")
        if event == "set_leverage":
            self._settings.doubt_leverages()
        if event not in _TOLD_IN_FULL:
            self._seat.client.exchange.taps.on_untold()
        return []

    def _fail(self, error: BaseException) -> None:
        self._seat.client.exchange.taps.on_frame_failed(error)
