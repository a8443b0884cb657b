"""The USDⓈ-M perpetuals that the simulated Binance lists, with the figures of GET /fapi/v1/exchangeInfo.

BTC, ETH, LTC and ADA are as recorded from the venue; the sizes, price bounds and launch days of the others could not
be checked against a recording.
"""

from decimal import Decimal

from venuesim.binance.futures.margin_tiers import MARGIN_TIERS
from venuesim.exchange.instruments import Instrument
from venuesim.exchange.listings import listed_at
from venuesim.exchange.vocabulary import MarketKind

MAKER_FEE = Decimal("0.0002")
TAKER_FEE = Decimal("0.0005")
"""The regular tier: 2 and 5 basis points of the notional."""

OPEN_ORDERS_MAX = 200
"""MAX_NUM_ORDERS, of an account in one contract."""

CONDITIONAL_ORDERS_MAX = 10
"""MAX_NUM_ALGO_ORDERS, of an account in one contract."""

TRIGGER_PROTECT = Decimal("0.05")
"""How far mark and contract price may lie apart when an order with `priceProtect` triggers."""

MARKET_TAKE_BOUND = Decimal("0.05")
"""How far from the mark price a market order may take."""

MAINTENANCE_MARGIN_PERCENT = Decimal("2.5000")
REQUIRED_MARGIN_PERCENT = Decimal("5.0000")
"""exchangeInfo shows these for every contract; the brackets are what counts."""

MOVE_ORDER_LIMIT_MAX = 10_000
"""How often an order may be modified."""

DELIVERY_MS = 4_133_404_800_000
"""A perpetual's `deliveryDate`: Christmas 2100."""


def _contract(
    base: str,
    tick_size: str,
    lot_size: str,
    quantity_max: str,
    market_quantity_max: str,
    price_range: tuple[str, str],
    band: str,
    listed: str,
    *,
    notional_min: str = "5",
    liquidation_fee: str = "0.015",
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
        notional_min=Decimal(notional_min),
        # An order has no filter of its own; no position may be larger than the last bracket.
        notional_max=tiers[-1].notional_max,
        price_min=Decimal(price_range[0]),
        price_max=Decimal(price_range[1]),
        price_multiplier_up=1 + Decimal(band),
        price_multiplier_down=1 - Decimal(band),
        maker_fee=MAKER_FEE,
        taker_fee=TAKER_FEE,
        open_orders_max=OPEN_ORDERS_MAX,
        conditional_orders_max=CONDITIONAL_ORDERS_MAX,
        margin_tiers=tiers,
        funding_interval_hours=funding_interval_hours,
        liquidation_fee=Decimal(liquidation_fee),
        listed_ms=listed_at(listed),
    )


FIRST_DAY = "2019-09-25 08:00"
"""exchangeInfo shows this `onboardDate` for every contract of the venue's first year."""

# Base, tick, lot, largest order, largest market order, price bounds, PERCENT_PRICE band, launch.
INSTRUMENTS = [
    _contract(
        "BTC", "0.1", "0.001", "1000", "120", ("556.8", "4529764"), "0.05", FIRST_DAY,
        notional_min="100", liquidation_fee="0.0125",
    ),
    _contract(
        "ETH", "0.01", "0.001", "10000", "2000", ("39.86", "306177"), "0.05", FIRST_DAY,
        notional_min="20", liquidation_fee="0.0125",
    ),
    _contract("BNB", "0.01", "0.01", "100000", "2000", ("6.6", "100000"), "0.05", FIRST_DAY),
    _contract("SOL", "0.01", "0.01", "1000000", "50000", ("0.42", "6857"), "0.05", "2020-09-14 07:00"),
    _contract("XRP", "0.0001", "0.1", "10000000", "2000000", ("0.0143", "100000"), "0.05", FIRST_DAY),
    _contract("DOGE", "0.00001", "1", "50000000", "30000000", ("0.00244", "30"), "0.05", FIRST_DAY),
    _contract(
        "ADA", "0.0001", "1", "2000000", "300000", ("0.0174", "20000"), "0.05", FIRST_DAY, liquidation_fee="0.01"
    ),
    _contract("LINK", "0.001", "0.01", "1000000", "30000", ("0.404", "100000"), "0.05", FIRST_DAY, notional_min="20"),
    _contract("LTC", "0.01", "0.001", "10000", "5000", ("3.61", "100000"), "0.05", FIRST_DAY, notional_min="20"),
    _contract("AVAX", "0.001", "1", "1000000", "40000", ("0.12", "100000"), "0.05", "2020-09-23 07:00"),
    _contract("DOT", "0.001", "0.1", "1000000", "50000", ("0.174", "100000"), "0.05", "2020-08-22 07:00"),
    _contract("TRX", "0.00001", "1", "10000000", "5000000", ("0.00132", "20000"), "0.05", FIRST_DAY),
    _contract("BCH", "0.01", "0.001", "10000", "1000", ("13.93", "100000"), "0.05", FIRST_DAY, notional_min="20"),
    _contract("UNI", "0.001", "1", "1000000", "60000", ("0.294", "100000"), "0.05", "2020-09-18 07:00"),
    _contract("ATOM", "0.001", "0.01", "1000000", "60000", ("0.244", "100000"), "0.05", "2020-02-07 08:00"),
    _contract("NEAR", "0.001", "1", "1000000", "200000", ("0.045", "100000"), "0.05", "2020-10-15 07:00"),
    _contract("APT", "0.001", "0.1", "1000000", "100000", ("0.01", "2000"), "0.1", "2022-10-19 06:00"),
    _contract("ARB", "0.0001", "0.1", "10000000", "2000000", ("0.0001", "200"), "0.1", "2023-03-23 12:30"),
    _contract("OP", "0.0001", "0.1", "10000000", "1000000", ("0.01", "2000"), "0.1", "2022-06-01 09:00"),
    _contract("FIL", "0.001", "0.1", "1000000", "150000", ("0.154", "100000"), "0.05", "2020-10-16 07:00"),
    _contract("ETC", "0.001", "0.01", "1000000", "20000", ("1.051", "100000"), "0.05", FIRST_DAY, notional_min="20"),
    _contract("SUI", "0.0001", "0.1", "10000000", "1500000", ("0.001", "2000"), "0.1", "2023-05-03 12:00"),
    _contract("TON", "0.0001", "0.1", "10000000", "200000", ("0.001", "200"), "0.1", "2024-03-01 12:30"),
    _contract("INJ", "0.001", "0.1", "1000000", "60000", ("0.01", "2000"), "0.1", "2022-08-17 08:00"),
    _contract("AAVE", "0.01", "0.1", "1000000", "5000", ("2.12", "100000"), "0.05", "2020-10-16 07:00"),
    _contract("HBAR", "0.00001", "1", "10000000", "5000000", ("0.00208", "20000"), "0.1", "2021-03-24 07:00"),
    _contract("XLM", "0.00001", "1", "10000000", "3000000", ("0.00648", "20000"), "0.05", "2020-01-20 08:00"),
    _contract(
        "HYPE", "0.001", "0.01", "1000000", "30000", ("0.001", "2000"), "0.1", "2025-05-30 13:30",
        funding_interval_hours=4,
    ),
    _contract(
        "1000PEPE", "0.0000001", "1", "1000000000", "120000000", ("0.00001", "200"), "0.15", "2023-05-05 16:00"
    ),
    _contract("1000SHIB", "0.000001", "1", "100000000", "40000000", ("0.000357", "200"), "0.15", "2021-05-10 11:00"),
]  # fmt: skip
