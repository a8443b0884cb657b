"""ccxt's exchanges, used for signing and transport, with what an order manager needs put right.

Importing ccxt takes a second, so it happens when the first session is built.
"""

import logging
from collections.abc import Callable
from typing import Any

import aiohttp
import structlog

from tidegate.core.vocabulary import Exchange
from tidegate.ports import VenueCredentials
from tidegate.venues.outcomes import VenueAnswer

log = structlog.get_logger(__name__)

CALL_TIMEOUT_MS = 5_000
PING_INTERVALS_MS = {Exchange.BINANCE: 20_000, Exchange.OKX: 15_000, Exchange.BYBIT: 15_000}

_silent = logging.getLogger("tidegate.venues.ccxt")  # ccxt logs headers, which hold keys, at level debug.
_silent.setLevel(logging.CRITICAL)
_silent.propagate = False


class Taps:
    """Who hears what happens inside ccxt. A session sets these; until then nobody listens."""

    def __init__(self) -> None:
        self.on_headers: Callable[[dict[str, str], str], None] = lambda _headers, _url: None
        self.on_frame: Callable[[Any, Any], bool] = lambda _client, _frame: False
        self.on_frame_failed: Callable[[BaseException], None] = lambda _: None
        self.on_untold: Callable[[], None] = lambda: None  # Something happened that the frames do not tell in full.
        self.on_connection_ended: Callable[[Any, object], None] = lambda _client, _cause: None


def open_exchange(
    exchange: Exchange,
    taps: Taps,
    *,
    credentials: VenueCredentials | None = None,
    urls: dict[str, Any] | None = None,
    testnet: bool = False,
) -> Any:
    """Make a ccxt.pro exchange that tells its taps everything. Nothing is connected yet.

    ccxt's own rate limiter is off: it is one queue without priorities. `urls` replace ccxt's, deeply merged.
    """
    settings: dict[str, Any] = {
        "enableRateLimit": False,
        "timeout": CALL_TIMEOUT_MS,
        "options": {
            "defaultType": "spot",
            "ordersLimit": 1000,
            "tradesLimit": 1000,
            "disableFuturesSandboxWarning": True,  # A warning that ccxt raises, for Binance's testnet.
        },
        "streaming": {"keepAlive": PING_INTERVALS_MS[exchange], "maxPingPongMisses": 2},
    }
    if credentials is not None:
        settings |= {"apiKey": credentials.api_key, "secret": credentials.secret, "password": credentials.passphrase}
    if urls is not None:
        settings["urls"] = urls
    made = _tapped_class(exchange)(settings)
    made.taps = taps
    made.timeout_on_exit = 0
    if testnet:
        made.set_sandbox_mode(True)
    return made


def _was_cut(error: BaseException | None) -> bool:
    """Whether a connection broke that had been made."""
    is_connected = not isinstance(error, aiohttp.ClientConnectorError)
    return is_connected and isinstance(error, aiohttp.ClientOSError | aiohttp.ServerDisconnectedError)


def _tapped_class(exchange: Exchange) -> type[Any]:  # noqa: C901 - The methods of a class, not branches.
    import ccxt.pro

    base: Any = getattr(ccxt.pro, exchange.value)

    class Tapped(base):
        """The exchange, with every answer and frame handed on as it came."""

        logger = _silent
        taps: Taps
        signed_at_ms: int | None = None
        requests_made = 0

        def open(self, *lazy: Any) -> None:
            """Connect without aiohttp's own retry: it sends a PUT or DELETE a second time if the connection breaks."""
            super().open(*lazy)
            self.session._retry_connection = False  # noqa: SLF001 - aiohttp has no public way to say so.

        async def fetch(
            self, url: str, method: str = "GET", headers: dict[str, str] | None = None, body: str | None = None
        ) -> Any:
            """Make a request: once, but a question, which changes nothing, again if its connection broke."""
            try:
                return await super().fetch(url, method, headers, body)
            except ccxt.pro.ExchangeNotAvailable as error:
                if method != "GET" or not _was_cut(error.__cause__):
                    raise
            return await super().fetch(url, method, headers, body)

        def nonce(self) -> Any:
            """The time that a request is signed with: the intent's, where the request has one."""
            return super().nonce() if self.signed_at_ms is None else self.signed_at_ms

        def request_id(self, *_: Any) -> Any:
            """A counter: the ids that ccxt makes for OKX collide and lose messages. OKX wants a string."""
            self.requests_made += 1
            return str(self.requests_made) if exchange is Exchange.OKX else self.requests_made

        def on_rest_response(
            self, code: int, reason: str, url: str, method: str, response_headers: dict[str, str], body: str, *rest: Any
        ) -> Any:
            """Let the rate budget hear the headers of every answer."""
            self.taps.on_headers({name.lower(): value for name, value in response_headers.items()}, url)
            return super().on_rest_response(code, reason, url, method, response_headers, body, *rest)

        def handle_errors(self, code: int, *told: Any) -> None:
            """Carry anything but HTTP 2xx with JSON out of ccxt whole, instead of a class that loses the status."""
            _reason, _url, _method, headers, body, response = told[:6]
            if not 200 <= code < 300 or not isinstance(response, dict | list):
                raise VenueAnswer(code, dict(headers), response, body or "")

        def client(self, url: str) -> Any:
            """The connection to a socket; what it cannot even decode is a failed frame like any other."""
            made = super().client(url)
            if "handle_text_or_binary_message" not in vars(made):
                made.handle_text_or_binary_message = _guarded(made.handle_text_or_binary_message, self.taps)
            return made

        def handle_message(self, client: Any, message: Any) -> None:
            """Hand the raw frame on first. An exception here would end ccxt's receive loop for good."""
            try:
                if not self.taps.on_frame(client, message):
                    super().handle_message(client, message)
            except Exception as error:  # noqa: BLE001 - Whatever one frame breaks, the next one must be heard.
                self.taps.on_frame_failed(error)

        def on_error(self, client: Any, error: Any) -> None:
            if self._is_current(client):
                super().on_error(client, error)
            self.taps.on_connection_ended(client, error)

        def on_close(self, client: Any, error: Any) -> None:
            if self._is_current(client):
                super().on_close(client, error)
            self.taps.on_connection_ended(client, error)

        def _is_current(self, client: Any) -> bool:
            """Whether this is the URL's connection: ccxt would let an old one's end forget its successor."""
            return (self.clients or {}).get(client.url) is client

    return Tapped


def _guarded(decode: Callable[[Any], None], taps: Taps) -> Callable[[Any], None]:
    """ccxt decodes outside of what it hands on: there, too, an exception would end its receive loop for good."""

    def guarded(data: Any) -> None:
        try:
            decode(data)
        except Exception as error:  # noqa: BLE001 - As above.
            taps.on_frame_failed(error)

    return guarded
