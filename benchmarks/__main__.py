"""Runs the benchmarks, prints a table and writes `build/bench.json`: one flat object, a number per name.

python -m benchmarks            all of them
python -m benchmarks engine     only those named
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks import engine, rest, restart, risk, venuesim

RESULTS = Path("build/bench.json")
BENCHMARKS: dict[str, Callable[[], dict[str, float]]] = {
    "engine": engine.measure,
    "rest": rest.measure,
    "restart": restart.measure,
    "risk": risk.measure,
    "venuesim": venuesim.measure,
}


def main(names: list[str]) -> int:
    """Measure what is named, or everything; figures of what is not run now stay in the file."""
    if unknown := [name for name in names if name not in BENCHMARKS]:
        print(f"no benchmark {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}", file=sys.stderr)
        return 2
    figures: dict[str, float] = json.loads(RESULTS.read_text()) if names and RESULTS.exists() else {}
    for name in names or BENCHMARKS:
        print(f"measuring {name} ...", file=sys.stderr, flush=True)
        figures.update(BENCHMARKS[name]())
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(figures, indent=2, sort_keys=True) + "\n")
    table = Table("figure", "value", title="tidegate benchmarks")
    table.columns[1].justify = "right"
    for figure, value in sorted(figures.items()):
        table.add_row(figure, f"{value:,.3f}" if value < 100 else f"{value:,.0f}")
    Console().print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
