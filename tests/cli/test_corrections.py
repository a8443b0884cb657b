"""`tidegate corrections`."""

import json
from collections.abc import Callable

from typer.testing import Result

from cli.fake_desk import FakeDesk

Tidegate = Callable[..., Result]


def test_the_switches_are_shown(desk: FakeDesk, tidegate: Tidegate) -> None:
    desk.answer("GET", "/corrections", {"adjust_to_grid": True, "reprice_post_only": False})
    assert tidegate("corrections").stdout.split() == ["adjust_to_grid", "on", "reprice_post_only", "off"]
    assert json.loads(tidegate("corrections", "--json").stdout) == {"adjust_to_grid": True, "reprice_post_only": False}


def test_a_switch_is_set_and_the_others_stay(desk: FakeDesk, tidegate: Tidegate) -> None:
    desk.answer("GET", "/corrections", {"adjust_to_grid": True, "reprice_post_only": False})
    desk.answer("PUT", "/corrections", {"adjust_to_grid": True, "reprice_post_only": True})
    result = tidegate("corrections", "set", "--reprice-post-only")
    assert result.exit_code == 0
    assert desk.requests[-1].body == {"adjust_to_grid": True, "reprice_post_only": True}
    tidegate("corrections", "set", "--no-adjust-to-grid")
    assert desk.requests[-1].body == {"adjust_to_grid": False, "reprice_post_only": False}
