"""What came in and went out, at the prices of those moments, is kept apart from what was earned."""

from datetime import timedelta
from decimal import Decimal

import pytest

from support.compared_desk import MARGIN, ComparedDesk
from support.desk_driver import ACCOUNT, ALICE, BALANCES, BOB, RISK
from tidegate.core.messages import reports
from tidegate.core.messages.values import Fee
from tidegate.core.records import UNALLOCATED
from tidegate.core.vocabulary import CashFlowKind, Side, Wallet

OPENED = MARGIN + BALANCES["USDT"] + BALANCES["BTC"] * 50_000


@pytest.fixture
def desk() -> ComparedDesk:
    desk = ComparedDesk()
    desk.open_shop()
    return desk


def deposits(desk: ComparedDesk, user_id: str = ALICE) -> Decimal:
    row = desk.batches[-1].capital.get((ACCOUNT, user_id))  # type: ignore[call-overload]
    kept = desk.desk.risk.capital[ACCOUNT, user_id]  # type: ignore[index]
    assert row is None or row == kept, "the row is what memory has"
    return kept.net_deposits


def test_opening_balances_count_at_the_price_of_the_opening(desk: ComparedDesk) -> None:
    desk.price("60000")
    assert deposits(desk) == OPENED
    assert desk.desk.risk.capital[ACCOUNT, ALICE].unpriced == {"BNB": BALANCES["BNB"]}


@pytest.mark.parametrize("kind", [CashFlowKind.DEPOSIT, CashFlowKind.WITHDRAWAL, CashFlowKind.TRANSFER])
def test_what_comes_and_goes_counts_at_the_price_of_its_moment(desk: ComparedDesk, kind: CashFlowKind) -> None:
    desk.price("60000")
    desk.flow("-2", kind=kind, asset="BTC", wallet=Wallet.MAIN)
    assert deposits(desk) == OPENED - 120_000


@pytest.mark.parametrize("kind", [CashFlowKind.FUNDING, CashFlowKind.LIQUIDATION_FEE, CashFlowKind.OTHER])
def test_funding_and_fees_are_profit_and_loss(desk: ComparedDesk, kind: CashFlowKind) -> None:
    desk.flow("-12.5", kind=kind)
    assert deposits(desk) == OPENED


def test_trades_and_their_fees_are_no_capital(desk: ComparedDesk) -> None:
    order = desk.working()
    desk.fill(order, "1", fees=(Fee("BNB", Decimal("0.1")),))
    desk.trade(Side.SELL, "1", "51000")
    assert deposits(desk) == OPENED


def test_a_balance_that_follows_the_venues_is_capital(desk: ComparedDesk) -> None:
    desk.broken_balance(USDT="-100")
    [found] = desk.open_breaks("balance")
    assert desk.resolve(found.break_id, accept=True) is None
    assert deposits(desk) == OPENED - 100


def test_what_had_no_price_when_it_came_is_counted_at_the_first_that_is_known(desk: ComparedDesk) -> None:
    desk.now += timedelta(minutes=2)
    desk.price("600", "BNB/USDT")
    desk.price("50000")
    desk.put(reports.ClockTicked(at=desk.now))
    assert deposits(desk) == OPENED + 3_000
    assert desk.desk.risk.capital[ACCOUNT, ALICE].unpriced == {}
    assert desk.desk.holding(ACCOUNT, ALICE, "BNB").average_price == 600
    assert desk.batches[-1].holdings[ACCOUNT, ALICE, "BNB", Wallet.MAIN].average_price == 600
    desk.put(reports.ClockTicked(at=desk.now + timedelta(minutes=2)))
    assert deposits(desk) == OPENED + 3_000, "once"
    desk.check_books()


def test_what_went_again_before_it_had_a_price_counts_nothing(desk: ComparedDesk) -> None:
    desk.flow("-5", kind=CashFlowKind.WITHDRAWAL, asset="BNB", wallet=Wallet.MAIN)
    assert desk.desk.risk.capital[ACCOUNT, ALICE].unpriced == {}
    assert deposits(desk) == OPENED


def test_a_transfer_takes_capital_along() -> None:
    desk = ComparedDesk()
    desk.open_shop(user_ids=(ALICE, BOB))
    desk.give("BTC", "2", UNALLOCATED, BOB, by=RISK)
    assert deposits(desk, BOB) == 100_000
    assert deposits(desk, UNALLOCATED) == OPENED - 100_000
