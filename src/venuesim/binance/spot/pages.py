"""Stretches of time and pages of look-ups."""

from venuesim.binance.errors import BinanceError
from venuesim.binance.parameters import Parameters

PAGE = 500
PAGE_MAX = 1000
PERIOD_HOURS_MAX = 24
HOUR_MS = 3_600_000
END_OF_TIME_MS = 2**63 - 1


def read_period(parameters: Parameters) -> tuple[int, int]:
    """Return (start, end) in milliseconds, open where not sent; at most a day lies between the two."""
    start_ms, end_ms = parameters.time_ms("startTime"), parameters.time_ms("endTime")
    if start_ms is not None and end_ms is not None and end_ms - start_ms > PERIOD_HOURS_MAX * HOUR_MS:
        raise BinanceError(-1127, f"More than {PERIOD_HOURS_MAX} hours between startTime and endTime.")
    return (start_ms or 0), (END_OF_TIME_MS if end_ms is None else end_ms)
