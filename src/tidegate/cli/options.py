"""The options that many commands share, and where their values come from when they are not given."""

import os
from pathlib import Path
from typing import Annotated

import typer

from tidegate.cli.output import EXIT_USAGE, fail

DATA_FOLDER = Path(".tidegate")

Url = Annotated[str | None, typer.Option("--url", help="The desk's URL; TIDEGATE_URL, else client.json's.")]
Token = Annotated[str | None, typer.Option("--token", help="An API token; TIDEGATE_TOKEN, else client.json's.")]
Data = Annotated[
    Path | None, typer.Option("--data", help="The data folder, with client.json; TIDEGATE_DATA, else .tidegate.")
]
Database = Annotated[
    str | None,
    typer.Option(
        "--database",
        help="sqlite:///file or postgresql://user@host/name; TIDEGATE_DATABASE_URL, else desk.db in the data folder.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def wants_json(context: typer.Context, given: bool) -> bool:
    """Whether --json stands behind the command, or before it as in `tidegate --json order list`."""
    return given or bool(context.find_root().params.get("as_json"))


def is_followed_by_a_command(context: typer.Context) -> bool:
    """Whether a group's own listing is not asked for, but a command of it. Ends the command when options stand before
    that: they would not count."""
    if context.invoked_subcommand is None:
        return False
    for option in context.command.params:
        source = context.get_parameter_source(option.name or "")
        if source is not None and not source.name.startswith("DEFAULT"):
            raise fail(f"put {option.opts[0]} behind {context.invoked_subcommand}", EXIT_USAGE)
    return True


def data_folder(context: typer.Context, given: Path | None) -> Path:
    """The data folder: as given behind or before the command, or from the environment, or the default."""
    return given or context.find_root().params.get("data") or Path(os.environ.get("TIDEGATE_DATA") or DATA_FOLDER)
