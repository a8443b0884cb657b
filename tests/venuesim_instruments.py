"""An instrument for the tests of what needs no exchange around it."""

from decimal import Decimal

import msgspec

from venuesim.exchange.instruments import Instrument

D = Decimal

BTC_USDT = Instrument(
    symbol="BTC/USDT",
    base="BTC",
    quote="USDT",
    tick_size=D("0.01"),
    lot_size=D("0.00001"),
    quantity_min=D("0.00001"),
    quantity_max=D("9000"),
    market_quantity_max=D("120"),
    notional_min=D("5"),
    notional_max=D("9000000"),
    price_min=D("0.01"),
    price_max=D("1000000"),
    price_multiplier_up=D("5"),
    price_multiplier_down=D("0.2"),
    maker_fee=D("0.001"),
    taker_fee=D("0.002"),
)


def btc_usdt(**changes: object) -> Instrument:
    """Return BTC/USDT with other rules."""
    return msgspec.structs.replace(BTC_USDT, **changes)
