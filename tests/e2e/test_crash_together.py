"""SIGKILL under load while nothing tells of an order: its reply is lost, the stream is gone, and look-ups lag behind.

Each of the three alone leaves another way to hear of a first attempt in time. Proof of absence withstands them all.
"""

from pathlib import Path

from support.crash import crash_under_load
from support.processes import DeskProcess, Simulator


async def test_killed_while_nothing_tells_of_an_order_the_books_still_match_the_venues(
    venues: Simulator, tmp_path: Path
) -> None:
    await crash_under_load("lose_reply+drop_stream+stale_query", venues, DeskProcess(tmp_path / "data", venues.venues))
