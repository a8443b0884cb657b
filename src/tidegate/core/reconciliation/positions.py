"""The venue's positions and leverage against ours."""

from decimal import Decimal

from tidegate.core.apply import break_id
from tidegate.core.decision import NOTHING, Decision
from tidegate.core.desk import Desk
from tidegate.core.identifiers import AccountId
from tidegate.core.messages.events import (
    BreakFound,
    Event,
    LeverageChanged,
    LiquidationsTold,
    PositionAdjusted,
    PositionCompared,
)
from tidegate.core.messages.reports import LeverageReported, PositionsReported
from tidegate.core.messages.values import VenuePosition
from tidegate.core.money import ZERO, plain
from tidegate.core.reconciliation.telling import end_all
from tidegate.core.records import Account, Break
from tidegate.core.vocabulary import MarginMode, PositionSide

POSITION = "position"
Slot = tuple[str, PositionSide]


def reported(desk: Desk, report: PositionsReported) -> Decision:
    """The first reports open the books; later ones are held against them. Leverage is taken as it is told."""
    account = desk.accounts.get(report.account_id)
    if account is None:
        return NOTHING
    venue = _venue_positions(report)
    books = book_positions(desk, report.account_id)
    events = _leverages(desk, report)
    for slot in sorted(venue.keys() | books.keys() | _known_to_differ(desk, report.account_id)):
        opened = _open_position(desk, account, report, slot, venue.get(slot), books.get(slot, ZERO))
        events += _compare(desk, report, slot, venue.get(slot), books.get(slot, ZERO)) if opened is None else [opened]
    return Decision([*events, *_agree_again(desk, report, venue, books), *_liquidations(desk, report)])


def _liquidations(desk: Desk, report: PositionsReported) -> list[Event]:
    """Where positions would be liquidated, if that is news."""
    told = tuple(position for position in report.positions if position.liquidation_price is not None)
    if told == tuple(desk.liquidations.get(report.account_id, {}).values()):
        return []
    return [LiquidationsTold(at=report.at, account_id=report.account_id, positions=told)]


def leverage_reported(desk: Desk, report: LeverageReported) -> Decision:
    """Keep what the leverage is."""
    if report.account_id not in desk.accounts:
        return NOTHING
    known = desk.leverages.get((report.account_id, report.symbol))
    if report.in_mode_only and known is not None and known.margin_mode not in (None, report.margin_mode):
        return NOTHING
    return Decision(_leverage(desk, report, report.symbol, report.leverage, report.margin_mode))


def position_subject(symbol: str, position_side: PositionSide) -> str:
    """What a position break is about."""
    return symbol if position_side is PositionSide.NET else f"{symbol} ({position_side})"


def book_positions(desk: Desk, account_id: AccountId) -> dict[Slot, Decimal]:
    """The sum of our users' positions."""
    sums: dict[Slot, Decimal] = {}
    for (account, _, symbol, position_side), position in desk.positions.items():
        if account == account_id:
            sums[symbol, position_side] = sums.get((symbol, position_side), ZERO) + position.quantity
    return sums


def _venue_positions(report: PositionsReported) -> dict[Slot, VenuePosition]:
    return {(position.symbol, position.position_side): position for position in report.positions}


def _known_to_differ(desk: Desk, account_id: AccountId) -> set[Slot]:
    return {(symbol, side) for account, symbol, side in desk.position_differences if account == account_id}


def _quantity(position: VenuePosition | None) -> Decimal:
    return ZERO if position is None else position.quantity


# --- opening -----------------------------------------------------------------------------------------------------


def _open_position(
    desk: Desk,
    account: Account,
    report: PositionsReported,
    slot: Slot,
    position: VenuePosition | None,
    book_quantity: Decimal,
) -> PositionAdjusted | None:
    """Enter what was there before the desk, at what it had cost. Without any price it cannot be: then it is a break."""
    difference = _quantity(position) - book_quantity
    price = _price_of(desk, account, slot[0], position)
    if account.opened_at is not None or not difference or price is None:
        return None
    return PositionAdjusted(
        at=report.at,
        account_id=account.account_id,
        user_id=account.owner,
        exchange=account.exchange,
        symbol=slot[0],
        position_side=slot[1],
        quantity=difference,
        price=price,
        message="found at the venue when the books were opened",
        worth=_earned_before(desk, account, slot[0], position, price),
    )


def _earned_before(
    desk: Desk, account: Account, symbol: str, position: VenuePosition | None, price: Decimal
) -> Decimal:
    """What a position found would earn if it were closed at its fair price, in the reporting currency; else nothing."""
    rate = desk.rate(account.exchange, symbol.partition(":")[2])
    if position is None or position.mark_price is None or rate is None:
        return ZERO
    return position.quantity * (position.mark_price - price) * rate


def _price_of(desk: Desk, account: Account, symbol: str, position: VenuePosition | None) -> Decimal | None:
    told = None if position is None else position.average_price or position.mark_price
    if told is not None:
        return told
    seen = desk.prices.get((account.exchange, symbol))
    return None if seen is None else seen.mark or seen.last


# --- comparing ---------------------------------------------------------------------------------------------------


def _compare(
    desk: Desk, report: PositionsReported, slot: Slot, position: VenuePosition | None, book_quantity: Decimal
) -> list[Event]:
    """As with balances: the same difference in two reports, some seconds apart, is a break."""
    symbol, side = slot
    difference = _quantity(position) - book_quantity
    known = desk.position_differences.get((report.account_id, symbol, side))
    events: list[Event] = []
    if difference != (ZERO if known is None else known.amount):
        events.append(
            PositionCompared(
                at=report.at,
                account_id=report.account_id,
                symbol=symbol,
                position_side=side,
                venue_quantity=_quantity(position),
                book_quantity=book_quantity,
                difference=difference,
            )
        )
    elif known is not None and report.requested_at - known.since >= desk.policy.break_confirmation:
        events += _confirm_break(desk, report, slot, _quantity(position), book_quantity)
    return events


def _agree_again(
    desk: Desk, report: PositionsReported, venue: dict[Slot, VenuePosition], books: dict[Slot, Decimal]
) -> list[Event]:
    """The end of the breaks of positions that do not differ any more, those that neither side has included."""
    differing = {
        position_subject(*slot)
        for slot in venue.keys() | books.keys()
        if _quantity(venue.get(slot)) != books.get(slot, ZERO)
    }

    def is_over(found: Break) -> bool:
        return found.kind == POSITION and found.subject not in differing

    return end_all(desk, report.account_id, report.at, "the venue's position and ours agree again", is_over)


def _confirm_break(
    desk: Desk, report: PositionsReported, slot: Slot, venue_quantity: Decimal, book_quantity: Decimal
) -> list[Event]:
    subject = position_subject(*slot)
    if break_id(report.account_id, POSITION, subject) in desk.open_breaks:
        return []
    message = f"the venue's position in {subject} is {plain(venue_quantity)}, the books' is {plain(book_quantity)}"
    return [BreakFound(at=report.at, account_id=report.account_id, kind=POSITION, subject=subject, message=message)]


# --- leverage ----------------------------------------------------------------------------------------------------


def _leverages(desk: Desk, report: PositionsReported) -> list[Event]:
    """One setting a symbol: where long and short have different ones, the lower, which ties up more."""
    lowest: dict[str, VenuePosition] = {}
    for position in report.positions:
        known = lowest.get(position.symbol)
        if position.leverage and (known is None or position.leverage < (known.leverage or ZERO)):
            lowest[position.symbol] = position
    events: list[Event] = []
    for symbol, position in sorted(lowest.items()):
        assert position.leverage is not None
        events += _leverage(desk, report, symbol, position.leverage, position.margin_mode)
    return events


def _leverage(
    desk: Desk,
    report: PositionsReported | LeverageReported,
    symbol: str,
    leverage: Decimal,
    margin_mode: MarginMode | None,
) -> list[Event]:
    known = desk.leverages.get((report.account_id, symbol))
    mode = margin_mode or (None if known is None else known.margin_mode)
    if leverage <= 0 or (known is not None and known.leverage == leverage and known.margin_mode is mode):
        return []
    return [
        LeverageChanged(at=report.at, account_id=report.account_id, symbol=symbol, leverage=leverage, margin_mode=mode)
    ]
