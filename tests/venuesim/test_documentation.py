"""What the documentation of the simulators says is so: its snippets run, its tables name every kind and call."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from venuesim.control.api import ControlApi
from venuesim.fault_effects import FaultEffects
from venuesim.faults import Endpoint, FaultKind, FaultMatch, FaultRequest, FaultSet

PAGE = Path(__file__).parents[2] / "docs" / "VENUESIM.md"
TEXT = PAGE.read_text()

SAYS = {
    "Start": [],
    "ccxt": ["binance True", "okx True", "bybit True"],
    "ccxt.pro": ["BTC/USDT sell"],
    "binance-sdk-spot": ["FILLED", "ExecutionReport", "OutboundAccountPosition"],
    "binance-sdk-derivatives-trading-usds-futures": ["FILLED BTCUSDT", "OrderTradeUpdate", "AccountUpdate"],
    "python-binance": ["executionReport", "BTCUSDT"],
    "python-okx": ["Order placed", "heard"],
    "pybit": ["OK", "execution"],
}
"""What each heading's snippets print, among other lines."""


def snippets() -> dict[str, list[str]]:
    """Return the Python snippets of the page by the heading that they stand under."""
    found: dict[str, list[str]] = {}
    heading = ""
    for part in re.split(r"^(#+ .*)$", TEXT, flags=re.MULTILINE):
        if part.startswith("#"):
            heading = part.lstrip("# ")
        else:
            found.setdefault(heading, []).extend(re.findall(r"^```python\n(.*?)^```$", part, re.MULTILINE | re.DOTALL))
    return {name: code for name, code in found.items() if code}


def run(code: str, folder: Path) -> str:
    finished = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with the URLs of two running simulators, one of them with TLS, and an account at both."""
    folder = tmp_path_factory.mktemp("documentation")
    account = snippets()["Start"][1]
    with ExitStack() as stack:
        for options, name in (["--json"], "urls.json"), (["--json", "--tls", "--venue", "okx"], "urls-tls.json"):
            process = stack.enter_context(
                subprocess.Popen([sys.executable, "-m", "venuesim", *options], stdout=subprocess.PIPE, text=True)
            )
            stack.callback(process.terminate)
            (folder / name).write_text(process.stdout.readline())
            run(account.replace("urls.json", name), folder)
        yield folder


def test_every_client_has_a_snippet() -> None:
    assert list(snippets()) == list(SAYS)


@pytest.mark.timeout(240)
@pytest.mark.parametrize("heading", SAYS)
def test_the_snippets_run_as_they_stand(heading: str, folder: Path) -> None:
    printed = "".join(run(code, folder) for code in snippets()[heading])  # Their threads' lines may run together.
    for line in SAYS[heading]:
        assert line in printed, printed


def test_every_json_object_of_the_page_is_one() -> None:
    for text in re.findall(r"^```json\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL):
        json.loads(text)


def table_after(heading: str) -> list[str]:
    """Return what the first cells of a section's rows name."""
    section = re.split(r"^#+ .*$", TEXT.partition(f"\n{heading}\n")[2], maxsplit=1, flags=re.MULTILINE)[0]
    return [
        name for row in re.findall(r"^\| ([^|]*) \|", section, re.MULTILINE) for name in re.findall(r"`([^`]+)`", row)
    ]


def test_every_kind_of_fault_is_documented_and_no_other() -> None:
    assert sorted(table_after("### Every kind")) == sorted(kind.value for kind in FaultKind)


def test_every_field_of_a_match_and_every_endpoint_is_documented() -> None:
    assert table_after("## Faults") == list(FaultMatch.__struct_fields__)
    section = TEXT.partition("\n## Faults\n")[2].partition("### Every kind")[0]
    for endpoint in Endpoint:
        assert f"`{endpoint.value}`" in section, endpoint
    every_kind = TEXT.partition("### Every kind")[2].partition("\n### ")[0]
    for field in set(FaultRequest.__struct_fields__) - {"kind", "match", "exchange"}:
        assert f"`{field}`" in every_kind, field


def test_every_control_call_is_documented_and_no_other() -> None:
    faults = FaultSet(1)
    calls = ControlApi({}, faults, FaultEffects([], faults)).calls
    assert sorted(table_after("## The control API")) == sorted(f"{method} /_sim/{name}" for method, name in calls)
