"""The USDT perpetuals that the simulated Bybit lists, with the figures of GET /v5/market/instruments-info.

BTC, ETH, ADA, LTC, XRP, DOT and HYPE are as recorded from the venue; sizes and launch days of the others could not be
checked against a recording. Leverage is whole here, although the venue has steps of 0.01.
"""

from decimal import Decimal

from venuesim.bybit.listing import PRICE_LIMIT
from venuesim.bybit.risk_limits import MARGIN_TIERS
from venuesim.exchange.instruments import Instrument
from venuesim.exchange.listings import listed_at
from venuesim.exchange.vocabulary import MarketKind

MAKER_FEE = Decimal("0.0002")
TAKER_FEE = Decimal("0.00055")
"""Without a VIP level: 2 and 5.5 basis points of the notional. A liquidation pays the taker fee and no other."""

NOTIONAL_MIN = Decimal(5)
"""`minNotionalValue`; a reduce-only order may be smaller."""

TICKS_MAX = 19_999_998
"""A contract's highest price, in ticks: 1999999.80 for BTC."""

OPEN_ORDERS_MAX = 500
"""Of an account in one contract."""

CONDITIONAL_ORDERS_MAX = 10
"""Untriggered ones, of an account in one contract."""

LEVERAGE_STEP = Decimal("0.01")

FUNDING_RATE_MAX = Decimal("0.005")
"""`upperFundingRate` of BTC and ETH, shown for every contract (assumption)."""


def _contract(
    base: str,
    tick_size: str,
    lot_size: str,
    quantity_max: str,
    market_quantity_max: str,
    listed: str,
    *,
    price_limit: str = PRICE_LIMIT,
    funding_interval_hours: int = 8,
) -> Instrument:
    tiers = MARGIN_TIERS[base]
    return Instrument(
        symbol=f"{base}/USDT:USDT",
        base=base,
        quote="USDT",
        kind=MarketKind.LINEAR,
        tick_size=Decimal(tick_size),
        lot_size=Decimal(lot_size),
        quantity_min=Decimal(lot_size),
        quantity_max=Decimal(quantity_max),
        market_quantity_max=Decimal(market_quantity_max),
        notional_min=NOTIONAL_MIN,
        # An order has no limit of its own; no position may be larger than the last risk limit.
        notional_max=tiers[-1].notional_max,
        price_min=Decimal(tick_size),
        price_max=Decimal(tick_size) * TICKS_MAX,
        price_multiplier_up=1 + Decimal(price_limit),
        price_multiplier_down=1 - Decimal(price_limit),
        maker_fee=MAKER_FEE,
        taker_fee=TAKER_FEE,
        open_orders_max=OPEN_ORDERS_MAX,
        conditional_orders_max=CONDITIONAL_ORDERS_MAX,
        margin_tiers=tiers,
        funding_interval_hours=funding_interval_hours,
        closing_fee=TAKER_FEE,
        listed_ms=listed_at(listed),
    )


# Base, tick, lot, largest order, largest market order, launch; SHIB1000 is the venue's own name.
INSTRUMENTS_LINEAR = [
    _contract("BTC", "0.1", "0.001", "1190", "119", "2020-03-15", price_limit="0.02"),
    _contract("ETH", "0.01", "0.01", "7240", "724", "2021-03-15", price_limit="0.04"),
    _contract("SOL", "0.01", "0.1", "79770", "15950", "2021-10-15", price_limit="0.06"),
    _contract("BNB", "0.1", "0.01", "12690", "2530", "2021-06-29", price_limit="0.06"),
    _contract("XRP", "0.0001", "1", "10965300", "2193000", "2021-05-13 09:34", price_limit="0.06"),
    _contract("DOGE", "0.00001", "1", "78500000", "13800000", "2021-06-01", price_limit="0.06"),
    _contract("ADA", "0.0001", "1", "6315500", "1109600", "2021-01-15"),
    _contract("LINK", "0.001", "0.1", "258000", "51600", "2020-10-22"),
    _contract("LTC", "0.01", "0.1", "28740", "6160", "2018-01-01"),
    _contract("AVAX", "0.001", "0.1", "202400", "40480", "2021-09-15"),
    _contract("DOT", "0.001", "0.1", "91420", "32900", "2021-03-18 09:34"),
    _contract("TRX", "0.00001", "1", "13100000", "2620000", "2021-09-07"),
    _contract("BCH", "0.1", "0.01", "7000", "1400", "2021-01-15"),
    _contract("UNI", "0.001", "0.1", "257300", "51460", "2021-01-15"),
    _contract("ATOM", "0.001", "0.1", "141500", "28300", "2021-09-07"),
    _contract("NEAR", "0.001", "0.1", "750000", "150000", "2021-11-04"),
    _contract("APT", "0.001", "0.01", "180000", "36000", "2022-10-19"),
    _contract("ARB", "0.0001", "0.1", "4000000", "800000", "2023-03-23"),
    _contract("OP", "0.0001", "0.1", "1900000", "380000", "2022-06-01"),
    _contract("FIL", "0.001", "0.1", "430000", "86000", "2021-04-08"),
    _contract("ETC", "0.001", "0.1", "65000", "13000", "2021-05-13"),
    _contract("SUI", "0.0001", "10", "3300000", "660000", "2023-05-03"),
    _contract("TON", "0.0001", "0.1", "520000", "104000", "2023-10-31", funding_interval_hours=4),
    _contract("INJ", "0.001", "0.1", "110000", "22000", "2022-08-22"),
    _contract("AAVE", "0.01", "0.01", "13500", "2700", "2021-06-01"),
    _contract("HBAR", "0.00001", "1", "25000000", "5000000", "2021-11-04"),
    _contract("XLM", "0.00001", "1", "10300000", "2060000", "2021-06-01"),
    _contract("HYPE", "0.01", "0.01", "73500", "14700", "2024-12-05", funding_interval_hours=4),
    _contract("1000PEPE", "0.000001", "100", "350000000", "70000000", "2023-05-02", funding_interval_hours=4),
    _contract("SHIB1000", "0.000001", "10", "149000000", "29800000", "2021-05-18"),
]
