"""`tidegate sim`: the simulated venues, in a process of their own."""

import os
import sys
from typing import Annotated

import typer


def sim(
    port: Annotated[int, typer.Option(help="Port of the control API; 0 takes a free one.")] = 0,
    venue: Annotated[list[str] | None, typer.Option(help="Only this venue; may be given more than once.")] = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same markets.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print the URLs as one JSON object.")] = False,
) -> None:
    """Run simulated Binance, OKX and Bybit until interrupted."""
    arguments = [sys.executable, "-m", "venuesim", "--port", str(port), "--seed", str(seed)]
    for name in venue or []:
        arguments += ["--venue", name]
    if as_json:
        arguments.append("--json")
    os.execv(sys.executable, arguments)  # noqa: S606  This process becomes the simulator: no shell is involved.
