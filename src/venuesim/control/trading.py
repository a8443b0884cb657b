"""Trading past the API: orders by hand, forced closes of positions, and trades that are busted."""

from decimal import Decimal
from itertools import count
from typing import Literal

import msgspec

from venuesim.control.reading import ControlError, Rooms, account_of, names, positive
from venuesim.exchange.accounts import ZERO, Account
from venuesim.exchange.busting import bust, executions_of_trade
from venuesim.exchange.engine import Exchange
from venuesim.exchange.filters import check_filters
from venuesim.exchange.instruments import Instrument
from venuesim.exchange.ledger import execution_row, order_row
from venuesim.exchange.orders import OrderRefused, OrderRequest
from venuesim.exchange.positions import Position
from venuesim.exchange.vocabulary import OrderType, Origin, PositionSide, Side, TimeInForce

HAND_MADE_PREFIXES = {"binance": "web_"}
"""Binance gives orders from its website a client order id, the others leave it empty."""


class OrderBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An order that the account's owner makes on the venue's website; `quantity` is in base units."""

    api_key: str
    symbol: str
    side: Side
    quantity: str
    exchange: str | None = None
    type: OrderType = OrderType.MARKET
    price: str | None = None
    time_in_force: TimeInForce = TimeInForce.GTC
    reduce_only: bool = False
    position_side: Literal["long", "short"] | None = None
    client_order_id: str | None = None


class CloseBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A position that the venue closes, whole or in part (`quantity`, base)."""

    api_key: str
    symbol: str
    exchange: str | None = None
    quantity: str | None = None
    position_side: Literal["long", "short"] | None = None


class BustBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A trade to take back; `symbol` tells apart trades whose ids are unique per symbol only."""

    trade_id: str
    exchange: str | None = None
    symbol: str | None = None


class HandMade:
    """The calls that trade past the API."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms
        self._numbers = count(1)

    def order(self, body: OrderBody) -> object:
        """Place an order by hand; it is filtered and paid for like any other."""
        exchange = self._the_account_at(body.symbol, body.exchange, body.api_key)
        account = account_of(exchange, body.api_key)
        request = self._request(body, exchange)
        failure = check_filters(request, exchange.markets[body.symbol], account, scale=1)
        if failure is not None:
            raise ControlError(f"{exchange.name} refuses the order: {failure.value.replace('_', ' ')}")
        try:
            order = exchange.place(account, request)
        except OrderRefused as refused:
            raise ControlError(
                f"{exchange.name} refuses the order: {refused.reason.value.replace('_', ' ')}"
            ) from refused
        return {"order": order_row(exchange, order)}

    def close(self, body: CloseBody, origin: Origin) -> object:
        """Let the venue close a position: a liquidation, or auto-deleveraging."""
        exchange = self._the_account_at(body.symbol, body.exchange, body.api_key)
        instrument = exchange.markets[body.symbol].instrument
        if not instrument.is_linear:
            raise ControlError(f"{body.symbol} is not a contract")
        account = account_of(exchange, body.api_key)
        position = _position(account, instrument, body.position_side)
        quantity = None if body.quantity is None else positive(body.quantity)
        if quantity is not None and (quantity > abs(position.quantity) or quantity % instrument.lot_size):
            raise ControlError(f"the position is {abs(position.quantity):f} in lots of {instrument.lot_size:f}")
        order = exchange.clearing.close_position(account, position, origin, quantity)
        return {"order": order_row(exchange, order)}

    def bust(self, body: BustBody) -> object:
        """Take back a trade: both sides get their money and positions back, at the price of the trade."""
        found = [
            (exchange, execution)
            for exchange in self._rooms.exchanges(body.exchange)
            for execution in executions_of_trade(exchange, body.trade_id, body.symbol)
        ]
        if not found:
            raise ControlError(f"no trade {body.trade_id} of an account")
        places = {(exchange.name, execution.instrument.symbol) for exchange, execution in found}
        if len(places) > 1:
            raise ControlError(f"say which: {', '.join(sorted(f'{symbol} at {name}' for name, symbol in places))}")
        if any(execution.sequence in exchange.busted for exchange, execution in found):
            raise ControlError(f"the trade {body.trade_id} is busted already")
        for exchange, execution in found:
            bust(exchange, execution)
        return {"executions": [execution_row(exchange, execution) for exchange, execution in found]}

    def _the_account_at(self, symbol: str, name: str | None, api_key: str) -> Exchange:
        """Return the one exchange that lists a symbol and has the account."""
        listing = self._rooms.listing(symbol, name)
        found = [exchange for exchange in listing if api_key in exchange.accounts]
        if not found:
            raise ControlError(f"no account with the key {api_key!r} where {symbol} is listed")
        if len(found) > 1:
            raise ControlError(f"say which exchange: {', '.join(names(found))}")
        return found[0]

    def _request(self, body: OrderBody, exchange: Exchange) -> OrderRequest:
        instrument = exchange.markets[body.symbol].instrument
        is_limit = body.type is OrderType.LIMIT
        if is_limit is (body.price is None):
            raise ControlError("a limit order has a price, a market order has none")
        if body.time_in_force is TimeInForce.GTD:
            raise ControlError("an order by hand is gtc, ioc or fok")
        if not instrument.is_linear and (body.reduce_only or body.position_side):
            raise ControlError(f"{body.symbol} is not a contract")
        name = body.client_order_id
        if name is None:
            prefix = HAND_MADE_PREFIXES.get(exchange.name)
            name = "" if prefix is None else f"{prefix}{next(self._numbers):032x}"
        return OrderRequest(
            instrument=instrument,
            side=body.side,
            order_type=body.type,
            client_order_id=name,
            time_in_force=body.time_in_force if is_limit else TimeInForce.GTC,
            price=ZERO if body.price is None else positive(body.price),
            quantity=positive(body.quantity),
            reduce_only=body.reduce_only,
            position_side=PositionSide(body.position_side or PositionSide.NET),
            pocket=exchange.pocket if instrument.is_linear else "",
        )


def _position(account: Account, instrument: Instrument, side: str | None) -> Position:
    wanted = None if side is None else PositionSide(side)
    found = [
        position
        for holding in account.holdings_of(instrument.symbol)
        for position in holding.open_positions()
        if wanted is None or position.side is wanted or _direction(position.quantity) is wanted
    ]
    if not found:
        raise ControlError(f"the account has no such position in {instrument.symbol}")
    if len(found) > 1:
        raise ControlError("say which position_side: long or short")
    return found[0]


def _direction(quantity: Decimal) -> PositionSide:
    return PositionSide.LONG if quantity > 0 else PositionSide.SHORT
