"""What REST and the WebSocket API share: limits, authentication and errors around one operation."""

from collections.abc import Mapping

from venuesim.binance.authentication import check_key, check_permission, check_signer, check_time
from venuesim.binance.errors import BinanceError
from venuesim.binance.limits import BinanceLimits
from venuesim.binance.operations import Operation, Request, Security
from venuesim.binance.parameters import Parameters
from venuesim.exchange.accounts import Account
from venuesim.exchange.engine import Exchange
from venuesim.wire.calls import Reply


class Gateway:
    """Runs operations. Never raises for what a client sent."""

    def __init__(self, exchange: Exchange, limits: BinanceLimits) -> None:
        self._exchange = exchange
        self._limits = limits

    def run(
        self,
        operation: Operation,
        parameters: Parameters,
        *,
        api_key: str | None,
        signed: bytes,
        remote: str,
        now_ms: int,
        as_of_ms: int | None,
        takes_any_parameter: bool,
        signed_encoded: bytes | None = None,
        logged_on: Account | None = None,
    ) -> Reply:
        """Count, authenticate and run an operation, and return its answer or its refusal.

        `signed_encoded` is the signed text with its values percent-encoded, where a transport allows that too;
        `logged_on` is the account that the connection is authenticated for, asked when a request names no key.
        """
        try:
            self._limits.spend_weight(remote, operation.weight(parameters), now_ms)
            signer = self._signer(operation.security, parameters, api_key, signed, signed_encoded, logged_on, now_ms)
            request = Request(
                parameters=parameters,
                now_ms=now_ms,
                as_of_ms=as_of_ms,
                signer=signer,
                takes_any_parameter=takes_any_parameter,
            )
            result = operation.run(request)
        except BinanceError as error:
            return refusal(error, self._limits.weight_headers(remote, now_ms))
        headers = self._limits.weight_headers(remote, now_ms)
        if signer is not None and operation.security is Security.TRADE:
            headers |= self._limits.order_headers(signer, now_ms)
        return Reply(payload=result.payload, headers=headers, accepted=result.accepted)

    def _signer(
        self,
        security: Security,
        parameters: Parameters,
        api_key: str | None,
        signed: bytes,
        signed_encoded: bytes | None,
        logged_on: Account | None,
        now_ms: int,
    ) -> Account | None:
        if security is Security.NONE:
            return None
        if logged_on is not None and api_key is None:
            if security is not Security.API_KEY:
                check_time(parameters, now_ms)
            return check_permission(check_key(self._exchange, logged_on.api_key), security)
        if security is Security.API_KEY:
            return check_key(self._exchange, api_key)
        return check_signer(self._exchange, api_key, parameters, signed, security, now_ms, encoded=signed_encoded)


def refusal(error: BinanceError, headers: Mapping[str, str] | None = None) -> Reply:
    """Return the answer that carries an error."""
    headers = dict(headers or {})
    if error.retry_after_seconds is not None:
        headers["retry-after"] = str(error.retry_after_seconds)
    return Reply(payload=error.payload(), status=error.status, headers=headers, accepted=error.accepted)
