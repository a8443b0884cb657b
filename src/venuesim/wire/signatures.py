"""The keyed hashes that venues sign requests with."""

import base64
import hmac
from functools import lru_cache

KEYS_KEPT = 1024


def hmac_sha256_hex(secret: str, payload: bytes) -> str:
    """Return the HMAC-SHA256 of `payload` as lower-case hexadecimal digits (Binance, Bybit)."""
    return _keyed(secret, payload).hexdigest()


def hmac_sha256_base64(secret: str, payload: bytes) -> str:
    """Return the HMAC-SHA256 of `payload` in base64 (OKX)."""
    return base64.b64encode(_keyed(secret, payload).digest()).decode()


def _keyed(secret: str, payload: bytes) -> hmac.HMAC:
    keyed = _begun(secret).copy()
    keyed.update(payload)
    return keyed


@lru_cache(maxsize=KEYS_KEPT)
def _begun(secret: str) -> hmac.HMAC:
    """Return a hash that has taken in the key, which costs more than a request's text."""
    return hmac.new(secret.encode(), digestmod="sha256")


def signatures_equal(given: str, expected: str) -> bool:
    """Compare in constant time; anything that is not ASCII is unequal."""
    return given.isascii() and hmac.compare_digest(given, expected)
