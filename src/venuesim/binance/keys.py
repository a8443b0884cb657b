"""The kinds of API keys: an HMAC secret, or the public half of an Ed25519 or RSA pair in PEM ("API Key types")."""

import base64
import binascii
from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from venuesim.wire.signatures import hmac_sha256_hex, signatures_equal

PublicKey = Ed25519PublicKey | RSAPublicKey


@lru_cache(maxsize=256)
def public_key(secret: str) -> PublicKey | None:
    """Return the public key that an account was registered with in place of a secret, or None for an HMAC secret."""
    if not secret.startswith("-----BEGIN PUBLIC KEY-----"):
        return None
    try:
        key = load_pem_public_key(secret.encode())
    except ValueError:  # Not a key: nothing can be signed with it.
        return None
    return key if isinstance(key, (Ed25519PublicKey, RSAPublicKey)) else None


def is_signed(secret: str, payload: bytes, signature: str) -> bool:
    """Whether a signature is the account's own: hexadecimal of any case for HMAC, else base64."""
    key = public_key(secret)
    if key is None:
        return signatures_equal(signature.lower(), hmac_sha256_hex(secret, payload))
    try:
        given = base64.b64decode(signature, validate=True)
        if isinstance(key, Ed25519PublicKey):
            key.verify(given, payload)
        else:
            key.verify(given, payload, PKCS1v15(), SHA256())
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True
