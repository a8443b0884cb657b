"""The spot pairs that the simulated Bybit lists, with the figures of its market/instruments-info."""

from decimal import Decimal

from venuesim.bybit import errors
from venuesim.bybit.parameters import Parameters
from venuesim.exchange.engine import Exchange
from venuesim.exchange.instruments import Instrument

FEE = Decimal("0.001")
"""Makers and takers without a VIP level pay 10 basis points."""

PRICE_LIMIT_RATIO = Decimal("0.05")
"""How far above the market a buy, and below it a sell, may be priced (assumption: one figure for every pair)."""

OPEN_ORDERS_MAX = 500
"""Of an account, over all spot pairs."""

AMOUNT_MIN = Decimal(5)
AMOUNT_MAX = Decimal(4_000_000)


def _pair(
    base: str, quote: str, tick_size: str, lot_size: str, quantity_max: str, *, amount_min: Decimal = AMOUNT_MIN
) -> Instrument:
    return Instrument(
        symbol=f"{base}/{quote}",
        base=base,
        quote=quote,
        tick_size=Decimal(tick_size),
        lot_size=Decimal(lot_size),
        quantity_min=Decimal(lot_size),
        quantity_max=Decimal(quantity_max),
        market_quantity_max=Decimal(quantity_max) / 2,
        notional_min=amount_min,
        notional_max=AMOUNT_MAX,
        price_min=Decimal(tick_size),
        price_max=Decimal(10_000_000),
        price_multiplier_up=1 + PRICE_LIMIT_RATIO,
        price_multiplier_down=1 - PRICE_LIMIT_RATIO,
        maker_fee=FEE,
        taker_fee=FEE,
        open_orders_max=OPEN_ORDERS_MAX,
    )


INSTRUMENTS = [
    _pair("BTC", "USDT", "0.01", "0.000001", "166"),
    _pair("ETH", "USDT", "0.01", "0.00001", "3000"),
    _pair("BNB", "USDT", "0.1", "0.0001", "6000"),
    _pair("SOL", "USDT", "0.01", "0.001", "30000"),
    _pair("XRP", "USDT", "0.0001", "0.01", "2000000"),
    _pair("DOGE", "USDT", "0.00001", "0.1", "20000000"),
    _pair("ADA", "USDT", "0.0001", "0.01", "5000000"),
    _pair("LINK", "USDT", "0.001", "0.001", "200000"),
    _pair("LTC", "USDT", "0.01", "0.00001", "40000"),
    _pair("AVAX", "USDT", "0.01", "0.001", "150000"),
    _pair("DOT", "USDT", "0.001", "0.001", "800000"),
    _pair("TRX", "USDT", "0.0001", "0.01", "15000000"),
    _pair("ETH", "BTC", "0.000001", "0.0001", "3000", amount_min=Decimal("0.0001")),
]


class Instruments:
    """The listed pairs by Bybit's name."""

    def __init__(self, exchange: Exchange) -> None:
        self._named = {market.instrument.venue_id: market.instrument for market in exchange.markets.values()}

    def named(self, name: str) -> Instrument | None:
        """Return a pair, or None."""
        return self._named.get(name)

    def to_trade(self, parameters: Parameters) -> Instrument:
        """Return the pair that an order names."""
        instrument = self._named.get(parameters.required("symbol"))
        if instrument is None:
            raise errors.no_such_symbol()
        return instrument

    def to_show(self, parameters: Parameters) -> Instrument | None:
        """Return the pair that a look-up names, or None when it names none."""
        name = parameters.text("symbol")
        if name is None:
            return None
        instrument = self._named.get(name)
        if instrument is None:
            raise errors.parameter("Not supported symbols")
        return instrument
