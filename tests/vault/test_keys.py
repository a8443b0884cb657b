"""Keys: made for their owner alone, refused when others can read them, and never shown."""

from pathlib import Path

import pytest

from tidegate.vault.errors import KeyFileError, WrongKeyError
from tidegate.vault.keys import FileKey, KeyEncryptionKey, PassphraseKey, create_key_file

DATA_KEY = b"d" * 32


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    path = tmp_path / "keys" / "vault.key"
    create_key_file(path)
    return path


@pytest.fixture(params=["file", "passphrase"])
def key(request: pytest.FixtureRequest, key_file: Path) -> KeyEncryptionKey:
    return FileKey(key_file) if request.param == "file" else PassphraseKey("correct horse battery staple")


def test_what_is_wrapped_is_unwrapped(key: KeyEncryptionKey) -> None:
    wrapped = key.wrap(DATA_KEY, b"place")
    assert key.unwrap(wrapped, b"place") == DATA_KEY
    assert DATA_KEY not in wrapped


def test_the_same_key_is_wrapped_differently_each_time(key: KeyEncryptionKey) -> None:
    assert key.wrap(DATA_KEY, b"place") != key.wrap(DATA_KEY, b"place")


def test_another_place_does_not_unwrap(key: KeyEncryptionKey) -> None:
    with pytest.raises(WrongKeyError):
        key.unwrap(key.wrap(DATA_KEY, b"place"), b"another place")


@pytest.mark.parametrize("cut", [0, 5, 15, 20, 40])
def test_a_cut_wrapping_does_not_unwrap(key: KeyEncryptionKey, cut: int) -> None:
    with pytest.raises(WrongKeyError):
        key.unwrap(key.wrap(DATA_KEY, b"place")[:cut], b"place")


def test_a_changed_wrapping_does_not_unwrap(key_file: Path) -> None:
    key = FileKey(key_file)
    wrapped = key.wrap(DATA_KEY, b"place")
    for position in range(len(wrapped)):
        changed = bytearray(wrapped)
        changed[position] ^= 1
        with pytest.raises(WrongKeyError):
            key.unwrap(bytes(changed), b"place")


def test_another_passphrase_does_not_unwrap() -> None:
    wrapped = PassphraseKey("correct horse battery staple").wrap(DATA_KEY, b"place")
    with pytest.raises(WrongKeyError):
        PassphraseKey("correct horse battery stable").unwrap(wrapped, b"place")


def test_another_key_file_does_not_unwrap(tmp_path: Path, key_file: Path) -> None:
    other = tmp_path / "other.key"
    create_key_file(other)
    with pytest.raises(WrongKeyError):
        FileKey(other).unwrap(FileKey(key_file).wrap(DATA_KEY, b"place"), b"place")


def test_a_short_passphrase_is_refused_without_being_repeated() -> None:
    with pytest.raises(ValueError, match="at least 12") as refusal:
        PassphraseKey("hunter2")
    assert "hunter2" not in str(refusal.value)


def test_a_key_file_is_for_its_owner_alone(key_file: Path) -> None:
    assert key_file.stat().st_mode & 0o777 == 0o600


def test_a_key_file_is_never_overwritten(key_file: Path) -> None:
    before = key_file.read_text()
    with pytest.raises(KeyFileError, match="there already"):
        create_key_file(key_file)
    assert key_file.read_text() == before


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o777])
def test_a_key_file_that_others_can_read_is_refused(key_file: Path, mode: int) -> None:
    key_file.chmod(mode)
    with pytest.raises(KeyFileError, match="chmod 600"):
        FileKey(key_file)


@pytest.mark.parametrize(
    "content", [b"", b"tidegate-key-1 abcd", b"tidegate-key-1 " + b"zz" * 32, b"ab" * 32, b"\xff\xfe\xfd"]
)
def test_a_file_that_holds_no_key_is_refused_without_being_repeated(key_file: Path, content: bytes) -> None:
    key_file.write_bytes(content)
    with pytest.raises(KeyFileError) as refusal:
        FileKey(key_file)
    assert "abab" not in str(refusal.value)


def test_a_missing_key_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match=r"none\.key"):
        FileKey(tmp_path / "none.key")


def test_keys_show_nothing(key_file: Path) -> None:
    secret = key_file.read_text().split()[-1]
    assert secret not in repr(FileKey(key_file))
    assert "horse" not in repr(PassphraseKey("correct horse battery staple"))
