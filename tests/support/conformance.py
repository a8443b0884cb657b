"""Collects what the tests show of the simulators' conformance, and writes the page that says so."""

from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

PROPERTY = "conformance"


def marks_of(item: pytest.Item) -> list[tuple[str, str, str]]:
    """Return what a test shows: rows, columns, and how it is approximate ("" where it is exact)."""
    return [
        (str(mark.args[0]), column, mark.kwargs.get("approximate", ""))
        for mark in item.iter_markers(PROPERTY)
        for column in mark.args[1:]
    ]


def cells(marks: list[tuple[str, str, str]]) -> dict[tuple[str, str], set[str]]:
    """Return the ways in which each cell is approximate."""
    shown: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for row, column, approximate in marks:
        shown[row, column] |= {approximate} - {""}
    return dict(shown)


class Writer:
    """Writes the page after a run. Cells that only failed tests show are left out."""

    def __init__(self, page: Path) -> None:
        self._page = page
        self._shown: list[tuple[str, str, str]] = []

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Note what a passed test shows; with several workers, their reports arrive here too."""
        if report.when == "call" and report.passed:
            self._shown += [value for name, value in report.user_properties if name == PROPERTY]

    def pytest_sessionfinish(self) -> None:
        """Write the page."""
        from venuesim_conformance import table

        self._page.write_text(table(cells([tuple(entry) for entry in self._shown])))
