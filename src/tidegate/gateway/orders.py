"""Orders: place, look up, cancel."""

import hashlib
from datetime import timedelta
from decimal import Decimal
from http import HTTPStatus

import msgspec

from tidegate.core.identifiers import AccountId, ClientOrderId, CommandId, OrderId
from tidegate.core.messages.commands import CancelOrder, CancelOrders, PlaceOrder
from tidegate.core.messages.values import Refusal
from tidegate.core.order import Order
from tidegate.core.records import User
from tidegate.core.vocabulary import OrderStatus, RefusalCode, Role
from tidegate.gateway.authentication import SEES_EVERYBODY, require, scope
from tidegate.gateway.bodies import CancelOrdersQuery, NoQuery, OrdersQuery, PlaceOrderBody, WaitQuery
from tidegate.gateway.context import Context
from tidegate.gateway.problems import Problem, refused
from tidegate.gateway.requests import AnyRequest, idempotency_key, read_body, read_query
from tidegate.gateway.results import Items, Page, Result
from tidegate.gateway.views import HistoryView, OrderView, history_view, order_view
from tidegate.ports import OrderFilter, WaitFor


async def place(request: AnyRequest, user: User, context: Context) -> Result:
    """Place an order."""
    at = context.clock.now()
    query = read_query(request, WaitQuery)
    body = await read_body(request, PlaceOrderBody)
    window = body.retry_window_seconds
    order_id = context.new_id()
    command = PlaceOrder(
        command_id=CommandId(order_id),
        at=at,
        user_id=user.user_id,
        order_id=OrderId(order_id),
        account_id=AccountId(body.account),
        symbol=body.symbol,
        side=body.side,
        order_type=body.order_type,
        retry_until=at + timedelta(seconds=context.settings.retry_window_seconds if window is None else window),
        quantity=_decimal(body.quantity),
        quote_quantity=_decimal(body.quote_quantity),
        price=_decimal(body.price),
        trigger_price=_decimal(body.trigger_price),
        time_in_force=body.time_in_force,
        post_only=body.post_only,
        reduce_only=body.reduce_only,
        routing=body.routing,
        client_order_id=None if body.client_order_id is None else ClientOrderId(body.client_order_id),
        idempotency_key=idempotency_key(request),
        request_hash=hashlib.sha256(msgspec.json.encode(body)).hexdigest(),
        params=body.params,
    )
    answer = await context.commands.submit(command, wait_of(query))
    if not answer.orders:
        assert answer.refusal is not None
        raise refused(answer.refusal)
    order = answer.orders[0]
    context.metrics.orders.labels(order.exchange, order.status).inc()
    headers = {"Idempotency-Replayed": "true"} if answer.replayed else {}
    if order.status is OrderStatus.INVALIDATED:
        problem = refused(answer.refusal or _first_refusal(order), order_view(order))
        problem.headers = headers
        raise problem
    headers["Location"] = f"/api/v1/orders/{order.order_id}"
    return Result(order_view(order), HTTPStatus.CREATED, headers)


def wait_of(query: WaitQuery) -> WaitFor | None:
    """What the query asks to wait for; nothing beyond the answer itself, which is always durable."""
    if query.wait_for == "durable":
        return None
    return WaitFor(
        acknowledged=query.wait_for == "acknowledged",
        closed=query.wait_for == "closed",
        timeout_seconds=query.timeout_ms / 1000,
    )


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _first_refusal(order: Order) -> Refusal:
    """Why an order was invalidated, when its request is repeated later."""
    return Refusal(code=RefusalCode(str(order.reason)), message=order.message or "")


async def show(request: AnyRequest, user: User, context: Context) -> Result:
    """One order."""
    read_query(request, NoQuery)
    return Result(order_view(await _visible(request, user, context)))


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
        since=query.since,
        until=query.until,
    )
    orders, next_cursor = await context.blotter.orders(wanted, limit=query.limit, cursor=query.cursor)
    return Result(Page[OrderView]([order_view(order) for order in orders], next_cursor))


async def cancel(request: AnyRequest, user: User, context: Context) -> Result:
    """Ask for an order's end; the answer is the order as it is after waiting."""
    query = read_query(request, WaitQuery)
    command = CancelOrder(
        command_id=CommandId(context.new_id()),
        at=context.clock.now(),
        user_id=user.user_id,
        order_id=_named_in_path(request),
    )
    answer = await context.commands.submit(command, wait_of(query))
    if answer.refusal is not None:
        raise refused(answer.refusal, order_view(answer.orders[0]) if answer.orders else None)
    return Result(order_view(answer.orders[0]))


async def cancel_many(request: AnyRequest, user: User, context: Context) -> Result:
    """Ask for the end of every matching open order."""
    require(user, Role.TRADER, Role.RISK)
    query = read_query(request, CancelOrdersQuery)
    command = CancelOrders(
        command_id=CommandId(context.new_id()),
        at=context.clock.now(),
        user_id=user.user_id,
        account_id=None if query.account is None else AccountId(query.account),
        exchange=query.exchange,
        symbol=query.symbol,
    )
    answer = await context.commands.submit(command)
    return Result(Items[OrderView]([order_view(order) for order in answer.orders]))
