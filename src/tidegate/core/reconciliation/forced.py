"""Trades that a venue makes by itself: liquidations, auto-deleveraging, settlement of contracts that end.

They are booked to the users who hold the position, pro rata, each as an order of that user's that the venue made. They
are told as well: a person should know.
"""

from decimal import Decimal
from typing import NamedTuple

from tidegate.core.apply import break_id
from tidegate.core.decision import NOTHING, Decision
from tidegate.core.desk import Desk
from tidegate.core.identifiers import VENUE, ExecutionId, RuleId, UserId, derived_order_id, execution_id, share_id
from tidegate.core.messages.events import Event, ExecutionBooked, OrderClosed, OrderCreated
from tidegate.core.messages.reports import ExecutionReported
from tidegate.core.messages.values import Fee
from tidegate.core.money import ZERO, plain
from tidegate.core.portfolio.positions import realized_by
from tidegate.core.portfolio.sharing import divided, taken_from, used_up
from tidegate.core.reconciliation import foreign
from tidegate.core.reconciliation.telling import tell_once
from tidegate.core.records import FORCED_TRADE, FOREIGN_EXECUTION, UNKNOWN_BUST, Account
from tidegate.core.tracking.naming import names_booked
from tidegate.core.vocabulary import InstrumentKind, OrderType, PositionSide, Routing, Side, TimeInForce


class _Share(NamedTuple):
    """One user's part of a trade."""

    user_id: UserId
    name: ExecutionId
    quantity: Decimal
    fees: tuple[Fee, ...]
    realized_pnl: Decimal


def executed(desk: Desk, report: ExecutionReported) -> Decision:
    """Book a trade of the venue's own once, to those who hold the position, and tell of it.

    What a person has been told of as a trade outside the desk, and may have accepted, stays that.
    """
    account = desk.accounts.get(report.account_id)
    if account is None or account.opened_at is None or report.executed_at < account.opened_at:
        return NOTHING
    if ":" not in report.symbol or report.quantity <= ZERO or report.price < ZERO:
        return foreign.executed(desk, report)
    if is_booked(desk, report) or _is_dealt_with(desk, report):
        return NOTHING
    shares = _shares(desk, account, report)
    events: list[Event] = [event for share in shares for event in _order_of(desk, account, report, share)]
    return Decision([*events, *_alarm(desk, account, report, shares)])


def is_booked(desk: Desk, report: ExecutionReported) -> bool:
    """Whether a trade counts already, whole or in parts, or did until the venue took it back."""
    names = names_booked(desk.accounts.get(report.account_id), _name_of(report))
    return any(name in desk.executions or name in desk.busted for name in names)


def _is_dealt_with(desk: Desk, report: ExecutionReported) -> bool:
    told = break_id(report.account_id, FOREIGN_EXECUTION, foreign.trade_subject(report))
    busted = break_id(report.account_id, UNKNOWN_BUST, _name_of(report))
    return any(name in desk.open_breaks or name in desk.told for name in (told, busted))


def _name_of(report: ExecutionReported) -> ExecutionId:
    return execution_id(report.account_id, report.symbol, report.side, report.trade_id)


# --- whose it is ---------------------------------------------------------------------------------------------------


def _shares(desk: Desk, account: Account, report: ExecutionReported) -> list[_Share]:
    """Pro rata to the positions that the trade closes; what nobody holds is nobody's, or the only user's."""
    parts = _parts(desk, account, report)
    if rest := report.quantity - sum(parts.values(), ZERO):
        parts[account.owner] = parts.get(account.owner, ZERO) + rest
    realized = _realized(desk, report, parts)
    fees = [(fee.asset, divided(fee.amount, parts)) for fee in report.fees]
    name = _name_of(report)
    return [
        _Share(
            user_id=user_id,
            name=name if len(parts) == 1 else share_id(name, user_id),
            quantity=quantity,
            fees=tuple(Fee(asset, amounts[user_id]) for asset, amounts in fees if amounts[user_id]),
            realized_pnl=realized[user_id],
        )
        for user_id, quantity in parts.items()
    ]


def _parts(desk: Desk, account: Account, report: ExecutionReported) -> dict[UserId, Decimal]:
    """Pro rata of the venue's order as a whole, so that many small trades do not all go to the largest holder."""
    instrument = desk.instruments.get((account.exchange, report.symbol))
    step = ZERO if instrument is None else instrument.quantity_step
    held, borne = _held(desk, report), _borne(desk, report)
    before = {user_id: held.get(user_id, ZERO) + borne.get(user_id, ZERO) for user_id in (held | borne)}
    due = taken_from(before, sum(borne.values(), report.quantity), step)
    return used_up({user_id: part - borne.get(user_id, ZERO) for user_id, part in due.items()}, report.quantity)


def _borne(desk: Desk, report: ExecutionReported) -> dict[UserId, Decimal]:
    """How much of this order of the venue's each has borne so far."""
    found = desk.forced.get((report.account_id, report.symbol))
    is_same = found is not None and found.exchange_order_id == report.exchange_order_id is not None
    return found.parts if found is not None and is_same else {}


def _held(desk: Desk, report: ExecutionReported) -> dict[UserId, Decimal]:
    """Whose positions the trade closes, and how large they are: a sale closes long ones."""
    return {
        position.user_id: abs(position.quantity)
        for position in desk.positions.values()
        if (position.account_id, position.symbol) == (report.account_id, report.symbol)
        and position.position_side is report.position_side
        and position.quantity
        and (position.quantity > ZERO) is (report.side is Side.SELL)
    }


def _realized(desk: Desk, report: ExecutionReported, parts: dict[UserId, Decimal]) -> dict[UserId, Decimal]:
    """What each earns against its own average; where the venue settled another sum, the difference is shared."""
    own = {
        user_id: realized_by(
            desk.positions.get((report.account_id, user_id, report.symbol, report.position_side)),
            report.side,
            quantity,
            report.price,
        )
        for user_id, quantity in parts.items()
    }
    if report.realized_pnl is None:
        return own
    beyond = divided(report.realized_pnl - sum(own.values(), ZERO), parts)
    return {user_id: earned + beyond[user_id] for user_id, earned in own.items()}


# --- what is booked, and told --------------------------------------------------------------------------------------


def _order_of(desk: Desk, account: Account, report: ExecutionReported, share: _Share) -> list[Event]:
    """The order that the venue made for one user: it comes filled, and has ended."""
    order_id = derived_order_id(f"{share.name}|{share.user_id}", 0, report.executed_at)
    created = OrderCreated(
        at=report.at,
        order_id=order_id,
        user_id=share.user_id,
        account_id=account.account_id,
        exchange=account.exchange,
        symbol=report.symbol,
        side=report.side,
        order_type=OrderType.MARKET,
        quantity=share.quantity,
        quote_quantity=None,
        price=None,
        trigger_price=None,
        time_in_force=TimeInForce.IOC,
        post_only=False,
        reduce_only=report.position_side is PositionSide.NET,
        routing=Routing.VENUE,
        client_order_id=None,
        idempotency_key=None,
        request_hash="",
        params={},
        retry_until=report.at,
        position_side=report.position_side,
        rule_id=RuleId(f"{VENUE}:{report.forced}"),
    )
    closed = OrderClosed(at=report.at, order_id=order_id, realized_pnl=share.realized_pnl)
    return [created, _booked(desk, created, report, share), closed]


def _booked(desk: Desk, order: OrderCreated, report: ExecutionReported, share: _Share) -> ExecutionBooked:
    instrument = desk.instruments.get((order.exchange, order.symbol))
    base, _, quotes = order.symbol.partition("/")
    settle = quotes.rpartition(":")[2] if instrument is None else instrument.settle or instrument.quote
    rate = desk.rate(order.exchange, settle)
    return ExecutionBooked(
        at=report.at,
        execution_id=share.name,
        order_id=order.order_id,
        user_id=share.user_id,
        account_id=order.account_id,
        exchange=order.exchange,
        symbol=order.symbol,
        base=base if instrument is None else instrument.base,
        quote=settle,
        side=report.side,
        trade_id=report.trade_id,
        quantity=share.quantity,
        price=report.price,
        fees=share.fees,
        liquidity=report.liquidity,
        executed_at=report.executed_at,
        exchange_order_id=report.exchange_order_id,
        rate=rate,
        fee_rates=tuple(desk.rate(order.exchange, fee.asset) for fee in share.fees),
        realized_pnl=share.realized_pnl,
        late=False,
        overfill=ZERO,
        kind=InstrumentKind.LINEAR,
        position_side=report.position_side,
        wallet=desk.wallet_of(order.exchange, order.symbol),
    )


def _alarm(desk: Desk, account: Account, report: ExecutionReported, shares: list[_Share]) -> list[Event]:
    """Told once an order of the venue's, and open until a person has closed it."""
    cause = str(report.forced).replace("_", " ")
    whose = ", ".join(f"{share.user_id} {plain(share.quantity)}" for share in shares)
    subject = f"{report.symbol} {report.exchange_order_id or report.trade_id}"
    message = (
        f"{account.exchange} itself closes a position ({cause}), at first: {report.side} {plain(report.quantity)} "
        f"{report.symbol} at {plain(report.price)}, booked to {whose}; all of it is among the orders with rule_id "
        f"{VENUE}:{report.forced}"
    )
    return tell_once(desk, account.account_id, report.at, FORCED_TRADE, subject, message)
