"""`tidegate approvals`: what waits for a second person, and that person's word."""

from typing import TYPE_CHECKING, Annotated

import typer

from tidegate.cli.connection import connection
from tidegate.cli.options import AsJson, Data, Token, Url, is_followed_by_a_command, wants_json
from tidegate.cli.output import print_json, warn

if TYPE_CHECKING:
    from tidegate.client import Approval

approvals = typer.Typer(help="What waits for a second person: looser limits, the release of a kill switch.")
ApprovalId = Annotated[str, typer.Argument(metavar="ID", help="As tidegate approvals list shows it.")]
Message = Annotated[str, typer.Option(help="Why, for whoever looks later.")]


@approvals.callback(invoke_without_command=True)
def show_waiting(
    context: typer.Context, url: Url = None, token: Token = None, data: Data = None, as_json: AsJson = False
) -> None:
    """What waits for a second person. Without a command: list it."""
    if not is_followed_by_a_command(context):
        list_approvals(context, url=url, token=token, data=data, as_json=as_json)


@approvals.command("list")
def list_approvals(
    context: typer.Context,
    everything: Annotated[bool, typer.Option("--all", help="What has been decided, too.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=500, help="At most so many.")] = 50,
    url: Url = None,
    token: Token = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """List what waits, newest first."""
    with connection(context, url, token, data, as_json) as desk:
        page = desk.approvals(state=None if everything else "pending", limit=limit)
    if wants_json(context, as_json):
        print_json(page)
        return
    from tidegate.cli.risk_tables import print_approvals

    print_approvals(page.items)
    if page.next_cursor is not None:
        warn("there are more: give a higher --limit")


@approvals.command()
def show(
    context: typer.Context,
    approval_id: ApprovalId,
    url: Url = None,
    token: Token = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Show what waits; of limits, what would be other than now."""
    with connection(context, url, token, data, as_json) as desk:
        found = desk.approval(approval_id)
        in_force = None if found.limits is None else desk.risk_limits()
    if wants_json(context, as_json):
        print_json(found)
        return
    from tidegate.cli.risk_tables import print_approvals, print_changes

    print_approvals([found])
    if found.limits is not None and in_force is not None:
        print_changes(in_force.limits, found.limits)


@approvals.command()
def approve(
    context: typer.Context,
    approval_id: ApprovalId,
    message: Message = "",
    url: Url = None,
    token: Token = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Say yes (role risk, another than who asked): it is carried out."""
    with connection(context, url, token, data, as_json) as desk:
        found = desk.approve(approval_id, message)
    _show(found, as_json=wants_json(context, as_json))


@approvals.command()
def reject(
    context: typer.Context,
    approval_id: ApprovalId,
    message: Message = "",
    url: Url = None,
    token: Token = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Say no: nothing happens."""
    with connection(context, url, token, data, as_json) as desk:
        found = desk.reject(approval_id, message)
    _show(found, as_json=wants_json(context, as_json))


def _show(approval: "Approval", *, as_json: bool) -> None:
    if as_json:
        print_json(approval)
        return
    from tidegate.cli.risk_tables import print_approval

    print_approval(approval)
