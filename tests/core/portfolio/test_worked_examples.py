"""Profit and loss by examples that others have worked out, each through the whole desk: order, trades, books.

The facts and figures are theirs:

- Bybit: Help Center, "Profit & Loss Calculations (USDT Contract)": average entry of 0.5 at 5,000 and 0.3 at 6,000;
  0.2 long from 7,000 to 7,500; 0.4 short from 6,000 to 5,000 with fees of 1.32 and 1.10 and funding of 2.10.
- Binance: FAQ "What Is Binance Spot Trading Fee and How to Calculate": 10 ETH at 3,452.55 with a fee of 0.1 per cent in
  what is received; a quarter less when it is paid in BNB.
- Binance: Square post 18271290115257 on averaging: 1 BTC at 100,000 and 1 at 90,000, half a BTC sold at 100,000.
- Warren, Reeve and Duchac, "Accounting", inventories, weighted average under a perpetual system: 4,000 units at 40,
  2,500 sold, 4,500 bought at 44, 5,000 sold, 2,000 bought at 46.
- Interactive Brokers: positions at average cost within a day: 100 short at 10 and 100 at 15, 100 bought back at 12.50.
- Quantitative Finance Stack Exchange, question 9002 (average price, cost and P&L from executed trades): the fills +1 at
  80, -3 at 102, -2 at 98, +3 at 90, -2 at 100, by its formulas of average cost. (First in, first out they make 54.)
"""

from decimal import Decimal

import msgspec
import pytest

from support.compared_desk import ComparedDesk
from support.desk_driver import ACCOUNT, ALICE
from support.markets import PERPETUAL, perpetual_of, spot_of
from tidegate.core.messages.values import Fee
from tidegate.core.order import Order
from tidegate.core.records import Holding
from tidegate.core.valuation import unrealized_of
from tidegate.core.vocabulary import Exchange, Side, Wallet

BUY, SELL = Side.BUY, Side.SELL
FUNDS = Decimal(100_000_000)


class BybitDesk(ComparedDesk):
    """One wallet for spot and perpetuals."""

    exchange = Exchange.BYBIT

    def spot(
        self, side: Side, quantity: str, price: str, *, fees: tuple[Fee, ...] = (), symbol: str = "BTC/USDT"
    ) -> Order:
        """A spot trade, of an order that it fills whole."""
        name = f"S{next(self._numbers)}"
        order = self.working(self.order_command(side=side, quantity=quantity, price=price, symbol=symbol), name)
        self.fill(order, quantity, price=price, fees=fees, exchange_order_id=name)
        return order

    def holding(self, asset: str) -> Holding:
        return self.desk.holding(ACCOUNT, ALICE, asset)

    def unrealized(self, mark: str) -> Decimal | None:
        """Of the position in the perpetual, at a mark price."""
        self.price(mark, PERPETUAL, mark=mark)
        return unrealized_of(self.desk, self.position(), self.now).value


@pytest.fixture
def desk() -> BybitDesk:
    desk = BybitDesk()
    desk.open_shop({"USDT": FUNDS})
    return desk


# --- derivatives ---------------------------------------------------------------------------------------------------


def test_bybit_the_average_entry_of_two_buys(desk: BybitDesk) -> None:
    desk.trade(BUY, "0.5", "5000")
    desk.trade(BUY, "0.3", "6000")
    assert (desk.position().quantity, desk.position().average_price) == (Decimal("0.8"), 5_375)


def test_bybit_the_unrealized_profit_of_a_long_and_of_a_short_position(desk: BybitDesk) -> None:
    desk.trade(BUY, "0.2", "7000")
    assert desk.unrealized("7500") == 100
    desk.trade(SELL, "0.6", "6000")  # The other example's 0.4 short, by a turn.
    assert desk.unrealized("5000") == 400


def test_bybit_the_closed_profit_of_a_short_position_after_fees_and_funding(desk: BybitDesk) -> None:
    desk.trade(SELL, "0.4", "6000", fees=(Fee("USDT", Decimal("1.32")),))
    desk.flow("-2.10", wallet=Wallet.MAIN)
    closing = desk.trade(BUY, "0.4", "5000", fees=(Fee("USDT", Decimal("1.10")),))
    assert desk.position().realized_pnl == closing.realized_pnl == 400, "before fees"
    assert closing.fees == (Fee("USDT", Decimal("1.10")),)
    assert desk.margin - FUNDS == Decimal("395.48")
    desk.check_books()


def test_interactive_brokers_a_short_position_covered_in_part_at_its_average(desk: BybitDesk) -> None:
    desk.trade(SELL, "100", "10")
    desk.trade(SELL, "100", "15")
    assert desk.position().average_price == Decimal("12.5")
    desk.trade(BUY, "100", "12.5")
    position = desk.position()
    assert (position.quantity, position.average_price, position.realized_pnl) == (-100, Decimal("12.5"), 0)


def test_stack_exchange_through_zero_and_on(desk: BybitDesk) -> None:
    position = desk.position()
    seen = []
    for side, quantity, price in (
        (BUY, "1", "80"),
        (SELL, "3", "102"),
        (SELL, "2", "98"),
        (BUY, "3", "90"),
        (SELL, "2", "100"),
    ):
        desk.trade(side, quantity, price)
        seen.append((position.quantity, position.average_price, position.realized_pnl))
    assert seen == [(1, 80, 0), (-2, 102, 22), (-4, 100, 22), (-1, 100, 52), (-3, 100, 52)]
    assert desk.margin - FUNDS == 52
    assert desk.unrealized("99") == 3
    desk.check_books()


# --- spot ----------------------------------------------------------------------------------------------------------


def test_binance_square_averaging_down_and_selling_half_a_coin(desk: BybitDesk) -> None:
    desk.spot(BUY, "1", "100000")
    desk.spot(BUY, "1", "90000")
    assert desk.holding("BTC").average_price == 95_000
    sold = desk.spot(SELL, "0.5", "100000")
    assert sold.realized_pnl == desk.holding("BTC").realized_pnl == 2_500
    assert (desk.holding("BTC").quantity, desk.holding("BTC").average_price) == (Decimal("1.5"), 95_000)
    desk.check_books()


def test_accounting_the_weighted_average_of_a_perpetual_inventory(desk: BybitDesk) -> None:
    stock = desk.holding("BTC")
    costs = []
    for side, quantity, price in (
        (BUY, "4000", "40"),
        (SELL, "2500", "60"),
        (BUY, "4500", "44"),
        (SELL, "5000", "60"),
        (BUY, "2000", "46"),
    ):
        before = stock.realized_pnl
        desk.spot(side, quantity, price)
        if side is SELL:
            costs.append(60 * Decimal(quantity) - (stock.realized_pnl - before))
        assert stock.average_price is not None
    assert costs == [100_000, 215_000], "the cost of what was sold: 2,500 at 40 and 5,000 at 43"
    assert (stock.quantity, stock.average_price) == (3_000, 45)
    desk.check_books()


@pytest.fixture
def ether(desk: BybitDesk) -> BybitDesk:
    market = msgspec.structs.replace(spot_of(desk.exchange), symbol="ETH/USDT", exchange_symbol="ETHUSDT", base="ETH")
    desk.list_markets(spot_of(desk.exchange), perpetual_of(desk.exchange), market)
    desk.price("3452.55", "ETH/USDT")
    return desk


def test_binance_a_fee_in_what_is_bought_leaves_at_average_cost(ether: BybitDesk) -> None:
    ether.spot(BUY, "10", "3452.55", fees=(Fee("ETH", Decimal("0.01")),), symbol="ETH/USDT")
    held = ether.holding("ETH")
    assert (held.quantity, held.average_price, held.realized_pnl) == (Decimal("9.99"), Decimal("3452.55"), 0)
    assert ether.holding("USDT").quantity == FUNDS - Decimal("34525.5")
    ether.check_books()


def test_binance_a_fee_in_what_is_sold_for(ether: BybitDesk) -> None:
    ether.spot(BUY, "10", "3452.55", symbol="ETH/USDT")
    sold = ether.spot(SELL, "10", "3452.55", fees=(Fee("USDT", Decimal("34.5255")),), symbol="ETH/USDT")
    assert (sold.realized_pnl, ether.holding("USDT").quantity) == (0, FUNDS - Decimal("34.5255"))
    ether.check_books()


def test_binance_a_fee_in_a_third_asset_costs_a_quarter_less(ether: BybitDesk) -> None:
    ether.price("500", "BNB/USDT")
    ether.spot(BUY, "10", "3452.55", symbol="ETH/USDT")
    bnb = Decimal("34.5255") * Decimal("0.75") / 500
    sold = ether.spot(SELL, "10", "3452.55", fees=(Fee("BNB", bnb),), symbol="ETH/USDT")
    assert ether.holding("USDT").quantity == FUNDS
    assert ether.holding("BNB").quantity * 500 == Decimal("-25.894125"), "it had none: the fee is still to be paid"
    assert (sold.realized_pnl, sold.fees) == (0, (Fee("BNB", bnb),))
    ether.check_books()
