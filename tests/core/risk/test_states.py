"""What leaves where trading is stopped, or may only reduce positions."""

import pytest

from support.limited_desk import ACCOUNT, ALICE, LimitedDesk
from support.markets import PERPETUAL
from tidegate.core.messages.commands import PlaceOrder
from tidegate.core.risk.states import restriction_on, subject_of
from tidegate.core.vocabulary import (
    Exchange,
    PositionSide,
    RefusalCode,
    Role,
    Side,
    TradingState,
)

HALTED, REDUCING, ACTIVE = TradingState.HALTED, TradingState.REDUCING, TradingState.ACTIVE


@pytest.fixture
def desk() -> LimitedDesk:
    return LimitedDesk()


def state_of(desk: LimitedDesk, asked: PlaceOrder) -> TradingState:
    restriction = restriction_on(desk.desk, subject_of(desk.desk, asked))
    return ACTIVE if restriction is None else restriction.state


@pytest.mark.parametrize(
    "scope",
    [
        {},
        {"user_id": ALICE},
        {"role": Role.TRADER},
        {"account_id": ACCOUNT},
        {"exchange": Exchange.BINANCE},
        {"symbol": "BTC/USDT"},
    ],
    ids=lambda scope: "+".join(scope) or "desk",
)
def test_nothing_is_placed_in_a_scope_that_is_halted_however_it_is_named(
    desk: LimitedDesk, scope: dict[str, object]
) -> None:
    desk.restrict(HALTED, **scope)
    refusal = desk.refusal(desk.spot(Side.SELL, "1"))
    assert refusal is not None
    assert refusal.code is RefusalCode.TRADING_HALTED
    assert "a test" in refusal.message


def test_what_lies_outside_the_scope_trades_on_and_so_does_what_is_released(desk: LimitedDesk) -> None:
    desk.restrict(HALTED, symbol=PERPETUAL)
    desk.restrict(HALTED, exchange=Exchange.OKX)
    assert desk.refusal(desk.spot()) is None
    desk.restrict(ACTIVE, symbol=PERPETUAL)
    assert desk.refusal(desk.perpetual()) is None


def test_the_strictest_of_all_states_applies(desk: LimitedDesk) -> None:
    desk.restrict(REDUCING)
    assert state_of(desk, desk.spot()) is REDUCING
    desk.restrict(HALTED, user_id=ALICE)
    assert state_of(desk, desk.spot()) is HALTED


def test_a_flat_account_cannot_open_while_it_may_only_reduce(desk: LimitedDesk) -> None:
    """nautilus: REDUCING let a flat account open a position."""
    desk.restrict(REDUCING)
    for side in Side:
        refusal = desk.refusal(desk.perpetual(side, "0.001"))
        assert refusal is not None
        assert refusal.code is RefusalCode.TRADING_REDUCING


def test_an_order_may_close_a_position_and_not_flip_it(desk: LimitedDesk) -> None:
    desk.trade(desk.perpetual(quantity="2"))
    desk.restrict(REDUCING)
    refusal = desk.refusal(desk.perpetual(Side.SELL, "2.001"))
    assert refusal is not None
    assert (refusal.limit, refusal.actual) == ("2", "2.001")
    assert desk.refusal(desk.perpetual(Side.SELL, "2")) is None


def test_open_and_in_doubt_orders_of_its_side_count_as_filled(desk: LimitedDesk) -> None:
    desk.trade(desk.perpetual(quantity="2"))
    desk.unknown(desk.place(desk.perpetual(Side.SELL, "1.5")))
    desk.restrict(REDUCING)
    assert desk.refusal(desk.perpetual(Side.SELL, "0.501")) is not None
    assert desk.refusal(desk.perpetual(Side.SELL, "0.5")) is None


def test_spot_sells_of_what_is_held_pass_and_buys_do_not(desk: LimitedDesk) -> None:
    desk.restrict(REDUCING)
    assert desk.refusal(desk.spot(Side.SELL, "1")) is None
    assert desk.refusal(desk.spot(Side.BUY, "1")) is not None


@pytest.mark.parametrize("options", [{"reduce_only": True}, {"position_side": PositionSide.LONG}], ids=str)
def test_what_can_only_reduce_passes(desk: LimitedDesk, options: dict[str, object]) -> None:
    desk.restrict(REDUCING)
    assert desk.refusal(desk.perpetual(Side.SELL, "1", **options)) is None


def test_an_amendment_that_asks_for_more_is_refused_and_one_for_less_is_not(desk: LimitedDesk) -> None:
    order = desk.working(desk.perpetual(quantity="2", price="49000"))
    desk.restrict(REDUCING)
    assert desk.amended(order, quantity="3") is RefusalCode.TRADING_REDUCING
    assert desk.amended(order, price="49500") is RefusalCode.TRADING_REDUCING
    assert desk.amended(order, quantity="1") is None


def test_without_restrictions_everything_is_active(desk: LimitedDesk) -> None:
    assert state_of(desk, desk.spot()) is ACTIVE
