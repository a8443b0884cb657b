"""What the desk may put right by itself on a user's orders: each user decides."""

from http import HTTPStatus

from tidegate.core.identifiers import CommandId
from tidegate.core.messages.commands import SetCorrections
from tidegate.core.records import User
from tidegate.core.vocabulary import Correction, RefusalCode
from tidegate.gateway.bodies import CorrectionsBody
from tidegate.gateway.context import Context
from tidegate.gateway.problems import Problem, refused
from tidegate.gateway.queries import NoQuery
from tidegate.gateway.requests import AnyRequest, read_body, read_query
from tidegate.gateway.results import Result


async def show(request: AnyRequest, user: User, context: Context) -> Result:
    """The user's own switches."""
    read_query(request, NoQuery)
    return Result(await _switches(user, context))


async def put(request: AnyRequest, user: User, context: Context) -> Result:
    """Set all of the user's own switches."""
    body = await read_body(request, CorrectionsBody)
    command = SetCorrections(
        command_id=CommandId(context.new_id()),
        at=context.clock.now(),
        user_id=user.user_id,
        corrections=frozenset(correction for correction in Correction if getattr(body, correction.value)),
    )
    answer = await context.commands.submit(command)
    if answer.refusal is not None:
        raise refused(answer.refusal)
    return Result(await _switches(user, context))


async def _switches(user: User, context: Context) -> CorrectionsBody:
    """As stored: who asks was looked up a moment ago."""
    stored = await context.blotter.user(user.user_id)
    if stored is None:
        raise Problem(HTTPStatus.NOT_FOUND, RefusalCode.USER_NOT_FOUND, f"there is no user {user.user_id}")
    return CorrectionsBody(**{correction.value: correction in stored.corrections for correction in Correction})
