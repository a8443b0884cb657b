"""Sets of limits in files."""

from pathlib import Path

import pytest

from tidegate.cli.limit_files import LimitFileError, read_limits

TOML = """
version = 3

[[limits]]
limit_id = "desk-gross"
kind = "gross_exposure"
value = 500000.10
warn_at = [0.5, 0.9]

[[limits]]
limit_id = "bob-orders"
kind = "orders_per_interval"
scope = { user_id = "bob" }
value = 100
interval_seconds = 10
"""


def test_toml_is_read_with_exact_amounts(tmp_path: Path) -> None:
    path = tmp_path / "limits.toml"
    path.write_text(TOML)
    found = read_limits(path)
    assert found.version == 3
    gross, orders = found.limits
    assert (gross["value"], gross["warn_at"]) == ("500000.10", ["0.5", "0.9"])
    assert (orders["value"], orders["interval_seconds"], orders["scope"]) == ("100", 10, {"user_id": "bob"})


def test_json_is_known_by_its_name_or_its_beginning(tmp_path: Path) -> None:
    for name in ("limits.json", "limits"):
        path = tmp_path / name
        path.write_text('{"limits": [{"limit_id": "a", "kind": "drawdown", "value": 0.1}], "set_by": "rita"}')
        found = read_limits(path)
        assert (found.version, found.limits[0]["value"]) == (None, "0.1")


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("limit = 3", "holds no limits"),
        ("limits = 3", "holds no limits"),
        ("limits = [3]", "a limit is a table"),
        ('version = "3"\nlimits = []', "whole number"),
        ("limits = []\nmaximum = 3", "maximum"),
        ("[[limits", "cannot be read"),
        ('{"limits": [}', "cannot be read"),
        ("[1]", "holds no limits"),
    ],
)
def test_what_is_no_set_of_limits_says_why(tmp_path: Path, text: str, word: str) -> None:
    path = tmp_path / "limits"
    path.write_text(text)
    with pytest.raises(LimitFileError, match=word):
        read_limits(path)


def test_a_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(LimitFileError, match="cannot be read"):
        read_limits(tmp_path / "nowhere.toml")
