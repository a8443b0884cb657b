"""Who sent a request: API key, timestamp, signature and permission, checked as Binance does."""

import re

from venuesim.binance import errors
from venuesim.binance.errors import BinanceError
from venuesim.binance.keys import is_signed
from venuesim.binance.operations import Security
from venuesim.binance.parameters import Parameters
from venuesim.exchange.accounts import Account
from venuesim.exchange.engine import Exchange

RECEIVE_WINDOW_MS = 5000
RECEIVE_WINDOW_MS_MAX = 60_000
AHEAD_MS_MAX = 1000

_WINDOW = re.compile(r"[0-9]{1,6}(\.[0-9]{1,3})?")
_API_KEY = re.compile(r"[A-Za-z0-9_.-]{1,128}")
_SIGNATURE_IN_TEXT = re.compile(r"(?:^|&)signature=[^&]*")


def check_signer(
    exchange: Exchange,
    api_key: str | None,
    parameters: Parameters,
    signed: bytes,
    security: Security,
    now_ms: int,
    *,
    encoded: bytes | None = None,
) -> Account:
    """Return the account that signed a request; raises BinanceError for every way in which that can fail.

    `signed` is what the signature covers: the query and body as sent (REST), or the sorted parameters (sockets);
    `encoded` is another text that it may cover instead. The order of the checks is an assumption: key, timestamp,
    signature, permission.
    """
    account = check_key(exchange, api_key)
    check_time(parameters, now_ms)
    signature = parameters.required("signature")
    if not is_signed(account.secret, signed, signature) and (
        encoded is None or not is_signed(account.secret, encoded, signature)
    ):
        raise BinanceError(-1022, "Signature for this request is not valid.")
    return check_permission(account, security)


def check_permission(account: Account, security: Security) -> Account:
    """Return the account, if its key may do what an operation asks."""
    if security is not Security.API_KEY and not account.may(security):
        raise _not_permitted()
    return account


def check_key(exchange: Exchange, api_key: str | None) -> Account:
    """Return the account of an API key."""
    if not api_key or not _API_KEY.fullmatch(api_key):
        raise BinanceError(-2014, "API-key format invalid.", status=401)
    account = exchange.account_of(api_key)
    if account is None:
        raise _not_permitted()
    return account


def signed_text(query: str, body: str) -> bytes:
    """Return what a REST signature covers: query and body, joined without a separator, less the signature itself."""
    return (_less_signature(query) + _less_signature(body)).encode()


def _less_signature(text: str) -> str:
    before, found, after = text.partition("&signature=")
    if found and "&" not in after and not before.startswith("signature="):
        return before  # It comes last, as in nearly every request.
    return _SIGNATURE_IN_TEXT.sub("", text)


def check_time(parameters: Parameters, now_ms: int) -> None:
    """Refuse a request that is older than its window, or from the future.

    `timestamp` may come in microseconds, `recvWindow` with up to three decimals ("Timing security").
    """
    timestamp_us = parameters.time_us("timestamp")
    if timestamp_us is None:
        raise errors.mandatory("timestamp")
    window_us = RECEIVE_WINDOW_MS * 1000
    if parameters.has("recvWindow"):
        text = parameters.required("recvWindow")
        if not _WINDOW.fullmatch(text):
            raise BinanceError(
                -1100, f"Illegal characters found in parameter 'recvWindow'; legal range is '^{_WINDOW.pattern}$'."
            )
        whole, _, decimals = text.partition(".")
        window_us = int(whole) * 1000 + int(decimals.ljust(3, "0"))
    if window_us > RECEIVE_WINDOW_MS_MAX * 1000:
        raise BinanceError(-1131, "recvWindow must be less than 60000")
    if timestamp_us >= (now_ms + AHEAD_MS_MAX) * 1000:
        raise BinanceError(-1021, "Timestamp for this request was 1000ms ahead of the server's time.")
    if now_ms * 1000 - timestamp_us > window_us:
        raise BinanceError(-1021, "Timestamp for this request is outside of the recvWindow.")


def _not_permitted() -> BinanceError:
    return BinanceError(-2015, "Invalid API-key, IP, or permissions for action.", status=401)
