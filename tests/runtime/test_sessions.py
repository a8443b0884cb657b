"""Sessions: effects find their account's session, and one without a session gets an honest answer."""

import asyncio
from datetime import timedelta

import pytest

from support.running_desk import ACCOUNT, SYMBOL
from support.scripted_venue import ScriptedVenue
from support.virtual_time import START, LoopClock, on_virtual_time
from tidegate.core.identifiers import AccountId, ExchangeOrderId, OrderId, exchange_client_order_id
from tidegate.core.messages import effects, reports
from tidegate.core.messages.reports import Report
from tidegate.core.vocabulary import OrderType, RejectReason, Side, TimeInForce
from tidegate.ports import VenueHealth
from tidegate.runtime.sessions import Sessions

ORDER = OrderId(f"01J{1:023d}")
SEND = effects.SendOrder(
    account_id=ACCOUNT,
    order_id=ORDER,
    attempt=1,
    exchange_client_order_id=exchange_client_order_id(ORDER, 1),
    symbol=SYMBOL,
    side=Side.BUY,
    order_type=OrderType.MARKET,
    time_in_force=TimeInForce.GTC,
    post_only=False,
    intended_at=START,
    expires_at=START + timedelta(seconds=3),
)
CANCEL = effects.SendCancel(
    account_id=ACCOUNT,
    order_id=ORDER,
    symbol=SYMBOL,
    exchange_client_order_id=SEND.exchange_client_order_id,
    exchange_order_id=None,
)
QUERY = effects.QueryOrder(
    account_id=ACCOUNT,
    order_id=ORDER,
    attempt=1,
    symbol=SYMBOL,
    exchange_client_order_id=SEND.exchange_client_order_id,
    exchange_order_id=None,
)
FETCH = effects.FetchExecutions(
    account_id=ACCOUNT, order_id=ORDER, symbol=SYMBOL, exchange_order_id=ExchangeOrderId("1"), since=START
)
COMPARE = effects.SynchronizeAccount(account_id=ACCOUNT, symbols=(), executions_since=START)


class BrokenVenue(ScriptedVenue):
    """Its socket fails while it closes."""

    async def close(self) -> None:
        await super().close()
        raise ConnectionResetError("the other side was faster")


@on_virtual_time
async def test_effects_go_to_the_session_of_their_account() -> None:
    told: list[Report] = []
    sessions = Sessions(LoopClock(), 60)
    sessions.start(told.append)
    other = AccountId("okx-main")
    ours, theirs = (ScriptedVenue(name, told.append, LoopClock()) for name in (ACCOUNT, other))
    sessions.add(ours)
    sessions.add(theirs)
    assert ACCOUNT in sessions
    assert AccountId("bybit-main") not in sessions
    sessions.perform(SEND)
    assert ours.effects == [SEND]
    assert theirs.effects == []
    assert [health.account_id for health in sessions.health()] == [ACCOUNT, other]
    await sessions.close()
    assert ours.closed
    assert theirs.closed


@on_virtual_time
async def test_a_session_that_is_let_go_is_closed_and_gets_nothing_more() -> None:
    told: list[Report] = []
    sessions = Sessions(LoopClock(), 60)
    sessions.start(told.append)
    venue = ScriptedVenue(ACCOUNT, told.append, LoopClock())
    sessions.add(venue)
    await sessions.remove(ACCOUNT)
    await sessions.remove(ACCOUNT)
    assert venue.closed
    assert ACCOUNT not in sessions
    sessions.perform(SEND)
    assert venue.effects == []
    assert isinstance(told[-1], reports.OrderRefused)
    await sessions.close()


@on_virtual_time
async def test_an_order_without_a_session_is_told_as_not_placed_never_as_unknown() -> None:
    told: list[Report] = []
    sessions = Sessions(LoopClock(), 60)
    sessions.start(told.append)
    unanswered = (effects.CompareBalances(account_id=ACCOUNT), effects.RenewDeadMan(account_id=ACCOUNT, seconds=30))
    for effect in (SEND, CANCEL, QUERY, FETCH, COMPARE, *unanswered):
        sessions.perform(effect)
    refused, canceled, queried, fetched = told
    assert isinstance(refused, reports.OrderRefused)
    assert (refused.order_id, refused.attempt, refused.retryable) == (ORDER, 1, True)
    assert refused.reason is RejectReason.VENUE_UNREACHABLE
    assert isinstance(canceled, reports.CancelFailed)
    assert not canceled.final
    assert isinstance(queried, reports.QueryFailed)
    assert isinstance(fetched, reports.QueryFailed)
    await sessions.close()


@on_virtual_time
async def test_the_books_of_connected_accounts_are_compared_now_and_then() -> None:
    told: list[Report] = []
    clock = LoopClock()
    sessions = Sessions(clock, 15)
    sessions.start(told.append)
    venue = ScriptedVenue(ACCOUNT, told.append, clock)
    sessions.add(venue)
    assert [type(report) for report in told] == [reports.AccountConnected], "the session's own first word"
    await asyncio.sleep(31)
    assert [report.at - START for report in told[1:]] == [timedelta(seconds=15), timedelta(seconds=30)]
    venue.closed = True  # Not connected any more.
    await asyncio.sleep(31)
    assert len(told) == 3
    await sessions.close()
    await asyncio.sleep(60)
    assert len(told) == 3


@on_virtual_time
async def test_one_session_that_closes_badly_does_not_keep_the_others_open(capsys: pytest.CaptureFixture[str]) -> None:
    told: list[Report] = []
    sessions = Sessions(LoopClock(), 60)
    broken = BrokenVenue(ACCOUNT, told.append, LoopClock())
    fine = ScriptedVenue(AccountId("okx-main"), told.append, LoopClock())
    sessions.add(broken)
    sessions.add(fine)
    await sessions.close()
    assert broken.closed
    assert fine.closed
    assert "the other side was faster" in capsys.readouterr().out


class UnwellVenue(ScriptedVenue):
    """Cannot even say how it is."""

    def health(self) -> VenueHealth:
        raise RuntimeError("no idea how I am")


@on_virtual_time
async def test_when_the_comparing_ends_by_a_fault_it_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    told: list[Report] = []
    sessions = Sessions(LoopClock(), 15)
    sessions.start(told.append)
    sessions.add(UnwellVenue(ACCOUNT, told.append, LoopClock()))
    await asyncio.sleep(16)
    assert "no idea how I am" in capsys.readouterr().out
    await sessions.close()
