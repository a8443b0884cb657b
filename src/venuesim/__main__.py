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
from pathlib import Path
from typing import Any

import msgspec
import uvloop

from venuesim import __version__
from venuesim.server import Simulator, SimulatorError
from venuesim.venue import VENUES

STDIN = 0
EXIT_USAGE = 2
PORT_MAX = 65_535


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    options = _parser().parse_args(arguments)
    # Few young objects are looked through in a few milliseconds. Old ones are orders, which hold no garbage: looking
    # through all of those again and again would cost a tenth of a second each time.
    gc.set_threshold(10_000, 1000, 1000)
    try:
        uvloop.run(_serve(options))
    except SimulatorError as error:
        sys.stderr.write(f"venuesim: {error}\n")
        return EXIT_USAGE
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="venuesim",
        description="Simulated Binance, OKX and Bybit on 127.0.0.1, speaking the venues' own protocols.",
        epilog="SYMBOL is a unified one: BTC/USDT is a spot pair, BTC/USDT:USDT its perpetual.",
    )
    parser.add_argument("--port", type=_port, default=0, help="port of the control API (default: a free one)")
    parser.add_argument(
        "--venue", action="append", choices=list(VENUES), help="simulate only this venue; may be given more than once"
    )
    parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same markets (default: 1)")
    parser.add_argument(
        "--script",
        action="append",
        type=_feed,
        default=[],
        metavar="SYMBOL=FILE",
        help='prices from a JSON file of [{"after_ms": 0, "price": "65000"}, ...]',
    )
    parser.add_argument(
        "--replay",
        action="append",
        type=_feed,
        default=[],
        metavar="SYMBOL=FILE",
        help="prices from a CSV file (.csv, .csv.gz, .zip) of trades or candles",
    )
    parser.add_argument("--speed", default="1", help="how many times as fast as it was a file is replayed (default: 1)")
    parser.add_argument("--loop", action="store_true", help="begin a replayed file anew when it ends")
    parser.add_argument("--limits-scale", type=float, default=1, help="multiply every rate limit (default: 1)")
    parser.add_argument("--tls", action="store_true", help="serve https and wss with a certificate made at the start")
    parser.add_argument("--json", action="store_true", help="print the URLs as one line of JSON")
    parser.add_argument("--stop-with-parent", action="store_true", help="stop when standard input closes")
    parser.add_argument("--version", action="version", version=f"venuesim {__version__}")
    return parser


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > PORT_MAX:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port (0 to {PORT_MAX})")
    return int(text)


def _feed(text: str) -> tuple[str, Path]:
    symbol, separator, path = text.partition("=")
    if not (symbol and separator and path):
        raise argparse.ArgumentTypeError(f"{text!r} is not SYMBOL=FILE")
    return symbol, Path(path)


async def _serve(options: argparse.Namespace) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    simulator = Simulator(
        venues=list(dict.fromkeys(options.venue or VENUES)),
        seed=options.seed,
        control_port=options.port,
        limits_scale=options.limits_scale,
        scripts=dict(options.script),
        replays=dict(options.replay),
        speed=options.speed,
        loops=options.loop,
        tls=options.tls,
    )
    async with simulator:
        _announce(simulator.urls, as_json=options.json)
        if options.stop_with_parent:
            threading.Thread(target=_watch_stdin, args=(loop, stop), daemon=True).start()
        await stop.wait()


def _announce(urls: Mapping[str, Any], *, as_json: bool) -> None:
    if as_json:
        text = msgspec.json.encode(urls).decode()
    else:
        lines = [f"control      {urls['control']}/_sim"]
        for name in VENUES:
            lines += [f"{name:8} {kind:7} {url}" for kind, url in urls.get(name, {}).items()]
        if "certificate" in urls:
            lines.append(f"certificate  {urls['certificate']}")
        lines.append("Stop with Ctrl-C.")
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
