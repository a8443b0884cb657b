"""Double entry: nothing comes from nowhere."""

from collections import defaultdict
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from support.desk_driver import ACCOUNT, ALICE
from support.kept_desk import START
from tidegate.core import identifiers as ids
from tidegate.core.messages.events import BalanceOpened, ExecutionBooked
from tidegate.core.messages.values import Fee
from tidegate.core.portfolio.ledger import FEES, OPENING, VENUE, lines_of, user_account
from tidegate.core.vocabulary import Exchange, Liquidity, Side

AMOUNTS = st.decimals(min_value=Decimal("0.00000001"), max_value=Decimal(10**12), places=8)
FEES_ANY = st.lists(
    st.builds(Fee, st.sampled_from(["BTC", "USDT", "BNB"]), st.decimals(min_value=-100, max_value=100, places=8)),
    max_size=3,
)


@given(side=st.sampled_from(Side), quantity=AMOUNTS, price=AMOUNTS, fees=FEES_ANY)
def test_the_lines_of_a_trade_sum_to_zero_per_asset(
    side: Side, quantity: Decimal, price: Decimal, fees: list[Fee]
) -> None:
    event = ExecutionBooked(
        at=START,
        execution_id=ids.ExecutionId("e"),
        order_id=ids.OrderId("o"),
        user_id=ALICE,
        account_id=ACCOUNT,
        exchange=Exchange.BINANCE,
        symbol="BTC/USDT",
        base="BTC",
        quote="USDT",
        side=side,
        trade_id=ids.TradeId("t"),
        quantity=quantity,
        price=price,
        fees=tuple(fees),
        liquidity=Liquidity.MAKER,
        executed_at=START,
        exchange_order_id=None,
        rate=None,
        fee_rates=(None,) * len(fees),
        realized_pnl=Decimal(0),
        late=False,
        overfill=Decimal(0),
    )
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for line in lines_of(event):
        sums[line.asset] += line.amount
        assert line.ledger_account in {user_account(ALICE), VENUE, FEES}
    assert not any(sums.values())


def test_opening_balances_come_from_the_opening_account() -> None:
    event = BalanceOpened(
        at=START, account_id=ACCOUNT, user_id=ALICE, asset="BTC", quantity=Decimal(3), price=Decimal(50_000)
    )
    assert [(line.ledger_account, line.amount) for line in lines_of(event)] == [
        (OPENING, Decimal(-3)),
        (user_account(ALICE), Decimal(3)),
    ]
