"""The core has no clock, no chance and no I/O: the same inputs give the same desk, always."""

import ast
from pathlib import Path

import pytest

import tidegate.core

CORE = Path(tidegate.core.__file__).parent
MODULES = sorted(CORE.rglob("*.py"))
FORBIDDEN_IMPORTS = frozenset(
    {"asyncio", "io", "os", "pathlib", "random", "secrets", "socket", "sqlite3", "threading", "time", "uuid"}
)
FORBIDDEN_CALLS = frozenset(
    {"now", "utcnow", "today", "monotonic", "perf_counter", "urandom", "open", "print", "input", "hash", "id"}
)


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(CORE)))
def test_the_core_has_no_clock_no_chance_and_no_io(module: Path) -> None:
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.Import):
            assert not {alias.name.partition(".")[0] for alias in node.names} & FORBIDDEN_IMPORTS
        if isinstance(node, ast.ImportFrom):
            assert (node.module or "").partition(".")[0] not in FORBIDDEN_IMPORTS
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            assert called not in FORBIDDEN_CALLS, f"line {node.lineno}"


def test_there_is_a_core_to_look_at() -> None:
    assert CORE / "engine.py" in MODULES
