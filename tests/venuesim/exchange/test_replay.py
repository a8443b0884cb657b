"""A file is replayed at its own pace or faster, once or again and again."""

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from venuesim.exchange.prices import PriceSource, Tick
from venuesim.exchange.replay import Replay
from venuesim_instruments import BTC_USDT, btc_usdt

D = Decimal
START_MS = 1_750_000_000_000


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "rows.csv"


def replay(path: Path, text: str, *, speed: str = "1", loops: bool = False) -> Replay:
    path.write_text(text)
    return Replay(BTC_USDT, path, start_ms=START_MS, speed=D(speed), loops=loops)


def prices(source: PriceSource, after_ms: int) -> list[int]:
    return [int(tick.price) for tick in source.advance(START_MS + after_ms)]


def test_trades_come_when_they_came_relative_to_the_first(path: Path) -> None:
    source = replay(path, "time,price\n1000,1\n1001.5,2\n1001.5,3\n1010,4\n")
    assert prices(source, -1) == []
    assert prices(source, 0) == [1]
    assert prices(source, 1499) == []
    assert prices(source, 1500) == [2, 3]
    assert not source.is_exhausted
    assert prices(source, 10_000) == [4]
    assert source.is_exhausted
    assert prices(source, 99_999) == []


def test_speed_divides_the_pauses(path: Path) -> None:
    source = replay(path, "0,1\n10,2\n20,3", speed="4")
    assert prices(source, 2499) == [1]
    assert prices(source, 2500) == [2]
    slow = replay(path, "0,1\n10,2\n20,3", speed="0.5")
    assert prices(slow, 20_000) == [1, 2]


def test_prices_and_quantities_fit_the_instrument(path: Path) -> None:
    source = replay(path, "time,price,qty,side\n0,100.126,0.123456,buy\n1,0.001,0.000000001,sell\n2,5,0,buy")
    assert source.advance(START_MS + 2000) == [
        Tick(D("100.13"), D("0.12345"), False),
        Tick(D("0.01"), D("0.00001"), True),
        Tick(D(5), D(0), False),
    ]


def test_contracts_of_an_okx_swap_become_base_units(path: Path) -> None:
    path.write_text("instrument_name,trade_id,side,price,size,created_time\nBTC-USDT-SWAP,1,buy,100,7,1735689600123")
    source = Replay(btc_usdt(contract_size=D("0.01")), path, start_ms=START_MS)
    assert source.advance(START_MS) == [Tick(D(100), D("0.07"), False)]


def test_a_falling_price_without_a_side_means_a_seller(path: Path) -> None:
    source = replay(path, "0,5\n1,4\n2,4\n3,6\n4,6")
    assert [tick.buyer_is_maker for tick in source.advance(START_MS + 9000)] == [False, True, True, False, False]


def test_a_rising_candle_goes_low_first_and_a_falling_one_high_first(path: Path) -> None:
    source = replay(path, "time,open,high,low,close,volume\n0,20,40,10,30,8\n60,30,50,15,20,4\n")
    assert prices(source, 0) == [20]
    assert prices(source, 20_000) == [10]
    assert prices(source, 40_000) == [40]
    assert prices(source, 59_999) == []
    assert prices(source, 60_000) == [30, 30]
    assert prices(source, 120_000) == [50, 15, 20]
    assert source.is_exhausted


def test_a_candle_that_tells_its_end_lasts_until_then(path: Path) -> None:
    row = "1735689600000,20,40,10,30,8,1735689629999,0,0,0,0,0"
    source = replay(path, row)
    assert prices(source, 29_998) == [20, 10, 40]
    assert prices(source, 29_999) == [30]


def test_a_gap_in_a_file_of_candles_does_not_stretch_the_candle_before_it(path: Path) -> None:
    source = replay(path, "time,open,high,low,close\n0,1,1,1,1\n60,2,2,2,2\n6000,3,3,3,3\n")
    assert prices(source, 120_000) == [1] * 4 + [2] * 4


def test_a_candle_shares_its_volume_among_its_ticks(path: Path) -> None:
    source = replay(path, "time,open,high,low,close,volume\n0,20,40,10,30,0.00009\n")
    ticks = source.advance(START_MS + 60_000)
    assert [tick.quantity for tick in ticks] == [D("0.00002")] * 4
    assert [tick.buyer_is_maker for tick in ticks] == [False, True, False, True]


def test_a_loop_begins_again_a_second_after_the_end(path: Path) -> None:
    source = replay(path, "100,1\n110,2\n", loops=True)
    assert prices(source, 10_000) == [1, 2]
    assert prices(source, 10_999) == []
    assert prices(source, 11_000) == [1]
    assert prices(source, 22_000) == [2, 1]
    assert not source.is_exhausted
    source.close()
    assert source.is_exhausted


def test_a_leap_of_the_clock_is_made_up_for_in_bounded_steps(path: Path) -> None:
    source = replay(path, "0,1\n", loops=True)
    assert len(prices(source, 10**9)) == 2000
    assert len(prices(source, 10**9)) == 2000


def test_a_bad_row_ends_the_replay_after_what_came_before_it(path: Path) -> None:
    source = replay(path, "0,1\n1,2\n2,x\n3,4\n")
    assert prices(source, 9000) == [1, 2]
    assert not source.is_exhausted
    with pytest.raises(ValueError, match=r"rows\.csv, line 3: 'x' is not a number"):
        source.advance(START_MS + 9000)
    assert source.is_exhausted
    assert prices(source, 9999) == []


@pytest.mark.parametrize("text", ["", "\n\n", "time,price\n"])
@pytest.mark.parametrize("loops", [False, True])
def test_a_file_without_rows_is_refused_at_once(path: Path, text: str, loops: bool) -> None:
    with pytest.raises(ValueError, match=r"rows\.csv: no rows"):
        replay(path, text, loops=loops)


def test_a_file_of_an_unknown_kind_is_refused_at_once(path: Path) -> None:
    with pytest.raises(ValueError, match="line 1: no column of times"):
        replay(path, "a,b\n1,2")


@pytest.mark.parametrize("speed", ["0", "-1", "NaN", "Infinity"])
def test_only_a_positive_speed_is_taken(path: Path, speed: str) -> None:
    with pytest.raises(ValueError, match="speed must be positive"):
        replay(path, "0,1", speed=speed)


@given(st.lists(st.integers(0, 5000), min_size=1, max_size=50), st.lists(st.integers(1, 9000), max_size=20))
def test_however_often_it_is_asked_every_tick_comes_once_in_order(
    tmp_path_factory: pytest.TempPathFactory, pauses: list[int], asks: list[int]
) -> None:
    path = tmp_path_factory.mktemp("replay") / "rows.csv"
    time_ms = 1_735_689_600_000
    rows = []
    for number, pause_ms in enumerate(pauses, start=1):
        time_ms += pause_ms
        rows.append(f"{time_ms},{number}")
    source = replay(path, "\n".join(rows))
    seen: list[int] = []
    after_ms = 0
    for ask_ms in [*asks, 10**9]:
        after_ms += ask_ms
        seen += prices(source, after_ms)
    assert seen == list(range(1, len(pauses) + 1))
    assert source.is_exhausted
