"""Which order goes with which market in the venue contract: what the capability tables call the venue's own."""

from decimal import Decimal
from typing import Any, NamedTuple

import pytest

from tidegate.core.capabilities import CAPABILITIES, Capabilities, How
from tidegate.core.identifiers import ExchangeOrderId
from tidegate.core.messages.effects import SendOrder
from tidegate.core.messages.reports import ExecutionReported, OrderReported
from tidegate.core.order import CONDITIONAL
from tidegate.core.vocabulary import Exchange, InstrumentKind, OffsetUnit, OrderType, Side, VenueOrderStatus
from venue_simulator import LINEAR, SPOT, Bench, named

QUANTITY = Decimal("0.02")
SYMBOLS = {InstrumentKind.SPOT: SPOT, InstrumentKind.LINEAR: LINEAR}
KINDS = {symbol: kind for kind, symbol in SYMBOLS.items()}


class Terms(NamedTuple):
    """A conditional order of one side, and where the market, from 65000, goes to set it off."""

    side: Side
    trigger: str | None
    price: str | None
    path: tuple[str, ...]


TERMS: dict[OrderType, tuple[Terms, Terms]] = {
    OrderType.STOP_LOSS: (
        Terms(Side.SELL, "64000", None, ("63900",)),
        Terms(Side.BUY, "66000", None, ("66100",)),
    ),
    OrderType.STOP_LIMIT: (
        Terms(Side.SELL, "64000", "63500", ("63900",)),
        Terms(Side.BUY, "66000", "66500", ("66100",)),
    ),
    OrderType.TAKE_PROFIT: (
        Terms(Side.SELL, "66000", None, ("66100",)),
        Terms(Side.BUY, "64000", None, ("63900",)),
    ),
    OrderType.TAKE_PROFIT_LIMIT: (
        Terms(Side.SELL, "66000", "65900", ("66100",)),
        Terms(Side.BUY, "64000", "64100", ("63900",)),
    ),
    OrderType.TRAILING_STOP: (
        Terms(Side.SELL, None, None, ("66000", "65200")),
        Terms(Side.BUY, None, None, ("64000", "64800")),
    ),
}
"""By order type: as a sell and as a buy. A trailing stop trails by one percent."""


def terms_of(order_type: OrderType, symbol: str, terms: Terms, **changes: Any) -> dict[str, Any]:
    """What is sent for a conditional order."""
    trails = order_type is OrderType.TRAILING_STOP
    trailing = {"trailing_offset": Decimal(1), "trailing_offset_unit": OffsetUnit.PERCENT} if trails else {}
    return {
        "symbol": symbol,
        "order_type": order_type,
        "side": terms.side,
        "quantity": QUANTITY,
        "price": None if terms.price is None else Decimal(terms.price),
        "trigger_price": None if terms.trigger is None else Decimal(terms.trigger),
        **trailing,
        **changes,
    }


def cells(*, how: How, conditional: bool) -> list[tuple[Exchange, str, OrderType]]:
    """The cells of the table of order types that say the same."""
    return [
        (exchange, SYMBOLS[kind], order_type)
        for (exchange, kind), offers in CAPABILITIES.items()
        for order_type, handled in offers.order_types.items()
        if handled is how and (order_type in CONDITIONAL) is conditional
    ]


def offers_of(exchange: Exchange, symbol: str) -> Capabilities:
    """What a venue claims of one of its markets."""
    return CAPABILITIES[exchange, KINDS[symbol]]


def waiting_types(exchange: Exchange, symbol: str) -> list[OrderType]:
    """The conditional orders that a venue has itself on one of its markets."""
    return [order_type for *cell, order_type in CONDITIONAL_CELLS if cell == [exchange, symbol]]


def ids_of(value: Any) -> str:
    """A short name of a parameter: markets by their kind."""
    return str(KINDS.get(value, value))


def _parametrize(names: str, rows: list[Any]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(names, rows, ids=ids_of)


CONDITIONAL_CELLS = cells(how=How.NATIVE, conditional=True)
WAITING_TYPES = _parametrize("exchange, symbol, order_type", CONDITIONAL_CELLS)
"""Every conditional order that a venue has itself."""
PLAIN_TYPES = _parametrize("exchange, symbol, order_type", cells(how=How.NATIVE, conditional=False))
"""Every order that is placed to trade at once or to rest."""
DESK_TYPES = _parametrize("exchange, symbol, order_type", cells(how=How.DESK, conditional=True))
"""What the venue lacks, so that the desk does it."""
MARKETS = _parametrize("symbol", [SPOT, LINEAR])
"""Both markets of each venue."""


def state(order: SendOrder, status: VenueOrderStatus) -> Any:
    """A filter for reports of an order in a state."""
    return lambda told: named(order)(told) and told.status is status


def ended(order: SendOrder) -> Any:
    """A filter for reports of an order's end."""
    return lambda told: named(order)(told) and told.status is not VenueOrderStatus.OPEN


def set_off(order: SendOrder) -> Any:
    """A filter for reports of a conditional order that the venue has set off."""
    return lambda told: named(order)(told) and told.triggered


def executions_of(bench: Bench, order: SendOrder, exchange_order_id: ExchangeOrderId | None) -> list[ExecutionReported]:
    """An order's executions by either id, each once: lists of trades may know the venue's own id only."""
    told = bench.record.of(
        ExecutionReported, lambda one: named(order)(one) or one.exchange_order_id == exchange_order_id
    )
    return list({report.trade_id: report for report in told}.values())


def filled_by(executions: list[ExecutionReported]) -> Decimal:
    """How much they are together."""
    return sum((told.quantity for told in executions), Decimal(0))


async def trade(
    bench: Bench, symbol: str, side: Side, quantity: str = "0.02", **changes: Any
) -> tuple[SendOrder, ExchangeOrderId]:
    """Trade at the market, and wait until the venue has told all of it."""
    order, exchange_order_id = await bench.place(
        symbol=symbol, order_type=OrderType.MARKET, price=None, side=side, quantity=Decimal(quantity), **changes
    )
    await bench.record.wait(OrderReported, state(order, VenueOrderStatus.FILLED))
    await bench.record.quiet()
    return order, exchange_order_id
