"""The numbers that an exchange gives out."""

from venuesim.exchange.counters import Counters


def counters(*, per_symbol: bool) -> Counters:
    return Counters(["A", "B"], first_order_id=10, first_trade_id=100, trade_ids_per_symbol=per_symbol)


def test_trade_ids_count_per_symbol_or_across_all_of_them() -> None:
    own, shared = counters(per_symbol=True), counters(per_symbol=False)
    assert [own.trade_id(symbol) for symbol in "AAB"] == [100, 101, 100]
    assert [shared.trade_id(symbol) for symbol in "AAB"] == [100, 101, 102]


def test_client_orders_count_up_and_synthetic_orders_count_down() -> None:
    numbers = counters(per_symbol=True)
    assert [numbers.order_id(), numbers.order_id()] == [10, 11]
    assert [numbers.house_order_id(), numbers.house_order_id()] == [-1, -2]
