"""What REST and the WebSocket API share: limits, authentication and errors around one operation."""

from collections.abc import Mapping

from venuesim.binance.authentication import check_key, check_signer
from venuesim.binance.errors import BinanceError
from venuesim.binance.limits import BinanceLimits
from venuesim.binance.operations import Operation, Request, Security
from venuesim.binance.parameters import Parameters
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
    ) -> Reply:
        """Count, authenticate and run an operation, and return its answer or its refusal."""
        headers: dict[str, str] = {}
        try:
            weight = self._limits.spend_weight(remote, operation.weight(parameters), now_ms)
            headers["x-mbx-used-weight"] = headers["x-mbx-used-weight-1m"] = str(weight)
            signer = None
            if operation.security is Security.API_KEY:
                signer = check_key(self._exchange, api_key)
            elif operation.security is not Security.NONE:
                signer = check_signer(self._exchange, api_key, parameters, signed, operation.security, now_ms)
            request = Request(
                parameters=parameters,
                now_ms=now_ms,
                as_of_ms=as_of_ms,
                signer=signer,
                takes_any_parameter=takes_any_parameter,
            )
            result = operation.run(request)
        except BinanceError as error:
            return refusal(error, headers)
        if signer is not None and operation.security is Security.TRADE:
            headers |= self._limits.order_headers(signer, now_ms)
        return Reply(payload=result.payload, headers=headers, accepted=result.accepted)


def refusal(error: BinanceError, headers: Mapping[str, str] | None = None) -> Reply:
    """Return the answer that carries an error."""
    headers = dict(headers or {})
    if error.retry_after_seconds is not None:
        headers["retry-after"] = str(error.retry_after_seconds)
    return Reply(payload=error.payload(), status=error.status, headers=headers)


class BinanceFaultAnswers:
    """How Binance words what faults make it say."""

    def rate_limited(self) -> Reply:
        """Return a 429 that asks to wait a second."""
        error = BinanceError(
            -1003,
            "Too much request weight used; current limit is 6000 request weight per 1 MINUTE. "
            "Please use WebSocket Streams for live updates to avoid polling the API.",
            status=429,
            retry_after_seconds=1,
        )
        return refusal(error)

    def overloaded(self) -> Reply:
        """Return an HTTP 503: it may have happened."""
        return refusal(
            BinanceError(-1001, "Internal error; unable to process your request. Please try again.", status=503)
        )

    def status_unknown(self) -> Reply:
        """Return -1007: the matching engine did not answer in time."""
        message = "Timeout waiting for response from backend server. Send status unknown; execution status unknown."
        return refusal(BinanceError(-1007, message, status=408))
