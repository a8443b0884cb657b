"""Limits that throw the kill switch by themselves once they are reached. A person has to release it.

As long as the limit stays reached it is thrown again: whoever wants to trade on loosens the limit first, which takes
two persons too.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal

import msgspec

from tidegate.core.controls.differences import difference
from tidegate.core.controls.kill_switch import never_less
from tidegate.core.controls.stopping import subject_of
from tidegate.core.desk import Desk
from tidegate.core.messages.events import TradingStateSet
from tidegate.core.messages.risk_values import LimitUse, RiskLimit, Scope
from tidegate.core.money import plain
from tidegate.core.scopes import covers
from tidegate.core.totals.places import quote_of
from tidegate.core.totals.plans import interval_of
from tidegate.core.totals.recent import executed_alike_key
from tidegate.core.vocabulary import LimitAction, LimitKind, TradingState

_STATES = {  # The weakest first.
    LimitAction.REDUCE: TradingState.REDUCING,
    LimitAction.HALT: TradingState.HALTED,
    LimitAction.CLOSE: TradingState.HALTED,
}
_ACTIONS = (*_STATES,)


def automatic(desk: Desk, used: Iterable[LimitUse], at: datetime) -> list[TradingStateSet]:
    """The states of all scopes in which a limit with an action is reached and which are not stopped as far so far.

    `used` says how far limits are used up. Of several that are reached for one scope, the strongest action counts.
    """
    acting = {limit.limit_id: limit for limit in desk.risk.limits if limit.action is not LimitAction.REFUSE}
    if not acting:
        return []
    reached = [use for use in used if use.limit_id in acting and use.actual >= use.limit]
    reached += [use for limit in acting.values() for use in _by_itself(desk, limit, at)]
    reached = [one for use in reached for one in _where_it_trades(desk, acting[use.limit_id].scope, use)]
    reached.sort(key=lambda use: _ACTIONS.index(acting[use.limit_id].action))
    strongest = {use.scope.key: use for use in reached}
    return [
        never_less(desk, _stopped(acting[use.limit_id], use, at))
        for use in strongest.values()
        if not _is_stopped_as_far(desk, acting[use.limit_id].action, use.scope)
    ]


def _where_it_trades(desk: Desk, limited: Scope, use: LimitUse) -> list[LimitUse]:
    """What an asset is used up to, for each of its markets: states are about markets and know no assets."""
    asset = use.scope.symbol
    if asset is None or "/" in asset:
        return [use]
    symbols = _markets_of(desk, asset, use) if limited.symbol is None else [limited.symbol]
    scopes = [msgspec.structs.replace(use.scope, symbol=symbol) for symbol in symbols]
    return [msgspec.structs.replace(use, scope=scope) for scope in scopes]


def _markets_of(desk: Desk, asset: str, use: LimitUse) -> list[str]:
    """Where somebody trades an asset or has traded it; derivatives only where the asset's exposure is what counts."""
    account = None if use.scope.account_id is None else desk.accounts[use.scope.account_id]
    exchanges = {use.scope.exchange, None if account is None else account.exchange} - {None}
    with_derivatives = use.kind is LimitKind.ASSET_EXPOSURE
    found = {
        symbol
        for exchange, symbol in desk.traded_markets
        if exchanges <= {exchange} and asset in _moved_in(symbol) and (with_derivatives or ":" not in symbol)
    }
    return sorted(found)


def _moved_in(symbol: str) -> tuple[str, ...]:
    """The assets whose exposure an order changes: of a derivative its base, of a spot market both."""
    base = symbol.partition("/")[0]
    return (base,) if ":" in symbol else (base, quote_of(symbol))


def _is_stopped_as_far(desk: Desk, action: LimitAction, scope: Scope) -> bool:
    known = desk.risk.states.get(scope.key)
    if known is None or (action is LimitAction.CLOSE and not known.close_positions):
        return False
    return known.state in (_STATES[action], TradingState.HALTED)


def _stopped(limit: RiskLimit, use: LimitUse, at: datetime) -> TradingStateSet:
    return TradingStateSet(
        at=at,
        scope=use.scope,
        state=_STATES[limit.action],
        by=limit.limit_id,
        automatic=True,
        message=f"{limit.kind} has reached {plain(use.actual)} of {plain(use.limit)}",
        close_positions=limit.action is LimitAction.CLOSE,
    )


def _by_itself(desk: Desk, limit: RiskLimit, at: datetime) -> Iterator[LimitUse]:
    """Limits whose use is not kept beside the others': differences from venues, and programs that repeat themselves."""
    if limit.value is None:
        return
    if limit.kind is LimitKind.BREAK_VALUE:
        found = difference(desk, limit.scope, at)
        if found >= limit.value:
            yield _use(limit, limit.scope, found)
    elif limit.kind is LimitKind.REPEATED_EXECUTIONS:
        for scope, count in _repeated(desk, limit, at):
            if count >= limit.value:
                yield _use(limit, scope, Decimal(count))


def _use(limit: RiskLimit, scope: Scope, actual: Decimal) -> LimitUse:
    assert limit.value is not None
    return LimitUse(
        limit_id=limit.limit_id, kind=limit.kind, scope=scope, limit=limit.value, actual=actual, utilization=None
    )


def _repeated(desk: Desk, limit: RiskLimit, at: datetime) -> Iterator[tuple[Scope, int]]:
    """How often orders alike have traded within the limit's interval, by whose they are and where."""
    since = at - interval_of(limit)
    counts: Counter[object] = Counter()
    scopes: dict[object, Scope] = {}
    for order in desk.risk.recent_orders.values():
        if order.filled_quantity and order.timestamp >= since and covers(limit.scope, subject_of(desk, order)):
            key = executed_alike_key(order)
            counts[key] += 1
            scopes[key] = msgspec.structs.replace(
                limit.scope, role=None, user_id=order.user_id, account_id=order.account_id, symbol=order.symbol
            )
    return ((scopes[key], count) for key, count in counts.items())
