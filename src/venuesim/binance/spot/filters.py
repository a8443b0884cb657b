"""The symbol filters (Filters page): what an order must keep to before the matching engine sees it."""

from collections.abc import Sequence
from decimal import Decimal

from venuesim.binance.errors import BinanceError
from venuesim.binance.spot.formats import type_of
from venuesim.binance.spot.forms import OrderForm
from venuesim.binance.spot.listing import (
    ICEBERG_PARTS_MAX,
    ORDER_LISTS_MAX,
    TRAILING_DELTA_MAX,
    TRAILING_DELTA_MIN,
)
from venuesim.exchange.accounts import Account
from venuesim.exchange.instruments import Instrument
from venuesim.exchange.orders import Order


def filter_failure(name: str) -> BinanceError:
    """Return the refusal of an order that breaks a filter."""
    return BinanceError(-1013, f"Filter failure: {name}")


def check_form(form: OrderForm, instrument: Instrument, average: Decimal) -> None:
    """Check one order by itself; `average` is the price of the last minutes. Assumption: the order of the checks."""
    if not instrument.is_trading:
        raise BinanceError(-1013, "Market is closed.")
    for price in (form.price, form.stop_price):
        if price:
            _check_price(price, instrument)
    if form.price:
        _check_band(form.price, instrument, average)
    for quantity in (form.quantity, form.iceberg):
        if quantity:
            _check_lot(quantity, instrument)
    if form.quantity and not form.wire_type.has_price and form.quantity > instrument.market_quantity_max:
        raise filter_failure("MARKET_LOT_SIZE")
    check_notional(_notional(form, instrument, average), instrument, is_market=not form.price)
    if form.iceberg and form.quantity:
        if form.iceberg > form.quantity:
            raise BinanceError(-1013, "IcebergQty exceeds QTY.")
        if -(-form.quantity // form.iceberg) > ICEBERG_PARTS_MAX:
            raise filter_failure("ICEBERG_PARTS")
    if form.trailing_delta and not TRAILING_DELTA_MIN <= form.trailing_delta <= TRAILING_DELTA_MAX:
        raise filter_failure("TRAILING_DELTA")


def check_room(forms: Sequence[OrderForm], account: Account, scale: float, replaced: Order | None = None) -> None:
    """Check the numbers of open orders of one symbol with these added; `scale` multiplies what is allowed.

    A market order rests nowhere and needs no room. `replaced` is an order that goes before these come.
    """
    instrument = forms[0].instrument
    resting = [form for form in forms if form.wire_type.has_price or form.wire_type.is_conditional]
    allowed, conditional_allowed = (
        int(number * scale) for number in (instrument.open_orders_max, instrument.conditional_orders_max)
    )
    # Counting one symbol's orders walks them all, so look first whether the account has that many at all.
    conditional_added = sum(form.wire_type.is_conditional for form in resting)
    if len(account.open_orders) + len(resting) <= min(allowed, conditional_allowed):
        return
    orders = [order for order in account.open_orders_of(instrument.symbol) if order is not replaced]
    if resting and len(orders) + len(resting) > allowed:
        raise filter_failure("MAX_NUM_ORDERS")
    if conditional_added and sum(map(_waits, orders)) + conditional_added > conditional_allowed:
        raise filter_failure("MAX_NUM_ALGO_ORDERS")


def check_lists(open_lists: int, scale: float) -> None:
    """Check the number of an account's open order lists of one symbol before another is added."""
    if open_lists >= int(ORDER_LISTS_MAX * scale):
        raise filter_failure("MAX_NUM_ORDER_LISTS")


def check_notional(notional: Decimal, instrument: Instrument, *, is_market: bool) -> None:
    """Check a quote amount; the maximum does not concern market orders (`applyMaxToMarket` is false)."""
    if notional < instrument.notional_min or (notional > instrument.notional_max and not is_market):
        raise filter_failure("NOTIONAL")


def _notional(form: OrderForm, instrument: Instrument, average: Decimal) -> Decimal:
    if form.quote_quantity:
        return form.quote_quantity
    if not form.quantity:  # A pending order whose quantity comes with its working order's fills.
        return instrument.notional_min
    return form.quantity * (form.price or average)


def _check_price(price: Decimal, instrument: Instrument) -> None:
    if not instrument.price_min <= price <= instrument.price_max or price % instrument.tick_size:
        raise filter_failure("PRICE_FILTER")


def _check_band(price: Decimal, instrument: Instrument, average: Decimal) -> None:
    if not average * instrument.price_multiplier_down <= price <= average * instrument.price_multiplier_up:
        raise filter_failure("PERCENT_PRICE_BY_SIDE")


def _check_lot(quantity: Decimal, instrument: Instrument) -> None:
    if not instrument.quantity_min <= quantity <= instrument.quantity_max or quantity % instrument.lot_size:
        raise filter_failure("LOT_SIZE")


def _waits(order: Order) -> bool:
    return type_of(order).is_conditional and order.triggered_ms is None
