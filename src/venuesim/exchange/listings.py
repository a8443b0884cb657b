"""Where each market starts and how deep it is, by base and quote: the same for every venue."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import NamedTuple


class Listing(NamedTuple):
    """Where a market starts and how deep it is: a price range, and the usual quote amount of one level."""

    low: Decimal
    high: Decimal
    level_notional: Decimal


def _listing(low: str, high: str, level_notional: str = "4000") -> Listing:
    return Listing(Decimal(low), Decimal(high), Decimal(level_notional))


LISTINGS = {
    "BTC/USDT": _listing("60000", "100000", "12000"),
    "ETH/USDT": _listing("2400", "4200", "10000"),
    "BNB/USDT": _listing("550", "900"),
    "SOL/USDT": _listing("120", "240", "6000"),
    "XRP/USDT": _listing("1.8", "3.2", "6000"),
    "DOGE/USDT": _listing("0.12", "0.35"),
    "ADA/USDT": _listing("0.5", "1.1"),
    "LINK/USDT": _listing("12", "26"),
    "LTC/USDT": _listing("80", "130"),
    "AVAX/USDT": _listing("18", "40"),
    "DOT/USDT": _listing("3.5", "7"),
    "TRX/USDT": _listing("0.22", "0.36"),
    "BCH/USDT": _listing("350", "650"),
    "UNI/USDT": _listing("5", "11"),
    "ATOM/USDT": _listing("2.4", "5"),
    "NEAR/USDT": _listing("1.6", "3.6"),
    "APT/USDT": _listing("1.8", "4.5"),
    "ARB/USDT": _listing("0.2", "0.5"),
    "OP/USDT": _listing("0.3", "0.8"),
    "FIL/USDT": _listing("1.2", "2.6"),
    "ETC/USDT": _listing("12", "24"),
    "SUI/USDT": _listing("1.4", "3.6"),
    "TON/USDT": _listing("1.4", "3.2"),
    "INJ/USDT": _listing("5", "13"),
    "AAVE/USDT": _listing("150", "320"),
    "HBAR/USDT": _listing("0.11", "0.24"),
    "XLM/USDT": _listing("0.2", "0.42"),
    "HYPE/USDT": _listing("25", "50"),
    "OKB/USDT": _listing("90", "180"),
    "PEPE/USDT": _listing("0.000004", "0.000012"),
    "1000PEPE/USDT": _listing("0.004", "0.012"),
    "SHIB/USDT": _listing("0.000008", "0.000015"),
    "1000SHIB/USDT": _listing("0.008", "0.015"),
    "SHIB1000/USDT": _listing("0.008", "0.015"),
    "BTC/USDC": _listing("60000", "100000", "8000"),
    "ETH/USDC": _listing("2400", "4200", "6000"),
    "SOL/USDC": _listing("120", "240"),
    "XRP/USDC": _listing("1.8", "3.2"),
    "BTC/EUR": _listing("52000", "88000"),
    "ETH/EUR": _listing("2100", "3700"),
    "USDC/USDT": _listing("0.9985", "1.0015", "50000"),
    "ETH/BTC": _listing("0.034", "0.046", "0.15"),
    "BNB/BTC": _listing("0.0075", "0.0115", "0.1"),
    "SOL/BTC": _listing("0.0016", "0.003", "0.1"),
    "XRP/BTC": _listing("0.000022", "0.00004", "0.1"),
    "LTC/BTC": _listing("0.0009", "0.0016", "0.05"),
}
"""The markets that the venues list, by base and quote. Each has a price of its own: pairs are not arbitraged."""


def listing_key(symbol: str) -> str:
    """Return the key of a unified symbol's price: a contract ("BTC/USDT:USDT") moves as its spot pair does."""
    return symbol.partition(":")[0]


def listed_at(moment: str) -> int:
    """Return a moment like "2020-09-14" or "2019-09-25 08:00" (UTC) in milliseconds since the Unix epoch."""
    return int(datetime.fromisoformat(moment).replace(tzinfo=UTC).timestamp()) * 1000
