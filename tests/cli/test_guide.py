"""What README.md and docs/USING.md tell people to type exists."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from tidegate.settings import Settings

Tidegate = Callable[..., Result]
ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "USING.md").read_text()
PAGES = {"README.md": (ROOT / "README.md").read_text(), "USING.md": GUIDE}
_COMMAND = re.compile(r"(?:^|[\s`])(?:\.venv/bin/)?tidegate ((?:[a-z][a-z-]* ?)+)(.*)$")


def _commands() -> set[tuple[str, str]]:
    """Every command in a code block: its words, and its options."""
    found = set()
    for page in PAGES.values():
        for block in re.findall(r"```sh\n(.*?)```", page, re.DOTALL):
            for line in block.splitlines():
                match = _COMMAND.search(line.partition("#")[0])
                if match:
                    found.add((match[1].strip(), " ".join(re.findall(r"--[a-z-]+", match[2]))))
    return found


def test_there_are_commands_to_type() -> None:
    assert {"serve", "user add alice", "order list"} <= {words for words, _ in _commands()}


@pytest.mark.parametrize(("words", "options"), sorted(_commands()))
def test_each_command_exists_with_its_options(tidegate: Tidegate, words: str, options: str) -> None:
    groups = {"order", "user", "token", "account", "db", "rules", "corrections", "breaks", "risk", "approvals"}
    first, *rest = words.split()
    depth = 0 if first not in groups else 2 if rest[:1] == ["limits"] else 1
    result = tidegate(first, *rest[:depth], "--help")
    assert result.exit_code == 0
    for option in options.split():
        assert option in result.stdout


@pytest.mark.parametrize("name", [name for name in Settings.__struct_fields__ if name != "data_folder"])
def test_each_setting_is_in_the_guide(name: str) -> None:
    assert name in GUIDE


@pytest.mark.parametrize("page", PAGES)
def test_each_page_that_is_linked_exists(page: str) -> None:
    folder = ROOT if page == "README.md" else ROOT / "docs"
    for target in re.findall(r"\]\((?!https?://)([^)#]+)\)", PAGES[page]):
        assert (folder / target).exists(), target
