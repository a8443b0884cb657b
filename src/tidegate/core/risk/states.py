"""How an order may trade: freely, only where it reduces a position, or not at all.

The strictest state of all scopes that the order lies in applies. Cancels, legs of protection and the kill switch's own
closing orders do not come here: they always pass.
"""

from decimal import Decimal
from typing import NamedTuple

from tidegate.core.capabilities import Asked
from tidegate.core.desk import Desk
from tidegate.core.messages.risk_records import TradingRestriction
from tidegate.core.messages.values import Refusal
from tidegate.core.money import ZERO, plain
from tidegate.core.portfolio.positions import only_reduces
from tidegate.core.scopes import Place, Subject
from tidegate.core.totals.places import cell_key_of, place_of, quote_traded
from tidegate.core.totals.running import Totals
from tidegate.core.totals.screens import Screen, make_screen, remembered
from tidegate.core.validation.refusals import refuse
from tidegate.core.vocabulary import RefusalCode, Side, TradingState


class Room(NamedTuple):
    """How much one side of a position could be closed (`position`), and how much of that open orders would close."""

    position: Decimal
    taken: Decimal


def subject_of(desk: Desk, asked: Asked) -> Place:
    """Whose order it is, and where. Remembered while limits or states are in force: neither roles nor venues change."""
    return _place(desk, asked) if desk.totals is None else screen_of(desk, desk.totals, asked).place


def screen_of(desk: Desk, totals: Totals, asked: Asked) -> Screen:
    """All limits that the order falls under, and whose it is and where."""
    key = (asked.account_id, asked.user_id, asked.symbol)
    return remembered(totals, key) or make_screen(totals, _place(desk, asked))


def _place(desk: Desk, asked: Asked) -> Place:
    """In the desk's own words, not in each order's copies of them: few are in the processor's caches, then."""
    account, user = desk.accounts[asked.account_id], desk.users.get(asked.user_id)
    place = place_of(asked, account.exchange, None if user is None else user.role)
    market = desk.instruments.get((account.exchange, asked.symbol))
    if user is None or market is None:
        return place
    name = market.symbol if place.name == market.symbol else place.name
    return place._replace(user_id=user.user_id, account_id=account.account_id, symbol=market.symbol, name=name)


def restriction_on(desk: Desk, subject: Subject | Place) -> TradingRestriction | None:
    """The strictest restriction in force; None: the subject trades freely."""
    if not desk.risk.states:
        return None
    strictest = None
    for restriction in desk.risk.restrictions.covering(subject):
        if restriction.state is TradingState.HALTED:
            return restriction
        strictest = strictest or restriction
    return strictest


def check_state(desk: Desk, asked: Asked, subject: Place, adds: Decimal | None) -> Refusal | None:
    """Whether the order may leave now. `adds`: as for `reduces`."""
    restriction = restriction_on(desk, subject)
    if restriction is None:
        return None
    scope, since = restriction.scope_key, f"{restriction.set_by}: {restriction.message}".rstrip(": ")
    if restriction.state is TradingState.HALTED:
        message = f"trading is halted for {scope} (by {since}): only cancels pass until a risk officer releases it"
        return refuse(RefusalCode.TRADING_HALTED, message)
    if reduces(desk, asked, adds):
        return None
    room = room_of(desk, asked)
    message = f"{scope} may only reduce positions (by {since}): "
    message += f"{plain(room.position)} can be closed this way, and open orders would close {plain(room.taken)} of it"
    return refuse(RefusalCode.TRADING_REDUCING, message, max(room.position - room.taken, ZERO), adds)


def reduces(desk: Desk, asked: Asked, adds: Decimal | None) -> bool:
    """Whether an order neither grows nor flips its position once it and all open and in-doubt ones of its side fill.

    `adds` is what the order adds in base to what is open already: all of a new one, nothing of one that is open as it
    is; None: only its worth in quote is known. Spot sells sell what is held, or are refused for want of it.
    """
    if ":" not in asked.symbol:
        return asked.side is Side.SELL
    if only_reduces(asked.side, asked.position_side, reduce_only=asked.reduce_only):
        return True
    if adds is None:
        return False
    room = room_of(desk, asked)
    return room.position > 0 and room.taken + adds <= room.position


def passes_limits(desk: Desk, asked: Asked, adds: Decimal | None) -> bool:
    """Whether an order only reduces, so that no limit but the price collar holds it.

    A spot sell for what is no cash buys that with it.
    """
    return reduces(desk, asked, adds) and quote_traded(asked.symbol, desk.policy.cash_assets) is None


def room_of(desk: Desk, asked: Asked) -> Room:
    """What an order of this side could close of its position, and what open orders of that side would close.

    From the running totals: kept while any limit or state is in force.
    """
    cell = None if desk.totals is None else desk.totals.cells.get(cell_key_of(asked))
    if cell is None:
        return Room(ZERO, ZERO)
    if asked.side is Side.SELL:
        return Room(max(cell.quantity, ZERO), cell.sells + cell.closing_sells)
    return Room(max(-cell.quantity, ZERO), cell.buys + cell.closing_buys)
