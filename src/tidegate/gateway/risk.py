"""The desk's risk as it is now, and cancel on disconnect."""

from datetime import timedelta

from tidegate.core.identifiers import CommandId
from tidegate.core.messages.commands import AskRisk, KeepAlive
from tidegate.core.records import User
from tidegate.gateway.authentication import scope
from tidegate.gateway.context import Context
from tidegate.gateway.problems import refused
from tidegate.gateway.queries import UserQuery
from tidegate.gateway.requests import AnyRequest, read_body, read_query
from tidegate.gateway.results import Result
from tidegate.gateway.risk_bodies import KeepAliveBody
from tidegate.gateway.risk_report_views import utilization_view
from tidegate.gateway.risk_views import KeepAliveView


async def utilization(request: AnyRequest, user: User, context: Context) -> Result:
    """How far limits are used up, what accounts are worth, how far liquidations are away."""
    query = read_query(request, UserQuery)
    command = AskRisk(
        command_id=CommandId(context.new_id()),
        at=context.clock.now(),
        user_id=user.user_id,
        owner_id=scope(user, query.user_id),
    )
    answer = await context.commands.submit(command)
    if answer.refusal is not None:
        raise refused(answer.refusal)
    assert answer.risk is not None, "a question that is not refused is answered"
    return Result(utilization_view(answer.risk, command.at, context.settings.reporting_currency))


async def keep_alive(request: AnyRequest, user: User, context: Context) -> Result:
    """Cancel the user's open orders, protection aside, unless this comes again within so many seconds."""
    body = await read_body(request, KeepAliveBody)
    command = KeepAlive(
        command_id=CommandId(context.new_id()),
        at=context.clock.now(),
        user_id=user.user_id,
        timeout_seconds=body.timeout_seconds,
    )
    answer = await context.commands.submit(command)
    if answer.refusal is not None:
        raise refused(answer.refusal)
    cancels_at = command.at + timedelta(seconds=body.timeout_seconds) if body.timeout_seconds else None
    return Result(KeepAliveView(timeout_seconds=body.timeout_seconds, cancels_at=cancels_at))
