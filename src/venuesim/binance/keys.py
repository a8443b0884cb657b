"""The kinds of API keys: an HMAC secret, or the public half of an Ed25519 or RSA pair in PEM ("API Key types").

`cryptography` is imported where a pair is used: it costs a tenth of the time that the simulators take to start.
"""

from __future__ import annotations

import base64
import binascii
from functools import lru_cache
from typing import TYPE_CHECKING

from venuesim.wire.signatures import hmac_sha256_hex, signatures_equal

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey


@lru_cache(maxsize=256)
def public_key(secret: str) -> Ed25519PublicKey | RSAPublicKey | None:
    """Return the public key that an account was registered with in place of a secret, or None for an HMAC secret."""
    if not secret.startswith("-----BEGIN PUBLIC KEY-----"):
        return None
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        key = load_pem_public_key(secret.encode())
    except ValueError:  # Not a key: nothing can be signed with it.
        return None
    return key if isinstance(key, (Ed25519PublicKey, RSAPublicKey)) else None


def is_ed25519(secret: str) -> bool:
    """Whether an account signs with an Ed25519 key."""
    key = public_key(secret)
    if key is None:
        return False
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    return isinstance(key, Ed25519PublicKey)


def is_signed(secret: str, payload: bytes, signature: str) -> bool:
    """Whether a signature is the account's own: hexadecimal of any case for HMAC, else base64."""
    key = public_key(secret)
    if key is None:
        return signatures_equal(signature.lower(), hmac_sha256_hex(secret, payload))
    try:
        return _verifies(key, base64.b64decode(signature, validate=True), payload)
    except (binascii.Error, ValueError):
        return False


def _verifies(key: Ed25519PublicKey | RSAPublicKey, signature: bytes, payload: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.hashes import SHA256

    try:
        if isinstance(key, RSAPublicKey):
            key.verify(signature, payload, PKCS1v15(), SHA256())
        else:
            key.verify(signature, payload)
    except InvalidSignature:
        return False
    return True
