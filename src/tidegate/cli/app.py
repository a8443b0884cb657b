"""The command `tidegate`: which commands there are. What they need is imported only when they run."""

import gc
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from tidegate import __version__
from tidegate.cli import (
    access,
    approvals,
    audit,
    books,
    breaks,
    corrections,
    db,
    dead_man,
    demo,
    orders,
    portfolio,
    risk,
    rules,
    serve,
    sim,
    transfers,
)
from tidegate.cli.options import AsJson, Data, Token, Url
from tidegate.cli.output import EXIT_OUTPUT_FAILED, say, warn

YOUNG_OBJECTS_MAX = 10_000

app = typer.Typer(
    name="tidegate",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,  # Plain help: it comes at once, and reads the same in a terminal and in a file.
    pretty_exceptions_enable=False,  # Pretty tracebacks show local variables, and with them secrets.
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=(
        "Exit codes: 0 done; 1 the desk refused, or the order ended otherwise than asked; 2 wrong usage; "
        "3 no desk can be reached, or it does not know the token."
    ),
)


def _print_version(wanted: bool) -> None:
    if wanted:
        say({"version": __version__}, f"tidegate {__version__}", as_json="--json" in sys.argv)
        raise typer.Exit


@app.callback()
def _global_options(
    url: Url = None,
    token: Token = None,
    data: Data = None,
    as_json: AsJson = False,
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and end.", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    """An order management system for crypto desks: Binance, OKX and Bybit behind one durable engine."""


app.command()(demo.demo)
app.command()(serve.serve)
app.command()(sim.sim)
app.add_typer(orders.orders, name="order")
app.command()(portfolio.portfolio)
app.command()(portfolio.equity)
app.command()(portfolio.days)
app.command()(portfolio.performance)
app.command()(portfolio.statement)
app.command()(books.positions)
app.add_typer(rules.rules, name="rules")
app.add_typer(corrections.corrections, name="corrections")
app.add_typer(breaks.breaks, name="breaks")
app.add_typer(risk.risk, name="risk")
app.add_typer(approvals.approvals, name="approvals")
app.command()(transfers.transfer)
app.command()(transfers.transfers)
app.command()(books.accounts)
app.command()(books.venues)
app.add_typer(access.users, name="user")
app.add_typer(access.tokens, name="token")
app.add_typer(access.venue_accounts, name="account")
access.venue_accounts.command("dead-man")(dead_man.dead_man)
app.add_typer(db.db, name="db")
app.command()(audit.audit)


def main() -> None:
    """Run the command line. An interrupt ends with 130; whoever stops reading our output ends it without a word."""
    # All that is imported stays. With Python's own 700 young objects, looking through it for garbage again and again
    # was a fifth of the time until a desk serves.
    gc.set_threshold(YOUNG_OBJECTS_MAX, 10, 10)
    try:
        app()
    except OSError as error:  # Such as a full disk behind standard output.
        warn(str(error))
        with Path(os.devnull).open("wb") as nowhere:  # Else the interpreter would try once more, and tell of it.
            os.dup2(nowhere.fileno(), sys.stdout.fileno())
        sys.exit(EXIT_OUTPUT_FAILED)
