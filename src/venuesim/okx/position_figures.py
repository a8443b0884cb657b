"""The operations on positions: those that are open, those of the past, and the margin of isolated ones.

Sources: "Get positions", "Get positions history", "Get account and position risk", "Increase/decrease margin" of the v5
documentation.
"""

from collections.abc import Callable
from decimal import Decimal
from enum import StrEnum

from venuesim.exchange.engine import Exchange
from venuesim.exchange.vocabulary import MarginMode
from venuesim.okx.algo_orders import AlgoBook
from venuesim.okx.balances import balances, held_assets
from venuesim.okx.errors import OkxError
from venuesim.okx.instruments import Instruments, InstrumentType, instrument_id, instrument_type
from venuesim.okx.operations import Request, Result
from venuesim.okx.position_history import PositionHistory, record_shown
from venuesim.okx.positions import all_positions, is_wanted, position_shown
from venuesim.okx.rendering import Json
from venuesim.okx.trade_terms import holding_in, pocket_of, read_position_side
from venuesim.wire.calls import plain

KEPT_MS = 90 * 86_400_000


class MarginChange(StrEnum):
    """The `type` values of position/margin-balance."""

    ADD = "add"
    REDUCE = "reduce"


def _page(rows: list[Json], limit: int) -> list[Json]:
    """Return the first rows; those of the last one's `uTime` come along, for pages are asked for by it."""
    last = rows[limit - 1]["uTime"] if len(rows) > limit else None
    return [row for number, row in enumerate(rows) if number < limit or row["uTime"] == last]


class PositionFigures:
    """Positions of accounts."""

    def __init__(
        self, *, exchange: Exchange, instruments: Instruments, algos: AlgoBook, history: PositionHistory
    ) -> None:
        self._exchange = exchange
        self._instruments = instruments
        self._algos = algos
        self._history = history

    def positions(self, request: Request) -> Result:
        """List the open positions, and of what a query names also those that ended."""
        query, account = request.query, request.account
        kind = query.choice("instType", InstrumentType) if query.has("instType") else InstrumentType.SWAP
        for name in (query.text("instId") or "").split(",") if query.has("instId") else []:
            if query.has("instType") and instrument_type(self._instruments.named(name)) is not kind:
                raise OkxError("51015", "Instrument ID doesn't match instrument type.")
        if kind is not InstrumentType.SWAP:
            return Result(data=[])
        return Result(
            data=[
                position_shown(account, position, self._exchange, closing=self._algos.closing_shown(account, position))
                for position in all_positions(account)
                if is_wanted(position, query)
            ]
        )

    def positions_history(self, request: Request) -> Result:
        """List the positions of three months that were closed or made smaller, the latest change first."""
        query = request.query
        kind = query.choice("instType", InstrumentType) if query.has("instType") else InstrumentType.SWAP
        mode = query.choice("mgnMode", MarginMode) if query.has("mgnMode") else None
        after, before = query.integer("after"), query.integer("before")
        wanted: dict[str, Callable[[Json], object]] = {
            "instId": lambda row: row["instId"],
            "type": lambda row: row["type"],
            "posId": lambda row: row["posId"],
        }
        rows = [
            record_shown(record)
            for record in self._history.records(request.account)
            if record.updated_ms >= request.now_ms - KEPT_MS
            and (after is None or record.updated_ms < after)
            and (before is None or record.updated_ms > before)
        ]
        rows = [
            row
            for row in rows
            if kind is InstrumentType.SWAP
            and (mode is None or row["mgnMode"] == mode.value)
            and all(query.text(name) in {None, value(row)} for name, value in wanted.items())
        ]
        return Result(data=list(_page(rows, query.limit())))

    def risk(self, request: Request) -> Result:
        """Show balances and positions of one moment."""
        account = request.account
        held = balances(account, self._exchange, held_assets(account), request.now_ms)
        details = held["details"]
        assert isinstance(details, list), "the details of a balance are a list"
        positions = [
            position_shown(account, position, self._exchange) for position in all_positions(account) if position.is_open
        ]
        names = ("ccy", "instId", "instType", "mgnMode", "notionalUsd", "pos", "posCcy", "posId", "posSide")
        return Result(
            data=[
                {
                    "adjEq": "",
                    "balData": [{name: row[name] for name in ("ccy", "disEq", "eq")} for row in details],
                    "posData": [
                        {name: row[name] for name in names} | {"baseBal": "", "quoteBal": ""} for row in positions
                    ],
                    "ts": str(request.now_ms),
                }
            ]
        )

    def change_margin(self, request: Request) -> Result:
        """Add margin to an isolated position, or take some away."""
        item, account = request.items[0], request.account
        instrument = self._instruments.named(item.required("instId"))
        side = read_position_side(item, account)
        change = item.choice("type", MarginChange)
        amount = item.decimal("amt")
        if not instrument.is_linear:
            raise OkxError("54000", "Margin trading is not supported.")
        holding = holding_in(account, instrument, pocket_of(account, MarginMode.ISOLATED, side))
        position = holding.positions.get(side)
        if position is None or not position.is_open:
            raise OkxError("59300", "Margin call failed. Position does not exist.")
        signed = amount if change is MarginChange.ADD else -amount
        if not self._exchange.clearing.add_position_margin(account, position, signed):
            raise OkxError("59301", "Margin adjustment failed for exceeding the max limit.")
        mark = self._exchange.markets[instrument.symbol].mark
        return Result(
            data=[
                {
                    "amt": item.echo("amt"),
                    "ccy": instrument.quote,
                    "instId": instrument_id(instrument),
                    "leverage": plain((position.notional(mark) / position.isolated_margin).quantize(Decimal("0.01"))),
                    "posSide": side.value,
                    "type": change.value,
                }
            ]
        )
