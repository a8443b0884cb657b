"""How commands speak: results on standard output, troubles in one line on standard error, and exit codes."""

import json
import os
import re
import shutil
import sys
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console

EXIT_OTHERWISE = 1  # The desk refused, or an order ended otherwise than asked.
EXIT_USAGE = 2
EXIT_UNREACHABLE = 3  # No desk answers, or it does not know the token.
EXIT_INTERRUPTED = 130  # As a shell reports a process that SIGINT ended.
EXIT_ENGINE_FAILED = 70  # As sysexits.h: an internal software error.
EXIT_OUTPUT_FAILED = 74  # As sysexits.h: an error while doing I/O.
EXIT_CANNOT_START = 78  # As sysexits.h: configuration.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")


def print_json(value: Any) -> None:
    """One JSON document on a line of its own. Structures become objects, amounts strings without exponent."""
    import msgspec

    builtins = msgspec.to_builtins(value, builtin_types=(Decimal, datetime))
    write_line(json.dumps(builtins, default=_text, ensure_ascii=False))


def _text(value: object) -> str:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    raise TypeError(f"{value!r} does not go into JSON")


def say(document: dict[str, Any], text: str, *, as_json: bool) -> None:
    """The same for programs or for people."""
    if as_json:
        print_json(document)
    else:
        write_line(text)


def write_line(text: str) -> None:
    """A line on standard output, at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def warn(message: str) -> None:
    """A line on standard error. What came from outside must not steer the terminal."""
    sys.stderr.write(f"tidegate: {one_line(message)}\n")
    sys.stderr.flush()


def one_line(text: str) -> str:
    """Text without line breaks or other control characters."""
    return _CONTROL.sub(" ", text).strip()


def fail(message: str, code: int) -> typer.Exit:
    """Say what is wrong; the caller raises what this returns."""
    warn(message)
    return typer.Exit(code)


def program() -> str:
    """How to call this command again from the same folder: by its name alone only where the shell finds it so."""
    called = sys.argv[0]
    if Path(called).name != "tidegate":  # python -m tidegate
        return "tidegate"
    found = shutil.which("tidegate")
    return "tidegate" if found is not None and Path(found).resolve() == Path(called).resolve() else called


def console(file: IO[str] | None = None) -> "Console":
    """Where tables go: coloured on a terminal only, and not where NO_COLOR is set."""
    from rich.console import Console

    width = None
    if not (file or sys.stdout).isatty() and "COLUMNS" not in os.environ:
        width = 200  # Into a file or a pipe nothing should be cut off.
    return Console(file=file, highlight=False, soft_wrap=False, markup=False, emoji=False, width=width)
