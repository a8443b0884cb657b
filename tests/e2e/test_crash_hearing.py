"""SIGKILL at any moment under load, while the venues tell late, twice, too early or not at all."""

from pathlib import Path

import pytest

from support.crash import crash_under_load
from support.processes import DeskProcess, Simulator


@pytest.mark.parametrize("kind", ["drop_stream", "duplicate_events", "fill_before_ack", "stale_query"])
async def test_killed_while_reports_go_wrong_the_books_still_match_the_venues(
    kind: str, venues: Simulator, tmp_path: Path
) -> None:
    await crash_under_load(kind, venues, DeskProcess(tmp_path / "data", venues.venues))
