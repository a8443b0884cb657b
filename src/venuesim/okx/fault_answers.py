"""How OKX words what faults make it say."""

import msgspec

from venuesim.okx import errors
from venuesim.okx.errors import OkxError
from venuesim.okx.gateway import refusal
from venuesim.subjects import Naming
from venuesim.wire.calls import Reply
from venuesim.wire.performing import Ending
from venuesim.wire.sockets import Goodbye

GOING_AWAY = 1001
KEY_CHANGED = 4007


class OkxFaultAnswers:
    """The answers of REST; the sockets put them into their frames."""

    naming = Naming(
        api_key_header="OK-ACCESS-KEY",
        symbol_fields=frozenset({"instId"}),
        client_order_id_fields=frozenset({"clOrdId", "algoClOrdId", "attachAlgoClOrdId"}),
    )
    status_fields = frozenset({"state"})

    def at(self, path: str) -> "OkxFaultAnswers":  # noqa: ARG002 - Every market speaks alike.
        """Return these answers."""
        return self

    def is_public_socket(self, path: str) -> bool:
        """Market data; /business carries candles for everybody, and algo orders for those who log in."""
        return path.rstrip("/").endswith(("/public", "/business"))

    def rate_limited(self) -> Reply:
        """Return a 429."""
        return refusal(errors.too_many_requests())

    def banned(self, until_ms: int, now_ms: int) -> Reply:  # noqa: ARG002 - OKX does not tell for how long.
        """Return 50011: OKX has no ban, it goes on refusing."""
        return refusal(errors.too_many_requests())

    def maintenance(self) -> Reply:
        """Return 50001 with HTTP 503, as during system upgrades."""
        return refusal(OkxError("50001", "Service temporarily unavailable. Please try again later.", status=503))

    def overloaded(self) -> Reply:
        """Return an HTTP 503: it may have happened."""
        return self.maintenance()

    def status_unknown(self) -> Reply:
        """Return 50004: the request may have succeeded or failed."""
        message = (
            "API endpoint request timeout. (does not mean that the request was successful or failed, "
            "please check the request result)."
        )
        return refusal(OkxError("50004", message, status=400))

    def goodbye(self, ending: Ending, path: str, now_ms: int) -> Goodbye:  # noqa: ARG002 - The notice tells no time.
        """Send the notice of a service upgrade ("Notification", 64008).

        OKX sends it a minute ahead; here the end follows at once. A deleted key is told by the close frame ("Error
        code", "Close frame").
        """
        if ending is Ending.REVOKED:
            return Goodbye((), KEY_CHANGED, "API key has been updated or deleted. Please reconnect.")
        notice = {
            "event": "notice",
            "code": "64008",
            "msg": "The connection will soon be closed for a service upgrade. Please reconnect.",
            "connId": "a4d3ae55",
        }
        # Assumption: the closing code.
        return Goodbye((msgspec.json.encode(notice).decode(),), GOING_AWAY, "")
