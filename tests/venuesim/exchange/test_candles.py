"""Candles follow the trades, in every interval alike, and continue an invented past."""

import itertools
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from venuesim.exchange.candles import RETENTIONS_MS, Candle, Candles, Interval
from venuesim_instruments import btc_usdt

D = Decimal
MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
MIDNIGHT_MS = 1_750_032_000_000
"""2025-06-16, a Monday."""

SECOND = Interval(1000)
MINUTE = Interval(MINUTE_MS)
FIVE_MINUTES = Interval(5 * MINUTE_MS)
HOUR = Interval(HOUR_MS)
DAY = Interval(DAY_MS)
WEEK = Interval(7 * DAY_MS)
MONTH = Interval(months=1)
INTERVALS = [
    SECOND, MINUTE, Interval(3 * MINUTE_MS), FIVE_MINUTES, Interval(15 * MINUTE_MS), Interval(30 * MINUTE_MS), HOUR,
    Interval(2 * HOUR_MS), Interval(4 * HOUR_MS), Interval(6 * HOUR_MS), Interval(8 * HOUR_MS), Interval(12 * HOUR_MS),
    DAY, Interval(3 * DAY_MS), WEEK, MONTH,
]  # fmt: skip


def candles(start_ms: int = MIDNIGHT_MS, *, listed_ms: int = 0, opens_at_last_close: bool = False) -> Candles:
    return Candles(
        btc_usdt(listed_ms=listed_ms),
        seed="1",
        start_price=D("100.005"),
        start_ms=start_ms,
        quote_volume_per_minute=D("100000"),
        opens_at_last_close=opens_at_last_close,
    )


def trade(market: Candles, price: str, quantity: str, after_ms: int, *, buyer_is_maker: bool = False) -> None:
    market.count(D(price), D(quantity), buyer_is_maker, MIDNIGHT_MS + after_ms)


def volume_of(answer: list[Candle]) -> Decimal:
    return sum((candle.volume for candle in answer), D(0))


def test_a_minute_is_the_sum_of_its_trades() -> None:
    market = candles()
    trade(market, "100", "1", 100)
    trade(market, "103", "2", 20_000, buyer_is_maker=True)
    trade(market, "99", "0.5", 59_999)
    assert market.of(MINUTE, limit=1, now_ms=MIDNIGHT_MS + 59_999) == [
        Candle(
            open_ms=MIDNIGHT_MS,
            open=D(100),
            high=D(103),
            low=D(99),
            close=D(99),
            volume=D("3.5"),
            quote_volume=D("355.5"),
            trade_count=3,
            taker_buy_volume=D("1.5"),
            taker_buy_quote_volume=D("149.5"),
        )
    ]


def test_a_quiet_time_is_flat_at_the_last_price() -> None:
    market = candles()
    trade(market, "104", "1", 0)
    answer = market.of(MINUTE, limit=3, now_ms=MIDNIGHT_MS + 3 * MINUTE_MS)
    assert [candle.open_ms - MIDNIGHT_MS for candle in answer] == [MINUTE_MS, 2 * MINUTE_MS, 3 * MINUTE_MS]
    for candle in answer:
        assert candle == Candle(open_ms=candle.open_ms, open=D(104), high=D(104), low=D(104), close=D(104))


def test_without_any_trade_it_is_flat_at_the_start_price() -> None:
    answer = candles().of(HOUR, limit=1, now_ms=MIDNIGHT_MS + HOUR_MS)
    assert answer == [
        Candle(open_ms=MIDNIGHT_MS + HOUR_MS, open=D("100.00"), high=D(100), low=D(100), close=D("100.00"))
    ]


def test_a_long_quiet_time_costs_nothing() -> None:
    market = candles()
    trade(market, "104", "1", 0)
    trade(market, "105", "1", 20 * 365 * DAY_MS)
    assert [candle.close for candle in market.of(MINUTE, limit=2, now_ms=MIDNIGHT_MS + 20 * 365 * DAY_MS)] == [104, 105]


def test_a_candle_opens_with_its_first_trade_or_where_the_last_one_closed() -> None:
    for opens_at_last_close, expected in ((False, D(110)), (True, D(101))):
        market = candles(opens_at_last_close=opens_at_last_close)
        trade(market, "101", "1", 0)
        trade(market, "110", "1", MINUTE_MS)
        (candle,) = market.of(MINUTE, limit=1, now_ms=MIDNIGHT_MS + MINUTE_MS)
        assert (candle.open, candle.low, candle.high) == (expected, expected, D(110))


def test_a_trade_told_late_counts_in_the_running_second() -> None:
    market = candles()
    trade(market, "101", "1", MINUTE_MS)
    trade(market, "102", "1", MINUTE_MS - 1)
    answer = market.of(MINUTE, limit=2, now_ms=MIDNIGHT_MS + MINUTE_MS)
    assert [candle.trade_count for candle in answer] == [0, 2]


def test_a_trade_told_before_the_start_is_none_of_the_past() -> None:
    market = candles()
    before = market.of(MINUTE, limit=1, now_ms=MIDNIGHT_MS - 1)
    trade(market, "101", "1", -5000)
    assert market.of(MINUTE, limit=1, now_ms=MIDNIGHT_MS - 1) == before


@pytest.mark.parametrize("interval", INTERVALS)
@pytest.mark.parametrize("start_ms", [MIDNIGHT_MS, MIDNIGHT_MS + 5 * HOUR_MS + 1234])
def test_every_interval_reaches_back_without_gaps_and_ends_at_the_start_price(
    interval: Interval, start_ms: int
) -> None:
    answer = candles(start_ms).of(interval, limit=2000, now_ms=start_ms - 1)
    # There were no 2000 months since 1970, and no venue knows of times before.
    assert len(answer) == (666 if interval is MONTH else 2000)
    assert answer[-1].close == D(100)
    for left, right in itertools.pairwise(answer):
        assert left.close == right.open
        assert interval.after(left.open_ms) == right.open_ms


def test_the_past_begins_when_the_instrument_was_listed() -> None:
    market = candles(listed_ms=MIDNIGHT_MS - 10 * DAY_MS + 5)
    assert len(market.of(DAY, limit=100, now_ms=MIDNIGHT_MS)) == 11
    oldest = market.of(DAY, limit=1, now_ms=MIDNIGHT_MS, start_ms=0)
    assert [candle.open_ms for candle in oldest] == [MIDNIGHT_MS - 10 * DAY_MS]


def test_the_running_candle_joins_the_invented_past_with_the_trades() -> None:
    market = candles(MIDNIGHT_MS + 30 * MINUTE_MS)
    (before,) = market.of(HOUR, limit=1, now_ms=MIDNIGHT_MS + 30 * MINUTE_MS)
    trade(market, "300", "2", 31 * MINUTE_MS)
    (after,) = market.of(HOUR, limit=1, now_ms=MIDNIGHT_MS + 31 * MINUTE_MS)
    assert (after.open, after.high, after.close) == (before.open, D(300), D(300))
    assert after.volume == before.volume + 2
    assert before.volume > 0


def test_the_bounds_are_inclusive_and_choose_the_side_to_count_from() -> None:
    market = candles()
    now_ms = MIDNIGHT_MS + 10 * MINUTE_MS

    def opens(**bounds: int) -> list[int]:
        newest = bool(bounds.pop("newest", 0))
        answer = market.of(
            MINUTE, limit=3, now_ms=now_ms, newest=newest, **{name: MIDNIGHT_MS + at for name, at in bounds.items()}
        )
        return [(candle.open_ms - MIDNIGHT_MS) // MINUTE_MS for candle in answer]

    assert opens() == [8, 9, 10]
    assert opens(start_ms=0) == [0, 1, 2]
    assert opens(start_ms=1) == [1, 2, 3]
    assert opens(start_ms=0, newest=1) == [8, 9, 10]
    assert opens(start_ms=4 * MINUTE_MS, end_ms=5 * MINUTE_MS) == [4, 5]
    assert opens(end_ms=5 * MINUTE_MS) == [3, 4, 5]
    assert opens(end_ms=5 * MINUTE_MS - 1) == [2, 3, 4]
    assert opens(start_ms=5 * MINUTE_MS, end_ms=4 * MINUTE_MS) == []
    assert opens(start_ms=11 * MINUTE_MS) == []


@pytest.mark.parametrize("interval", INTERVALS)
def test_absurd_bounds_are_answered_with_nothing_or_all(interval: Interval) -> None:
    market = candles()
    assert market.of(interval, limit=5, now_ms=MIDNIGHT_MS, start_ms=10**19) == []
    assert market.of(interval, limit=5, now_ms=MIDNIGHT_MS, end_ms=-(10**19)) == []
    assert len(market.of(interval, limit=5, now_ms=MIDNIGHT_MS, start_ms=-(10**19), end_ms=10**19)) == 5
    assert market.of(interval, limit=0, now_ms=MIDNIGHT_MS) == []


def test_days_of_another_clock_open_at_its_midnight() -> None:
    market = candles()
    trade(market, "100", "1", 15 * HOUR_MS)
    trade(market, "100", "2", 16 * HOUR_MS)
    answer = market.of(DAY, limit=2, now_ms=MIDNIGHT_MS + 16 * HOUR_MS, offset_ms=8 * HOUR_MS)
    assert [candle.open_ms - MIDNIGHT_MS for candle in answer] == [-8 * HOUR_MS, 16 * HOUR_MS]
    assert answer[1].volume == 2


def test_an_interval_of_less_than_a_second_is_refused() -> None:
    with pytest.raises(ValueError, match="whole seconds"):
        candles().of(Interval(1500), limit=1, now_ms=MIDNIGHT_MS)


TRADES = st.lists(
    st.tuples(st.integers(0, 20 * MINUTE_MS), st.integers(9000, 11000), st.integers(1, 10**6), st.booleans()),
    max_size=30,
)


@settings(max_examples=40)
@given(TRADES)
def test_every_interval_tells_the_same_trades(steps: list[tuple[int, int, int, bool]]) -> None:
    market = candles()
    now_ms = MIDNIGHT_MS
    for pause_ms, cents, lots, buyer_is_maker in steps:
        now_ms += pause_ms
        market.count(D(cents) / 100, lots * D("0.00001"), buyer_is_maker, now_ms)
    seen = {}
    for interval in (MINUTE, Interval(3 * MINUTE_MS), FIVE_MINUTES, Interval(15 * MINUTE_MS), HOUR, DAY):
        answer = market.of(interval, limit=2000, now_ms=now_ms, start_ms=MIDNIGHT_MS)
        seen[interval] = (
            volume_of(answer),
            sum(candle.quote_volume for candle in answer),
            sum(candle.trade_count for candle in answer),
            sum(candle.taker_buy_volume for candle in answer),
            sum(candle.taker_buy_quote_volume for candle in answer),
            answer[-1].close,
        )
        assert all(candle.low <= min(candle.open, candle.close) for candle in answer)
        assert all(candle.high >= max(candle.open, candle.close) for candle in answer)
    assert len(set(seen.values())) == 1
    assert seen[MINUTE][2] == len(steps)


@settings(max_examples=20)
@given(TRADES, st.integers(1, 12))
def test_an_hour_has_the_volume_of_its_minutes_across_past_and_present(
    steps: list[tuple[int, int, int, bool]], hours: int
) -> None:
    market = candles(MIDNIGHT_MS + 10 * MINUTE_MS)
    now_ms = MIDNIGHT_MS + 10 * MINUTE_MS
    for pause_ms, cents, lots, buyer_is_maker in steps:
        now_ms += pause_ms
        market.count(D(cents) / 100, lots * D("0.00001"), buyer_is_maker, now_ms)
    start_ms = MIDNIGHT_MS - hours * HOUR_MS
    volumes = {
        volume_of(market.of(interval, limit=2000, now_ms=now_ms, start_ms=start_ms))
        for interval in (MINUTE, FIVE_MINUTES, HOUR)
    }
    assert len(volumes) == 1


def test_trades_of_weeks_are_kept_in_bounded_memory_and_answered_without_a_gap() -> None:
    market = candles()
    for minute in range(14 * 1440):
        trade(market, "100", "1", minute * MINUTE_MS)
    now_ms = MIDNIGHT_MS + (14 * 1440 - 1) * MINUTE_MS
    for tier, (length_ms, retention_ms) in zip(market._tiers, RETENTIONS_MS, strict=True):
        assert len(tier._finished) <= retention_ms // length_ms + 1
    minutes = market.of(MINUTE, limit=100_000, now_ms=now_ms)
    assert len(minutes) >= 2000
    assert minutes[0].open_ms > MIDNIGHT_MS
    assert {candle.volume for candle in minutes} == {D(1)}
    assert volume_of(market.of(WEEK, limit=2, now_ms=now_ms)) == 14 * 1440
    assert market.of(MINUTE, limit=5, now_ms=now_ms, end_ms=MIDNIGHT_MS) == []


def test_what_follows_dropped_trades_is_flat_at_their_last_price() -> None:
    market = candles()
    trade(market, "104", "1", 0)
    trade(market, "105", "1", 2 * HOUR_MS)
    trade(market, "105", "1", 2 * HOUR_MS + 1000)
    (oldest,) = market.of(SECOND, limit=1, now_ms=MIDNIGHT_MS + 2 * HOUR_MS, start_ms=0)
    assert (oldest.open_ms, oldest.close) == (MIDNIGHT_MS + 1000, D(104))


def test_the_same_trades_give_the_same_candles() -> None:
    answers = []
    for _ in range(2):
        market = candles()
        trade(market, "101", "1", 5)
        answers.append([market.of(interval, limit=500, now_ms=MIDNIGHT_MS + 5) for interval in INTERVALS])
    assert answers[0] == answers[1]
