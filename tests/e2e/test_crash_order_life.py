"""SIGKILL and SIGSTOP during the whole order life: conditional and protected orders, changes, and faults at all venues.

At the end every order is the same on both sides, and whatever an entry still holds has a working stop.
"""

from pathlib import Path

import pytest

from support.life_crash import live_and_crash
from support.processes import DeskProcess, Simulator


@pytest.mark.timeout(400)  # A minute on a free machine, several on a busy one.
@pytest.mark.parametrize(
    "kind", ["lose_reply", "status_unknown_after_accept+drop_stream", "lose_request+duplicate_events"]
)
async def test_killed_and_paused_the_whole_order_life_still_matches_the_venues(
    kind: str, venues: Simulator, tmp_path: Path
) -> None:
    await live_and_crash(kind, venues, DeskProcess(tmp_path / "data", venues.venues))
