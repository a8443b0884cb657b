"""Keeps an account's private stream up, and knows whether the venue can be reached at all."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import structlog

from tidegate.venues.backoff import backoff_seconds
from tidegate.venues.client import VenueClient
from tidegate.venues.outcomes import CallFailed, VenueAnswer, judge_transport
from tidegate.venues.values import MalformedError
from tidegate.venues.venue import AccountVenue

log = structlog.get_logger(__name__)

STREAM_TIMEOUT_SECONDS_MAX = 10.0
LISTING_TIMEOUT_SECONDS_MAX = 30.0


class Connection:
    """Connects, waits for the end, and connects again, for ever.

    `listed` is awaited before the stream opens, because its frames use the venue's names. `on_connected` is called
    after every (re)subscription: what happened before it was not heard. `on_disconnected` is called once when a try
    fails, with a message for people.
    """

    def __init__(
        self,
        venue: AccountVenue,
        client: VenueClient,
        *,
        listed: Callable[[], Coroutine[Any, Any, None]],
        on_connected: Callable[[], None],
        on_disconnected: Callable[[str], None],
    ) -> None:
        self._venue = venue
        self._client = client
        self._listed = listed
        self._on_connected = on_connected
        self._on_disconnected = on_disconnected
        self._ended = asyncio.Event()
        self._streams: tuple[Any, ...] = ()
        self._credentials_proven = False
        self._told_disconnected = False
        self.connected = False
        self.message = "not connected yet"
        client.exchange.taps.on_connection_ended = self._stream_ended

    @property
    def streaming(self) -> bool:
        """Whether all private streams are subscribed."""
        return bool(self._streams)

    async def run(self) -> None:
        """Run until canceled."""
        failures = 0
        while True:
            try:
                await self._connect()
            except Exception as error:  # noqa: BLE001 - Whatever it is, the answer is to tell and to try again.
                failures += 1
                failure = self._explain(error)
                self._tell_disconnected(failure.message)
                await asyncio.sleep(backoff_seconds(failures, at_least=failure.retry_after_seconds))
                continue
            failures = 0
            await self._ended.wait()

    def lose(self, message: str) -> None:
        """A call found the venue out of reach or the credentials refused: start over, credentials included."""
        if self.connected:
            self._credentials_proven = False
            self._tell_disconnected(message)
            self._streams = ()
            self._ended.set()

    async def _connect(self) -> None:
        await self._client.exchange.close_ws_clients()
        self._client.exchange.ws_dial_backoff = {}  # The waiting is done here, not inside ccxt.
        await self._client.measure_clock()
        if not self._credentials_proven:
            await self._venue.balances()
            self._credentials_proven = True
        async with asyncio.timeout(LISTING_TIMEOUT_SECONDS_MAX):
            await self._listed()
        self._ended.clear()
        async with asyncio.timeout(STREAM_TIMEOUT_SECONDS_MAX):
            streams = await self._venue.open_streams()
        if any(stream.closed() for stream in streams):
            raise MalformedError("a stream closed right after its subscription")
        self._streams = streams
        self.connected = True
        self._told_disconnected = False
        self.message = "connected"
        self._on_connected()

    def _stream_ended(self, stream: Any, cause: object) -> None:
        if any(stream is each for each in self._streams):
            told = cause if isinstance(cause, int) else type(cause).__name__  # A code of closing says what it is.
            log.info("a private stream ended", cause=told)
            self._streams = ()
            self._ended.set()

    def _tell_disconnected(self, message: str) -> None:
        self.connected = False
        self.message = message
        if not self._told_disconnected:
            self._told_disconnected = True
            self._on_disconnected(message)

    def _explain(self, error: Exception) -> CallFailed:
        match error:
            case CallFailed():
                return error
            case TimeoutError():
                message = "the venue's listing or the private stream did not come in time"
            case MalformedError():
                message = str(error)
            case VenueAnswer():
                message = f"the private stream was refused: {error.payload}"
            case _:
                message = f"the private stream could not be opened: {error}"
        judged = judge_transport(error)
        return CallFailed(judged.verdict, judged.reason, self._client.redact(message))
