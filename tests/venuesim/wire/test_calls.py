"""How amounts and replies are written."""

from decimal import Decimal

import pytest

from venuesim.wire.calls import Reply, plain


@pytest.mark.parametrize(
    ("amount", "text"),
    [("0.00010000", "0.0001"), ("1E+3", "1000"), ("0E-8", "0"), ("-0.0", "0"), ("120", "120"), ("1.50", "1.5")],
)
def test_amounts_are_written_plainly(amount: str, text: str) -> None:
    assert plain(Decimal(amount)) == text


def test_bytes_are_sent_as_they_are_and_all_else_as_json() -> None:
    assert Reply(payload=b"<html>").encoded() == b"<html>"
    assert Reply(payload={"a": [1, None]}).encoded() == b'{"a":[1,null]}'
