"""OKX's error codes and sentences (error code page of the v5 documentation), as one exception."""

from decimal import Decimal

from venuesim.wire.calls import plain

GATEWAY_STATUSES = frozenset({401, 429})
"""Refusals with these statuses come from OKX's front and carry no `data`."""


class OkxError(Exception):
    """A request, or one order of a batch, that OKX refuses: a code as text, a sentence and an HTTP status.

    Within an order operation it becomes that order's sCode and sMsg, and the status is 200.
    """

    def __init__(self, code: str, message: str, *, status: int = 200, sub_code: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status
        self.sub_code = sub_code

    def payload(self) -> dict[str, object]:
        """Return the body of the answer."""
        body: dict[str, object] = {"code": self.code, "msg": self.message}
        return body if self.status in GATEWAY_STATUSES else {**body, "data": []}


def empty(name: str) -> OkxError:
    """Return the refusal of a request without a parameter."""
    return OkxError("50014", f"Parameter {name} can not be empty.", status=400)


def malformed(name: str) -> OkxError:
    """Return the refusal of a parameter whose value makes no sense."""
    return OkxError("51000", f"Parameter {name} error", status=400)


def either(first: str, second: str) -> OkxError:
    """Return the refusal of a request that needs one of two parameters."""
    return OkxError("50015", f"Either parameter {first} or {second} is required", status=400)


def too_many_requests() -> OkxError:
    """Return the refusal of a caller above an endpoint's limit."""
    return OkxError("50011", "Too Many Requests", status=429)


def too_many_orders() -> OkxError:
    """Return the refusal of an account above the limit that all its orders share."""
    return OkxError("50061", "You've reached the maximum order rate limit for this account.")


def no_such_instrument() -> OkxError:
    """Return the refusal of an instrument that is not listed."""
    return OkxError("51001", "Instrument ID, Instrument ID code or Spread ID doesn't exist.")


def order_expired() -> OkxError:
    """Return the refusal of an order whose expTime has passed."""
    message = "The expTime can't be earlier than the current system time. Please adjust the expTime and try again."
    return OkxError("50036", message)


def price_limit(maximum: Decimal, minimum: Decimal) -> OkxError:
    """Return the refusal of a price outside the price limit."""
    message = (
        "Order price is not within the price limit "
        f"(max buy price: {plain(maximum)} , min sell price: {plain(minimum)} )"
    )
    return OkxError("51006", message)


def insufficient_balance(asset: str) -> OkxError:
    """Return the refusal of an order that the account cannot pay for."""
    return OkxError("51008", f"Order failed. Insufficient {asset} balance in account", sub_code="1000")


def insufficient_margin(asset: str) -> OkxError:
    """Return the refusal of a contract's order that the account has no margin for."""
    return OkxError("51008", f"Order failed. Insufficient {asset} margin in account", sub_code="1001")


def unsupported_mode() -> OkxError:
    """Return the refusal of what the account's mode does not allow."""
    return OkxError("51010", "Request unsupported under current account mode")


def suspended() -> OkxError:
    """Return the refusal of an instrument that is not traded now."""
    return OkxError("51022", "Contract suspended.")


def nothing_to_close() -> OkxError:
    """Return the refusal of an order that closes where there is nothing to close."""
    message = (
        "Order failed because you don't have any positions in this direction for this contract to reduce or close."
    )
    return OkxError("51169", message)


def duplicate_algo_id() -> OkxError:
    """Return the refusal of a client's algo id that a pending algo order has."""
    return OkxError("51065", "algoClOrdId already exists.")


def not_amendable() -> OkxError:
    """Return the refusal to amend what is not pending."""
    return OkxError("51503", "Your order has already been filled or canceled.")


def duplicate_client_order_id() -> OkxError:
    """Return the refusal of a client order id that a pending order has."""
    return OkxError("51016", "Client order ID already exists.")


def below_minimum() -> OkxError:
    """Return the refusal of an order that is too small."""
    return OkxError("51020", "Your order should meet or exceed the minimum order amount.")


def not_cancelable() -> OkxError:
    """Return the refusal to cancel what is not pending."""
    return OkxError("51400", "Order cancellation failed as the order has been filled, canceled or does not exist.")


def no_such_order() -> OkxError:
    """Return the answer to a query for an order that does not exist, or that OKX keeps no longer."""
    return OkxError("51603", "Order does not exist")
