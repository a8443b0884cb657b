"""Keyed hashes are those of the standard library."""

import base64
import hmac

from hypothesis import given
from hypothesis import strategies as st

from venuesim.wire.signatures import hmac_sha256_base64, hmac_sha256_hex, signatures_equal

SECRETS = st.text(max_size=150)


@given(SECRETS, st.binary(max_size=300))
def test_a_hash_is_the_librarys_whatever_the_length_of_the_key(secret: str, payload: bytes) -> None:
    expected = hmac.digest(secret.encode(), payload, "sha256")
    for _ in range(2):  # The second time the key has been taken in before.
        assert hmac_sha256_hex(secret, payload) == expected.hex()
        assert hmac_sha256_base64(secret, payload) == base64.b64encode(expected).decode()


def test_what_is_not_ascii_equals_nothing() -> None:
    assert signatures_equal("ab", "ab")
    assert not signatures_equal("ab", "aB")
    assert not signatures_equal("é", "é")
