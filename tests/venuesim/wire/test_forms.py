"""Reading URL-encoded forms."""

from urllib.parse import parse_qsl

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from venuesim.wire.forms import read_form


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("", []),
        ("a=1&b=&c&=d&&e=f=g", [("a", "1"), ("b", ""), ("c", ""), ("", "d"), ("e", "f=g")]),
        ("a=%2B+1&b=2", [("a", "+ 1"), ("b", "2")]),
    ],
)
def test_a_form_is_read_in_order_with_empty_values(text: str, pairs: list[tuple[str, str]]) -> None:
    assert read_form(text) == pairs


@settings(deadline=None)
@given(st.text(alphabet="ab=&%2+;é\udcff", max_size=30))
def test_a_form_is_read_as_the_library_reads_it(text: str) -> None:
    assert read_form(text) == parse_qsl(text, keep_blank_values=True)
