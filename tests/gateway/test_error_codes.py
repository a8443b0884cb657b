"""The page of error codes."""

from pathlib import Path

import pytest

from tidegate.core.vocabulary import RefusalCode, RejectReason
from tidegate.gateway.error_codes import document
from tidegate.gateway.problems import GatewayCode

PAGE = Path(__file__).parents[2] / "docs" / "ERROR_CODES.md"


def test_the_page_is_current() -> None:
    """When not: python -m tidegate.gateway.error_codes > docs/ERROR_CODES.md"""
    assert PAGE.read_text() == document()


@pytest.mark.parametrize("code", [*GatewayCode, *RefusalCode, *RejectReason])
def test_each_code_has_a_row_that_says_what_to_do(code: str) -> None:
    [row] = [line for line in document().splitlines() if line.startswith(f"| `{code}` |")]
    advice = row.rstrip(" |").rpartition("| ")[2]
    assert advice.endswith(".")
    assert "|" not in advice


def test_no_code_means_two_things() -> None:
    assert not set(GatewayCode) & set(RefusalCode)
