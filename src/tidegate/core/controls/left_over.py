"""What the kill switch leaves without a purpose: stops of a position that has been closed would act on the next one."""

from tidegate.core.desk import Desk
from tidegate.core.messages.risk_records import TradingRestriction
from tidegate.core.order import Order
from tidegate.core.portfolio.positions import only_reduces
from tidegate.core.totals.places import cell_key_of
from tidegate.core.vocabulary import AccountState


def is_left_over(desk: Desk, order: Order, restriction: TradingRestriction) -> bool:
    """Whether an order in a restriction's scope can only reduce a position that has been closed, as it asks.

    Legs go with what they protect. Only believed while the account's books are compared, and while nothing that is
    open or in doubt could open the position again: until then the order may yet be needed.
    """
    if not restriction.close_positions or order.leg is not None or not order.is_derivative:
        return False
    if not only_reduces(order.side, order.position_side, reduce_only=order.reduce_only):
        return False
    position = desk.positions.get((order.account_id, order.user_id, order.symbol, order.position_side))
    if position is None or position.quantity or position.updated_at < restriction.set_at:
        return False
    return desk.accounts[order.account_id].state is AccountState.READY and not _may_open(desk, order)


def _may_open(desk: Desk, order: Order) -> bool:
    cell = None if desk.totals is None else desk.totals.cells.get(cell_key_of(order))
    return cell is not None and bool(cell.buys or cell.sells)
