"""The page of order types is the capability tables' own words."""

from pathlib import Path

from tidegate.core.capabilities import CAPABILITIES
from tidegate.core.order_types_page import document, table_of_order_types
from tidegate.core.vocabulary import Exchange, InstrumentKind, OrderType

PAGE = Path(__file__).parents[2] / "docs" / "ORDER_TYPES.md"


def test_the_page_is_what_the_tables_write() -> None:
    """When not: python -m tidegate.core.order_types_page > docs/ORDER_TYPES.md"""
    assert PAGE.read_text() == document()


def test_the_table_names_every_type_on_every_market() -> None:
    head, _, *rows = table_of_order_types().splitlines()
    assert len(rows) == len(OrderType)
    assert {row.split("`")[1] for row in rows} == set(OrderType)
    assert head.count("|") == len(Exchange) * len(InstrumentKind) + 2
    assert all(row.count("|") == head.count("|") for row in rows)


def test_every_market_of_every_venue_has_a_table() -> None:
    assert set(CAPABILITIES) == {(exchange, kind) for exchange in Exchange for kind in InstrumentKind}
    for offers in CAPABILITIES.values():
        assert set(offers.order_types) == set(OrderType)
