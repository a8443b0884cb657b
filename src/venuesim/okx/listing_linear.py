"""The USDT swaps that the simulated OKX lists, with the figures of public/instruments.

BTC, ETH, LTC, ADA, XRP, DOGE, TRX and PEPE are as recorded from the venue, and the contract sizes of SOL, LINK, UNI,
SUI, ARB, BNB, AAVE, BCH, ATOM, TON, OP and INJ. The rest could not be checked against a recording.
"""

from decimal import Decimal

from venuesim.exchange.instruments import TWELVE_DECIMALS, Instrument
from venuesim.exchange.listings import LISTINGS, listed_at
from venuesim.exchange.vocabulary import MarketKind
from venuesim.okx.listing import CONDITIONAL_ORDERS_MAX, LIMIT_NOTIONAL_MAX, OPEN_ORDERS_MAX
from venuesim.okx.position_tiers import margin_tiers

MAKER_FEE = Decimal("0.0002")
TAKER_FEE = Decimal("0.0005")
"""The regular tier: 2 and 5 basis points of the notional. A liquidation pays the taker fee and no other."""

CONTRACTS_MAX = 100_000_000
"""`maxLmtSz`; also shown as the largest iceberg, trigger and TWAP order."""

FIRST_CODE = 10_459
CODE_STEP = 2
"""`instIdCode`: 10459 for BTC-USDT-SWAP, 10461 for ETH-USDT-SWAP (assumption: so on in the order below)."""

FIRST_DAY = "2019-11-12 11:16:48"
"""public/instruments shows this `listTime` for the swaps that the venue began with."""


def _swap(
    base: str,
    contract_size: str,
    lot_contracts: str,
    tick_size: str,
    market_contracts_max: int,
    listed: str = FIRST_DAY,
    *,
    price_limit: str = "0.05",
    contracts_max: int = CONTRACTS_MAX,
) -> Instrument:
    contract = Decimal(contract_size)
    listing = LISTINGS[f"{base}/USDT"]
    return Instrument(
        symbol=f"{base}/USDT:USDT",
        base=base,
        quote="USDT",
        kind=MarketKind.LINEAR,
        contract_size=contract,
        tick_size=Decimal(tick_size),
        lot_size=Decimal(lot_contracts) * contract,
        quantity_min=Decimal(lot_contracts) * contract,
        quantity_max=contracts_max * contract,
        market_quantity_max=market_contracts_max * contract,
        notional_min=Decimal(0),
        notional_max=LIMIT_NOTIONAL_MAX,
        price_min=Decimal(tick_size),
        price_max=Decimal(10_000_000),
        price_multiplier_up=1 + Decimal(price_limit),
        price_multiplier_down=1 - Decimal(price_limit),
        maker_fee=MAKER_FEE,
        taker_fee=TAKER_FEE,
        money_step=TWELVE_DECIMALS,
        liquidates_with_fee=True,
        open_orders_max=OPEN_ORDERS_MAX,
        conditional_orders_max=CONDITIONAL_ORDERS_MAX,
        margin_tiers=margin_tiers(base, contract, (listing.low + listing.high) / 2),
        listed_ms=listed_at(listed),
    )


# Base, contract size in base, lot (also the smallest order) in contracts, tick, largest market order, launch.
INSTRUMENTS_LINEAR = [
    _swap("BTC", "0.01", "0.01", "0.1", 35_000, price_limit="0.02"),
    _swap("ETH", "0.1", "0.01", "0.01", 20_000, price_limit="0.02"),
    _swap("SOL", "1", "0.01", "0.01", 20_000, "2021-08-05 08:00"),
    _swap("BNB", "0.01", "1", "0.1", 40_000, "2022-12-28 08:00"),
    _swap("XRP", "100", "0.01", "0.0001", 15_000),
    _swap("DOGE", "1000", "0.01", "0.00001", 12_000, "2021-01-29 10:40:28"),
    _swap("ADA", "100", "0.1", "0.0001", 10_000, "2021-01-29 10:40:28"),
    _swap("LINK", "1", "0.1", "0.001", 30_000, "2020-02-25 08:00"),
    _swap("LTC", "1", "0.1", "0.01", 10_000),
    _swap("AVAX", "1", "0.1", "0.001", 20_000, "2020-09-24 08:00"),
    _swap("DOT", "1", "0.1", "0.001", 60_000, "2020-08-21 08:00"),
    _swap("TRX", "1000", "0.01", "0.00001", 4_000, contracts_max=1_000_000),
    _swap("BCH", "0.1", "0.1", "0.1", 20_000),
    _swap("UNI", "1", "1", "0.001", 25_000, "2020-09-18 08:00"),
    _swap("ATOM", "1", "1", "0.001", 25_000, "2019-12-26 08:00"),
    _swap("NEAR", "10", "0.1", "0.001", 10_000, "2020-10-20 08:00"),
    _swap("APT", "1", "0.1", "0.001", 20_000, "2022-10-19 02:00"),
    _swap("ARB", "10", "0.1", "0.0001", 50_000, "2023-03-24 08:00"),
    _swap("OP", "1", "1", "0.0001", 250_000, "2022-06-02 08:00"),
    _swap("FIL", "0.1", "1", "0.001", 500_000, "2020-10-16 08:00"),
    _swap("ETC", "10", "0.1", "0.01", 1_500),
    _swap("SUI", "1", "1", "0.0001", 200_000, "2023-05-03 13:00"),
    _swap("TON", "1", "1", "0.001", 80_000, "2023-08-09 08:00"),
    _swap("INJ", "0.1", "1", "0.001", 100_000, "2023-11-02 08:00"),
    _swap("AAVE", "0.1", "0.1", "0.01", 15_000, "2020-10-19 08:00"),
    _swap("HBAR", "100", "0.1", "0.00001", 40_000, "2021-03-25 08:00"),
    _swap("XLM", "100", "0.1", "0.00001", 20_000, "2019-12-26 08:00"),
    _swap("HYPE", "0.1", "1", "0.001", 100_000, "2024-12-06 08:00"),
    _swap("PEPE", "10000000", "0.1", "0.000000001", 16_000, "2023-05-05 08:00"),
    _swap("SHIB", "1000000", "0.1", "0.000000001", 60_000, "2021-05-10 10:00"),
]
