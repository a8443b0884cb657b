"""Tables that fit the terminal."""

import io

import pytest
from rich.console import Console
from rich.text import Text

from tidegate.cli.grid import Column, number, print_grid

COLUMNS = (Column("order"), Column("placed", spare=2), number("quantity"), number("price", spare=1), Column("status"))
ORDER_ID = "01KAAAAAAAAAAAAAAAAAAAAAAA"
ROWS = [(ORDER_ID, "2026-01-02", "0.5", "65000", Text("filled", style="green")), (ORDER_ID, "-", "12", "-", "open")]


def _printed(width: int, *, terminal: bool = True) -> list[str]:
    out = io.StringIO()
    console = Console(file=out, width=width, force_terminal=terminal, color_system=None)
    print_grid(console, COLUMNS, ROWS)
    return out.getvalue().splitlines()


def test_what_matters_least_leaves_first() -> None:
    assert [line.split()[0] for line in _printed(200)] == ["order", ORDER_ID, ORDER_ID]
    assert _printed(200)[0].split() == ["order", "placed", "quantity", "price", "status"]
    assert _printed(60)[0].split() == ["order", "quantity", "price", "status"]
    assert _printed(46)[0].split() == ["order", "quantity", "status"]


@pytest.mark.parametrize("width", [10, 46, 60, 200])
def test_nothing_is_ever_cut_short(width: int) -> None:
    text = "\n".join(_printed(width))
    assert text.count(ORDER_ID) == 2
    assert "…" not in text


def test_into_a_file_everything_goes() -> None:
    assert _printed(10, terminal=False)[0].split() == ["order", "placed", "quantity", "price", "status"]


def test_amounts_stand_right_and_lines_end_where_their_text_ends() -> None:
    _, first, second = _printed(200)
    assert first.index("0.5") + 3 == second.index("12") + 2
    assert first == first.rstrip()
