"""The set of risk limits: one versioned whole, read and replaced."""

from http import HTTPStatus

from tidegate.core.identifiers import ApprovalId, CommandId
from tidegate.core.messages.commands import SetRiskLimits
from tidegate.core.messages.risk_records import Approval, KeptRiskRequest, RiskLimitSet
from tidegate.core.records import User
from tidegate.gateway.approvals import REPLAYED, approval_id_of, asked_before, check_same_request, waiting
from tidegate.gateway.context import Context
from tidegate.gateway.naming import digest_of
from tidegate.gateway.problems import GatewayCode, Problem, refused
from tidegate.gateway.requests import AnyRequest, idempotency_key, read_body, read_query
from tidegate.gateway.results import Result
from tidegate.gateway.risk_bodies import RiskLimitsBody
from tidegate.gateway.risk_queries import LimitsQuery
from tidegate.gateway.risk_scopes import Sight, limit_of
from tidegate.gateway.risk_views import RiskLimitSetView, limit_set_view


async def show(request: AnyRequest, user: User, context: Context) -> Result:
    """The limits in force, or an older version of them; of these, who does not oversee sees what may concern one."""
    query = read_query(request, LimitsQuery)
    found = await context.blotter.risk_limits(query.version)
    if found is not None:
        return Result(await _view(found, user, context))
    if query.version is None:
        return Result(RiskLimitSetView(version=0, limits=[]))
    detail = f"there is no version {query.version} of the limits"
    raise Problem(HTTPStatus.NOT_FOUND, GatewayCode.NOT_FOUND, detail)


async def put(request: AnyRequest, user: User, context: Context) -> Result:
    """Replace the whole set of limits. What loosens one waits for a second person: then the answer is 202."""
    key = idempotency_key(request)
    body = await read_body(request, RiskLimitsBody)
    approval_id = approval_id_of(user, key, context)
    if key is None:
        return await _put(body, approval_id, "", user, context)
    request_hash = digest_of("limits", body)
    async with context.asking_approval:
        if (known := await context.blotter.approval(approval_id)) is not None:
            return asked_before(known, is_same=_asked_so(known, body))
        if (kept := await context.blotter.risk_request(approval_id)) is not None:
            return await _set_before(kept, request_hash, user, context)
        return await _put(body, approval_id, request_hash, user, context)


async def _set_before(kept: KeptRiskRequest, request_hash: str, user: User, context: Context) -> Result:
    """The set that the first request left in force, whichever is in force by now."""
    check_same_request(kept, request_hash)
    found = await context.blotter.risk_limits(kept.limits_version)
    assert found is not None, "no version is ever deleted"
    return Result(await _view(found, user, context), headers=REPLAYED)


async def _put(
    body: RiskLimitsBody, approval_id: ApprovalId, request_hash: str, user: User, context: Context
) -> Result:
    command = SetRiskLimits(
        command_id=CommandId(context.new_id()),
        at=context.clock.now(),
        user_id=user.user_id,
        limits=tuple(limit_of(limit) for limit in body.limits),
        approval_id=approval_id,
        expected_version=body.version,
        message=body.message,
        request_hash=request_hash,
    )
    answer = await context.commands.submit(command)
    if answer.approval_id is not None:
        return await waiting(answer.approval_id, context)
    kept = await context.blotter.risk_request(approval_id) if request_hash else None
    in_force = await context.blotter.risk_limits(None if kept is None else kept.limits_version)
    if answer.refusal is not None and not _is_set_so(in_force, command):
        raise refused(answer.refusal)
    assert in_force is not None, "an answer is given only after everything it says is durable"
    return Result(await _view(in_force, user, context))


def _is_set_so(in_force: RiskLimitSet | None, command: SetRiskLimits) -> bool:
    """Whether this user set just this in place of just that: the request is a repeat, and is answered alike."""
    return (
        in_force is not None
        and command.expected_version is not None
        and (in_force.version, in_force.set_by) == (command.expected_version + 1, command.user_id)
        and (in_force.limits, in_force.message) == (command.limits, command.message)
    )


def _asked_so(known: Approval, body: RiskLimitsBody) -> bool:
    asked = known.request
    return (
        isinstance(asked, SetRiskLimits)
        and asked.limits == tuple(limit_of(limit) for limit in body.limits)
        and body.version in (None, asked.expected_version)  # It is stored with the version in force then.
        and asked.message == body.message
    )


async def _view(found: RiskLimitSet, user: User, context: Context) -> RiskLimitSetView:
    sight = await Sight.of(user, context)
    return limit_set_view(found, tuple(limit for limit in found.limits if sight.shows(limit.scope)))
