"""One input, the whole way: decided, made true, and then what its outcome asks to be looked at."""

from collections import Counter, deque
from collections.abc import Callable

from tidegate.core.apply import apply
from tidegate.core.contingency import reviews_after
from tidegate.core.decision import Decision
from tidegate.core.desk import Desk
from tidegate.core.engine import Input, decide
from tidegate.core.identifiers import OrderId
from tidegate.core.messages.events import Event
from tidegate.core.messages.reports import ReviewOrder
from tidegate.core.routing import watch_prices

_REVIEWS_SPARE = 100  # An order's protection settles in a handful of reviews; each of its rules takes one more.


def carry_out(desk: Desk, message: Input, applied: Callable[[Event], None]) -> Decision:
    """Decide an input and apply what follows, with all the reviews that this leads to; `applied` hears each event.

    Returns all events and effects, in order. They belong into one transaction: a fill and the stop that protects it are
    durable together or not at all. Where the markets in which users trade are others than before, the effects say which
    they are now.
    """
    first = _step(desk, message, applied)
    reviews = reviews_after(desk, first.events)
    if not reviews:
        return first
    total = Decision([*first.events], [*first.effects])
    waiting = deque(reviews)
    named = {review.order_id for review in reviews}
    counts: Counter[OrderId] = Counter()
    while waiting:
        review = waiting.popleft()
        named.discard(review.order_id)
        counts[review.order_id] += 1
        assert counts[review.order_id] <= desk.policy.rules_max + _REVIEWS_SPARE, f"{review} never comes to rest"
        decision = _step(desk, review, applied)
        total.events += decision.events
        total.effects += decision.effects
        more = [review for review in reviews_after(desk, decision.events) if review.order_id not in named]
        waiting += more
        named.update(review.order_id for review in more)
    return total


def _step(desk: Desk, message: Input | ReviewOrder, applied: Callable[[Event], None]) -> Decision:
    watched = desk.traded_markets
    decision = decide(desk, message)
    for event in decision.events:
        apply(desk, event)
        applied(event)
    if desk.traded_markets is watched:
        return decision
    exchanges = sorted({exchange for exchange, _ in desk.traded_markets ^ watched})
    return Decision(decision.events, [*decision.effects, *(watch_prices(desk, exchange) for exchange in exchanges)])
