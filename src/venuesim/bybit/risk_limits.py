"""Risk limits of the simulated Bybit contracts, with the figures of GET /v5/market/risk-limit.

Brackets in USDT; the deductions ("mmDeduction") follow from the rates. Read off the venue: the first three of BTC and
of HYPE. The rest follows the venue's pattern, a maintenance margin of half the initial one (assumption).
"""

from venuesim.exchange.brackets import continuous_tiers

LARGE = "100x 0.5% 100k, 75x 0.67% 400k, 50x 1% 1m, 25x 2% 4m, 20x 2.5% 8m, 10x 5% 20m"
MEDIUM = "75x 0.67% 25k, 50x 1% 200k, 25x 2% 1m, 20x 2.5% 2m, 10x 5% 5m"
SMALL = "50x 1% 25k, 25x 2% 200k, 20x 2.5% 400k, 10x 5% 1m"

MARGIN_TIERS = {
    base: continuous_tiers(table)
    for base, table in {
        "BTC": (
            "150x 0.33% 300k, 100x 0.5% 2m, 90x 0.56% 2.6m, 80x 0.62% 3.2m, 70x 0.71% 3.8m, 50x 1% 6m,"
            " 25x 2% 20m, 20x 2.5% 40m, 10x 5% 80m"
        ),
        "ETH": "100x 0.5% 1.5m, 90x 0.56% 2m, 80x 0.62% 2.5m, 50x 1% 5m, 25x 2% 15m, 20x 2.5% 30m, 10x 5% 60m",
        "SOL": LARGE,
        "BNB": MEDIUM,
        "XRP": MEDIUM,
        "DOGE": MEDIUM,
        "ADA": MEDIUM,
        "LINK": MEDIUM,
        "AVAX": MEDIUM,
        "SUI": MEDIUM,
        "NEAR": MEDIUM,
        "1000PEPE": MEDIUM,
        "HYPE": "75x 0.67% 5k, 50x 1% 25k, 45x 1.11% 50k, 25x 2% 500k, 20x 2.5% 1m, 10x 5% 4m",
        "LTC": SMALL,
        "DOT": SMALL,
        "TRX": SMALL,
        "BCH": SMALL,
        "UNI": SMALL,
        "ATOM": SMALL,
        "APT": SMALL,
        "ARB": SMALL,
        "OP": SMALL,
        "FIL": SMALL,
        "ETC": SMALL,
        "TON": SMALL,
        "INJ": SMALL,
        "AAVE": SMALL,
        "HBAR": SMALL,
        "XLM": SMALL,
        "SHIB1000": SMALL,
    }.items()
}
