"""Ends orders and positions: cancels, the countdown that cancels everything, and closing at the market.

Sources: "Cancel order", "Cancel multiple orders", "Cancel All After", "Close positions", "Mass cancel order".
"""

from typing import NamedTuple

from venuesim.exchange.accounts import Account
from venuesim.exchange.engine import Exchange
from venuesim.exchange.orders import OrderRequest
from venuesim.exchange.positions import Position, closing_side
from venuesim.exchange.vocabulary import EndReason, MarginMode, OrderType, PositionSide
from venuesim.okx import errors
from venuesim.okx.errors import OkxError
from venuesim.okx.finding import Finder
from venuesim.okx.instruments import Instruments, shown_size
from venuesim.okx.limits import OkxLimits
from venuesim.okx.operations import Request, Result, summarize
from venuesim.okx.order_reading import PREVENTIONS
from venuesim.okx.order_words import Extra
from venuesim.okx.parameters import Parameters
from venuesim.okx.placing import place
from venuesim.okx.rules import closing_orders
from venuesim.okx.trade_terms import check_may_trade, holding_in, pocket_of, prevention_of, read_position_side
from venuesim.wire.calls import plain

COUNTDOWN_SECONDS = range(10, 121)
TAGGED_COUNTDOWNS_MAX = 20


class Countdown(NamedTuple):
    """When the orders of an account, or those with a tag, are canceled."""

    account: Account
    tag: str
    due_ms: int


class Canceling:
    """Cancels and closes."""

    def __init__(self, *, exchange: Exchange, instruments: Instruments, limits: OkxLimits, finder: Finder) -> None:
        self._exchange = exchange
        self._instruments = instruments
        self._limits = limits
        self._finder = finder
        self._countdowns: dict[tuple[int, str], Countdown] = {}
        exchange.listeners.times.append(self._end_countdowns)

    def cancel(self, request: Request) -> Result:
        """Cancel the orders of a request, each for itself."""
        found = [self._finder.find_or_none(request.account, item) for item in request.items]
        known = [order.instrument for order in found if order is not None]
        self._limits.spend_canceling(request.account, known, request.now_ms)
        return summarize([self._cancel_one(request, item) for item in request.items])

    def _cancel_one(self, request: Request, item: Parameters) -> tuple[dict[str, str], bool]:
        answer = {"clOrdId": item.echo("clOrdId"), "ordId": item.echo("ordId"), "ts": str(request.now_ms)}
        try:
            order = self._finder.find(request.account, item)
            if order is None or not order.is_open:
                raise errors.not_cancelable()
        except OkxError as error:
            return {**answer, "sCode": error.code, "sMsg": error.message}, False
        self._exchange.cancel(order)
        ids = {"clOrdId": order.extra.get(Extra.CLIENT_ORDER_ID, ""), "ordId": str(order.order_id)}
        return {**answer, **ids, "sCode": "0", "sMsg": ""}, True

    def mass_cancel(self, request: Request) -> Result:
        """Refuse what only market makers in options may do."""
        for item in request.items:
            item.required("instType")
            item.required("instFamily")
        raise OkxError("51411", "Account does not have permission for mass cancellation.")

    # Countdown

    def cancel_all_after(self, request: Request) -> Result:
        """Start, renew or (with 0) stop the countdown of the account, or of its orders with a tag."""
        item, account = request.items[0], request.account
        seconds = item.integer("timeOut")
        if seconds is None:
            raise errors.empty("timeOut")
        if seconds and seconds not in COUNTDOWN_SECONDS:
            raise errors.malformed("timeOut")
        tag = item.tag()
        key = (account.account_id, tag)
        due_ms = request.now_ms + seconds * 1000
        if seconds == 0:
            self._countdowns.pop(key, None)
        else:
            self._check_countdowns(account, tag)
            self._countdowns[key] = Countdown(account, tag, due_ms)
        return Result(
            data=[
                {
                    "triggerTime": str(due_ms // 1000) if seconds else "0",
                    "tag": tag,
                    "ts": str(request.now_ms // 1000),
                }
            ]
        )

    def _check_countdowns(self, account: Account, tag: str) -> None:
        tags = {known.tag for known in self._countdowns.values() if known.account is account and known.tag}
        if tag and len(tags - {tag}) >= TAGGED_COUNTDOWNS_MAX:
            message = "You've reached the maximum limit for tag level cancel all after timers."
            raise OkxError("51071", message)

    def _end_countdowns(self, now_ms: int) -> None:
        for key, countdown in list(self._countdowns.items()):
            if countdown.due_ms > now_ms:
                continue
            del self._countdowns[key]
            for order in countdown.account.open_orders_of(None):
                if order.is_open and countdown.tag in {"", order.extra.get(Extra.TAG, "")}:
                    self._exchange.cancel(order, EndReason.DEAD_MAN_SWITCH)

    # Closing

    def close_position(self, request: Request) -> Result:
        """Close all of a position at the market; what pends to close it must be canceled, by `autoCxl` if asked for."""
        item, account = request.items[0], request.account
        instrument = self._instruments.named(item.required("instId"))
        mode = item.choice("mgnMode", MarginMode)
        side = read_position_side(item, account) if instrument.is_linear else PositionSide.NET
        client_order_id, tag = item.client_order_id() or "", item.tag()
        cancels = item.boolean("autoCxl")
        check_may_trade(account, instrument)
        pocket = pocket_of(account, mode, side)
        position = holding_in(account, instrument, pocket).positions.get(side) if instrument.is_linear else None
        if position is None or not position.is_open:
            raise OkxError("51023", "Position doesn't exist.")
        close = _closing_request(account, position, client_order_id, tag)
        self._clear_closing_orders(account, close, cancels=cancels)
        if close.quantity > instrument.market_quantity_max:
            raise OkxError("51108", "Positions exceed the limit for closing out with the market price.")
        place(self._exchange, account, close)
        return Result(
            data=[{"clOrdId": client_order_id, "instId": item.echo("instId"), "posSide": side.value, "tag": tag}],
            accepted=True,
        )

    def _clear_closing_orders(self, account: Account, close: OrderRequest, *, cancels: bool) -> None:
        pending = closing_orders(account, close)
        if pending and not cancels:
            raise OkxError("51115", "Cancel all pending close-orders before liquidation.", status=429)
        for order in pending:
            self._exchange.cancel(order, EndReason.SYSTEM)


def _closing_request(account: Account, position: Position, client_order_id: str, tag: str) -> OrderRequest:
    """Return the market order that closes all of a position."""
    prevention = prevention_of(account)
    holding = account.holding_of(position)
    quantity = abs(position.quantity)
    return OrderRequest(
        instrument=position.instrument,
        side=closing_side(position),
        order_type=OrderType.MARKET,
        client_order_id=client_order_id,
        quantity=quantity,
        reduce_only=position.side is PositionSide.NET,
        position_side=position.side,
        pocket=position.pocket,
        self_trade_prevention=PREVENTIONS[prevention],
        extra={
            Extra.CLIENT_ORDER_ID: client_order_id,
            Extra.TAG: tag,
            Extra.SIZE: shown_size(position.instrument, quantity),
            Extra.SELF_TRADE_PREVENTION: prevention.value,
            Extra.ORDER_TYPE: "market",
            Extra.TRADE_MODE: holding.margin_mode.value,
            Extra.LEVERAGE: plain(holding.leverage),
        },
    )
