"""Differences between the venues' pictures and ours, and how people end them."""

from http import HTTPStatus

from tidegate.core.identifiers import AccountId, CommandId, UserId
from tidegate.core.messages.commands import ResolveBreak
from tidegate.core.records import Break, User
from tidegate.core.vocabulary import RefusalCode
from tidegate.gateway.authentication import SEES_EVERYBODY, may_see
from tidegate.gateway.bodies import ResolveBreakBody
from tidegate.gateway.context import Context
from tidegate.gateway.problems import Problem, refused
from tidegate.gateway.queries import BreaksQuery
from tidegate.gateway.requests import AnyRequest, read_body, read_query
from tidegate.gateway.results import Page, Result
from tidegate.gateway.views import BreakView, break_view
from tidegate.ports import BreakFilter

_BREAK_ID_CHARACTERS_MAX = 400


async def index(request: AnyRequest, user: User, context: Context) -> Result:
    """Breaks of the accounts that the user may see, newest first."""
    query = read_query(request, BreaksQuery)
    wanted = BreakFilter(account_ids=await _accounts(query, user, context), kind=query.kind, is_open=query.open)
    breaks, next_cursor = await context.blotter.breaks(wanted, limit=query.limit, cursor=query.cursor)
    return Result(Page[BreakView]([break_view(found) for found in breaks], next_cursor))


async def _accounts(query: BreaksQuery, user: User, context: Context) -> frozenset[AccountId] | None:
    """Which accounts the answer may speak of; None: all of them."""
    asked = None if query.account is None else frozenset({AccountId(query.account)})
    if user.role in SEES_EVERYBODY:
        return asked
    seen = frozenset(account.account_id for account in await context.blotter.accounts() if may_see(user, account))
    return seen if asked is None else seen & asked


async def resolve(request: AnyRequest, user: User, context: Context) -> Result:
    """End a break: our books follow the venue's figure, or it is closed with a person's words. The same again is
    answered alike."""
    body = await read_body(request, ResolveBreakBody)
    break_id = await _visible(request.path_params["break_id"], user, context)
    command = ResolveBreak(
        command_id=CommandId(context.new_id()),
        at=context.clock.now(),
        user_id=user.user_id,
        break_id=break_id,
        accept=body.accept,
        message=body.message,
        owner_id=None if body.owner_id is None else UserId(body.owner_id),
    )
    answer = await context.commands.submit(command)
    found = await context.blotter.found_break(break_id)
    if answer.refusal is not None and not _is_resolved_so(found, user, body):
        raise refused(answer.refusal)
    assert found is not None, "an answer is given only after everything it says is durable"
    return Result(break_view(found))


async def _visible(break_id: str, user: User, context: Context) -> str:
    """The path's break id, if the break is one that the user may see; otherwise it is not there."""
    is_possible = break_id.isprintable() and len(break_id) <= _BREAK_ID_CHARACTERS_MAX
    found = await context.blotter.found_break(break_id) if is_possible else None
    if found is not None:
        for account in await context.blotter.accounts():
            if account.account_id == found.account_id and may_see(user, account):
                return break_id
    raise Problem(HTTPStatus.NOT_FOUND, RefusalCode.BREAK_NOT_FOUND, "there is no such break")


def _is_resolved_so(found: Break | None, user: User, body: ResolveBreakBody) -> bool:
    """Whether this user ended the break in these words: the request is a repeat."""
    return found is not None and found.resolved_by == user.user_id and found.resolution == body.message
