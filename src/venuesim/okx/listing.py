"""The spot pairs that the simulated OKX lists, with the figures of its public/instruments.

BTC, ETH, LTC, XRP, DOGE and TRX are as recorded from the venue; steps and minima of the others, and all launch days
but theirs, could not be checked against a recording.
"""

from decimal import Decimal

from venuesim.exchange.instruments import TWELVE_DECIMALS, Instrument
from venuesim.exchange.listings import listed_at

MAKER_FEE = Decimal("0.0008")
TAKER_FEE = Decimal("0.001")
"""The regular tier: 8 and 10 basis points."""

LIMIT_NOTIONAL_MAX = Decimal(20_000_000)
MARKET_NOTIONAL_MAX = Decimal(1_000_000)
QUANTITY_MAX = Decimal(9_999_999_999)
OPEN_ORDERS_MAX = 500
FIRST_CODE = 1_000_000_001

CONDITIONAL_ORDERS_MAX = 100
"""Stop and target orders of an account in one instrument; the venue allows 500 triggers and 50 trailing ones."""

FIRST_DAY = "2019-01-22 05:03:33"
"""public/instruments shows this `listTime` for every pair that is older than the present exchange."""


def _pair(
    base: str, quote: str, tick_size: str, lot_size: str, quantity_min: str, listed: str = FIRST_DAY
) -> Instrument:
    return Instrument(
        symbol=f"{base}/{quote}",
        base=base,
        quote=quote,
        tick_size=Decimal(tick_size),
        lot_size=Decimal(lot_size),
        quantity_min=Decimal(quantity_min),
        quantity_max=QUANTITY_MAX,
        market_quantity_max=QUANTITY_MAX,
        notional_min=Decimal(0),
        notional_max=LIMIT_NOTIONAL_MAX,
        price_min=Decimal(tick_size),
        price_max=Decimal(10_000_000),
        price_multiplier_up=Decimal("1.05"),
        price_multiplier_down=Decimal("0.95"),
        maker_fee=MAKER_FEE,
        taker_fee=TAKER_FEE,
        money_step=TWELVE_DECIMALS,
        open_orders_max=OPEN_ORDERS_MAX,
        conditional_orders_max=CONDITIONAL_ORDERS_MAX,
        listed_ms=listed_at(listed),
    )


# Base, quote, tick, lot, smallest order, launch.
INSTRUMENTS = [
    _pair("BTC", "USDT", "0.1", "0.00000001", "0.00001"),
    _pair("ETH", "USDT", "0.01", "0.000001", "0.0001"),
    _pair("BNB", "USDT", "0.1", "0.00001", "0.001", "2025-10-17"),
    _pair("SOL", "USDT", "0.01", "0.000001", "0.001", "2020-09-04 03:00"),
    _pair("XRP", "USDT", "0.0001", "0.000001", "1"),
    _pair("DOGE", "USDT", "0.00001", "0.000001", "10"),
    _pair("ADA", "USDT", "0.0001", "0.0001", "1"),
    _pair("LINK", "USDT", "0.001", "0.00001", "0.1"),
    _pair("LTC", "USDT", "0.01", "0.000001", "0.01"),
    _pair("AVAX", "USDT", "0.001", "0.000001", "0.1", "2020-09-23 01:00"),
    _pair("DOT", "USDT", "0.001", "0.000001", "0.1", "2020-08-19 06:00"),
    _pair("TRX", "USDT", "0.00001", "0.000001", "1"),
    _pair("ETH", "BTC", "0.00001", "0.000001", "0.001"),
    _pair("OKB", "USDT", "0.01", "0.000001", "0.1"),
    _pair("BCH", "USDT", "0.1", "0.00001", "0.001"),
    _pair("UNI", "USDT", "0.001", "0.000001", "0.1", "2020-09-17 08:00"),
    _pair("ATOM", "USDT", "0.001", "0.000001", "0.1"),
    _pair("NEAR", "USDT", "0.001", "0.000001", "0.1", "2020-10-14 06:00"),
    _pair("APT", "USDT", "0.001", "0.0001", "0.01", "2022-10-19 01:00"),
    _pair("ARB", "USDT", "0.0001", "0.0001", "1", "2023-03-23 17:00"),
    _pair("OP", "USDT", "0.0001", "0.0001", "1", "2022-06-01 02:00"),
    _pair("FIL", "USDT", "0.001", "0.000001", "0.1", "2020-10-15 08:00"),
    _pair("ETC", "USDT", "0.01", "0.000001", "0.1"),
    _pair("SUI", "USDT", "0.0001", "0.0001", "1", "2023-05-03 12:00"),
    _pair("TON", "USDT", "0.001", "0.0001", "1", "2021-11-11 08:00"),
    _pair("INJ", "USDT", "0.001", "0.0001", "0.1", "2023-10-31 08:00"),
    _pair("AAVE", "USDT", "0.01", "0.000001", "0.01", "2020-10-16 08:00"),
    _pair("HBAR", "USDT", "0.00001", "0.0001", "10"),
    _pair("XLM", "USDT", "0.00001", "0.000001", "10"),
    _pair("HYPE", "USDT", "0.01", "0.0001", "0.1", "2025-05-30 09:00"),
    _pair("PEPE", "USDT", "0.000000001", "1", "100000", "2023-05-01 12:00"),
    _pair("SHIB", "USDT", "0.000000001", "1", "100000", "2021-05-08 07:00"),
    _pair("USDC", "USDT", "0.0001", "0.0001", "1"),
    _pair("BTC", "USDC", "0.1", "0.00000001", "0.00001"),
    _pair("ETH", "USDC", "0.01", "0.000001", "0.0001"),
    _pair("SOL", "USDC", "0.01", "0.000001", "0.01", "2021-08-18 07:00"),
    _pair("BTC", "EUR", "0.1", "0.00000001", "0.00001", "2024-01-10 08:55:47"),
    _pair("ETH", "EUR", "0.1", "0.0000001", "0.0001", "2024-01-10 08:56:07"),
    _pair("LTC", "BTC", "0.000001", "0.000001", "0.01"),
    _pair("XRP", "BTC", "0.00000001", "0.000001", "1"),
]
