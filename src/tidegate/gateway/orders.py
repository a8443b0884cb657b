"""Orders: place, look up, change, cancel."""

from http import HTTPStatus

from tidegate.core.identifiers import AccountId, ClientOrderId, CommandId, OrderId
from tidegate.core.messages.commands import AmendOrder, CancelOrder, CancelOrders
from tidegate.core.messages.values import Amendment, Refusal
from tidegate.core.order import Order
from tidegate.core.records import User
from tidegate.core.vocabulary import OrderStatus, RefusalCode, Role
from tidegate.gateway.authentication import SEES_EVERYBODY, require, scope
from tidegate.gateway.bodies import AmendOrderBody, PlaceOrderBody
from tidegate.gateway.context import Context
from tidegate.gateway.naming import digest_of
from tidegate.gateway.order_views import HistoryView, OrderView, history_view, order_view
from tidegate.gateway.placing import decimal_of, place_command
from tidegate.gateway.problems import Problem, refused
from tidegate.gateway.queries import CancelOrdersQuery, CancelQuery, NoQuery, OrdersQuery, WaitQuery
from tidegate.gateway.requests import AnyRequest, idempotency_key, read_body, read_query
from tidegate.gateway.results import Items, Page, Result
from tidegate.ports import OrderFilter, WaitFor


async def place(request: AnyRequest, user: User, context: Context) -> Result:
    """Place an order."""
    at = context.clock.now()
    query = read_query(request, WaitQuery)
    body = await read_body(request, PlaceOrderBody)
    command = place_command(
        body,
        user_id=user.user_id,
        order_id=OrderId(context.new_id()),
        at=at,
        retry_window_seconds=context.settings.retry_window_seconds,
        key=idempotency_key(request),
    )
    answer = await context.commands.submit(command, wait_of(query))
    if not answer.orders:
        assert answer.refusal is not None
        raise refused(answer.refusal)
    order = answer.orders[0]
    context.metrics.orders.labels(order.exchange, order.status).inc()
    headers = {"Idempotency-Replayed": "true"} if answer.replayed else {}
    if order.status is OrderStatus.INVALIDATED:
        problem = refused(answer.refusal or _first_refusal(order), shown(order, context))
        problem.headers = headers
        raise problem
    headers["Location"] = f"/api/v1/orders/{order.order_id}"
    return Result(shown(order, context), HTTPStatus.CREATED, headers)


def shown(order: Order, context: Context) -> OrderView:
    """An order for the API."""
    return order_view(order, context.reference.instrument(order.exchange, order.symbol))


def wait_of(query: WaitQuery) -> WaitFor | None:
    """What the query asks to wait for; nothing beyond the answer itself, which is always durable."""
    if query.wait_for == "durable":
        return None
    return WaitFor(
        acknowledged=query.wait_for == "acknowledged",
        closed=query.wait_for == "closed",
        timeout_seconds=query.timeout_ms / 1000,
    )


def _first_refusal(order: Order) -> Refusal:
    """Why an order was invalidated, when its request is repeated later."""
    return Refusal(code=RefusalCode(str(order.reason)), message=order.message or "")


async def show(request: AnyRequest, user: User, context: Context) -> Result:
    """One order."""
    read_query(request, NoQuery)
    return Result(shown(await _visible(request, user, context), context))


async def history(request: AnyRequest, user: User, context: Context) -> Result:
    """An order's whole way."""
    read_query(request, NoQuery)
    order = await _visible(request, user, context)
    return Result(Items[HistoryView]([history_view(entry) for entry in await context.blotter.history(order.order_id)]))


def _named_in_path(request: AnyRequest) -> OrderId:
    """The path's order id. One with characters that no id of ours has is not there, and never reaches the database."""
    order_id: str = request.path_params["order_id"]
    if not (order_id.isascii() and order_id.isalnum()):
        raise Problem(HTTPStatus.NOT_FOUND, RefusalCode.ORDER_NOT_FOUND, "there is no such order")
    return OrderId(order_id)


async def _visible(request: AnyRequest, user: User, context: Context) -> Order:
    """The order that the path names, if it is this user's to see; otherwise it is not there."""
    order_id = _named_in_path(request)
    order = await context.blotter.order(order_id)
    if order is None or (order.user_id != user.user_id and user.role not in SEES_EVERYBODY):
        raise Problem(HTTPStatus.NOT_FOUND, RefusalCode.ORDER_NOT_FOUND, f"there is no order {order_id}")
    return order


async def index(request: AnyRequest, user: User, context: Context) -> Result:
    """Orders, newest first."""
    query = read_query(request, OrdersQuery)
    is_open = {"open": True, "closed": False}.get(query.status or "")
    wanted = OrderFilter(
        user_id=scope(user, query.user_id),
        account_id=None if query.account is None else AccountId(query.account),
        exchange=query.exchange,
        symbol=query.symbol,
        status=OrderStatus(query.status) if query.status is not None and is_open is None else None,
        is_open=is_open,
        client_order_id=None if query.client_order_id is None else ClientOrderId(query.client_order_id),
        parent_order_id=None if query.parent_order_id is None else OrderId(query.parent_order_id),
        since=query.since,
        until=query.until,
    )
    orders, next_cursor = await context.blotter.orders(wanted, limit=query.limit, cursor=query.cursor)
    return Result(Page[OrderView]([shown(order, context) for order in orders], next_cursor))


async def amend(request: AnyRequest, user: User, context: Context) -> Result:
    """Change a working order; the answer is the order as it is after waiting."""
    query = read_query(request, WaitQuery)
    order_id = _named_in_path(request)
    body = await read_body(request, AmendOrderBody)
    command = AmendOrder(
        command_id=CommandId(context.new_id()),
        at=context.clock.now(),
        user_id=user.user_id,
        order_id=order_id,
        amendment=Amendment(
            quantity=decimal_of(body.quantity),
            price=decimal_of(body.price),
            trigger_price=decimal_of(body.trigger_price),
        ),
        idempotency_key=idempotency_key(request),
        request_hash=digest_of("amend", order_id, body),
    )
    return await _changed(command, query, context)


async def cancel(request: AnyRequest, user: User, context: Context) -> Result:
    """Ask for an order's end, or for less of it; the answer is the order as it is after waiting."""
    query = read_query(request, CancelQuery)
    order_id = _named_in_path(request)
    command = CancelOrder(
        command_id=CommandId(context.new_id()),
        at=context.clock.now(),
        user_id=user.user_id,
        order_id=order_id,
        quantity=decimal_of(query.quantity),
        idempotency_key=idempotency_key(request),
        request_hash=digest_of("cancel", order_id, query.quantity),
    )
    return await _changed(command, query, context)


async def _changed(command: AmendOrder | CancelOrder, query: WaitQuery, context: Context) -> Result:
    answer = await context.commands.submit(command, wait_of(query))
    if answer.refusal is not None:
        raise refused(answer.refusal, shown(answer.orders[0], context) if answer.orders else None)
    headers = {"Idempotency-Replayed": "true"} if answer.replayed else {}
    return Result(shown(answer.orders[0], context), headers=headers)


async def cancel_many(request: AnyRequest, user: User, context: Context) -> Result:
    """Ask for the end of every matching open order: a trader's own, or whose the role risk names."""
    require(user, Role.TRADER, Role.RISK)
    query = read_query(request, CancelOrdersQuery)
    command = CancelOrders(
        command_id=CommandId(context.new_id()),
        at=context.clock.now(),
        user_id=user.user_id,
        owner_id=scope(user, query.user_id),
        account_id=None if query.account is None else AccountId(query.account),
        exchange=query.exchange,
        symbol=query.symbol,
    )
    answer = await context.commands.submit(command)
    if answer.refusal is not None:
        raise refused(answer.refusal)
    return Result(Items[OrderView]([shown(order, context) for order in answer.orders]))
