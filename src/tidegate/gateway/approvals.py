"""What waits for a second person, and that person's word."""

from http import HTTPStatus

from tidegate.core.identifiers import ApprovalId, CommandId, IdempotencyKey
from tidegate.core.messages.commands import DecideApproval
from tidegate.core.messages.risk_records import Approval, KeptRiskRequest
from tidegate.core.records import User
from tidegate.core.vocabulary import ApprovalState, RefusalCode
from tidegate.gateway.authentication import SEES_EVERYBODY
from tidegate.gateway.context import Context
from tidegate.gateway.naming import named_by
from tidegate.gateway.problems import Problem, refused
from tidegate.gateway.queries import NoQuery
from tidegate.gateway.requests import AnyRequest, read_body, read_query
from tidegate.gateway.results import Page, Result
from tidegate.gateway.risk_bodies import DecisionBody
from tidegate.gateway.risk_queries import ApprovalsQuery
from tidegate.gateway.risk_views import ApprovalView, approval_view

REPLAYED = {"Idempotency-Replayed": "true"}  # The header of an answer that was given before.


async def index(request: AnyRequest, user: User, context: Context) -> Result:
    """Requests for a second person's word, newest first: one's own, or everybody's for the roles that oversee."""
    query = read_query(request, ApprovalsQuery)
    requested_by = None if user.role in SEES_EVERYBODY else user.user_id
    found, next_cursor = await context.blotter.approvals(
        state=query.state, requested_by=requested_by, limit=query.limit, cursor=query.cursor
    )
    return Result(Page[ApprovalView]([approval_view(approval) for approval in found], next_cursor))


async def show(request: AnyRequest, user: User, context: Context) -> Result:
    """One request for a second person's word."""
    read_query(request, NoQuery)
    approval_id = await _visible(request.path_params["approval_id"], user, context)
    return Result(approval_view(await stored(approval_id, context)))


async def approve(request: AnyRequest, user: User, context: Context) -> Result:
    """Say yes: what was asked for is carried out."""
    return await _decide(request, user, context, approve=True)


async def reject(request: AnyRequest, user: User, context: Context) -> Result:
    """Say no: nothing happens."""
    return await _decide(request, user, context, approve=False)


async def _decide(request: AnyRequest, user: User, context: Context, *, approve: bool) -> Result:
    """The same word of the same person again is answered alike."""
    body = await read_body(request, DecisionBody)
    approval_id = await _visible(request.path_params["approval_id"], user, context)
    command = DecideApproval(
        command_id=CommandId(context.new_id()),
        at=context.clock.now(),
        user_id=user.user_id,
        approval_id=approval_id,
        approve=approve,
        message=body.message,
    )
    answer = await context.commands.submit(command)
    found = await stored(approval_id, context)
    if answer.refusal is not None and not _is_decided_so(found, user, approve=approve):
        raise refused(answer.refusal)
    return Result(approval_view(found))


def _is_decided_so(found: Approval, user: User, *, approve: bool) -> bool:
    """Whether this user said the same before: the request is a repeat."""
    state = ApprovalState.APPROVED if approve else ApprovalState.REJECTED
    return found.state is state and found.decided_by == user.user_id


async def _visible(name: str, user: User, context: Context) -> ApprovalId:
    """The path's approval id, if the user may know of it; otherwise it is not there."""
    approval_id = ApprovalId(name)
    found = await context.blotter.approval(approval_id) if name.isascii() and name.isalnum() else None
    if found is None or (user.role not in SEES_EVERYBODY and found.requested_by != user.user_id):
        raise Problem(HTTPStatus.NOT_FOUND, RefusalCode.APPROVAL_NOT_FOUND, "there is no such request for approval")
    return approval_id


async def stored(approval_id: ApprovalId, context: Context) -> Approval:
    """An approval that an answer has spoken of."""
    found = await context.blotter.approval(approval_id)
    assert found is not None, "an answer is given only after everything it says is durable"
    return found


def approval_id_of(user: User, key: IdempotencyKey | None, context: Context) -> ApprovalId:
    """The id of what may have to wait: it follows from the key, where there is one."""
    return ApprovalId(context.new_id() if key is None else named_by(user, key))


async def waiting(approval_id: ApprovalId, context: Context) -> Result:
    """Nothing has happened yet: a second person has to approve."""
    return Result(approval_view(await stored(approval_id, context)), HTTPStatus.ACCEPTED)


def check_same_request(kept: KeptRiskRequest, request_hash: str) -> None:
    """Raises a conflict when a key comes with another request than what was carried out under it."""
    if kept.request_hash != request_hash:
        detail = f"another request came with it at {kept.kept_at:%Y-%m-%d %H:%M:%S} UTC: use a new one"
        raise Problem(HTTPStatus.CONFLICT, RefusalCode.IDEMPOTENCY_KEY_CONFLICT, detail)


def asked_before(known: Approval, *, is_same: bool) -> Result:
    """The first answer again, as it stands by now; a conflict when the key came with another request."""
    if is_same:
        return Result(approval_view(known), HTTPStatus.ACCEPTED, REPLAYED)
    detail = f"approval {known.approval_id} was asked for with it, and another request: use a new one"
    raise Problem(HTTPStatus.CONFLICT, RefusalCode.IDEMPOTENCY_KEY_CONFLICT, detail)
