"""The conformance page says what the tests show, no more and no less."""

from pathlib import Path

import pytest

from support.conformance import cells, marks_of
from venuesim_conformance import COLUMNS, Row, table

HERE = Path(__file__).parent
PAGE = HERE.parent.parent / "docs" / "VENUESIM_CONFORMANCE.md"


@pytest.fixture
def marks(request: pytest.FixtureRequest) -> list[tuple[str, str, str]]:
    """Every mark of the tests of the simulators; they must all have been collected."""
    ours = [item for item in request.session.items if HERE in item.path.parents]
    if {item.path for item in ours} != set(HERE.rglob("test_*.py")):
        pytest.skip("only a part of the simulators' tests was collected")
    return [mark for item in ours for mark in marks_of(item)]


def test_every_mark_names_a_row_and_a_column_of_the_table(marks: list[tuple[str, str, str]]) -> None:
    assert {row for row, _, _ in marks} <= {row.value for row in Row}
    assert {column for _, column, _ in marks} <= set(COLUMNS)


def test_the_page_in_the_docs_is_what_the_tests_show(marks: list[tuple[str, str, str]]) -> None:
    assert PAGE.read_text() == table(cells(marks)), "make conformance writes it anew"


def test_a_cell_is_exact_only_if_no_test_says_how_it_is_approximate() -> None:
    shown = cells([("Limit order", "okx spot", ""), ("Limit order", "okx swap", ""), ("Limit order", "okx swap", "so")])
    assert "| Limit order | missing | missing | exact | approximate [1] | missing | missing |" in table(shown)
    assert "1. so" in table(shown)


def test_notes_are_numbered_alike_whatever_order_a_set_has() -> None:
    ways = [f"way {number}" for number in range(9)]
    page = table(cells([("Limit order", "okx spot", way) for way in reversed(ways)]))
    assert [line for line in page.splitlines() if ". way" in line] == [
        f"{number}. {way}" for number, way in enumerate(ways, start=1)
    ]
