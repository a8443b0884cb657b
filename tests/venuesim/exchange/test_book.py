"""The book of one instrument: its levels, best first."""

from decimal import Decimal

from venuesim_helpers import Bench

D = Decimal


def test_a_level_adds_up_its_orders_and_counts_them() -> None:
    bench = Bench()
    buyer = bench.account("buyer", USDT="10000")
    for quantity, price in (("1", "99"), ("2", "99"), ("4", "98")):
        bench.limit(buyer, "buy", quantity, price)
    assert bench.book.bids.levels(5) == [(D("99"), D("3")), (D("98"), D("4"))]
    assert bench.book.bids.counted_levels(5) == [(D("99"), D("3"), 2), (D("98"), D("4"), 1)]
    assert bench.book.bids.counted_levels(1) == [(D("99"), D("3"), 2)]
    assert bench.book.asks.counted_levels(5) == []
