"""The kill switch: stop a scope, see what is stopped, let it trade again."""

from tidegate.core.identifiers import ApprovalId, CommandId
from tidegate.core.messages.commands import ReleaseKillSwitch, SetKillSwitch
from tidegate.core.messages.risk_records import Approval, TradingRestriction
from tidegate.core.messages.risk_values import Scope
from tidegate.core.records import User
from tidegate.core.vocabulary import TradingState
from tidegate.gateway.approvals import REPLAYED, approval_id_of, asked_before, check_same_request, waiting
from tidegate.gateway.context import Context
from tidegate.gateway.naming import digest_of
from tidegate.gateway.problems import refused
from tidegate.gateway.queries import NoQuery
from tidegate.gateway.requests import AnyRequest, idempotency_key, read_body, read_query
from tidegate.gateway.results import Items, Result
from tidegate.gateway.risk_bodies import KillSwitchBody
from tidegate.gateway.risk_queries import ReleaseQuery
from tidegate.gateway.risk_scopes import Sight, scope_of
from tidegate.gateway.risk_views import TradingStateView, trading_state_view


async def index(request: AnyRequest, user: User, context: Context) -> Result:
    """The scopes that may not trade freely; who does not oversee sees those that may concern one."""
    read_query(request, NoQuery)
    sight = await Sight.of(user, context)
    found = [state for state in await context.blotter.trading_states() if sight.shows(state.scope)]
    return Result(Items[TradingStateView]([trading_state_view(state) for state in found]))


async def throw(request: AnyRequest, user: User, context: Context) -> Result:
    """Stop a scope: cancel what is open in it, and let nothing more leave. Twice does what once does."""
    body = await read_body(request, KillSwitchBody)
    command = SetKillSwitch(
        command_id=CommandId(context.new_id()),
        at=context.clock.now(),
        user_id=user.user_id,
        scope=scope_of(body),
        state=TradingState(body.state),
        cancel_protection=body.cancel_protection,
        close_positions=body.close_positions,
        message=body.message,
    )
    answer = await context.commands.submit(command)
    if answer.refusal is not None:
        raise refused(answer.refusal)
    return Result(trading_state_view(await _stored(command.scope, context)))


async def release(request: AnyRequest, user: User, context: Context) -> Result:
    """Let a scope trade again. Where the desk wants four eyes, a second person decides: then the answer is 202."""
    key = idempotency_key(request)
    query = read_query(request, ReleaseQuery)
    approval_id = approval_id_of(user, key, context)
    if key is None:
        return await _release(query, approval_id, "", user, context)
    request_hash = digest_of("release", query)
    async with context.asking_approval:
        if (known := await context.blotter.approval(approval_id)) is not None:
            return asked_before(known, is_same=_asked_so(known, query))
        if (kept := await context.blotter.risk_request(approval_id)) is not None:
            check_same_request(kept, request_hash)
            return Result(trading_state_view(await _stored(scope_of(query), context)), headers=REPLAYED)
        return await _release(query, approval_id, request_hash, user, context)


async def _release(
    query: ReleaseQuery, approval_id: ApprovalId, request_hash: str, user: User, context: Context
) -> Result:
    command = ReleaseKillSwitch(
        command_id=CommandId(context.new_id()),
        at=context.clock.now(),
        user_id=user.user_id,
        scope=scope_of(query),
        approval_id=approval_id,
        message=query.message,
        request_hash=request_hash,
    )
    answer = await context.commands.submit(command)
    if answer.refusal is not None:
        raise refused(answer.refusal)
    if answer.approval_id is not None:
        return await waiting(answer.approval_id, context)
    return Result(trading_state_view(await _stored(command.scope, context)))


def _asked_so(known: Approval, query: ReleaseQuery) -> bool:
    asked = known.request
    return isinstance(asked, ReleaseKillSwitch) and (asked.scope, asked.message) == (scope_of(query), query.message)


async def _stored(scope: Scope, context: Context) -> TradingRestriction:
    found = await context.blotter.trading_state(scope.key)
    assert found is not None, "an answer is given only after everything it says is durable"
    return found
