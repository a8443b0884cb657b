"""A venue's listing against the one before: what is new in it, and which working orders its new rules would refuse.

Nothing is canceled: an order that the venue has taken may trade on by the rules of then. Changes of orders and legs of
protection go by the new rules.
"""

from collections.abc import Iterable, Mapping

import msgspec

from tidegate.core.capabilities import is_supported
from tidegate.core.decision import NOTHING, Decision
from tidegate.core.desk import Desk
from tidegate.core.identifiers import AccountId
from tidegate.core.instruments import Instrument
from tidegate.core.messages.events import Event, InstrumentsListed, RulesChanged
from tidegate.core.messages.reports import InstrumentsReported
from tidegate.core.messages.values import Refusal
from tidegate.core.order import Order
from tidegate.core.reconciliation.telling import tell_once
from tidegate.core.sending import resolved
from tidegate.core.validation.amounts import check_grid
from tidegate.core.validation.bounds import check_bounds
from tidegate.core.validation.refusals import refuse
from tidegate.core.vocabulary import RefusalCode

TRADING_STOPPED = "trading_stopped"


def listed(desk: Desk, report: InstrumentsReported) -> Decision:
    """Take over what is new; tell of each working order that it would refuse, and of markets that stopped or go on."""
    new = [rules for rules in report.instruments if rules is not (old := _known(desk, rules)) and rules != old]
    if report.complete:
        new += _delisted(desk, report)
    if not new:
        return NOTHING
    listing = InstrumentsListed(at=report.at, exchange=report.exchange, instruments=tuple(new))
    changed = {rules.symbol: rules for rules in new}
    events = [*_refused_now(desk, report, changed), *_stopped(desk, report, new), *_going_on(desk, report, changed)]
    return Decision([listing, *events])


def _known(desk: Desk, rules: Instrument) -> Instrument | None:
    return desk.instruments.get((rules.exchange, rules.symbol))


def _delisted(desk: Desk, report: InstrumentsReported) -> list[Instrument]:
    """What a complete listing lacks stays known, for it may still be held: but it does not trade."""
    symbols = {rules.symbol for rules in report.instruments}
    return [
        msgspec.structs.replace(rules, trading=False)
        for (exchange, symbol), rules in desk.instruments.items()
        if exchange is report.exchange and rules.trading and symbol not in symbols
    ]


def _refused_now(desk: Desk, report: InstrumentsReported, changed: Mapping[str, Instrument]) -> list[Event]:
    """Told once per change: what the old rules would have refused for the same reason is no news."""
    events: list[Event] = []
    pairs = {
        symbol: (before, rules) for symbol, rules in changed.items() if (before := _known(desk, rules)) is not None
    }
    bounds = {symbol: pair for symbol, pair in pairs.items() if _differ_for_orders(*pair)}
    for order in _working(desk, report) if bounds else ():
        if order.symbol not in bounds:
            continue
        before, rules = bounds[order.symbol]
        refusal = _problem(order, rules)
        if refusal is None or _is_same(refusal, _problem(order, before)):
            continue
        events.append(
            RulesChanged(
                at=report.at,
                order_id=order.order_id,
                code=refusal.code,
                message=refusal.message,
                limit=refusal.limit,
                actual=refusal.actual,
            )
        )
    return events


def _differ_for_orders(before: Instrument, rules: Instrument) -> bool:
    """Fees and leverages are told for all markets at once, and refuse no order that works."""
    as_before = msgspec.structs.replace(
        rules,
        maker_fee_rate=before.maker_fee_rate,
        taker_fee_rate=before.taker_fee_rate,
        leverage_max=before.leverage_max,
        leverage_tiers=before.leverage_tiers,
        tiers_in_base=before.tiers_in_base,
    )
    return as_before != before


def _working(desk: Desk, report: InstrumentsReported) -> Iterable[Order]:
    """Orders at the venue or held for it. What never rests is over before anybody could act on it."""
    return (
        order
        for order in desk.orders.values()
        if order.exchange is report.exchange and order.closed_at is None and not order.is_immediate
    )


def _problem(order: Order, rules: Instrument) -> Refusal | None:
    """Why by these rules an order could not be placed as this one stands."""
    if not rules.trading:
        return refuse(RefusalCode.INSTRUMENT_NOT_TRADING, f"{rules.exchange} has halted {rules.symbol}")
    if not is_supported(order.order_type, rules):
        message = f"{rules.exchange} takes no {order.order_type} orders on {rules.symbol} any more"
        return refuse(RefusalCode.UNSUPPORTED_ORDER_TYPE, message)
    return check_grid(order, rules) or check_bounds(order, rules, None, None)


def _is_same(refusal: Refusal, before: Refusal | None) -> bool:
    return before is not None and (before.code, before.limit) == (refusal.code, refusal.limit)


def _stopped(desk: Desk, report: InstrumentsReported, new: Iterable[Instrument]) -> list[Event]:
    """A break for each account with an order or a position in a market that has stopped."""
    events: list[Event] = []
    for rules in new:
        before = _known(desk, rules)
        if rules.trading or before is None or not before.trading:
            continue
        message = f"{rules.exchange} has stopped trading {rules.symbol}: orders and positions there stay as they are"
        for account_id in _concerned(desk, report, rules.symbol):
            events += tell_once(desk, account_id, report.at, TRADING_STOPPED, rules.symbol, message)
    return events


def _concerned(desk: Desk, report: InstrumentsReported, symbol: str) -> list[AccountId]:
    found = {order.account_id for order in _working(desk, report) if order.symbol == symbol}
    return sorted(
        found
        | {
            position.account_id
            for position in desk.positions.values()
            if position.exchange is report.exchange and position.symbol == symbol and position.quantity
        }
    )


def _going_on(desk: Desk, report: InstrumentsReported, changed: Mapping[str, Instrument]) -> list[Event]:
    """The end of those breaks, once the market trades again."""
    return [
        resolved(found, report.at, f"{report.exchange} trades {found.subject} again")
        for found in desk.open_breaks.values()
        if found.kind == TRADING_STOPPED
        and desk.accounts[found.account_id].exchange is report.exchange
        and (rules := changed.get(found.subject)) is not None
        and rules.trading
    ]
