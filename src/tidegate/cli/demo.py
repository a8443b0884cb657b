"""`tidegate demo`: three simulated venues, one desk, real orders."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from tidegate.cli.options import DATA_FOLDER, AsJson, Data, data_folder, wants_json
from tidegate.cli.output import EXIT_CANNOT_START, EXIT_INTERRUPTED, EXIT_OTHERWISE, warn

if TYPE_CHECKING:
    from tidegate.bootstrap import RunningDesk
    from tidegate.cli.demo_show import Show
    from tidegate.cli.simulator import SimulatedVenues

DEMO_FOLDER = "demo"
LOG_FILE = "desk.log"


class _Options(NamedTuple):
    data: Path
    port: int
    seed: int
    once: bool
    as_json: bool


def demo(
    context: typer.Context,
    once: Annotated[
        bool, typer.Option("--once", help="End after the last order, with 0 only if all went well.")
    ] = False,
    data: Data = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; a free one if it is taken.")] = 8080,
    seed: Annotated[int, typer.Option(help="The same seed gives the same markets.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Show real orders on three simulated venues, then keep serving.

    The demo's desk lives in the folder demo inside the data folder, and is made anew each time.
    """
    import uvloop

    options = _Options(data_folder(context, data), port, seed, once, wants_json(context, as_json))
    raise typer.Exit(uvloop.run(_demo(options)))


async def _demo(options: _Options) -> int:
    from tidegate.cli.demo_desk import DemoError
    from tidegate.cli.demo_folder import DemoFolderError, fresh_folder
    from tidegate.cli.simulator import SimulatorError
    from tidegate.client import ClientError

    folder = options.data / DEMO_FOLDER
    try:
        with fresh_folder(folder):
            return await _run(options, folder)
    except DemoFolderError as error:
        warn(str(error))
        return EXIT_CANNOT_START
    except (DemoError, SimulatorError, ClientError) as error:
        warn(f"the demo cannot go on: {error}; {folder / LOG_FILE} may say more")
        return EXIT_OTHERWISE


async def _run(options: _Options, folder: Path) -> int:
    """Start everything, play, and stop everything; returns the exit code."""
    from tidegate.bootstrap import running_desk
    from tidegate.cli.demo_desk import demo_settings
    from tidegate.cli.demo_show import JsonLines, Terminal
    from tidegate.cli.logs import configure_logs
    from tidegate.cli.serve import is_cannot_start, stop_event, until_stopped, why_not_started
    from tidegate.cli.simulator import simulated_venues

    stop = stop_event()
    show: Show = JsonLines() if options.as_json else Terminal()
    async with AsyncExitStack() as stack:
        log = stack.enter_context((folder / LOG_FILE).open("w"))
        configure_logs(as_json=True, file=log)
        venues = await stack.enter_async_context(simulated_venues(options.seed))
        settings = demo_settings(folder, options.port, venues)
        try:
            desk = await stack.enter_async_context(running_desk(settings))
        except Exception as error:
            if not is_cannot_start(error):
                raise
            warn(why_not_started(error, settings))
            return EXIT_CANNOT_START
        playing = asyncio.create_task(_play(options, folder, desk, venues, show))
        stopped = asyncio.create_task(until_stopped(desk, stop))
        try:
            await asyncio.wait([playing, stopped], return_when=asyncio.FIRST_COMPLETED)
            if not playing.done():
                return await stopped or EXIT_INTERRUPTED
            played = playing.result()
            if options.once:
                return 0 if played.all_as_expected else EXIT_OTHERWISE
            show.serving(desk.url, _data_option(played.data))
            return await stopped
        finally:
            await _cancel(playing, stopped)


class _Played(NamedTuple):
    """Whether every order ended as it should, and which data folder leads commands to the desk."""

    all_as_expected: bool
    data: Path


async def _play(
    options: _Options, folder: Path, desk: "RunningDesk", venues: "SimulatedVenues", show: "Show"
) -> _Played:
    """Set the desk up, and play every scene through the public API."""
    from tidegate.cli.demo_desk import set_up, until_ready
    from tidegate.cli.demo_folder import leave_client_file
    from tidegate.cli.demo_script import DemoScript
    from tidegate.cli.demo_show import Steps
    from tidegate.client import AsyncClient

    started_at = monotonic()
    token = await set_up(desk, venues)
    data = leave_client_file(options.data, folder, desk.url, token)
    port_taken = options.port if options.port and not desk.url.endswith(f":{options.port}") else None
    show.started(desk.url, folder, venues.venues, port_taken)
    steps = Steps(show)
    async with AsyncClient(desk.url, token) as client:
        await until_ready(client)
        desk.loop.on_release.append(steps.see)
        script = asyncio.create_task(DemoScript(client, venues, show.scene).play())
        printing = asyncio.create_task(steps.print())
        try:
            await asyncio.wait([script, printing], return_when=asyncio.FIRST_COMPLETED)
            if printing.done():
                printing.result()
            endings = await script
            await steps.all_printed()
        finally:
            desk.loop.on_release.remove(steps.see)
            await _cancel(script, printing)
        show.ended(endings, await client.portfolio(), monotonic() - started_at)
    return _Played(all(ending.as_expected for ending in endings), data)


def _data_option(data: Path) -> str:
    """What commands need to find the desk's client.json; nothing where they look by themselves."""
    return "" if data == DATA_FOLDER else f" --data {data}"


async def _cancel(*tasks: asyncio.Task[Any]) -> None:
    """End tasks whose results are not wanted any more."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
