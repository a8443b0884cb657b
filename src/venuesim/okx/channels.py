"""The private channels of orders, fills and balances: what each tells at first, and when something changes."""

import re
from collections.abc import Iterable, Iterator

from venuesim.exchange.accounts import Account
from venuesim.exchange.events import AccountEvent, OrderEvent, OrderEventKind
from venuesim.exchange.orders import Execution
from venuesim.exchange.vocabulary import Origin
from venuesim.okx.balances import balances, held_assets
from venuesim.okx.channel_frames import View, Wanted, frame, interval_of
from venuesim.okx.connections import Arg
from venuesim.okx.figures import Json
from venuesim.okx.instruments import instrument_id, shown_size
from venuesim.okx.order_words import Extra
from venuesim.okx.rendering import pushed
from venuesim.wire.calls import plain

INT64_MAX = 2**63 - 1

_NUMBER = re.compile(r"[1-9][0-9]{0,18}")
_SILENT = frozenset({OrderEventKind.TRIGGERED, OrderEventKind.PREVENTED})
"""What happens to an order and changes nothing that OKX tells."""


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
