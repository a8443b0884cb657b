"""`tidegate db upgrade`."""

import json
from collections.abc import Callable
from pathlib import Path

from typer.testing import Result

Tidegate = Callable[..., Result]


def test_the_schema_is_brought_up_as_often_as_one_likes(tidegate: Tidegate, tmp_path: Path) -> None:
    first = json.loads(tidegate("db", "upgrade", "--data", str(tmp_path / "data"), "--json").stdout)
    again = tidegate("db", "upgrade", "--data", str(tmp_path / "data"))
    assert again.exit_code == 0
    assert first["revision"] in again.stdout
    assert (tmp_path / "data" / "desk.db").exists()


def test_a_database_that_is_none_is_said_in_one_line(tidegate: Tidegate) -> None:
    result = tidegate("db", "upgrade", "--database", "mysql://x")
    assert result.exit_code == 78
    assert result.stderr.count("\n") == 1
