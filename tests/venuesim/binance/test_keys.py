"""Signatures by secret and by key pair, and that key pairs cost nothing until somebody has one."""

import base64
import subprocess
import sys

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from venuesim.binance.keys import is_ed25519, is_signed
from venuesim.wire.signatures import hmac_sha256_hex

PAYLOAD = b"symbol=BTCUSDT&timestamp=1"


def pem(key) -> str:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def test_a_secret_signs_in_hexadecimal_of_any_case() -> None:
    signature = hmac_sha256_hex("secret", PAYLOAD)
    assert is_signed("secret", PAYLOAD, signature.upper())
    assert not is_signed("secret", PAYLOAD + b"0", signature)
    assert not is_ed25519("secret")


@pytest.mark.parametrize("kind", ["ed25519", "rsa"])
def test_a_key_pair_signs_in_base64(kind: str) -> None:
    if kind == "ed25519":
        key = ed25519.Ed25519PrivateKey.generate()
        signed = key.sign(PAYLOAD)
    else:
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        signed = key.sign(PAYLOAD, padding.PKCS1v15(), SHA256())
    signature = base64.b64encode(signed).decode()
    assert is_ed25519(pem(key)) is (kind == "ed25519")
    assert is_signed(pem(key), PAYLOAD, signature)
    assert not is_signed(pem(key), PAYLOAD + b"0", signature)
    assert not is_signed(pem(key), PAYLOAD, "not base64!")


def test_what_looks_like_a_key_and_is_none_signs_nothing() -> None:
    broken = "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"
    assert not is_ed25519(broken)
    assert not is_signed(broken, PAYLOAD, "AAAA")


def test_starting_binance_does_not_import_cryptography() -> None:
    code = "import sys, venuesim.binance.venue; sys.exit('cryptography' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
