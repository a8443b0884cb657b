"""Binance's error codes and sentences (errors page of the Spot API), as one exception."""

from venuesim.exchange.filters import FilterFailure
from venuesim.exchange.vocabulary import RefusalReason


class BinanceError(Exception):
    """A request that Binance refuses: an HTTP status, a negative code and a sentence.

    `retry_after_seconds` becomes the Retry-After header. `data` is what the answer tells besides; `accepted` says that
    something changed all the same (one half of a cancel-replace).
    """

    def __init__(
        self,
        code: int,
        message: str,
        *,
        status: int = 400,
        retry_after_seconds: int | None = None,
        data: dict[str, object] | None = None,
        accepted: bool = False,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status
        self.retry_after_seconds = retry_after_seconds
        self.data = data
        self.accepted = accepted

    def payload(self) -> dict[str, object]:
        """Return the body of the answer."""
        answer: dict[str, object] = {"code": self.code, "msg": self.message}
        return answer if self.data is None else {**answer, "data": self.data}


def too_much_weight(limit: int, retry_after_seconds: int) -> BinanceError:
    """Return the refusal of a caller above the request weight limit."""
    message = (
        f"Too much request weight used; current limit is {limit} request weight per 1 MINUTE. "
        "Please use WebSocket Streams for live updates to avoid polling the API."
    )
    return BinanceError(-1003, message, status=429, retry_after_seconds=retry_after_seconds)


def banned(until_ms: int, retry_after_seconds: int) -> BinanceError:
    """Return the refusal of an address that went on asking after it was told to wait."""
    message = (
        f"Way too much request weight used; IP banned until {until_ms}. "
        "Please use WebSocket Streams for live updates to avoid bans."
    )
    return BinanceError(-1003, message, status=418, retry_after_seconds=retry_after_seconds)


def too_many_orders(limit: int, interval: str, retry_after_seconds: int) -> BinanceError:
    """Return the refusal of an account above an order count limit; `interval` reads like "10 SECOND"."""
    message = f"Too many new orders; current limit is {limit} orders per {interval}."
    return BinanceError(-1015, message, status=429, retry_after_seconds=retry_after_seconds)


def mandatory(name: str) -> BinanceError:
    """Return the refusal of a request without a parameter."""
    return BinanceError(-1102, f"Mandatory parameter '{name}' was not sent, was empty/null, or malformed.")


def one_of_mandatory(first: str, second: str) -> BinanceError:
    """Return the refusal of a request without either of two parameters."""
    return BinanceError(-1102, f"Param '{first}' or '{second}' must be sent, but both were empty/null!")


def illegal(name: str, legal: str) -> BinanceError:
    """Return the refusal of a value whose characters are not in the legal range, a regular expression."""
    return BinanceError(-1100, f"Illegal characters found in parameter '{name}'; legal range is '{legal}'.")


def bad_combination() -> BinanceError:
    """Return the refusal of parameters that do not go together."""
    return BinanceError(-1128, "Combination of optional parameters invalid.")


def not_required(name: str) -> BinanceError:
    """Return the refusal of a parameter that this kind of order does not take."""
    return BinanceError(-1106, f"Parameter '{name}' sent when not required.")


def unknown_order_to_cancel() -> BinanceError:
    """Return the refusal to cancel what is not open."""
    return BinanceError(-2011, "Unknown order sent.")


def no_such_order() -> BinanceError:
    """Return the answer to a query for an order that does not exist."""
    return BinanceError(-2013, "Order does not exist.")


def unsupported() -> BinanceError:
    """Return the refusal of an operation that there is not."""
    return BinanceError(-1020, "This operation is not supported.")


def invalid_symbol() -> BinanceError:
    """Return the refusal of a symbol that is not listed."""
    return BinanceError(-1121, "Invalid symbol.")


_FILTERS = {
    FilterFailure.PRICE_TICK: "PRICE_FILTER",
    FilterFailure.PRICE_RANGE: "PRICE_FILTER",
    FilterFailure.PRICE_BAND: "PERCENT_PRICE_BY_SIDE",
    FilterFailure.QUANTITY_STEP: "LOT_SIZE",
    FilterFailure.QUANTITY_BELOW_MIN: "LOT_SIZE",
    FilterFailure.QUANTITY_ABOVE_MAX: "LOT_SIZE",
    FilterFailure.MARKET_QUANTITY_ABOVE_MAX: "MARKET_LOT_SIZE",
    FilterFailure.NOTIONAL_BELOW_MIN: "NOTIONAL",
    FilterFailure.NOTIONAL_ABOVE_MAX: "NOTIONAL",
    FilterFailure.OPEN_ORDERS_MAX: "MAX_NUM_ORDERS",
}

_REFUSALS = {
    RefusalReason.DUPLICATE_CLIENT_ORDER_ID: "Duplicate order sent.",
    RefusalReason.INSUFFICIENT_BALANCE: "Account has insufficient balance for requested action.",
    RefusalReason.WOULD_TAKE: "Order would immediately match and take.",
    RefusalReason.WOULD_TRIGGER: "Order would trigger immediately.",
}


def filter_failure(failure: FilterFailure) -> BinanceError:
    """Return the refusal of an order that breaks one of the symbol's filters."""
    return BinanceError(-1013, f"Filter failure: {_FILTERS[failure]}")


def order_rejected(reason: RefusalReason) -> BinanceError:
    """Return the matching engine's refusal of a new order."""
    return BinanceError(-2010, _REFUSALS[reason])
