"""Accepting, matching, balances and events of one exchange."""

from decimal import Decimal

import pytest

from venuesim.exchange.events import OrderEvent, OrderEventKind
from venuesim.exchange.orders import OrderRefused, RefusalReason
from venuesim.exchange.vocabulary import EndReason, OrderStatus, TimeInForce
from venuesim_helpers import Bench, total

D = Decimal


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_the_older_order_at_a_price_trades_first(bench: Bench) -> None:
    older, newer, taker = (bench.account(name, BTC="5", USDT="1000") for name in ("older", "newer", "taker"))
    first = bench.limit(older, "sell", "1", "100")
    second = bench.limit(newer, "sell", "1", "100")
    better = bench.limit(newer, "sell", "1", "99.99")
    bench.limit(taker, "buy", "1.5", "100")
    assert (better.filled_quantity, first.filled_quantity, second.filled_quantity) == (D("1"), D("0.5"), D("0"))


def test_a_taker_pays_the_makers_price_and_gets_the_difference_back(bench: Bench) -> None:
    maker, taker = bench.account("maker", BTC="1"), bench.account("taker", USDT="200")
    bench.limit(maker, "sell", "1", "90")
    order = bench.limit(taker, "buy", "1.5", "100")
    assert order.status is OrderStatus.PARTIALLY_FILLED
    assert (taker.balances["USDT"].free, taker.balances["USDT"].locked) == (D("60"), D("50"))
    bench.exchange.cancel(order)
    assert (taker.balances["USDT"].free, taker.balances["USDT"].locked) == (D("110"), D("0"))


def test_fees_are_taken_from_what_is_received(bench: Bench) -> None:
    maker, taker = bench.account("maker", BTC="1"), bench.account("taker", USDT="200")
    bench.limit(maker, "sell", "1", "100")
    order = bench.market_order(taker, "buy", quantity="1")
    assert (total(taker, "BTC"), total(maker, "USDT")) == (D("0.998"), D("99.9"))
    assert order.fees() == {"BTC": D("0.002")}


def test_a_market_order_by_quote_buys_what_the_quote_reaches(bench: Bench) -> None:
    maker, taker = bench.account("maker", BTC="2"), bench.account("taker", USDT="150")
    bench.limit(maker, "sell", "1", "100")
    bench.limit(maker, "sell", "1", "300")
    order = bench.market_order(taker, "buy", quote_quantity="150")
    assert order.status is OrderStatus.FILLED
    assert order.filled_quantity == D("1.16666")  # 50 / 300, cut to whole lots.
    assert taker.balances["USDT"].free == D("150") - order.filled_quote


def test_an_ioc_order_rests_nothing_and_a_fok_order_trades_all_or_nothing(bench: Bench) -> None:
    maker, taker = bench.account("maker", BTC="1"), bench.account("taker", USDT="1000")
    bench.limit(maker, "sell", "1", "100")
    killed = bench.limit(taker, "buy", "2", "100", time_in_force=TimeInForce.FOK)
    assert (killed.status, killed.end_reason, killed.filled_quantity) == (
        OrderStatus.EXPIRED,
        EndReason.FILL_OR_KILL,
        0,
    )
    part = bench.limit(taker, "buy", "2", "100", time_in_force=TimeInForce.IOC)
    assert (part.status, part.filled_quantity) == (OrderStatus.EXPIRED, D("1"))
    assert taker.balances["USDT"].locked == 0
    assert not taker.open_orders
    assert bench.book.bids.best() is None


def test_a_post_only_order_that_would_take_is_refused_or_canceled_as_the_venue_does(bench: Bench) -> None:
    maker, taker = bench.account("maker", BTC="1"), bench.account("taker", USDT="1000")
    bench.limit(maker, "sell", "1", "100")
    with pytest.raises(OrderRefused) as refused:
        bench.limit(taker, "buy", "1", "100", post_only=True)
    assert refused.value.reason is RefusalReason.WOULD_TAKE
    canceled = bench.limit(taker, "buy", "1", "100", post_only=True, post_only_cancels=True)
    assert (canceled.status, canceled.end_reason) == (OrderStatus.CANCELED, EndReason.POST_ONLY)
    assert bench.limit(taker, "buy", "1", "99", post_only=True).status is OrderStatus.NEW


def test_a_client_order_id_is_unique_among_open_orders_only(bench: Bench) -> None:
    account = bench.account("a", USDT="1000")
    order = bench.limit(account, "buy", "1", "50", client_order_id="same")
    with pytest.raises(OrderRefused) as refused:
        bench.limit(account, "buy", "1", "50", client_order_id="same")
    assert refused.value.reason is RefusalReason.DUPLICATE_CLIENT_ORDER_ID
    bench.exchange.cancel(order)
    again = bench.limit(account, "buy", "1", "50", client_order_id="same")
    assert bench.exchange.find_order(account, client_order_id="same") is again


def test_an_order_that_the_balance_cannot_carry_changes_nothing(bench: Bench) -> None:
    maker, account = bench.account("maker", BTC="5"), bench.account("a", USDT="99")
    bench.limit(maker, "sell", "5", "100")
    for place in (
        lambda: bench.limit(account, "buy", "1", "100"),
        lambda: bench.limit(account, "sell", "1", "100"),
        lambda: bench.market_order(account, "buy", quantity="1"),
        lambda: bench.market_order(account, "buy", quote_quantity="100"),
        lambda: bench.market_order(account, "sell", quantity="1"),
    ):
        with pytest.raises(OrderRefused) as refused:
            place()
        assert refused.value.reason is RefusalReason.INSUFFICIENT_BALANCE
    assert not account.orders
    assert account.balances["USDT"].free == D("99")


def test_events_tell_each_step_with_the_state_of_that_moment(bench: Bench) -> None:
    seen: list[tuple[str, OrderEventKind, OrderStatus]] = []

    def note(event: OrderEvent) -> None:
        seen.append((event.account.api_key, event.kind, event.order.status))

    maker, taker = bench.account("maker", BTC="1"), bench.account("taker", USDT="1000")
    bench.exchange.listeners.orders.append(note)
    bench.limit(maker, "sell", "1", "100")
    bench.limit(taker, "buy", "2", "100", time_in_force=TimeInForce.IOC)
    assert seen == [
        ("maker", OrderEventKind.NEW, OrderStatus.NEW),
        ("taker", OrderEventKind.NEW, OrderStatus.NEW),
        ("taker", OrderEventKind.TRADE, OrderStatus.PARTIALLY_FILLED),
        ("maker", OrderEventKind.TRADE, OrderStatus.FILLED),
        ("taker", OrderEventKind.EXPIRED, OrderStatus.EXPIRED),
    ]


def test_moving_the_market_fills_the_resting_orders_that_it_reaches(bench: Bench) -> None:
    account = bench.account("a", USDT="1000")
    reached = bench.limit(account, "buy", "1", "95")
    touched = bench.limit(account, "buy", "1", "90")
    missed = bench.limit(account, "buy", "1", "89.99")
    bench.exchange.move_market("BTC/USDT", D("90"))
    assert (reached.status, touched.status, missed.status) == (OrderStatus.FILLED, OrderStatus.FILLED, OrderStatus.NEW)
    assert (reached.average_price, touched.executions[0].is_maker) == (D("95"), True)


def test_an_order_can_be_seen_as_it_stood(bench: Bench) -> None:
    account, maker = bench.account("a", USDT="1000"), bench.account("maker", BTC="1")
    start = bench.clock.now_ms()
    bench.clock.advance(10)
    order = bench.limit(account, "buy", "1", "100")
    bench.clock.advance(10)
    bench.limit(maker, "sell", "0.25", "100")
    bench.clock.advance(10)
    bench.exchange.cancel(order)
    assert order.as_of(start) is None
    early, late = order.as_of(start + 15), order.as_of(start + 25)
    assert early is not None
    assert late is not None
    assert (early.status, early.filled_quantity, early.executions) == (OrderStatus.NEW, 0, [])
    assert (late.status, late.filled_quantity, len(late.executions)) == (OrderStatus.PARTIALLY_FILLED, D("0.25"), 1)
    assert order.as_of(None) is order
