"""The spot pairs that the simulated Bybit lists, with the figures of its market/instruments-info.

BTC, ETH, XRP, DOGE, ADA, LTC and TRX are as recorded from the venue in 2025, the other sizes as of 2024. `minOrderQty`
is shown, but one step is enough: the smallest amount is what the venue checks.
"""

from decimal import Decimal

from venuesim.bybit import errors
from venuesim.bybit.parameters import Category, Parameters
from venuesim.exchange.engine import Exchange
from venuesim.exchange.instruments import Instrument

FEE = Decimal("0.001")
"""Makers and takers without a VIP level pay 10 basis points."""

PRICE_LIMIT = "0.1"
"""`priceLimitRatioY`: how far above the market a buy, and below it a sell, may be priced, unless a pair has its own.

The venue stops at X from its own price or at its index, whichever is farther, and at Y in any case; the simulated
market has no index apart, so Y alone is enforced (assumption).
"""

PRICE_LIMIT_X_SHARE = Decimal("0.5")
"""`priceLimitRatioX` over Y (assumption: some pairs show a third)."""

OPEN_ORDERS_MAX = 500
"""Of an account, over all spot pairs."""

CONDITIONAL_ORDERS_MAX = 30
"""Untriggered ones, of an account in one pair."""

AMOUNT_MIN = Decimal(5)


def _pair(
    base: str,
    quote: str,
    tick_size: str,
    lot_size: str,
    quantity_max: str,
    amount_max: int,
    *,
    amount_min: Decimal = AMOUNT_MIN,
    price_limit: str = PRICE_LIMIT,
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
        notional_max=Decimal(amount_max),
        price_min=Decimal(tick_size),
        price_max=Decimal(10_000_000),
        price_multiplier_up=1 + Decimal(price_limit),
        price_multiplier_down=1 - Decimal(price_limit),
        maker_fee=FEE,
        taker_fee=FEE,
        open_orders_max=OPEN_ORDERS_MAX,
        conditional_orders_max=CONDITIONAL_ORDERS_MAX,
    )


# Base, quote, tick, lot, largest order, largest amount; a market order may be half as large.
INSTRUMENTS = [
    _pair("BTC", "USDT", "0.1", "0.000001", "83", 8_000_000, price_limit="0.02"),
    _pair("ETH", "USDT", "0.01", "0.00001", "4616.1353715", 7_000_000, price_limit="0.03"),
    _pair("BNB", "USDT", "0.1", "0.0001", "6000", 4_000_000),
    _pair("SOL", "USDT", "0.01", "0.001", "148148.14815", 4_000_000),
    _pair("XRP", "USDT", "0.0001", "0.01", "2390343.014223", 4_000_000, price_limit="0.06"),
    _pair("DOGE", "USDT", "0.00001", "0.1", "22340128.455739", 4_000_000, price_limit="0.06"),
    _pair("ADA", "USDT", "0.0001", "0.01", "7591573.353578", 4_000_000),
    _pair("LINK", "USDT", "0.001", "0.001", "125934.0105785", 2_000_000),
    _pair("LTC", "USDT", "0.01", "0.00001", "22975.3015508", 600_000),
    _pair("AVAX", "USDT", "0.01", "0.001", "173160.1731602", 2_000_000),
    _pair("DOT", "USDT", "0.001", "0.001", "486618.004866", 2_000_000),
    _pair("TRX", "USDT", "0.0001", "0.01", "11125945.705385", 3_000_000, price_limit="0.06"),
    _pair("BCH", "USDT", "0.1", "0.001", "4834.8106", 2_000_000),
    _pair("UNI", "USDT", "0.001", "0.001", "505382.3217264", 2_000_000),
    _pair("ATOM", "USDT", "0.001", "0.001", "82008.6655823", 600_000),
    _pair("NEAR", "USDT", "0.001", "0.01", "297000", 600_000),
    _pair("APT", "USDT", "0.001", "0.01", "70000", 600_000),
    _pair("ARB", "USDT", "0.0001", "0.01", "1800000", 600_000),
    _pair("OP", "USDT", "0.0001", "0.01", "860000", 600_000),
    _pair("FIL", "USDT", "0.001", "0.01", "163889.64764", 600_000),
    _pair("ETC", "USDT", "0.01", "0.01", "45592.7052", 600_000),
    _pair("SUI", "USDT", "0.0001", "0.01", "1500000", 3_000_000),
    _pair("TON", "USDT", "0.001", "0.01", "400000", 1_000_000),
    _pair("INJ", "USDT", "0.001", "0.01", "42000", 400_000),
    _pair("AAVE", "USDT", "0.01", "0.001", "3812.9881816", 600_000),
    _pair("HBAR", "USDT", "0.00001", "0.1", "6000000", 600_000),
    _pair("XLM", "USDT", "0.00001", "0.1", "5670005.670006", 600_000),
    _pair("HYPE", "USDT", "0.01", "0.01", "40000", 1_000_000),
    _pair("PEPE", "USDT", "0.000000001", "0.1", "284000000000", 2_000_000),
    _pair("SHIB", "USDT", "0.00000001", "0.1", "277073549173.6281395897", 2_000_000),
    _pair("USDC", "USDT", "0.0001", "0.01", "2496045.89", 2_000_000),
    _pair("BTC", "USDC", "0.1", "0.000001", "25", 2_000_000),
    _pair("ETH", "USDC", "0.01", "0.00001", "800", 2_000_000),
    _pair("SOL", "USDC", "0.01", "0.001", "9000", 1_000_000),
    _pair("XRP", "USDC", "0.0001", "0.01", "600000", 1_000_000),
    _pair("ETH", "BTC", "0.000001", "0.0001", "271.90273271", 10, amount_min=Decimal("0.0001")),
    _pair("SOL", "BTC", "0.0000001", "0.001", "5000", 10, amount_min=Decimal("0.0001")),
    _pair("XRP", "BTC", "0.00000001", "0.1", "1453488.372093023", 10, amount_min=Decimal("0.0001")),
]


class Instruments:
    """The listed pairs and contracts by category and Bybit's name; their rules are those of the moment."""

    def __init__(self, exchange: Exchange) -> None:
        self._markets = exchange.markets
        self._symbols = {
            (category_of(market.instrument), market.instrument.venue_id): symbol
            for symbol, market in exchange.markets.items()
        }

    def named(self, category: Category, name: str) -> Instrument | None:
        """Return a pair or contract, or None."""
        symbol = self._symbols.get((category, name))
        return None if symbol is None else self._markets[symbol].instrument

    def to_trade(self, parameters: Parameters) -> Instrument:
        """Return what an order names by `category` and `symbol`."""
        category = parameters.category()
        instrument = self.named(category, parameters.required("symbol"))
        if instrument is None:
            raise errors.no_such_symbol() if category is Category.SPOT else errors.no_such_contract()
        return instrument

    def to_show(self, parameters: Parameters) -> Instrument | None:
        """Return what a look-up names, or None when it names nothing."""
        name = parameters.text("symbol")
        if name is None:
            return None
        instrument = self.named(parameters.category(), name)
        if instrument is None:
            raise errors.parameter("Not supported symbols")
        return instrument


def category_of(instrument: Instrument) -> Category:
    """Return the category that an instrument is listed in."""
    return Category.LINEAR if instrument.is_linear else Category.SPOT
