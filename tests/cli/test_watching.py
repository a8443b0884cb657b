"""Following all orders."""

import contextlib
import signal
from itertools import islice
from pathlib import Path
from typing import Any

from cli.fake_desk import TOKEN, FakeDesk, closed, order, step
from cli.processes import running
from tidegate.cli.watching import follow_all, interrupts_remembered
from tidegate.client import Client

OLD, NEW = "01KAAAAAAAAAAAAAAAAAAAAOLD", "01KAAAAAAAAAAAAAAAAAAAANEW"
NOTHING: dict[str, Any] = {"items": [], "next_cursor": None}


def _page(*orders: dict[str, Any]) -> dict[str, Any]:
    return {"items": list(orders), "next_cursor": None}


def test_only_what_happens_from_now_on_is_told_and_each_step_once(desk: FakeDesk) -> None:
    old = order(order_id=OLD)
    old_ended = closed("canceled", order_id=OLD)
    new = order(order_id=NEW, timestamp="2026-01-02T03:05:05.000000Z")
    # Newest, open and recent at the start; then twice nothing new; then one ended and one came.
    desk.answer("GET", "/orders", _page(old), _page(old), _page(old), _page(old), _page(old), _page(new), _page(new))
    desk.answer("GET", f"/orders/{OLD}", old_ended)
    before = [step(1, "created", "o1", order_id=OLD), step(2, "submitted", "o2", order_id=OLD)]
    after = [*before, step(3, "canceled", "o3", order_id=OLD)]
    desk.answer("GET", f"/orders/{OLD}/history", {"items": before}, {"items": after})
    desk.answer("GET", f"/orders/{NEW}/history", {"items": [step(1, "created", "n1", order_id=NEW)]})
    with Client(desk.url, TOKEN) as client:
        told = [(seen.order_id, entry.message) for seen, entry in islice(follow_all(client, 0.01), 2)]
    assert sorted(told) == [(NEW, "n1"), (OLD, "o3")]


def test_an_interrupt_is_the_good_end_of_watching_everything(desk: FakeDesk, tmp_path: Path) -> None:
    new = order(order_id=NEW)
    desk.answer("GET", "/orders", NOTHING, NOTHING, NOTHING, _page(new))
    desk.answer("GET", f"/orders/{NEW}/history", {"items": [step(1, "created", "n1", order_id=NEW)]})
    with running("order", "watch", "--url", desk.url, "--token", TOKEN, folder=tmp_path) as watching:
        assert watching.line()["message"] == "n1"
        assert watching.stop(signal.SIGINT) == (0, "")


def test_an_interrupt_that_strikes_inside_a_finalizer_still_ends_the_watching(desk: FakeDesk) -> None:
    desk.answer("GET", "/orders", NOTHING)
    with Client(desk.url, TOKEN) as client, interrupts_remembered() as is_over:
        steps = follow_all(client, 0.01, is_over)
        with contextlib.suppress(KeyboardInterrupt):  # As a finalizer does.
            signal.raise_signal(signal.SIGINT)
        assert list(steps) == []


def test_on_an_empty_desk_the_first_order_is_told_from_its_first_step(desk: FakeDesk) -> None:
    new = order(order_id=NEW)
    desk.answer("GET", "/orders", NOTHING, NOTHING, NOTHING, _page(new))
    history = [step(1, "created", "n1", order_id=NEW), step(2, "pending", "n2", order_id=NEW)]
    desk.answer("GET", f"/orders/{NEW}/history", {"items": history})
    with Client(desk.url, TOKEN) as client:
        told = [entry.message for _, entry in islice(follow_all(client, 0.01), 2)]
    assert told == ["n1", "n2"]
