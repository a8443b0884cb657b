"""The keyed hashes that venues sign requests with."""

import base64
import hashlib
import hmac
from functools import lru_cache
from typing import NamedTuple

KEYS_KEPT = 1024
BLOCK_BYTES = 64
INNER_PAD, OUTER_PAD = 0x36, 0x5C


class Begun(NamedTuple):
    """The two hashes of an HMAC-SHA256 (RFC 2104) that have taken in the key, which costs more than a request."""

    inner: "hashlib._Hash"
    outer: "hashlib._Hash"


def hmac_sha256_hex(secret: str, payload: bytes) -> str:
    """Return the HMAC-SHA256 of `payload` as lower-case hexadecimal digits (Binance, Bybit)."""
    return _keyed(secret, payload).hexdigest()


def hmac_sha256_base64(secret: str, payload: bytes) -> str:
    """Return the HMAC-SHA256 of `payload` in base64 (OKX)."""
    return base64.b64encode(_keyed(secret, payload).digest()).decode()


def _keyed(secret: str, payload: bytes) -> "hashlib._Hash":
    begun = _begun(secret)
    inner, outer = begun.inner.copy(), begun.outer.copy()
    inner.update(payload)
    outer.update(inner.digest())
    return outer


@lru_cache(maxsize=KEYS_KEPT)
def _begun(secret: str) -> Begun:
    key = secret.encode()
    if len(key) > BLOCK_BYTES:
        key = hashlib.sha256(key).digest()
    key = key.ljust(BLOCK_BYTES, b"\0")
    return Begun(
        inner=hashlib.sha256(bytes(byte ^ INNER_PAD for byte in key)),
        outer=hashlib.sha256(bytes(byte ^ OUTER_PAD for byte in key)),
    )


def signatures_equal(given: str, expected: str) -> bool:
    """Compare in constant time; anything that is not ASCII is unequal."""
    return given.isascii() and hmac.compare_digest(given, expected)
