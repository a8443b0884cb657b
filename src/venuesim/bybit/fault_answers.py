"""How Bybit words what faults make it say."""

from venuesim.bybit import errors
from venuesim.bybit.gateway import refused
from venuesim.exchange.clock import Clock
from venuesim.exchange.vocabulary import MarketKind
from venuesim.subjects import Naming
from venuesim.wire.calls import Reply
from venuesim.wire.performing import Ending
from venuesim.wire.sockets import Goodbye

GOING_AWAY = 1001
_KINDS = {"spot": MarketKind.SPOT, "linear": MarketKind.LINEAR}


class BybitFaultAnswers:
    """The answers of REST; the trade socket puts them into its frames."""

    naming = Naming(
        api_key_header="X-BAPI-API-KEY",
        symbol_fields=frozenset({"symbol"}),
        client_order_id_fields=frozenset({"orderLinkId"}),
        kind_of=lambda _, fields: _KINDS.get(str(fields.get("category"))),
    )
    status_fields = frozenset({"orderStatus"})

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def at(self, path: str) -> "BybitFaultAnswers":  # noqa: ARG002 - Every market speaks alike.
        """Return these answers."""
        return self

    def is_public_socket(self, path: str) -> bool:
        """Market data."""
        return path.startswith("/v5/public")

    def rate_limited(self) -> Reply:
        """Return 10006: the account asked too often."""
        now_ms = self._clock.now_ms()
        headers = {"X-Bapi-Limit-Status": "0", "X-Bapi-Limit-Reset-Timestamp": str(now_ms + 1000)}
        return refused(errors.too_many_visits(), headers).reply(now_ms)

    def banned(self, until_ms: int, now_ms: int) -> Reply:  # noqa: ARG002 - Bybit does not tell for how long.
        """Return the HTTP 403 of a blocked address ("Rate Limit Rules": for ten minutes)."""
        return Reply(payload=b"access too frequent", status=403, content_type="text/plain")

    def maintenance(self) -> Reply:
        """Return an HTTP 503 (assumption: its page); sockets say 10016 instead."""
        return self.overloaded()

    def overloaded(self) -> Reply:
        """Return an HTTP 503 without a retCode: it may have happened."""
        page = b"<html><body><h1>503 Service Temporarily Unavailable</h1></body></html>"
        return Reply(payload=page, status=503, content_type="text/html")

    def status_unknown(self) -> Reply:
        """Return 10016: it may have happened."""
        return refused(errors.server_error()).reply(self._clock.now_ms())

    def goodbye(self, ending: Ending, path: str, now_ms: int) -> Goodbye:  # noqa: ARG002 - Bybit says nothing.
        """Close without a word: Bybit announces nothing on its sockets (assumption: the closing code)."""
        return Goodbye((), GOING_AWAY, "")
