"""Position tiers of the simulated OKX swaps, with the figures of public/position-tiers; sizes in contracts.

A position keeps the rate of its tier on all of its value: OKX has no amount that would smooth the steps.
The first tiers of BTC and ETH are as recorded from the venue, and the second of BTC but for its leverage. The rest
follows the venue's pattern (assumption).
"""

from decimal import Decimal

from venuesim.exchange.brackets import Bracket, read_brackets
from venuesim.exchange.instruments import MarginTier

# Sizes are multiples of the first tier's.
MAJOR = "100x 0.4% 1, 80x 0.5% 5, 66x 1% 10, 50x 1.5% 20, 40x 2% 30, 25x 3% 50"
MINOR = "50x 1% 1, 33x 1.5% 2, 25x 2% 4, 20x 2.5% 6, 10x 5% 10"
SMALL = "50x 1% 1, 20x 2.5% 3, 10x 5% 6"

FIRST_TIER_CONTRACTS = {
    MAJOR: {"BTC": 1_000, "ETH": 5_000, "SOL": 5_000},
    MINOR: {
        "BNB": 20_000,
        "XRP": 5_000,
        "DOGE": 3_000,
        "ADA": 5_000,
        "LINK": 20_000,
        "LTC": 5_000,
        "AVAX": 15_000,
        "DOT": 50_000,
        "TRX": 2_000,
        "BCH": 10_000,
        "SUI": 150_000,
        "PEPE": 5_000,
        "SHIB": 20_000,
        "HYPE": 50_000,
    },
    SMALL: {
        "UNI": 20_000,
        "ATOM": 30_000,
        "NEAR": 5_000,
        "APT": 30_000,
        "ARB": 30_000,
        "OP": 150_000,
        "FIL": 500_000,
        "ETC": 1_000,
        "TON": 40_000,
        "INJ": 100_000,
        "AAVE": 5_000,
        "HBAR": 10_000,
        "XLM": 4_000,
    },
}


def _scaled(ladder: str, first_tier: int) -> tuple[Bracket, ...]:
    return tuple(bracket._replace(size_max=bracket.size_max * first_tier) for bracket in read_brackets(ladder))


POSITION_TIERS = {
    base: _scaled(ladder, contracts)
    for ladder, first_tiers in FIRST_TIER_CONTRACTS.items()
    for base, contracts in first_tiers.items()
}
"""The tiers of each base, smallest first; a tier's initial margin rate is one over its leverage."""


def margin_tiers(base: str, contract_size: Decimal, price: Decimal) -> tuple[MarginTier, ...]:
    """Return a swap's tiers in quote at a price: the exchange counts notional where the venue counts contracts."""
    return tuple(
        MarginTier(
            notional_max=tier.size_max * contract_size * price,
            leverage_max=tier.leverage_max,
            maintenance_rate=tier.maintenance_rate,
        )
        for tier in POSITION_TIERS[base]
    )
