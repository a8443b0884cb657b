"""One type per identifier, so that two cannot be swapped."""

import hashlib
from datetime import datetime
from typing import NewType

UserId = NewType("UserId", str)
AccountId = NewType("AccountId", str)
TokenId = NewType("TokenId", str)
OrderId = NewType("OrderId", str)  # Ours, a ULID of 26 characters.
ClientOrderId = NewType("ClientOrderId", str)  # The caller's own, unique per user.
ExchangeClientOrderId = NewType("ExchangeClientOrderId", str)  # Ours, one per attempt, given to the venue.
ExchangeOrderId = NewType("ExchangeOrderId", str)  # The venue's.
TradeId = NewType("TradeId", str)  # The venue's id of one execution; unique only per symbol on Binance.
ExecutionId = NewType("ExecutionId", str)  # Ours: what makes an execution count once.
RuleId = NewType("RuleId", str)  # Ours, a ULID.
ApprovalId = NewType("ApprovalId", str)  # Ours, a ULID.
TransferId = NewType("TransferId", str)  # Ours, a ULID.
CommandId = NewType("CommandId", str)  # One per request, so that its answer finds the way back.
IdempotencyKey = NewType("IdempotencyKey", str)

EXCHANGE_CLIENT_ORDER_ID_PREFIX = "tg"
KILL_SWITCH = "kill_switch"  # Begins the `rule_id` of orders that close positions for it: no user's rule is so named.
VENUE = "venue"  # The same of orders that a venue made by itself: `venue:liquidation`.
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_BASE36 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_SUFFIXES = tuple(high + low for high in _BASE36 for low in _BASE36)  # Of the attempts, by their numbers.
_ATTEMPTS = {suffix: attempt for attempt, suffix in enumerate(_SUFFIXES) if attempt}
ATTEMPTS_MAX = len(_SUFFIXES) - 1
# The functions below run several times for every order; to call a NewType costs as much as one of them.


def exchange_client_order_id(order_id: OrderId, attempt: int) -> ExchangeClientOrderId:
    """The id a venue knows one attempt by: 30 alphanumerics, which all three venues take.

    Fresh per attempt, because Binance and OKX hold such ids unique among open orders only.
    """
    assert 1 <= attempt <= ATTEMPTS_MAX
    return f"{EXCHANGE_CLIENT_ORDER_ID_PREFIX}{order_id}{_SUFFIXES[attempt]}"  # type: ignore[return-value]


def derived_order_id(parent: str, number: int, at: datetime) -> OrderId:
    """The id of an order that the desk itself derives: the same facts always give the same id.

    A ULID (time in milliseconds, then 80 bits, in Crockford's base 32) whose random part is a digest of its origin.
    """
    milliseconds = int(at.timestamp() * 1000)
    digest = hashlib.sha256(f"{parent}:{number}".encode()).digest()[:10]
    bits = (milliseconds << 80) | int.from_bytes(digest)
    return OrderId("".join(_CROCKFORD[(bits >> shift) & 31] for shift in range(125, -5, -5)))


def order_of(exchange_client_id: str) -> tuple[OrderId, int] | None:
    """The order and attempt that an exchange client order id names; None when it is not ours."""
    attempt = _ATTEMPTS.get(exchange_client_id[28:])
    if attempt is None or not exchange_client_id.startswith(EXCHANGE_CLIENT_ORDER_ID_PREFIX):
        return None
    order_id = exchange_client_id[2:28]
    if not (order_id.isascii() and order_id.isalnum()):
        return None
    return order_id, attempt  # type: ignore[return-value]


def execution_id(account_id: AccountId, symbol: str, side: str, trade_id: TradeId) -> ExecutionId:
    """What identifies an execution for ever: account, symbol, side and the venue's trade id together."""
    return f"{account_id}|{symbol}|{side}|{trade_id}"  # type: ignore[return-value]


def share_id(name: ExecutionId, user_id: UserId) -> ExecutionId:
    """What identifies one user's part of an execution that several have a part in."""
    return ExecutionId(f"{name}|{user_id}")
