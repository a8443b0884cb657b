"""The private stream: orders, executions, positions and the wallet of the account."""

import asyncio
from collections.abc import Sequence
from typing import Any

import structlog

from tidegate.core.identifiers import order_of
from tidegate.core.messages.reports import Report
from tidegate.core.vocabulary import RejectReason
from tidegate.venues.bybit.reading import Reader
from tidegate.venues.bybit.settings import Settings
from tidegate.venues.bybit.wallet_watch import WalletWatch
from tidegate.venues.bybit.words import ELSEWHERE, KINDS, LINEAR, kind_named
from tidegate.venues.outcomes import CallFailed, Verdict
from tidegate.venues.reading import read_pushed
from tidegate.venues.values import rows, text
from tidegate.venues.venue import Seat

TOPICS = ["order", "execution", "position", "wallet"]
SUBSCRIBED = "subscribed to orders, executions, positions and the wallet"
GUARDING_TOPICS = ["dcp.spot", "dcp.future"]
GUARD_SECONDS_MAX = 5.0
_WORDS = frozenset({"subscribe", "unsubscribe"})

log = structlog.get_logger(__name__)


class Streams:
    """One account's private stream."""

    def __init__(self, seat: Seat, reader: Reader, settings: Settings, wallet: WalletWatch) -> None:
        self._seat = seat
        self._reader = reader
        self._settings = settings
        self._wallet = wallet
        self._connection: Any = None
        self._guard: Any = None  # The connection that guards, or did until it ended.
        self._is_to_guard = False
        self._confirming = SUBSCRIBED
        self._posting = asyncio.Lock()  # One word at a time: what Bybit confirms it does not name.

    async def open(self) -> tuple[Any, ...]:
        """Connect, log in and subscribe; a stream that was the account's guard takes up its post again."""
        self._settings.forget()
        self._connection, self._guard, self._confirming = None, None, SUBSCRIBED
        exchange = self._seat.client.exchange
        url = exchange.urls["api"]["ws"]["private"]["spot"]["unified"].replace("{hostname}", exchange.hostname)
        await exchange.authenticate(url)
        wish = {"op": "subscribe", "req_id": str(exchange.request_id()), "args": TOPICS}
        await exchange.watch(url, SUBSCRIBED, wish, SUBSCRIBED)
        self._connection = exchange.client(url)
        if self._is_to_guard:
            await self._guard_again()
        return (self._connection,)

    async def guard(self) -> None:
        """Let the account's orders be canceled once this stream and its successors are gone. Raises `CallFailed`."""
        self._is_to_guard = True
        async with self._posting:
            if self._guard is None or self._guard is not self._connection:
                self._guard = await self._say("subscribe")

    async def stop_guarding(self) -> None:
        """Let them be, whatever becomes of the stream. Raises `CallFailed`.

        A stream that was lost on guard has to come back as one before it can leave: until then the time runs.
        """
        async with self._posting:
            if self._is_to_guard:
                await self._say("unsubscribe")
            self._is_to_guard, self._guard = False, None

    async def _guard_again(self) -> None:
        """Orders are told and sent without it, and the next renewal tells that it failed."""
        try:
            await self.guard()
        except CallFailed as failure:
            log.warning("a stream guards no more", account_id=self._seat.account_id, venue_message=failure.message)

    async def _say(self, operation: str) -> Any:
        """Say it on the present connection and wait until Bybit has confirmed it; returns the connection."""
        connection, number = self._connection, str(self._seat.client.exchange.request_id())
        if connection is None or connection.closed():
            message = "the private stream is not connected"
            raise CallFailed(Verdict.REFUSED_FOR_NOW, RejectReason.VENUE_UNREACHABLE, message)
        self._confirming = f"{operation} {number}"
        confirmed = connection.future(self._confirming)
        try:
            async with asyncio.timeout(GUARD_SECONDS_MAX):
                await connection.send({"op": operation, "req_id": number, "args": GUARDING_TOPICS})
                await confirmed
        except CallFailed:
            raise
        except Exception as error:  # noqa: BLE001 - ccxt's classes vary by cause; none of them proves anything.
            message = self._seat.client.redact(f"the private stream did not {operation}: {error}")
            raise CallFailed(Verdict.UNKNOWN, RejectReason.VENUE_ERROR, message) from None
        return connection

    def _hear_word(self, connection: Any, frame: Any) -> bool:
        """Pass on what Bybit says to the newest word of ours; a refusal of the topics themselves is ccxt's business."""
        if not self._confirming.startswith(frame["op"]):
            return False
        if frame.get("success") is True:
            connection.resolve(frame, self._confirming)
            return True
        if self._confirming != SUBSCRIBED:
            message = f"Bybit refused to {frame['op']}: {frame.get('ret_msg')}"
            connection.reject(CallFailed(Verdict.REFUSED, RejectReason.VENUE_ERROR, message), self._confirming)
            return True
        return False

    def read(self, connection: Any, frame: Any) -> Sequence[Report] | None:
        """The reports in a frame, row by row."""
        if not isinstance(frame, dict):
            return None
        if frame.get("op") in _WORDS and self._hear_word(connection, frame):
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
