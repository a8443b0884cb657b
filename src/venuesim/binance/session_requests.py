"""`session.logon`, `session.status` and `session.logout` ("Authentication requests")."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from venuesim.binance.errors import BinanceError
from venuesim.binance.keys import is_ed25519, public_key
from venuesim.binance.operations import Operation, Request, Result, Security
from venuesim.exchange.accounts import Account
from venuesim.faults import Endpoint

WEIGHT = 2


@dataclass(slots=True, kw_only=True)
class Login:
    """Who a connection is authenticated for, and since when (milliseconds)."""

    connected_ms: int
    account: Account | None = None
    authorized_ms: int | None = None


class SessionRequests:
    """The requests about one connection itself. `status` describes it; `logged_out` ends what hung on the log-on."""

    def __init__(self, login: Login, logged_out: Callable[[], None], status: Callable[[], dict[str, object]]) -> None:
        self._login = login
        self._logged_out = logged_out
        self._status = status
        self.operations: Mapping[str, Operation] = {
            "session.logon": session_operation(Security.USER_DATA, self._log_on),
            "session.status": session_operation(Security.NONE, lambda _: Result(self._status())),
            "session.logout": session_operation(Security.NONE, self._log_out),
        }

    def _log_on(self, request: Request) -> Result:
        if not is_ed25519(request.account.secret):
            kind = "RSA" if public_key(request.account.secret) else "HMAC_SHA256"
            raise BinanceError(-4056, f"{kind} API key is not supported.")
        self._login.account, self._login.authorized_ms = request.account, request.now_ms
        return Result(self._status())

    def _log_out(self, request: Request) -> Result:
        request.all_read()
        self._logged_out()
        self._login.account = self._login.authorized_ms = None
        return Result(self._status())


def session_operation(security: Security, run: Callable[[Request], Result]) -> Operation:
    """Return an operation that only sessions have."""
    return Operation(endpoint=Endpoint.STREAM, security=security, weight=lambda _: WEIGHT, run=run)
