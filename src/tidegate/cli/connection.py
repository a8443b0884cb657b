"""Every command's way to the desk, and what it says when there is none."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import typer

from tidegate.cli.options import data_folder, wants_json
from tidegate.cli.output import (
    EXIT_OTHERWISE,
    EXIT_UNREACHABLE,
    EXIT_USAGE,
    fail,
    print_json,
)

if TYPE_CHECKING:
    from tidegate.client import ApiError, Client

_MISUSE = frozenset({"invalid_request", "invalid_query", "malformed_json", "unknown_parameter"})


@contextmanager
def connection(
    context: typer.Context, url: str | None, token: str | None, data: Path | None, as_json: bool
) -> Iterator["Client"]:
    """A client of the desk that the options name, whose errors end the command in one line.

    Options may stand behind the command or before it (`tidegate --json order list`).
    """
    from tidegate.cli.addressing import AddressError, address
    from tidegate.client import ApiError, Client, ClientError, UsageError

    given = context.find_root().params
    try:
        found = address(url or given.get("url"), token or given.get("token"), data_folder(context, data))
        with Client(found.url, found.token) as client:
            yield client
    except AddressError as error:
        raise fail(str(error), EXIT_UNREACHABLE) from error
    except ApiError as error:
        _refused(error, as_json=wants_json(context, as_json))
    except UsageError as error:
        raise fail(str(error), EXIT_USAGE) from error
    except ClientError as error:
        hint = "start one with tidegate serve, or name another with --url"
        raise fail(f"{error}; {hint}", EXIT_UNREACHABLE) from error


def _refused(error: "ApiError", *, as_json: bool) -> NoReturn:
    """The desk said no: why, in one line; with --json the whole problem document, on standard output."""
    if as_json:
        print_json(error.problem)
    raise fail(_reason(error), exit_code_of(error)) from error


def exit_code_of(error: "ApiError") -> int:
    """Which exit code a refusal means."""
    if error.status == 401 or error.status >= 500:
        return EXIT_UNREACHABLE
    return EXIT_USAGE if error.code in _MISUSE else EXIT_OTHERWISE


def _reason(error: "ApiError") -> str:
    if error.status == 401:
        return "the desk does not know this token: give another with --token or TIDEGATE_TOKEN"
    return str(error) + _figures(error.problem)


def _figures(problem: dict[str, Any]) -> str:
    """The limit beside the actual figure, unless the sentence has them already."""
    detail = str(problem.get("detail", ""))
    figures = {name: str(problem[name]) for name in ("limit", "actual") if problem.get(name) is not None}
    if not figures or all(figure in detail for figure in figures.values()):
        return ""
    return " (" + ", ".join(f"{name} {figure}" for name, figure in figures.items()) + ")"
