"""`tidegate audit`: whether the books are what was written."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from tidegate.cli.options import AsJson, Data, Database, data_folder, wants_json
from tidegate.cli.output import EXIT_CANNOT_START, EXIT_OTHERWISE, EXIT_USAGE, fail, one_line, print_json, write_line
from tidegate.settings import SettingsError, load_settings

if TYPE_CHECKING:
    from tidegate.storage.audit import Checked
    from tidegate.storage.auditing import Finding
    from tidegate.storage.verify import Head

_FINDINGS_IN_JSON_MAX = 1_000
_HEAD = "An earlier audit's last row, as NUMBER:HASH: it must still be there."


def audit(
    context: typer.Context,
    data: Data = None,
    database: Database = None,
    journal_head: Annotated[str | None, typer.Option(help=_HEAD)] = None,
    history_head: Annotated[str | None, typer.Option(help=_HEAD)] = None,
    as_json: AsJson = False,
) -> None:
    """Check the books: hash chains, ledger sums, holdings, positions, reservations, and all state against a replay.

    Reads a database at rest, a copy, or a running desk's, and changes nothing. Ends with 1 if anything is wrong.
    """
    from tidegate.storage.audit import Auditor
    from tidegate.storage.errors import StorageError

    told = _Told(as_json=wants_json(context, as_json))
    heads = {"journal_head": _head(journal_head), "history_head": _head(history_head)}
    try:
        url = load_settings(data_folder(context, data), database_url=database).database
        findings = Auditor(told.found, told.checked).audit(url, **heads)
    except (SettingsError, StorageError) as error:
        raise fail(str(error), EXIT_CANNOT_START) from error
    told.end(findings)
    if findings:
        raise typer.Exit(EXIT_OTHERWISE)


def _head(text: str | None) -> "Head | None":
    from tidegate.storage.verify import Head

    if text is None:
        return None
    number, _, own_hash = text.partition(":")
    if not number.isdecimal() or not own_hash:
        raise fail(f"{text!r} is no head: write it as NUMBER:HASH, as an audit prints it", EXIT_USAGE)
    return Head(number=int(number), hash=own_hash)


class _Told:
    """Says at once what is found, or gathers it for the one document that programs read."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json
        self._checks: list[Any] = []
        self._findings: list[dict[str, str]] = []

    def found(self, check: str, finding: "Finding") -> None:
        if not self._as_json:
            write_line("  " + one_line(f"{finding.table} {finding.row}: {finding.message}"))
        elif len(self._findings) < _FINDINGS_IN_JSON_MAX:
            self._findings.append(
                {"check": check, "table": finding.table, "row": finding.row, "message": finding.message}
            )

    def checked(self, checked: "Checked") -> None:
        if self._as_json:
            self._checks.append(checked)
            return
        verdict = f"{checked.findings} wrong" if checked.findings else "ok"
        head = "" if checked.head is None else f", head {checked.head.number}:{checked.head.hash}"
        write_line(f"{checked.check}: {verdict}, {checked.rows} rows{head}")

    def end(self, findings: int) -> None:
        if self._as_json:
            print_json({"findings_count": findings, "checks": self._checks, "findings": self._findings})
