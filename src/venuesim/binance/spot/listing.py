"""The spot pairs that the simulated Binance lists, with the figures of its exchangeInfo.

BTC, ETH, ADA and LTC are as recorded from the venue. The largest sizes of the other pairs could not be checked against
a recording, nor the market maxima: the venue takes those anew from the last month's trading. Days of listing are those
of the first trades as far as they are known, else approximate.
"""

from decimal import Decimal

from venuesim.exchange.instruments import Instrument
from venuesim.exchange.listings import listed_at

FEE = Decimal("0.001")
"""Maker and taker alike: 10 basis points, the regular tier."""

OPEN_ORDERS_MAX = 200
"""MAX_NUM_ORDERS, of an account in one pair."""

CONDITIONAL_ORDERS_MAX = 5
"""MAX_NUM_ALGO_ORDERS, of an account in one pair."""

ORDER_LISTS_MAX = 20
"""MAX_NUM_ORDER_LISTS, of an account in one pair."""

AMENDMENTS_MAX = 10
"""MAX_NUM_ORDER_AMENDS: how often one order's quantity may be reduced."""

ICEBERG_PARTS_MAX = 10
"""ICEBERG_PARTS: quantity over iceberg quantity, rounded up."""

TRAILING_DELTA_MIN = 10
TRAILING_DELTA_MAX = 2_000
"""TRAILING_DELTA in basis points, above the market and below it."""

AVERAGE_PRICE_MINUTES = 5
"""The window of the average price that PERCENT_PRICE_BY_SIDE and NOTIONAL are measured by."""

NOTIONAL_MAX = Decimal(9_000_000)


def _pair(
    base: str,
    quote: str,
    tick_size: str,
    lot_size: str,
    quantity_max: str,
    market_quantity_max: str,
    *,
    price_max: str,
    notional_min: str = "5",
    listed: str,
) -> Instrument:
    return Instrument(
        symbol=f"{base}/{quote}",
        base=base,
        quote=quote,
        tick_size=Decimal(tick_size),
        lot_size=Decimal(lot_size),
        quantity_min=Decimal(lot_size),
        quantity_max=Decimal(quantity_max),
        market_quantity_max=Decimal(market_quantity_max),
        notional_min=Decimal(notional_min),
        notional_max=NOTIONAL_MAX,
        price_min=Decimal(tick_size),
        price_max=Decimal(price_max),
        price_multiplier_up=Decimal(5),
        price_multiplier_down=Decimal("0.2"),
        maker_fee=FEE,
        taker_fee=FEE,
        open_orders_max=OPEN_ORDERS_MAX,
        conditional_orders_max=CONDITIONAL_ORDERS_MAX,
        listed_ms=listed_at(listed),
    )


# Base, quote, tick, lot, largest order, largest market order.
INSTRUMENTS = [
    _pair("BTC", "USDT", "0.01", "0.00001", "9000", "120", price_max="1000000", listed="2017-08-17"),
    _pair("ETH", "USDT", "0.01", "0.0001", "9000", "2600", price_max="1000000", listed="2017-08-17"),
    _pair("BNB", "USDT", "0.01", "0.001", "900000", "1600", price_max="100000", listed="2017-11-06"),
    _pair("SOL", "USDT", "0.01", "0.001", "9000000", "21000", price_max="10000", listed="2020-08-11"),
    _pair("XRP", "USDT", "0.0001", "0.1", "9222449", "1600000", price_max="10000", listed="2018-05-04"),
    _pair("DOGE", "USDT", "0.00001", "1", "9000000", "8000000", price_max="1000", listed="2019-07-05"),
    _pair("ADA", "USDT", "0.0001", "0.1", "900000", "600000", price_max="1000", listed="2018-04-17"),
    _pair("LINK", "USDT", "0.01", "0.01", "90000", "30000", price_max="10000", listed="2019-01-16"),
    _pair("LTC", "USDT", "0.01", "0.001", "90000", "6000", price_max="100000", listed="2017-12-13"),
    _pair("AVAX", "USDT", "0.01", "0.01", "90000", "20000", price_max="10000", listed="2020-09-22"),
    _pair("DOT", "USDT", "0.001", "0.01", "90000", "60000", price_max="10000", listed="2020-08-18"),
    _pair("TRX", "USDT", "0.0001", "0.1", "9000000", "4000000", price_max="1000", listed="2018-06-11"),
    _pair("BCH", "USDT", "0.1", "0.001", "9000", "1500", price_max="100000", listed="2019-11-28"),
    _pair("UNI", "USDT", "0.001", "0.01", "90000", "40000", price_max="1000", listed="2020-09-17"),
    _pair("ATOM", "USDT", "0.001", "0.01", "90000", "50000", price_max="1000", listed="2019-04-29"),
    _pair("NEAR", "USDT", "0.001", "0.1", "9000000", "150000", price_max="1000", listed="2020-10-14"),
    _pair("APT", "USDT", "0.001", "0.01", "90000", "60000", price_max="1000", listed="2022-10-19"),
    _pair("ARB", "USDT", "0.0001", "0.1", "9222449", "1200000", price_max="1000", listed="2023-03-23"),
    _pair("OP", "USDT", "0.001", "0.01", "92141578", "400000", price_max="1000", listed="2022-06-01"),
    _pair("FIL", "USDT", "0.001", "0.01", "90000", "80000", price_max="10000", listed="2020-10-15"),
    _pair("ETC", "USDT", "0.01", "0.01", "90000", "12000", price_max="10000", listed="2018-06-12"),
    _pair("SUI", "USDT", "0.0001", "0.1", "9222449", "900000", price_max="1000", listed="2023-05-03"),
    _pair("TON", "USDT", "0.001", "0.01", "92141578", "150000", price_max="1000", listed="2024-08-08"),
    _pair("INJ", "USDT", "0.001", "0.01", "90000", "30000", price_max="10000", listed="2020-10-21"),
    _pair("AAVE", "USDT", "0.01", "0.001", "90000", "1500", price_max="10000", listed="2020-10-15"),
    _pair("HBAR", "USDT", "0.00001", "1", "92141578", "4000000", price_max="1000", listed="2019-09-29"),
    _pair("XLM", "USDT", "0.0001", "1", "90000000", "2000000", price_max="1000", listed="2018-05-31"),
    _pair("PEPE", "USDT", "0.00000001", "1", "92141578399", "40000000000", price_max="1", listed="2023-05-05"),
    _pair("SHIB", "USDT", "0.00000001", "1", "46116860414", "20000000000", price_max="1", listed="2021-05-10"),
    _pair("USDC", "USDT", "0.0001", "1", "90000000", "30000000", price_max="1000", listed="2018-12-15"),
    _pair("BTC", "USDC", "0.01", "0.00001", "9000", "60", price_max="1000000", listed="2018-12-15"),
    _pair("ETH", "USDC", "0.01", "0.0001", "9000", "1200", price_max="1000000", listed="2018-12-15"),
    _pair("SOL", "USDC", "0.01", "0.001", "9000000", "6000", price_max="10000", listed="2023-09-01"),
    _pair("BTC", "EUR", "0.01", "0.00001", "9000", "12", price_max="922327", listed="2020-01-03"),
    _pair("ETH", "EUR", "0.01", "0.0001", "9000", "200", price_max="100000", listed="2020-01-03"),
    _pair(
        "ETH",
        "BTC",
        "0.00001",
        "0.0001",
        "100000",
        "800",
        price_max="922327",
        notional_min="0.0001",
        listed="2017-07-14",
    ),
    _pair(
        "BNB", "BTC", "0.000001", "0.001", "100000", "600", price_max="1000", notional_min="0.0001", listed="2017-07-14"
    ),
    _pair(
        "SOL",
        "BTC",
        "0.0000001",
        "0.001",
        "90000",
        "2000",
        price_max="1000",
        notional_min="0.0001",
        listed="2020-08-11",
    ),
    _pair(
        "XRP",
        "BTC",
        "0.00000001",
        "1",
        "90000000",
        "200000",
        price_max="1000",
        notional_min="0.0001",
        listed="2017-07-14",
    ),
    _pair(
        "LTC",
        "BTC",
        "0.000001",
        "0.001",
        "100000",
        "900",
        price_max="100000",
        notional_min="0.0001",
        listed="2017-07-14",
    ),
]
