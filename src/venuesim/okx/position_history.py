"""What became of positions: their ids, and for account/positions-history the closed and partly closed ones.

Source: "Get positions history" of the v5 documentation.
"""

from collections import defaultdict, deque
from dataclasses import dataclass
from decimal import Decimal
from itertools import count

from venuesim.exchange.accounts import ZERO, Account
from venuesim.exchange.engine import Exchange
from venuesim.exchange.events import AccountEvent, AccountEventKind, OrderEvent
from venuesim.exchange.instruments import Instrument
from venuesim.exchange.orders import Execution
from venuesim.exchange.positions import Position
from venuesim.exchange.vocabulary import Origin, PositionSide
from venuesim.okx.instruments import instrument_id, shown_size
from venuesim.okx.positions import POSITION_ID, PRICE_STEP, TRADE_ID
from venuesim.okx.rendering import Json
from venuesim.okx.trade_terms import mode_of_pocket
from venuesim.wire.calls import plain

FIRST_POSITION_ID = 1_700_000_000_000_000_001
KEPT = 2_000
"""How many positions of each account are remembered."""


@dataclass(slots=True, kw_only=True, eq=False)
class PositionRecord:
    """One position from its opening on; quantities in base units. `kind` is the `type` of its latest closing."""

    position_id: str
    instrument: Instrument
    pocket: str
    side: PositionSide
    is_long: bool
    leverage: Decimal
    opened_ms: int
    updated_ms: int
    open_price: Decimal = ZERO
    quantity_max: Decimal = ZERO
    closed_quantity: Decimal = ZERO
    closed_value: Decimal = ZERO
    pnl: Decimal = ZERO
    fees: Decimal = ZERO
    funding: Decimal = ZERO
    kind: str = ""
    trigger_price: str = ""


class PositionHistory:
    """Follows every position through its fills."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._ids = count(FIRST_POSITION_ID)
        self._records: defaultdict[int, deque[PositionRecord]] = defaultdict(lambda: deque(maxlen=KEPT))
        self._current: dict[int, PositionRecord] = {}
        exchange.listeners.orders.append(self._order_changed)
        exchange.listeners.accounts.append(self._account_changed)

    def records(self, account: Account) -> list[PositionRecord]:
        """Return the positions of an account of which something was closed, the latest change first."""
        closed = [record for record in self._records[account.account_id] if record.kind]
        return sorted(closed, key=lambda record: record.updated_ms, reverse=True)

    def _order_changed(self, event: OrderEvent) -> None:
        execution = event.execution
        if execution is not None and execution.instrument.is_linear:
            self._traded(event.account, execution)

    def _traded(self, account: Account, execution: Execution) -> None:
        order = execution.order
        position = account.holding_of(order).position(order.position_side)
        position.settings.setdefault(POSITION_ID, str(next(self._ids)))
        position.settings[TRADE_ID] = str(execution.trade_id)
        opened = execution.quantity - execution.closed_quantity
        record = self._current.get(id(position))
        if execution.closed_quantity and record is not None:
            self._close(record, execution, position)
        if opened:
            self._open(account, position, execution, opened)

    def _close(self, record: PositionRecord, execution: Execution, position: Position) -> None:
        record.closed_quantity += execution.closed_quantity
        record.closed_value += execution.closed_quantity * execution.price
        record.pnl += execution.realized_pnl
        record.fees += execution.fee * execution.closed_quantity / execution.quantity
        record.updated_ms = execution.time_ms
        is_flat = not position.is_open or execution.quantity > execution.closed_quantity
        record.kind, record.trigger_price = _kind(execution, is_flat=is_flat)
        if is_flat:
            del self._current[id(position)]

    def _open(self, account: Account, position: Position, execution: Execution, opened: Decimal) -> None:
        record = self._current.get(id(position))
        if record is None:
            record = PositionRecord(
                position_id=position.settings[POSITION_ID],
                instrument=position.instrument,
                pocket=position.pocket,
                side=position.side,
                is_long=position.quantity > 0,
                leverage=account.holding_of(position).leverage,
                opened_ms=execution.time_ms,
                updated_ms=execution.time_ms,
            )
            self._current[id(position)] = record
            self._records[account.account_id].append(record)
        record.open_price = position.entry_price
        record.quantity_max = max(record.quantity_max, abs(position.quantity))
        record.fees += execution.fee * opened / execution.quantity
        record.updated_ms = execution.time_ms

    def _account_changed(self, event: AccountEvent) -> None:
        if event.kind is not AccountEventKind.FUNDING or event.instrument is None:
            return
        for holding in event.account.holdings_of(event.instrument.symbol):
            for position in holding.open_positions():
                record = self._current.get(id(position))
                if record is not None:
                    record.funding = position.funding


def _kind(execution: Execution, *, is_flat: bool) -> tuple[str, str]:
    """Return `type` and `triggerPx` of a closing."""
    mark = plain(execution.mark_price)
    match execution.order.origin:
        case Origin.LIQUIDATION:
            return ("3" if is_flat else "4"), mark
        case Origin.AUTO_DELEVERAGING:
            return ("6" if is_flat else "5"), mark
        case _:
            return ("2" if is_flat else "1"), ""


def record_shown(record: PositionRecord) -> Json:
    """Return a position of the past as account/positions-history shows it."""
    instrument = record.instrument
    average = record.closed_value / record.closed_quantity
    realized = record.pnl - record.fees + record.funding
    margin = record.closed_quantity * record.open_price / record.leverage
    return {
        "cTime": str(record.opened_ms),
        "ccy": instrument.quote,
        "closeAvgPx": plain(average.quantize(PRICE_STEP)),
        "closeTotalPos": shown_size(instrument, record.closed_quantity),
        "direction": "long" if record.is_long else "short",
        "fee": plain(-record.fees),
        "fundingFee": plain(record.funding),
        "instId": instrument_id(instrument),
        "instType": "SWAP",
        "lever": plain(record.leverage),
        "liqPenalty": "0",
        "mgnMode": mode_of_pocket(record.pocket).value,
        "nonSettleAvgPx": "",
        "openAvgPx": plain(record.open_price.quantize(PRICE_STEP)),
        "openMaxPos": shown_size(instrument, record.quantity_max),
        "pnl": plain(record.pnl),
        "pnlRatio": plain((realized / margin).quantize(PRICE_STEP)) if margin else "0",
        "posId": record.position_id,
        "posSide": record.side.value,
        "realizedPnl": plain(realized),
        "settledPnl": "",
        "triggerPx": record.trigger_price,
        "type": record.kind,
        "uTime": str(record.updated_ms),
        "uly": f"{instrument.base}-{instrument.quote}",
    }
