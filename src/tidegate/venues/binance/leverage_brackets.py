"""How much leverage a position in USD-M futures may have by its worth: Binance tells that to accounts only."""

from decimal import Decimal
from typing import Any

import structlog

from tidegate.core.instruments import Tiers
from tidegate.core.vocabulary import InstrumentKind
from tidegate.venues.binance import endpoints
from tidegate.venues.outcomes import CallFailed
from tidegate.venues.reading import read_market
from tidegate.venues.symbols import SymbolMap
from tidegate.venues.values import MalformedError, amount, rows, text
from tidegate.venues.venue import Seat

log = structlog.get_logger(__name__)


async def tell_tiers(seat: Seat) -> None:
    """Ask for all contracts' brackets. Without them orders are checked less strictly, and Binance judges."""
    try:
        answer = rows(await seat.client.call(endpoints.LINEAR_BRACKETS))
    except (CallFailed, MalformedError) as error:
        log.info("leverage brackets are not known", account_id=seat.account_id, detail=str(error))
        return
    seat.tell_tiers(_tiers_of(answer, seat.symbols))


def _tiers_of(answer: list[Any], symbols: SymbolMap) -> dict[str, Tiers]:
    kind = InstrumentKind.LINEAR
    listed = [row for row in answer if symbols.knows(str(row.get("symbol")), kind)]
    return {symbols.ours(name, kind): tiers for name, tiers in read_market(listed, _tiers)}


def _tiers(row: Any) -> tuple[str, Tiers]:
    tiers: list[tuple[Decimal, Decimal]] = [
        (amount(bracket.get("notionalCap")), amount(bracket.get("initialLeverage")))
        for bracket in rows(row.get("brackets"))
    ]
    return text(row, "symbol"), tuple(sorted(tiers))
