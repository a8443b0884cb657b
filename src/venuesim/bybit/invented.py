"""Figures of the market that the simulation does not produce itself: they are drawn from the seed of their names.

Whoever asks twice for the same moment gets the same figure.
"""

import zlib
from decimal import Decimal

from venuesim.exchange.instruments import Instrument, floor_to
from venuesim.exchange.listings import LISTINGS, listing_key

LEVELS_OF_OPEN_INTEREST = 60_000
"""What others hold of a contract, in usual levels of its book (assumption)."""

INSURANCE_POOL = Decimal(180_000_000)
"""What the insurance pool of the USDT contracts holds, in USDT (assumption)."""


def share(*names: object) -> Decimal:
    """Return a figure between 0 and 1, in steps of a hundred-thousandth, that depends on the names alone."""
    return Decimal(zlib.crc32("/".join(map(str, names)).encode()) % 100_001) / 100_000


def past_funding_rate(instrument: Instrument, time_ms: int) -> Decimal:
    """Return the funding rate of a time before the simulation began: mostly the usual 0.01 %."""
    drawn = share("funding", instrument.symbol, time_ms)
    return Decimal("0.0001") if drawn > Decimal("0.4") else (drawn / 2500).quantize(Decimal("0.00000001"))


def open_interest_of_others(instrument: Instrument, time_ms: int | None = None) -> Decimal:
    """Return how much of a contract (base) strangers hold on one side; without a time, what they hold always."""
    listing = LISTINGS[listing_key(instrument.symbol)]
    middle = (listing.low + listing.high) / 2
    held = listing.level_notional * LEVELS_OF_OPEN_INTEREST / middle
    if time_ms is not None:
        held *= 1 + (share("interest", instrument.symbol, time_ms) - Decimal("0.5")) / 50
    return floor_to(held, instrument.lot_size)


def long_share(instrument: Instrument, time_ms: int) -> Decimal:
    """Return the share of accounts that are long, between 0.45 and 0.60."""
    drawn = share("ratio", instrument.symbol, time_ms)
    return (Decimal("0.45") + drawn * Decimal("0.15")).quantize(Decimal("0.0001"))
