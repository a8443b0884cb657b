"""What a venue does to a position by itself ends in the right books even where it does not say that it did it.

Such a trade is of no order that the desk knows: it is told, and a person lets the books follow the venue's. One that
the venue calls its own is booked: see `test_forced`.
"""

from datetime import timedelta
from decimal import Decimal

import pytest

from support.compared_desk import MARGIN, ComparedDesk
from support.desk_driver import ACCOUNT, ALICE, BALANCES
from support.markets import PERPETUAL
from tidegate.core import identifiers as ids
from tidegate.core.messages import events as happened
from tidegate.core.messages import reports
from tidegate.core.messages.values import VenuePosition
from tidegate.core.portfolio.ledger import FEES
from tidegate.core.valuation import value_owners
from tidegate.core.vocabulary import CashFlowKind, PositionSide, Side


class VenueClosesDesk(ComparedDesk):
    """Alice is long 2 at 50,000; the venue closes some of it at 45,000."""

    def open_and_close(self, quantity: str, *, price: str, side: Side = Side.SELL) -> None:
        self.open_shop()
        self.trade(Side.BUY if side is Side.SELL else Side.SELL, "2", "50000")
        self.price(price, PERPETUAL, mark=price)
        self.now += timedelta(minutes=1)
        self.put(
            reports.ExecutionReported(
                at=self.now,
                account_id=ACCOUNT,
                symbol=PERPETUAL,
                side=side,
                trade_id=ids.TradeId("forced"),
                quantity=Decimal(quantity),
                price=Decimal(price),
                executed_at=self.now,
                exchange_order_id=ids.ExchangeOrderId("1234"),
                exchange_client_order_id=ids.ExchangeClientOrderId("autoclose-1700000000000"),
            )
        )

    def venue_holds(self, margin: Decimal, position: str) -> None:
        """The venue's picture, seen twice: a difference is then a break."""
        held = VenuePosition(symbol=PERPETUAL, position_side=PositionSide.NET, quantity=Decimal(position))
        for _ in range(2):
            self.now += timedelta(seconds=6)
            self.positions(*([held] if held.quantity else []))
            self.balances(BALANCES, margin=margin)
        self.listing()

    def profit(self) -> Decimal:
        valued = value_owners(self.desk, self.now)[ACCOUNT, ALICE]
        return valued.equity - valued.net_deposits

    def follow_the_venue(self, *kinds: str) -> None:
        """A person accepts what the venue says, one kind of break after the other."""
        for kind in kinds:
            for found in self.open_breaks(kind):
                assert self.resolve(found.break_id, accept=True) is None


@pytest.fixture
def desk() -> VenueClosesDesk:
    return VenueClosesDesk()


@pytest.mark.parametrize("kinds", [("balance", "position"), ("position", "balance")])
def test_a_liquidation_is_told_and_its_loss_stays_a_loss(desk: VenueClosesDesk, kinds: tuple[str, str]) -> None:
    desk.open_and_close("2", price="45000")
    desk.venue_holds(MARGIN - 10_000, "0")
    assert {found.kind for found in desk.open_breaks()} == {"foreign_execution", "balance", "position"}
    before = desk.profit()
    assert before == -10_000, "the position is still in the books, at the price of now"
    desk.follow_the_venue(*kinds)
    assert (desk.margin, desk.position().quantity) == (MARGIN - 10_000, 0)
    assert (desk.profit(), desk.position().realized_pnl) == (before, -10_000)
    desk.venue_holds(MARGIN - 10_000, "0")
    assert desk.open_breaks() == []
    desk.check_books()


def test_auto_deleveraging_takes_a_part_and_what_it_earned_is_profit(desk: VenueClosesDesk) -> None:
    desk.open_and_close("0.5", price="45000", side=Side.BUY)
    desk.venue_holds(MARGIN + 2_500, "-1.5")
    desk.follow_the_venue("position", "balance")
    position = desk.position()
    assert (position.quantity, position.average_price, position.realized_pnl) == (Decimal("-1.5"), 50_000, 2_500)
    assert (desk.margin, desk.profit()) == (MARGIN + 2_500, 10_000)
    desk.check_books()


def test_a_liquidation_fee_is_a_fee_and_no_withdrawal(desk: VenueClosesDesk) -> None:
    desk.open_and_close("2", price="45000")
    desk.flow("-112.5", kind=CashFlowKind.LIQUIDATION_FEE)
    assert [(row.ledger_account, row.amount, row.kind) for row in desk.ledger()[-2:]] == [
        (FEES, Decimal("112.5"), "liquidation_fee"),
        (f"user:{ALICE}", Decimal("-112.5"), "liquidation_fee"),
    ]
    assert desk.profit() == Decimal("-10112.5")
    desk.venue_holds(MARGIN - Decimal("10112.5"), "0")
    desk.follow_the_venue("position", "balance")
    assert (desk.margin, desk.profit()) == (MARGIN - Decimal("10112.5"), Decimal("-10112.5"))
    desk.check_books()


def test_a_difference_that_no_derivative_explains_is_capital(desk: VenueClosesDesk) -> None:
    desk.open_shop()
    desk.broken_balance(USDT="-100")
    desk.follow_the_venue("balance")
    [adjusted] = [event for event in desk.journal if isinstance(event, happened.BalanceAdjusted)]
    assert adjusted.capital
    assert desk.profit() == 0


def test_a_bust_after_a_liquidation_leaves_the_ledger_balanced(desk: VenueClosesDesk) -> None:
    desk.open_and_close("1", price="45000")
    desk.venue_holds(MARGIN - 5_000, "1")
    desk.follow_the_venue("position", "balance")
    [booked] = [event for event in desk.journal if isinstance(event, happened.ExecutionBooked)]
    desk.bust(desk.orders[booked.order_id], booked.trade_id)
    assert desk.position().quantity == -1
    desk.check_books()
