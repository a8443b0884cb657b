"""The contract proves what the capability tables claim: no cell without a case, no number twice or left out."""

import re
from pathlib import Path
from typing import Any

from tidegate.core.capabilities import CAPABILITIES, How
from tidegate.core.order import CONDITIONAL
from tidegate.core.order_types_page import PROOFS, document
from venue_contract.test_venue_order_types import (
    test_vc39_an_order_that_crosses_trades_at_once_and_ends as trades_at_once,
)
from venue_contract.test_venue_order_types import (
    test_vc40_a_conditional_order_waits_at_the_venue_and_trades_under_our_id_once_it_is_set_off as waits_and_trades,
)
from venue_contract.test_venue_order_types import (
    test_vc45_what_is_left_to_the_desk_is_refused_by_the_session_and_not_sent as is_left_to_the_desk,
)
from venue_contract_cells import SYMBOLS, TERMS

CASE = re.compile(r"^async def test_vc(\d+)_", re.MULTILINE)


def cells_of(case: Any) -> set[tuple[Any, ...]]:
    """The cells of the table of order types that a case is run for."""
    return {cell for mark in case.pytestmark if mark.name == "parametrize" for cell in mark.args[1]}


def claimed(how: How) -> set[tuple[Any, ...]]:
    """The cells that say so."""
    return {
        (exchange, SYMBOLS[kind], order_type)
        for (exchange, kind), offers in CAPABILITIES.items()
        for order_type, handled in offers.order_types.items()
        if handled is how
    }


def numbers() -> list[int]:
    """The number of each case in this folder."""
    return [int(found) for path in Path(__file__).parent.glob("test_*.py") for found in CASE.findall(path.read_text())]


def test_each_order_type_that_a_venue_has_is_placed_set_off_and_executed_there_by_a_case_of_its_own() -> None:
    assert cells_of(trades_at_once) | cells_of(waits_and_trades) == claimed(How.NATIVE)
    assert {order_type for *_, order_type in cells_of(waits_and_trades)} == CONDITIONAL == TERMS.keys()


def test_each_order_type_that_a_venue_lacks_is_refused_by_its_session() -> None:
    assert cells_of(is_left_to_the_desk) == claimed(How.DESK)


def test_every_case_has_a_number_of_its_own_without_a_gap() -> None:
    assert sorted(numbers()) == list(range(1, max(numbers()) + 1))


def test_the_page_of_order_types_names_cases_that_there_are() -> None:
    named = {int(number) for proof in PROOFS.values() for number in re.findall(r"VC(\d+)", proof)}
    assert named <= set(numbers())
    for claim, proof in PROOFS.items():
        assert f"| {claim} | {proof} |" in document()
