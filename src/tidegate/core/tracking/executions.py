"""Trades: each is booked once, whenever it comes and whichever attempt it belongs to."""

import copy
from decimal import Decimal

from tidegate.core.apply import break_id
from tidegate.core.decision import NOTHING, Decision
from tidegate.core.desk import Desk
from tidegate.core.endings import end_by_venue
from tidegate.core.identifiers import ExecutionId, TradeId, execution_id
from tidegate.core.messages.effects import Effect
from tidegate.core.messages.events import Event, ExecutionBooked, OrderClosed, OrderCorrected
from tidegate.core.messages.reports import ExecutionReported
from tidegate.core.money import ZERO, plain
from tidegate.core.order import Order
from tidegate.core.portfolio.holdings import realized_in_quote
from tidegate.core.portfolio.positions import realized_by
from tidegate.core.routing import cancel_attempt, resume_if_resolved
from tidegate.core.sending import after_submission, break_once, is_stray, resolved, stray_attempt, submitted
from tidegate.core.tracking.naming import attempt_named, venue_reason
from tidegate.core.vocabulary import InstrumentKind, OrderStatus, Wallet


def executed(desk: Desk, report: ExecutionReported) -> Decision:
    """Book a trade once, to order and holdings together, and end the order if that was the last of it."""
    order = desk.order_for(report.account_id, report.symbol, report.exchange_client_order_id, report.exchange_order_id)
    if order is None:
        return NOTHING
    if order.side is not report.side or not report.quantity > 0 or report.price < 0:
        message = f"{order.exchange} tells of a trade that cannot be: {report.side} {report.quantity} at {report.price}"
        subject = f"{order.order_id}:{report.trade_id}"
        return Decision(break_once(desk, order, report.at, "impossible_execution", subject, message))
    if _known_execution(order, report.trade_id) in desk.execution_ids.get(order.order_id, ()):
        return NOTHING
    attempt = attempt_named(order, report.exchange_client_order_id)
    booked = _booked(desk, order, report, stray=is_stray(order, attempt))
    if booked.stray:
        return _book_stray(desk, order, booked, attempt)
    if order.is_closed:
        return Decision(_late(desk, order, booked))
    events: list[Event] = []
    if order.exchange_order_id is None and report.exchange_order_id is not None:
        events.append(submitted(order, report.at, report.exchange_order_id, attempt))
    endings = _after_execution(desk, order, booked)
    effects: list[Effect] = []
    if order.status is OrderStatus.PENDING:
        effects = resume_if_resolved(desk, order)
        if not endings:
            effects += after_submission(desk, order, report.at)
    return Decision([*events, booked, *endings], effects)


def _book_stray(desk: Desk, order: Order, booked: ExecutionBooked, attempt: int) -> Decision:
    """A trade of an attempt that was given up counts all the same; when it completes the order, the other one goes."""
    events = _late(desk, order, booked) if order.is_closed else [booked, *_after_execution(desk, order, booked)]
    stray = stray_attempt(desk, order, booked.at, attempt)
    effects = [*stray.effects]
    if not order.is_closed and len(events) > 1:
        effects.append(cancel_attempt(order, order.attempt))
    if order.status is OrderStatus.PENDING:
        effects += resume_if_resolved(desk, order)
    return Decision(events + stray.events, effects)


def _late(desk: Desk, order: Order, booked: ExecutionBooked) -> list[Event]:
    """A trade of an order that has ended: order and holdings move all the same, and the user is told."""
    events: list[Event] = [booked, _corrected(order, booked), *_overfilled(desk, order, booked)]
    missing = desk.open_breaks.get(break_id(order.account_id, "missing_executions", order.order_id))
    filled = order.filled_quantity + booked.quantity
    if missing is not None and order.venue_filled_quantity is not None and filled >= order.venue_filled_quantity:
        events.append(resolved(missing, booked.at, "the missing executions have arrived"))
    return events


def _overfilled(desk: Desk, order: Order, booked: ExecutionBooked) -> list[Event]:
    if not booked.overfill:
        return []
    message = f"{order.exchange} filled {plain(booked.overfill)} more than order {order.order_id} asked for"
    return break_once(desk, order, booked.at, "overfill", order.order_id, message)


def _known_execution(order: Order, trade_id: TradeId) -> ExecutionId:
    return execution_id(order.account_id, order.symbol, order.side, trade_id)


def _booked(desk: Desk, order: Order, report: ExecutionReported, *, stray: bool) -> ExecutionBooked:
    base, quote = _assets(desk, order)
    rate = desk.rate(order.exchange, quote)
    wallet = desk.wallet_of(order.exchange, order.symbol)
    excess = ZERO
    if order.quantity is not None:
        excess = min(max(order.filled_quantity + report.quantity - order.quantity, ZERO), report.quantity)
    return ExecutionBooked(
        at=report.at,
        execution_id=_known_execution(order, report.trade_id),
        order_id=order.order_id,
        user_id=order.user_id,
        account_id=order.account_id,
        exchange=order.exchange,
        symbol=order.symbol,
        base=base,
        quote=quote,
        side=order.side,
        trade_id=report.trade_id,
        quantity=report.quantity,
        price=report.price,
        fees=report.fees,
        liquidity=report.liquidity,
        executed_at=report.executed_at,
        exchange_order_id=report.exchange_order_id or order.exchange_order_id,
        rate=rate,
        fee_rates=tuple(desk.rate(order.exchange, fee.asset) for fee in report.fees),
        realized_pnl=_realized(desk, order, report, base, rate),
        late=order.is_closed,
        overfill=excess,
        stray=stray,
        kind=InstrumentKind.LINEAR if order.is_derivative else InstrumentKind.SPOT,
        position_side=order.position_side,
        wallet=wallet,
    )


def _realized(desk: Desk, order: Order, report: ExecutionReported, base: str, rate: Decimal | None) -> Decimal:
    """What the trade earns before fees, in the quote asset: against the position, or the base asset's average cost."""
    if order.is_derivative:
        key = (order.account_id, order.user_id, order.symbol, order.position_side)
        return realized_by(desk.positions.get(key), order.side, report.quantity, report.price)
    holding = desk.holdings.get((order.account_id, order.user_id, base, Wallet.MAIN))
    return realized_in_quote(holding, order.side, report.quantity, report.price, rate)


def _assets(desk: Desk, order: Order) -> tuple[str, str]:
    """Base and quote: by the venue's listing, or by the symbol itself while the listing is not known."""
    instrument = desk.instrument_of(order)
    if instrument is not None:
        return instrument.base, instrument.quote
    base, _, quote = order.symbol.partition("/")
    return base, quote.partition(":")[0]


def _after_execution(desk: Desk, order: Order, booked: ExecutionBooked) -> list[Event]:
    """The end of the order, if the execution completes it or was the last one that its end waited for."""
    filled = order.filled_quantity + booked.quantity
    realized = order.realized_pnl + booked.realized_pnl
    if order.quantity is not None and filled >= order.quantity:
        closed = OrderClosed(at=booked.at, order_id=order.order_id, realized_pnl=realized)
        return [closed, *_overfilled(desk, order, booked)]
    if order.venue_status is None or order.venue_filled_quantity is None or filled < order.venue_filled_quantity:
        return []
    after = copy.copy(order)
    after.filled_quantity = filled
    after.realized_pnl = realized
    return end_by_venue(after, booked.at, order.venue_status, venue_reason(order), order.message or "")


def _corrected(order: Order, booked: ExecutionBooked) -> OrderCorrected:
    filled = order.filled_quantity + booked.quantity
    complete = order.quantity is not None and filled >= order.quantity and order.status is not OrderStatus.INVALIDATED
    return OrderCorrected(
        at=booked.at,
        order_id=order.order_id,
        status=OrderStatus.FILLED if complete else order.status,
        realized_pnl=order.realized_pnl + booked.realized_pnl,
        message=f"an execution arrived after the order was {order.status}",
    )
