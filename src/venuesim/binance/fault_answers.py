"""How Binance words what faults make it say."""

import msgspec

from venuesim.binance.errors import BinanceError
from venuesim.binance.gateway import refusal
from venuesim.exchange.vocabulary import MarketKind
from venuesim.subjects import Naming
from venuesim.wire.calls import Reply
from venuesim.wire.performing import Ending
from venuesim.wire.sockets import Goodbye

GOING_AWAY = 1001
_CONTRACT_PATHS = ("/fapi", "/ws-fapi")
_PUBLIC_PATHS = ("/stream", "/ws/", "/market", "/public")


class BinanceFaultAnswers:
    """The answers of REST; the WebSocket API puts them into its frames."""

    naming = Naming(
        api_key_header="X-MBX-APIKEY",
        symbol_fields=frozenset({"symbol"}),
        client_order_id_fields=frozenset(
            {
                "newClientOrderId", "origClientOrderId", "cancelOrigClientOrderId", "listClientOrderId",
                "clientAlgoId", "aboveClientOrderId", "belowClientOrderId", "workingClientOrderId",
                "pendingClientOrderId", "pendingAboveClientOrderId", "pendingBelowClientOrderId", "limitClientOrderId",
                "stopClientOrderId",
            }
        ),
        kind_of=lambda path, _: _kind_of(path),
    )  # fmt: skip
    status_fields = frozenset({"status", "X", "algoStatus"})

    def is_public_socket(self, path: str) -> bool:
        """Market streams; user data comes by the WebSocket APIs and, for futures, below /private."""
        path = path.removeprefix("/fstream")
        return path == "/ws" or path.startswith(_PUBLIC_PATHS)

    def rate_limited(self) -> Reply:
        """Return a 429 that asks to wait a second."""
        message = (
            "Too much request weight used; current limit is 6000 request weight per 1 MINUTE. "
            "Please use WebSocket Streams for live updates to avoid polling the API."
        )
        return refusal(BinanceError(-1003, message, status=429, retry_after_seconds=1))

    def banned(self, until_ms: int, now_ms: int) -> Reply:
        """Return a 418 that names the end of the ban ("IP Limits": automated bans, Retry-After)."""
        message = (
            f"Way too much request weight used; IP banned until {until_ms}. "
            "Please use WebSocket Streams for live updates to avoid bans."
        )
        seconds = -(-(until_ms - now_ms) // 1000)
        return refusal(BinanceError(-1003, message, status=418, retry_after_seconds=seconds))

    def maintenance(self) -> Reply:
        """Return the page of Binance's front (assumption: its wording)."""
        title, text = b"503 Service Unavailable", b"System is under maintenance."
        page = b"<html><head><title>" + title + b"</title></head><body><h1>" + text + b"</h1></body></html>"
        return Reply(payload=page, status=503, content_type="text/html")

    def overloaded(self) -> Reply:
        """Return an HTTP 503: it may have happened."""
        message = "Internal error; unable to process your request. Please try again."
        return refusal(BinanceError(-1001, message, status=503))

    def status_unknown(self) -> Reply:
        """Return -1007: the matching engine did not answer in time."""
        message = "Timeout waiting for response from backend server. Send status unknown; execution status unknown."
        return refusal(BinanceError(-1007, message, status=408))

    def goodbye(self, ending: Ending, path: str, now_ms: int) -> Goodbye:
        """Announce the end as an event, `serverShutdown` or of a user stream `eventStreamTerminated`.

        Binance announces its 24-hour limit ten minutes ahead; here the end follows at once.
        """
        if ending is Ending.REVOKED:
            if not path.startswith("/ws-api"):  # Of futures the listen key is void, and nothing is said (assumption).
                return Goodbye((), GOING_AWAY, "")
            event: dict[str, object] = {"e": "eventStreamTerminated", "E": now_ms}
            frame = {"subscriptionId": 0, "event": event}
        else:
            event = {"e": "serverShutdown", "E": now_ms}
            frame = {"event": event} if path.startswith("/ws-") else event
            if path.rstrip("/").endswith("/stream"):
                frame = {"stream": "!serverShutdown", "data": event}
        # Assumption: the closing code.
        return Goodbye((msgspec.json.encode(frame).decode(),), GOING_AWAY, "")


def _kind_of(path: str) -> MarketKind:
    return MarketKind.LINEAR if path.startswith(_CONTRACT_PATHS) else MarketKind.SPOT
