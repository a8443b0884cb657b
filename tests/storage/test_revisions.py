"""What files of migrations are called is what is in them."""

from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from tidegate.storage import revisions


def test_the_names_of_migrations_say_which_revisions_there_are_and_in_which_order() -> None:
    config = Config()
    config.set_main_option("script_location", str(revisions.MIGRATIONS))
    config.set_main_option("path_separator", "os")
    scripts = ScriptDirectory.from_config(config)
    assert revisions.known() == [script.revision for script in scripts.walk_revisions()][::-1]
    assert revisions.head() == scripts.get_current_head()


def test_a_database_without_a_schema_is_at_no_revision() -> None:
    with create_engine("sqlite://").connect() as connection:
        assert revisions.revision_of(connection) is None
