"""Ids that name one attempt at a venue, and lead back to it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidegate.core.identifiers import (
    ATTEMPTS_MAX,
    AccountId,
    OrderId,
    TradeId,
    exchange_client_order_id,
    execution_id,
    order_of,
)

ULIDS = st.text(alphabet="0123456789ABCDEFGHJKMNPQRSTVWXYZ", min_size=26, max_size=26)


@given(ulid=ULIDS, attempt=st.integers(min_value=1, max_value=ATTEMPTS_MAX))
def test_an_id_leads_back_to_its_order_and_attempt(ulid: str, attempt: int) -> None:
    named = exchange_client_order_id(OrderId(ulid), attempt)
    assert len(named) == 30
    assert named.isalnum()
    assert order_of(named) == (ulid, attempt)


@given(other=st.text(max_size=40))
def test_an_id_of_somebody_else_is_not_ours(other: str) -> None:
    ours = order_of(other)
    assert ours is None or exchange_client_order_id(*ours) == other


@pytest.mark.parametrize(
    "other",
    ["", "tg", "tg" + "0" * 26 + "00", "tg" + "0" * 26 + "0a", "xx" + "0" * 26 + "01", "tg" + "\x00" * 26 + "01"],
)
def test_what_only_resembles_our_ids_is_not_ours(other: str) -> None:
    assert order_of(other) is None


def test_the_same_trade_number_on_the_other_side_is_another_execution() -> None:
    account, trade = AccountId("a"), TradeId("1")
    assert execution_id(account, "BTC/USDT", "buy", trade) != execution_id(account, "BTC/USDT", "sell", trade)
    assert execution_id(account, "BTC/USDT", "buy", trade) != execution_id(account, "ETH/USDT", "buy", trade)
