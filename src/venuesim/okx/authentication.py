"""Who sent a request: key, passphrase, timestamp, signature and permission, checked as OKX does."""

import re
from datetime import UTC, datetime

from venuesim.exchange.accounts import Account
from venuesim.exchange.engine import Exchange
from venuesim.okx.errors import OkxError
from venuesim.okx.operations import Security
from venuesim.okx.parameters import Parameters
from venuesim.wire.calls import Call
from venuesim.wire.signatures import hmac_sha256_base64, signatures_equal

TIMESTAMP_AGE_MS_MAX = 30_000
LOGIN_TEXT = "GET/users/self/verify"

_ISO_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z")
_KEY = re.compile(r"[A-Za-z0-9_-]{1,128}")
_EPOCH_SECONDS = re.compile(r"\d{1,12}(\.\d{1,3})?")

_HEADERS = {
    "OK-ACCESS-KEY": "50103",
    "OK-ACCESS-PASSPHRASE": "50104",
    "OK-ACCESS-SIGN": "50106",
    "OK-ACCESS-TIMESTAMP": "50107",
}
"""The headers of a private request, each with the code that says it is missing."""


def check_signer(exchange: Exchange, call: Call, security: Security) -> Account:
    """Return the account that signed a REST request; raises OkxError for every way in which that can fail.

    The order of the checks is an assumption: headers, timestamp, key, passphrase, signature, permission. So is that a
    key that could be none (other characters than those of a UUID, or too long) is invalid, any other unknown: the
    latter comes with HTTP 401, whatever the documentation's table says. A key works in both environments, so that
    `x-simulated-trading` may be sent or not.
    """
    for name, code in _HEADERS.items():
        if not call.headers.get(name):
            raise OkxError(code, f'Request header "{name}" cannot be empty.', status=401)
    timestamp = call.headers["OK-ACCESS-TIMESTAMP"]
    if abs(call.now_ms - _milliseconds(timestamp)) > TIMESTAMP_AGE_MS_MAX:
        raise OkxError("50102", "Timestamp request expired.", status=401)
    key = call.headers["OK-ACCESS-KEY"]
    if not _KEY.fullmatch(key):
        raise OkxError("50111", "Invalid OK-ACCESS-KEY.", status=401)
    account = exchange.account_of(key)
    if account is None:
        raise OkxError("50119", "API key doesn't exist", status=401)
    if call.headers["OK-ACCESS-PASSPHRASE"] != account.passphrase:
        raise OkxError("50105", 'Request header "OK-ACCESS-PASSPHRASE" incorrect.', status=401)
    # What a client sends as bytes that are not UTF-8 arrives as surrogates.
    signed = f"{timestamp}{call.method}{call.path_and_query}".encode(errors="surrogateescape") + call.body
    if not signatures_equal(call.headers["OK-ACCESS-SIGN"], hmac_sha256_base64(account.secret, signed)):
        raise OkxError("50113", "Invalid signature.", status=401)
    check_permission(account, security)
    return account


def check_permission(account: Account, security: Security) -> None:
    """Refuse what the API key may not do."""
    if not account.may(security.value):
        raise OkxError("50120", "This API key doesn't have permission to use this function")


def check_login(exchange: Exchange, login: Parameters, now_ms: int) -> Account:
    """Return the account that logs in on a socket; raises OkxError with a code of the 60000 class.

    The timestamp may be a number: OKX's own Python client sends one. Source: "Login", "Error code", "WebSocket".
    """
    api_key, passphrase, timestamp, sign = (login.echo(name) for name in ("apiKey", "passphrase", "timestamp", "sign"))
    if not (api_key and passphrase and timestamp and sign):
        raise OkxError("60009", "Login failed.")
    if not _EPOCH_SECONDS.fullmatch(timestamp):
        raise OkxError("60004", "Invalid timestamp")
    if abs(now_ms - int(float(timestamp) * 1000)) > TIMESTAMP_AGE_MS_MAX:
        raise OkxError("60006", "Timestamp request expired")
    if not _KEY.fullmatch(api_key):
        raise OkxError("60005", "Invalid apiKey")
    account = exchange.account_of(api_key)
    if account is None:
        raise OkxError("60032", "API key doesn't exist.")
    if passphrase != account.passphrase:
        raise OkxError("60024", "Wrong passphrase")
    expected = hmac_sha256_base64(account.secret, f"{timestamp}{LOGIN_TEXT}".encode())
    if not signatures_equal(sign, expected):
        raise OkxError("60007", "Invalid sign")
    return account


def _milliseconds(timestamp: str) -> float:
    if not _ISO_TIME.fullmatch(timestamp):
        raise OkxError("50112", "Invalid OK-ACCESS-TIMESTAMP.", status=401)
    try:
        return datetime.fromisoformat(timestamp).astimezone(UTC).timestamp() * 1000
    except ValueError:
        raise OkxError("50112", "Invalid OK-ACCESS-TIMESTAMP.", status=401) from None
