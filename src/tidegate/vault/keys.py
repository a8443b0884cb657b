"""Where the key-encryption key comes from: a passphrase, or a file that only its owner can read. Never the database.

Python cannot promise to wipe a secret from memory; what it held may stay there until the process ends.
"""

import binascii
import os
import secrets
import stat
from pathlib import Path
from typing import Protocol

from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tidegate.vault.errors import KeyFileError, WrongKeyError

KEY_BYTES = 32  # AES-256.
NONCE_BYTES = 12  # What GCM is specified for.
SALT_BYTES = 16
PASSPHRASE_CHARACTERS_MIN = 12

# Argon2id as RFC 9106 recommends where memory is limited: 64 MiB, three passes, four lanes.
_ARGON2_MEMORY_KIBIBYTES = 65_536
_ARGON2_PASSES = 3
_ARGON2_LANES = 4
_FILE_HEADER = "tidegate-key-1 "


class KeyEncryptionKey(Protocol):
    """Wraps data keys. A wrapped key is opaque bytes; `associated` must be the same to unwrap it."""

    @property
    def version(self) -> str:
        """Which key this is, for rotation; not secret."""
        ...

    def wrap(self, data_key: bytes, associated: bytes) -> bytes: ...

    def unwrap(self, wrapped: bytes, associated: bytes) -> bytes:
        """Raises `WrongKeyError`."""
        ...


class FileKey:
    """A random key in a file."""

    def __init__(self, path: Path) -> None:
        """Raises `KeyFileError` when the file is missing, malformed, or readable by anyone but its owner."""
        self._key = _read_key_file(path)
        self.version = "file-1"

    def __repr__(self) -> str:
        return "FileKey(...)"

    def wrap(self, data_key: bytes, associated: bytes) -> bytes:
        return _seal(self._key, data_key, associated)

    def unwrap(self, wrapped: bytes, associated: bytes) -> bytes:
        return _open(self._key, wrapped, associated)


class PassphraseKey:
    """A key derived from a passphrase by Argon2id; each wrapping has a salt of its own, kept in front of it.

    Deriving takes some 50 to 100 milliseconds, on purpose: call it outside the event loop's thread.
    """

    def __init__(self, passphrase: str) -> None:
        """Raises `ValueError` when the passphrase is too short to be one."""
        if len(passphrase) < PASSPHRASE_CHARACTERS_MIN:
            raise ValueError(f"the vault's passphrase needs at least {PASSPHRASE_CHARACTERS_MIN} characters")
        self._passphrase = passphrase.encode()
        self.version = "passphrase-1"

    def __repr__(self) -> str:
        return "PassphraseKey(...)"

    def wrap(self, data_key: bytes, associated: bytes) -> bytes:
        salt = secrets.token_bytes(SALT_BYTES)
        return salt + _seal(self._derive(salt), data_key, associated)

    def unwrap(self, wrapped: bytes, associated: bytes) -> bytes:
        return _open(self._derive(wrapped[:SALT_BYTES]), wrapped[SALT_BYTES:], associated)

    def _derive(self, salt: bytes) -> bytes:
        if len(salt) != SALT_BYTES:
            raise WrongKeyError("the wrapped key is cut short")
        return hash_secret_raw(
            self._passphrase,
            salt,
            time_cost=_ARGON2_PASSES,
            memory_cost=_ARGON2_MEMORY_KIBIBYTES,
            parallelism=_ARGON2_LANES,
            hash_len=KEY_BYTES,
            type=Type.ID,
        )


def create_key_file(path: Path) -> None:
    """Write a fresh random key that only its owner can read. Raises `KeyFileError` if the file is there already.

    Whoever loses the file loses the credentials sealed with it: keep a copy apart from the database.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise KeyFileError(f"{path} is there already, and is not overwritten") from error
    except OSError as error:
        raise KeyFileError(f"cannot write {path}: {error.strerror}") from error
    with os.fdopen(descriptor, "w") as file:
        file.write(f"{_FILE_HEADER}{secrets.token_hex(KEY_BYTES)}\n")
        file.flush()
        os.fsync(file.fileno())


def _read_key_file(path: Path) -> bytes:
    try:
        with path.open() as file:
            mode = os.fstat(file.fileno()).st_mode
            if mode & (stat.S_IRWXG | stat.S_IRWXO):
                raise KeyFileError(f"{path} can be read by others: chmod 600 {path}")
            text = file.read(1_024).strip()
    except FileNotFoundError as error:
        raise KeyFileError(f"there is no key file at {path}") from error
    except (OSError, UnicodeDecodeError) as error:
        raise KeyFileError(f"cannot read {path}") from error
    try:
        key = binascii.unhexlify(text.removeprefix(_FILE_HEADER))
    except ValueError:
        key = b""
    if not text.startswith(_FILE_HEADER) or len(key) != KEY_BYTES:
        raise KeyFileError(f"{path} is not a key file of tidegate") from None
    return key


def _seal(key: bytes, plain: bytes, associated: bytes) -> bytes:
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, associated)


def _open(key: bytes, sealed: bytes, associated: bytes) -> bytes:
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], associated)
    except (InvalidTag, ValueError):
        raise WrongKeyError("the vault's key does not open this envelope") from None
