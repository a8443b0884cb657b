"""Tables without frames that fit the terminal: what matters least leaves first, and nothing is ever cut short."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

from rich.cells import cell_len
from rich.console import Console, JustifyMethod
from rich.table import Table
from rich.text import Text

Cell = str | Text
_GAP = 2


class Column(NamedTuple):
    """A title, and how its cells stand. Columns with a `spare` leave a narrow terminal, the highest first."""

    title: str
    justify: Literal["left", "right"] = "left"
    spare: int = 0


def number(title: str, *, spare: int = 0) -> Column:
    """A column of amounts."""
    return Column(title, "right", spare)


def print_grid(console: Console, columns: Sequence[Column], rows: Sequence[Sequence[Cell]]) -> None:
    """Print rows below their titles. A line that still does not fit wraps: half an order id is of no use."""
    shown = _fitting(columns, rows, console.width if console.is_terminal else None)
    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, _GAP, 0, 0))
    for index in shown:
        justify: JustifyMethod = columns[index].justify
        table.add_column(columns[index].title, justify=justify, no_wrap=True, min_width=_width(columns, rows, index))
    for row in rows:
        table.add_row(*(row[index] for index in shown))
    needed = sum(_width(columns, rows, index) + _GAP for index in shown)
    for line in console.render_lines(table, console.options.update(width=max(needed, 1)), pad=False):
        text = Text.assemble(*((segment.text, segment.style or "") for segment in line))
        text.rstrip()
        console.print(text, soft_wrap=True)


def _fitting(columns: Sequence[Column], rows: Sequence[Sequence[Cell]], width: int | None) -> list[int]:
    """Which columns fit into so many characters; all of them where there is no limit."""
    shown = list(range(len(columns)))
    while width is not None and sum(_width(columns, rows, index) + _GAP for index in shown) - _GAP > width:
        spare = max(shown, key=lambda index: columns[index].spare)
        if not columns[spare].spare:
            break
        shown.remove(spare)
    return shown


def _width(columns: Sequence[Column], rows: Sequence[Sequence[Cell]], index: int) -> int:
    return max(cell_len(str(cell)) for cell in (columns[index].title, *(row[index] for row in rows)))
