"""What positions and orders tie up, and when a position is liquidated: Binance's formulas and worked examples."""

from decimal import Decimal

import pytest

from venuesim.exchange.margin import Requirement, liquidation_price, requirement, wallet_margin
from venuesim.exchange.orders import OrderRefused
from venuesim.exchange.vocabulary import PositionSide, Side
from venuesim_contracts import Pit, contract, tier

D = Decimal
BUY, SELL = Side.BUY, Side.SELL


@pytest.fixture
def pit() -> Pit:
    return Pit()


def two_contracts() -> Pit:
    """Return the account of "How to calculate liquidation price of USDⓈ-M futures contracts", in cross margin.

    A wallet of 1,535,443.01 USDT holds 3,683.979 ETH from 1,456.84 and 109.488 BTC from 32,481.98.
    """
    pit = Pit(
        contract("ETH", tier("10000000", 10, "0.10", "135365")),
        contract("BTC", tier("10000000", 20, "0.025", "16300")),
    )
    account = pit.account("holder", "100000000")
    pit.mark("1456.84", "ETH")
    pit.mark("32481.98", "BTC")
    pit.trade(account, BUY, "3683.979", "1456.84", base="ETH")
    pit.trade(account, BUY, "109.488", "32481.98", base="BTC")
    pit.mark("1335.18", "ETH")
    pit.mark("31967.27", "BTC")
    account.balances["USDT"].free = D("1535443.01")
    return pit


def test_the_liquidation_prices_of_two_cross_positions_are_those_of_binances_example() -> None:
    pit = two_contracts()
    account = pit.exchange.accounts["holder"]
    markets = pit.exchange.markets
    prices = [liquidation_price(account, pit.position(account, base), markets) for base in ("ETH", "BTC")]
    assert [price and price.quantize(D("0.01")) for price in prices] == [D("1153.26"), D("26316.89")]


def test_the_maintenance_margin_is_notional_times_rate_less_the_amount_of_the_bracket() -> None:
    pit = two_contracts()
    margin = wallet_margin(pit.exchange.accounts["holder"], "USDT", pit.exchange.markets)
    eth = D("3683.979") * D("1335.18") * D("0.10") - 135_365
    btc = D("109.488") * D("31967.27") * D("0.025") - 16_300
    assert margin.maintenance_margin == eth + btc


def test_a_cross_position_is_liquidated_at_its_liquidation_price_and_not_before(pit: Pit) -> None:
    account = pit.account("holder", "1000")
    pit.mark("100")
    pit.trade(account, BUY, "50", "100")
    price = liquidation_price(account, pit.position(account), pit.exchange.markets)
    assert price is not None
    pit.place(pit.other, BUY, "50", "70")
    pit.mark(f"{price + D('0.01'):.2f}")
    assert pit.position(account).quantity == 50
    pit.mark(f"{price - D('0.01'):.2f}")
    assert pit.position(account).quantity == 0


def test_a_short_is_liquidated_above_its_entry_and_a_long_below(pit: Pit) -> None:
    short, long = pit.account("short", "1000"), pit.account("long", "1000")
    pit.mark("100")
    pit.trade(short, SELL, "50", "100")
    pit.trade(long, BUY, "50", "100")
    markets = pit.exchange.markets
    above = liquidation_price(short, pit.position(short), markets)
    below = liquidation_price(long, pit.position(long), markets)
    assert above is not None
    assert below is not None
    assert below < 100 < above


def test_an_isolated_position_is_liquidated_by_its_own_margin_alone(pit: Pit) -> None:
    account = pit.account("holder", "1000000")
    pit.isolate(account)
    pit.mark("100")
    pit.trade(account, BUY, "10", "100")
    position = pit.position(account)
    assert position.isolated_margin == 100  # 10 x 100 at ten times leverage.
    price = liquidation_price(account, position, pit.exchange.markets)
    # (10 x 100 - 100) / (10 - 10 x 0.005)
    assert price == (D(900) / D("9.95"))


def test_a_position_without_danger_has_no_liquidation_price(pit: Pit) -> None:
    account = pit.account("holder", "1000000")
    pit.mark("100")
    pit.trade(account, BUY, "1", "100")
    assert liquidation_price(account, pit.position(account), pit.exchange.markets) is None


def test_opposite_orders_in_one_way_mode_need_the_larger_side_only(pit: Pit) -> None:
    account = pit.account("holder", "1000")
    pit.mark("100")
    pit.place(account, BUY, "10", "90")
    pit.place(account, SELL, "10", "110")
    holding = account.holding(pit.instruments[0])
    assert requirement(holding, D(100)).orders == D(110)  # 10 x 110 at ten times leverage.


def test_an_order_that_closes_a_position_needs_nothing(pit: Pit) -> None:
    account = pit.account("holder", "1000")
    pit.mark("100")
    pit.trade(account, BUY, "10", "100")
    pit.place(account, SELL, "10", "110")
    holding = account.holding(pit.instruments[0])
    assert requirement(holding, D(100)) == Requirement(D(100), D(0), D(5))
    pit.place(account, SELL, "20", "110")
    # What would turn it round counts: a short of 30 x 110 - 10 x 100, in place of the long of 1000, at ten times.
    assert requirement(holding, D(100)).orders == D(130)


def test_long_and_short_of_hedge_mode_each_need_their_own(pit: Pit) -> None:
    account = pit.account("holder", "1000")
    account.is_hedged = True
    pit.mark("100")
    pit.trade(account, BUY, "10", "100", position_side=PositionSide.LONG)
    pit.trade(account, SELL, "10", "100", position_side=PositionSide.SHORT)
    margin = wallet_margin(account, "USDT", pit.exchange.markets)
    assert (margin.position_margin, margin.unrealized_pnl) == (D(200), D(0))


def test_available_is_cash_and_cross_profit_less_what_is_tied_up(pit: Pit) -> None:
    account = pit.account("holder", "1000")
    pit.mark("100")
    pit.trade(account, BUY, "10", "100")
    pit.mark("110")
    margin = wallet_margin(account, "USDT", pit.exchange.markets)
    fee = D("0.5")
    assert margin.balance == 1000 - fee
    assert margin.available == 1000 - fee + 100 - 110


def test_an_order_is_refused_when_margin_fee_and_open_loss_exceed_the_wallet(pit: Pit) -> None:
    account = pit.account("holder", "100")
    pit.exchange.clearing.counts_open_loss = True
    pit.mark("100")
    # Bought at 105 with the mark at 100: a tenth of 945, the taker's fee on it, and 45 lost at once.
    with pytest.raises(OrderRefused):
        pit.place(account, BUY, "9", "105")
    pit.exchange.clearing.counts_open_loss = False
    pit.place(account, BUY, "9", "105")
