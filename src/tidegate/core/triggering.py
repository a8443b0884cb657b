"""Orders that the desk itself holds: what a price sets off, and how a trailing stop follows the market."""

from tidegate.core.decision import NOTHING, Decision
from tidegate.core.desk import Desk
from tidegate.core.messages.events import PriceMoved
from tidegate.core.messages.reports import PriceReported


def priced(desk: Desk, report: PriceReported) -> Decision:
    """A market moved. A price that is none (an empty book, a broken feed) is not one to calculate with."""
    if not report.last > 0:
        return NOTHING
    moved = PriceMoved(
        at=report.at,
        exchange=report.exchange,
        symbol=report.symbol,
        last=report.last,
        bid=report.bid or None,
        ask=report.ask or None,
        mark=report.mark or None,
    )
    return Decision([moved])
