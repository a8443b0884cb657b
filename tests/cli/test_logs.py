"""What the process tells about itself."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from tidegate.cli.logs import configure_logs

TOKEN = "tg_" + "Ab-_" * 10 + "xyz"


@pytest.fixture(autouse=True)
def _logs_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    root.handlers = handlers
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.mark.parametrize("as_json", [True, False])
def test_no_secret_gets_into_the_log(as_json: bool) -> None:
    out = io.StringIO()
    configure_logs(as_json=as_json, file=out)
    log = structlog.get_logger()
    log.info("one", token="canary-1", api_key="canary-2", headers=f"Bearer {TOKEN}")
    careless = f"two {TOKEN}"
    log.info(careless, url="postgresql://desk:canary-3@host/db", call={"secret": TOKEN})
    logging.getLogger("another.library").warning("GET /x?apiKey=canary-4&signature=canary-5 %s", TOKEN)
    try:
        int(f"refused {TOKEN}")
    except ValueError:
        log.exception("three", passphrase="canary-6")
    told = out.getvalue()
    assert "refused" in told
    assert "postgresql://desk:" in told
    assert TOKEN not in told
    assert "canary" not in told


def test_json_logs_are_one_object_a_line() -> None:
    out = io.StringIO()
    configure_logs(as_json=True, file=out)
    structlog.get_logger().info("connected", account="main", milliseconds=3)
    logging.getLogger("another.library").warning("something\nelse")
    first, second = (json.loads(line) for line in out.getvalue().splitlines())
    assert (first["event"], first["account"], first["milliseconds"]) == ("connected", "main", 3)
    assert second["event"] == "something\nelse"
    assert second["level"] == "warning"


def test_lines_for_people_are_not_coloured_in_a_file() -> None:
    out = io.StringIO()
    configure_logs(as_json=False, file=out)
    structlog.get_logger().info("connected", account="main")
    assert "\x1b" not in out.getvalue()
    assert "account=main" in out.getvalue()
