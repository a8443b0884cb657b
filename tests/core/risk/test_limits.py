"""Every kind of limit refuses what goes beyond it, with its figures, and lets through what does not."""

from datetime import timedelta
from decimal import Decimal

import msgspec
import pytest

from support.limited_desk import ACCOUNT, ALICE, CROSS, LimitedDesk, limit
from support.markets import PERPETUAL
from tidegate.core.messages.commands import PlaceOrder
from tidegate.core.messages.risk_values import RiskLimit, Scope
from tidegate.core.messages.values import Protection, Refusal
from tidegate.core.vocabulary import Exchange, LimitKind, OrderType, PositionSide, RefusalCode, Role, Side

K = LimitKind
BINANCE = Scope(exchange=Exchange.BINANCE)


@pytest.fixture
def desk() -> LimitedDesk:
    return LimitedDesk()


def refused(desk: LimitedDesk, command: PlaceOrder) -> Refusal:
    refusal = desk.refusal(command)
    assert refusal is not None
    return refusal


@pytest.mark.parametrize(
    ("one", "code", "figures"),
    [
        (limit(K.ORDER_QUANTITY, "1.9"), RefusalCode.ORDER_QUANTITY_LIMIT, ("1.9", "2")),
        (limit(K.ORDER_NOTIONAL, "99999"), RefusalCode.ORDER_NOTIONAL_LIMIT, ("99999", "100000")),
        (limit(K.POSITION_QUANTITY, "11", scope=BINANCE), RefusalCode.POSITION_LIMIT, ("11", "12")),
        (limit(K.POSITION_NOTIONAL, "599999", scope=BINANCE), RefusalCode.POSITION_LIMIT, ("599999", "600000")),
        (
            limit(K.ASSET_EXPOSURE, "599999", scope=Scope(exchange=Exchange.BINANCE)),
            RefusalCode.EXPOSURE_LIMIT,
            ("599999", "600000"),
        ),
        (
            limit(K.GROSS_EXPOSURE, "599999", scope=Scope(account_id=ACCOUNT)),
            RefusalCode.EXPOSURE_LIMIT,
            ("599999", "600000"),
        ),
        (
            limit(K.NET_EXPOSURE, "599999", scope=Scope(account_id=ACCOUNT)),
            RefusalCode.EXPOSURE_LIMIT,
            ("599999", "600000"),
        ),
        (limit(K.OPEN_ORDERS, "0"), RefusalCode.OPEN_ORDERS_LIMIT, ("0", "1")),
        (limit(K.ORDERS_PER_INTERVAL, "0", seconds=60), RefusalCode.ORDER_RATE_LIMIT, ("0", "1")),
        (limit(K.NOTIONAL_PER_INTERVAL, "99999", seconds=60), RefusalCode.NOTIONAL_RATE_LIMIT, ("99999", "100000")),
        (limit(K.DUPLICATE_ORDERS, "0", seconds=60), RefusalCode.DUPLICATE_ORDER, ("0", "1")),
        (limit(K.REPEATED_EXECUTIONS, "0", seconds=60), RefusalCode.ORDER_RATE_LIMIT, ("0", "1")),
        (limit(K.PROTECTION_REQUIRED, "99999"), RefusalCode.PROTECTION_REQUIRED, ("99999", "100000")),
        (limit(K.ALLOWED_SYMBOLS, symbols=("ETH/USDT",)), RefusalCode.INSTRUMENT_NOT_ALLOWED, (None, None)),
        (limit(K.RESTRICTED_SYMBOLS, symbols=("BTC/USDT",)), RefusalCode.INSTRUMENT_RESTRICTED, (None, None)),
        (limit(K.DAILY_LOSS, "1000"), RefusalCode.EQUITY_UNKNOWN, (None, None)),
        (limit(K.DRAWDOWN, "0.1"), RefusalCode.EQUITY_UNKNOWN, (None, None)),
    ],
    ids=lambda value: value.kind if isinstance(value, RiskLimit) else None,
)
def test_what_goes_beyond_a_limit_is_refused_with_its_figures(
    desk: LimitedDesk, one: RiskLimit, code: RefusalCode, figures: tuple[str | None, str | None]
) -> None:
    """Ten BTC are held at Binance, at 50,000 each; two more are asked for."""
    desk.price("50000", bid="50000", ask="50000")
    desk.set_limits(one)
    refusal = refused(desk, desk.spot(quantity="2"))
    assert (refusal.code, (refusal.limit, refusal.actual)) == (code, figures)
    assert one.limit_id in refusal.message
    assert one.scope.key in refusal.message


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (K.ORDER_QUANTITY, "2"),
        (K.ORDER_NOTIONAL, "100000"),
        (K.POSITION_QUANTITY, "12"),
        (K.POSITION_NOTIONAL, "600000"),
        (K.OPEN_ORDERS, "1"),
        (K.PROTECTION_REQUIRED, "100000"),
    ],
)
def test_what_reaches_a_limit_exactly_passes(desk: LimitedDesk, kind: LimitKind, value: str) -> None:
    desk.set_limits(limit(kind, value, scope=BINANCE))
    assert desk.refusal(desk.spot(quantity="2")) is None


@pytest.mark.parametrize(
    "scope",
    [
        Scope(user_id=ALICE),
        Scope(role=Role.TRADER),
        Scope(account_id=ACCOUNT),
        Scope(exchange=Exchange.BINANCE),
        Scope(symbol="BTC/USDT"),
        Scope(role=Role.TRADER, exchange=Exchange.BINANCE, symbol="BTC/USDT"),
    ],
    ids=lambda scope: scope.key,
)
def test_a_limit_is_about_all_that_its_scope_names(desk: LimitedDesk, scope: Scope) -> None:
    desk.set_limits(limit(K.ORDER_QUANTITY, "1", scope=scope))
    assert refused(desk, desk.spot(quantity="2")).code is RefusalCode.ORDER_QUANTITY_LIMIT


@pytest.mark.parametrize(
    "scope",
    [Scope(role=Role.RISK), Scope(exchange=Exchange.OKX), Scope(user_id=ALICE, symbol="ETH/USDT")],
    ids=lambda scope: scope.key,
)
def test_a_limit_is_about_nothing_else(desk: LimitedDesk, scope: Scope) -> None:
    desk.set_limits(limit(K.ORDER_QUANTITY, "1", scope=scope))
    assert desk.refusal(desk.spot(quantity="2")) is None


def test_the_tightest_of_several_limits_wins(desk: LimitedDesk) -> None:
    limits = [limit(K.ORDER_QUANTITY, value, limit_id=value) for value in ("5", "1", "3")]
    desk.set_limits(*limits)
    assert refused(desk, desk.spot(quantity="2")).limit == "1"


def test_of_several_problems_the_simplest_is_told(desk: LimitedDesk) -> None:
    desk.set_limits(limit(K.OPEN_ORDERS, "0"), limit(K.ORDER_QUANTITY, "1"), limit(K.NET_EXPOSURE, "1"))
    assert refused(desk, desk.spot(quantity="2")).code is RefusalCode.ORDER_QUANTITY_LIMIT


def test_open_orders_count_as_if_they_were_filled(desk: LimitedDesk) -> None:
    desk.set_limits(limit(K.POSITION_QUANTITY, "3", scope=Scope(symbol=PERPETUAL)))
    desk.place(desk.perpetual(quantity="2"))
    assert refused(desk, desk.perpetual(quantity="1.5")).actual == "3.5"
    assert desk.refusal(desk.perpetual(Side.SELL, "3")) is None


def test_an_order_in_doubt_counts_until_it_is_known(desk: LimitedDesk) -> None:
    desk.set_limits(limit(K.POSITION_QUANTITY, "3", scope=Scope(symbol=PERPETUAL)))
    desk.unknown(desk.place(desk.perpetual(quantity="3")))
    assert refused(desk, desk.perpetual(quantity="0.001")).code is RefusalCode.POSITION_LIMIT


def test_a_price_beyond_the_collar_is_refused_on_the_side_that_trades_at_once_only(desk: LimitedDesk) -> None:
    desk.set_limits(limit(K.PRICE_COLLAR, "0.01"))
    refusal = refused(desk, desk.spot(price="50501"))
    assert (refusal.code, refusal.limit, refusal.actual) == (RefusalCode.PRICE_OUTSIDE_COLLAR, "0.01", "0.01002")
    assert desk.refusal(desk.spot(price="10000")) is None
    assert desk.refusal(desk.spot(price="50500")) is None


def test_a_limit_order_without_a_known_market_is_refused_where_a_collar_is_in_force(desk: LimitedDesk) -> None:
    """nautilus: a limit order without price checks passed on margin accounts."""
    desk.set_limits(limit(K.PRICE_COLLAR, "0.01"))
    desk.list_unpriced()
    assert refused(desk, desk.spot(symbol="ETH/USDT")).code is RefusalCode.NO_REFERENCE_PRICE


def test_an_exposure_that_cannot_be_valued_is_refused(desk: LimitedDesk) -> None:
    desk.list_unpriced()
    desk.place(desk.spot(symbol="ETH/USDT", price="1000"))
    desk.set_limits(limit(K.GROSS_EXPOSURE, "100000000"))
    assert refused(desk, desk.spot()).code is RefusalCode.NO_REFERENCE_PRICE
    desk.price("1000", "ETH/USDT")
    assert desk.refusal(desk.spot()) is None


def test_a_throttle_forgets_what_is_older_than_its_interval(desk: LimitedDesk) -> None:
    desk.set_limits(limit(K.ORDERS_PER_INTERVAL, "2", seconds=10))
    desk.place(desk.spot(quantity="0.1"))
    desk.now += timedelta(seconds=6)
    desk.place(desk.spot(quantity="0.1"))
    assert refused(desk, desk.spot(quantity="0.1")).actual == "3"
    desk.now += timedelta(seconds=5)
    assert desk.refusal(desk.spot(quantity="0.1")) is None


def test_what_was_refused_is_no_duplicate_and_uses_up_no_throttle(desk: LimitedDesk) -> None:
    desk.set_limits(
        limit(K.ORDER_QUANTITY, "1"),
        limit(K.ORDERS_PER_INTERVAL, "1", seconds=60),
        limit(K.DUPLICATE_ORDERS, "1", seconds=60),
    )
    for _ in range(3):
        assert refused(desk, desk.spot(quantity="2")).code is RefusalCode.ORDER_QUANTITY_LIMIT
    assert desk.refusal(desk.spot()) is None


def test_the_same_order_twice_is_refused_and_another_price_is_not_the_same(desk: LimitedDesk) -> None:
    desk.set_limits(limit(K.DUPLICATE_ORDERS, "1", seconds=60))
    desk.place(desk.spot())
    assert refused(desk, desk.spot()).code is RefusalCode.DUPLICATE_ORDER
    assert desk.refusal(desk.spot(price="49999")) is None


def test_orders_alike_that_trade_again_and_again_are_stopped(desk: LimitedDesk) -> None:
    desk.set_limits(limit(K.REPEATED_EXECUTIONS, "2", seconds=60))
    desk.trade(desk.spot(quantity="0.1"))
    desk.trade(desk.spot(quantity="0.1", price="50001"))
    assert refused(desk, desk.spot(quantity="0.1", price="50002")).actual == "3"
    assert desk.refusal(desk.spot(quantity="0.2")) is None


def test_refusals_by_a_venue_stop_more_orders(desk: LimitedDesk) -> None:
    desk.set_limits(limit(K.REJECTIONS_PER_INTERVAL, "2", seconds=60))
    for _ in range(2):
        desk.refuse(desk.place(desk.spot()), retryable=False)
    assert refused(desk, desk.spot()).actual == "2"


def test_open_orders_are_counted_until_they_end(desk: LimitedDesk) -> None:
    desk.set_limits(limit(K.OPEN_ORDERS, "1"))
    order = desk.working(desk.spot())
    assert refused(desk, desk.spot()).code is RefusalCode.OPEN_ORDERS_LIMIT
    desk.fill(order, "1")
    assert desk.refusal(desk.spot()) is None


def test_gross_exposure_adds_long_and_short_and_net_exposure_takes_one_from_the_other(desk: LimitedDesk) -> None:
    okx = Scope(exchange=Exchange.BINANCE, symbol=PERPETUAL)
    desk.trade(desk.perpetual(Side.SELL, "3"))
    desk.set_limits(limit(K.GROSS_EXPOSURE, "200000", scope=okx), limit(K.NET_EXPOSURE, "150000", scope=okx))
    assert refused(desk, desk.perpetual(Side.SELL, "2")).limit == "200000"
    assert refused(desk, desk.perpetual(Side.SELL, "0.5")).limit == "150000"


def test_exposure_is_valued_at_the_last_price(desk: LimitedDesk) -> None:
    desk.set_limits(limit(K.GROSS_EXPOSURE, "110000", scope=Scope(symbol=PERPETUAL)))
    desk.trade(desk.perpetual(quantity="1"))
    desk.price("60000", PERPETUAL)
    assert refused(desk, desk.perpetual(quantity="1", price="60000")).actual == "120000"


def test_leverage_is_derivatives_over_equity_and_what_an_order_sets(desk: LimitedDesk) -> None:
    desk.set_limits(limit(K.LEVERAGE, "2", scope=Scope(account_id=ACCOUNT)))
    assert refused(desk, desk.perpetual()).code is RefusalCode.EQUITY_UNKNOWN
    desk.mark("100000")
    assert refused(desk, desk.perpetual(quantity="5")).actual == "2.5"
    assert refused(desk, desk.perpetual(quantity="1", leverage=Decimal(3))).actual == "3"
    assert desk.refusal(desk.perpetual(quantity="4")) is None
    assert desk.refusal(desk.spot(quantity="1")) is None


def test_todays_loss_counts_with_what_stops_would_still_lose(desk: LimitedDesk) -> None:
    desk.set_limits(limit(K.DAILY_LOSS, "5000"))
    desk.mark("1000000")
    desk.mark("998000")
    stop = Protection(trigger_price=Decimal(49_000))
    assert desk.refusal(desk.perpetual(quantity="2", stop_loss=stop)) is None
    assert refused(desk, desk.perpetual(quantity="1", stop_loss=stop)).actual == "5000"
    desk.mark("995000")
    assert refused(desk, desk.perpetual(quantity="0.001")).code is RefusalCode.DAILY_LOSS_LIMIT


def test_a_stop_of_a_position_still_loses_from_where_the_market_is(desk: LimitedDesk) -> None:
    desk.set_limits(limit(K.DAILY_LOSS, "5000"))
    desk.mark("1000000")
    desk.trade(desk.perpetual(quantity="1", stop_loss=Protection(trigger_price=Decimal(49_000))))
    assert desk.desk.totals is not None
    exposure = desk.desk.totals.sums[()][()]
    assert exposure.at_risk == 1_000
    desk.price("52000", PERPETUAL)
    assert exposure.at_risk == 3_000


def test_a_drawdown_from_the_highest_stops_everything_that_adds(desk: LimitedDesk) -> None:
    desk.set_limits(limit(K.DRAWDOWN, "0.1"))
    desk.mark("1000000")
    assert desk.refusal(desk.perpetual(quantity="1")) is None
    desk.mark("900000")
    assert refused(desk, desk.perpetual(quantity="1")).actual == "0.1"


def test_an_entry_that_needs_a_stop_is_given_one_and_its_history_says_so(desk: LimitedDesk) -> None:
    desk.set_limits(limit(K.PROTECTION_REQUIRED, "1000", attach_stop_ratio=Decimal("0.02")))
    order = desk.place(desk.perpetual(quantity="1"))
    assert order.stop_loss == Protection(trigger_price=Decimal(49_000))
    assert any("given a stop_loss at 49000 by limit protection_required" in row.message for row in desk.history(order))


def test_a_stop_is_attached_below_where_the_entry_may_fill_not_below_its_limit(desk: LimitedDesk) -> None:
    desk.set_limits(limit(K.PROTECTION_REQUIRED, "1000", attach_stop_ratio=Decimal("0.02")))
    bought = desk.place(desk.perpetual(quantity="1", price="60000"))
    sold = desk.place(desk.perpetual(Side.SELL, "1", "40000"))
    assert bought.stop_loss == Protection(trigger_price=Decimal(49_000))
    assert sold.stop_loss == Protection(trigger_price=Decimal(51_000))


def test_what_only_reduces_is_given_no_stop(desk: LimitedDesk) -> None:
    desk.trade(desk.perpetual(quantity="3"))
    desk.set_limits(limit(K.PROTECTION_REQUIRED, "1000", attach_stop_ratio=Decimal("0.02")))
    assert desk.place(desk.perpetual(Side.SELL, "1")).stop_loss is None


def test_what_only_reduces_passes_every_limit(desk: LimitedDesk) -> None:
    desk.trade(desk.perpetual(quantity="3"))
    desk.set_limits(
        *(limit(kind, "0") for kind in (K.ORDER_QUANTITY, K.GROSS_EXPOSURE, K.OPEN_ORDERS, K.DAILY_LOSS)),
        limit(K.RESTRICTED_SYMBOLS, symbols=(PERPETUAL, "BTC/USDT")),
    )
    assert desk.refusal(desk.perpetual(Side.SELL, "2")) is None
    assert desk.refusal(desk.perpetual(Side.SELL, "2", reduce_only=True)) is None
    assert desk.refusal(desk.spot(Side.SELL, "1")) is None
    assert refused(desk, desk.perpetual(Side.SELL, "1.001")).code is RefusalCode.INSTRUMENT_RESTRICTED


def test_an_order_by_its_worth_counts_for_what_it_may_buy(desk: LimitedDesk) -> None:
    desk.set_limits(limit(K.POSITION_QUANTITY, "11", scope=BINANCE))
    command = desk.spot(quantity=None, price=None, quote_quantity="100000")
    assert refused(desk, command).actual == "12"
    assert desk.refusal(msgspec.structs.replace(command, order_id="01JX", quote_quantity=Decimal(50_000))) is None


def test_an_approval_names_the_set_of_limits_that_it_used(desk: LimitedDesk) -> None:
    assert desk.place(desk.spot()).limits_version == 0
    desk.set_limits(limit(K.ORDER_QUANTITY, "5"))
    desk.set_limits(limit(K.ORDER_QUANTITY, "6"))
    assert desk.place(desk.spot()).limits_version == 2


def test_a_conditional_orders_price_is_held_against_its_trigger(desk: LimitedDesk) -> None:
    desk.set_limits(limit(K.PRICE_COLLAR, "0.01"))
    command = desk.perpetual(price="53000", trigger_price=Decimal(52_000))
    stop_limit = msgspec.structs.replace(command, order_type=OrderType.STOP_LIMIT)
    assert refused(desk, stop_limit).code is RefusalCode.PRICE_OUTSIDE_COLLAR


# --- markets of two assets that both count --------------------------------------------------------------------------


def crossing(desk: LimitedDesk, side: Side, quantity: str) -> PlaceOrder:
    return desk.spot(side, quantity, "0.05", symbol=CROSS)


def test_what_is_paid_in_another_coin_is_exposure_as_well(desk: LimitedDesk) -> None:
    desk.list_cross()
    desk.set_limits(limit(K.GROSS_EXPOSURE, "10000000"))
    desk.place(crossing(desk, Side.BUY, "40"))
    totals = desk.desk.totals
    assert totals is not None
    eth, btc = (totals.cells[ACCOUNT, ALICE, asset, PositionSide.NET] for asset in ("ETH", "BTC"))
    assert (eth.long, eth.short) == (40, 0)
    assert (btc.long, btc.short) == (10, 8), "of ten bitcoin two may be paid away"


def test_a_short_in_the_quote_asset_counts_against_its_limit(desk: LimitedDesk) -> None:
    desk.list_cross()
    desk.trade(desk.perpetual(Side.SELL, "12"))
    desk.set_limits(limit(K.ASSET_EXPOSURE, "150000", scope=BINANCE))
    assert desk.refusal(crossing(desk, Side.BUY, "20")) is None, "12 short and 10 held, 1 of which is paid away"
    refusal = refused(desk, crossing(desk, Side.BUY, "40"))
    assert (refusal.code, refusal.actual) == (RefusalCode.EXPOSURE_LIMIT, "250000")


def test_a_sale_for_another_coin_is_a_purchase_of_that(desk: LimitedDesk) -> None:
    desk.list_cross()
    desk.trade(crossing(desk, Side.BUY, "40"), price="0.05")
    desk.set_limits(limit(K.ASSET_EXPOSURE, "450000", scope=BINANCE))
    refusal = refused(desk, crossing(desk, Side.SELL, "40"))
    assert (refusal.code, refusal.actual) == (RefusalCode.EXPOSURE_LIMIT, "500000")
    assert desk.refusal(desk.spot(Side.SELL, "40", "2500", symbol="ETH/USDT")) is None


def test_gross_and_net_exposure_see_both_sides_of_a_cross(desk: LimitedDesk) -> None:
    desk.list_cross()
    desk.set_limits(limit(K.GROSS_EXPOSURE, "599999", scope=BINANCE))
    refusal = refused(desk, crossing(desk, Side.BUY, "40"))
    assert refusal.actual == "600000", "10 bitcoin, and 40 ETH; what is paid away makes nothing larger"
    desk.set_limits(limit(K.NET_EXPOSURE, "599999", scope=BINANCE))
    assert refused(desk, crossing(desk, Side.BUY, "40")).actual == "600000"


def test_the_quote_of_a_cross_must_be_priced(desk: LimitedDesk) -> None:
    desk.list_cross(quote="BNB")
    desk.set_limits(limit(K.GROSS_EXPOSURE, "10000000"))
    command = desk.spot(Side.BUY, "1", "4", symbol="ETH/BNB")
    assert refused(desk, command).code is RefusalCode.NO_REFERENCE_PRICE


def test_a_collar_around_an_old_price_lets_nothing_through(desk: LimitedDesk) -> None:
    desk.set_limits(limit(K.PRICE_COLLAR, "0.1"))
    desk.price("50000")
    desk.wait(61)
    assert refused(desk, desk.spot()).code is RefusalCode.NO_REFERENCE_PRICE
