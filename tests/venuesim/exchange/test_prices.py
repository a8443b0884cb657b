"""Prices from a seeded walk and from a script."""

import random
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from venuesim.exchange.instruments import floor_to
from venuesim.exchange.prices import PriceSource, RandomWalk, Script, Tick, on_tick
from venuesim_instruments import BTC_USDT

D = Decimal
NOW_MS = 1_750_000_000_000


def walk(seed: str = "1", low: str = "60000", high: str = "100000") -> RandomWalk:
    return RandomWalk(BTC_USDT, D(low), D(high), seed=seed)


def test_a_walk_takes_the_steps_that_its_seed_says() -> None:
    source = walk()
    rng = random.Random("1")
    price = floor_to(D(60000) + D(40000) * rng.randint(200, 800) / 1000, D("0.01"))
    assert source.price == price
    for _ in range(100):
        price = floor_to(price * (1 + D(round(rng.gauss(0.0, 0.00005) * 10**9)) / 10**9), D("0.00001"))
        assert source.advance(NOW_MS) == (Tick(price),)


def test_another_seed_walks_elsewhere() -> None:
    assert walk("1").price != walk("2").price


def test_a_walk_never_leaves_its_range_and_never_ends() -> None:
    source: PriceSource = walk(low="100", high="100.1")
    prices = [source.advance(NOW_MS)[0].price for _ in range(20_000)]
    assert D(100) <= min(prices) < max(prices) <= D("100.1")
    assert not source.is_exhausted


def test_a_walk_goes_on_from_where_it_is_put() -> None:
    source = walk()
    source.recenter(D(70000))
    (tick,) = source.advance(NOW_MS)
    assert abs(tick.price - 70000) < 70
    assert tick.quantity == 0


@pytest.mark.parametrize("price", ["0.00000001", "0.01", "999999"])
def test_a_walk_put_outside_its_range_stays_positive(price: str) -> None:
    source = walk()
    source.recenter(D(price))
    for _ in range(1000):
        assert source.advance(NOW_MS)[0].price > 0


def test_a_script_gives_each_price_once_when_it_is_due() -> None:
    source: PriceSource = Script(
        BTC_USDT, [(0, D(100)), (1000, D(110)), (1000, D(111)), (5000, D("90.005"))], start_ms=10
    )
    assert source.advance(9) == []
    assert [tick.price for tick in source.advance(10)] == [100]
    assert source.advance(1009) == []
    assert [tick.price for tick in source.advance(1010)] == [110, 111]
    assert not source.is_exhausted
    assert [tick.price for tick in source.advance(99_999)] == [D("90.01")]
    assert source.is_exhausted
    assert source.advance(99_999) == []


def test_an_empty_script_is_exhausted() -> None:
    assert Script(BTC_USDT, [], start_ms=0).is_exhausted


@pytest.mark.parametrize(
    ("steps", "reason"),
    [
        ([(0, D(1)), (5, D(0))], "Step 2: a price must be positive"),
        ([(0, D("NaN"))], "Step 1: a price must be positive"),
        ([(-1, D(1))], "Step 1: -1 ms is before 0 ms"),
        ([(9, D(1)), (8, D(1))], "Step 2: 8 ms is before 9 ms"),
    ],
)
def test_a_script_of_nonsense_is_refused(steps: list[tuple[int, Decimal]], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        Script(BTC_USDT, steps, start_ms=0)


@given(st.decimals("0.000001", "1000000", places=6))
def test_a_price_is_rounded_to_the_nearest_tick(price: Decimal) -> None:
    rounded = on_tick(price, BTC_USDT)
    assert rounded % BTC_USDT.tick_size == 0
    assert rounded == D("0.01") or abs(rounded - price) <= D("0.005")
