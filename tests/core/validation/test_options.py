"""Options that fit together, the order's type and what its venue offers; a refusal lists what is supported."""

from datetime import timedelta

import msgspec
import pytest

from support.desk_driver import BOB
from support.markets import perpetual_of, spot_of
from support.validating import MARKET, STRICT, Checker
from tidegate.core.instruments import Instrument
from tidegate.core.order import CONDITIONAL
from tidegate.core.validation.options import TIMES_IN_FORCE
from tidegate.core.vocabulary import (
    Exchange,
    OffsetUnit,
    OrderType,
    PositionSide,
    RefusalCode,
    Routing,
    Side,
    TimeInForce,
    TriggerBy,
)

STOP = {"order_type": OrderType.STOP_LOSS, "price": None, "trigger_price": "51000"}
STOP_LIMIT = {"order_type": OrderType.STOP_LIMIT, "trigger_price": "51000", "price": "51100"}
TRAILING = {"order_type": OrderType.TRAILING_STOP, "price": None, "trailing_offset": "1", "side": Side.SELL}
TRAILING |= {"trailing_offset_unit": OffsetUnit.PERCENT}
EVERY_TYPE: dict[OrderType, dict[str, object]] = {
    OrderType.MARKET: dict(MARKET),
    OrderType.LIMIT: {},
    OrderType.STOP_LOSS: STOP,
    OrderType.STOP_LIMIT: STOP_LIMIT,
    OrderType.TAKE_PROFIT: {"order_type": OrderType.TAKE_PROFIT, "price": None, "trigger_price": "49000"},
    OrderType.TAKE_PROFIT_LIMIT: {
        "order_type": OrderType.TAKE_PROFIT_LIMIT,
        "price": "48900",
        "trigger_price": "49000",
    },
    OrderType.TRAILING_STOP: TRAILING,
}
MARKETS = [spot_of(exchange) for exchange in Exchange] + [perpetual_of(exchange) for exchange in Exchange]


@pytest.fixture(scope="module", params=MARKETS, ids=lambda market: f"{market.exchange}-{market.kind}")
def check(request: pytest.FixtureRequest) -> Checker:
    return Checker(request.param)


@pytest.fixture(scope="module")
def spot() -> Checker:
    return Checker()


@pytest.fixture(scope="module")
def perpetual() -> Checker:
    return Checker(perpetual_of(Exchange.BINANCE))


def later(check: Checker) -> dict[str, object]:
    return {"time_in_force": TimeInForce.GTD, "expires_at": check.driver.now + timedelta(seconds=1)}


@pytest.mark.parametrize("order_type", list(OrderType))
def test_every_type_is_taken_on_every_market(check: Checker, order_type: OrderType) -> None:
    assert check.code(**EVERY_TYPE[order_type]) is None


@pytest.mark.parametrize("time_in_force", list(TimeInForce))
@pytest.mark.parametrize("order_type", list(OrderType))
def test_each_type_has_its_times_in_force(spot: Checker, order_type: OrderType, time_in_force: TimeInForce) -> None:
    good_till = later(spot) if time_in_force is TimeInForce.GTD else {"time_in_force": time_in_force}
    code = spot.code(**{**EVERY_TYPE[order_type], **good_till})
    if time_in_force in TIMES_IN_FORCE[order_type]:
        assert code is None
    else:
        assert code is RefusalCode.UNSUPPORTED_COMBINATION


def test_a_refused_time_in_force_comes_with_those_that_are_supported(spot: Checker) -> None:
    assert "gtc or gtd" in spot.refusal(**STOP, time_in_force=TimeInForce.IOC).message
    assert "gtc or ioc" in spot.refusal(**MARKET, time_in_force=TimeInForce.FOK).message


def test_only_gtd_has_an_expiry_and_it_lies_ahead(spot: Checker) -> None:
    now = spot.driver.now
    assert spot.code(time_in_force=TimeInForce.GTD) is RefusalCode.EXPIRY_REQUIRED
    assert spot.code(time_in_force=TimeInForce.GTD, expires_at=now) is RefusalCode.EXPIRY_NOT_ALLOWED
    assert spot.code(expires_at=now + timedelta(days=1)) is RefusalCode.EXPIRY_NOT_ALLOWED
    assert spot.code(**later(spot)) is None


def test_a_type_that_a_market_cannot_have_is_refused_with_the_alternatives() -> None:
    limited = Checker(msgspec.structs.replace(STRICT, order_types=frozenset({OrderType.LIMIT})))
    refusal = limited.refusal(**MARKET)
    assert refusal.code is RefusalCode.UNSUPPORTED_ORDER_TYPE
    assert refusal.message.endswith("supported: limit, stop_limit, take_profit_limit")


@pytest.mark.parametrize("order_type", list(OrderType))
def test_post_only_goes_with_limit_orders_that_give_time(spot: Checker, order_type: OrderType) -> None:
    wanted = None if order_type is OrderType.LIMIT else RefusalCode.UNSUPPORTED_COMBINATION
    assert spot.code(**EVERY_TYPE[order_type], post_only=True) is wanted
    assert spot.code(**later(spot), post_only=True) is None
    assert spot.code(time_in_force=TimeInForce.FOK, post_only=True) is RefusalCode.UNSUPPORTED_COMBINATION


@pytest.mark.parametrize("routing", [Routing.INTERNAL_FIRST, Routing.INTERNAL_ONLY])
def test_only_the_venue_is_routed_to(spot: Checker, routing: Routing) -> None:
    refusal = spot.refusal(routing=routing)
    assert refusal.code is RefusalCode.UNSUPPORTED_ROUTING
    assert "venue" in refusal.message


def test_parameters_are_the_venues_own_and_nothing_else(spot: Checker) -> None:
    assert spot.code(params={"selfTradePreventionMode": "EXPIRE_MAKER"}) is None
    refusal = spot.refusal(params={"selfTradePreventionMode": "NONE", "newClientOrderId": "x"})
    assert refusal.code is RefusalCode.PARAMETER_NOT_ALLOWED
    assert "newClientOrderId" in refusal.message
    assert "allowed: icebergQty, selfTradePreventionMode" in refusal.message


@pytest.mark.parametrize("market", [spot_of(Exchange.OKX), perpetual_of(Exchange.OKX)], ids=lambda market: market.kind)
@pytest.mark.parametrize("order_type", sorted(CONDITIONAL))
def test_what_okx_sets_off_itself_may_say_less(market: Instrument, order_type: OrderType) -> None:
    check, asked = Checker(market), EVERY_TYPE[order_type]
    refusal = check.refusal(**asked, params={"stpMode": "cancel_maker", "tag": "x"})
    assert refusal.code is RefusalCode.PARAMETER_NOT_ALLOWED
    assert f"for {order_type} orders: stpMode; allowed: tag" in refusal.message
    assert check.code(**asked, params={"tag": "x"}) is None


def test_what_the_desk_sets_off_leaves_as_any_other_order_and_may_say_as_much() -> None:
    held = {**STOP_LIMIT, "time_in_force": TimeInForce.IOC}
    assert Checker(spot_of(Exchange.OKX)).code(**held, params={"stpMode": "cancel_maker"}) is None


@pytest.mark.parametrize("value", ["", "x" * 65, "caf\N{LATIN SMALL LETTER E WITH ACUTE}", "a\nb", "a\x00b"])
def test_the_value_of_a_parameter_is_short_and_printable(spot: Checker, value: str) -> None:
    assert spot.code(params={"strategyId": value}) is RefusalCode.PARAMETER_NOT_ALLOWED


def test_which_price_triggers_depends_on_the_venue() -> None:
    spot, binance = Checker(), Checker(perpetual_of(Exchange.BINANCE))
    okx, bybit = Checker(perpetual_of(Exchange.OKX)), Checker(perpetual_of(Exchange.BYBIT))
    for by, allowed in ((TriggerBy.MARK, (binance, okx, bybit)), (TriggerBy.INDEX, (okx, bybit))):
        for one in (spot, binance, okx, bybit):
            wanted = None if one in allowed else RefusalCode.UNSUPPORTED_COMBINATION
            assert one.code(**STOP, trigger_by=by) is wanted
    assert "supported: last, mark" in binance.refusal(**STOP, trigger_by=TriggerBy.INDEX).message
    assert okx.code(**TRAILING, trigger_by=TriggerBy.INDEX) is RefusalCode.UNSUPPORTED_COMBINATION


def test_what_is_for_derivatives_is_refused_on_spot(spot: Checker, perpetual: Checker) -> None:
    for changes in ({"reduce_only": True}, {"position_side": PositionSide.LONG}):
        assert spot.code(**changes) is RefusalCode.UNSUPPORTED_COMBINATION
        assert perpetual.code(**changes) is None


@pytest.mark.parametrize("order_type", sorted(CONDITIONAL))
def test_conditional_orders_may_reduce_only(perpetual: Checker, order_type: OrderType) -> None:
    assert perpetual.code(**EVERY_TYPE[order_type], reduce_only=True) is None


def test_what_adds_to_a_position_does_not_reduce_it(perpetual: Checker) -> None:
    for side, position_side in ((Side.BUY, PositionSide.LONG), (Side.SELL, PositionSide.SHORT)):
        adding = {"side": side, "position_side": position_side}
        assert perpetual.code(**adding) is None
        assert perpetual.code(**adding, reduce_only=True) is RefusalCode.UNSUPPORTED_COMBINATION
        closing = Side.SELL if side is Side.BUY else Side.BUY
        assert perpetual.code(side=closing, position_side=position_side, reduce_only=True) is None


def test_derivatives_are_traded_in_accounts_of_one_user() -> None:
    shared = Checker(perpetual_of(Exchange.BINANCE))
    account = shared.driver.account
    account.user_ids = (*account.user_ids, BOB)
    assert shared.code() is RefusalCode.UNSUPPORTED_COMBINATION
