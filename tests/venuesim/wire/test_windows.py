"""Rate limits over fixed windows."""

from venuesim.wire.windows import RateWindows, Window

TEN = Window("orders", 3, 10)


def test_a_window_counts_per_key_and_begins_anew() -> None:
    windows = RateWindows()
    assert [windows.spend(TEN, "a", 1, 10_000).exceeded for _ in range(4)] == [False, False, False, True]
    assert not windows.spend(TEN, "b", 1, 10_000).exceeded
    assert windows.spend(TEN, "a", 1, 12_500).retry_after_seconds == 8
    assert windows.spend(TEN, "a", 1, 20_000).used == 1


def test_a_scale_multiplies_the_limit() -> None:
    windows = RateWindows()
    windows.scale = 2
    usages = [windows.spend(TEN, "a", 1, 0) for _ in range(7)]
    assert [usage.exceeded for usage in usages] == [False] * 6 + [True]
    assert usages[0].limit == 6
