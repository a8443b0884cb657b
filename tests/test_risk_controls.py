"""docs/RISK_CONTROLS.md names modules, tests, limits and states that exist."""

import re
from pathlib import Path

import pytest

from tidegate.core.vocabulary import LimitAction, LimitKind, TradingState

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "RISK_CONTROLS.md").read_text()
ROWS = [line for line in PAGE.splitlines() if line.startswith("|") and "`tests/" in line]
MODULES = sorted({name for row in ROWS for name in re.findall(r"`((?!tests/)[\w/]+\.py)`", row)})
TESTS = sorted({name for row in ROWS for name in re.findall(r"`(tests/[\w/]+\.py(?:::\w+)?)`", row)})


def test_each_control_names_where_it_is_and_what_shows_it() -> None:
    assert len(ROWS) > 20
    for row in ROWS:
        _, _, _, here, modules, shown, _ = row.split("|")
        assert here.strip()
        assert ".py`" in modules, row
        assert "`tests/" in shown, row


@pytest.mark.parametrize("module", MODULES)
def test_each_module_exists(module: str) -> None:
    assert (ROOT / "src" / "tidegate" / module).exists()


@pytest.mark.parametrize("name", TESTS)
def test_each_test_exists(name: str) -> None:
    path, _, function = name.partition("::")
    assert re.search(rf"^(async )?def {function or 'test_'}", (ROOT / path).read_text(), re.MULTILINE)


@pytest.mark.parametrize("word", [*LimitKind, *TradingState, *LimitAction])
def test_each_kind_state_and_action_is_explained(word: str) -> None:
    assert f"`{word}`" in PAGE
