"""Orders that wait for a trigger, are amended in place, expire, or meet another order of their own account."""

from decimal import Decimal

import pytest

from venuesim.exchange.events import OrderEventKind
from venuesim.exchange.orders import OrderRefused, OrderRequest
from venuesim.exchange.triggers import Trigger
from venuesim.exchange.vocabulary import (
    Direction,
    EndReason,
    OrderStatus,
    OrderType,
    PriceKind,
    RefusalReason,
    SelfTradePrevention,
    Side,
    TimeInForce,
)
from venuesim_helpers import BTC_USDT, Bench, total

D = Decimal


@pytest.fixture
def bench() -> Bench:
    return Bench()


def request(side: str, quantity: str, price: str = "0", *, stop: str | None = None, **options: object) -> OrderRequest:
    trigger = None
    if stop is not None:
        direction = Direction.RISING if side == "buy" else Direction.FALLING
        trigger = Trigger(price_kind=PriceKind.LAST, direction=direction, price=D(stop))
    return OrderRequest(
        instrument=BTC_USDT,
        side=Side(side),
        order_type=OrderType.LIMIT if D(price) else OrderType.MARKET,
        client_order_id=str(options.pop("client_order_id", "")),
        price=D(price),
        quantity=D(quantity),
        trigger=trigger,
        **options,
    )


def trade_at(bench: Bench, price: str) -> None:
    """Let strangers trade at a price, within a book of their own."""
    maker, taker = bench.account("maker", BTC="1000"), bench.account("taker", USDT="1000000")
    resting = bench.limit(maker, "sell", "0.01", price)
    bench.limit(taker, "buy", "0.01", price)
    assert resting.status is OrderStatus.FILLED


def test_a_stop_waits_with_its_funds_locked_and_becomes_an_order_when_the_price_gets_there(bench: Bench) -> None:
    ann = bench.account("ann", BTC="1")
    stop = bench.exchange.place(ann, request("sell", "1", "90", stop="95"))
    assert stop.status is OrderStatus.WAITING
    assert (ann.balances["BTC"].free, ann.balances["BTC"].locked) == (0, 1)
    trade_at(bench, "96")
    assert stop.status is OrderStatus.WAITING
    trade_at(bench, "95")
    assert stop.status is OrderStatus.NEW
    assert bench.book.asks.best() is stop
    assert ann.balances["BTC"].locked == 1


def test_a_stop_that_triggers_takes_what_the_book_has_at_once(bench: Bench) -> None:
    ann, bob = bench.account("ann", BTC="1"), bench.account("bob", USDT="1000")
    stop = bench.exchange.place(ann, request("sell", "1", stop="95"))
    bench.limit(bob, "buy", "1", "94")
    trade_at(bench, "95")
    assert (stop.status, stop.average_price) == (OrderStatus.FILLED, D(94))
    assert total(ann, "BTC") == 0


def test_one_triggered_order_can_trigger_the_next(bench: Bench) -> None:
    ann, bob = bench.account("ann", BTC="2"), bench.account("bob", USDT="1000")
    first = bench.exchange.place(ann, request("sell", "1", stop="95"))
    second = bench.exchange.place(ann, request("sell", "1", stop="94"))
    bench.limit(bob, "buy", "1", "94")
    bench.limit(bob, "buy", "1", "93")
    trade_at(bench, "95")
    assert (first.average_price, second.average_price) == (D(94), D(93))


def test_a_trigger_that_is_met_already_is_refused_or_fires_at_once_as_the_venue_wants(bench: Bench) -> None:
    ann, bob = bench.account("ann", BTC="2"), bench.account("bob", USDT="1000")
    bench.limit(bob, "buy", "1", "99")
    with pytest.raises(OrderRefused) as refused:
        bench.exchange.place(ann, request("sell", "1", stop="101"))
    assert refused.value.reason is RefusalReason.WOULD_TRIGGER
    order = bench.exchange.place(ann, request("sell", "1", stop="101", refuses_met_trigger=False))
    assert order.status is OrderStatus.FILLED


def test_an_order_that_held_nothing_is_rejected_when_its_funds_are_gone_at_the_trigger(bench: Bench) -> None:
    ann, bob = bench.account("ann", BTC="1"), bench.account("bob", USDT="1000")
    stop = bench.exchange.place(ann, request("sell", "1", stop="95", locks_while_waiting=False))
    bench.limit(bob, "buy", "1", "99")
    bench.market_order(ann, "sell", quantity="1")
    trade_at(bench, "95")
    assert (stop.status, stop.end_reason) == (OrderStatus.REJECTED, EndReason.INSUFFICIENT_BALANCE)


def test_a_waiting_order_that_is_canceled_releases_its_funds_and_never_fires(bench: Bench) -> None:
    ann = bench.account("ann", BTC="1")
    stop = bench.exchange.place(ann, request("sell", "1", stop="95"))
    bench.exchange.cancel(stop)
    trade_at(bench, "90")
    assert (stop.status, ann.balances["BTC"].free) == (OrderStatus.CANCELED, D(1))


def test_whoever_hears_of_a_trigger_can_end_the_order_before_it_works(bench: Bench) -> None:
    ann = bench.account("ann", BTC="1")
    stop = bench.exchange.place(ann, request("sell", "1", stop="95"))

    def end(event: object) -> None:
        if event.kind is OrderEventKind.TRIGGERED:
            bench.exchange.cancel(event.order)

    bench.exchange.listeners.orders.append(end)
    trade_at(bench, "95")
    assert stop.status is OrderStatus.CANCELED
    assert ann.balances["BTC"].free == 1


def test_less_quantity_keeps_the_place_in_the_queue_and_frees_the_rest(bench: Bench) -> None:
    ann, bob, eve = bench.account("ann", BTC="2"), bench.account("bob", BTC="1"), bench.account("eve", USDT="1000")
    first = bench.limit(ann, "sell", "2", "101")
    second = bench.limit(bob, "sell", "1", "101")
    bench.exchange.amend(first, quantity=D(1))
    assert ann.balances["BTC"].free == 1
    bench.limit(eve, "buy", "1", "101")
    assert (first.status, second.status) == (OrderStatus.FILLED, OrderStatus.NEW)


@pytest.mark.parametrize("change", [{"quantity": D(2)}, {"price": D("101.5")}])
def test_more_quantity_or_another_price_goes_to_the_end_of_the_queue(bench: Bench, change: dict) -> None:
    ann, bob, eve = bench.account("ann", BTC="2"), bench.account("bob", BTC="1"), bench.account("eve", USDT="1000")
    first, second = bench.limit(ann, "sell", "1", "101"), bench.limit(bob, "sell", "1", "101")
    bench.exchange.amend(first, **change)
    bench.limit(eve, "buy", "1", "102")
    assert (first.status, second.status) == (OrderStatus.NEW, OrderStatus.FILLED)


def test_an_amended_price_that_crosses_trades_at_once(bench: Bench) -> None:
    ann, bob = bench.account("ann", BTC="1"), bench.account("bob", USDT="1000")
    bench.limit(bob, "buy", "1", "99")
    order = bench.limit(ann, "sell", "1", "101")
    bench.exchange.amend(order, price=D(99))
    assert (order.status, order.average_price) == (OrderStatus.FILLED, D(99))


def test_an_amend_that_the_balance_cannot_carry_changes_nothing(bench: Bench) -> None:
    ann = bench.account("ann", USDT="100")
    order = bench.limit(ann, "buy", "1", "90")
    with pytest.raises(OrderRefused):
        bench.exchange.amend(order, quantity=D(2))
    assert (order.quantity, order.price, ann.balances["USDT"].locked) == (D(1), D(90), D(90))
    assert bench.book.bids.best() is order


def test_a_trigger_can_be_moved_while_it_waits(bench: Bench) -> None:
    ann = bench.account("ann", BTC="1")
    stop = bench.exchange.place(ann, request("sell", "1", "90", stop="95"))
    bench.exchange.amend(stop, trigger_price=D(92))
    trade_at(bench, "95")
    assert stop.status is OrderStatus.WAITING
    trade_at(bench, "92")
    assert stop.status is OrderStatus.NEW


def test_a_good_till_date_order_expires_when_its_time_is_over(bench: Bench) -> None:
    ann = bench.account("ann", USDT="100")
    wanted = replace_time(request("buy", "1", "90"), bench.clock.now_ms() + 1000)
    order = bench.exchange.place(ann, wanted)
    bench.clock.advance(999)
    bench.exchange.step()
    assert order.is_open
    bench.clock.advance(1)
    bench.exchange.step()
    assert (order.status, order.end_reason) == (OrderStatus.EXPIRED, EndReason.GOOD_TILL_DATE)
    assert ann.balances["USDT"].free == 100


def replace_time(wanted: OrderRequest, expires_ms: int) -> OrderRequest:
    fields = {name: getattr(wanted, name) for name in wanted.__struct_fields__}
    return OrderRequest(**{**fields, "time_in_force": TimeInForce.GTD, "expires_ms": expires_ms})


@pytest.mark.parametrize(
    ("mode", "maker_status", "taker_status"),
    [
        (SelfTradePrevention.EXPIRE_TAKER, OrderStatus.NEW, OrderStatus.EXPIRED),
        (SelfTradePrevention.EXPIRE_MAKER, OrderStatus.EXPIRED, OrderStatus.NEW),
        (SelfTradePrevention.EXPIRE_BOTH, OrderStatus.EXPIRED, OrderStatus.EXPIRED),
        (SelfTradePrevention.NONE, OrderStatus.FILLED, OrderStatus.FILLED),
    ],
)
def test_orders_of_one_account_do_not_trade_with_each_other_unless_they_may(
    bench: Bench, mode: SelfTradePrevention, maker_status: OrderStatus, taker_status: OrderStatus
) -> None:
    ann = bench.account("ann", BTC="1", USDT="100")
    maker = bench.limit(ann, "sell", "1", "100")
    taker = bench.exchange.place(ann, request("buy", "1", "100", self_trade_prevention=mode))
    assert (maker.status, taker.status) == (maker_status, taker_status)
    if mode is not SelfTradePrevention.NONE:
        assert (total(ann, "BTC"), total(ann, "USDT")) == (D(1), D(100))
        assert not maker.executions
    locked = sum(order.locked_amount for order in ann.open_orders.values())
    assert locked == ann.balances["BTC"].locked + ann.balances["USDT"].locked


def test_decrement_takes_the_smaller_quantity_from_both(bench: Bench) -> None:
    ann = bench.account("ann", BTC="3", USDT="100")
    maker = bench.limit(ann, "sell", "3", "100")
    taker = bench.exchange.place(ann, request("buy", "1", "100", self_trade_prevention=SelfTradePrevention.DECREMENT))
    assert (taker.status, taker.end_reason) == (OrderStatus.EXPIRED, EndReason.SELF_TRADE)
    assert (maker.status, maker.leaves_quantity, maker.prevented_quantity) == (OrderStatus.NEW, D(2), D(1))
    assert ann.balances["BTC"].locked == 2


def test_prevention_leaves_other_accounts_orders_alone(bench: Bench) -> None:
    ann, bob = bench.account("ann", BTC="1", USDT="300"), bench.account("bob", BTC="1")
    own = bench.limit(ann, "sell", "1", "100")
    other = bench.limit(bob, "sell", "1", "101")
    wanted = request("buy", "1", "101", self_trade_prevention=SelfTradePrevention.EXPIRE_MAKER)
    taker = bench.exchange.place(ann, wanted)
    assert (own.status, other.status, taker.status) == (OrderStatus.EXPIRED, OrderStatus.FILLED, OrderStatus.FILLED)


def test_a_changed_rule_leaves_working_orders_at_work_and_in_order(bench: Bench) -> None:
    ann, bob = bench.account("ann", BTC="2"), bench.account("bob", USDT="1000")
    first, second = bench.limit(ann, "sell", "1", "100.03"), bench.limit(ann, "sell", "1", "100.07")
    fields = {name: getattr(BTC_USDT, name) for name in BTC_USDT.__struct_fields__}
    bench.exchange.change_instrument(type(BTC_USDT)(**{**fields, "tick_size": D("0.1")}))
    assert first.instrument.tick_size == D("0.1")
    bench.limit(bob, "buy", "1.5", "100.1")
    assert (first.status, second.status) == (OrderStatus.FILLED, OrderStatus.PARTIALLY_FILLED)
