"""`tidegate db`: the database's schema."""

import json
from pathlib import Path
from typing import Annotated

import typer

from tidegate.settings import load_settings

db = typer.Typer(help="The database's schema.", no_args_is_help=True)


@db.callback()
def _group() -> None:
    """Keeps `upgrade` a command of its own, however few there are."""


@db.command()
def upgrade(
    data: Annotated[Path | None, typer.Option(help="The data folder.", envvar="TIDEGATE_DATA")] = None,
    database: Annotated[str | None, typer.Option(help="sqlite:///file or postgresql://user@host/name.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Bring the database to this version's schema. Runs by itself at every start of `tidegate serve`, too."""
    from tidegate.storage.migrate import upgrade as upgrade_schema

    settings = load_settings(data, database_url=database)
    revision = upgrade_schema(settings.database)
    if as_json:
        typer.echo(json.dumps({"revision": revision}))
    else:
        typer.echo(f"the database is at revision {revision}")
