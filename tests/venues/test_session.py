"""What a session does around its calls, with a venue that does as the test says."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from tidegate.core.identifiers import ExchangeClientOrderId, ExchangeOrderId, OrderId
from tidegate.core.messages.effects import (
    CompareBalances,
    RecallAmend,
    RecallOrder,
    RenewDeadMan,
    SendAmend,
    SendCancel,
    SynchronizeAccount,
)
from tidegate.core.messages.reports import (
    AccountConnected,
    AccountDisconnected,
    AccountSynchronized,
    AmendAccepted,
    AmendOutcomeUnknown,
    AmendRefused,
    BalancesReported,
    CancelAccepted,
    CancelFailed,
    DeadManFailed,
    DeadManRenewed,
    LeverageReported,
    MessageQuarantined,
    OrderAccepted,
    OrderRefused,
    OrderReported,
    PositionsReported,
    SendOutcomeUnknown,
)
from tidegate.core.vocabulary import Exchange, OrderType, RejectReason, Side, VenueOrderStatus
from tidegate.venues import leverages
from tidegate.venues import session as session_module
from tidegate.venues.budget import Cost, Lane, Limit, RateBudget, WindowGroup, WithdrawnError
from tidegate.venues.outcomes import CallFailed, Verdict
from tidegate.venues.session import CcxtVenueSession
from tidegate.venues.transport import Taps
from tidegate.venues.values import MalformedError
from tidegate.venues.venue import Placed
from venue_unit_helpers import ACCOUNT, CLIENT_ORDER_ID, NOW, ORDER_ID, StandingClock, send_order


class FakeClient:
    """A client without a network."""

    def __init__(self) -> None:
        self.budget = RateBudget([WindowGroup({})])
        self.exchange = SimpleNamespace(taps=Taps(), close_ws_clients=self._nothing)
        self.clock_measured = 0
        self.closed = False

    async def _nothing(self) -> None:
        pass

    async def measure_clock(self) -> None:
        self.clock_measured += 1

    def redact(self, text: str) -> str:
        return text

    async def close(self) -> None:
        self.closed = True


class FakeVenue:
    """A venue whose answers the test replaces."""

    def __init__(self) -> None:
        self.stream = SimpleNamespace(closed=lambda: False)
        self.streams_opened = 0
        self.balances_asked = 0
        self.balances_answers: list[Exception] = []
        self.open_orders_answers: list[Any] = []
        self.amend_answers: list[Any] = []
        self.dead_man_answers: list[Exception] = []
        self.leverages_asked = 0
        self.leverages_answers: list[Any] = []

    async def place(self, _: Any) -> Placed:
        return Placed(exchange_order_id=ExchangeOrderId("7"))

    async def cancel(self, _: Any) -> list[Any]:
        return []

    async def amend(self, _: Any) -> list[Any]:
        answer = self.amend_answers.pop(0) if self.amend_answers else []
        if isinstance(answer, Exception):
            raise answer
        return list(answer)

    async def renew_dead_man(self, seconds: int, _: frozenset[str]) -> None:
        if self.dead_man_answers:
            raise self.dead_man_answers.pop(0)

    async def balances(self) -> tuple[Any, ...]:
        self.balances_asked += 1
        if self.balances_answers:
            raise self.balances_answers.pop(0)
        return ()

    async def open_orders(self) -> list[Any]:
        answer = self.open_orders_answers.pop(0) if self.open_orders_answers else []
        if isinstance(answer, Exception):
            raise answer
        return list(answer)

    async def executions_since(self, *_: Any) -> list[Any]:
        return []

    async def cash_flows_since(self, *_: Any) -> list[Any]:
        return []

    async def positions(self) -> tuple[Any, ...]:
        return ()

    async def leverages(self) -> AsyncIterator[LeverageReported]:
        self.leverages_asked += 1
        answer = self.leverages_answers.pop(0) if self.leverages_answers else []
        if isinstance(answer, Exception):
            raise answer
        for told in answer:
            yield told

    async def open_streams(self) -> tuple[Any, ...]:
        self.streams_opened += 1
        return (self.stream,)

    def read_frame(self, *_: Any) -> list[Any]:
        return []


class Bench:
    """A session, its fakes and what it reported."""

    def __init__(self) -> None:
        self.venue, self.client = FakeVenue(), FakeClient()
        self.reports: list[Any] = []
        self.doubts = 0
        self._news = asyncio.Event()
        self.session = CcxtVenueSession(
            ACCOUNT,
            Exchange.BINANCE,
            self.venue,  # A fake with only what is used.
            self.client,
            self._take,
            StandingClock(),
            self._listed,
            doubt_rules=self._doubt,
        )

    def _doubt(self) -> None:
        self.doubts += 1

    def _take(self, report: Any) -> None:
        self.reports.append(report)
        self._news.set()

    async def _listed(self) -> None:
        pass

    async def until(self, reached: Callable[[], bool]) -> None:
        """Wait for the reports to make something true."""
        async with asyncio.timeout(5):
            while not reached():
                self._news.clear()
                await self._news.wait()

    async def until_told(self, kind: type[Any], count: int = 1) -> Any:
        """Wait for the `count`-th report of a kind."""
        await self.until(lambda: sum(isinstance(report, kind) for report in self.reports) >= count)
        return [report for report in self.reports if isinstance(report, kind)][count - 1]


@pytest.fixture
async def bench(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(session_module, "backoff_seconds", lambda _, **__: 0.001)
    made = Bench()
    yield made
    await made.session.close()
    assert made.client.closed


@pytest.mark.parametrize("fault", [KeyError("x"), AttributeError("x"), ValueError("x")])
async def test_a_fault_of_our_own_leaves_a_send_unknown_and_never_refused(bench: Bench, fault: Exception) -> None:
    async def place(_: Any) -> Placed:
        raise fault

    bench.venue.place = place
    bench.session.perform(send_order())
    assert (await bench.until_told(SendOutcomeUnknown)).order_id == ORDER_ID


@pytest.mark.parametrize(
    ("verdict", "kind", "retryable"),
    [
        (Verdict.NOT_SENT, OrderRefused, True),
        (Verdict.REFUSED, OrderRefused, False),
        (Verdict.REFUSED_FOR_NOW, OrderRefused, True),
        (Verdict.UNKNOWN, SendOutcomeUnknown, None),
        (Verdict.ABSENT, SendOutcomeUnknown, None),
        (Verdict.CLOSED, SendOutcomeUnknown, None),
        (Verdict.CANCELING, SendOutcomeUnknown, None),
    ],
)
async def test_a_failed_send_is_refused_only_when_that_is_proven(
    bench: Bench, verdict: Verdict, kind: type[Any], retryable: bool | None
) -> None:
    async def place(_: Any) -> Placed:
        raise CallFailed(verdict, RejectReason.VENUE_ERROR, "no", venue_code="1", retry_after_seconds=2.0)

    bench.venue.place = place
    bench.session.perform(send_order())
    told = await bench.until_told(kind)
    assert (told.order_id, told.attempt, told.venue_code) == (ORDER_ID, 1, "1")
    if retryable is not None:
        assert (told.retryable, told.retry_after_seconds) == (retryable, 2.0)


@pytest.mark.parametrize(
    ("verdict", "kind", "final", "reason"),
    [
        (Verdict.ABSENT, CancelFailed, True, RejectReason.UNKNOWN_ORDER),
        (Verdict.CLOSED, CancelFailed, True, RejectReason.TOO_LATE),
        (Verdict.UNKNOWN, CancelFailed, False, RejectReason.VENUE_ERROR),
        (Verdict.NOT_SENT, CancelFailed, False, RejectReason.VENUE_ERROR),
        (Verdict.REFUSED, CancelFailed, False, RejectReason.VENUE_ERROR),
        (Verdict.CANCELING, CancelAccepted, None, None),
    ],
)
async def test_a_failed_cancel_is_final_only_when_the_order_has_ended_or_is_unknown(
    bench: Bench, verdict: Verdict, kind: type[Any], final: bool | None, reason: RejectReason | None
) -> None:
    async def cancel(_: Any) -> list[Any]:
        raise CallFailed(verdict, RejectReason.VENUE_ERROR, "no")

    bench.venue.cancel = cancel
    bench.session.perform(
        SendCancel(
            account_id=ACCOUNT,
            order_id=ORDER_ID,
            symbol="BTC/USDT",
            exchange_client_order_id=CLIENT_ORDER_ID,
            exchange_order_id=None,
        )
    )
    told = await bench.until_told(kind)
    if final is not None:
        assert (told.final, told.reason) == (final, reason)


async def test_a_lost_stream_is_opened_again_without_asking_for_credentials_twice(bench: Bench) -> None:
    bench.session.start()
    await bench.until_told(AccountConnected)
    bench.client.exchange.taps.on_connection_ended(bench.venue.stream, 1006)
    await bench.until_told(AccountConnected, 2)
    assert (bench.venue.streams_opened, bench.venue.balances_asked) == (2, 1)
    assert not any(isinstance(report, AccountDisconnected) for report in bench.reports)


async def test_the_end_of_an_old_connection_does_not_touch_the_present_one(bench: Bench) -> None:
    bench.session.start()
    await bench.until_told(AccountConnected)
    bench.client.exchange.taps.on_connection_ended(SimpleNamespace(), 1006)
    assert bench.session.health().streaming


@pytest.mark.parametrize(
    ("reason", "doubts"),
    [
        (RejectReason.OUTSIDE_VENUE_RULES, 1),
        (RejectReason.INSTRUMENT_NOT_TRADABLE, 1),
        (RejectReason.INSUFFICIENT_FUNDS, 0),
    ],
)
async def test_a_refusal_by_rules_that_the_desk_has_checked_makes_them_doubted(
    bench: Bench, reason: RejectReason, doubts: int
) -> None:
    async def place(_: Any) -> Placed:
        raise CallFailed(Verdict.REFUSED, reason, "no")

    bench.venue.place = place
    bench.session.perform(send_order())
    await bench.until_told(OrderRefused)
    assert bench.doubts == doubts


async def test_refused_credentials_found_by_a_call_disconnect_and_are_proven_again(bench: Bench) -> None:
    bench.session.start()
    await bench.until_told(AccountConnected)

    async def place(_: Any) -> Placed:
        raise CallFailed(Verdict.REFUSED, RejectReason.AUTHENTICATION_FAILED, "the key was revoked")

    bench.venue.place = place
    bench.session.perform(send_order())
    assert (await bench.until_told(AccountDisconnected)).message == "the key was revoked"
    await bench.until_told(AccountConnected, 2)
    assert bench.venue.balances_asked == 2


async def test_a_clock_that_the_venue_complains_of_is_measured_again(bench: Bench) -> None:
    async def place(_: Any) -> Placed:
        raise CallFailed(Verdict.REFUSED_FOR_NOW, RejectReason.CLOCK_SKEW, "outside of the window")

    bench.venue.place = place
    bench.session.perform(send_order())
    assert (await bench.until_told(OrderRefused)).retryable
    await asyncio.sleep(0)
    assert bench.client.clock_measured == 1


async def test_a_comparison_is_tried_until_it_works_and_a_newer_wish_follows(bench: Bench) -> None:
    failed = CallFailed(Verdict.UNKNOWN, RejectReason.VENUE_OVERLOADED, "busy")
    bench.venue.open_orders_answers = [failed, failed]
    for hours in (1, 2):
        wish = SynchronizeAccount(
            account_id=ACCOUNT, symbols=("BTC/USDT",), executions_since=NOW - timedelta(hours=hours)
        )
        bench.session.perform(wish)
    await bench.until_told(AccountSynchronized)
    await asyncio.sleep(0.01)
    assert sum(isinstance(report, AccountSynchronized) for report in bench.reports) == 1


async def test_what_is_held_is_asked_for_by_itself_and_a_failure_is_left_alone(bench: Bench) -> None:
    bench.venue.balances_answers = [CallFailed(Verdict.UNKNOWN, RejectReason.VENUE_OVERLOADED, "busy")]
    for _ in range(2):
        bench.session.perform(CompareBalances(account_id=ACCOUNT))
    held = await bench.until_told(BalancesReported)
    assert (held.account_id, bench.venue.balances_asked) == (ACCOUNT, 2)
    assert [type(report) for report in bench.reports] == [PositionsReported, BalancesReported]


async def test_a_venue_that_is_out_of_reach_for_its_dead_man_switch_is_connected_anew(bench: Bench) -> None:
    bench.session.start()
    await bench.until_told(AccountConnected)
    gone = CallFailed(Verdict.NOT_SENT, RejectReason.VENUE_UNREACHABLE, "the venue cannot be reached")
    bench.venue.dead_man_answers = [gone]
    bench.session.perform(RenewDeadMan(account_id=ACCOUNT, seconds=30))
    await bench.until_told(DeadManFailed)
    await bench.until_told(AccountConnected, 2)
    bench.session.perform(RenewDeadMan(account_id=ACCOUNT, seconds=30))
    assert (await bench.until_told(DeadManRenewed)).seconds == 30


async def test_while_comparing_fails_the_session_says_why(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.session.start()
    await bench.until_told(AccountConnected)
    failing = asyncio.Event()
    monkeypatch.setattr(session_module, "backoff_seconds", lambda *_, **__: failing.set() or 0.001)
    bench.venue.open_orders_answers = [CallFailed(Verdict.UNKNOWN, RejectReason.VENUE_OVERLOADED, "busy")]
    bench.session.perform(SynchronizeAccount(account_id=ACCOUNT, symbols=(), executions_since=NOW))
    await asyncio.wait_for(failing.wait(), 5)
    assert bench.session.health().message == "connected, but not compared with the venue: busy"
    await bench.until_told(AccountSynchronized)
    assert bench.session.health().message == "connected"


def recall() -> RecallOrder:
    return RecallOrder(account_id=ACCOUNT, order_id=ORDER_ID, attempt=1)


async def test_an_order_that_is_called_back_while_it_stands_in_line_does_not_leave(bench: Bench) -> None:
    placed: list[Any] = []
    bench.venue.place = placed.append
    bench.session.perform(send_order())
    bench.session.perform(recall())
    told = await bench.until_told(OrderRefused)
    assert (told.order_id, told.reason, told.retryable) == (ORDER_ID, RejectReason.KILLED, False)
    assert not placed


async def test_an_order_that_is_called_back_while_it_waits_for_the_budget_does_not_leave(bench: Bench) -> None:
    one_a_minute = RateBudget([WindowGroup({"orders": Limit(1, 60)})])
    bench.client.budget, order = one_a_minute, (Cost("orders"),)
    await one_a_minute.acquire(Lane.ORDER, order)

    async def place(_: Any) -> Placed:
        try:
            await one_a_minute.acquire(Lane.ORDER, order)
        except WithdrawnError:  # As the client says it.
            raise CallFailed(Verdict.NOT_SENT, RejectReason.KILLED, "called back") from None
        raise AssertionError

    bench.venue.place = place
    bench.session.perform(send_order())
    await asyncio.sleep(0)
    bench.session.perform(recall())
    told = await bench.until_told(OrderRefused)
    assert (told.order_id, told.reason) == (ORDER_ID, RejectReason.KILLED)
    one_a_minute.close()


async def test_an_order_that_has_left_is_not_called_back(bench: Bench) -> None:
    answered = asyncio.Event()

    async def place(_: Any) -> Placed:
        await answered.wait()
        return Placed(exchange_order_id=ExchangeOrderId("7"))

    bench.venue.place = place
    bench.session.perform(send_order())
    await asyncio.sleep(0)
    bench.session.perform(recall())
    answered.set()
    assert (await bench.until_told(OrderAccepted)).exchange_order_id == "7"


async def test_closing_while_an_order_is_under_way_leaves_it_unknown_once(bench: Bench) -> None:
    async def place(_: Any) -> Placed:
        await asyncio.Event().wait()
        raise AssertionError

    bench.venue.place = place
    bench.session.perform(send_order())
    await asyncio.sleep(0)
    await bench.session.close()
    assert [type(report) for report in bench.reports] == [SendOutcomeUnknown]
    assert not any(isinstance(report, OrderAccepted) for report in bench.reports)


def amend() -> SendAmend:
    """A change of order `one`, by a session that is up."""
    now = StandingClock().now()
    return SendAmend(
        account_id=ACCOUNT,
        order_id=OrderId("one"),
        attempt=1,
        amendment=3,
        symbol="BTC/USDT",
        side=Side.BUY,
        order_type=OrderType.LIMIT,
        exchange_client_order_id=ExchangeClientOrderId("ours"),
        exchange_order_id=None,
        conditional=False,
        quantity=Decimal(1),
        intended_at=now,
        expires_at=now + timedelta(seconds=3),
    )


async def test_a_change_that_the_venue_took_is_told_with_its_number(bench: Bench) -> None:
    bench.session.perform(amend())
    told = await bench.until_told(AmendAccepted)
    assert (told.order_id, told.attempt, told.amendment) == ("one", 1, 3)


async def test_a_change_that_is_called_back_while_it_stands_in_line_does_not_leave(bench: Bench) -> None:
    bench.session.perform(amend())
    bench.session.perform(RecallAmend(account_id=ACCOUNT, order_id=OrderId("one"), amendment=3))
    assert (await bench.until_told(AmendRefused)).reason is RejectReason.KILLED


@pytest.mark.parametrize(
    ("verdict", "retryable", "final"),
    [
        (Verdict.REFUSED, False, False),
        (Verdict.REFUSED_FOR_NOW, True, False),
        (Verdict.NOT_SENT, True, False),
        (Verdict.CLOSED, False, True),
        (Verdict.ABSENT, False, True),
    ],
)
async def test_a_change_that_was_not_made_is_told_as_refused(
    bench: Bench, verdict: Verdict, *, retryable: bool, final: bool
) -> None:
    bench.venue.amend_answers = [CallFailed(verdict, RejectReason.VENUE_ERROR, "no")]
    bench.session.perform(amend())
    told = await bench.until_told(AmendRefused)
    assert (told.retryable, told.final) == (retryable, final)


async def test_an_order_that_its_venue_canceled_for_a_change_has_ended_before_it_was_changed(bench: Bench) -> None:
    """Binance answers so to a post-only order whose new price would take."""
    canceled = OrderReported(
        at=StandingClock().now(),
        account_id=ACCOUNT,
        symbol="BTC/USDT",
        status=VenueOrderStatus.CANCELED,
        filled_quantity=Decimal(0),
        exchange_order_id=None,
        exchange_client_order_id=ExchangeClientOrderId("ours"),
    )
    bench.venue.amend_answers = [[canceled]]
    bench.session.perform(amend())
    await bench.until_told(AmendAccepted)
    assert [type(report) for report in bench.reports][-2:] == [OrderReported, AmendAccepted]


@pytest.mark.parametrize("failure", [CallFailed(Verdict.UNKNOWN, RejectReason.VENUE_ERROR, "?"), KeyError("shape")])
async def test_a_change_without_a_clear_answer_is_told_as_unknown(bench: Bench, failure: Exception) -> None:
    bench.venue.amend_answers = [failure]
    bench.session.perform(amend())
    assert (await bench.until_told(AmendOutcomeUnknown)).amendment == 3


async def test_an_unreadable_frame_is_told_once_per_kind_and_leaves_the_stream_alone(bench: Bench) -> None:
    taps = bench.client.exchange.taps
    for detail in ("unknown order status 'X'", "unknown order status 'X'", "unknown side 'Y'"):
        taps.on_frame_failed(MalformedError(detail))
    told = [report.kind for report in bench.reports if isinstance(report, MessageQuarantined)]
    assert told == ["unknown order status 'X'", "unknown side 'Y'"]
    assert bench.session.health().counts == {"frames_failed": 3}


# --- what contracts are set to ---------------------------------------------------------------------------------------


async def test_leverages_are_asked_for_once_the_streams_are_open_until_the_venue_tells_them(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leverages, "backoff_seconds", lambda _, **__: 0.001)
    told = LeverageReported(at=NOW, account_id=ACCOUNT, symbol="BTC/USDT:USDT", leverage=Decimal(20))
    failed = CallFailed(Verdict.UNKNOWN, RejectReason.VENUE_UNREACHABLE, "no answer")
    bench.venue.leverages_answers = [failed, KeyError("lever"), [told]]
    bench.session.start()
    assert await bench.until_told(LeverageReported) is told
    assert bench.venue.leverages_asked == 3


async def test_leverages_that_a_venue_never_tells_are_given_up(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leverages, "backoff_seconds", lambda _, **__: 0.001)
    failed = CallFailed(Verdict.UNKNOWN, RejectReason.VENUE_UNREACHABLE, "no answer")
    bench.venue.leverages_answers = [failed] * 9
    bench.session.start()
    await bench.until_told(AccountConnected)
    await bench.session._learning
    assert bench.venue.leverages_asked == leverages.ATTEMPTS_MAX
