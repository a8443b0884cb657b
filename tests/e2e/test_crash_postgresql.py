"""SIGKILL at any moment under load, with the books in PostgreSQL."""

from pathlib import Path

import pytest

from support.crash import crash_under_load
from support.processes import DeskProcess, Simulator


@pytest.mark.parametrize("kind", ["lose_reply", "lose_request"])
async def test_killed_on_postgresql_the_books_still_match_the_venues(
    kind: str, venues: Simulator, tmp_path: Path, postgresql_url: str
) -> None:
    await crash_under_load(kind, venues, DeskProcess(tmp_path / "data", venues.venues, postgresql_url))
