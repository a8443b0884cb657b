"""Envelope encryption of one secret: AES-256-GCM under a data key of its own, that key wrapped by the desk's key.

The associated data `desk|account|venue|key-version` binds an envelope to its place: copied to another account's row,
or to another desk, it does not open.
"""

import secrets

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tidegate.vault.errors import EnvelopeError, WrongKeyError
from tidegate.vault.keys import KEY_BYTES, NONCE_BYTES, KeyEncryptionKey

_VERSION = 1


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where an envelope belongs."""

    desk: str
    account: str
    venue: str

    def associated_data(self, key_version: str) -> bytes:
        """`desk|account|venue|key-version`; a bar inside a part is escaped, so that no two places look alike."""
        parts = (self.desk, self.account, self.venue, key_version)
        return "|".join(part.replace("\\", "\\\\").replace("|", "\\|") for part in parts).encode()


class _Envelope(msgspec.Struct, frozen=True, kw_only=True):
    version: int
    key_version: str
    wrapped_key: bytes
    nonce: bytes
    sealed: bytes


def seal(secret: bytes, place: Place, key: KeyEncryptionKey) -> bytes:
    """The secret as an envelope for this place."""
    associated = place.associated_data(key.version)
    data_key = secrets.token_bytes(KEY_BYTES)
    nonce = secrets.token_bytes(NONCE_BYTES)
    envelope = _Envelope(
        version=_VERSION,
        key_version=key.version,
        wrapped_key=key.wrap(data_key, associated),
        nonce=nonce,
        sealed=AESGCM(data_key).encrypt(nonce, secret, associated),
    )
    return msgspec.msgpack.encode(envelope)


def unseal(envelope: bytes, place: Place, key: KeyEncryptionKey) -> bytes:
    """The secret in an envelope.

    Raises `WrongKeyError` when the key, the place or the wrapping is not the envelope's, `EnvelopeError` when the
    envelope cannot be read or its content was changed.
    """
    opened = _decode(envelope)
    associated = place.associated_data(opened.key_version)
    data_key = _data_key(opened, place, key)
    try:
        return AESGCM(data_key).decrypt(opened.nonce, opened.sealed, associated)
    except (InvalidTag, ValueError):
        raise EnvelopeError(f"the envelope of account {place.account} was changed") from None


def rewrap(envelope: bytes, place: Place, old: KeyEncryptionKey, new: KeyEncryptionKey) -> bytes:
    """The same secret, sealed for the new key: rotation. Raises as `unseal` does."""
    return seal(unseal(envelope, place, old), place, new)


def _decode(envelope: bytes) -> _Envelope:
    try:
        opened = msgspec.msgpack.decode(envelope, type=_Envelope)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise EnvelopeError("the envelope cannot be read") from None
    if opened.version != _VERSION:
        raise EnvelopeError(f"the envelope is of version {opened.version}, which this tidegate does not know")
    return opened


def _data_key(opened: _Envelope, place: Place, key: KeyEncryptionKey) -> bytes:
    if opened.key_version != key.version:
        raise WrongKeyError(f"account {place.account} was sealed with key {opened.key_version}, not {key.version}")
    try:
        return key.unwrap(opened.wrapped_key, place.associated_data(opened.key_version))
    except WrongKeyError:
        raise WrongKeyError(
            f"the vault's key does not open the envelope of account {place.account}: "
            "wrong key or passphrase, or the envelope belongs to another account or desk"
        ) from None
