"""The private channels of positions: what each tells at first, and when something changes."""

from collections.abc import Iterable, Iterator

from venuesim.exchange.accounts import Account
from venuesim.exchange.events import AccountEvent, AccountEventKind, OrderEvent
from venuesim.exchange.positions import Position
from venuesim.exchange.vocabulary import OrderType, Origin
from venuesim.okx.balances import cash_shown, held_assets
from venuesim.okx.channel_frames import View, Wanted, frame, interval_of
from venuesim.okx.connections import Arg
from venuesim.okx.figures import Json
from venuesim.okx.instruments import instrument_id


class PositionsChannel:
    """The positions: all at first and in intervals, those that changed in between."""

    def __init__(self, arg: Arg, view: View, wanted: Wanted) -> None:
        self.interval_ms = interval_of(arg)
        self._arg = arg
        self._view = view
        self._wanted = wanted

    def snapshot(self, account: Account) -> Iterator[Json]:
        """Return the positions that are open."""
        yield frame(self._arg, account, self._shown(account, _open_positions(account)), is_snapshot=True)

    def order_changed(self, event: OrderEvent) -> Iterator[Json]:
        """Return the position that an execution changed, or of which an order holds more or less than before.

        One that an execution closed is told once more, as 0.
        """
        position = _position_of(event)
        if position is None or (event.execution is None and not _changes_what_can_be_closed(event, position)):
            return iter(())
        return self._changed(event.account, [position])

    def account_changed(self, event: AccountEvent) -> Iterator[Json]:
        """Return the positions in the contract that funding, leverage or margin changed."""
        return self._changed(event.account, _positions_in(event))

    def _changed(self, account: Account, positions: list[Position]) -> Iterator[Json]:
        shown = self._shown(account, positions)
        if shown:
            yield frame(self._arg, account, shown, is_snapshot=False)

    def _shown(self, account: Account, positions: list[Position]) -> list[Json]:
        wanted = [position for position in positions if self._wanted.fits(position.instrument)]
        return [self._view.show_position(account, position) for position in wanted]


class WarningChannel:
    """The positions, when their margin becomes scarce."""

    interval_ms = 0

    def __init__(self, arg: Arg, view: View, wanted: Wanted) -> None:
        self._arg = arg
        self._view = view
        self._wanted = wanted

    def snapshot(self, account: Account) -> Iterator[Json]:
        """Return nothing."""
        del account
        yield from ()

    def order_changed(self, event: OrderEvent) -> Iterator[Json]:
        """Return nothing."""
        del event
        yield from ()

    def account_changed(self, event: AccountEvent) -> Iterator[Json]:
        """Return the positions in danger."""
        if event.kind is not AccountEventKind.MARGIN_CALL:
            return
        positions = [p for p in _open_positions(event.account) if self._wanted.fits(p.instrument)]
        if positions:
            shown = [self._view.show_position(event.account, position) for position in positions]
            yield frame(self._arg, event.account, shown)


_EVENT_TYPES = {
    AccountEventKind.FUNDING: "funding_fee",
    AccountEventKind.DEPOSIT: "transferred",
    AccountEventKind.WITHDRAWAL: "transferred",
    AccountEventKind.LEVERAGE: "set_leverage",
    AccountEventKind.MARGIN_MODE: "set_leverage",
    AccountEventKind.POSITION_MARGIN: "adjust_margin",
    AccountEventKind.INSURANCE: "liquidation",
}
_ORIGIN_TYPES = {Origin.LIQUIDATION: "liquidation", Origin.AUTO_DELEVERAGING: "adl"}

_POSITION_FIELDS = (
    "posId", "tradeId", "instId", "instType", "mgnMode", "posSide", "pos", "ccy", "posCcy", "avgPx", "nonSettleAvgPx",
    "settledPnl", "uTime",
)  # fmt: skip


class BalanceAndPositionChannel:
    """Cash and positions, when fills, funding or transfers change them."""

    interval_ms = 0

    def __init__(self, arg: Arg, view: View) -> None:
        self._arg = arg
        self._view = view

    def snapshot(self, account: Account) -> Iterator[Json]:
        """Return all cash and all positions."""
        yield self._frame(account, "snapshot", held_assets(account), _open_positions(account), [])

    def order_changed(self, event: OrderEvent) -> Iterator[Json]:
        """Return what an execution changed."""
        execution = event.execution
        if execution is not None:
            kind = _ORIGIN_TYPES.get(event.order.origin, "filled")
            trade: Json = {"instId": instrument_id(execution.instrument), "tradeId": str(execution.trade_id)}
            yield self._frame(event.account, kind, event.assets, _traded_position(event), [trade])

    def account_changed(self, event: AccountEvent) -> Iterator[Json]:
        """Return what funding, transfers, leverage or margin changed."""
        kind = _EVENT_TYPES.get(event.kind)
        if kind is not None:
            yield self._frame(event.account, kind, self._assets(event), _positions_in(event), [])

    @staticmethod
    def _assets(event: AccountEvent) -> list[str]:
        """Return whose cash an event changed: what isolated positions are given, or give back, is cash as well."""
        if event.asset is not None and event.amount:
            return [event.asset]
        isolated = any(position.isolated_margin for position in _positions_in(event))
        return [event.instrument.quote] if event.instrument is not None and isolated else []

    def _frame(
        self, account: Account, kind: str, assets: Iterable[str], positions: list[Position], trades: list[Json]
    ) -> Json:
        now_ms = self._view.exchange.clock.now_ms()
        shown = [self._view.show_position(account, position) for position in positions]
        data: Json = {
            "pTime": str(now_ms),
            "eventType": kind,
            "balData": [self._cash(account, asset) for asset in assets],
            "posData": [{name: position.get(name, "") for name in _POSITION_FIELDS} for position in shown],
            "trades": trades,
        }
        return frame(self._arg, account, [data])

    def _cash(self, account: Account, asset: str) -> Json:
        cash = cash_shown(account, self._view.exchange, asset)
        return {"ccy": asset, "cashBal": cash, "uTime": str(account.updated_ms)}


def _open_positions(account: Account) -> list[Position]:
    return [position for holding in account.holdings.values() for position in holding.open_positions()]


def _changes_what_can_be_closed(event: OrderEvent, position: Position) -> bool:
    """Whether an order that rests changes `availPos`, which there is in long/short mode only."""
    order = event.order
    rests = order.order_type is OrderType.LIMIT
    return event.account.is_hedged and rests and position.is_open and position.closes(order.side)


def _traded_position(event: OrderEvent) -> list[Position]:
    """Return the position that an execution changed, if it is one of a contract."""
    position = None if event.execution is None else _position_of(event)
    return [] if position is None else [position]


def _position_of(event: OrderEvent) -> Position | None:
    """Return the position that an order is about; a pair's has none."""
    if not event.order.instrument.is_linear:
        return None
    return event.account.holding_of(event.order).position(event.order.position_side)


def _positions_in(event: AccountEvent) -> list[Position]:
    """Return the open positions in the contract that an account's change is about."""
    if event.instrument is None:
        return []
    holdings = event.account.holdings_of(event.instrument.symbol)
    return [position for holding in holdings for position in holding.open_positions()]
