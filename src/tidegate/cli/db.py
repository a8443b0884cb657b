"""`tidegate db`: the database's schema."""

import typer

from tidegate.cli.options import AsJson, Data, Database, data_folder, wants_json
from tidegate.cli.output import EXIT_CANNOT_START, fail, say
from tidegate.settings import SettingsError, load_settings

db = typer.Typer(help="The database's schema.", no_args_is_help=True)


@db.callback()
def _group() -> None:
    """Keeps `upgrade` a command of its own, however few there are."""


@db.command()
def upgrade(context: typer.Context, data: Data = None, database: Database = None, as_json: AsJson = False) -> None:
    """Bring the database to this version's schema. Runs by itself at every start of `tidegate serve`, too."""
    from tidegate.storage.errors import StorageError
    from tidegate.storage.migrate import upgrade as upgrade_schema

    try:
        revision = upgrade_schema(load_settings(data_folder(context, data), database_url=database).database)
    except (SettingsError, StorageError) as error:
        raise fail(str(error), EXIT_CANNOT_START) from error
    say({"revision": revision}, f"the database is at revision {revision}", as_json=wants_json(context, as_json))
