"""The wire between a session and its venue: calls that get lost, answers that come late, streams that break."""

import asyncio
import contextvars
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from simulation.book import Trade, VenueOrder
from simulation.exchange import ModelAccount
from simulation.faults import Fault, Faults
from tidegate.core.identifiers import AccountId, ExchangeClientOrderId, ExchangeOrderId
from tidegate.core.messages.effects import SendAmend, SendCancel, SendOrder
from tidegate.core.messages.reports import CashFlowReported, ExecutionReported, LeverageReported, OrderReported, Report
from tidegate.core.messages.values import VenueBalance, VenuePosition
from tidegate.core.vocabulary import Liquidity, PositionSide, RejectReason, VenueOrderStatus
from tidegate.ports import Clock
from tidegate.venues.outcomes import CallFailed, Verdict
from tidegate.venues.values import MalformedError
from tidegate.venues.venue import Placed

CALL_TIMEOUT_SECONDS = 5.0
LAG_SECONDS_MAX = 0.9
PROVEN_NOT_PLACED = (Fault.REFUSE_CONNECTION, Fault.RATE_LIMIT, Fault.CLOCK_SKEW)


class Stream:
    """A private stream's connection. Its frames are functions that make the reports when they are read."""

    def __init__(self) -> None:
        self.is_up = True

    def closed(self) -> bool:
        return not self.is_up


class ModelWire:
    """An `AccountVenue`. `taps` are those of the session's client.

    `world` is the context that the venue lives in, `process` the desk's: what it is told dies or waits with it.
    """

    def __init__(
        self,
        account_id: AccountId,
        account: ModelAccount,
        faults: Faults,
        clock: Clock,
        taps: Any,
        world: contextvars.Context,
        process: contextvars.Context,
    ) -> None:
        self._account_id = account_id
        self.account = account
        self._exchange = account.exchange
        self._faults = faults
        self._random = account.exchange.random
        self._clock = clock
        self._taps = taps
        self._world = world
        self._process = process
        self._stream: Stream | None = None
        self.unreachable_until = 0.0
        self.key_refused_until = 0.0
        self.take_budget: Callable[[SendOrder], Awaitable[None]] = _unlimited
        self.before_leaving: Callable[[SendOrder], None] = lambda _: None
        self.before_placing: Callable[[SendOrder], None] = lambda _: None
        account.on_order = self._push_order
        account.on_trade = self._push_trade

    # --- calls -------------------------------------------------------------------------------------------------------

    async def place(self, order: SendOrder) -> Placed:
        def work() -> Placed:
            self._check_validity(order.expires_at)
            self.before_placing(order)
            taken = self._exchange.place(self.account, order)
            told = [*map(self._execution, taken.trades)] if not self._exchange.rules.acknowledges_first else []
            ended = [] if taken.is_open or self._exchange.rules.acknowledges_first else [self._report(taken)]
            first_id = taken.conditional_id or taken.exchange_order_id
            return Placed(exchange_order_id=first_id, reports=[*told, *ended])

        await self.take_budget(order)
        self.before_leaving(order)
        return await self._call(work)

    async def amend(self, amend: SendAmend) -> Sequence[Report]:
        def work() -> Sequence[Report]:
            self._check_validity(amend.expires_at)
            order = self._named(amend.exchange_client_order_id)
            self._exchange.amend(self.account, order, amend)
            return [self._report(order)]

        return await self._call(work)

    async def cancel(self, cancel: SendCancel) -> Sequence[Report]:
        def work() -> Sequence[Report]:
            order = self._named(cancel.exchange_client_order_id)
            self._exchange.cancel(self.account, order)
            return [] if self._exchange.rules.acknowledges_first else [self._report(order)]

        return await self._call(work)

    async def renew_dead_man(self, seconds: int, symbols: frozenset[str]) -> None:
        def work() -> None:
            self.account.cancel_at = self._exchange.now() + timedelta(seconds=seconds) if seconds else None

        await self._call(work)

    async def find_order(
        self,
        symbol: str,
        exchange_client_order_id: ExchangeClientOrderId,
        exchange_order_id: ExchangeOrderId | None,
        *,
        conditional: bool = False,
    ) -> OrderReported | None:
        def work() -> OrderReported | None:
            found = self.account.named(exchange_client_order_id)
            as_of = self._as_of()
            if found is None or found.accepted_at > as_of or self._is_forgotten(found):
                return None
            return self._report(found, as_of=as_of)

        return await self._call(work)

    async def executions_of(
        self,
        symbol: str,
        exchange_order_id: ExchangeOrderId,
        since: datetime | None,
        *,
        exchange_client_order_id: ExchangeClientOrderId | None = None,
        conditional: bool = False,
    ) -> list[ExecutionReported]:
        def work() -> list[ExecutionReported]:
            as_of = self._as_of()
            return [
                self._execution(trade)
                for order in self.account.orders
                if exchange_order_id in (order.exchange_order_id, order.conditional_id)
                or order.client_order_id == exchange_client_order_id
                for trade in order.trades
                if trade.at <= as_of
            ]

        return await self._call(work)

    async def executions_since(self, symbol: str, since: datetime) -> list[ExecutionReported]:
        def work() -> list[ExecutionReported]:
            as_of = self._as_of()
            trades = [trade for order in self.account.orders if order.symbol == symbol for trade in order.trades]
            return [self._execution(trade) for trade in trades if since <= trade.at <= as_of]

        return await self._call(work)

    async def open_orders(self) -> list[OrderReported]:
        def work() -> list[OrderReported]:
            as_of = self._as_of()
            listed = [order for order in self.account.orders if order.accepted_at <= as_of]
            reports = [self._report(order, as_of=as_of) for order in listed]
            return [report for report in reports if report.status is VenueOrderStatus.OPEN]

        return await self._call(work)

    async def balances(self) -> tuple[VenueBalance, ...]:
        def work() -> tuple[VenueBalance, ...]:
            return tuple(
                VenueBalance(asset=asset, free=amount, locked=Decimal(0), wallet=wallet)
                for (asset, wallet), amount in self.account.books.balances.items()
                if amount
            )

        return await self._call(work)

    async def positions(self) -> tuple[VenuePosition, ...]:
        def work() -> tuple[VenuePosition, ...]:
            books = self.account.books
            if not books.position:
                return ()
            position = VenuePosition(
                symbol="BTC/USDT:USDT",
                position_side=PositionSide.NET,
                quantity=books.position,
                average_price=books.average_price,
            )
            return (position,)

        return await self._call(work)

    async def leverages(self) -> AsyncIterator[LeverageReported]:
        """It has no settings."""
        return
        yield

    async def cash_flows_since(self, since: datetime) -> list[CashFlowReported]:
        def work() -> list[CashFlowReported]:
            return [
                CashFlowReported(
                    at=self._clock.now(),
                    account_id=self._account_id,
                    flow_id=flow.flow_id,
                    kind=flow.kind,
                    asset=flow.asset,
                    amount=flow.amount,
                    happened_at=flow.at,
                    wallet=flow.wallet,
                    symbol=flow.symbol,
                )
                for flow in self.account.books.flows
                if flow.at >= since
            ]

        return await self._call(work)

    async def open_streams(self) -> tuple[Any, ...]:
        def work() -> Stream:
            if self._stream is not None:
                self._stream.is_up = False
            self._stream = Stream()
            return self._stream

        return (await self._call(work),)

    def read_frame(self, connection: Any, frame: Any) -> Sequence[Report] | None:
        reports: Sequence[Report] = frame()
        return reports

    # --- the wire ----------------------------------------------------------------------------------------------------

    async def _call(self, work: Callable[[], Any]) -> Any:
        loop = asyncio.get_running_loop()
        if loop.time() < self.unreachable_until:
            await asyncio.sleep(self._random.uniform(0.01, 0.3))
            raise CallFailed(Verdict.NOT_SENT, RejectReason.VENUE_UNREACHABLE, "the venue cannot be reached")
        fault = self._faults.of_call()
        reply: asyncio.Future[Any] = loop.create_future()
        self._world.run(self._send, loop, work, fault, reply)
        try:
            async with asyncio.timeout(CALL_TIMEOUT_SECONDS):
                outcome = await reply
        except TimeoutError:
            raise CallFailed(Verdict.UNKNOWN, RejectReason.VENUE_UNREACHABLE, "no answer in time") from None
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def _send(
        self, loop: asyncio.AbstractEventLoop, work: Callable[[], Any], fault: Fault | None, reply: asyncio.Future[Any]
    ) -> None:
        """Carry a request over; what runs from here on is the venue's, whatever becomes of the one who asked."""
        there = self._random.uniform(0.5, 4.5) if fault is Fault.LATE_REQUEST else self._random.uniform(0.001, 0.05)
        back = self._random.uniform(0.5, 3.0) if fault is Fault.LATE_ANSWER else self._random.uniform(0.001, 0.05)

        def arrive() -> None:
            if fault is Fault.LOSE_REQUEST:
                return
            outcome = self._outcome(work, fault)
            if fault is not Fault.LOSE_REPLY:
                loop.call_later(back, answer, outcome)

        def answer(outcome: Any) -> None:
            if not reply.done():
                reply.set_result(outcome)

        loop.call_later(there, arrive)

    def _outcome(self, work: Callable[[], Any], fault: Fault | None) -> Any:
        if asyncio.get_running_loop().time() < self.key_refused_until:
            return CallFailed(Verdict.REFUSED, RejectReason.AUTHENTICATION_FAILED, "the key is not valid")
        match fault:
            case Fault.REFUSE_CONNECTION:
                return CallFailed(Verdict.NOT_SENT, RejectReason.VENUE_UNREACHABLE, "connection refused")
            case Fault.RATE_LIMIT:
                pause = self._random.uniform(0.2, 2.0)
                return CallFailed(
                    Verdict.REFUSED_FOR_NOW, RejectReason.RATE_LIMITED, "too many", retry_after_seconds=pause
                )
            case Fault.CLOCK_SKEW:
                return CallFailed(Verdict.REFUSED_FOR_NOW, RejectReason.CLOCK_SKEW, "outside of the window")
            case _:
                pass
        try:
            outcome = work()
        except CallFailed as failure:
            outcome = failure
        match fault:
            case Fault.FAIL_AFTER_ACCEPT | Fault.STATUS_UNKNOWN:
                return CallFailed(Verdict.UNKNOWN, RejectReason.VENUE_ERROR, "execution status unknown")
            case Fault.MALFORMED:
                return MalformedError("an answer without its fields")
            case _:
                return outcome

    def _check_validity(self, expires_at: datetime) -> None:
        if self._exchange.now() > expires_at:
            raise CallFailed(Verdict.REFUSED_FOR_NOW, RejectReason.CLOCK_SKEW, "outside of the window")

    # --- the stream --------------------------------------------------------------------------------------------------

    def drop_stream(self) -> None:
        """The connection ends; what was on its way is lost."""
        if self._stream is not None and self._stream.is_up:
            self._stream.is_up = False
            ended = (self._stream, ConnectionError("closed by the venue"))
            asyncio.get_running_loop().call_soon(self._taps.on_connection_ended, *ended, context=self._process)

    def _push_order(self, order: VenueOrder) -> None:
        report = self._report(order)
        self._push(lambda: [_now(report, self._clock)])

    def _push_trade(self, trade: Trade) -> None:
        report = self._execution(trade)
        self._push(lambda: [_now(report, self._clock)])

    def _push(self, frame: Callable[[], Sequence[Report]]) -> None:
        stream = self._stream
        if stream is None or not stream.is_up:
            return
        loop = asyncio.get_running_loop()
        times = 2 if self._faults.chance(Fault.DUPLICATE_EVENT, 0.05) else 1
        for _ in range(times):
            delay = self._random.uniform(0.001, 0.03)
            if self._faults.chance(Fault.REORDER_EVENT, 0.05):
                delay = self._random.uniform(0.05, 2.5)
            loop.call_later(delay, self._deliver, stream, frame, context=self._process)

    def _deliver(self, stream: Stream, frame: Callable[[], Sequence[Report]]) -> None:
        if not stream.is_up:
            self._faults.fired[Fault.LOSE_EVENT] += 1
            return
        if self._faults.chance(Fault.MALFORMED, 0.01):
            self._taps.on_frame_failed(MalformedError("a frame of an unknown kind"))
        else:
            self._taps.on_frame(stream, frame)

    # --- what the venue says -----------------------------------------------------------------------------------------

    def _named(self, client_order_id: str) -> VenueOrder:
        order = self.account.named(client_order_id)
        if order is None:
            raise CallFailed(Verdict.ABSENT, RejectReason.UNKNOWN_ORDER, "unknown order")
        return order

    def _as_of(self) -> datetime:
        """How fresh a look-up is: replicas lag."""
        lag = self._random.uniform(0, LAG_SECONDS_MAX) if self._faults.chance(Fault.STALE_QUERY, 0.3) else 0.0
        return self._exchange.now() - timedelta(seconds=lag)

    def _is_forgotten(self, order: VenueOrder) -> bool:
        if order.ended_at is None or order.trades:
            return False
        return self._exchange.now() - order.ended_at > self._exchange.rules.forgets_after

    def _report(self, order: VenueOrder, *, as_of: datetime | None = None) -> OrderReported:
        status, filled = order.status, order.filled
        if as_of is not None:
            for ended_at, earlier, was_filled in reversed(order.past):
                if ended_at > as_of:
                    status, filled = earlier, was_filled
        reason = RejectReason.OUTSIDE_VENUE_RULES if status is VenueOrderStatus.REJECTED else None
        return OrderReported(
            at=self._clock.now(),
            account_id=self._account_id,
            symbol=order.symbol,
            status=status,
            filled_quantity=filled,
            exchange_order_id=order.exchange_order_id,
            exchange_client_order_id=order.client_order_id,
            reason=reason,
            side=order.side,
            order_type=order.order_type,
            quantity=order.quantity,
            price=order.price,
            trigger_price=order.trigger_price if order.trailing_offset is None else None,
            triggered=order.triggered,
        )

    def _execution(self, trade: Trade) -> ExecutionReported:
        return ExecutionReported(
            at=self._clock.now(),
            account_id=self._account_id,
            symbol=trade.order.symbol,
            side=trade.order.side,
            trade_id=trade.trade_id,
            quantity=trade.quantity,
            price=trade.price,
            executed_at=trade.at,
            fees=(trade.fee,),
            liquidity=Liquidity.TAKER,
            realized_pnl=trade.realized_pnl,
            exchange_order_id=trade.order.exchange_order_id,
            exchange_client_order_id=trade.order.client_order_id,
        )


async def _unlimited(_: SendOrder) -> None:
    """There is always room."""


def _now(report: Any, clock: Clock) -> Any:
    return msgspec.structs.replace(report, at=clock.now())
