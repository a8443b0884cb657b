"""One writer per SQLite file, across processes. PostgreSQL needs none: there the lease's epoch decides."""

import fcntl
import os
from pathlib import Path

from tidegate.storage.errors import StorageLockedError, StorageUnavailableError


class FileLock:
    """Held until closed, or until the process ends, however it ends. The file `<database>.lock` stays behind."""

    def __init__(self, database: Path) -> None:
        """Raises `StorageLockedError` at once when another process holds it."""
        path = database.with_name(f"{database.name}.lock")
        try:
            self._file: int | None = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StorageUnavailableError(f"cannot write in {path.parent}: {error.strerror}") from error
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            owner = os.pread(self._file, 20, 0).decode(errors="replace").strip() or "unknown"
            self.close()
            raise StorageLockedError(
                f"{database} is in use by another tidegate (process {owner}): stop that one first"
            ) from error
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, f"{os.getpid()}\n".encode(), 0)

    def close(self) -> None:
        """Let another process write. Closing twice is harmless."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
