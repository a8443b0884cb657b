"""What the demo prints: every order's way as it happens, the portfolio, and how each order ended."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from rich.text import Text

from tidegate.cli.grid import Column, number, print_grid
from tidegate.cli.output import console, print_json, program
from tidegate.cli.portfolio_tables import print_portfolio
from tidegate.cli.tables import StepPrinter, amount, word

if TYPE_CHECKING:
    from tidegate.cli.demo_script import Ending
    from tidegate.client import Portfolio
    from tidegate.core.records import Batch, HistoryEntry


class Show(Protocol):
    """How the demo tells what happens."""

    def started(self, url: str, folder: Path, venues: dict[str, dict[str, str]], taken_port: int | None) -> None: ...

    def scene(self, title: str) -> None: ...

    def step(self, exchange: str, entry: "HistoryEntry") -> None: ...

    def ended(self, endings: Sequence["Ending"], portfolio: "Portfolio", seconds: float) -> None: ...

    def serving(self, url: str, data_option: str) -> None: ...


class Terminal:
    """For people."""

    def __init__(self) -> None:
        self._console = console()
        self._steps = StepPrinter()

    def started(self, url: str, folder: Path, venues: dict[str, dict[str, str]], taken_port: int | None) -> None:
        out = self._console
        if taken_port is not None:
            out.print(f"port {taken_port} is taken, so the desk took a free one", style="yellow")
        out.print(Text("tidegate demo: real orders on simulated venues", style="bold"))
        out.print(f"desk               {url}, its data and its log are in {folder}", soft_wrap=True)
        for name, urls in venues.items():
            out.print(f"simulated {name:<8} {urls['rest']}", soft_wrap=True)

    def scene(self, title: str) -> None:
        self._console.print()
        self._console.print(Text(title, style="bold"))

    def step(self, exchange: str, entry: "HistoryEntry") -> None:
        self._steps.step(entry.timestamp, entry.order_id, exchange, entry.status, entry.message)

    def ended(self, endings: Sequence["Ending"], portfolio: "Portfolio", seconds: float) -> None:
        self.scene("Portfolio")
        print_portfolio(portfolio)
        self.scene("Orders")
        self._endings(endings)
        good = sum(ending.as_expected for ending in endings)
        self._console.print()
        verdict = f"{good} of {len(endings)} orders ended as they should, in {seconds:.1f} s"
        self._console.print(Text(verdict, style="bold green" if good == len(endings) else "bold red"))

    def _endings(self, endings: Sequence["Ending"]) -> None:
        columns = (
            Column("order", spare=3),
            Column("what"),
            Column("exchange"),
            number("filled", spare=2),
            number("average", spare=4),
            Column("should end", spare=1),
            Column("ended"),
            Column(""),
        )
        rows = [
            (
                ending.order.order_id[-6:],
                ending.title,
                ending.exchange,
                amount(ending.order.filled_quantity),
                amount(ending.order.average_price),
                ending.expected,
                word(ending.order.status),
                _verdict(ending),
            )
            for ending in endings
        ]
        print_grid(self._console, columns, rows)

    def serving(self, url: str, data_option: str) -> None:
        out = self._console
        out.print()
        out.print(
            f"The desk keeps serving at {url} until Ctrl-C. In a second terminal, in this folder:", soft_wrap=True
        )
        out.print()
        for command in (
            "order place binance-demo BTC/USDT buy market --quantity 0.01",
            "order list",
            "order watch",
            "portfolio",
        ):
            out.print(f"  {program()} {command}{data_option}", soft_wrap=True)


def _verdict(ending: "Ending") -> Text:
    if ending.as_expected:
        return Text("ok", style="green")
    return Text(f"NO: {ending.also or 'not as it should'}", style="bold red")


class JsonLines:
    """For programs: one object a line, `event` says which."""

    def started(self, url: str, folder: Path, venues: dict[str, dict[str, str]], taken_port: int | None) -> None:
        print_json({"event": "started", "url": url, "data": str(folder), "venues": venues, "port_taken": taken_port})

    def scene(self, title: str) -> None:
        print_json({"event": "scene", "title": title})

    def step(self, exchange: str, entry: "HistoryEntry") -> None:
        print_json(
            {
                "event": "step",
                "exchange": exchange,
                "order_id": entry.order_id,
                "sequence": entry.sequence,
                "status": entry.status,
                "execution_type": entry.execution_type,
                "timestamp": entry.timestamp,
                "message": entry.message,
                "error_code": entry.error_code,
                "detail": entry.detail,
            }
        )

    def ended(self, endings: Sequence["Ending"], portfolio: "Portfolio", seconds: float) -> None:
        for ending in endings:
            print_json(
                {
                    "event": "ending",
                    "title": ending.title,
                    "expected": ending.expected,
                    "as_expected": ending.as_expected,
                    "problem": ending.also or None,
                    "order": ending.order,
                }
            )
        print_json({"event": "portfolio", "portfolio": portfolio})
        good = sum(ending.as_expected for ending in endings)
        print_json(
            {
                "event": "result",
                "as_expected": good == len(endings),
                "orders": len(endings),
                "orders_as_expected": good,
                "seconds": round(seconds, 3),
            }
        )

    def serving(self, url: str, data_option: str) -> None:
        print_json({"event": "serving", "url": url, "options": data_option.strip() or None})


class Steps:
    """Carries released steps from the engine to the show, without ever holding up or breaking the engine."""

    def __init__(self, show: Show) -> None:
        self._show = show
        # Bounded by the demo's few orders; the engine must not wait for a terminal.
        self._waiting: asyncio.Queue[tuple[str, HistoryEntry]] = asyncio.Queue()

    def see(self, batch: "Batch") -> None:
        """A listener of the engine's loop."""
        for entry in batch.history:
            self._waiting.put_nowait((batch.orders[entry.order_id].exchange, entry))

    async def print(self) -> None:
        """Print steps as they come, for ever."""
        while True:
            exchange, entry = await self._waiting.get()
            try:
                self._show.step(exchange, entry)
            finally:
                self._waiting.task_done()

    async def all_printed(self) -> None:
        """Wait until nothing waits."""
        await self._waiting.join()
