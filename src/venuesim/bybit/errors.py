"""Bybit's retCodes and sentences ("Error Codes" of the v5 documentation), as one exception."""

from decimal import Decimal

from venuesim.wire.calls import plain


class BybitError(Exception):
    """A request that Bybit refuses: a retCode and a sentence, with HTTP status 200."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class AddressBlockedError(Exception):
    """An address sent too much: HTTP 403, without a retCode."""


def parameter(message: str) -> BybitError:
    """Return the refusal of a parameter that is missing or makes no sense."""
    return BybitError(10001, message)


def outside_window(timestamp_ms: int, now_ms: int, window_ms: int) -> BybitError:
    """Return the refusal of a request that came too early or too late."""
    message = (
        "invalid request, please check your server timestamp or recv_window param. "
        f"req_timestamp[{timestamp_ms}],server_timestamp[{now_ms}],recv_window[{window_ms}]"
    )
    return BybitError(10002, message)


def unknown_key() -> BybitError:
    """Return the refusal of an API key that nobody has."""
    return BybitError(10003, "API key is invalid.")


def wrong_signature(signed: str) -> BybitError:
    """Return the refusal of a signature, with the text that should have been signed."""
    return BybitError(10004, f"error sign! origin_string[{signed}]")


def not_permitted() -> BybitError:
    """Return the refusal of what the API key may not do."""
    return BybitError(10005, "Permission denied, please check your API key permissions.")


def too_many_visits() -> BybitError:
    """Return the refusal of an account above an endpoint's limit."""
    return BybitError(10006, "Too many visits. Exceeded the API Rate Limit.")


def server_error() -> BybitError:
    """Return what says nothing about whether it happened."""
    return BybitError(10016, "Server error.")


def no_such_symbol() -> BybitError:
    """Return the refusal to trade a spot pair that is not listed."""
    return BybitError(170121, "Invalid symbol.")


def not_trading(*, linear: bool) -> BybitError:
    """Return the refusal of an order while its market does not trade (assumption: spot's code)."""
    if linear:
        return BybitError(110074, "This contract is not live")
    return BybitError(170157, "The trading pair is not available for api trading.")


def no_such_contract() -> BybitError:
    """Return the refusal of a contract that is not listed."""
    return BybitError(10001, "params error: symbol invalid")


def insufficient_balance(*, linear: bool = False) -> BybitError:
    """Return the refusal of an order that the account cannot pay for."""
    return BybitError(110007, "ab not enough for new order") if linear else BybitError(170131, "Insufficient balance.")


def duplicate_order_link_id(*, linear: bool = False) -> BybitError:
    """Return the refusal of an orderLinkId that the account has used before."""
    if linear:
        return BybitError(110072, "OrderLinkedID is duplicate")
    return BybitError(170141, "Duplicate clientOrderId.")


def price_too_high(limit: Decimal, quote: str) -> BybitError:
    """Return the refusal of a spot buy above the price limit."""
    return BybitError(170193, f"Buy order price cannot be higher than {plain(limit)}{quote}.")


def price_too_low(limit: Decimal, quote: str) -> BybitError:
    """Return the refusal of a spot sell below the price limit."""
    return BybitError(170194, f"Sell order price cannot be lower than {plain(limit)}{quote}.")


def no_such_order(*, linear: bool = False, to: str = "cancel") -> BybitError:
    """Return the refusal to cancel (or `to` replace) an order that was never there, or in linear no longer is."""
    if linear:
        return BybitError(110001, f"order not exists or too late to {to}")
    return BybitError(170213, "Order does not exist.")


def nothing_to_reduce() -> BybitError:
    """Return the refusal of a reduce-only order without a position."""
    return BybitError(110017, "current position is zero, cannot fix reduce-only order qty")


def truncated_to_zero() -> BybitError:
    """Return the refusal of a reduce-only order that finds nothing left to reduce."""
    return BybitError(110017, "orderQty will be truncated to zero")


def wrong_position_index() -> BybitError:
    """Return the refusal of a positionIdx that is not of the contract's position mode."""
    return BybitError(10001, "position idx not match position mode")


def trigger_is_met(*, rising: bool, trigger: Decimal, current: Decimal, trigger_by: str) -> BybitError:
    """Return the refusal of a contract's conditional order whose price is on the wrong side of the market."""
    expected, code, sign = ("Rising", 110092, "<=") if rising else ("Falling", 110093, ">=")
    shown = f"trigger_price[{_scaled(trigger)}] {sign} current[{_scaled(current)}]??{trigger_by}"
    return BybitError(code, f"expect {expected}, but {shown}")


def _scaled(price: Decimal) -> str:
    """Write a price as Bybit's messages do: in ten-thousandths."""
    return f"{price * 10_000:.0f}"
