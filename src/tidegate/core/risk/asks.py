"""An order as limits look at it: what it adds, what it is worth, and where it counts."""

from datetime import datetime
from decimal import Decimal

import msgspec

from tidegate.core.capabilities import LIMIT_TYPES, Asked
from tidegate.core.desk import Desk
from tidegate.core.messages.commands import PlaceOrder
from tidegate.core.messages.values import Protection
from tidegate.core.money import ZERO, ratio_up
from tidegate.core.order import Order
from tidegate.core.scopes import Subject
from tidegate.core.totals.exposures import Cell, Place
from tidegate.core.totals.footprints import leaves_of, loss_at_stop
from tidegate.core.totals.recent import quote_of
from tidegate.core.totals.recount import worth_of_unit
from tidegate.core.totals.running import Totals, cell_key_of, name_of
from tidegate.core.validation import ValidOrder
from tidegate.core.vocabulary import Exchange, Side


class Ask(msgspec.Struct, kw_only=True, eq=False):
    """What is asked, with the figures that its checks share. Worths are in the reporting currency, None: unknown.

    `adds` is in base: what comes on top of what is open already. `entry` is about where it would trade, in quote;
    `price` what one of what it trades is worth, `rate` what one of its quote asset is. `is_new`: it counts as an order.
    """

    desk: Desk
    totals: Totals
    asked: Asked
    subject: Subject
    place: Place
    at: datetime
    adds: Decimal
    entry: Decimal | None
    reference: Decimal | None
    price: Decimal | None
    rate: Decimal | None
    notional: Decimal | None
    stop: Protection | None
    is_new: bool

    @property
    def is_buy(self) -> bool:
        return self.asked.side is Side.BUY

    @property
    def cell(self) -> Cell | None:
        """What its user holds there already; None: nothing."""
        return self.totals.cells.get(cell_key_of(self.asked))

    @property
    def added_worth(self) -> Decimal | None:
        """What it adds, at the market."""
        return None if self.price is None else self.adds * self.price

    @property
    def loss_at_stop(self) -> Decimal | None:
        """What it would lose at its stop; nothing that is known, without one."""
        if self.stop is None:
            return ZERO
        if self.entry is None or self.rate is None:
            return None
        return loss_at_stop(self.asked.side, self.stop, self.entry, self.adds) * self.rate


def ask_of(valid: ValidOrder, desk: Desk, totals: Totals, subject: Subject) -> Ask:
    """A new order."""
    command = valid.command
    adds = added_by(command, valid.reference_price)
    return _ask(desk, totals, command, subject, valid.reference_price, command.at, adds, is_new=True)


def ask_again(
    changed: Order, before: Order, desk: Desk, totals: Totals, subject: Subject, reference: Decimal | None, at: datetime
) -> Ask:
    """An open order as it is to be (again): it adds what it may fill more than before."""
    adds = max(leaves_of(changed) - leaves_of(before), ZERO)
    return _ask(desk, totals, changed, subject, reference, at, adds, is_new=False)


def added_by(command: PlaceOrder, reference: Decimal | None) -> Decimal:
    """A new order's size in base; of one by its worth in quote, at the market."""
    if command.quantity is not None:
        return command.quantity
    return ratio_up(command.quote_quantity or ZERO, reference) if reference else ZERO


def _ask(
    desk: Desk,
    totals: Totals,
    asked: Asked,
    subject: Subject,
    reference: Decimal | None,
    at: datetime,
    adds: Decimal,
    *,
    is_new: bool,
) -> Ask:
    exchange, symbol = subject.exchange, asked.symbol
    assert exchange is not None
    name = name_of(symbol)
    unit = totals.units.get((exchange, name))
    known = unit.price if unit is not None and unit.known else worth_of_unit(desk, (exchange, name))
    entry = entry_of(asked, reference)
    rate = desk.rate(exchange, quote_of(symbol))
    return Ask(
        desk=desk,
        totals=totals,
        asked=asked,
        subject=subject,
        place=Place(asked.user_id, asked.account_id, exchange, name, symbol.partition("/")[0], symbol),
        at=at,
        adds=adds,
        entry=entry,
        reference=reference,
        price=known,
        rate=rate,
        notional=_notional(asked, entry, rate),
        stop=asked.stop_loss,
        is_new=is_new,
    )


def entry_of(asked: Asked, reference: Decimal | None) -> Decimal | None:
    """Where it trades at its worst: a buy at its limit, a sell at its limit or above; else at its trigger or market."""
    market = asked.trigger_price if asked.trigger_price is not None else reference
    if asked.price is None or asked.order_type not in LIMIT_TYPES:
        return market
    if asked.side is Side.BUY or market is None:
        return asked.price
    return max(asked.price, market)


def _notional(asked: Asked, entry: Decimal | None, rate: Decimal | None) -> Decimal | None:
    if rate is None:
        return None
    if asked.quote_quantity is not None:
        return asked.quote_quantity * rate
    if entry is None or asked.quantity is None:
        return None
    return asked.quantity * entry * rate


def is_expected(desk: Desk, exchange: Exchange, name: str, hubs: tuple[str, ...]) -> bool:
    """Whether a price can be expected: of a derivative, and of an asset that is listed against a well-known one."""
    if ":" in name:
        return True
    return any((exchange, f"{name}/{hub}") in desk.instruments for hub in hubs)
