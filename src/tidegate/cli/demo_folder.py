"""The demo's own data folder: made fresh by every demo, and the only folder that it ever empties."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tidegate.cli.client_file import ClientFile, ClientFileError, read_client_file, write_client_file

MARKER = ".made-by-tidegate-demo"
_MARKER_TEXT = "tidegate demo empties this folder at every start.\n"


class DemoFolderError(Exception):
    """The folder cannot be used; the message says what to do."""


@contextmanager
def fresh_folder(folder: Path) -> Iterator[None]:
    """An empty folder, kept from other demos until the context ends. Its content stays until the next demo.

    Raises:
        DemoFolderError: the folder cannot be made, holds something that no demo made, or another demo runs in it.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DemoFolderError(f"{folder} cannot be made ({error.strerror}): give another --data") from error
    marker = folder / MARKER
    if not marker.exists() and any(folder.iterdir()):
        raise DemoFolderError(f"{folder} was not made by the demo: move it away, or give another --data")
    handle = os.open(marker, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise DemoFolderError(f"a demo runs in {folder} already: stop it, or give another --data") from error
        os.pwrite(handle, _MARKER_TEXT.encode(), 0)
        for child in folder.iterdir():
            if child.name != MARKER:
                _remove(child)
        yield
    finally:
        os.close(handle)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()


def leave_client_file(data: Path, folder: Path, url: str, token: str) -> Path:
    """Let commands find the demo's desk; returns the folder to name with --data.

    The data folder's client.json may hold the only token of a desk that is kept there: then it stays as it is.
    """
    content = ClientFile(url=url, token=token, by_demo=True)
    write_client_file(folder, content)
    try:
        known = read_client_file(data)
    except ClientFileError:
        return folder
    if known is not None and not known.by_demo:
        return folder
    write_client_file(data, content)
    return data
