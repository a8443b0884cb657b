"""Databases for every test that wants one (`database_url` runs a test on SQLite and on PostgreSQL), and conformance.

Also which tests begin first, and which of them never run at the same time.
"""

import gc
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from support.conformance import PROPERTY, Writer, marks_of
from support.postgresql import PostgresqlServer
from tidegate.storage.migrate import upgrade

# A machine that is busy with something else makes no promise false.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

BACKENDS = ["sqlite", "postgresql"]
WHOLE_DESKS = "tests/e2e/"
LONGEST_FIRST = (WHOLE_DESKS, "tests/simulation/", "tests/venue_contract/", "tests/cli/", "tests/venues/")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let `make conformance` name the page to write."""
    parser.addoption("--write-conformance", metavar="PAGE", help="write what the tests show of the simulators")


def pytest_configure(config: pytest.Config) -> None:
    """Write the page in the process that hears every report."""
    page = config.getoption("--write-conformance")
    if page and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Writer(Path(page)))


class OneDeskAtATime(LoadScopeScheduling):
    """Gives workers a module at a time, but all tests of whole desks to one: each has programs for several cores."""

    def _split_scope(self, nodeid: str) -> str:
        return WHOLE_DESKS if nodeid.startswith(WHOLE_DESKS) else super()._split_scope(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling | None:
    """Keep the order below, which ends with short tests; xdist's own ends with modules of few tests, the longest."""
    if config.getoption("dist") != "loadscope":
        return None
    config.option.loadscopereorder = False
    return OneDeskAtATime(config, log)


def pytest_collection() -> None:
    """What is collected and imported from here on stays: looking through it for garbage took a quarter of the time."""
    gc.disable()


def pytest_collection_finish() -> None:
    """Thousands of tests and modules are here to stay: let the collector of garbage not look at them again."""
    gc.collect()
    gc.freeze()
    gc.enable()


def _begins(item: pytest.Item) -> int:
    """The place of a test's folder among those that take longest."""
    found = (place for place, folder in enumerate(LONGEST_FIRST) if item.nodeid.startswith(folder))
    return next(found, len(LONGEST_FIRST))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let what takes longest begin first, and give each test's report what the test shows."""
    items.sort(key=_begins)
    for item in items:
        item.user_properties += [(PROPERTY, mark) for mark in marks_of(item)]


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[PostgresqlServer]:
    """One server per test process, started by the first test that needs it."""
    with PostgresqlServer() as server:
        yield server


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server: PostgresqlServer) -> str:
    """The name of a database with the current schema, to be copied."""
    name = postgresql_server.create()
    upgrade(postgresql_server.url(name))
    return name


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the current schema, to be copied."""
    path = tmp_path_factory.mktemp("template") / "desk.db"
    upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture
def sqlite_url(tmp_path: Path, sqlite_template: Path) -> str:
    """A SQLite file of the test's own, its schema current, without rows."""
    path = tmp_path / "desk.db"
    shutil.copy(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def postgresql_url(postgresql_server: PostgresqlServer, postgresql_template: str) -> Iterator[str]:
    """A PostgreSQL database of the test's own, its schema current, without rows."""
    name = postgresql_server.create(postgresql_template)
    yield postgresql_server.url(name)
    postgresql_server.drop(name)


@pytest.fixture(params=BACKENDS)
def database_url(request: pytest.FixtureRequest) -> str:
    """A database of the test's own, on each kind of database in turn; its schema is current, without rows."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture(params=BACKENDS)
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without any schema, on each kind of database in turn."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    server: PostgresqlServer = request.getfixturevalue("postgresql_server")
    name = server.create()
    yield server.url(name)
    server.drop(name)
