"""apply(): the only place where a desk's state changes. It decides nothing and cannot refuse."""

from typing import assert_never, get_args

from tidegate.core.apply_books import book, reverse
from tidegate.core.apply_desk import break_id, break_of, change_desk, request_of
from tidegate.core.apply_orders import OrderChange, change_order, create_order
from tidegate.core.desk import DeadMan, Desk
from tidegate.core.instruments import Price
from tidegate.core.messages import events as happened
from tidegate.core.messages.events import Event, ReferenceEvent, is_journaled
from tidegate.core.order import Order
from tidegate.core.risk_totals import BEGINNINGS, begin, follow, follow_price
from tidegate.core.totals.recount import markets_listed
from tidegate.core.traded import still_traded

__all__ = ["apply", "break_id", "break_of", "request_of"]

_Change = OrderChange | happened.ExecutionBooked | happened.ExecutionReversed
_CHANGES = frozenset(get_args(_Change))


def apply(desk: Desk, event: Event) -> None:
    """Make an event's consequences true. Journaled events count up the desk's sequence."""
    if type(event) in _CHANGES:  # By far the most frequent. A look into a set is quicker than to match a class.
        _change_order(desk, desk.orders[event.order_id], event)  # type: ignore[union-attr,arg-type]
        desk.sequence += 1
        if desk.totals is not None:
            follow(desk.totals, desk, event)
        return
    if not is_journaled(event):
        _refresh(desk, event)  # type: ignore[arg-type]  # What is not journaled is one of these.
        return
    if isinstance(event, happened.OrderCreated):
        create_order(desk, event)
    else:
        change_desk(desk, event)  # type: ignore[arg-type]  # What is left.
    desk.sequence += 1
    if type(event) in BEGINNINGS:
        begin(desk, event.at)
    elif desk.totals is not None:
        follow(desk.totals, desk, event)


def _refresh(desk: Desk, event: ReferenceEvent) -> None:
    """What venues and clients tell of themselves, which is not written down."""
    match event:
        case happened.PriceMoved():
            _move_market(desk, event)
        case happened.LiquidationsTold():
            told = {(position.symbol, position.position_side): position for position in event.positions}
            desk.liquidations[event.account_id] = told
        case happened.AccountCompared():
            desk.compared_at[event.account_id] = event.requested_at
            desk.traded_markets = still_traded(desk, event.at)
        case happened.ComparisonAsked():
            desk.compare_since.pop(event.account_id, None)
        case happened.ClientHeard():
            desk.clients_heard[event.user_id] = event.at
        case happened.DeadManAsked():
            desk.dead_men[event.account_id] = DeadMan(event.at, event.seconds, event.symbols)
        case happened.DeadManAnswered():
            _hear_answer(desk, event)
        case happened.InstrumentsListed():
            desk.instruments.update({(rule.exchange, rule.symbol): rule for rule in event.instruments})
            if desk.totals is not None:
                markets_listed(desk.totals, desk)
        case _:
            assert_never(event)


def _move_market(desk: Desk, event: happened.PriceMoved) -> None:
    """What positions tie up and what limits are held against moves with it."""
    market = (event.exchange, event.symbol)
    is_new = market not in desk.prices
    price = desk.prices[market] = Price(
        last=event.last,
        bid=event.bid,
        ask=event.ask,
        mark=event.mark,
        buy_max=event.buy_max,
        sell_min=event.sell_min,
        at=event.at,
    )
    if market in desk.margins.counted:
        desk.margins.market_moved(market, price, desk.leverages)
    if desk.totals is not None:
        follow_price(desk.totals, desk, event, is_new=is_new)


def _hear_answer(desk: Desk, event: happened.DeadManAnswered) -> None:
    """What is off at the venue is forgotten; what failed is due at once. An answer to what was asked before is late."""
    asked = desk.dead_men.get(event.account_id)
    if asked is None or asked.seconds != event.seconds:
        return
    if event.failed:
        desk.dead_men[event.account_id] = asked._replace(asked_at=None)
    elif not event.seconds:
        del desk.dead_men[event.account_id]


def _change_order(desk: Desk, order: Order, event: _Change) -> None:
    was_unresolved = order.is_unresolved
    order.updated_at = event.at
    if type(event) is happened.ExecutionBooked:
        book(desk, order, event)
    elif type(event) is happened.ExecutionReversed:
        reverse(desk, order, event)
    else:
        change_order(desk, order, event)  # type: ignore[arg-type]  # Neither of the two above.
    if was_unresolved is not order.is_unresolved:
        desk.count_unresolved(order, -1 if was_unresolved else 1)
