"""Orders and trades at the venue that are none of the desk's: told, never booked, and over when they are."""

from datetime import timedelta
from decimal import Decimal

import msgspec
import pytest

from support.compared_desk import ComparedDesk
from support.desk_driver import ALICE, BALANCES
from tidegate.core import identifiers as ids
from tidegate.core.decision import Decision
from tidegate.core.messages import commands, reports
from tidegate.core.messages.effects import SendCancel
from tidegate.core.reconciliation import foreign
from tidegate.core.vocabulary import Environment, OrderType, Side, VenueOrderStatus

OPEN, FILLED, CANCELED = VenueOrderStatus.OPEN, VenueOrderStatus.FILLED, VenueOrderStatus.CANCELED
LOST = ids.exchange_client_order_id(ids.OrderId("01JLOSTLOSTLOSTLOSTLOSTLO9"), 1)


@pytest.fixture
def desk() -> ComparedDesk:
    desk = ComparedDesk()
    desk.open_shop()
    desk.now += timedelta(seconds=60)
    return desk


def cancels(decision: Decision) -> list[SendCancel]:
    return [effect for effect in decision.effects if isinstance(effect, SendCancel)]


# --- orders --------------------------------------------------------------------------------------------------------


def test_an_order_made_by_hand_is_told_with_its_figures_and_left_alone(desk: ComparedDesk) -> None:
    decision = desk.strange_order()
    assert decision.effects == []
    [found] = desk.open_breaks()
    assert (found.kind, found.subject) == ("foreign_order", "BTC/USDT 555")
    assert "buy 0.5 BTC/USDT limit at 49000" in found.message
    assert desk.orders == {}


def test_told_again_it_is_no_news(desk: ComparedDesk) -> None:
    desk.strange_order()
    assert desk.strange_order(listed=True) == Decision([], [])
    desk.strange_order(symbol="ETH/USDT")
    assert len(desk.open_breaks()) == 2, "some venues count orders per symbol"


@pytest.mark.parametrize("status", [FILLED, CANCELED])
def test_it_is_over_with_the_order(desk: ComparedDesk, status: VenueOrderStatus) -> None:
    desk.strange_order()
    desk.strange_order(status)
    assert desk.open_breaks() == []
    [found] = desk.breaks.values()
    assert f"ended as {status}" in found.resolution
    assert "49000" in found.message


def test_one_that_had_ended_before_anybody_heard_of_it_is_nothing(desk: ComparedDesk) -> None:
    assert desk.strange_order(FILLED) == Decision([], [])


def test_it_is_over_when_a_later_listing_does_not_show_it(desk: ComparedDesk) -> None:
    desk.strange_order()
    desk.listing(requested_at=desk.now - timedelta(seconds=1))
    assert len(desk.open_breaks()) == 1, "that listing was asked for before"
    desk.now += timedelta(seconds=1)
    desk.listing(("BTC/USDT", "555"))
    assert len(desk.open_breaks()) == 1
    desk.synchronized()
    assert len(desk.open_breaks()) == 1, "that listing does not tell"
    desk.listing(("ETH/USDT", "555"))
    assert desk.open_breaks() == []


def test_an_order_of_ours_that_ended_is_not_strange(desk: ComparedDesk) -> None:
    order = desk.working()
    desk.fill(order, "1")
    desk.let_go_of_closed()
    desk.report(order, FILLED, "1")
    desk.strange_order(FILLED, exchange_order_id="9001", client_id=None)
    assert desk.open_breaks() == []


def test_an_id_told_alone_may_be_that_of_an_order_under_way(desk: ComparedDesk) -> None:
    """Only our own name for it tells for certain, and some listings leave that out."""
    order = desk.place()
    desk.strange_order(client_id=None)
    desk.strange_trade(client_id=None)
    assert desk.open_breaks() == []
    desk.accept(order, "9001")
    desk.strange_order(client_id=None)
    desk.strange_trade(client_id=None)
    assert {found.kind for found in desk.open_breaks()} == {"foreign_order", "foreign_execution"}


def test_an_id_told_alone_may_be_what_came_out_of_a_conditional_order(desk: ComparedDesk) -> None:
    stop = desk.order_command(order_type=OrderType.STOP_LOSS, price=None, trigger_price=Decimal(55_000))
    desk.working(stop)
    desk.strange_trade(client_id=None)
    assert desk.open_breaks() == []
    desk.strange_trade(client_id=None, side=Side.SELL)
    assert len(desk.open_breaks()) == 1, "the other side cannot be"


def dismiss(desk: ComparedDesk) -> None:
    """A person closes the one break there is."""
    [found] = desk.open_breaks()
    desk.resolve(found.break_id)
    assert desk.open_breaks() == []


@pytest.mark.parametrize("restarts", [False, True])
def test_what_a_person_closed_stays_closed_while_the_order_rests(desk: ComparedDesk, *, restarts: bool) -> None:
    desk.strange_order()
    dismiss(desk)
    if restarts:
        desk.recover()
    assert desk.strange_order(listed=True) == Decision([], [])
    desk.strange_order(CANCELED)
    assert desk.open_breaks() == []


@pytest.mark.parametrize("news", [{"filled": "0.2"}, {"price": "48000"}, {"exchange_order_id": "556"}])
@pytest.mark.parametrize("restarts", [False, True])
def test_what_has_changed_since_a_person_closed_it_is_told_again(
    desk: ComparedDesk, news: dict[str, str], *, restarts: bool
) -> None:
    desk.strange_order()
    dismiss(desk)
    if restarts:
        desk.recover()
    desk.strange_order(**news)  # type: ignore[arg-type]
    dismiss(desk)
    assert desk.strange_order(**news) == Decision([], [])  # type: ignore[arg-type]


def test_what_ended_without_a_person_is_told_again_when_it_is_back(desk: ComparedDesk) -> None:
    desk.strange_order()
    desk.now += timedelta(seconds=1)
    desk.listing()
    assert desk.open_breaks() == []
    desk.strange_order()
    assert len(desk.open_breaks()) == 1


# --- orders with our mark ------------------------------------------------------------------------------------------


def test_an_order_with_our_mark_that_no_desk_answers_for_is_told_and_canceled(desk: ComparedDesk) -> None:
    [cancel] = cancels(desk.strange_order(client_id=LOST))
    assert (cancel.exchange_client_order_id, cancel.exchange_order_id) == (LOST, "555")
    assert not cancel.conditional
    [found] = desk.open_breaks()
    assert found.kind == "unknown_order_of_ours"
    assert desk.strange_order(client_id=LOST) == Decision([], []), "its cancel is under way"
    assert cancels(desk.strange_order(client_id=LOST, listed=True)), "and has not helped"
    desk.strange_order(CANCELED, client_id=LOST)
    assert desk.open_breaks() == []


def test_where_it_waits_for_the_market_it_is_canceled_as_such(desk: ComparedDesk) -> None:
    [cancel] = cancels(desk.strange_order(client_id=LOST, trigger_price="55000"))
    assert cancel.conditional


def test_an_order_of_another_account_of_the_desk_is_never_canceled(desk: ComparedDesk) -> None:
    """Two accounts that sign for the same venue account see each other's orders."""
    twin = ids.AccountId("binance-twin")
    desk.put(
        commands.RegisterAccount(
            command_id=desk.command_id(),
            at=desk.now,
            account_id=twin,
            exchange=desk.exchange,
            environment=Environment.SIMULATED,
            user_ids=(ALICE,),
        )
    )
    order = desk.working()
    report = reports.OrderReported(
        at=desk.now,
        account_id=twin,
        symbol=order.symbol,
        status=OPEN,
        filled_quantity=Decimal(0),
        exchange_order_id=order.exchange_order_id,
        exchange_client_order_id=order.exchange_client_order_id,
    )
    assert cancels(desk.put(report)) == []
    assert [(found.account_id, found.kind) for found in desk.open_breaks()] == [(twin, "foreign_order")]
    desk.report(order, CANCELED)
    desk.let_go_of_closed()
    assert cancels(desk.put(msgspec.structs.replace(report, at=desk.now))) == []


# --- trades --------------------------------------------------------------------------------------------------------


def test_a_trade_made_by_hand_is_told_and_not_booked(desk: ComparedDesk) -> None:
    desk.strange_trade()
    [found] = desk.open_breaks()
    assert (found.kind, found.subject) == ("foreign_execution", "BTC/USDT buy t1")
    for figure in ("buy 0.5 BTC/USDT at 49000", "fees 5 USDT", "order 555"):
        assert figure in found.message
    assert desk.held("BTC") == 10
    assert desk.strange_trade() == Decision([], [])


def test_a_trade_of_an_order_with_our_mark_says_so(desk: ComparedDesk) -> None:
    desk.strange_trade(client_id=LOST)
    assert "with our mark" in desk.open_breaks()[0].message


def test_what_was_traded_before_the_books_were_opened_is_in_their_balances(desk: ComparedDesk) -> None:
    assert desk.account.opened_at is not None
    before = desk.account.opened_at - timedelta(seconds=1)
    assert desk.strange_trade(executed_at=before) == Decision([], [])


def test_a_trade_that_a_person_knows_of_does_not_come_up_again(desk: ComparedDesk) -> None:
    desk.strange_trade()
    assert desk.resolve(desk.open_breaks()[0].break_id) is None
    desk.strange_trade()
    assert desk.open_breaks() == []
    desk.restart()
    desk.strange_trade()
    assert desk.open_breaks() == []


def test_strange_trades_are_over_once_the_books_agree_again(desk: ComparedDesk) -> None:
    desk.strange_trade()
    desk.broken_balance(BTC="0.5", USDT="-24505")
    desk.synchronized()
    assert {found.kind for found in desk.open_breaks()} == {"foreign_execution", "balance"}
    for found in desk.open_breaks("balance"):
        assert desk.resolve(found.break_id, accept=True) is None
    desk.balances({**BALANCES, "BTC": Decimal("10.5"), "USDT": BALANCES["USDT"] - 24_505})
    desk.synchronized()
    assert desk.open_breaks() == []


def test_of_very_many_strange_trades_the_number_is_told(desk: ComparedDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(foreign, "EXECUTIONS_TOLD_MAX", 3)
    for number in range(10):
        desk.strange_trade(f"t{number}")
    assert len(desk.open_breaks("foreign_execution")) == 3
    assert len(desk.open_breaks("many_foreign_executions")) == 1
    desk.now += timedelta(seconds=10)
    desk.synchronized()
    assert desk.open_breaks() == []


def test_what_an_account_that_nobody_knows_does_is_nothing(desk: ComparedDesk) -> None:
    report = reports.OrderReported(
        at=desk.now,
        account_id=ids.AccountId("nobody"),
        symbol="BTC/USDT",
        status=OPEN,
        filled_quantity=Decimal(0),
        exchange_order_id=ids.ExchangeOrderId("1"),
    )
    assert desk.put(report) == Decision([], [])
