"""Who sent a request: key, timestamp, signature and permission, checked as Bybit does."""

import re

from venuesim.bybit import errors
from venuesim.bybit.errors import BybitError
from venuesim.bybit.operations import Security
from venuesim.exchange.accounts import Account
from venuesim.exchange.engine import Exchange
from venuesim.wire.calls import Call
from venuesim.wire.signatures import hmac_sha256_hex, signatures_equal

RECEIVE_WINDOW_MS_DEFAULT = 5000
AHEAD_MS_MAX = 1000
SOCKET_TEXT = "GET/realtime"

_INTEGER = re.compile(r"[0-9]{1,15}")


def check_signer(exchange: Exchange, call: Call, security: Security) -> Account:
    """Return the account that signed a REST request; raises BybitError for every way in which that can fail.

    The order of the checks is an assumption: headers, timestamp, key, signature, permission.
    """
    api_key, sign, timestamp, window = (
        call.headers.get(f"X-BAPI-{name}", "") for name in ("API-KEY", "SIGN", "TIMESTAMP", "RECV-WINDOW")
    )
    if not (api_key and sign and timestamp):
        message = f"empty value: apiTimestamp[{timestamp}] apiKey[{api_key}] apiSignature[{sign}]"
        raise errors.parameter(message)
    check_time(timestamp, window, call.now_ms)
    account = exchange.account_of(api_key)
    if account is None:
        raise errors.unknown_key()
    # What a client sends as bytes that are not UTF-8 arrives as surrogates.
    head = f"{timestamp}{api_key}{window}".encode(errors="surrogateescape")
    signed = head + (call.query.encode(errors="surrogateescape") if call.method == "GET" else call.body)
    if not signatures_equal(sign, hmac_sha256_hex(account.secret, signed)):
        raise errors.wrong_signature(signed.decode(errors="replace"))
    check_permission(account, security)
    return account


def check_time(timestamp: str, window: str, now_ms: int) -> None:
    """Refuse what is older than the receive window, or more than a second ahead. Both are texts of milliseconds."""
    if not _INTEGER.fullmatch(timestamp) or (window and not _INTEGER.fullmatch(window)):
        raise errors.parameter("params error: timestamp or recv_window invalid")
    window_ms = int(window) if window else RECEIVE_WINDOW_MS_DEFAULT
    if not now_ms - window_ms <= int(timestamp) < now_ms + AHEAD_MS_MAX:
        raise errors.outside_window(int(timestamp), now_ms, window_ms)


def check_permission(account: Account, security: Security) -> None:
    """Refuse what the API key may not do."""
    if not account.may(security.value):
        raise errors.not_permitted()


def check_socket(exchange: Exchange, args: list[object], now_ms: int) -> Account:
    """Return the account that a socket's `auth` names: [key, expires (ms), signature]; raises BybitError."""
    if len(args) != 3:
        raise errors.parameter("Params Error")
    api_key, expires, sign = (str(arg) for arg in args)
    # The venue says so too when the time is over: pybit's issues 152 and 300 show the answer.
    if not _INTEGER.fullmatch(expires) or int(expires) <= now_ms:
        raise errors.parameter("Params Error")
    account = exchange.account_of(api_key)
    if account is None:
        raise errors.unknown_key()
    if not signatures_equal(sign, hmac_sha256_hex(account.secret, f"{SOCKET_TEXT}{expires}".encode())):
        raise BybitError(10004, "Invalid sign")
    return account
