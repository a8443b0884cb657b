"""Time stamps in microseconds, for clients that ask for them (`X-MBX-TIME-UNIT`, `?timeUnit=`)."""

from venuesim.binance.errors import BinanceError

MILLISECONDS = range(10**12, 10**13)
"""What an integer lies in if it is a time stamp: from 2001 to 2286. No id of the simulated venue is so great."""


def wants_microseconds(unit: str | None) -> bool:
    """Whether a client wants microseconds; raises BinanceError for a unit that there is not."""
    if unit is None or unit.upper() == "MILLISECOND":
        return False
    if unit.upper() == "MICROSECOND":
        return True
    raise BinanceError(-1194, "Invalid value for time unit; expected either MICROSECOND or MILLISECOND.")


def in_microseconds(payload: object) -> object:
    """Return an answer with its time stamps in microseconds; the exchange itself counts milliseconds.

    A stretch of time that ends on the last millisecond of its second ends on the last microsecond of it.
    """
    if isinstance(payload, dict):
        return {name: in_microseconds(value) for name, value in payload.items()}
    if isinstance(payload, (list, tuple)):
        return [in_microseconds(value) for value in payload]
    if isinstance(payload, int) and not isinstance(payload, bool) and payload in MILLISECONDS:
        return payload * 1000 + (999 if payload % 1000 == 999 else 0)
    return payload
