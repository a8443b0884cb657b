"""When funding is paid: at the ends of a contract's interval, and not when the simulator starts."""

from decimal import Decimal

from venuesim.exchange.clock import ManualClock
from venuesim.exchange.engine import Exchange
from venuesim.okx.listing_linear import INSTRUMENTS_LINEAR

HOUR_MS = 3_600_000
SYMBOL = "BTC/USDT:USDT"


def test_funding_is_paid_at_the_end_of_the_interval_and_not_before() -> None:
    clock = ManualClock(8 * HOUR_MS * 50_000 + HOUR_MS)
    venue = Exchange(name="okx", instruments=INSTRUMENTS_LINEAR, clock=clock, seed=1)
    market = venue.markets[SYMBOL]
    assert market.next_funding_ms == 8 * HOUR_MS * 50_001
    venue.pass_time()
    assert not market.funded
    clock.advance(7 * HOUR_MS)
    venue.pass_time()
    assert [(funded.time_ms, funded.rate) for funded in market.funded] == [(clock.now_ms(), Decimal("0.0001"))]
    assert market.next_funding_ms == 8 * HOUR_MS * 50_002
