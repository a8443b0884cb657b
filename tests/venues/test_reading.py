"""Rows that cannot be read: what they hide, and what they must not."""

from typing import Any

import pytest

from tidegate.core.identifiers import OrderId, exchange_client_order_id
from tidegate.venues.reading import read_open_orders
from tidegate.venues.values import MalformedError, UnlistedError

OURS = exchange_client_order_id(OrderId("01JLOSTLOSTLOSTLOSTLOSTLO9"), 1)


def read(row: Any) -> Any:
    if row["fault"] is not None:
        raise row["fault"]
    return row


def named(row: str | None, fault: Exception | None = None) -> dict[str, Any]:
    return {"clOrdId": row, "fault": fault}


def test_an_order_of_ours_that_cannot_be_read_is_a_fault() -> None:
    with pytest.raises(MalformedError):
        read_open_orders([named(OURS, MalformedError("shape"))], "clOrdId", read)


def test_one_in_a_market_that_is_not_listed_any_more_hides_none_of_the_others() -> None:
    good = named(OURS)
    assert read_open_orders([named(OURS, UnlistedError("GONE")), good], "clOrdId", read) == [good]


def test_a_strangers_that_cannot_be_read_is_passed_over() -> None:
    assert read_open_orders([named("strange", LookupError("side"))], "clOrdId", read) == []
