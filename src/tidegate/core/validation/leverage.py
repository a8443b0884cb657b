"""The account's leverage and margin mode for a symbol, which an order may change only while nothing depends on them."""

import msgspec

from tidegate.core.capabilities import capabilities_of
from tidegate.core.desk import Desk
from tidegate.core.instruments import Instrument
from tidegate.core.messages.commands import PlaceOrder
from tidegate.core.messages.values import Refusal
from tidegate.core.money import ONE, plain
from tidegate.core.records import Account
from tidegate.core.validation.refusals import refuse
from tidegate.core.vocabulary import InstrumentKind, PositionSide, RefusalCode


def in_known_mode(command: PlaceOrder, account: Account, desk: Desk) -> PlaceOrder:
    """An order that names no margin mode has the one that its symbol is set to, where the venue must be told it.

    Otherwise what is to close an isolated position would open a second one beside it.
    """
    known = desk.leverages.get((command.account_id, command.symbol))
    if known is None or known.margin_mode is None or command.margin_mode is not None:
        return command
    instrument = desk.instruments.get((account.exchange, command.symbol))
    if instrument is None or not capabilities_of(instrument).margin_mode_per_order:
        return command
    return msgspec.structs.replace(command, margin_mode=known.margin_mode)


def check_leverage(command: PlaceOrder, account: Account, instrument: Instrument, desk: Desk) -> Refusal | None:
    """Whether the asked leverage is possible, and is the setting already or may become it now."""
    if command.leverage is None and command.margin_mode is None:
        return None
    if instrument.kind is InstrumentKind.SPOT:
        message = "leverage and margin_mode are for derivatives; this is a spot market"
        return refuse(RefusalCode.LEVERAGE_NOT_ALLOWED, message)
    return _check_figure(command, instrument) or _check_flat(command, account, desk)


def _check_figure(command: PlaceOrder, instrument: Instrument) -> Refusal | None:
    leverage, largest = command.leverage, instrument.leverage_max
    if leverage is None:
        return None
    if leverage < ONE or leverage % ONE:
        return refuse(RefusalCode.LEVERAGE_NOT_ALLOWED, "leverage is a whole number from 1", ONE, leverage)
    if largest is not None and leverage > largest:
        message = f"{instrument.exchange} allows a leverage of at most {plain(largest)} on {instrument.symbol}"
        return refuse(RefusalCode.LEVERAGE_NOT_ALLOWED, message, largest, leverage)
    return None


def _check_flat(command: PlaceOrder, account: Account, desk: Desk) -> Refusal | None:
    if _is_set(command, desk) or (_is_flat(command, account, desk) and _is_unopposed(command, desk)):
        return None
    known = desk.leverages.get((command.account_id, command.symbol))
    now = "not known" if known is None else plain(known.leverage)
    message = (
        f"leverage and margin mode of {command.symbol} change only while it has neither a position nor an open order; "
        f"the leverage is {now}"
    )
    return refuse(RefusalCode.POSITION_NOT_FLAT, message)


def _is_set(command: PlaceOrder, desk: Desk) -> bool:
    known = desk.leverages.get((command.account_id, command.symbol))
    if known is None:
        return False
    return command.leverage in (None, known.leverage) and command.margin_mode in (None, known.margin_mode)


def _is_flat(command: PlaceOrder, account: Account, desk: Desk) -> bool:
    for user_id in account.user_ids:
        for side in PositionSide:
            position = desk.positions.get((command.account_id, user_id, command.symbol, side))
            if position is not None and position.quantity:
                return False
    return True


def _is_unopposed(command: PlaceOrder, desk: Desk) -> bool:
    """Whether every open order of the symbol asks for the same: the setting is on its way then."""
    return all(
        order.leverage == command.leverage and order.margin_mode == command.margin_mode
        for order in desk.open_orders(command.account_id)
        if order.symbol == command.symbol
    )
