"""SIGKILL at any moment under load, while the venues lose, doubt, refuse or delay what is sent."""

from pathlib import Path

import pytest

from support.crash import crash_under_load
from support.processes import DeskProcess, Simulator


@pytest.mark.parametrize(
    "kind",
    ["lose_request", "lose_reply", "http_503_after_accept", "status_unknown_after_accept", "rate_limit", "delay"],
)
async def test_killed_while_sends_go_wrong_the_books_still_match_the_venues(
    kind: str, venues: Simulator, tmp_path: Path
) -> None:
    await crash_under_load(kind, venues, DeskProcess(tmp_path / "data", venues.venues))
