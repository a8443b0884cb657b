"""`tidegate serve`: run a desk."""

import asyncio
import errno
import signal
from typing import TYPE_CHECKING, Annotated

import typer

from tidegate.cli.client_file import ClientFileError
from tidegate.cli.options import AsJson, Data, Database, data_folder, wants_json
from tidegate.cli.output import EXIT_CANNOT_START, EXIT_ENGINE_FAILED, fail, say, warn
from tidegate.settings import Settings, SettingsError, load_settings

if TYPE_CHECKING:
    from tidegate.bootstrap import RunningDesk


def serve(
    context: typer.Context,
    data: Data = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on; TIDEGATE_HOST, else 127.0.0.1.")] = None,
    port: Annotated[
        int | None,
        typer.Option(min=0, max=65535, help="Port to listen on, 0 takes a free one; TIDEGATE_PORT, else 8080."),
    ] = None,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Run the order manager until interrupted.

    The first start creates the user admin and writes a token for it to client.json in the data folder.
    """
    from tidegate.cli.logs import configure_logs

    as_json = wants_json(context, as_json)
    configure_logs(as_json=as_json)
    try:
        settings = load_settings(data_folder(context, data), host=host, port=port, database_url=database)
    except SettingsError as error:
        raise fail(str(error), EXIT_CANNOT_START) from error
    import uvloop

    raise typer.Exit(uvloop.run(_serve(settings, as_json=as_json)))


async def _serve(settings: Settings, *, as_json: bool) -> int:
    from tidegate.bootstrap import running_desk

    stop = stop_event()
    started = False
    try:
        async with running_desk(settings) as desk:
            await _announce(desk, settings, as_json=as_json)
            started = True
            return await until_stopped(desk, stop)
    except Exception as error:
        if started or not is_cannot_start(error):
            raise
        warn(why_not_started(error, settings))
        return EXIT_CANNOT_START


async def _announce(desk: "RunningDesk", settings: Settings, *, as_json: bool) -> None:
    from tidegate.cli.first_start import ensure_administrator

    written = await ensure_administrator(desk, settings.data_folder)
    document: dict[str, object] = {"url": desk.url, "data": str(settings.data_folder)}
    text = f"tidegate listens on {desk.url}, its data is in {settings.data_folder}"
    if written is not None:
        document["client_file"] = str(written)
        text += f"\nfirst start: there is a user admin now, its token is in {written}"
    say(document, text, as_json=as_json)


def stop_event() -> asyncio.Event:
    """Set by the first SIGINT or SIGTERM; a second one takes the usual, abrupt way."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def told() -> None:
        stop.set()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, told)
    return stop


async def until_stopped(desk: "RunningDesk", stop: asyncio.Event) -> int:
    """Wait for the signal, or for the engine's end, which is a failure; returns the exit code."""
    told = asyncio.create_task(stop.wait())
    ended = asyncio.create_task(desk.until_ended())
    try:
        await asyncio.wait([told, ended], return_when=asyncio.FIRST_COMPLETED)
        if not ended.done():
            return 0
        warn(_why_ended(ended.exception()))
        return EXIT_ENGINE_FAILED
    finally:
        told.cancel()
        ended.cancel()
        await asyncio.gather(told, ended, return_exceptions=True)


def _why_ended(error: BaseException | None) -> str:
    reason = "it was told to stop" if error is None else str(error) or type(error).__name__
    return f"the engine has ended: {reason}. What was acknowledged is safe; start again to recover"


def is_cannot_start(error: Exception) -> bool:
    """Whether an error is one that the operator can do something about; all others are faults of ours."""
    from tidegate.cli.first_start import RegistrationRefusedError
    from tidegate.storage.errors import StorageError
    from tidegate.vault.errors import VaultError

    # A port beyond 65535, from the settings, is an OverflowError.
    return isinstance(
        error, StorageError | VaultError | OSError | OverflowError | ClientFileError | RegistrationRefusedError
    )


def why_not_started(error: Exception, settings: Settings) -> str:
    """One sentence that says what to do."""
    if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
        return f"port {settings.port} at {settings.host} is taken: stop what listens there, or choose another --port"
    if isinstance(error, OSError) and error.errno == errno.EACCES and error.filename is None:
        return f"port {settings.port} at {settings.host} is not allowed to this user: choose another --port"
    return f"cannot start: {error}"
