"""`client.json` in a data folder: the URL of its desk and a token, so that commands need neither."""

import os
import tempfile
from pathlib import Path

import msgspec

CLIENT_FILE = "client.json"


class ClientFile(msgspec.Struct, frozen=True, kw_only=True):
    """`by_demo`: the demo wrote it. `unfinished`: written by a first start whose token the desk may not know yet."""

    url: str
    token: str
    by_demo: bool = False
    unfinished: bool = False

    def __repr__(self) -> str:
        return f"ClientFile(url={self.url!r}, ...)"


class ClientFileError(Exception):
    """The file is there, but cannot be read; the message says why."""


def read_client_file(folder: Path) -> ClientFile | None:
    """What the file of a data folder says; None when there is none.

    Raises:
        ClientFileError: it cannot be read.
    """
    path = folder / CLIENT_FILE
    try:
        return msgspec.json.decode(path.read_bytes(), type=ClientFile)
    except FileNotFoundError:
        return None
    except NotADirectoryError:
        return None
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise ClientFileError(f"{path} cannot be read: {error}") from error


def write_client_file(folder: Path, content: ClientFile) -> Path:
    """Put the file there whole, readable by its owner only. Raises OSError."""
    told = {name: value for name, value in msgspec.to_builtins(content).items() if value is not False}
    handle, temporary = tempfile.mkstemp(dir=folder, prefix=".client-")  # Made with mode 0600.
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(msgspec.json.format(msgspec.json.encode(told), indent=2) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        return Path(temporary).replace(folder / CLIENT_FILE)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
