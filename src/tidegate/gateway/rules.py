"""Rules of the user's own: when an order reaches a status, place or cancel another."""

from datetime import datetime
from http import HTTPStatus

import msgspec

from tidegate.core.identifiers import CommandId, OrderId, RuleId
from tidegate.core.messages.commands import CreateRule, DeleteRule, PlaceOrder
from tidegate.core.records import Rule, User
from tidegate.core.vocabulary import OrderStatus, RefusalCode, Role
from tidegate.gateway.authentication import require, scope
from tidegate.gateway.bodies import CreateRuleBody, PlaceOrderBody
from tidegate.gateway.context import Context
from tidegate.gateway.naming import named_by
from tidegate.gateway.placing import place_body, place_command, request_hash
from tidegate.gateway.problems import GatewayCode, Problem, refused
from tidegate.gateway.queries import NoQuery, RulesQuery
from tidegate.gateway.requests import AnyRequest, idempotency_key, read_body, read_query
from tidegate.gateway.results import Page, Result


class RuleView(msgspec.Struct, kw_only=True):
    """A rule. `place_order_id` is the order that it places, or has placed; `ended_at` is null while it waits."""

    rule_id: str
    user_id: str
    order_id: str
    status: OrderStatus
    place: PlaceOrderBody | None
    place_order_id: str | None
    cancel_order_id: str | None
    created_at: datetime
    ended_at: datetime | None
    fired: bool
    message: str


def rule_view(rule: Rule) -> RuleView:
    """A rule for the API."""
    return RuleView(
        rule_id=rule.rule_id,
        user_id=rule.user_id,
        order_id=rule.order_id,
        status=rule.status,
        place=None if rule.place is None else place_body(rule.place),
        place_order_id=None if rule.place is None else rule.place.order_id,
        cancel_order_id=rule.cancel_order_id,
        created_at=rule.created_at,
        ended_at=rule.ended_at,
        fired=rule.fired,
        message=rule.message,
    )


async def index(request: AnyRequest, user: User, context: Context) -> Result:
    """Rules, newest first."""
    query = read_query(request, RulesQuery)
    owner = scope(user, query.user_id)
    rules, next_cursor = await context.blotter.rules(owner, is_open=query.open, limit=query.limit, cursor=query.cursor)
    return Result(Page[RuleView]([rule_view(rule) for rule in rules], next_cursor))


async def create(request: AnyRequest, user: User, context: Context) -> Result:
    """Let an order be waited for; it may have got there already."""
    require(user, Role.TRADER)
    key = idempotency_key(request)
    body = await read_body(request, CreateRuleBody)
    if (body.place is None) == (body.cancel_order_id is None):
        detail = "give either place (an order) or cancel_order_id"
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, GatewayCode.INVALID_REQUEST, detail)
    if body.place is not None and body.place.retry_window_seconds is not None:
        detail = "an order that a rule places takes no retry_window_seconds: the desk's own holds"
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, GatewayCode.INVALID_REQUEST, detail)
    if key is None:
        return await _create(RuleId(context.new_id()), body, user, context)
    rule_id = RuleId(named_by(user, key))
    async with context.creating_rules:
        known = await context.blotter.rule(rule_id)
        return await _create(rule_id, body, user, context) if known is None else _repeated(known, body)


async def _create(rule_id: RuleId, body: CreateRuleBody, user: User, context: Context) -> Result:
    command = CreateRule(
        command_id=CommandId(context.new_id()),
        at=context.clock.now(),
        user_id=user.user_id,
        rule_id=rule_id,
        order_id=OrderId(body.order_id),
        status=body.status,
        place=None if body.place is None else _placing(body.place, user, context),
        cancel_order_id=None if body.cancel_order_id is None else OrderId(body.cancel_order_id),
    )
    answer = await context.commands.submit(command)
    if answer.refusal is not None:
        raise refused(answer.refusal)
    return Result(rule_view(await _stored(rule_id, context)), HTTPStatus.CREATED)


def _placing(body: PlaceOrderBody, user: User, context: Context) -> PlaceOrder:
    return place_command(
        body,
        user_id=user.user_id,
        order_id=OrderId(context.new_id()),
        at=context.clock.now(),
        retry_window_seconds=context.settings.retry_window_seconds,
    )


def _repeated(known: Rule, body: CreateRuleBody) -> Result:
    """The first answer again; a conflict when the key came with another body."""
    asked = None if body.place is None else request_hash(body.place)
    place = None if known.place is None else known.place.request_hash
    if (known.order_id, known.status, known.cancel_order_id, place) == (
        body.order_id,
        body.status,
        body.cancel_order_id,
        asked,
    ):
        return Result(rule_view(known), HTTPStatus.CREATED, {"Idempotency-Replayed": "true"})
    detail = f"rule {known.rule_id} was made with it, and another body: use a new one for a new rule"
    raise Problem(HTTPStatus.CONFLICT, RefusalCode.IDEMPOTENCY_KEY_CONFLICT, detail)


async def delete(request: AnyRequest, user: User, context: Context) -> Result:
    """A rule that has not fired is not to fire any more."""
    read_query(request, NoQuery)
    rule_id = RuleId(request.path_params["rule_id"])
    if not (rule_id.isascii() and rule_id.isalnum()):
        raise Problem(HTTPStatus.NOT_FOUND, RefusalCode.RULE_NOT_FOUND, "there is no such rule")
    command = DeleteRule(
        command_id=CommandId(context.new_id()), at=context.clock.now(), user_id=user.user_id, rule_id=rule_id
    )
    answer = await context.commands.submit(command)
    if answer.refusal is not None:
        raise refused(answer.refusal)
    return Result(rule_view(await _stored(rule_id, context)))


async def _stored(rule_id: RuleId, context: Context) -> Rule:
    rule = await context.blotter.rule(rule_id)
    assert rule is not None, "an answer is given only after everything it says is durable"
    return rule
