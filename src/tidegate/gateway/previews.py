"""What would become of an order: every check with its figures. Nothing is placed, nothing is reserved."""

import msgspec

from tidegate.core.identifiers import CommandId, OrderId
from tidegate.core.messages.commands import PreviewOrder
from tidegate.core.records import User
from tidegate.gateway.bodies import PlaceOrderBody
from tidegate.gateway.context import Context
from tidegate.gateway.placing import place_command
from tidegate.gateway.problems import refused
from tidegate.gateway.queries import NoQuery
from tidegate.gateway.requests import AnyRequest, read_body, read_query
from tidegate.gateway.results import Result


class CheckView(msgspec.Struct, kw_only=True):
    """One check of the order. `limit_id` and `scope` name the limit; `utilization` is the actual over the limit."""

    check: str
    passed: bool
    limit_id: str | None
    scope: str | None
    limit: str | None
    actual: str | None
    utilization: str | None
    message: str


class PreviewView(msgspec.Struct, kw_only=True):
    """Whether the order would be taken, or with which `code` it would be refused; and the books afterwards.

    `notional` is in the reporting currency; positions are in base, before and after a fill. `fee`, in `fee_asset`, is
    an estimate: a taker's, at the rate that the desk knows of (0.1 % where none), without what the account has
    agreed on.
    """

    accepted: bool
    code: str | None
    message: str
    checks: list[CheckView]
    reserved_asset: str | None
    reserved_quantity: str | None
    reference_price: str | None
    notional: str | None
    fee_asset: str | None
    fee: str | None
    position_before: str | None
    position_after: str | None
    limits_version: int


async def preview(request: AnyRequest, user: User, context: Context) -> Result:
    """Say what would become of an order. 200 also for one that would be refused."""
    at = context.clock.now()
    read_query(request, NoQuery)
    body = await read_body(request, PlaceOrderBody)
    order = place_command(
        body,
        user_id=user.user_id,
        order_id=OrderId(context.new_id()),
        at=at,
        retry_window_seconds=context.settings.retry_window_seconds,
    )
    answer = await context.commands.submit(PreviewOrder(command_id=CommandId(context.new_id()), at=at, order=order))
    if answer.preview is None:
        assert answer.refusal is not None, "a question that is not refused is answered"
        raise refused(answer.refusal)
    return Result(msgspec.convert(answer.preview, PreviewView, from_attributes=True))
