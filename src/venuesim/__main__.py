"""The console command `venuesim`: runs the simulators until it is told to stop."""

import argparse
import asyncio
import errno
import gc
import os
import signal
import sys
import threading
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import uvloop

from venuesim.server import Simulator
from venuesim.venue import VENUES

STDIN = 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    options = _parser().parse_args(arguments)
    # Orders stay for ever and hold no garbage: looking through all of them again and again costs tens of milliseconds.
    gc.set_threshold(50_000, 50, 1000)
    uvloop.run(_serve(options))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="venuesim", description="Simulated Binance, OKX and Bybit, speaking the venues' own protocols."
    )
    parser.add_argument("--port", type=int, default=0, help="port of the control API (default: a free one)")
    parser.add_argument(
        "--venue", action="append", choices=list(VENUES), help="simulate only this venue; may be given more than once"
    )
    parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same markets (default: 1)")
    parser.add_argument("--json", action="store_true", help="print the URLs as one line of JSON")
    parser.add_argument("--stop-with-parent", action="store_true", help="stop when standard input closes")
    return parser


async def _serve(options: argparse.Namespace) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    venues = options.venue or list(VENUES)
    async with Simulator(venues=venues, seed=options.seed, control_port=options.port) as simulator:
        _announce(simulator.urls, as_json=options.json)
        if options.stop_with_parent:
            threading.Thread(target=_watch_stdin, args=(loop, stop), daemon=True).start()
        await stop.wait()


def _announce(urls: Mapping[str, Any], *, as_json: bool) -> None:
    if as_json:
        text = msgspec.json.encode(urls).decode()
    else:
        lines = [f"control  {urls['control']}/_sim"]
        lines += [f"{name:8} {kind:7} {url}" for name in VENUES if name in urls for kind, url in urls[name].items()]
        text = "\n".join(lines)
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _watch_stdin(loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
    """Set `stop` once standard input ends; reading blocks, so this runs in a thread of its own."""
    try:
        while os.read(STDIN, 4096):
            pass
    except OSError as error:
        if error.errno != errno.EBADF:  # Closed from the start counts as ended.
            raise
    loop.call_soon_threadsafe(stop.set)


if __name__ == "__main__":
    sys.exit(main())
