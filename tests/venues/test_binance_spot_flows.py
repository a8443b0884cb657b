"""Cash flows of Binance spot: heard on the stream, listed by the wallet, and told once by one id."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from support.compared_desk import ComparedDesk
from support.desk_driver import ACCOUNT as DESK_ACCOUNT
from support.desk_driver import BALANCES
from tidegate.core.messages.reports import CashFlowReported
from tidegate.core.messages.values import Hearing
from tidegate.core.vocabulary import CashFlowKind, Exchange, RejectReason
from tidegate.venues.binance import spot_flows
from tidegate.venues.binance.spot_flows import SpotFlows
from tidegate.venues.outcomes import CallFailed, Verdict
from tidegate.venues.values import milliseconds
from venue_unit_helpers import NOW, ScriptedClient, seat

TIME_MS = milliseconds(NOW)
SINCE = NOW - timedelta(hours=1)
Lists = Mapping[str, list[Any]]


class WalletClient(ScriptedClient):
    """Answers the wallet's lists, by path (transfers: by type)."""

    def __init__(self, lists: Lists, *, has_wallet: bool = True) -> None:
        super().__init__()
        self.lists = dict(lists)
        self.failure: CallFailed | None = None
        self.untold = 0
        self.exchange.urls["api"] = {"sapi": "http://venue/sapi/v1"} if has_wallet else {}
        self.exchange.taps.on_untold = self._count

    async def call(self, endpoint: Any, params: Any = None, **_: Any) -> Any:
        self.asked.append((endpoint.method, endpoint.path, dict(params)))
        if self.failure is not None:
            raise self.failure
        if endpoint.path == "asset/transfer":
            return {"total": 0, "rows": self.lists.get(params["type"], [])} if params["current"] == 1 else {"total": 0}
        return self.lists.get(endpoint.path.split("/")[1], [])[params["offset"] :]

    def _count(self) -> None:
        self.untold += 1


def flows(lists: Lists | None = None, **terms: Any) -> tuple[SpotFlows, WalletClient]:
    """One account's flows, and the client that answers."""
    client = WalletClient(lists or {}, **terms)
    return SpotFlows(seat(Exchange.BINANCE, client)), client


def event(change: str, *, at_ms: int = TIME_MS) -> dict[str, Any]:
    """A balanceUpdate of USDT."""
    return {"e": "balanceUpdate", "E": at_ms + 9, "a": "USDT", "d": change, "T": at_ms}


def deposit(amount: str = "50", **changes: Any) -> dict[str, Any]:
    """A row of deposit/hisrec."""
    times = {"insertTime": TIME_MS - 1_800_000, "completeTime": TIME_MS + 60_000}
    return {"id": "769800519366885376", "amount": amount, "coin": "USDT", "status": 1, **times, **changes}


def withdrawal(**changes: Any) -> dict[str, Any]:
    """A row of withdraw/history: its times are words."""
    return {
        "id": "b6ae22b3aa844210", "amount": "8.91", "transactionFee": "0.09", "coin": "USDT", "status": 6,
        "applyTime": "2026-03-01 12:00:00", "completeTime": "2026-03-01 12:20:00", **changes,
    }  # fmt: skip


def transfer(kind: str = "MAIN_UMFUTURE", **changes: Any) -> dict[str, Any]:
    """A row of asset/transfer."""
    row = {"asset": "USDT", "amount": "3", "type": kind, "status": "CONFIRMED", "tranId": 11, "timestamp": TIME_MS}
    return row | changes


def told(found: list[CashFlowReported]) -> list[tuple[str, Decimal]]:
    return [(flow.flow_id, flow.amount) for flow in found]


EVERYTHING: Lists = {"deposit": [deposit()], "withdraw": [withdrawal()], "MAIN_UMFUTURE": [transfer()]}


async def test_what_happened_while_the_stream_was_down_is_listed() -> None:
    made, client = flows(EVERYTHING)
    found = await made.since(SINCE)
    assert told(found) == [
        ("deposit:769800519366885376", Decimal(50)),
        ("withdrawal:b6ae22b3aa844210", Decimal(-9)),
        ("transfer:11", Decimal(-3)),
    ]
    assert [flow.kind for flow in found] == [CashFlowKind.DEPOSIT, CashFlowKind.WITHDRAWAL, CashFlowKind.TRANSFER]
    assert found[1].happened_at == NOW
    asked = len(client.asked)
    assert told(await made.since(SINCE)) == told(found), "told again until it surely arrived"
    assert len(client.asked) == asked, "without news nothing is asked"
    made.reopened()
    assert told(await made.since(SINCE)) == told(found)
    assert len(client.asked) == 2 * asked


async def test_what_is_heard_and_listed_is_one_flow_whichever_is_first() -> None:
    made, client = flows()
    assert await made.since(SINCE) == []
    for change in ("50.00000000", "-9.00000000", "-3.00000000"):
        assert made.hear(event(change)) == []
    assert client.untold == 3, "the books are compared soon after"
    client.lists = dict(EVERYTHING)
    found = told(await made.since(SINCE))
    assert [name.partition(":")[0] for name, _ in found] == ["deposit", "withdrawal", "transfer"]
    assert made.hear(event("50.00000000")) == []
    assert told(await made.since(SINCE)) == found


async def test_what_no_list_has_is_told_as_the_stream_told_it_and_stays_so() -> None:
    made, client = flows()
    made.hear(event("-9.00000000"))
    found = told(await made.since(SINCE))
    assert found == [(f"balanceUpdate:{TIME_MS}:USDT:-9.00000000", Decimal(-9))]
    client.lists = {"withdraw": [withdrawal()]}
    made.reopened()
    heard, named = await made.since(SINCE)
    assert told([heard]) == found, "the list was late: the same flow is told as before, and what names it behind it"
    assert named.flow_id == "withdrawal:b6ae22b3aa844210"
    assert named.hearing == Hearing(amounts=(Decimal(-9),), since=NOW, until=NOW)


@pytest.mark.parametrize("listed_before", [False, True])
async def test_what_was_heard_is_booked_once_though_a_restart_comes_between(*, listed_before: bool) -> None:
    desk = ComparedDesk()
    desk.open_shop()

    async def tell(made: SpotFlows) -> Decimal:
        for flow in await made.since(SINCE):
            desk.put(msgspec.structs.replace(flow, account_id=DESK_ACCOUNT))
        return desk.held("USDT") - BALANCES["USDT"]

    made, client = flows()
    made.hear(event("-9.00000000"))
    assert await tell(made) == -9
    late = {"withdraw": [withdrawal()]}
    if listed_before:
        client.lists = late
        made.reopened()
        assert await tell(made) == -9
    desk.restart()
    again, client = flows(late)
    assert await tell(again) == -9
    client.lists = {"withdraw": [withdrawal(), withdrawal(id="another")]}
    again.reopened()
    assert await tell(again) == -18, "it names one only"
    desk.check_books()


async def test_two_flows_of_one_amount_are_two() -> None:
    made, _ = flows({"deposit": [deposit()]})
    made.hear(event("50"))
    made.hear(event("50", at_ms=TIME_MS + 1))
    assert len(await made.since(SINCE)) == 2


@pytest.mark.parametrize("at_ms", [TIME_MS - 3_600_000, TIME_MS + 7_200_000])
async def test_a_row_of_another_time_is_another_flow(at_ms: int) -> None:
    made, _ = flows({"deposit": [deposit()]})
    made.hear(event("50", at_ms=at_ms))
    assert len(await made.since(SINCE)) == 2


async def test_a_withdrawal_that_is_told_without_the_networks_fee_is_booked_as_it_was_told() -> None:
    made, _ = flows({"withdraw": [withdrawal(status=4, completeTime=None)]})
    made.hear(event("-8.91"))
    assert told(await made.since(SINCE)) == [("withdrawal:b6ae22b3aa844210", Decimal("-8.91"))]


@pytest.mark.parametrize("status", [1, 3, 5])
async def test_a_withdrawal_that_failed_went_and_came_back(status: int) -> None:
    made, _ = flows({"withdraw": [withdrawal(status=status)]})
    (went, back) = await made.since(SINCE)
    assert (went.amount, back.amount) == (Decimal(-9), Decimal(9))
    assert back.happened_at - went.happened_at == timedelta(minutes=20)


@pytest.mark.parametrize(
    "lists",
    [
        {"deposit": [deposit(status=0)]},
        {"deposit": [deposit(insertTime="soon")]},
        {"withdraw": [withdrawal(status=77)]},
        {"MAIN_FUNDING": [transfer("MAIN_FUNDING", status="PENDING")]},
    ],
)
async def test_what_has_not_happened_or_cannot_be_read_hides_nothing_else(lists: Lists) -> None:
    made, _ = flows({**lists, "FUNDING_MAIN": [transfer("FUNDING_MAIN")]})
    assert told(await made.since(SINCE)) == [("transfer:11", Decimal(3))]


async def test_a_list_that_does_not_answer_stops_nothing_and_is_asked_again() -> None:
    made, client = flows({"deposit": [deposit()]})
    client.failure = CallFailed(Verdict.UNKNOWN, RejectReason.VENUE_ERROR, "no answer")
    made.hear(event("50"))
    assert await made.since(SINCE) == []
    client.failure = None
    assert told(await made.since(SINCE)) == [("deposit:769800519366885376", Decimal(50))]


async def test_an_answer_of_an_unforeseen_shape_stops_nothing() -> None:
    made, client = flows({"deposit": [deposit()], "MAIN_UMFUTURE": [None]})
    assert await made.since(SINCE) == []
    client.lists["MAIN_UMFUTURE"] = []
    assert len(await made.since(SINCE)) == 1


@pytest.mark.parametrize(("verdict", "tries"), [(Verdict.REFUSED, 1), (Verdict.UNKNOWN, spot_flows.FAILURES_MAX)])
async def test_where_lists_stay_closed_the_stream_is_believed(verdict: Verdict, tries: int) -> None:
    made, client = flows()
    client.failure = CallFailed(verdict, RejectReason.PERMISSION_DENIED, "no")
    made.hear(event("50"))
    for _ in range(tries):
        found = await made.since(SINCE)
    assert [flow.amount for flow in found] == [Decimal(50)]
    assert [flow.amount for flow in made.hear(event("-2", at_ms=TIME_MS + 5))] == [Decimal(50), Decimal(-2)]


async def test_a_venue_without_a_wallet_api_is_asked_nothing() -> None:
    made, client = flows(has_wallet=False)
    (flow,) = made.hear(event("-2.50000000"))
    assert (flow.asset, flow.amount, flow.happened_at) == ("USDT", Decimal("-2.5"), NOW)
    assert made.hear(event("-2.50000000")) == [flow], "the same each time that it is told"
    assert (await made.since(SINCE), client.asked) == ([flow], [])


async def test_lists_are_read_page_by_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spot_flows, "ROWS_PER_PAGE", 1)
    monkeypatch.setattr(spot_flows, "TRANSFERS_PER_PAGE", 1)
    made, _ = flows({"deposit": [deposit(), deposit(id="2")], "MAIN_MARGIN": [transfer("MAIN_MARGIN")]})
    assert len(await made.since(SINCE)) == 3


async def test_only_the_newest_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spot_flows, "KEPT", 2)
    made, _ = flows(has_wallet=False)
    for number in range(4):
        found = made.hear(event(f"{number + 1}"))
    assert [flow.amount for flow in found] == [Decimal(3), Decimal(4)]
