"""The keyed hashes that venues sign requests with."""

import base64
import hmac


def hmac_sha256_hex(secret: str, payload: bytes) -> str:
    """Return the HMAC-SHA256 of `payload` as lower-case hexadecimal digits (Binance, Bybit)."""
    return hmac.digest(secret.encode(), payload, "sha256").hex()


def hmac_sha256_base64(secret: str, payload: bytes) -> str:
    """Return the HMAC-SHA256 of `payload` in base64 (OKX)."""
    return base64.b64encode(hmac.digest(secret.encode(), payload, "sha256")).decode()


def signatures_equal(given: str, expected: str) -> bool:
    """Compare in constant time; anything that is not ASCII is unequal."""
    return given.isascii() and hmac.compare_digest(given, expected)
