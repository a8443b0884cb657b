"""Opening storage: the right database, one writer, and clear words when it cannot be."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tidegate.core.identifiers import AccountId
from tidegate.storage import urls
from tidegate.storage.errors import SchemaError, StorageLockedError, StorageUnavailableError, StorageUrlError
from tidegate.storage.migrate import upgrade
from tidegate.storage.open import Storage, open_storage


@pytest.mark.parametrize(
    "url",
    [
        "",
        "desk.db",
        "mysql://localhost/desk",
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite://desk.db",
        "sqlite:///desk.db?mode=ro",
        "postgresql://localhost",
        "postgresql://host:notaport/desk",
    ],
)
def test_a_url_that_names_no_database_is_refused(url: str) -> None:
    with pytest.raises(StorageUrlError):
        open_storage(url)
    with pytest.raises(StorageUrlError):
        upgrade(url)


def test_no_error_and_no_text_shows_the_password() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # Bound but not listening: refused at once.
        url = f"postgresql://desk:canary-password@127.0.0.1:{closed.getsockname()[1]}/desk"
        with pytest.raises(StorageUnavailableError) as failure:
            open_storage(url)
    parsed = urls.parse(url)
    assert "127.0.0.1" in str(failure.value)
    assert "canary" not in f"{failure.value} {failure.value!r} {parsed} {parsed!r}"
    with pytest.raises(StorageUrlError) as failure_of_url:
        open_storage("mysql://desk:canary-password@localhost/desk")
    assert "canary" not in str(failure_of_url.value)


def test_a_missing_file_is_refused_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match="tidegate db upgrade"):
        open_storage(f"sqlite:///{tmp_path / 'none.db'}")


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "desk.db"
    path.write_text("these are not the books you are looking for" * 100)
    with pytest.raises(StorageUnavailableError, match="not a database"):
        open_storage(f"sqlite:///{path}")
    with pytest.raises(StorageUnavailableError, match="not a database"):
        upgrade(f"sqlite:///{path}")


def open_elsewhere(url: str) -> subprocess.CompletedProcess[str]:
    program = "import sys; from tidegate.storage.open import open_storage; open_storage(sys.argv[1])"
    return subprocess.run([sys.executable, "-c", program, url], capture_output=True, text=True, check=False)


async def test_a_second_process_may_not_write_the_same_file(sqlite_url: str) -> None:
    storage = open_storage(sqlite_url)
    second = open_elsewhere(sqlite_url)
    assert second.returncode != 0
    assert "StorageLockedError" in second.stderr
    assert "is in use by another tidegate" in second.stderr
    with pytest.raises(StorageLockedError):
        open_storage(sqlite_url)
    await storage.close()
    third = open_elsewhere(sqlite_url)
    assert third.returncode == 0, third.stderr


async def test_a_refused_opening_leaves_the_lock_free(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'desk.db'}"
    (tmp_path / "desk.db").touch()
    with pytest.raises(SchemaError):
        open_storage(url)
    upgrade(url)
    await open_storage(url).close()


async def test_sealed_credentials_are_kept_and_replaced(storage: Storage) -> None:
    account = AccountId("okx-main")
    assert await storage.credential_store.get(account) is None
    await storage.credential_store.put(account, b"\x00\xffsealed")
    await storage.credential_store.put(AccountId("other"), b"another")
    assert await storage.credential_store.get(account) == b"\x00\xffsealed"
    await storage.credential_store.put(account, b"sealed anew")
    assert await storage.credential_store.get(account) == b"sealed anew"
