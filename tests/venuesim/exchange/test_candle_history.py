"""The invented past: the same for the same seed, without gaps, consistent across intervals, within bounds."""

import itertools
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from venuesim.exchange.candle import DAY_MS, HOUR_MS, MINUTE_MS, Candle
from venuesim.exchange.candle_history import History
from venuesim.exchange.instruments import Instrument
from venuesim_instruments import btc_usdt

D = Decimal
START_MS = 1_750_000_012_345


def history(
    seed: str = "1", price: str = "67890.12", instrument: Instrument | None = None, volume: str = "500000"
) -> History:
    return History(instrument or btc_usdt(), seed, D(price), START_MS, D(volume))


def check(candle: Candle, instrument: Instrument) -> None:
    prices = (candle.open, candle.high, candle.low, candle.close)
    assert candle.high == max(prices)
    assert candle.low == min(prices) > 0
    assert all(price % instrument.tick_size == 0 for price in prices)
    assert candle.volume % instrument.lot_size == 0
    assert candle.low * candle.volume <= candle.quote_volume + instrument.tick_size * candle.volume
    assert candle.quote_volume <= candle.high * candle.volume
    assert 0 <= candle.taker_buy_volume <= candle.volume
    assert 0 <= candle.taker_buy_quote_volume <= candle.quote_volume
    assert (candle.trade_count > 0) == (candle.volume > 0)


def test_the_past_ends_at_the_start_price() -> None:
    for length_ms in (1000, MINUTE_MS, HOUR_MS, DAY_MS):
        open_ms = START_MS - START_MS % length_ms
        assert history().candle(open_ms, open_ms + length_ms).close == D("67890.12")


def test_another_seed_or_symbol_has_another_past() -> None:
    candles = {
        history().candle(0, DAY_MS).open,
        history(seed="2").candle(0, DAY_MS).open,
        history(instrument=btc_usdt(symbol="ETH/USDT")).candle(0, DAY_MS).open,
    }
    assert len(candles) == 3


def test_the_figures_of_a_seed_stay_what_they_are() -> None:
    candle = history().candle(1_749_999_900_000, 1_749_999_960_000)
    assert candle == Candle(
        open_ms=1_749_999_900_000,
        open=D("67860.73"),
        high=D("67870.85"),
        low=D("67813.35"),
        close=D("67839.92"),
        volume=D("7.83227"),
        quote_volume=D("531389.8351967"),
        trade_count=120,
        taker_buy_volume=D("3.44323"),
        taker_buy_quote_volume=D("233610.1056583"),
    )


@given(st.integers(0, START_MS), st.sampled_from([1000, MINUTE_MS, HOUR_MS, 30 * DAY_MS]), st.text(max_size=5))
def test_every_candle_makes_sense_and_is_the_same_again(open_ms: int, length_ms: int, seed: str) -> None:
    candle = history(seed).candle(open_ms, open_ms + length_ms)
    check(candle, btc_usdt())
    assert candle == history(seed).candle(open_ms, open_ms + length_ms)


@given(st.integers(0, START_MS - 10 * DAY_MS), st.sampled_from([1000, MINUTE_MS, HOUR_MS]))
def test_one_closes_where_the_next_opens_and_both_together_are_the_longer_one(open_ms: int, length_ms: int) -> None:
    past = history()
    parts = [past.candle(open_ms + number * length_ms, open_ms + (number + 1) * length_ms) for number in range(5)]
    whole = past.candle(open_ms, open_ms + 5 * length_ms)
    assert all(left.close == right.open for left, right in itertools.pairwise(parts))
    assert (whole.open, whole.close) == (parts[0].open, parts[-1].close)
    assert whole.volume == sum(part.volume for part in parts)


@given(st.integers(0, START_MS))
def test_the_price_stays_within_a_third_and_three_times_the_start_price(open_ms: int) -> None:
    close = history().candle(open_ms, open_ms + DAY_MS).close
    assert D(67890) / 3 < close < D(67891) * 3


def test_a_price_of_one_tick_never_falls_to_zero() -> None:
    past = history(price="0.01")
    for day in range(2000):
        check(past.candle(START_MS - day * DAY_MS, START_MS - (day - 1) * DAY_MS), btc_usdt())


def test_a_day_has_about_the_typical_volume() -> None:
    past = history()
    days = [past.candle(day * DAY_MS, (day + 1) * DAY_MS) for day in range(100)]
    per_minute = sum(day.volume for day in days) * D("67890") / (100 * 1440)
    assert D(400_000) < per_minute < D(600_000)


def test_the_past_remembers_a_bounded_number_of_candles() -> None:
    past = history()
    for minute in range(5000):
        past.candle(minute * MINUTE_MS, (minute + 1) * MINUTE_MS)
    assert len(past._cache) <= 2048
    assert len(past._points) <= 2048
