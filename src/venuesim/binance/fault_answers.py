"""How Binance words what faults make it say."""

from collections.abc import Callable
from typing import NamedTuple

import msgspec

from venuesim.binance import errors
from venuesim.binance.errors import BinanceError
from venuesim.binance.futures import errors as futures_errors
from venuesim.binance.gateway import refusal
from venuesim.exchange.vocabulary import MarketKind
from venuesim.subjects import Naming
from venuesim.wire.calls import Reply
from venuesim.wire.performing import Ending
from venuesim.wire.sockets import Goodbye

GOING_AWAY = 1001
_CONTRACT_PATHS = ("/fapi", "/ws-fapi")
_CONTRACT_SOCKETS = ("/futures", "/fstream", "/market", "/public", "/private")
_PUBLIC_PATHS = ("/stream", "/ws/", "/market", "/public")


class Wording(NamedTuple):
    """What one market's API says where the other's says something else."""

    weight_limit: int
    too_much_weight: Callable[[int, int], BinanceError]
    banned: Callable[[int, int], BinanceError]
    overloaded: tuple[int, str]


SPOT = Wording(
    6000,
    errors.too_much_weight,
    errors.banned,
    (-1001, "Internal error; unable to process your request. Please try again."),
)
CONTRACTS = Wording(
    2400,
    futures_errors.too_much_weight,
    futures_errors.banned,
    # Of the 503s of "HTTP Return Codes" the one that leaves the outcome open (assumption: its code).
    (-1000, "Unknown error, please check your request or try again later."),
)


class BinanceFaultAnswers:
    """The answers of REST; the WebSocket API puts them into its frames."""

    def __init__(self, wording: Wording = SPOT) -> None:
        self._wording = wording

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

    def at(self, path: str) -> "BinanceFaultAnswers":
        """Return the answers of the API that a path belongs to."""
        return _OF_CONTRACTS if path.startswith((*_CONTRACT_PATHS, *_CONTRACT_SOCKETS)) else self

    def is_public_socket(self, path: str) -> bool:
        """Market streams; user data comes by the WebSocket APIs and, for futures, below /private."""
        path = path.removeprefix("/fstream")
        return path == "/ws" or path.startswith(_PUBLIC_PATHS)

    def rate_limited(self) -> Reply:
        """Return a 429 that asks to wait a second."""
        return refusal(self._wording.too_much_weight(self._wording.weight_limit, 1))

    def banned(self, until_ms: int, now_ms: int) -> Reply:
        """Return a 418 that names the end of the ban ("IP Limits": automated bans, Retry-After)."""
        return refusal(self._wording.banned(until_ms, -(-(until_ms - now_ms) // 1000)))

    def maintenance(self) -> Reply:
        """Return the page of Binance's front (assumption: its wording)."""
        title, text = b"503 Service Unavailable", b"System is under maintenance."
        page = b"<html><head><title>" + title + b"</title></head><body><h1>" + text + b"</h1></body></html>"
        return Reply(payload=page, status=503, content_type="text/html")

    def overloaded(self) -> Reply:
        """Return an HTTP 503: it may have happened."""
        code, message = self._wording.overloaded
        return refusal(BinanceError(code, message, status=503))

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


_OF_CONTRACTS = BinanceFaultAnswers(CONTRACTS)
