"""The seeded market: repeatable, within its range, quoting a book that is not crossed."""

from decimal import Decimal

from venuesim.binance.spot.listing import INSTRUMENTS
from venuesim.exchange.clock import ManualClock
from venuesim.exchange.engine import Exchange
from venuesim.exchange.events import PublicTrade
from venuesim.exchange.listings import LISTINGS
from venuesim.exchange.orders import OrderRequest
from venuesim.exchange.vocabulary import OrderStatus, OrderType, Side
from venuesim_helpers import BTC_USDT

D = Decimal


def exchange(seed: int, name: str = "binance") -> Exchange:
    return Exchange(name=name, instruments=INSTRUMENTS, clock=ManualClock(), seed=seed)


def snapshot(venue: Exchange) -> dict:
    return {
        symbol: (market.mid, market.book.bids.levels(20), market.book.asks.levels(20), market.statistics.last)
        for symbol, market in venue.markets.items()
    }


def test_the_same_seed_gives_the_same_market_and_another_seed_another() -> None:
    same, again, other = exchange(7), exchange(7), exchange(8)
    for venue in (same, again, other):
        for _ in range(50):
            venue.step()
    assert snapshot(same) == snapshot(again)
    assert snapshot(same)["BTC/USDT"] != snapshot(other)["BTC/USDT"]


def test_venues_of_one_seed_agree_on_the_price_but_not_on_the_depth() -> None:
    one, two = exchange(7, "binance"), exchange(7, "okx")
    one.step()
    two.step()
    assert one.markets["BTC/USDT"].mid == two.markets["BTC/USDT"].mid
    assert one.markets["BTC/USDT"].book.bids.levels(5) != two.markets["BTC/USDT"].book.bids.levels(5)


def test_prices_stay_in_their_range_and_books_stay_uncrossed_on_ticks_and_lots() -> None:
    venue = exchange(3)
    for _ in range(200):
        venue.step()
    for symbol, market in venue.markets.items():
        instrument = market.instrument
        bids, asks = market.book.bids.levels(20), market.book.asks.levels(20)
        assert LISTINGS[symbol].low < market.mid < LISTINGS[symbol].high
        assert bids[0][0] < market.mid < asks[0][0]
        for price, quantity in bids + asks:
            assert price % instrument.tick_size == 0
            assert quantity % instrument.lot_size == 0
            assert quantity > 0


def test_a_price_outside_its_range_walks_back() -> None:
    venue = exchange(3)
    low = LISTINGS["BTC/USDT"].low
    venue.move_market("BTC/USDT", low - 1000)
    for _ in range(100):
        venue.step()
    assert venue.markets["BTC/USDT"].mid > low - 1000


def test_a_frozen_market_keeps_its_book() -> None:
    venue = exchange(3)
    venue.markets["BTC/USDT"].frozen = True
    before = snapshot(venue)
    venue.step()
    after = snapshot(venue)
    assert before["BTC/USDT"] == after["BTC/USDT"]
    assert before["ETH/USDT"] != after["ETH/USDT"]


def test_a_big_limit_order_fills_in_parts_as_liquidity_returns() -> None:
    venue = exchange(3)
    account = venue.add_account(api_key="a", secret="s", balances={"USDT": D(10**8)})
    market = venue.markets["BTC/USDT"]
    venue.move_market("BTC/USDT", D("80000"))
    order = venue.place(
        account,
        OrderRequest(
            instrument=market.instrument,
            side=Side.BUY,
            order_type=OrderType.LIMIT,
            client_order_id="big",
            price=D("80100"),
            quantity=D("20"),
        ),
    )
    filled = [order.filled_quantity]
    for _ in range(400):
        venue.step()
        filled.append(order.filled_quantity)
        if order.status is OrderStatus.FILLED:
            break
    assert order.status is OrderStatus.FILLED
    assert len(set(filled)) > 5, filled
    assert all(execution.price <= order.price for execution in order.executions)


def test_strangers_trades_move_the_statistics() -> None:
    venue = exchange(3)
    printed: list[PublicTrade] = []
    venue.listeners.trades.append(printed.append)
    volume = venue.markets["BTC/USDT"].statistics.volume
    for _ in range(50):
        venue.step()
    bitcoin = [trade for trade in printed if trade.instrument.symbol == "BTC/USDT"]
    statistics = venue.markets["BTC/USDT"].statistics
    assert len(bitcoin) > 5
    assert statistics.volume == volume + sum((trade.quantity for trade in bitcoin), D(0))
    assert statistics.last == bitcoin[-1].price
    assert statistics.low <= statistics.last <= statistics.high


def test_ticks_and_prices_are_inverse() -> None:
    assert BTC_USDT.ticks(D("65000.01")) == 6500001
    assert BTC_USDT.price_of(6500001) == D("65000.01")
