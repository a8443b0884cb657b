"""The private channels: what each tells at first, when an order changes, and when the account does."""

import re
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import NamedTuple, Protocol

import msgspec

from venuesim.exchange.accounts import Account
from venuesim.exchange.engine import Exchange
from venuesim.exchange.events import AccountEvent, AccountEventKind, OrderEvent, OrderEventKind
from venuesim.exchange.instruments import Instrument
from venuesim.exchange.orders import Execution
from venuesim.exchange.positions import Position
from venuesim.exchange.vocabulary import Origin
from venuesim.okx.balances import balances, held_assets
from venuesim.okx.connections import Arg, echoed
from venuesim.okx.figures import Json, family_of
from venuesim.okx.instruments import instrument_id, instrument_type, shown_size
from venuesim.okx.rendering import Extra, pushed, user_id
from venuesim.wire.calls import plain

INTERVAL_MS = 5000
"""How often the account and positions channels tell everything anew, unless asked otherwise."""

INTERVALS_MS = {"0": 0, "2000": 2000, "3000": 3000, "4000": 4000}
INT64_MAX = 2**63 - 1

_NUMBER = re.compile(r"[1-9][0-9]{0,18}")
_SILENT = frozenset({OrderEventKind.TRIGGERED, OrderEventKind.PREVENTED})
"""What happens to an order and changes nothing that OKX tells."""

ShowPosition = Callable[[Account, Position, int], Json]
"""Renders a position as account/positions shows it, as of a time in milliseconds."""


class View(NamedTuple):
    """What channels read."""

    exchange: Exchange
    show_position: ShowPosition


class Wanted(NamedTuple):
    """Which instruments a subscription wants; None is all."""

    kind: str
    family: str | None = None
    symbol: str | None = None

    def fits(self, instrument: Instrument) -> bool:
        """Whether an instrument is wanted; a named instrument comes before a family."""
        if self.kind not in {"ANY", instrument_type(instrument).value}:
            return False
        if self.symbol is not None:
            return instrument.symbol == self.symbol
        return self.family in {None, family_of(instrument)}


class PrivateChannel(Protocol):
    """One subscription's rendering. `interval_ms` is after how long everything is told anew (0: never)."""

    @property
    def interval_ms(self) -> int:
        """After how many milliseconds everything is told anew."""
        ...

    def snapshot(self, account: Account) -> Iterator[Json]:
        """Return what is told after subscribing, and anew in intervals."""
        ...

    def order_changed(self, event: OrderEvent) -> Iterator[Json]:
        """Return what an order's change tells."""
        ...

    def account_changed(self, event: AccountEvent) -> Iterator[Json]:
        """Return what an account's change tells."""
        ...


class SilentChannel:
    """A channel that has nothing to tell here, but for what the venue itself hands to it."""

    interval_ms = 0

    def __init__(self, arg: Arg, wanted: Wanted) -> None:
        self.arg = arg
        self.wanted = wanted

    def snapshot(self, account: Account) -> Iterator[Json]:
        """Return nothing."""
        del account
        yield from ()

    def order_changed(self, event: OrderEvent) -> Iterator[Json]:
        """Return nothing."""
        del event
        yield from ()

    def account_changed(self, event: AccountEvent) -> Iterator[Json]:
        """Return nothing."""
        del event
        yield from ()


class OrdersChannel:
    """Each change of an order: one frame per execution. There is no picture of the open orders at the start."""

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
        """Return the order as it is now."""
        if event.kind not in _SILENT and self._wanted.fits(event.order.instrument):
            yield frame(self._arg, event.account, [pushed(event, self._view.exchange)])

    def account_changed(self, event: AccountEvent) -> Iterator[Json]:
        """Return nothing."""
        del event
        yield from ()


class FillsChannel:
    """Each execution in the book, and nothing else."""

    interval_ms = 0

    def __init__(self, arg: Arg, symbol: str | None) -> None:
        self._arg = arg
        self._symbol = symbol

    def snapshot(self, account: Account) -> Iterator[Json]:
        """Return nothing."""
        del account
        yield from ()

    def order_changed(self, event: OrderEvent) -> Iterator[Json]:
        """Return the execution, if the event is one and no liquidation."""
        is_forced = event.order.origin in {Origin.LIQUIDATION, Origin.AUTO_DELEVERAGING}
        if event.execution is not None and not is_forced and self._symbol in {None, event.order.instrument.symbol}:
            yield frame(self._arg, event.account, [_fill(event.execution)])

    def account_changed(self, event: AccountEvent) -> Iterator[Json]:
        """Return nothing."""
        del event
        yield from ()


class AccountChannel:
    """The balances: all at first and in intervals, those that changed in between."""

    def __init__(self, arg: Arg, view: View, asset: str | None) -> None:
        self.interval_ms = interval_of(arg)
        self._arg = arg
        self._view = view
        self._asset = asset

    def snapshot(self, account: Account) -> Iterator[Json]:
        """Return all balances that are not zero."""
        wanted = [asset for asset in held_assets(account) if self._asset in {None, asset}]
        yield frame(self._arg, account, [self._data(account, wanted)], is_snapshot=True)

    def order_changed(self, event: OrderEvent) -> Iterator[Json]:
        """Return the balances that changed."""
        return self._changed(event.account, event.assets)

    def account_changed(self, event: AccountEvent) -> Iterator[Json]:
        """Return the balance that changed, or whose margin did."""
        quote = None if event.instrument is None else event.instrument.quote
        return self._changed(event.account, (asset for asset in (event.asset or quote,) if asset is not None))

    def _changed(self, account: Account, assets: Iterable[str]) -> Iterator[Json]:
        changed = [asset for asset in assets if self._asset in {None, asset}]
        if changed:
            yield frame(self._arg, account, [self._data(account, changed)], is_snapshot=False)

    def _data(self, account: Account, assets: list[str]) -> Json:
        exchange = self._view.exchange
        return balances(account, exchange, assets, exchange.clock.now_ms())


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
        """Return the position that an execution changed; one that it closed is told once more, as 0."""
        return self._changed(event.account, _traded_position(event))

    def account_changed(self, event: AccountEvent) -> Iterator[Json]:
        """Return the positions in the contract that funding, leverage or margin changed."""
        return self._changed(event.account, _positions_in(event))

    def _changed(self, account: Account, positions: list[Position]) -> Iterator[Json]:
        shown = self._shown(account, positions)
        if shown:
            yield frame(self._arg, account, shown, is_snapshot=False)

    def _shown(self, account: Account, positions: list[Position]) -> list[Json]:
        now_ms = self._view.exchange.clock.now_ms()
        wanted = [position for position in positions if self._wanted.fits(position.instrument)]
        return [self._view.show_position(account, position, now_ms) for position in wanted]


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
            shown = [self._view.show_position(event.account, position, event.time_ms) for position in positions]
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
            assets = [event.asset] if event.asset is not None and event.amount else []
            yield self._frame(event.account, kind, assets, _positions_in(event), [])

    def _frame(
        self, account: Account, kind: str, assets: Iterable[str], positions: list[Position], trades: list[Json]
    ) -> Json:
        now_ms = self._view.exchange.clock.now_ms()
        shown = [self._view.show_position(account, position, now_ms) for position in positions]
        data: Json = {
            "pTime": str(now_ms),
            "eventType": kind,
            "balData": [self._cash(account, asset) for asset in assets],
            "posData": [{name: position.get(name, "") for name in _POSITION_FIELDS} for position in shown],
            "trades": trades,
        }
        return frame(self._arg, account, [data])

    def _cash(self, account: Account, asset: str) -> Json:
        isolated = sum(
            (position.isolated_margin for position in _open_positions(account) if position.instrument.quote == asset),
            Decimal(0),
        )
        cash = account.balances[asset].total - isolated
        return {"ccy": asset, "cashBal": plain(cash), "uTime": str(account.updated_ms)}


def interval_of(arg: Arg) -> int:
    """Return what `extraParams` says about updateInterval, in milliseconds (0: only when something happens)."""
    text = arg.get("extraParams")
    if not isinstance(text, str):
        return INTERVAL_MS
    try:
        wanted = msgspec.json.decode(text, type=dict[str, object]).get("updateInterval")
    except msgspec.MsgspecError:
        return INTERVAL_MS
    return INTERVALS_MS.get(str(wanted), INTERVAL_MS)


def frame(arg: Arg, account: Account, data: list[Json], *, is_snapshot: bool | None = None) -> Json:
    """Return a push; the account and positions channels say whether it is a snapshot (of one page) or an event."""
    told: Json = {"arg": {**echoed(arg), "uid": user_id(account)}}
    if is_snapshot is not None:
        told["eventType"] = "snapshot" if is_snapshot else "event_update"
    if is_snapshot:
        told |= {"curPage": 1, "lastPage": True}
    return {**told, "data": data}


def _open_positions(account: Account) -> list[Position]:
    return [position for holding in account.holdings.values() for position in holding.open_positions()]


def _traded_position(event: OrderEvent) -> list[Position]:
    """Return the position that an execution changed, if it is one of a contract."""
    if event.execution is None or not event.order.instrument.is_linear:
        return []
    return [event.account.holding_of(event.order).position(event.order.position_side)]


def _positions_in(event: AccountEvent) -> list[Position]:
    """Return the open positions in the contract that an account's change is about."""
    if event.instrument is None:
        return []
    holdings = event.account.holdings_of(event.instrument.symbol)
    return [position for holding in holdings for position in holding.open_positions()]


def _fill(execution: Execution) -> Json:
    """Return an execution as the fills channel pushes it: client order ids that are no numbers are told as 0."""
    client_order_id = execution.order.extra.get(Extra.CLIENT_ORDER_ID, "")
    is_number = _NUMBER.fullmatch(client_order_id) is not None and int(client_order_id) <= INT64_MAX
    return {
        "instId": instrument_id(execution.instrument),
        "fillSz": shown_size(execution.instrument, execution.quantity),
        "fillPx": plain(execution.price),
        "side": execution.side.value,
        "ts": str(execution.time_ms),
        "ordId": str(execution.order_id),
        "clOrdId": client_order_id if is_number else "0",
        "tradeId": str(execution.trade_id),
        "execType": "M" if execution.is_maker else "T",
        "count": "1",
    }
